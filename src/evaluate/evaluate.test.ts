import { describe, expect, test } from 'vitest';
import {
  defineControl,
  fail,
  flag,
  pass,
  passSoFar,
  strings,
  unknown,
  type Anchor,
  type AnyControl,
  type JoinedSubjectKind,
  type LocalSubjectKind,
  type Location,
  type Path,
  type Resource,
} from '../core/index.ts';
import { recommendations } from '../guidance/index.ts';
import type { PodSpec } from '../kube/types.ts';
import { startEvaluation, type Policy } from './index.ts';

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
  reads: { podTemplates: true, kinds: ['Box', 'Namespace'] },
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
  reads: { podTemplates: true, kinds: ['Box'] },
  example: 'objects',
  remember: (_, anchor) => ({ at: anchor(['metadata', 'name']) }),
  *subjects(memories) {
    const [first] = memories;
    if (first !== undefined)
      yield { subject: { count: memories.length }, ref: { apiVersion: 'v1', kind: 'Box', name: 'all' }, at: first.at };
  },
};

const examples = () => ({ pass: {}, fail: {} });
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

  test('come from no control that is left out', () => {
    expect(run([box('a', 1, 'blue')], { skip: ['paint/red'] }).findings).toEqual([]);
    expect(run([box('a', 1), box('b', 2), box('c', 3)], { skip: ['paint/few'] }).findings).toEqual([]);
  });

  test('stand at the beginning of the file where the source knows no place', () => {
    const [finding] = run([{ ...box('a', 10, 'blue'), locate: () => [] }]).findings;
    expect(finding).toMatchObject({ line: 1, column: 1, endLine: 1, endColumn: 1 });
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

describe('the report', () => {
  test('says what was judged, by whom and for which cluster', () => {
    const { schemaVersion, tool, target } = run([], {
      toolVersion: '1.2.3',
      profile: 'restricted',
      partial: true,
      assumptions: ['all is well'],
    });
    expect(schemaVersion).toBe(1);
    expect(tool).toEqual({ name: 'plimsoll', version: '1.2.3' });
    expect(target).toEqual({
      kubernetesVersion: '1.35',
      assumed: true,
      profile: 'restricted',
      partial: true,
      assumptions: ['all is well'],
    });
  });

  test('counts what the source read, and lists what it did not', () => {
    const evaluation = startEvaluation([red], policy);
    evaluation.add({ type: 'resource', resource: box('a', 1) });
    evaluation.add({ type: 'skipped', file: 'notes.txt', line: 1, reason: 'no manifest', count: 3 });
    evaluation.add({ type: 'unread', file: 'broken.yaml', line: 7, reason: 'not closed' });
    expect(evaluation.finish({ files: 4, documents: 5 }).inputs).toEqual({
      drifted: [],
      staticPods: [],
      files: 4,
      documents: 5,
      resources: 1,
      skipped: [{ file: 'notes.txt', line: 1, reason: 'no manifest', count: 3 }],
      unread: [{ file: 'broken.yaml', line: 7, reason: 'not closed' }],
      excepted: [],
    });
  });

  test('sums up failures by severity and rows by state', () => {
    const { summary, ledger } = run([box('a', 1, 'red', 'blue', 'green', undefined), box('b', 2), box('c', 3)]);
    expect(summary.bySeverity).toEqual({ critical: 0, high: 2, medium: 0, low: 1 });
    expect(summary.byState).toMatchObject({ fail: 2, pass: 0, 'not-applicable': 0, unknown: ledger.length - 2 });
  });
});

describe('pods', () => {
  const pod = (name: string, spec: PodSpec, changes: Partial<Resource> = {}): Resource => ({
    ...box(name, 10),
    ref: { apiVersion: 'v1', kind: 'Pod', name },
    podTemplates: [{ path: ['spec', 'template'], metadata: {}, metadataPath: ['metadata'], spec: { ...spec }, specPath: ['spec'] }],
    ...changes,
  });
  const noOs = 'pods that name no operating system run on Linux';

  test('are listed with the Pod Security level that they meet, at the place of their template', () => {
    expect(run([pod('a', { hostPID: true, os: { name: 'linux' } })]).workloads).toEqual([
      {
        resource: { apiVersion: 'v1', kind: 'Pod', name: 'a' },
        file: 'boxes.yaml',
        line: 12,
        podSecurityLevel: 'privileged',
        restrictedBy: ['hostNamespaces'],
      },
    ]);
  });

  test('are taken for pods on Linux where they do not say, and the report says so once', () => {
    const assumptions = (...specs: PodSpec[]) =>
      run(
        specs.map((spec) => pod('a', spec)),
        { assumptions: ['first'] },
      ).target.assumptions;
    expect(assumptions({}, { os: {} }, { os: { name: 'windows' } })).toEqual(['first', noOs]);
    expect(assumptions({ os: { name: 'linux' } })).toEqual(['first']);
  });

  test('of the system are excepted unless they are asked for', () => {
    const system = pod(
      'dns',
      { containers: [{ name: 'dns', image: 'registry.k8s.io/coredns/coredns:v1.11.1' }] },
      {
        ref: { apiVersion: 'v1', kind: 'Pod', namespace: 'kube-system', name: 'dns' },
        object: { things: [{ name: 't', colour: 'blue' }] },
      },
    );
    const excepting = run([system]);
    expect(excepting.inputs.excepted).toEqual([
      { resource: system.ref, file: 'boxes.yaml', line: 10, reason: 'system workload: namespace kube-system, images of its maker' },
    ]);
    expect([excepting.findings, excepting.workloads, excepting.inputs.resources]).toEqual([[], [], 1]);
    const judging = run([system], { system: true });
    expect(judging.inputs.excepted).toEqual([]);
    expect([judging.findings.length, judging.workloads.length]).toEqual([1, 1]);
  });

  test('report the fields of the object where their template is spread over it', () => {
    const spread = pod('a', {}, { object: { things: [{ name: 't', colour: 'blue' }] } });
    const [template] = spread.podTemplates;
    const map = (path: Path): Path => ['elsewhere', ...path];
    const mapped = { ...spread, podTemplates: [{ ...template!, specPath: ['things'], map }] };
    expect(run([mapped], {}, [red]).findings[0]?.path).toBe('elsewhere.things[0].colour');
    const anchored = { ...spread, podTemplates: [{ ...template!, metadataPath: ['metadata'], map }] };
    expect(run([anchored, anchored, anchored], {}, [few]).findings[0]?.path).toBe('elsewhere.metadata.name');
  });
});

describe('the namespace', () => {
  const inNamespace = (namespace: string | undefined, kind = 'Box', apiVersion = 'v1'): Resource => ({
    ...box('a', 1, 'blue'),
    ref: { apiVersion, kind, name: 'a', ...(namespace === undefined ? {} : { namespace }) },
  });
  const found = (resource: Resource, changes: Partial<Policy>) => run([resource], changes).findings[0]?.resource;

  test('of an object is its own, else the one it will be applied to', () => {
    const [own, open] = [inNamespace('own'), inNamespace(undefined)];
    expect(found(own, { namespace: 'given' })).toBe(own.ref);
    expect(found(open, { namespace: 'given' })).toStrictEqual(inNamespace('given').ref);
    expect(found(open, {})).toBe(open.ref);
  });

  test('is the same to what is judged together with others', () => {
    const seen: Resource['ref'][] = [];
    const remember: typeof boxes.remember = ({ ref }, anchor) => (seen.push(ref), { at: anchor([]) });
    const together = defineControl({ ...few, id: 'paint/together', subject: { ...boxes, remember }, evaluate: () => pass });
    run([inNamespace(undefined)], { namespace: 'given' }, [together]);
    expect(seen).toStrictEqual([inNamespace('given').ref]);
  });

  test('is none for what lives outside namespaces', () => {
    expect(found(inNamespace(undefined, 'Namespace'), { namespace: 'given' })).toStrictEqual(inNamespace(undefined, 'Namespace').ref);
  });
});

test('a source is asked for places only where something stands', () => {
  let asked = 0;
  const locate = (): Location[] => {
    asked++;
    return [];
  };
  run([{ ...box('a', 1, 'red'), locate }], {}, [red]);
  expect(asked).toBe(0);
  run([{ ...box('a', 1, 'blue', 'green'), locate }], {}, [red]);
  expect(asked).toBe(1);
});

describe('joined subjects', () => {
  /** Things are subjects that other boxes could matter to; those that pass alone are not remembered. */
  const settling: JoinedSubjectKind<{ colour: string }, { colour: string; at: Anchor }[]> = {
    scope: 'joined',
    name: 'settling box',
    reads: boxes.reads,
    example: 'objects',
    remember: ({ object }, anchor, _, settled) =>
      (object['things'] as { colour: string }[]).flatMap(({ colour }) =>
        settled({ colour }) ? [] : [{ colour, at: anchor(['metadata']) }],
      ),
    *subjects(memories) {
      for (const { colour, at } of memories.flat()) yield { subject: { colour }, ref: { apiVersion: 'v1', kind: 'Box', name: colour }, at };
    },
  };
  const asked: string[] = [];
  const settled: AnyControl = defineControl({
    ...common,
    id: 'paint/settled',
    decides: ['POD-02'],
    title: 'Things are red',
    severity: 'low',
    subject: settling,
    evaluate: ({ colour }) => (asked.push(colour), colour === 'red' ? pass : fail([], `thing is ${colour}`)),
    passesAlone: ({ colour }) => colour === 'red',
  });
  const patient: AnyControl = defineControl({ ...few, id: 'paint/patient', subject: settling, evaluate: () => pass });

  test('that pass alone are counted at once and judged no more', () => {
    asked.length = 0;
    const { findings, ledger } = run([box('a', 1, 'red', 'blue'), box('b', 9, 'red')], {}, [settled]);
    expect(asked).toEqual(['blue']);
    expect(findings.map(({ message }) => message)).toEqual(['thing is blue']);
    expect(ledger.find(({ code }) => code === 'POD-02')?.subjects).toMatchObject({ pass: 2, fail: 1 });
  });

  test.each([
    ['all verdicts are wanted', { all: true }, [settled]],
    ['another control has to wait', {}, [settled, patient]],
  ])('are judged in their turn where %s', (_, changes, controls) => {
    asked.length = 0;
    const { ledger } = run([box('a', 1, 'red', 'blue')], changes, controls);
    expect(asked).toEqual(['red', 'blue']);
    expect(ledger.find(({ code }) => code === 'POD-02')?.subjects).toMatchObject({ pass: controls.length === 1 ? 1 : 3, fail: 1 });
  });

  test('of kinds that remember by one function are remembered once', () => {
    let remembered = 0;
    const remember: typeof boxes.remember = (resource, ...rest) => {
      remembered++;
      return boxes.remember(resource, ...rest);
    };
    const [one, other] = [
      { ...boxes, remember },
      { ...boxes, remember, name: 'the same set of boxes' },
    ];
    const controls = [defineControl({ ...few, subject: one }), defineControl({ ...few, id: 'paint/fewer', subject: other })];
    const boxed = [box('a', 1), box('b', 2), box('c', 3)];
    expect(run(boxed, {}, controls).findings.map(({ message }) => message)).toEqual(['3 boxes are many', '3 boxes are many']);
    expect(remembered).toBe(3);
    const [first, second] = [startEvaluation(controls, policy), startEvaluation(controls, policy)];
    for (const resource of boxed) first.add({ type: 'resource', resource });
    second.join(first.take());
    expect(second.finish({ files: 1, documents: 3 }).findings).toHaveLength(2);
  });

  /** One subject for each box, at fault in its second thing. */
  const kind: JoinedSubjectKind<{ place: Anchor }, { at: Anchor; place: Anchor }> = {
    ...boxes,
    remember: ({ ref }, anchor) =>
      ref.name === 'unseen' ? undefined : { at: anchor(['metadata']), place: anchor(['things', 1, 'colour']) },
    *subjects(memories) {
      for (const { at, place } of memories)
        yield { subject: { place }, ref: { apiVersion: 'v1', kind: 'Box', name: 'all' }, at, container: `c${memories.length}` };
    },
  };
  const control: AnyControl = defineControl({
    ...common,
    id: 'paint/joined',
    decides: ['POD-02'],
    title: 'Boxes are good',
    severity: 'low',
    subject: kind,
    evaluate: ({ place }) => fail(place, 'box is bad'),
  });

  test('are judged at the place that the verdict names, else at their own', () => {
    const files = (...names: string[]) => names.map((name, index): Resource => ({ ...box(name, 10 * index), file: `${name}.yaml` }));
    const atOwn = { ...control, evaluate: () => fail([], 'box is bad') };
    const report = (...judging: AnyControl[]) =>
      run(files('unseen', 'a', 'b'), {}, judging).findings.map(({ file, line, path, container }) => [file, line, path, container]);
    expect(report(control)).toEqual([
      ['a.yaml', 13, 'things[1].colour', 'c2'],
      ['b.yaml', 23, 'things[1].colour', 'c2'],
    ]);
    expect(report(atOwn)).toEqual([
      ['a.yaml', 11, 'metadata', 'c2'],
      ['b.yaml', 21, 'metadata', 'c2'],
    ]);
  });

  test('have fingerprints of container and fields, not of places in lists', () => {
    const named = (container: string | undefined, place: Path): string | undefined => {
      const subject: typeof kind = {
        ...kind,
        remember: (_, anchor) => ({ at: anchor([]), place: anchor(place) }),
        *subjects([memory]) {
          const one = { subject: memory!, ref: { apiVersion: 'v1', kind: 'Box', name: 'all' }, at: memory!.at };
          yield container === undefined ? one : { ...one, container };
        },
      };
      return run([box('a', 1)], {}, [{ ...control, subject }]).findings[0]?.fingerprint;
    };
    const one = named('app', ['spec', 'ports', 0]);
    expect(named('app', ['spec', 'ports', 7])).toBe(one);
    expect(named('app', ['spec', 'ports'])).toBe(one);
    expect(named('db', ['spec', 'ports', 0])).not.toBe(one);
    expect(named('app', ['spec', 'limits', 0])).not.toBe(one);
    expect(named(undefined, ['spec', 'ports', 0])).toBe(named('', ['spec', 'ports', 0]));
    expect(named('spec', ['ports'])).not.toBe(named(undefined, ['spec', 'ports']));
  });

  test('without a file of this run stand in none', () => {
    const location: Location = { line: 1, column: 1, endLine: 1, endColumn: 1 };
    const elsewhere = { ...control, evaluate: () => fail({ resource: 99, path: ['spec'], location }, 'box is bad') };
    expect(run([box('a', 1)], {}, [elsewhere]).findings[0]?.file).toBe('');
  });
});

describe('an anchor', () => {
  const paths: Path[] = [['things'], ['things', 0], ['things', '0'], ['things', 0, 'name'], []];

  /** The anchors that a subject kind gets for the paths, asked for them twice, in each of the resources. */
  function anchorsIn(resources: readonly Resource[], places: readonly Path[]): Anchor[][] {
    const anchors: Anchor[][] = [];
    const asking: JoinedSubjectKind<never, never> = {
      ...boxes,
      remember(_, anchor) {
        anchors.push([...places, ...places].map((place) => anchor([...place])));
        return undefined;
      },
      *subjects() {},
    };
    run(resources, {}, [{ ...few, subject: asking }]);
    return anchors;
  }

  test('is one for each place, however often it is asked for', () => {
    const asked: Path[] = [];
    const resource = box('a', 10);
    const locate = (wanted: readonly Path[]): Location[] => {
      asked.push(...wanted);
      return resource.locate(wanted);
    };
    const [anchors = []] = anchorsIn([{ ...resource, locate }], paths);
    expect(anchors.map(({ path }) => path)).toEqual([...paths, ...paths]);
    expect(anchors.map(({ location }) => location.line)).toEqual([11, 12, 12, 13, 10, 11, 12, 12, 13, 10]);
    for (const index of paths.keys()) expect(anchors[index]).toBe(anchors[index + paths.length]);
    expect(asked).toEqual(paths);
  });

  test('belongs to its resource', () => {
    const [first = [], second = []] = anchorsIn([box('a', 10), box('b', 20)], paths);
    expect(first.map(({ resource, location }) => [resource, location.line])).toContainEqual([0, 11]);
    expect(second.map(({ resource, location }) => [resource, location.line])).toContainEqual([1, 21]);
  });

  test('leads to its place however many places there are', () => {
    const many = Array.from({ length: 12_000 }, (_, index): Path => ['things', index]);
    const [anchors = []] = anchorsIn([box('a', 10)], many);
    expect(anchors.findIndex(({ path }, index) => path.length !== 2 || path[1] !== index % many.length)).toBe(-1);
  });
});

describe('a control', () => {
  test('is given the target version, whether there may be more, and its parameters: chosen ones over the defaults', () => {
    const seen: unknown[] = [];
    const curious = defineControl({
      ...common,
      id: 'paint/curious',
      decides: ['POD-01'],
      title: 'Nothing is hidden',
      severity: 'low',
      subject: things,
      params: { colours: strings('colours', ['red']), strict: flag('strict', true) },
      evaluate: (_, judging) => {
        seen.push(judging);
        return pass;
      },
    });
    run([box('a', 1, 'red')], { params: { 'paint/curious': { colours: ['blue'] } }, partial: true, version: 30 }, [curious]);
    run([box('a', 1, 'red')], { params: { 'paint/other': { strict: false } } }, [curious]);
    expect(seen).toMatchObject([
      { version: 30, partial: true, params: { colours: ['blue'], strict: true } },
      { version: 35, partial: false, params: { colours: ['red'], strict: true } },
    ]);
  });

  test('shares the subjects of a resource with all controls of their kind', () => {
    let enumerated = 0;
    const counted: typeof things = {
      ...things,
      *subjects(resource, context) {
        enumerated++;
        yield* things.subjects(resource, context);
      },
    };
    const both = [
      { ...red, subject: counted },
      { ...red, id: 'paint/again', subject: counted },
    ];
    expect(run([box('a', 1, 'blue')], {}, both).findings.map(({ control }) => control)).toEqual(['paint/red', 'paint/again']);
    expect(enumerated).toBe(1);
  });
});

test('an evaluation reads the kinds of its controls only', () => {
  const evaluation = startEvaluation([red], policy);
  expect([evaluation.reads('', 'Box'), evaluation.reads('', 'Crate'), evaluation.reads('apps', 'Box')]).toEqual([true, false, false]);
  const grouped = { ...red, subject: { ...things, reads: { podTemplates: false, kinds: ['Box.example.com'] } } };
  const ofGroup = startEvaluation([grouped], policy);
  expect([ofGroup.reads('example.com', 'Box'), ofGroup.reads('', 'Box'), ofGroup.reads('example.com', 'Crate')]).toEqual([
    true,
    false,
    false,
  ]);
});
