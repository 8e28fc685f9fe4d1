import type { Anchor, JoinedSubjectKind, Path, ResourceRef } from '../core/index.ts';
import type { Labels } from '../kube/label-selector.ts';
import type { PodSpec, SELinuxOptions } from '../kube/types.ts';
import { containersOf } from './container.ts';
import { applicationLabels } from './pod-with-service-account.ts';

/** An SELinux level that a workload chooses for itself. */
export interface SelinuxLevelSubject {
  /** Of the workload. */
  readonly name: string;
  readonly level: string;
  /** How many other workloads chose it, if no label of applications is common to them all: otherwise 0. */
  readonly unrelatedUsers: number;
  readonly at: Anchor;
}

interface Memory {
  readonly ref: ResourceRef;
  /** With its namespace and kind: levels hold on the whole node, whatever the namespace. */
  readonly workload: string;
  readonly labels: Labels;
  readonly level: string;
  readonly at: Anchor;
}

/** One subject for each place where a level is set. */
export const selinuxLevels: JoinedSubjectKind<SelinuxLevelSubject, readonly Memory[]> = {
  scope: 'joined',
  name: 'SELinux level of a workload',
  reads: { podTemplates: true, kinds: [] },
  example: 'objects',

  remember(resource, anchor, context) {
    const { ref } = resource;
    let found: Memory[] | undefined;
    for (const { spec, specPath, metadata } of resource.podTemplates) {
      const remember = (options: SELinuxOptions | undefined, path: Path): void => {
        if (!options?.level) return;
        const workload = `${context.namespaceOf(resource) ?? ''}/${ref.kind}/${ref.name}`;
        const at = anchor([...specPath, ...path, 'securityContext', 'seLinuxOptions', 'level']);
        (found ??= []).push({ ref, workload, labels: applicationLabels(metadata), level: options.level, at });
      };
      remember((spec as PodSpec).securityContext?.seLinuxOptions, []);
      for (const { container, path } of containersOf(spec)) remember(container.securityContext?.seLinuxOptions, path);
    }
    return found;
  },

  *subjects(memories) {
    const users = new Map<string, { readonly workloads: Set<string>; common: [string, string][] }>();
    for (const { level, workload, labels } of memories.flat()) {
      const known = users.get(level);
      if (known === undefined) users.set(level, { workloads: new Set([workload]), common: Object.entries(labels) });
      else {
        known.workloads.add(workload);
        known.common = known.common.filter(([label, value]) => labels[label] === value);
      }
    }
    for (const { ref, level, at } of memories.flat()) {
      const { workloads, common } = users.get(level)!;
      const unrelatedUsers = common.length > 0 ? 0 : workloads.size - 1;
      yield { subject: { name: ref.name, level, unrelatedUsers, at }, ref, at };
    }
  },
};
