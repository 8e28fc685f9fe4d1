import { describe, expect, test } from 'vitest';
import {
  defineControl,
  fail,
  pass,
  passSoFar,
  unknown,
  type AnyControl,
  type JoinedSubjectKind,
  type LocalSubjectKind,
  type Location,
  type Path,
  type Resource,
} from '../core/index.ts';
import { recommendations } from '../guidance/index.ts';
import { startEvaluation, type Policy } from './index.ts';
import { selects } from './selection.ts';

const policy: Policy = {
  version: 35,
  kubernetesVersion: '1.35',
  versionAssumed: true,
  profile: 'nsa',
  partial: false,
  only: [],
  skip: [],
  minSeverity: 'low',
  system: false,
  all: false,
  params: {},
  assumptions: [],
  toolVersion: '0.0.0',
};

/** Objects with a list of things; a thing is judged by its `colour`. */
const things: LocalSubjectKind<{ colour?: string }> = {
  scope: 'local',
  name: 'thing',
  reads: { podTemplates: false, kinds: ['Box'] },
  example: 'objects',
  *subjects({ object }) {
    for (const [index, subject] of (object['things'] as { colour?: string; name: string }[]).entries()) {
      yield { subject, path: ['things', index], container: subject.name };
    }
  },
};

/** All boxes of a colour, counted over the whole run. */
const boxes: JoinedSubjectKind<{ count: number }, { readonly at: { resource: number; path: Path; location: Location } }> = {
  scope: 'joined',
  name: 'set of boxes',
  reads: { podTemplates: false, kinds: ['Box'] },
  example: 'objects',
  remember: (_, anchor) => ({ at: anchor(['metadata', 'name']) }),
  *subjects(memories) {
    const [first] = memories;
    if (first !== undefined)
      yield { subject: { count: memories.length }, ref: { apiVersion: 'v1', kind: 'Box', name: 'all' }, at: first.at };
  },
};

const examples = { pass: {}, fail: {} };
const common = { why: 'Because.', also: {}, remedy: 'Do it.', examples };

const red: AnyControl = defineControl({
  ...common,
  id: 'paint/red',
  decides: ['POD-01'],
  title: 'Things are red',
  severity: 'high',
  subject: things,
  evaluate: ({ colour }) => {
    if (colour === undefined) return unknown(['colour'], 'thing has no colour', ['image']);
    if (colour === 'reddish') return passSoFar(['node']);
    return colour === 'red' ? pass : fail(['colour'], `thing is ${colour}`);
  },
});

const few: AnyControl = defineControl({
  ...common,
  id: 'paint/few',
  decides: ['POD-02'],
  title: 'Boxes are few',
  severity: 'low',
  subject: boxes,
  evaluate: ({ count }) => (count < 3 ? pass : fail([], `${count} boxes are many`)),
});

function box(name: string, line: number, ...colours: (string | undefined)[]): Resource {
  const items = colours.map((colour, index) => (colour === undefined ? { name: `t${index}` } : { name: `t${index}`, colour }));
  return {
    ref: { apiVersion: 'v1', kind: 'Box', name },
    metadata: { name },
    object: { things: items },
    podTemplates: [],
    file: 'boxes.yaml',
    locate: (paths) => paths.map((path) => ({ line: line + path.length, column: 1, endLine: line + path.length, endColumn: 9 })),
  };
}

function run(resources: readonly Resource[], changes: Partial<Policy> = {}, controls: readonly AnyControl[] = [red, few]) {
  const evaluation = startEvaluation(controls, { ...policy, ...changes });
  for (const resource of resources) evaluation.add({ type: 'resource', resource });
  return evaluation.finish({ files: 1, documents: resources.length });
}

describe('findings', () => {
  test('carry the subject, the path from the root of the object, and the place that the source found', () => {
    const [finding] = run([box('a', 10, 'red', 'blue')]).findings;
    expect(finding).toMatchObject({
      control: 'paint/red',
      verdict: 'fail',
      container: 't1',
      path: 'things[1].colour',
      line: 13,
      message: 'thing is blue',
    });
  });

  test('of joined subjects stand where the subject was remembered', () => {
    const findings = run([box('a', 10), box('b', 20), box('c', 30)]).findings;
    expect(findings).toMatchObject([
      { control: 'paint/few', file: 'boxes.yaml', line: 12, path: 'metadata.name', resource: { name: 'all' } },
    ]);
  });

  test('are the same whatever the order of the files, but for nothing', () => {
    const one = run([box('a', 10, 'blue'), box('b', 20, 'green')]).findings;
    const other = run([box('b', 20, 'green'), box('a', 10, 'blue')]).findings;
    expect(other).toEqual(one);
  });

  test('keep their fingerprint when lines move and list items change places', () => {
    const before = run([box('a', 10, 'blue', 'red')]).findings[0];
    const moved = box('a', 99, 'red', 'blue');
    const swapped = {
      ...moved,
      object: {
        things: [
          { name: 't1', colour: 'red' },
          { name: 't0', colour: 'blue' },
        ],
      },
    };
    expect(run([swapped]).findings[0]?.fingerprint).toBe(before?.fingerprint);
  });

  test('of two objects with the same name have different fingerprints', () => {
    const fingerprints = run([box('a', 10, 'blue'), box('a', 20, 'blue')]).findings.map(({ fingerprint }) => fingerprint);
    expect(new Set(fingerprints).size).toBe(2);
  });

  test('below the least severity are not listed but counted in the ledger', () => {
    const report = run([box('a', 1), box('b', 2), box('c', 3)], { minSeverity: 'medium' });
    expect(report.findings).toEqual([]);
    expect(report.ledger.find(({ code }) => code === 'POD-02')).toMatchObject({ state: 'fail', subjects: { fail: 1 } });
  });

  test('list passing subjects only on demand', () => {
    expect(run([box('a', 1, 'red')]).findings).toEqual([]);
    expect(run([box('a', 1, 'red')], { all: true }).findings.map(({ verdict }) => verdict)).toEqual(['pass', 'pass']);
  });
});

describe('the ledger', () => {
  test('has a row for every entry of the catalogue, in its order', () => {
    expect(run([]).ledger.map(({ code }) => code)).toEqual(recommendations.map(({ code }) => code));
  });

  test('says of an entry without a control which evidence is needed', () => {
    const row = run([]).ledger.find(({ code }) => code === 'GOV-01');
    expect(row).toMatchObject({ state: 'unknown', needs: ['person', 'cluster', 'events'], controls: [] });
  });

  test('prefers fail to unknown and unknown to pass, and counts each subject once', () => {
    const state = (...colours: (string | undefined)[]) => run([box('a', 1, ...colours)]).ledger.find(({ code }) => code === 'POD-01');
    expect(state('red', undefined, 'blue')).toMatchObject({
      state: 'fail',
      subjects: { pass: 1, fail: 1, unknown: 1, notApplicable: 0 },
      needs: [],
    });
    expect(state('red', undefined)).toMatchObject({ state: 'unknown', needs: ['image'] });
    expect(state('red')).toMatchObject({ state: 'pass' });
  });

  test('does not pass an entry of which only a part was seen', () => {
    const state = (...colours: string[]) => run([box('a', 1, ...colours)]).ledger.find(({ code }) => code === 'POD-01');
    expect(state('red', 'reddish')).toMatchObject({ state: 'unknown', needs: ['node'], subjects: { pass: 2, unknown: 0 } });
    expect(state('reddish', 'blue')).toMatchObject({ state: 'fail', needs: [] });
    expect(run([box('a', 1, 'reddish')]).findings).toEqual([]);
  });

  test('never passes for lack of subjects: not applicable in a whole, unknown in a part', () => {
    expect(run([]).ledger.find(({ code }) => code === 'POD-01')?.state).toBe('not-applicable');
    expect(run([], { partial: true }).ledger.find(({ code }) => code === 'POD-01')?.state).toBe('unknown');
  });

  test('says why a control took no part', () => {
    expect(run([box('a', 1, 'blue')], { skip: ['POD-01'] }).ledger.find(({ code }) => code === 'POD-01')).toMatchObject({
      state: 'unknown',
      note: 'left out by --skip',
    });
    expect(run([], { profile: 'baseline' }).ledger.find(({ code }) => code === 'POD-01')).toMatchObject({
      note: 'left out by --profile baseline',
    });
  });
});

test('an evaluation reads the kinds of its controls only', () => {
  const evaluation = startEvaluation([red], policy);
  expect([evaluation.reads('', 'Box'), evaluation.reads('', 'Crate'), evaluation.reads('apps', 'Box')]).toEqual([true, false, false]);
});

describe('a selection pattern', () => {
  test.each(['paint/red', 'paint', 'POD-01', 'pod-01', 'POD', 'POD-*', '*/red', 'p*t/r*d', '*'])('%s selects the control', (pattern) => {
    expect(selects(pattern, red)).toBe(true);
  });

  test.each(['red', 'POD-1', 'PO', 'pain', 'paint/', '*blue', ''])('%s does not', (pattern) => {
    expect(selects(pattern, red)).toBe(false);
  });
});
