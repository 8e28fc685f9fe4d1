import { directionsOf, type Direction } from '../network-policy.ts';
import { maybe, selectClasses, yes, type Classes, type PodClass, type Truth } from './classes.ts';
import type { AdminPolicyFact, NetworkPolicyFact, OpaquePolicyFact } from './facts.ts';
import type { Rule } from './rules.ts';

/** The policies that hold, without those that the API server refuses. */
export interface Policies {
  readonly network: readonly NetworkPolicyFact[];
  readonly admin: readonly AdminPolicyFact[];
  readonly opaque: readonly OpaquePolicyFact[];
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
  readonly signature: number;
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

/** What selects the pods of a class. */
interface Over extends Readonly<Record<Direction, NetworkPolicyFact[]>> {
  /** By their index. */
  readonly admin: (readonly [number, Truth])[];
  readonly unread: Readonly<Record<Direction, number[]>>;
}

export function governingOf({ classes, namespaces }: Classes, policies: Policies): Readonly<Record<Direction, readonly Governing[]>> {
  const over = classes.map((): Over => ({ ingress: [], egress: [], admin: [], unread: { ingress: [], egress: [] } }));
  for (const policy of policies.network) {
    const { namespace, spec } = policy;
    const directions = directionsOf(spec);
    for (const { number } of selectClasses({ type: 'pods', namespaces: namespace, podSelector: spec.podSelector }, namespaces)[yes])
      for (const direction of directions) over[number]![direction].push(policy);
  }
  for (const [index, { subject }] of policies.admin.entries()) {
    const { namespaceSelector, podSelector } = subject;
    const selected = selectClasses({ type: 'pods', namespaces: namespaceSelector, podSelector }, namespaces);
    for (const truth of [yes, maybe] as const) for (const { number } of selected[truth]) over[number]!.admin.push([index, truth]);
  }
  for (const [index, { namespace, selections }] of policies.opaque.entries()) {
    for (const { podSelector, namespaceSelector = {}, ...selection } of selections) {
      const selected = selectClasses({ type: 'pods', namespaces: namespace ?? namespaceSelector, podSelector }, namespaces);
      for (const { number } of [...selected[yes], ...selected[maybe]]) {
        for (const direction of ['ingress', 'egress'] as const) {
          const { [direction]: unread } = over[number]!.unread;
          if (selection[direction] && unread.at(-1) !== index) unread.push(index);
        }
      }
    }
  }
  const signatures = new Map<string, number>();
  return {
    ingress: classes.map((podClass) => governing(podClass, 'ingress')),
    egress: classes.map((podClass) => governing(podClass, 'egress')),
  };

  function governing({ number, hostNetwork, namedAlike }: PodClass, direction: Direction): Governing {
    const {
      admin,
      unread: { [direction]: unread },
      [direction]: selecting,
    } = over[number]!;
    const isolating = selecting.length === 0 ? undefined : rulesIn(selecting, direction);
    const opaque = unread.map((index) => policies.opaque[index]!);
    const named = direction === 'ingress' && (admin.length > 0 || isolating?.some(({ ports }) => ports.names.length > 0) === true);
    const alike = isolating === undefined ? 'open' : signatureOf(isolating);
    const others = admin.length + unread.length === 0 ? '' : `${admin.map((each) => each.join(':')).join()} ${unread.join()}`;
    const text = `${direction}|${alike}|${others}|${hostNetwork}|${named ? namedAlike : ''}`;
    return {
      signature: signatures.get(text) ?? numbered(text),
      free: selecting.length === 0 && admin.length === 0 && unread.length === 0,
      admin: tierOf('Admin', admin, direction),
      baseline: tierOf('Baseline', admin, direction),
      selecting,
      isolating,
      unread: opaque,
      opaque: opaque.length === 0 ? 'none' : opaque.some(({ mayAllow }) => mayAllow) ? 'anything' : 'narrows',
    };
  }

  /** Each rule once. */
  function rulesIn(selecting: readonly NetworkPolicyFact[], direction: Direction): Rule[] {
    const rules: Rule[] = [];
    const seen = new Set<number>();
    for (const policy of selecting) {
      for (const rule of policies.rulesOf.get(policy)![direction]) {
        if (seen.has(rule.alike)) continue;
        seen.add(rule.alike);
        rules.push(rule);
      }
    }
    return rules;
  }

  function numbered(text: string): number {
    signatures.set(text, signatures.size);
    return signatures.size - 1;
  }

  function tierOf(tier: AdminPolicyFact['tier'], selecting: Over['admin'], direction: Direction): Layered[][] {
    if (selecting.length === 0) return [];
    const byPriority = new Map<number, Layered[]>();
    for (const [index, subject] of selecting) {
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

/** The same for the same rules in whatever order. */
function signatureOf(rules: readonly Rule[]): string {
  if (rules.length === 1) return String(rules[0]!.alike);
  return Int32Array.from(rules, ({ alike }) => alike)
    .sort()
    .join();
}
