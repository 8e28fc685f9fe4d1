import type {
  ExplainedPolicy,
  ExplainedRule,
  Protocol,
  ReachAnswer,
  ReachEndpoint,
  ReachExplanation,
  ReachLayer,
  RuleMiss,
} from '../../core/reach.ts';
import { formatBlock } from '../ip-block.ts';
import { labelMatcher } from '../label-selector.ts';
import type { Direction } from '../network-policy.ts';
import type { Answer } from './answers.ts';
import { changesThat, type Asked, type Decision } from './changes.ts';
import { maybe, namespaceMatcher, no, yes, type PodClass, type WorkloadWorld } from './classes.ts';
import type { Engine } from './engine.ts';
import type { Layered } from './governing.ts';
import type { PortSet } from './port-space.ts';
import { reasonsOf } from './reasons.ts';
import type { Outcome } from './layers.ts';
import type { Peer, Rule } from './rules.ts';

/** Every layer that is asked about a port of a pair, and the smallest change that would turn the answer round. */
export function explain(engine: Engine, from: ReachEndpoint, to: ReachEndpoint, protocol: Protocol, port: number): ReachExplanation {
  const { space, answers, world } = engine;
  const set = space.setOf([{ protocol, first: port, last: port }]);
  const asked: Asked = { protocol, port, set };
  const id = engine.answerOf(from, to);
  const answer = id === undefined ? 'unknown' : answerIn(answers.of(id), set);
  const [source, target] = [from, to].map((end) => world.workloads[engine.workloadOf(end) ?? -1]);
  const always = alwaysLayer(engine, from, to, source, target);
  const decisions: Decision[] = [];
  const layers: ReachLayer[] = [];
  if (always !== undefined) layers.push(always);
  if (always?.answer !== 'allowed' && id !== undefined) {
    if (from.type === 'virtual' && from.name === 'internet' && target !== undefined) layers.push(entranceLayer(engine, to, asked));
    const sides: readonly [Direction, WorkloadWorld | undefined, WorkloadWorld | undefined, ReachEndpoint][] = [
      ['egress', source, target, to],
      ['ingress', target, source, from],
    ];
    for (const [direction, own, other, end] of sides) {
      for (const podClass of own?.classes ?? []) {
        for (const { column, far } of columnsOf(engine, direction, podClass, other, end, answer, set)) {
          const found = layersOf(engine, direction, podClass, { column, far }, asked);
          layers.push(...found.layers);
          decisions.push({ direction, podClass, own: own!, other, end, column, far, answer: found.answer });
        }
      }
    }
  }
  const because = answer === 'unknown' ? reasonsOf(engine, from, to, set).map((reason) => reason.because) : [];
  return { from, to, protocol, port, answer, because, layers, changes: changesThat(engine, from, to, asked, answer, decisions) };
}

export function answerIn({ low, high }: Answer, set: PortSet): ReachAnswer {
  return (low & set) !== 0n ? 'allowed' : (high & set) === 0n ? 'denied' : 'unknown';
}

/** The other end as a column, and the class of pods that is asked about. */
interface Far {
  readonly column: number;
  readonly far: PodClass | undefined;
}

/** Where something has several addresses, one that decides. */
function columnsOf(
  { matching, placeOf, policyAnswer, answers }: Engine,
  direction: Direction,
  podClass: PodClass,
  other: WorkloadWorld | undefined,
  end: ReachEndpoint,
  answer: ReachAnswer,
  set: PortSet,
): Far[] {
  if (other !== undefined) return other.classes.map((far) => ({ column: matching.columns.of(far), far }));
  if (end.type === 'workload') return [];
  const { columns } = matching;
  if (end.type === 'virtual' && end.name === 'ingress-controller') return [{ column: columns.controller, far: undefined }];
  if (end.type === 'virtual' && end.name === 'node' && direction === 'ingress') return [];
  const all = placeOf(end)
    .flat()
    .map((atom) => columns.pods + atom);
  const deciding = all.find((column) => answerIn(answers.of(policyAnswer(direction, podClass, column)), set) === answer);
  const [first] = deciding === undefined ? all : [deciding];
  return first === undefined ? [] : [{ column: first, far: undefined }];
}

function alwaysLayer(
  { profile }: Engine,
  from: ReachEndpoint,
  to: ReachEndpoint,
  source: WorkloadWorld | undefined,
  target: WorkloadWorld | undefined,
): ReachLayer | undefined {
  const always = (says: string, answer: ReachAnswer = 'allowed'): ReachLayer => ({ layer: 'always', answer, says, policies: [] });
  if (!profile.enforces) return always(`${profile.name} enforces no policies`);
  if (source !== undefined && source === target && !source.many) return always('a pod always reaches itself, and there is no other one');
  if (source === undefined && target === undefined && from.type !== 'workload' && to.type !== 'workload')
    return always('no policy of pods is about it');
  if (target !== undefined && from.type === 'virtual' && from.name === 'node') return always('a node always reaches its own pods');
  if (source === undefined || target === undefined) return undefined;
  if (source.classes.every(({ hostNetwork, everyNode }) => hostNetwork && everyNode))
    return always('the sender is on the network of every node, and a node always reaches its own pods');
  if (source.classes.some(({ hostNetwork }) => hostNetwork))
    return always('the sender is on the network of its node, and a node always reaches its own pods', 'unknown');
  return undefined;
}

function entranceLayer(engine: Engine, to: ReachEndpoint, { set }: Asked): ReachLayer {
  const ways = (engine.entrances.exposures[engine.workloadOf(to) ?? -1] ?? []).filter(
    ({ ports }) => (engine.space.setOf(ports) & set) !== 0n,
  );
  const open = ways.find(({ unless }) => unless === undefined) ?? ways[0];
  const answer = open === undefined ? 'denied' : open.unless === undefined ? 'passed' : 'unknown';
  const says =
    open === undefined
      ? 'nothing leads from outside of the cluster to this port'
      : `${open.by.kind} ${open.by.namespace}/${open.by.name} leads here${open.unless === undefined ? '' : `: ${open.unless}`}`;
  return {
    layer: 'entrance',
    answer,
    says,
    policies: ways.map(({ by }) => ({ kind: by.kind, namespace: by.namespace, name: by.name, at: by.at, rules: [] })),
  };
}

interface Layers {
  readonly layers: ReachLayer[];
  readonly answer: ReachAnswer;
}

/** What policies of a pod say of one port and one other end, layer by layer until one decides. */
function layersOf(engine: Engine, direction: Direction, podClass: PodClass, { column, far }: Far, asked: Asked): Layers {
  const { governing, profile, rows, policyAnswer, answers } = engine;
  const { admin, baseline, isolating, selecting, unread } = governing[direction][podClass.number]!;
  const answer = answerIn(answers.of(policyAnswer(direction, podClass, column)), asked.set);
  const destination = direction === 'ingress' ? podClass : far;
  const layers: ReachLayer[] = [];
  const add = (layer: ReachLayer['layer'], said: ReachLayer['answer'], says: string, policies: readonly ExplainedPolicy[] = []): void =>
    void layers.push({ layer, direction, answer: said, says, policies });
  const rulesOf = (rules: readonly Rule[]): ExplainedRule[] =>
    rules.map((rule, index) => explainRule(engine, rule, index, destination, { column, far }, asked));

  if (podClass.hostNetwork && selecting.length > 0 && profile.governsHostPods !== 'yes') {
    const says = 'the pod is on the network of its node';
    add(
      'network-policy',
      profile.governsHostPods === 'no' ? 'allowed' : 'unknown',
      profile.governsHostPods === 'no'
        ? `${says}, where policies have no effect`
        : `${says}, where plugins differ in whether policies have an effect`,
      selecting.map((policy) => ({ ...named(policy), rules: [] })),
    );
    return { layers, answer };
  }
  if (unread.length > 0) {
    const list = unread.map(({ kind, namespace, name, at }) => ({
      kind,
      ...(namespace === undefined ? {} : { namespace }),
      name,
      at,
      rules: [],
    }));
    add('unread', 'unknown', 'policies of other makers select the pod, and what they do is not evaluated', list);
  }
  const tier = (layer: 'admin' | 'baseline', groups: readonly (readonly Layered[])[]): ReachLayer['answer'] => {
    if (groups.length === 0 || podClass.hostNetwork) return 'passed';
    const said = answerOfTier(rows.layer(groups, column, destination), asked.set, layer);
    const list = groups.flat().map(({ policy, rules }) => ({ ...named(policy), rules: rulesOf(rules) }));
    add(layer, said, `${layer === 'admin' ? 'policies before' : 'policies behind'} the NetworkPolicies ${saysOf[said]}`, list);
    return said;
  };
  if (tier('admin', admin) !== 'passed' && layers.at(-1)?.answer !== 'unknown') return { layers, answer };
  if (isolating === undefined) {
    add('network-policy', 'passed', `no NetworkPolicy isolates the pod for ${direction}`);
    if (tier('baseline', baseline) === 'passed') add('always', 'allowed', 'what no policy denies is allowed');
    return { layers, answer };
  }
  const list = selecting.map((policy) => ({ ...named(policy), rules: rulesOf(engine.policies.rulesOf.get(policy)?.[direction] ?? []) }));
  const matching = new Set(list.flatMap(({ rules }) => rules.map(({ matches }) => matches)));
  const said = matching.has('yes') ? 'allowed' : matching.has('perhaps') ? 'unknown' : 'denied';
  add(
    'network-policy',
    said,
    `NetworkPolicies isolate the pod for ${direction}, and ${said === 'denied' ? 'no rule of theirs' : 'a rule'} ${said === 'unknown' ? 'perhaps allows' : 'allows'} it`,
    list,
  );
  return { layers, answer };
}

function answerOfTier({ accept, deny, rest }: Outcome, set: PortSet, layer: 'admin' | 'baseline'): ReachLayer['answer'] {
  const may = [accept, deny, rest].map((ports) => (ports & set) !== 0n);
  const [accepts, denies, passes] = may;
  if (accepts === true && denies !== true && (passes !== true || layer === 'baseline')) return passes === true ? 'passed' : 'allowed';
  if (denies === true && accepts !== true && passes !== true) return 'denied';
  return denies !== true && accepts !== true ? 'passed' : 'unknown';
}

const saysOf: Readonly<Record<ReachLayer['answer'], string>> = {
  allowed: 'accept it',
  denied: 'deny it',
  passed: 'leave it to the next layer',
  unknown: 'perhaps decide it',
};

function named({
  kind,
  namespace,
  name,
  at,
}: {
  readonly kind?: string;
  readonly namespace?: string;
  readonly name: string;
  readonly at: ExplainedPolicy['at'];
}): Omit<ExplainedPolicy, 'rules'> {
  return { kind: kind ?? 'NetworkPolicy', ...(namespace === undefined ? {} : { namespace }), name, at };
}

/** Whether a rule is about the port and the other end; if not, what is missing for the peer that comes nearest. */
function explainRule(
  engine: Engine,
  rule: Rule,
  index: number,
  destination: PodClass | undefined,
  { column, far }: Far,
  asked: Asked,
): ExplainedRule {
  const { matching, rows } = engine;
  const truth = matching.match(rule)[column]!;
  const ports = rows.portsAt(rule, destination);
  const port = answerIn(ports, asked.set);
  const misses = [...(truth === no ? nearestPeer(rule, far) : []), ...(port === 'denied' ? [portMiss(rule, asked)] : [])];
  const matches = misses.length > 0 ? 'no' : truth === yes && port === 'allowed' ? 'yes' : 'perhaps';
  return { ...(rule.place === undefined ? {} : { at: rule.place.at }), index, action: rule.action, matches, misses };
}

function portMiss({ ports, place }: Rule, { protocol, port }: Asked): RuleMiss {
  const index = ports.ranges.findIndex((range) => range.protocol === protocol);
  const at = place?.ports[Math.max(index, 0)];
  const protocols = new Set([...ports.ranges, ...ports.names].map((each) => each.protocol ?? protocol));
  const found = at === undefined ? {} : { at };
  if (!protocols.has(protocol))
    return { what: 'protocol', ...found, says: `the rule is about ${[...protocols].join(' and ')}, not ${protocol}` };
  const listed = [
    ...ports.ranges.flatMap((range) =>
      range.protocol === protocol ? [range.first === range.last ? `${range.first}` : `${range.first}-${range.last}`] : [],
    ),
    ...ports.names.map(({ name }) => name),
  ];
  return { what: 'port', ...found, says: `${port} is not among the ports ${listed.join(', ')}` };
}

function nearestPeer({ peers = [], place }: Rule, far: PodClass | undefined): RuleMiss[] {
  let nearest: RuleMiss[] | undefined;
  for (const [index, peer] of peers.entries()) {
    const at = place?.peers[index];
    const misses = peerMisses(peer, far).map((miss): RuleMiss => (at === undefined ? miss : { ...miss, at }));
    if (nearest === undefined || misses.length < nearest.length) nearest = misses;
  }
  return nearest ?? [{ what: 'labels', says: 'the rule has no peer that anybody knows' }];
}

function peerMisses(peer: Peer, other: PodClass | undefined): RuleMiss[] {
  if (peer.type === 'pods') return podMisses(peer, other);
  return [{ what: 'address', says: addressMiss(peer, other) }];
}

function podMisses({ namespaces, podSelector }: Extract<Peer, { readonly type: 'pods' }>, other: PodClass | undefined): RuleMiss[] {
  if (other === undefined) return [{ what: 'address', says: 'the peer selects pods, and this is none' }];
  if (other.hostNetwork) return [{ what: 'address', says: 'selectors do not find pods on the network of a node' }];
  const { namespace, labels } = other;
  const isOwn = namespaces === namespace.name ? yes : no;
  const inNamespace = typeof namespaces === 'string' ? isOwn : namespaceMatcher(namespaces)(namespace);
  const selected = podSelector === undefined ? () => true : labelMatcher(podSelector);
  const misses: RuleMiss[] = [];
  if (inNamespace !== yes)
    misses.push({
      what: 'namespace',
      says: `the peer is not about namespace ${namespace.name}${inNamespace === maybe ? ' for certain' : ''}`,
    });
  if (typeof selected !== 'function' || !selected(labels))
    misses.push({ what: 'labels', says: 'the labels of the pod are not those that the peer selects' });
  return misses;
}

function addressMiss(peer: Exclude<Peer, { readonly type: 'pods' }>, other: PodClass | undefined): string {
  switch (peer.type) {
    case 'block': {
      const text = `${formatBlock(peer.block)}${peer.except.length > 0 ? ' without its exceptions' : ''}`;
      return other === undefined ? `the address is not in ${text}` : `${text} does not hold the pod`;
    }
    case 'networks':
      return `the address is in none of ${peer.blocks.map(formatBlock).join(', ')}`;
    case 'nodes':
      return 'the address is that of no node that the peer selects';
    case 'names':
      break;
  }
  return `${peer.names.join(', ')} stand for addresses outside of the cluster`;
}
