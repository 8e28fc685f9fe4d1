import { notApplicable, type LocalSubjectKind, type Verdict } from '../core/index.ts';
import type { Container, PodSpec } from '../kube/types.ts';
import { podSubject, podTemplates, type PodSubject } from './pod.ts';

export type ContainerClass = 'init container' | 'sidecar' | 'container' | 'ephemeral container';

export interface ContainerSubject {
  readonly container: Container;
  readonly name: string;
  readonly class: ContainerClass;
  readonly pod: PodSubject;
}

type ContainerList = 'initContainers' | 'containers' | 'ephemeralContainers';

/** The order in which Pod Security admission visits them (k8s.io/pod-security-admission, policy/visitor.go). */
const lists: readonly ContainerList[] = ['initContainers', 'containers', 'ephemeralContainers'];

/** The only loop over containers there is: every class, in the order of Pod Security admission. */
export function* containersOf(
  spec: PodSpec,
): Generator<{ container: Container; class: ContainerClass; path: readonly [ContainerList, number] }> {
  for (const list of lists) {
    const containers = spec[list];
    if (containers === undefined) continue;
    for (let index = 0; index < containers.length; index++) {
      const container = containers[index];
      if (container !== undefined) yield { container, class: classOf(list, container), path: [list, index] };
    }
  }
}

function classOf(list: ContainerList, container: Container): ContainerClass {
  if (list === 'containers') return 'container';
  if (list === 'ephemeralContainers') return 'ephemeral container';
  return container.restartPolicy === 'Always' ? 'sidecar' : 'init container';
}

/**
 * What a privileged container says of seccomp, AppArmor, SELinux and capabilities has no effect: the runtime applies none
 * of it. Nothing that holds on paper only may count as held.
 */
export const voidWherePrivileged: Verdict = notApplicable('no effect on a privileged container, which pod-security/privileged judges');

export function isPrivileged({ container }: ContainerSubject): boolean {
  return container.securityContext?.privileged === true;
}

/** Init containers, sidecars and ephemeral containers included. Paths of controls are relative to the container. */
export const containers: LocalSubjectKind<ContainerSubject> = {
  scope: 'local',
  name: 'container',
  reads: podTemplates,
  example: 'container',
  *subjects(resource, context) {
    for (const template of resource.podTemplates) {
      const pod = podSubject(resource, template, context.namespaceOf(resource));
      for (const { container, class: containerClass, path } of containersOf(pod.spec)) {
        const name = container.name ?? '';
        yield { subject: { container, name, class: containerClass, pod }, path: [...template.specPath, ...path], container: name };
      }
    }
  },
};
