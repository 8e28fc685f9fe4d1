import {
  isObserved,
  nowhere,
  pass,
  type Anchor,
  type LocalSubject,
  type Path,
  type Place,
  type PodTemplate,
  type Resource,
  type Verdict,
} from '../core/index.ts';
import { podSecurityLevel } from '../kube/pod-security/index.ts';
import { realPath } from '../kube/pod-templates.ts';
import { nodeOfStaticPod } from '../kube/static-pod.ts';
import { systemReason } from '../kube/system-workloads.ts';
import type { PodSpec } from '../kube/types.ts';
import type { Judge } from './bench.ts';
import { twinOf } from './findings.ts';
import { stableSteps } from './fingerprint.ts';
import { count } from './ledger.ts';
import type { Remembered } from './part.ts';
import { proposalFor, propose } from './proposals.ts';
import { numberOf, type Run } from './run.ts';

/** Judges what a resource shows by itself, and remembers what is judged together with others in the end. */
export function judgeResource(run: Run, read: Resource): void {
  const { policy, sink, context, gathered, lookups, waivers } = run;
  const namespace = context.namespaceOf(read);
  // What is joined names objects by what it remembers of them: theirs is the namespace that they will be applied to, too.
  const resource = read.ref.namespace === namespace || namespace === undefined ? read : { ...read, ref: { ...read.ref, namespace } };
  const { file, ref } = resource;
  const number = gathered.files.push(file) - 1;
  if (isObserved(ref)) gathered.observed++;
  if (sink !== undefined) {
    sink.met(ref);
    gathered.refs.push(ref);
    lookups.add(['metadata'], (location) => (gathered.origins[number] = location));
  }
  const reason = policy.system ? undefined : systemReason(resource, namespace, policy.systemNamespaces);
  const isSystem = reason !== undefined;
  run.last = { ref, excepted: isSystem };
  if (resource.madeFrom?.alike === true) gathered.running++;
  else {
    waivers?.note(resource, { number, file, ...run.last }, lookups.add);
    judgeLocally(run, resource, isSystem);
  }
  remember(run, resource, isSystem);
  if (resource.madeFrom?.alike !== true) {
    if (isSystem) lookups.add([], ({ line }) => gathered.excepted.push({ resource: ref, file, line, reason }));
    else describe(run, resource);
  }
  lookups.answer(resource);
}

/** What belongs to the system is judged, and repaired, by those alone that look for a part of it. */
function judgeLocally(run: Run, resource: Resource, isSystem: boolean): void {
  const { context, findings } = run;
  for (const bench of run.localOf(resource)) {
    const all = run.panelOf(bench, resource.file);
    const panel = isSystem ? all.filter(({ control }) => control.judgesSystem === true) : all;
    if (panel.length === 0) continue;
    for (const local of bench.kind.subjects(resource, context)) {
      for (const judge of panel) {
        const verdict = judge.control.evaluate(local.subject, judge.judging);
        count(judge.tally, verdict);
        const places = findings.placesOf(verdict);
        // Most verdicts are a pass, of which nothing is said.
        if (places.length > 0) tell(run, resource, local, judge, verdict, places);
      }
    }
  }
}

/** What a verdict says becomes findings, and a proposal where one is wanted, as soon as its places are known. */
function tell(
  run: Run,
  resource: Resource,
  { subject, path, container }: LocalSubject<unknown>,
  { control, fixing, severity }: Judge,
  verdict: Verdict,
  places: readonly Place[],
): void {
  const { sink, findings } = run;
  const { file, ref } = resource;
  const number = numberOf(run);
  const whole = (inside: Path): Path => realPath(resource.podTemplates, [...path, ...inside]);
  for (const [index, place] of places.entries()) {
    const at = whole(place.where as Path);
    const steps = stableSteps(resource.object, at);
    const proposal =
      index === 0 && sink !== undefined && control.fix !== undefined && verdict.verdict === 'fail'
        ? proposalFor({
            control,
            severity,
            fixing,
            subject,
            verdict,
            ref,
            container,
            file,
            path: at,
            whole,
            wholePod: (inside) => realPath(resource.podTemplates, [...(podAround(resource, path)?.specPath ?? path), ...inside]),
            wholeMetadata: (inside) => realPath(resource.podTemplates, [...(podAround(resource, path)?.metadataPath ?? path), ...inside]),
          })
        : undefined;
    const twin = twinOf(resource.madeFrom, steps);
    run.lookups.add(at, (location) => {
      const spot = { ref, file, container, path: at, steps, location, subject: number, severity, twin };
      const row = findings.add(control, verdict.verdict, place, spot);
      if (proposal !== undefined) propose(run, proposal, row, spot);
    });
  }
}

/** What is said of subjects that pass stands in order with all the rest, so nothing is settled before it then. */
function settle({ policy }: Run, panel: readonly Judge[], subject: object): boolean {
  if (policy.all || !panel.every(({ control, judging }) => control.passesAlone?.(subject, judging) === true)) return false;
  for (const { tally } of panel) count(tally, pass);
  return true;
}

function remember(run: Run, resource: Resource, isSystem: boolean): void {
  const { gathered } = run;
  const number = numberOf(run);
  const known = new Map<Path, Anchor>();
  const anchor = (place: Path): Anchor => {
    const path = run.sharedPath(realPath(resource.podTemplates, place));
    const before = known.get(path);
    if (before !== undefined) return before;
    const remembered: Remembered = { resource: number, path, location: nowhere };
    run.lookups.add(path, (location) => (remembered.location = location));
    known.set(path, remembered);
    gathered.anchors.push(remembered);
    return remembered;
  };
  if (resource.madeFrom !== undefined) gathered.madeFrom.set(number, resource.madeFrom);
  for (const bench of run.rememberingOf(resource)) {
    const { kind, memories, owners } = bench;
    if (resource.madeFrom?.alike === true && kind.reads.running !== true) continue;
    if (isSystem && kind.reads.system !== true) continue;
    const memory = kind.remember(resource, anchor, run.context, (subject) => settle(run, run.panelOf(bench, resource.file), subject));
    if (memory === undefined) continue;
    memories.push(memory);
    if (run.sink !== undefined) owners.push(number);
  }
}

function describe(run: Run, resource: Resource): void {
  const { policy, gathered, lookups } = run;
  const { ref, file } = resource;
  for (const { spec, metadata, path } of resource.podTemplates) {
    const pod = spec as PodSpec;
    if (pod.os?.name === undefined) gathered.assumedLinux = true;
    const { level, restrictedBy } = podSecurityLevel(pod, metadata, policy.version);
    lookups.add(path, ({ line }) => gathered.workloads.push({ resource: ref, file, line, podSecurityLevel: level, restrictedBy }));
    if (run.sink !== undefined) gathered.ofWorkloads.push(numberOf(run));
  }
  const node = nodeOfStaticPod(resource);
  if (node !== undefined) lookups.add([], ({ line }) => gathered.staticPods.push({ resource: ref, file, line, node }));
}

/** The pod that a local subject is in. */
function podAround({ podTemplates }: Resource, path: Path): PodTemplate | undefined {
  return podTemplates.find(({ specPath }) => specPath.every((step, index) => path[index] === step));
}
