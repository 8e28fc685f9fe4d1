import { expect, test } from 'vitest';
import { commands } from './commands/index.ts';
import { commandHelp, overview } from './help.ts';

test.each([60, 80, 120])('help fits into %i columns', (width) => {
  for (const text of [overview(width), ...commands.map((command) => commandHelp(command, width))])
    for (const line of text.split('\n')) {
      // A command to type is never broken.
      if (/^ {2}(?:plimsoll|kubectl|helm) /.test(line)) continue;
      expect(line.length, line).toBeLessThanOrEqual(width);
    }
});

test('help names every command, every option and its short form', () => {
  for (const { name } of commands) expect(overview(80)).toContain(`  ${name} `);
  for (const command of commands)
    for (const { name, short, value } of command.options) {
      const long = value === undefined ? `--${name}` : `--${name} ${value}`;
      expect(commandHelp(command, 80)).toContain(short === undefined ? `  ${long}` : `-${short}, ${long}`);
    }
});

test('the help of scan tells the exit codes', () => {
  expect(commandHelp(commands[0]!, 80)).toMatch(/Exit codes\n {2}0 .*\n {2}1 .*\n {2}2 /);
});
