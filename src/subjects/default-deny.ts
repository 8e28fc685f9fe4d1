import { fail, notApplicable, pass, unknown, type Severity, type Verdict } from '../core/index.ts';
import type { Direction } from '../kube/network-policy.ts';
import { indexSelectors } from '../kube/selector-index.ts';
import type { NamespacePolicy, NamespaceSubject, PolicyDirection } from './namespace.ts';

/** What the controls of both directions ask of a namespace. */
export interface DefaultDeny {
  readonly direction: Direction;
  readonly partial: boolean;
  readonly system: readonly string[];
  /** Where only the workloads of today are isolated. */
  readonly narrower: Severity;
}

/**
 * Policies add up and none takes away: a namespace denies by default if a policy that selects every pod isolates the
 * direction, and none that selects every pod allows everything in it.
 */
export function judgeDefaultDeny(namespace: NamespaceSubject, { direction, partial, system, narrower }: DefaultDeny): Verdict {
  const { name, title, policies, namedAt } = namespace;
  if (name !== undefined && system.includes(name)) return notApplicable('the connections of system namespaces are an entry of their own');

  const isolating = policies.filter((policy) => policy[direction] !== undefined);
  const forAll = isolating.filter((policy) => policy.selectsEveryPod);
  for (const policy of forAll) {
    const everything = policy[direction]?.allowsEverything;
    if (everything === undefined) continue;
    return fail(everything, `policy "${policy.name}" allows all ${direction} of every pod, which cancels any default deny`);
  }
  if (forAll.length > 0) return pass;
  if (partial) return unknown(namedAt, `${title} has no default deny of ${direction} in the part that was read`, ['manifest', 'cluster']);
  if (isolatesWorkloads(namespace, isolating, direction))
    return fail(namedAt, `${title} isolates the ${direction} of its present workloads, but not that of the next pod`, narrower);
  return fail(namedAt, `${title} has no policy that denies ${direction} by default: ${consequence[direction]}`);
}

const consequence: Readonly<Record<Direction, string>> = {
  ingress: 'any pod may connect in',
  egress: 'pods may connect anywhere',
};

/** Policies have no defined effect on pods in the network of the host: they are left out. */
function isolatesWorkloads({ workloads }: NamespaceSubject, isolating: readonly NamespacePolicy[], direction: Direction): boolean {
  const subject = workloads.filter((workload) => !workload.hostNetwork);
  if (subject.length === 0 || isolating.length === 0) return false;
  const index = indexSelectors(isolating, (policy) => policy.selector);
  return subject.every(({ labels }) => {
    const selecting: (PolicyDirection | undefined)[] = index.matching(labels).map((policy) => policy[direction]);
    return selecting.length > 0 && selecting.every((rules) => rules?.allowsEverything === undefined);
  });
}
