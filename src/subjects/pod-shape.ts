import { knownBy, word, type Metadata } from '../core/index.ts';
import { decidingPart, decidingText } from '../kube/pod-security/index.ts';
import type { PodSpec, ResourceList, ResourceRequirements } from '../kube/types.ts';
import { containersOf } from './container.ts';

// What joined subjects remember of pods is one object for all that are alike: a dump has tens of thousands of pods, and what
// is remembered of each fills the memory until the end, and passes from one thread to another.

export interface PodShape {
  readonly hostNetwork: boolean;
  /** As much of it as Pod Security admission looks at (`violationsOfPart`). */
  readonly security: string;
}

export interface PodResources {
  /** Pod-level resources. */
  readonly pod: ResourceRequirements;
  /** Of the containers, without ephemeral ones, which have none. */
  readonly containers: readonly ResourceRequirements[];
}

const shapes = knownBy<PodShape>(1_000, 4_096);

export function podShape(spec: PodSpec, metadata: Metadata): PodShape {
  return shapes(decidingText(spec, metadata), () => ({ hostNetwork: spec.hostNetwork === true, security: decidingPart(spec, metadata) }));
}

const resources = knownBy<PodResources>(1_000, 1_024);
const none: ResourceRequirements = {};

export function podResources(spec: PodSpec): PodResources {
  const pod = spec.resources ?? none;
  const containers: ResourceRequirements[] = [];
  for (const { container, class: containerClass } of containersOf(spec))
    if (containerClass !== 'ephemeral container') containers.push(container.resources ?? none);
  let text = textOf(pod);
  for (const each of containers) text += textOf(each);
  return resources(text, () => ({ pod: quantitiesOf(pod), containers: containers.map(quantitiesOf) }));
}

function textOf({ limits, requests }: ResourceRequirements): string {
  return `${listText(limits)};${listText(requests)};`;
}

function listText(list: ResourceList | undefined): string {
  let text = '';
  for (const name in list) text += word(name) + word(String(list[name]));
  return text;
}

/** Without what else stands there. */
function quantitiesOf({ limits, requests }: ResourceRequirements): ResourceRequirements {
  return { ...(limits && { limits }), ...(requests && { requests }) };
}
