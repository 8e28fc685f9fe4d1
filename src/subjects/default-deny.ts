import { decline, fail, notApplicable, pass, unknown, type Declined, type Repair, type Severity, type Verdict } from '../core/index.ts';
import { blockContains } from '../kube/ip-block.ts';
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
  if (namespace.otherPolicy !== undefined)
    return unknown(namedAt, `whether ${title} denies ${direction} by default is decided by ${namespace.otherPolicy}`, [
      'cluster',
      'events',
    ]);
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
  const subject = workloads.filter((workload) => !workload.shape.hostNetwork);
  if (subject.length === 0 || isolating.length === 0) return false;
  const index = indexSelectors(isolating, (policy) => policy.selector);
  return subject.every(({ labels }) => {
    const selecting: (PolicyDirection | undefined)[] = index.matching(labels).map((policy) => policy[direction]);
    return selecting.length > 0 && selecting.every((rules) => rules?.allowsEverything === undefined);
  });
}

/**
 * A policy of its own for each direction: neither direction waits for the other, and in whichever order the two come the
 * same objects stand in the end. What cancels a default deny was written by somebody for a reason: that is theirs to say.
 */
export function denyByDefault(namespace: NamespaceSubject, direction: Direction): Repair | Declined {
  const { name, policies } = namespace;
  const open = policies.find((policy) => policy.selectsEveryPod && policy[direction]?.allowsEverything !== undefined);
  if (open !== undefined)
    return decline(`policy "${open.name}" allows all ${direction} of every pod: a person knows which connections it is there for`);
  if (name === undefined) return decline('the objects name no namespace: --namespace names it', []);
  const policy = `default-deny-${direction}`;
  if (policies.some((other) => other.name === policy))
    return decline(`there is a policy "${policy}" that does something else: complete it, or give it another name`);
  const types = [direction === 'ingress' ? 'Ingress' : 'Egress'];
  return { edits: [], companions: [networkPolicy(policy, name, { podSelector: {}, policyTypes: types })] };
}

function networkPolicy(name: string, namespace: string, spec: object): Readonly<Record<string, unknown>> {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name, namespace }, spec };
}

/**
 * Without names nothing else works, so what denies egress brings this along. The label of the namespace is set by the API
 * server itself (since 1.21); the DNS service has two ports, TCP for answers that do not fit a datagram.
 */
export function allowDns(
  { name = '', policies }: NamespaceSubject,
  nodeLocal: string | undefined,
): { readonly companions: readonly Readonly<Record<string, unknown>>[] } | Declined {
  const policy = 'allow-dns';
  const existing = policies.find((other) => other.name === policy);
  if (existing !== undefined) {
    if (existing.selectsEveryPod && existing.egress !== undefined) return { companions: [] };
    return decline(`policy "${policy}" does not allow egress of every pod: complete it first`);
  }
  const block = nodeLocal === undefined ? undefined : `${nodeLocal}/${nodeLocal.includes(':') ? 128 : 32}`;
  if (nodeLocal !== undefined && blockContains(block ?? '', nodeLocal) !== true)
    return decline(`"${nodeLocal}" is no IP address`, ['nodeLocalDns']);
  const pods = {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
    podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
  };
  const to = block === undefined ? [pods] : [pods, { ipBlock: { cidr: block } }];
  const ports = ['UDP', 'TCP'].map((protocol) => ({ protocol, port: 53 }));
  return { companions: [networkPolicy(policy, name, { podSelector: {}, policyTypes: ['Egress'], egress: [{ to, ports }] })] };
}
