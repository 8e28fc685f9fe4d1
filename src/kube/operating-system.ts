import type { PodSpec } from './types.ts';

export interface OperatingSystem {
  readonly name: 'linux' | 'windows';
  /** What the answer rests on; `assumed` where nothing in the pod says. */
  readonly by: 'spec.os' | 'node selector' | 'assumed';
}

const linux: OperatingSystem = { name: 'linux', by: 'assumed' };

/**
 * The operating system that a pod is meant for. Only `spec.os.name` counts for Pod Security admission; rules that merely
 * do not make sense on Windows also believe the node selector.
 */
export function operatingSystem(spec: PodSpec): OperatingSystem {
  const declared = spec.os?.name;
  if (declared === 'windows' || declared === 'linux') return { name: declared, by: 'spec.os' };
  const selected = spec.nodeSelector?.['kubernetes.io/os'] ?? spec.nodeSelector?.['beta.kubernetes.io/os'];
  if (selected === 'windows' || selected === 'linux') return { name: selected, by: 'node selector' };
  return linux;
}
