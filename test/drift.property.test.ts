import { expect, test } from 'vitest';
import { controls } from '../src/controls/index.ts';
import { nowhere, type LocalSubjectKind, type PodTemplate, type Resource, type SubjectContext } from '../src/core/index.ts';
import { paramValues } from '../src/evaluate/policy.ts';
import { decode } from '../src/kube/decode.ts';
import { podDifferences, podOutline } from '../src/kube/pod-outline.ts';
import { asAdmitted, podSecurity } from '../src/kube/pod-security/index.ts';
import { runs } from './runs.ts';
import { randomPods } from './upstream/random-pods.ts';
import { random as seeded } from './upstream/random.ts';

/*
 * A pod passes unjudged where its outline is that of its template. So whatever a rule of pods says of the pod, and not of the
 * template, must be in the outline.
 */

/** The API server itself writes the field into annotations, and the other way round. */
const ofServer = 'pod-security/apparmor-annotations';
const local = controls.filter(
  ({ id, subject }) => id !== ofServer && subject.scope === 'local' && (subject as LocalSubjectKind<unknown>).reads.podTemplates,
);
const context: SubjectContext = { version: 36, partial: true, namespaceOf: () => 'shop' };
const judges = local.map((control) => {
  const judging = { version: context.version, partial: context.partial, params: paramValues(control, { params: {} }) };
  const { subjects } = control.subject as LocalSubjectKind<unknown>;
  return (resource: Resource): string[] =>
    [...subjects(resource, context)].flatMap(({ subject, container }) => {
      const verdict = control.evaluate(subject, judging);
      return 'places' in verdict ? verdict.places.map(({ message }) => [control.id, verdict.verdict, container, message].join(' | ')) : [];
    });
});
const digest = (text: string): string => `${text.length} ${text.slice(-40)}`;

type Changeable = Record<string, unknown>;

function resourceOf(object: Changeable): Resource | undefined {
  const decoded = decode(object);
  if ('refused' in decoded) return undefined;
  return { ...decoded, file: 'pod', locate: (paths) => paths.map(() => nowhere) };
}

/** What the rules say, in no order: neither do containers have one. */
function said(resource: Resource, { spec, metadata }: PodTemplate): string[] {
  const admitted = asAdmitted(spec, metadata);
  const refusals = [19, 22, 31, 36].flatMap((minor) =>
    podSecurity(admitted, metadata, 'restricted', minor).map(({ check }) => `${check} ${minor}`),
  );
  return [...refusals, ...judges.flatMap((judge) => judge(resource))];
}

function outlineOf({ spec, metadata }: PodTemplate): string {
  return podOutline({ spec, metadata }, digest);
}

/** A copy with one field, somewhere, as another pod has it. */
function mutated(pod: Changeable, other: Changeable, random: () => number): Changeable {
  const copy = structuredClone(pod);
  let [here, there]: [unknown, unknown] = [copy, other];
  for (let depth = 0; depth < 8; depth++) {
    if (typeof here !== 'object' || here === null || typeof there !== 'object' || there === null) break;
    const keys = [...new Set([...Object.keys(here), ...Object.keys(there)])].filter((key) => !['apiVersion', 'kind', 'name'].includes(key));
    if (keys.length === 0) break;
    const key = keys[Math.floor(random() * keys.length)]!;
    const [a, b]: [unknown, unknown] = [(here as Changeable)[key], (there as Changeable)[key]];
    const goesOn = typeof a === 'object' && a !== null && typeof b === 'object' && b !== null && (depth === 0 || random() < 0.8);
    if (!goesOn) {
      if (b === undefined && Array.isArray(here)) here.splice(Number(key), 1);
      else if (b === undefined) delete (here as Changeable)[key];
      else (here as Changeable)[key] = structuredClone(b);
      break;
    }
    [here, there] = [a, b];
  }
  return copy;
}

test('no pod passes for its template of which a rule says something else', () => {
  const random = seeded(11);
  const pods = randomPods(12);
  let [alike, told] = [0, 0];
  for (let turn = 0; turn < runs(250, 2000); turn++) {
    const template = pods.next().value as Changeable;
    const [a, b] = [resourceOf(template), resourceOf(mutated(template, pods.next().value as Changeable, random))];
    const [before, after] = [a?.podTemplates[0], b?.podTemplates[0]];
    if (a === undefined || b === undefined || before === undefined || after === undefined) continue;
    const differences = podDifferences(outlineOf(before), outlineOf(after), { group: 'apps', kind: 'ReplicaSet' });
    if (differences.length > 0) {
      told++;
      continue;
    }
    alike++;
    const known = new Set(said(a, before));
    expect(
      said(b, after).filter((each) => !known.has(each)),
      JSON.stringify([a.object, b.object]),
    ).toEqual([]);
  }
  expect([alike > runs(50, 200), told > runs(50, 500)]).toEqual([true, true]);
});
