import { describe, expect, test } from 'vitest';
import {
  defineControl,
  fail,
  nowhere,
  pass,
  unknown,
  type AnyControl,
  type Comment,
  type LocalSubjectKind,
  type Location,
  type Report,
  type Resource,
  type WaiverRule,
} from '../core/index.ts';
import { waivers } from '../subjects/waiver.ts';
import { startEvaluation, type PathSettings, type Policy, type Waiving } from './index.ts';

/** Boxes hold things; a thing is judged by its colour. */
const things: LocalSubjectKind<{ colour?: string }> = {
  scope: 'local',
  name: 'thing',
  reads: { podTemplates: false, kinds: ['Box'] },
  example: 'objects',
  *subjects({ object }) {
    for (const [index, subject] of (object['things'] as { colour?: string; name: string }[]).entries())
      yield { subject, path: ['things', index], container: subject.name };
  },
};

const examples = () => ({ pass: {}, fail: {} });
const shared = { title: 't', why: 'w', also: {}, subject: things, examples };
const noRed = defineControl({
  ...shared,
  id: 'colours/no-red',
  decides: ['POD-01'],
  severity: 'high',
  evaluate: ({ colour }) => {
    if (colour === undefined) return unknown([], 'colour is not known', ['person']);
    return colour === 'red' ? fail([], 'it is red') : pass;
  },
});
const noBlue = defineControl({
  ...shared,
  id: 'colours/no-blue',
  decides: ['POD-02'],
  severity: 'medium',
  evaluate: ({ colour }) => (colour === 'blue' ? fail([], 'it is blue') : pass),
});
/** Says of every waiver what it is told. */
const ofWaivers = defineControl({
  id: 'colours/waivers',
  decides: ['GOV-01'],
  title: 't',
  why: 'w',
  severity: 'critical',
  also: {},
  subject: waivers,
  examples,
  evaluate: ({ at, control, state, findings, fault }) => fail(at, `${control} ${state} ${findings}${fault}`),
});
const controls: readonly AnyControl[] = [noRed, noBlue, ofWaivers];

const waiving: Waiving = { today: '2026-11-22', inline: true, whole: true, rules: [], faulty: [] };
const policy: Policy = {
  version: 35,
  kubernetesVersion: '1.35',
  versionAssumed: false,
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

interface Box {
  readonly name?: string;
  readonly namespace?: string;
  readonly file?: string;
  readonly labels?: Record<string, string>;
  readonly annotation?: unknown;
  readonly colours: readonly (string | undefined)[];
}

function box({ name = 'box', namespace, file = 'a.yaml', labels = {}, annotation, colours }: Box): Resource {
  const text = typeof annotation === 'string' ? annotation : JSON.stringify(annotation);
  const annotations = annotation === undefined ? {} : { 'plimsoll.dev/waive': text };
  const object = { things: colours.map((colour, index) => ({ name: `thing-${index}`, colour })) };
  const metadata = { name, labels, annotations };
  const ref = { apiVersion: 'v1', kind: 'Box', name, ...(namespace === undefined ? {} : { namespace }) };
  // Each thing on a line of its own, behind the annotation on line 1.
  const line = (path: readonly (string | number)[]): number => (typeof path[1] === 'number' ? path[1] + 2 : 1);
  const locate = (paths: readonly (readonly (string | number)[])[]): Location[] =>
    paths.map((path) => ({ ...nowhere, line: line(path), endLine: line(path) }));
  return { ref, metadata, object, podTemplates: [], file, locate };
}

interface World {
  readonly boxes: readonly Box[];
  readonly rules?: readonly Partial<WaiverRule>[];
  readonly comments?: readonly Partial<Comment>[];
  readonly waiving?: Partial<Waiving>;
  readonly policy?: Partial<Policy>;
  readonly apart?: boolean;
}

const terms = { reason: 'old', owner: 'team', until: '2027-01-31' };

function judged({ boxes, rules = [], comments = [], waiving: more = {}, policy: over = {}, apart = false }: World): Report {
  const all = rules.map((rule, index): WaiverRule => ({ controls: ['POD-01'], ...terms, file: 'plimsoll.yaml', line: index + 1, ...rule }));
  const whole: Policy = { ...policy, ...over, waiving: { ...waiving, rules: all, ...more } };
  const evaluation = startEvaluation(controls, whole);
  for (const each of boxes) {
    // Judged elsewhere, as by a second thread, and then joined.
    const here = apart ? startEvaluation(controls, whole) : evaluation;
    here.add({ type: 'resource', resource: box(each) });
    if (apart) evaluation.join(structuredClone(here.take()));
  }
  for (const comment of comments)
    evaluation.add({ type: 'comment', comment: { file: 'a.yaml', line: 1, target: 2, text: '', ...comment } });
  return evaluation.finish({ files: 1, documents: boxes.length });
}

/** The things that are waived, and what is said of waivers. */
function told(report: Report): { waived: string[]; open: string[]; said: string[] } {
  const about = report.findings.filter(({ control, verdict }) => control !== 'colours/waivers' && verdict === 'fail');
  const name = ({ resource, container = '', waived }: (typeof about)[number]): string =>
    `${resource.name}/${container}${waived === undefined ? '' : ` ${waived.from}`}`;
  return {
    waived: about.filter(({ waived }) => waived !== undefined).map(name),
    open: about.filter(({ waived }) => waived === undefined).map(name),
    said: report.findings
      .filter(({ control }) => control === 'colours/waivers')
      .map(({ file, line, message }) => `${file}:${line} ${message}`),
  };
}

describe('a rule of the policy file', () => {
  const boxes = [
    { name: 'one', namespace: 'shop', labels: { tier: 'back-end' }, colours: ['red', 'blue'] },
    { name: 'two', namespace: 'legacy', file: 'old/b.yaml', colours: ['red'] },
  ];

  test.each<[string, Partial<WaiverRule>, string[]]>([
    ['control', {}, ['one/thing-0', 'two/thing-0']],
    ['several controls', { controls: ['POD-02', 'colours/no-red'] }, ['one/thing-0', 'one/thing-1', 'two/thing-0']],
    ['chapter', { controls: ['pod'] }, ['one/thing-0', 'one/thing-1', 'two/thing-0']],
    ['namespace', { namespace: ['leg*'] }, ['two/thing-0']],
    ['kind', { kind: ['Crate'] }, []],
    ['name', { name: ['three', 'o?e'] }, ['one/thing-0']],
    ['container', { controls: ['*'], container: ['thing-1'] }, ['one/thing-1']],
    ['labels', { labels: { tier: 'back*' } }, ['one/thing-0']],
    ['labels that are not there', { labels: { tier: '*', zone: '*' } }, []],
    ['path', { path: ['old/**'] }, ['two/thing-0']],
  ])('finds by %s', (_, rule, waived) => {
    const names = waived.map((name) => `${name} policy-file`);
    for (const apart of [false, true]) expect(told(judged({ boxes, rules: [rule], apart })).waived).toEqual(names);
  });

  test('counts globs of files from the folder of the policy file', () => {
    const over = { folders: { files: '/repo/deploy', globs: '/repo' } };
    const waived = (path: string): number => judged({ boxes, rules: [{ path: [path] }], policy: over }).summary.waived ?? 0;
    expect([waived('deploy/old/**'), waived('old/x'), waived('/deploy/a.yaml'), waived('**')]).toEqual([1, 0, 1, 2]);
  });

  test('holds on its last day, and not on the next', () => {
    const waived = (until: string): string[] => told(judged({ boxes, rules: [{ until }] })).waived;
    expect(waived('2026-11-22')).toHaveLength(2);
    expect(waived('2026-11-21')).toEqual([]);
  });

  test('does not fit what cannot be known, and is needed for it', () => {
    const report = judged({ boxes: [{ colours: [undefined] }], rules: [{}] });
    expect(report.findings.find(({ verdict }) => verdict === 'unknown')).not.toHaveProperty('waived');
    expect(told(report).said).toEqual(['plimsoll.yaml:1 POD-01 idle 0']);
  });
});

describe('an annotation', () => {
  test('is about its own object, whatever others are called', () => {
    const annotation = { 'POD-01': terms };
    const boxes = [
      { annotation, colours: ['red', 'blue'] },
      { file: 'b.yaml', colours: ['red'] },
    ];
    for (const apart of [false, true]) {
      const report = judged({ boxes, apart });
      expect(told(report)).toEqual({
        waived: ['box/thing-0 annotation'],
        open: ['box/thing-1', 'box/thing-0'],
        said: ['a.yaml:1 POD-01 active 1'],
      });
      expect(report.waivers).toEqual([
        { control: 'POD-01', state: 'active', findings: 1, from: 'annotation', ...terms, file: 'a.yaml', line: 1 },
      ]);
    }
  });

  test('that is at fault waives nothing and is told', () => {
    const said = told(judged({ boxes: [{ annotation: '{"POD-77": {}, "POD-01": {"reason": "x"}}', colours: ['red'] }] }));
    expect(said).toMatchObject({
      waived: [],
      said: ['a.yaml:1 POD-77 malformed 0it has no reason', 'a.yaml:1 POD-01 malformed 0it has no owner'],
    });
  });

  test('that names what is no control is at fault, and one of another run is not', () => {
    const annotation = { 'POD-77': terms, 'POD-03': terms };
    expect(told(judged({ boxes: [{ annotation, colours: [] }] })).said).toEqual([
      'a.yaml:1 POD-03 idle 0',
      'a.yaml:1 POD-77 malformed 0it names no control',
    ]);
  });

  test('does not count where inline waivers are not taken', () => {
    const boxes = [{ annotation: { 'POD-01': terms }, colours: ['red'] }];
    const comments = [{ text: 'waive POD-01 until 2027-01-31, old (team)' }];
    expect(told(judged({ boxes, comments, waiving: { inline: false } }))).toEqual({ waived: [], open: ['box/thing-0'], said: [] });
  });
});

describe('a comment', () => {
  const text = 'waive POD-01 until 2027-01-31, old (team)';

  test('is about the findings of its line', () => {
    const report = judged({
      boxes: [{ file: 'b.yaml', colours: ['red'] }, { colours: ['red', 'red'] }],
      comments: [{ text, line: 3, target: 3 }],
    });
    expect(told(report)).toMatchObject({ waived: ['box/thing-1 comment'], said: ['a.yaml:3 POD-01 active 1'] });
  });

  test('that is at fault is told', () => {
    expect(told(judged({ boxes: [{ colours: [] }], comments: [{ text: 'ignore it' }] })).said[0]).toMatch(
      /^a\.yaml:1 {2}malformed 0it does not read/,
    );
  });
});

test('what nothing needs is unused where all was read and judged, and idle otherwise', () => {
  const boxes = [{ colours: ['green'] }];
  const said = (world: Partial<World>): string => told(judged({ boxes, rules: [{}], ...world })).said.join();
  expect(said({})).toMatch(/unused/);
  expect(said({ waiving: { whole: false } })).toMatch(/idle/);
  expect(said({ policy: { skip: ['POD-01'] } })).toMatch(/idle/);
  expect(said({ policy: { minSeverity: 'high' } })).toMatch(/idle/);
});

test('faults of the policy file are told on their lines', () => {
  const faulty = [{ file: 'plimsoll.yaml', line: 9, fault: 'it has no owner' }];
  expect(told(judged({ boxes: [{ colours: ['green'] }], waiving: { faulty } })).said).toEqual([
    'plimsoll.yaml:9  malformed 0it has no owner',
  ]);
});

test('waived findings stay in the list and do not count; the row stays failed and says how much of it is open', () => {
  const annotation = { 'POD-01': terms };
  const report = judged({
    boxes: [
      { annotation, colours: ['red', 'red'] },
      { name: 'b', colours: ['red', 'blue'] },
    ],
  });
  expect(report.summary).toMatchObject({ bySeverity: { critical: 1, high: 1, medium: 1 }, waived: 2 });
  const row = (code: string): unknown => report.ledger.find((each) => each.code === code);
  expect(row('POD-01')).toMatchObject({ state: 'fail', subjects: { fail: 3 }, waived: { findings: 2, open: 1 } });
  expect(row('POD-02')).not.toHaveProperty('waived');
});

test('a run without waivers says nothing of them', () => {
  const report = judged({ boxes: [{ colours: ['red'] }] });
  expect(report).not.toHaveProperty('waivers');
  expect(report.summary).not.toHaveProperty('waived');
});

describe('settings of paths', () => {
  const boxes = [{ colours: ['red', 'blue'] }, { file: 'old/b.yaml', colours: ['red', 'blue'] }];
  const found = (paths: readonly PathSettings[], over: Partial<Policy> = {}): string[] =>
    judged({ boxes, policy: { paths, ...over } }).findings.map(({ file, severity, control }) => `${file} ${severity} ${control}`);

  test('leave controls out, and the rows say that they are not whole', () => {
    const paths = [{ paths: ['old/**'], skip: ['POD-02'] }];
    expect(found(paths)).toEqual(['a.yaml high colours/no-red', 'a.yaml medium colours/no-blue', 'old/b.yaml high colours/no-red']);
    const rows = (more: readonly Box[]): unknown => judged({ boxes: more, policy: { paths } }).ledger.find(({ code }) => code === 'POD-02');
    expect(rows([{ colours: ['green'] }, { file: 'old/b.yaml', colours: ['blue'] }])).toMatchObject({
      state: 'unknown',
      note: 'left out for some files by their settings',
    });
    expect(rows([{ colours: ['green'] }])).toMatchObject({ state: 'pass' });
    expect(rows(boxes)).toMatchObject({ state: 'fail' });
  });

  test('bring controls in that are left out elsewhere', () => {
    expect(found([{ paths: ['old'], only: ['POD-02'] }], { only: ['POD-01'] })).toEqual([
      'a.yaml high colours/no-red',
      'old/b.yaml medium colours/no-blue',
    ]);
  });

  test('change severities, the last that fits first', () => {
    const paths: PathSettings[] = [
      { paths: ['**'], severities: { 'colours/no-red': 'low', 'colours/no-blue': 'low' } },
      { paths: ['old'], severities: { 'colours/no-red': 'critical' } },
    ];
    const severities = { 'colours/no-red': 'medium' } as const;
    expect(found(paths, { severities })).toEqual([
      'a.yaml low colours/no-red',
      'a.yaml low colours/no-blue',
      'old/b.yaml critical colours/no-red',
      'old/b.yaml low colours/no-blue',
    ]);
    expect(found([], { severities })[0]).toBe('a.yaml medium colours/no-red');
  });
});
