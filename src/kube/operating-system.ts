import type { PodSpec } from './types.ts';

export interface OperatingSystem {
  readonly name: 'linux' | 'windows';
  /** What the answer rests on, required node affinity counting as a selector; `assumed` where nothing in the pod says. */
  readonly by: 'spec.os' | 'node selector' | 'assumed';
}

const linux: OperatingSystem = { name: 'linux', by: 'assumed' };

const label = 'kubernetes.io/os';
/** Of kubelets before 1.14; newer ones still set it. */
const betaLabel = 'beta.kubernetes.io/os';

/**
 * The operating system that a pod is meant for. Only `spec.os.name` counts for Pod Security admission; rules that merely
 * do not make sense on Windows also believe the node selector.
 */
export function operatingSystem(spec: PodSpec): OperatingSystem {
  const declared = spec.os?.name;
  if (declared === 'windows' || declared === 'linux') return { name: declared, by: 'spec.os' };
  const selected = spec.nodeSelector?.[label] ?? spec.nodeSelector?.[betaLabel] ?? requiredSystem(spec);
  if (selected === 'windows' || selected === 'linux') return { name: selected, by: 'node selector' };
  return linux;
}

/** The only system that any of the terms lets the pod on: one of them is enough for the scheduler. */
function requiredSystem({ affinity }: PodSpec): string | undefined {
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const [first, ...others] = terms.map(({ matchExpressions = [] }) => {
    const allowed = matchExpressions.find(({ key, operator }) => operator === 'In' && (key === label || key === betaLabel))?.values;
    return allowed?.length === 1 ? allowed[0] : undefined;
  });
  return others.every((other) => other === first) ? first : undefined;
}
