import { describe, expect, test } from 'vitest';
import { OptionError } from '../options/option-error.ts';
import { findCommand, parseArguments, type Arguments } from './arguments.ts';
import { commands } from './commands/index.ts';

function scan(...argv: string[]): Arguments {
  return parseArguments(findCommand('scan'), argv);
}

function complaint(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof OptionError) return error.lines;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('arguments', () => {
  test('options and operands stand in any order', () => {
    const given = scan('a.yaml', '--quiet', '--fail-on', 'low', 'b.yaml', '--namespace=shop');
    expect(given.operands).toEqual(['a.yaml', 'b.yaml']);
    expect(given.has('quiet')).toBe(true);
    expect(given.has('all')).toBe(false);
    expect(given.value('fail-on')).toBe('low');
    expect(given.value('namespace')).toBe('shop');
  });

  test('short options take their value joined or apart', () => {
    expect(scan('-ojson', '-o', 'sarif=x.sarif', '-q').values('output')).toEqual(['json', 'sarif=x.sarif']);
  });

  test('a hyphen alone is standard input, and everything after two of them is an operand', () => {
    expect(scan('-', '--', '--quiet').operands).toEqual(['-', '--quiet']);
  });

  test.each([
    [['--cluster'], [''], []],
    [['--cluster', 'staging', 'a.yaml'], ['staging'], ['a.yaml']],
    [['--cluster=staging', 'a.yaml'], ['staging'], ['a.yaml']],
    [['--cluster', '--quiet', 'a.yaml'], [''], ['a.yaml']],
    [['--cluster', '--cluster', 'staging'], ['', 'staging'], []],
    [['--cluster', '-'], [''], ['-']],
    [['--cluster', '--', 'a.yaml'], [''], ['a.yaml']],
  ])('an option whose value is optional: %j', (argv, values, operands) => {
    const given = scan(...argv);
    expect([given.values('cluster'), given.operands]).toEqual([values, operands]);
  });

  test('the last of several values counts', () => {
    expect(scan('--fail-on', 'low', '--fail-on', 'high').value('fail-on')).toBe('high');
  });

  test.each([
    [
      ['--outptu', 'json'],
      ['unknown option --outptu', 'did you mean --output?'],
    ],
    [['-x'], ['unknown option -x', 'plimsoll help scan lists the options']],
    [
      ['--fail-on', 'hihg'],
      ['unknown value for --fail-on: "hihg"', 'did you mean high?'],
    ],
    [['--profile=zebra'], ['unknown value for --profile: "zebra"', 'it is one of nsa, baseline, restricted']],
    [['--namespace'], ['--namespace needs a value', 'write --namespace NAME']],
    [
      ['--namespace', '--partial'],
      ['--namespace needs a value', 'write --namespace NAME'],
    ],
    [['--quiet=yes'], ['--quiet takes no value', 'write --quiet alone']],
  ])('%j is refused in two lines', (argv, lines) => {
    expect(complaint(() => scan(...argv))).toEqual(lines);
  });

  test('names of the prototype are no options', () => {
    expect(complaint(() => scan('--__proto__'))[0]).toBe('unknown option --__proto__');
    expect(scan().has('constructor')).toBe(false);
  });

  test('a misspelt command gets its nearest spelling', () => {
    expect(complaint(() => findCommand('scna'))).toEqual(['unknown command "scna"', 'did you mean scan?']);
    expect(complaint(() => findCommand('--versoin'))).toEqual(['unknown option --versoin', 'did you mean --version?']);
  });
});

describe('the table of commands', () => {
  test('names are unique, and every option says what it does', () => {
    for (const { options } of commands) {
      expect(new Set(options.map(({ name }) => name)).size).toBe(options.length);
      const shorts = options.flatMap(({ short }) => short ?? []);
      expect(new Set(shorts).size).toBe(shorts.length);
      for (const { about } of options) expect(about).toMatch(/^[A-Za-z][^\n]*[^.\s]$/);
    }
  });
});
