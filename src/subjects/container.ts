import { notApplicable, type LocalSubject, type LocalSubjectKind, type Path, type PodTemplate, type Verdict } from '../core/index.ts';
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

export interface ContainerOfPod {
  readonly container: Container;
  readonly class: ContainerClass;
  readonly path: readonly [ContainerList, number];
}

/** With its path from the root of the object. */
export interface ContainerOfTemplate extends ContainerOfPod {
  readonly at: Path;
}

/** As `containersOf`, for those who need to know where they stand. */
export function containersIn(template: PodTemplate): readonly ContainerOfTemplate[] {
  if (lastIn?.template === template) return lastIn.containers;
  const { spec, specPath } = template;
  const found: ContainerOfTemplate[] = [];
  for (const { container, class: of, path } of containersOf(spec)) found.push({ container, class: of, path, at: [...specPath, ...path] });
  lastIn = { template, containers: found };
  return found;
}

let lastIn: { readonly template: PodTemplate; readonly containers: readonly ContainerOfTemplate[] } | undefined;

/** The only loop over containers there is: every class, in the order of Pod Security admission. */
export function containersOf(spec: PodSpec): readonly ContainerOfPod[] {
  if (last?.spec !== spec) last = { spec, containers: listContainers(spec) };
  return last.containers;
}

/** The answer before: one kind of subject after the other asks for the same pod. */
let last: { readonly spec: PodSpec; readonly containers: readonly ContainerOfPod[] } | undefined;

function listContainers(spec: PodSpec): ContainerOfPod[] {
  const found: ContainerOfPod[] = [];
  for (const list of lists) {
    const containers = spec[list];
    if (containers === undefined) continue;
    for (let index = 0; index < containers.length; index++) {
      const container = containers[index];
      if (container !== undefined) found.push({ container, class: classOf(list, container), path: [list, index] });
    }
  }
  return found;
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
  subjects(resource, context) {
    const found: LocalSubject<ContainerSubject>[] = [];
    for (const template of resource.podTemplates) {
      const pod = podSubject(resource, template, context);
      for (const { container, class: of, at } of containersIn(template)) {
        const { name = '' } = container;
        found.push({ subject: { container, name, class: of, pod }, path: at, container: name });
      }
    }
    return found;
  },
};
