import type { LocalSubjectKind, PodTemplate } from '../core/index.ts';
import { programOf } from '../kube/control-plane-flags.ts';
import type { Container } from '../kube/types.ts';
import { containers, containersOf, type ContainerSubject } from './container.ts';

export function isApiServer(container: Container): boolean {
  return programOf(container) === 'kube-apiserver';
}

/** For a first look: hardly any pod does. */
export function runsApiServer({ spec }: PodTemplate): boolean {
  return containersOf(spec).some(({ container }) => isApiServer(container));
}

/** A container that runs an API server. Paths of controls are relative to it. */
export const apiServerContainers: LocalSubjectKind<ContainerSubject> = {
  ...containers,
  name: 'container of an API server',
  subjects: (resource, context) =>
    resource.podTemplates.some(runsApiServer)
      ? [...containers.subjects(resource, context)].filter(({ subject }) => isApiServer(subject.container))
      : [],
};

/** Flags with which an API server records what it is asked, for the examples of controls. */
export const exampleAuditFlags: readonly string[] = [
  '--authorization-mode=Node,RBAC',
  '--audit-policy-file=/etc/kubernetes/audit/policy.yaml',
  '--audit-log-path=/var/log/kubernetes/audit/audit.log',
  '--audit-log-maxsize=100',
  '--audit-log-maxbackup=20',
  '--audit-log-maxage=30',
];

/** A container that is started with these flags, where it mounts what they name. */
export function exampleApiServerContainer(flags: readonly string[] = exampleAuditFlags, more = ''): string {
  return `
command: ${JSON.stringify(['kube-apiserver', ...flags])}
volumeMounts:
  - { name: tmp, mountPath: /tmp }
  - { name: audit-policy, mountPath: /etc/kubernetes/audit, readOnly: true }
  - { name: audit-log, mountPath: /var/log/kubernetes/audit }
$pod:
  volumes:
    - { name: tmp, emptyDir: { sizeLimit: 64Mi } }
    - { name: audit-policy, configMap: { name: audit-policy } }
    - { name: audit-log, persistentVolumeClaim: { claimName: audit-log } }
${more}`;
}
