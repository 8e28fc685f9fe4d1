import { expect, test } from 'vitest';
import type { FleetReport } from '../core/index.ts';
import { formatFleetText } from './fleet-text.ts';
import { sampleFleet } from './sample-fleet.ts';
import { sampleChapters, sampleControl } from './sample-report.ts';
import type { TextOptions } from './text.ts';
import { cells } from './wrap.ts';

const options: TextOptions = {
  color: false,
  width: 100,
  terminal: false,
  all: false,
  quiet: false,
  failOn: 'high',
  allowUnreadable: false,
  control: sampleControl,
  chapters: sampleChapters,
};

function textOf(more: Partial<TextOptions> = {}, fleet: FleetReport = sampleFleet): string {
  return [...formatFleetText(fleet, { ...options, ...more })].join('');
}

test('every cluster says how it stands, or why it could not be judged', () => {
  const text = textOf();
  expect(text).toContain(
    '\n  2         staging\n            v1.36.2 · 3 objects\n            failed · 1 critical · 9 high · 1 medium\n            1 hold · 3 fail · 2 unknown · 0 not applicable\n',
  );
  expect(text).toContain('            could not be judged: the API server cannot be asked: nobody listens there (ECONNREFUSED)\n');
});

test('what differs is a table, a column for each cluster', () => {
  expect(textOf()).toContain(`What differs: 2 of 3 recommendations ${'─'.repeat(63)}

            hold, fail, ? unknown, n/a not applicable, - not judged
            1     2     3
  POD-02    fail  hold  -     Containers are not privileged
  GOV-01    ?     n/a   -     Periodic review
`);
});

test('so is what fails, and large numbers keep their column', () => {
  expect(textOf()).toContain(`            1     2     3
  critical  1     0     -     pod-security/privileged POD-02
  medium    12000 3     -     secrets/credentials SEC-01
`);
});

test('where columns leave no room the clusters stand below', () => {
  expect(textOf({ width: 44 })).toContain('  POD-02    Containers are not privileged\n            fail in 1 · hold in 2 · - in 3\n');
  const states = (['pass', 'pass', 'fail', 'pass', 'pass', 'pass'] as const).flatMap((state) => [state, state, state]);
  const many = {
    ...sampleFleet,
    recommendations: [{ ...sampleFleet.recommendations[0]!, states }],
    clusters: states.map(() => sampleFleet.clusters[1]!),
  };
  expect(textOf({}, many)).toContain('            hold in 1-6, 10-18 · fail in 7-9\n');
});

test.each([40, 60, 80])('nothing but names and paths is wider than %i cells', (width) => {
  const wide = textOf({ width })
    .split('\n')
    .filter((line) => cells(line) > width);
  expect(wide.filter((line) => !/arn:aws|pod-security\/|secrets\//.test(line))).toEqual([]);
});

test('all lists what is alike too, and the report of every cluster', () => {
  const text = textOf({ all: true });
  expect(text).toContain('  POD-13    hold  hold  -     Capabilities are dropped\n');
  expect(text.match(/^Cluster [^\n]+ ─*\n/gm)).toHaveLength(2);
  expect(text.match(/^ {2}Judged for/gm)).toHaveLength(2);
});

test('quiet is a line for each finding, behind the name of its cluster', () => {
  const lines = textOf({ quiet: true }).trimEnd().split('\n');
  expect(lines.filter((line) => !/^(?:arn:aws:\S+|staging|lab): /.test(line))).toEqual([]);
  expect(lines.at(-1)).toBe('lab: unread: the API server cannot be asked: nobody listens there (ECONNREFUSED); try kubectl version');
});

test('names steer no terminal', () => {
  expect(textOf()).toContain('also named stage, old\\u202estage\n');
  expect(textOf({ all: true, color: true })).not.toContain('\u202e');
});

test('the end says what it amounts to, and what to type next', () => {
  expect(textOf({ nextCommand: 'plimsoll scan --cluster staging' })).toContain(`
  Clusters      3 clusters · 2 judged · 1 not
  Findings      2 critical · 18 high · 2 medium · in 2 clusters
  Guidance      1 recommendation alike · 2 differ

not done: 1 of 3 clusters could not be judged (--allow-partial accepts that) (exit code 2)
next: plimsoll scan --cluster staging
`);
});
