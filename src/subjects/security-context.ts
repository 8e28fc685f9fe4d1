import { remove, set, type Repair } from '../core/index.ts';
import { asAdmitted, podSecurity } from '../kube/pod-security/index.ts';
import type { SharedSecurityContext, WindowsOptions } from '../kube/types.ts';
import { containersOf, type ContainerSubject } from './container.ts';
import type { PodSubject } from './pod.ts';

/**
 * What holds for a container in the fields that it shares with its pod: its own value wins, also where it is weaker.
 * Objects are replaced as a whole, never merged (k8s.io/kubernetes pkg/securitycontext, DetermineEffectiveSecurityContext).
 */
export function inherited<K extends Exclude<keyof SharedSecurityContext, 'windowsOptions'>>(
  { container, pod }: ContainerSubject,
  field: K,
): SharedSecurityContext[K] | undefined {
  return container.securityContext?.[field] ?? pod.spec.securityContext?.[field];
}

/** As `inherited`; the options for Windows are the one object that is merged field by field. */
export function inheritedWindows<K extends keyof WindowsOptions>(
  { container, pod }: ContainerSubject,
  field: K,
): WindowsOptions[K] | undefined {
  return container.securityContext?.windowsOptions?.[field] ?? pod.spec.securityContext?.windowsOptions?.[field];
}

type SharedField = Exclude<keyof SharedSecurityContext, 'windowsOptions'>;

/**
 * The change of a shared field, or its removal for `undefined`: where the container says it itself, and else in the pod, for
 * all containers at once. What else stands in either `securityContext` does not count: other fixes may have put it there, and
 * in which order fixes are carried out must not show.
 */
export function changeShared(subject: ContainerSubject, field: SharedField, value: unknown): Repair {
  const path = ['securityContext', field];
  const edits = [value === undefined ? remove(path) : set(path, value)];
  return subject.container.securityContext?.[field] === undefined ? { edits: [], podEdits: edits } : { edits };
}

/**
 * Which of these fields a level refuses in the pod itself although no container inherits them: Pod Security admission looks at
 * both (k8s.io/pod-security-admission, policy/check_*.go). A container that inherits one is judged for it.
 */
export function refusedThoughOverridden(
  { spec, metadata }: PodSubject,
  fields: readonly SharedField[],
  level: 'baseline' | 'restricted',
  version: number,
): SharedField[] {
  const said = fields.filter((field) => spec.securityContext?.[field] !== undefined);
  if (said.length === 0) return [];
  // Annotations of containers are fields by then.
  const { securityContext = {}, os, hostUsers, ...rest } = asAdmitted(spec, metadata);
  const pod = { ...(os === undefined ? {} : { os }), ...(hostUsers === undefined ? {} : { hostUsers }) };
  return said.filter(
    (field) =>
      containersOf(rest).every(({ container }) => container.securityContext?.[field] !== undefined) &&
      podSecurity({ ...pod, securityContext: { [field]: securityContext[field] } }, {}, level, version).length > 0,
  );
}
