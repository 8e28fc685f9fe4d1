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
