import { directionsOf, type Direction } from '../network-policy.ts';
import { selectClasses, type Classes, type Truth } from './classes.ts';
import type { AdminPolicyFact, NetworkPolicyFact, OpaquePolicyFact } from './facts.ts';
import type { Rule } from './rules.ts';

/** The policies that hold, without those that the API server refuses. */
export interface Policies {
  readonly network: readonly NetworkPolicyFact[];
  readonly admin: readonly AdminPolicyFact[];
  readonly opaque: readonly OpaquePolicyFact[];
  /** Rules that say the same have the same number. */
  readonly alike: ReadonlyMap<Rule, number>;
  readonly rulesOf: ReadonlyMap<NetworkPolicyFact | AdminPolicyFact, Readonly<Record<Direction, readonly Rule[]>>>;
}

/** A policy with a priority, and whether it is about the pods in question. */
export interface Layered {
  readonly policy: AdminPolicyFact;
  readonly rules: readonly Rule[];
  readonly subject: Truth;
}

/** All that governs the pods of a class in one direction. */
export interface Governing {
  /** Classes of the same signature have the same row. */
  readonly signature: string;
  /** Nothing governs them. */
  readonly free: boolean;
  /** Policies of the admin tier, most important first; those that share a priority together. */
  readonly admin: readonly (readonly Layered[])[];
  readonly baseline: readonly (readonly Layered[])[];
  readonly selecting: readonly NetworkPolicyFact[];
  /** The rules of these policies, each once; undefined where there is none, and so nothing isolates the pods. */
  readonly isolating: readonly Rule[] | undefined;
  readonly unread: readonly OpaquePolicyFact[];
  /** A policy that cannot be read may allow what others deny, or only narrow it. */
  readonly opaque: 'none' | 'narrows' | 'anything';
}

export function governingOf({ classes, namespaces }: Classes, policies: Policies, direction: Direction): readonly Governing[] {
  const selecting: number[][] = classes.map(() => []);
  const admin: [number, Truth][][] = classes.map(() => []);
  const unread: Set<number>[] = classes.map(() => new Set());
  for (const [index, { namespace, spec }] of policies.network.entries()) {
    if (!directionsOf(spec).includes(direction)) continue;
    for (const [{ number }] of selectClasses({ type: 'pods', namespaces: namespace, podSelector: spec.podSelector }, namespaces))
      selecting[number]!.push(index);
  }
  for (const [index, { subject }] of policies.admin.entries()) {
    const { namespaceSelector, podSelector } = subject;
    for (const [{ number }, truth] of selectClasses({ type: 'pods', namespaces: namespaceSelector, podSelector }, namespaces))
      admin[number]!.push([index, truth]);
  }
  for (const [index, { namespace, selections }] of policies.opaque.entries()) {
    for (const { podSelector, namespaceSelector = {}, ...selection } of selections) {
      if (!selection[direction]) continue;
      for (const [{ number }] of selectClasses({ type: 'pods', namespaces: namespace ?? namespaceSelector, podSelector }, namespaces))
        unread[number]!.add(index);
    }
  }
  return classes.map((podClass) => {
    const number = podClass.number;
    const [own, over, other] = [selecting[number]!, admin[number]!, [...unread[number]!]];
    const facts = own.map((index) => policies.network[index]!);
    const rules = new Map(
      facts.flatMap((fact) => (policies.rulesOf.get(fact)?.[direction] ?? []).map((rule) => [policies.alike.get(rule)!, rule] as const)),
    );
    const opaque = other.map((index) => policies.opaque[index]!);
    return {
      signature: [
        direction,
        own.length === 0 ? 'open' : [...rules.keys()].sort((a, b) => a - b).join(','),
        over.map(([index, truth]) => `${index}:${truth}`).join(','),
        other.join(','),
        podClass.hostNetwork,
        direction === 'ingress' ? podClass.namedAlike : '',
      ].join('|'),
      free: own.length === 0 && over.length === 0 && other.length === 0,
      admin: tierOf('Admin', over),
      baseline: tierOf('Baseline', over),
      selecting: facts,
      isolating: own.length === 0 ? undefined : [...rules.values()],
      unread: opaque,
      opaque: opaque.length === 0 ? 'none' : opaque.some(({ mayAllow }) => mayAllow) ? 'anything' : 'narrows',
    };
  });

  function tierOf(tier: AdminPolicyFact['tier'], over: readonly [number, Truth][]): Layered[][] {
    const byPriority = new Map<number, Layered[]>();
    for (const [index, subject] of over) {
      const policy = policies.admin[index]!;
      if (policy.tier !== tier) continue;
      const layered = { policy, rules: policies.rulesOf.get(policy)?.[direction] ?? [], subject };
      const group = byPriority.get(policy.priority);
      if (group === undefined) byPriority.set(policy.priority, [layered]);
      else group.push(layered);
    }
    return [...byPriority].sort(([a], [b]) => a - b).map(([, group]) => group);
  }
}
