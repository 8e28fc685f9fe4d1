import { describe, expect, test } from 'vitest';
import { formatDiffJson } from './diff-json.ts';
import { formatDiffMarkdown } from './diff-markdown.ts';
import { diffOutcome } from './diff-outcome.ts';
import { formatDiffText } from './diff-text.ts';
import { diffReportSchema } from './json-schema.ts';
import { sampleDiff } from './sample-diff.ts';
import { validatorOf } from '../../test/schema.ts';

const text = (more: Partial<Parameters<typeof formatDiffText>[1]> = {}): string =>
  [
    ...formatDiffText(sampleDiff, { color: false, width: 100, all: false, quiet: false, failOn: 'none', allowUnreadable: false, ...more }),
  ].join('');

test('the JSON says what the comparison says, by the schema that is published for it', () => {
  const written: unknown = JSON.parse([...formatDiffJson(sampleDiff)].join(''));
  expect(written).toEqual(sampleDiff);
  const validate = validatorOf(diffReportSchema());
  validate(written);
  expect(validate.errors).toBeNull();
  expect(validate({ ...sampleDiff, moved: [{}] })).toBe(false);
});

describe('the text', () => {
  test('tells what is new first, worst first, then what is fixed, not known and moved', () => {
    const whole = text();
    expect(
      whole
        .split('\n')
        .filter((line) => /^\w.* ─/.test(line))
        .map((line) => line.replace(/ ─+$/, '')),
    ).toEqual([
      'New: 2 findings',
      'Fixed: 1 finding',
      'Not known any more: 1 finding',
      'Moved: 3 findings',
      'Guidance',
      'Could not be read: 1 document',
      'Summary',
    ]);
    expect(whole.indexOf('critical  ')).toBeLessThan(whole.indexOf('high  '));
    expect(whole).toContain('(was low)');
    expect(whole).toContain('which was Deployment former');
    expect(whole).toContain('from deploy/old.yaml');
    expect(whole).toContain('1         on other lines of the same file');
    expect(whole).toContain('hold → fail');
    expect(whole).toContain('not done: 1 document could not be read');
    expect(text({ all: true })).toContain('Unchanged: 1 finding');
  });

  test('is a line each with --quiet', () => {
    const lines = text({ quiet: true }).trimEnd().split('\n');
    expect(lines.map((line) => line[0])).toEqual(['+', '+', '-', '?', 'd']);
  });

  test('lets no name steer a terminal, and fits a narrow one', () => {
    // oxlint-disable-next-line no-control-regex
    expect(/[\u0000-\u0009\u000b-\u001f]/.test(text({ width: 50 }))).toBe(false);
  });
});

test('the Markdown folds what is not new, and no name becomes markup', () => {
  const markdown = [...formatDiffMarkdown({ ...sampleDiff, notes: ['@all <b>![x](http://x)'] })].join('');
  expect(markdown).toContain('### Plimsoll: 2 new findings (1 critical, 1 high), 1 fixed');
  expect(markdown).toContain('<summary>Fixed (1)</summary>');
  expect(markdown).toContain('`@all <b>![x](http://x)`');
  expect(markdown).toContain('1 document could not be read');
  const many = Array.from({ length: 2000 }, () => sampleDiff.new[0]!);
  const long = [...formatDiffMarkdown({ ...sampleDiff, new: many })].join('');
  expect(long.length).toBeLessThan(65_536);
  expect(long).toMatch(/\*\*\d+ more lines not listed here/);
});

describe('the exit code', () => {
  const read = { ...sampleDiff, after: sampleDiff.before };
  const code = (diff: typeof sampleDiff, failOn: Parameters<typeof diffOutcome>[1]['failOn'], allowUnreadable = false): number =>
    diffOutcome(diff, { failOn, allowUnreadable }).exitCode;

  test('is 0 unless --fail-on names what is new', () => {
    expect([code(read, 'none'), code(read, 'critical'), code(read, 'low')]).toEqual([0, 1, 1]);
    expect(code({ ...read, summary: { ...read.summary, new: { critical: 0, high: 0, medium: 2, low: 0 } } }, 'high')).toBe(0);
  });
  test('is 2 where something could not be read, or there is nothing', () => {
    expect([code(sampleDiff, 'none'), code(sampleDiff, 'none', true)]).toEqual([2, 0]);
    const nothing = { ...sampleDiff.before, resources: 0 };
    expect(code({ ...read, before: nothing, after: nothing }, 'none')).toBe(2);
  });
});
