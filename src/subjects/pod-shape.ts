import { remembering, type Metadata } from '../core/index.ts';
import { decidingPart } from '../kube/pod-security/index.ts';
import type { PodSpec, ResourceList, ResourceRequirements } from '../kube/types.ts';
import { containersOf } from './container.ts';

/** What joined subjects remember of a pod template that the pods of many workloads have alike. */
export interface PodShape {
  readonly hostNetwork: boolean;
  /** As much of it as Pod Security admission looks at (`readDeciding`). */
  readonly security: string;
  /** Pod-level resources. */
  readonly resources: ResourceRequirements;
  /** Without ephemeral containers, which have no resources. */
  readonly containers: readonly { readonly resources: ResourceRequirements }[];
}

let last: { readonly spec: PodSpec; readonly metadata: Metadata; readonly shape: PodShape } | undefined;

/**
 * One object for all pods that are alike: a dump has tens of thousands of them, and what is remembered of each fills the
 * memory until the end, and passes from one thread to another.
 */
export function podShape(spec: PodSpec, metadata: Metadata): PodShape {
  if (last?.spec !== spec || last.metadata !== metadata) last = { spec, metadata, shape: shared(textOf(spec, metadata)) };
  return last.shape;
}

/** Two JSON texts, one a line: a text inside of the other would be all escapes. */
function textOf(spec: PodSpec, metadata: Metadata): string {
  const containers: ResourceRequirements[] = [];
  for (const { container, class: containerClass } of containersOf(spec))
    if (containerClass !== 'ephemeral container') containers.push(resourcesOf(container));
  const rest: Rest = { hostNetwork: spec.hostNetwork === true, resources: resourcesOf(spec), containers };
  return `${decidingPart(spec, metadata)}\n${JSON.stringify(rest)}`;
}

interface Rest extends Pick<PodShape, 'hostNetwork' | 'resources'> {
  readonly containers: readonly ResourceRequirements[];
}

const shared = remembering(
  (text): PodShape => {
    const end = text.indexOf('\n');
    const { hostNetwork, resources, containers } = JSON.parse(text.slice(end)) as Rest;
    return { hostNetwork, security: text.slice(0, end), resources, containers: containers.map((each) => ({ resources: each })) };
  },
  1_000,
  8_192,
);

function resourcesOf({ resources = {} }: { readonly resources?: ResourceRequirements }): ResourceRequirements {
  const { limits, requests } = resources;
  return { ...(limits && { limits: quantitiesOf(limits) }), ...(requests && { requests: quantitiesOf(requests) }) };
}

/** As text, which JSON has for integers of any size. */
function quantitiesOf(list: ResourceList): ResourceList {
  for (const name in list) {
    if (typeof list[name] !== 'string') return Object.fromEntries(Object.entries(list).map(([key, value]) => [key, String(value)]));
  }
  return list;
}
