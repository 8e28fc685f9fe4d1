import type { Anchor, JoinedSubjectKind, Resource, ResourceRef } from '../core/index.ts';
import type { NamedLimitRange } from '../kube/effective-resources.ts';
import type { LimitRangeItem, PodSpec, ResourceRequirements } from '../kube/types.ts';
import { containersOf, type ContainerClass } from './container.ts';
import { unnamedNamespace } from './policy-facts.ts';

/** A container with what decides on its resources: its own, those of its pod, and the LimitRanges of its namespace. */
export interface ContainerWithLimitRangeSubject {
  readonly name: string;
  readonly namespace: string | undefined;
  /** The name of the object around it. */
  readonly workload: string;
  /** For messages: `init container "web"`. */
  readonly title: string;
  readonly resources: ResourceRequirements;
  readonly podResources: ResourceRequirements;
  readonly limitRanges: readonly NamedLimitRange[];
  /** Where the container's resources stand or would stand. */
  readonly at: Anchor;
}

type Memory =
  | { readonly type: 'limit range'; readonly namespace: string | undefined; readonly limitRange: NamedLimitRange }
  | {
      readonly type: 'containers';
      readonly namespace: string | undefined;
      readonly ref: ResourceRef;
      readonly containers: readonly RememberedContainer[];
    };

interface RememberedContainer extends Pick<ContainerWithLimitRangeSubject, 'name' | 'resources' | 'podResources' | 'at'> {
  readonly class: ContainerClass;
}

const none: ResourceRequirements = {};
const noRanges: readonly NamedLimitRange[] = [];

/** Without ephemeral containers, which must not have resources. Paths of fixes are relative to its resources. */
export const containersWithLimitRange: JoinedSubjectKind<ContainerWithLimitRangeSubject, Memory> = {
  scope: 'joined',
  name: 'container with the LimitRanges of its namespace',
  reads: { podTemplates: true, kinds: ['LimitRange'] },
  example: 'objects',

  remember(resource, anchor, context, settled) {
    const { ref } = resource;
    const namespace = context.namespaceOf(resource);
    if (ref.kind === 'LimitRange' && ref.apiVersion === 'v1')
      return { type: 'limit range', namespace, limitRange: { name: ref.name, limits: limitsOf(resource) } };
    let containers: RememberedContainer[] | undefined;
    for (const { spec, specPath } of resource.podTemplates) {
      const { resources: podResources = none }: PodSpec = spec;
      for (const { container, class: containerClass, path } of containersOf(spec)) {
        if (containerClass === 'ephemeral container') continue;
        const { name = '', resources = none } = container;
        if (settled({ name, resources })) continue;
        (containers ??= []).push({
          name,
          class: containerClass,
          resources,
          podResources,
          at: anchor([...specPath, ...path, 'resources']),
        });
      }
    }
    return containers && { type: 'containers', namespace, ref, containers };
  },

  concerns: ({ namespace = unnamedNamespace }) => namespace,

  *subjects(memories) {
    const limitRanges = new Map<string | undefined, NamedLimitRange[]>();
    for (const memory of memories) {
      if (memory.type !== 'limit range') continue;
      const listed = limitRanges.get(memory.namespace);
      if (listed === undefined) limitRanges.set(memory.namespace, [memory.limitRange]);
      else listed.push(memory.limitRange);
    }
    for (const memory of memories) {
      if (memory.type !== 'containers') continue;
      for (const container of memory.containers) {
        const { namespace, ref } = memory;
        const { name, resources, podResources, at } = container;
        const title = `${container.class} "${name}"`;
        const known = limitRanges.get(namespace) ?? noRanges;
        yield {
          subject: { name, title, namespace, workload: ref.name, resources, podResources, limitRanges: known, at },
          ref,
          at,
          container: name,
        };
      }
    }
  },
};

/** The items of a LimitRange, which has nothing else. */
export function limitsOf({ object }: Resource): readonly LimitRangeItem[] {
  const spec: { readonly limits?: readonly LimitRangeItem[] } = object['spec'] ?? {};
  return spec.limits ?? [];
}
