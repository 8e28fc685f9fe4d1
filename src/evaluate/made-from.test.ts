import { describe, expect, test } from 'vitest';
import {
  defineControl,
  fail,
  nowhere,
  pass,
  type AnyControl,
  type JoinedSubjectKind,
  type LocalSubjectKind,
  type MadeFrom,
  type Resource,
  type ResourceRef,
} from '../core/index.ts';
import { startEvaluation, type Evaluation, type Policy } from './index.ts';

const policy: Policy = {
  version: 35,
  kubernetesVersion: '1.35',
  versionAssumed: true,
  profile: 'nsa',
  partial: false,
  only: [],
  skip: [],
  minSeverity: 'low',
  system: true,
  all: false,
  params: {},
  assumptions: [],
  toolVersion: '0.0.0',
};

const common = {
  decides: ['POD-01'],
  title: 'T',
  why: 'W.',
  severity: 'high',
  also: {},
  remedy: 'R.',
  examples: () => ({ pass: {}, fail: {} }),
} as const;
const reads = { podTemplates: true, kinds: [] };

/** Every image of a pod is at fault, by its own name and that of the object. */
const images: LocalSubjectKind<{ readonly image: string; readonly of: string }> = {
  scope: 'local',
  name: 'image',
  reads,
  example: 'pod',
  *subjects({ podTemplates, ref }) {
    for (const { spec, specPath } of podTemplates)
      for (const [index, { name, image }] of (spec['containers'] as { name: string; image: string }[]).entries())
        yield { subject: { image, of: ref.name }, path: [...specPath, 'containers', index], container: name };
  },
};
const imageControl: AnyControl = defineControl({
  ...common,
  id: 'paint/image',
  subject: images,
  evaluate: ({ image, of }) => fail(['image'], `image ${image} of "${of}" is bad`),
});

/** Counts what it is shown. */
function seen(running?: true): { readonly control: AnyControl; readonly names: string[] } {
  const names: string[] = [];
  const subject: JoinedSubjectKind<object, string> = {
    scope: 'joined',
    name: 'pod',
    reads: running === undefined ? reads : { ...reads, running },
    example: 'objects',
    remember({ ref }) {
      names.push(ref.name);
      return undefined;
    },
    subjects: () => [],
  };
  return { control: defineControl({ ...common, id: `paint/seen-${running}`, subject, evaluate: () => pass }), names };
}

const web: ResourceRef = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };

function resource(ref: ResourceRef, template: readonly string[], containers: readonly object[], madeFrom?: MadeFrom): Resource {
  const spec = { containers };
  let object: Record<string, unknown> = { spec };
  for (const step of [...template].reverse()) object = { [step]: object };
  const podTemplate = { path: template, metadata: {}, metadataPath: [...template, 'metadata'], spec, specPath: [...template, 'spec'] };
  const locate: Resource['locate'] = (paths) => paths.map(() => nowhere);
  const made = { ref, metadata: {}, object, podTemplates: [podTemplate], file: `${ref.kind}/${ref.name}`, locate };
  return madeFrom === undefined ? made : { ...made, madeFrom };
}

const container = { name: 'app', image: 'app:1' };
const deployment = resource(web, ['spec', 'template'], [container]);

function podOf(name: string, containers: readonly object[], alike = false): Resource {
  const ref = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name };
  const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
  return resource(alike ? ref : { ...ref, owner }, [], containers, { owner: web, templatePath: ['spec', 'template'], alike });
}

function judged(evaluation: Evaluation, resources: readonly Resource[]): string[] {
  for (const each of resources) evaluation.add({ type: 'resource', resource: each });
  return evaluation.finish({ files: 1, documents: 1 }).findings.map(({ resource: { kind }, message }) => `${kind}: ${message}`);
}

describe('what was made from the template of another object', () => {
  const proxy = { name: 'proxy', image: 'proxy:1' };

  test('is not told of what its owner fails at the same place in the same way, wherever that moved in the list', () => {
    const evaluation = startEvaluation([imageControl], policy);
    expect(judged(evaluation, [deployment, podOf('web-1', [proxy, container])])).toEqual([
      'Deployment: image app:1 of "web" is bad',
      'Pod: image proxy:1 of "web-1" is bad',
    ]);
  });

  test('is told of the same place where the fault is another one', () => {
    const evaluation = startEvaluation([imageControl], policy);
    expect(judged(evaluation, [deployment, podOf('web-1', [{ ...container, image: 'app:2' }])])).toContain(
      'Pod: image app:2 of "web-1" is bad',
    );
  });

  test('is told of everything where the owner was not judged', () => {
    const evaluation = startEvaluation([imageControl], policy);
    expect(judged(evaluation, [podOf('web-1', [container])])).toEqual(['Pod: image app:1 of "web-1" is bad']);
  });

  test('is judged by nobody where it is alike, and no object of the report', () => {
    const evaluation = startEvaluation([imageControl], policy);
    for (const each of [deployment, podOf('web-1', [container], true)]) evaluation.add({ type: 'resource', resource: each });
    const { inputs, findings, workloads } = evaluation.finish({ files: 1, documents: 2 });
    expect([inputs.resources, findings.length, workloads.length]).toEqual([1, 1, 1]);
  });

  test('is shown to subjects that ask for what runs', () => {
    const [written, running] = [seen(), seen(true)];
    const evaluation = startEvaluation([written.control, running.control], policy);
    judged(evaluation, [deployment, podOf('web-1', [container], true), podOf('web-2', [proxy])]);
    expect(written.names).toEqual(['web', 'web-2']);
    expect(running.names).toEqual(['web', 'web-1', 'web-2']);
  });

  test('is the same when parts of the input were judged apart', () => {
    const parts = [deployment, podOf('web-1', [proxy, container]), podOf('web-2', [container], true)];
    const whole = startEvaluation([imageControl], policy);
    const joined = startEvaluation([imageControl], policy);
    for (const each of parts) {
      const part = startEvaluation([imageControl], policy);
      part.add({ type: 'resource', resource: each });
      joined.join(part.take());
      whole.add({ type: 'resource', resource: each });
    }
    const read = { files: 1, documents: 3 };
    expect(joined.finish(read)).toEqual(whole.finish(read));
  });
});
