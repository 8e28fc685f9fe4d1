import { remove, set, type Repair } from '../core/index.ts';
import type { SharedSecurityContext, WindowsOptions } from '../kube/types.ts';
import type { ContainerSubject } from './container.ts';

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
 * Whether a field that a container shares with its pod is best changed in the pod: where it takes the value from there, and
 * where nobody sets it and the pod has settings for all of its containers already, or the container has none of its own.
 */
function isOfPod({ container, pod }: ContainerSubject, field: SharedField): boolean {
  if (container.securityContext?.[field] !== undefined) return false;
  return pod.spec.securityContext !== undefined || container.securityContext === undefined;
}

/** The change of a shared field, or its removal for `undefined`, in the place where the document would have it. */
export function changeShared(subject: ContainerSubject, field: SharedField, value: unknown): Repair {
  const path = ['securityContext', field];
  const edits = [value === undefined ? remove(path) : set(path, value)];
  return isOfPod(subject, field) ? { edits: [], podEdits: edits } : { edits };
}
