import { append, nowhere, remove, set as put, type ValueEdit } from '../../core/index.ts';
import type { PolicyChange, Protocol, ReachAnswer, ReachEndpoint } from '../../core/reach.ts';
import { formatBlock } from '../ip-block.ts';
import { directionsOf, type Direction } from '../network-policy.ts';
import type { NetworkPolicyPeer, NetworkPolicySpec } from '../types.ts';
import { no, yes, type PodClass, type WorkloadWorld } from './classes.ts';
import { buildEngine, type Engine } from './engine.ts';
import { namespaceNameLabel, type AdminPolicyFact, type NetworkFact, type NetworkPolicyFact } from './facts.ts';
import type { Layered } from './governing.ts';
import type { PortSet } from './port-space.ts';
import type { Rule } from './rules.ts';

/** One port of one pair, for which all layers are asked again, keeping what each of them says. */
export interface Asked {
  readonly protocol: Protocol;
  readonly port: number;
  readonly set: PortSet;
}

/** What the policies of one class say of one other end. */
export interface Decision {
  readonly direction: Direction;
  readonly podClass: PodClass;
  readonly own: WorkloadWorld;
  readonly other: WorkloadWorld | undefined;
  readonly end: ReachEndpoint;
  readonly column: number;
  /** The class at the other end, where it is one of pods. */
  readonly far: PodClass | undefined;
  readonly answer: ReachAnswer;
}

/** The policy and where the edits go. */
interface Draft {
  readonly policy: NetworkPolicyFact | AdminPolicyFact;
  readonly edits: ValueEdit[];
}

/**
 * The smallest change that is found to turn the answer round, tried on the policies of both ends. To allow what is denied,
 * every side that denies it has to change; to deny what is allowed, one side is enough. Empty where no change of policies
 * does it.
 */
export function changesThat(
  engine: Engine,
  from: ReachEndpoint,
  to: ReachEndpoint,
  asked: Asked,
  answer: ReachAnswer,
  decisions: readonly Decision[],
): readonly PolicyChange[] {
  if (answer === 'unknown' || decisions.length === 0) return [];
  const candidates = answer === 'denied' ? allowingAll(engine, asked, decisions) : denyingSides(engine, asked, decisions);
  return candidates.find((changes) => changes.length > 0 && turnsRound(engine, from, to, asked, answer, changes)) ?? [];
}

function allowingAll(engine: Engine, asked: Asked, decisions: readonly Decision[]): (readonly PolicyChange[])[] {
  const denied = decisions.filter((decision) => decision.answer !== 'allowed');
  return ([true, false] as const).flatMap((nearest) => {
    const each = denied.map((decision) => allowing(engine, asked, decision, nearest));
    return each.includes(undefined) ? [] : [merged(each.flatMap((changes) => changes ?? []))];
  });
}

function denyingSides(engine: Engine, asked: Asked, decisions: readonly Decision[]): (readonly PolicyChange[])[] {
  const sides = (['ingress', 'egress'] as const).flatMap((direction) => {
    const of = decisions.filter((decision) => decision.direction === direction);
    const each = of.map((decision) => denying(engine, asked, decision));
    return of.length === 0 || each.includes(undefined) ? [] : [merged(each.flatMap((changes) => changes ?? []))];
  });
  const cost = (changes: readonly PolicyChange[]): number => changes.reduce((sum, { edits }) => sum + Math.max(edits.length, 1), 0);
  return sides.sort((a, b) => cost(a) - cost(b));
}

/** Asks again with the changes made, in what is left of the cluster when all is gone that is not about the two ends. */
function turnsRound(
  { facts, profile, needs }: Engine,
  from: ReachEndpoint,
  to: ReachEndpoint,
  { protocol, port }: Asked,
  answer: ReachAnswer,
  changes: readonly PolicyChange[],
): boolean {
  const ends = [from, to].flatMap((end) => (end.type === 'workload' ? [end] : []));
  const concerned = facts.filter((fact) => {
    if (fact.type === 'workload')
      return ends.some(({ kind, namespace, name }) => kind === fact.kind && namespace === fact.namespace && name === fact.name);
    return fact.type !== 'network-policy' || ends.some(({ namespace }) => namespace === fact.namespace);
  });
  const engine = buildEngine([...concerned.map((fact) => changedFact(fact, changes)), ...changes.flatMap(createdFact)], profile, needs);
  const id = engine.answerOf(from, to);
  if (id === undefined) return false;
  const set = engine.space.setOf([{ protocol, first: port, last: port }]);
  const { low, high } = engine.answers.of(id);
  return answer === 'allowed' ? (high & set) === 0n : (low & set) !== 0n;
}

function changedFact(fact: NetworkFact, changes: readonly PolicyChange[]): NetworkFact {
  if (fact.type === 'network-policy') {
    const change = changes.find(
      ({ kind, namespace, name, creates }) =>
        creates === undefined && kind === 'NetworkPolicy' && namespace === fact.namespace && name === fact.name,
    );
    return change === undefined ? fact : { ...fact, spec: change.edits.reduce(editedSpec, fact.spec) };
  }
  if (fact.type !== 'admin-policy') return fact;
  const change = changes.find(({ kind, name }) => kind === fact.kind && name === fact.name);
  if (change === undefined) return fact;
  const removed = new Set(change.edits.map(({ path }) => path.slice(1).join('.')));
  const left = (direction: Direction): AdminPolicyFact['ingress'] =>
    fact[direction].filter((_, index) => !removed.has(`${direction}.${index}`));
  return { ...fact, ingress: left('ingress'), egress: left('egress') };
}

type Rules = readonly Readonly<Record<string, unknown>>[];

/** As far as the edits go that are made here. */
function editedSpec(spec: NetworkPolicySpec, edit: ValueEdit): NetworkPolicySpec {
  const [, field, index, list] = edit.path;
  if (edit.op === 'set') return { ...spec, policyTypes: edit.value as readonly string[] };
  const direction = field === 'ingress' ? 'ingress' : 'egress';
  const rules = (spec[direction] ?? []) as Rules;
  if (edit.op === 'remove') return { ...spec, [direction]: rules.filter((_, at) => at !== index) };
  if (index === undefined) return { ...spec, [direction]: [...rules, edit.value] };
  return {
    ...spec,
    [direction]: rules.map((rule, at) =>
      at === index ? { ...rule, [String(list)]: [...((rule[String(list)] ?? []) as unknown[]), edit.value] } : rule,
    ),
  };
}

function createdFact({ namespace = '', name, creates }: PolicyChange): NetworkPolicyFact[] {
  if (creates === undefined) return [];
  const at = { resource: 0, path: [], location: nowhere };
  return [{ type: 'network-policy', namespace, name, spec: creates['spec'] as NetworkPolicySpec, at, places: { ingress: [], egress: [] } }];
}

/** Classes of one workload may ask for the same change. */
function merged(changes: readonly PolicyChange[]): readonly PolicyChange[] {
  const byPolicy = new Map<string, PolicyChange>();
  for (const change of changes) {
    const key = `${change.kind}/${change.namespace ?? ''}/${change.name}`;
    const before = byPolicy.get(key);
    const known = new Set(before?.edits.map((edit) => JSON.stringify(edit)));
    const edits = [...(before?.edits ?? []), ...change.edits.filter((edit) => !known.has(JSON.stringify(edit)))];
    // What stands further down is removed first, so that the places of the others stay.
    edits.sort((a, b) => (a.op === 'remove' && b.op === 'remove' ? Number(b.path[2]) - Number(a.path[2]) : 0));
    byPolicy.set(key, { ...change, edits });
  }
  return [...byPolicy.values()];
}

function allowing(engine: Engine, asked: Asked, decision: Decision, nearest: boolean): PolicyChange[] | undefined {
  const { admin, baseline, isolating, selecting, unread } = engine.governing[decision.direction][decision.podClass.number]!;
  if (unread.length > 0) return undefined;
  const changes = decision.podClass.hostNetwork ? [] : withoutRules(engine, asked, decision, admin, 'Deny');
  if (isolating === undefined) return [...changes, ...withoutRules(engine, asked, decision, baseline, 'Deny')];
  // An Accept of the admin tier that was hidden by the Deny.
  if (decision.podClass.hostNetwork || !isSettled(engine, asked, decision, admin, 'Accept')) {
    const matched = isolating.some(
      (rule) => matchesPort(engine, asked, decision, rule) && engine.matching.match(rule)[decision.column] === yes,
    );
    if (!matched) {
      const change = extended(engine, asked, decision, selecting, nearest);
      if (change === undefined) return undefined;
      changes.push(change);
    }
  }
  return changes;
}

function denying(engine: Engine, asked: Asked, decision: Decision): PolicyChange[] | undefined {
  const { direction, podClass } = decision;
  const { admin, isolating, selecting } = engine.governing[direction][podClass.number]!;
  if (podClass.hostNetwork || !engine.profile.enforces) return undefined;
  const changes = withoutRules(engine, asked, decision, admin, 'Accept');
  if (isSettled(engine, asked, decision, admin, 'Deny')) return changes;
  if (isolating === undefined) return [...changes, isolation(decision)];
  for (const policy of selecting) {
    const rules = engine.policies.rulesOf.get(policy)?.[direction] ?? [];
    const edits = removals(
      rules,
      direction,
      (rule) => engine.matching.match(rule)[decision.column] !== no && matchesPort(engine, asked, decision, rule),
    );
    if (edits.length === 0) continue;
    // Without types an empty list of egress rules would no longer isolate.
    const { policyTypes = [] } = policy.spec;
    const types =
      policyTypes.length === 0
        ? [
            put(
              ['spec', 'policyTypes'],
              directionsOf(policy.spec).map((each) => (each === 'ingress' ? 'Ingress' : 'Egress')),
            ),
          ]
        : [];
    changes.push(
      changeOf(
        { policy, edits: [...edits, ...types] },
        `take ${edits.length === 1 ? 'the rule' : 'the rules'} out that ${edits.length === 1 ? 'allows' : 'allow'} it`,
      ),
    );
  }
  return changes;
}

function matchesPort({ rows }: Engine, { set: ports }: Asked, { direction, podClass, far }: Decision, rule: Rule): boolean {
  return (rows.portsAt(rule, direction === 'ingress' ? podClass : far).high & ports) !== 0n;
}

/** The rules of policies with priorities that decide the port so, up to the first that surely decides otherwise. */
function withoutRules(
  engine: Engine,
  asked: Asked,
  decision: Decision,
  groups: readonly (readonly Layered[])[],
  action: Rule['action'],
): PolicyChange[] {
  const changes: PolicyChange[] = [];
  for (const group of groups) {
    let settled = false;
    for (const { policy, rules, subject } of group) {
      const other = rules.findIndex(
        (rule) => rule.action !== action && isMet(engine, asked, decision, rule) && engine.matching.match(rule)[decision.column] === yes,
      );
      const before = other === -1 ? rules : rules.slice(0, other);
      const edits = removals(before, decision.direction, (rule) => rule.action === action && isMet(engine, asked, decision, rule));
      if (edits.length > 0) changes.push(changeOf({ policy, edits }, `take the ${action} out that decides it`));
      settled ||= other !== -1 && subject === yes;
    }
    if (settled) break;
  }
  return changes;
}

function isMet(engine: Engine, asked: Asked, decision: Decision, rule: Rule): boolean {
  return engine.matching.match(rule)[decision.column] !== no && matchesPort(engine, asked, decision, rule);
}

/** Whether the first rule that is about it, apart from those of the opposite action, has this action. */
function isSettled(
  engine: Engine,
  asked: Asked,
  decision: Decision,
  groups: readonly (readonly Layered[])[],
  action: 'Accept' | 'Deny',
): boolean {
  const opposite = action === 'Accept' ? 'Deny' : 'Accept';
  const first = groups
    .flat()
    .flatMap(({ rules }) => rules)
    .find((rule) => rule.action !== opposite && isMet(engine, asked, decision, rule));
  return first?.action === action;
}

function removals(rules: readonly Rule[], direction: Direction, wanted: (rule: Rule) => boolean): ValueEdit[] {
  return rules.flatMap((rule, index) => (wanted(rule) ? [remove(['spec', direction, index])] : [])).reverse();
}

/** The policy that comes nearest lets one more port or peer through. */
function extended(
  engine: Engine,
  asked: Asked,
  decision: Decision,
  selecting: readonly NetworkPolicyFact[],
  nearest: boolean,
): PolicyChange | undefined {
  const { direction, column } = decision;
  const peers = peersOf(engine, decision);
  if (peers === undefined) return undefined;
  const port = { protocol: asked.protocol, port: asked.port };
  const key = direction === 'ingress' ? 'from' : 'to';
  const [policy] = selecting;
  if (policy === undefined) return undefined;
  for (const candidate of nearest ? selecting : []) {
    const rules = engine.policies.rulesOf.get(candidate)?.[direction] ?? [];
    const index = rules.findIndex((rule) => engine.matching.match(rule)[column] === yes);
    if (index !== -1)
      return changeOf(
        { policy: candidate, edits: [append(['spec', direction, index, 'ports'], port)] },
        `add ${asked.protocol} ${asked.port} to the ports of the rule`,
      );
  }
  for (const candidate of nearest ? selecting : []) {
    const rules = engine.policies.rulesOf.get(candidate)?.[direction] ?? [];
    const index = rules.findIndex((rule) => matchesPort(engine, asked, decision, rule));
    if (index !== -1) {
      const edits = peers.map((peer) => append(['spec', direction, index, key], peer));
      return changeOf({ policy: candidate, edits }, `add the peer to the ${key} of the rule`);
    }
  }
  return changeOf({ policy, edits: [append(['spec', direction], { [key]: peers, ports: [port] })] }, `add a rule for this peer and port`);
}

/** What names the other end in a rule; undefined for what no rule can name. */
function peersOf({ plan, placeOf }: Engine, { own, other, end }: Decision): NetworkPolicyPeer[] | undefined {
  if (other !== undefined) {
    if (other.classes.some(({ hostNetwork }) => hostNetwork)) return undefined;
    const labels = new Map(other.pods.map((pod) => [JSON.stringify(pod.labels), pod.labels]));
    const namespaceSelector = { matchLabels: { [namespaceNameLabel]: other.namespace } };
    return [...labels.values()].map((matchLabels) => ({
      ...(other.namespace === own.namespace ? {} : { namespaceSelector }),
      podSelector: { matchLabels },
    }));
  }
  if (end.type === 'workload') return undefined;
  if (end.type === 'cidr') return [{ ipBlock: { cidr: end.cidr, ...(end.except === undefined ? {} : { except: end.except }) } }];
  if (end.name === 'internet') return [{ ipBlock: { cidr: '0.0.0.0/0' } }];
  const known = end.name === 'metadata' || (end.name === 'node' && plan.known.nodes) || (end.name === 'api-server' && plan.known.apiServer);
  if (!known) return undefined;
  return placeOf(end)
    .flat()
    .map((atom) => ({ ipBlock: { cidr: formatBlock(plan.tree.blocks[atom]!) } }));
}

/** A new policy that lets nothing through to these pods, or from them. */
function isolation({ direction, own, podClass }: Decision): PolicyChange {
  const pod = own.pods.find(({ labels }) => Object.entries(podClass.labels).every(([key, value]) => labels[key] === value));
  const type = direction === 'ingress' ? 'Ingress' : 'Egress';
  const name = `deny-${direction}-${own.name}`.slice(0, 253);
  const creates = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace: own.namespace },
    spec: { podSelector: { matchLabels: { ...pod?.labels } }, policyTypes: [type] },
  };
  return {
    says: `isolate the pods for ${direction}: whatever else they need has to be allowed then`,
    kind: 'NetworkPolicy',
    namespace: own.namespace,
    name,
    edits: [],
    creates,
  };
}

function changeOf({ policy, edits }: Draft, says: string): PolicyChange {
  const kind = policy.type === 'network-policy' ? 'NetworkPolicy' : policy.kind;
  return {
    says,
    kind,
    ...(policy.type === 'network-policy' ? { namespace: policy.namespace } : {}),
    name: policy.name,
    at: policy.at,
    edits,
  };
}
