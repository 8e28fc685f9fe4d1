import type { ReachEndpoint } from '../../core/reach.ts';
import type { Direction } from '../network-policy.ts';
import type { Whereabouts } from './address-plan.ts';
import { maybe, namespaceMatcher, no, resolvePort, yes, type PodClass } from './classes.ts';
import type { Engine, Outside } from './engine.ts';
import { protocols, type PortSet } from './port-space.ts';
import type { Peer, Rule } from './rules.ts';

/** Ports with why nobody knows whether they are reached. */
export interface Reason {
  readonly set: PortSet;
  readonly because: string;
}

/** Where a bound was met. */
export const tooMuch = 'policies tell more sets of ports apart than are computed at once';

/** Of one pair. */
const mostReasons = 50;

/** Every unknown port with all that is not known of it: ports with the same reasons together. */
export function reasonsOf(engine: Engine, from: ReachEndpoint, to: ReachEndpoint, open: PortSet): Reason[] {
  // Rules of many policies are unknown for the same reason, each for ports of its own.
  const found = new Map<string, PortSet>();
  allReasons(engine, from, to, (set, because) => {
    if ((set & open) === 0n) return;
    const text = found.size < mostReasons || found.has(because) ? because : 'there are more reasons than are told apart';
    found.set(text, (found.get(text) ?? 0n) | set);
  });
  const parts: { set: PortSet; because: string[] }[] = [{ set: open, because: [] }];
  for (const [because, set] of found) {
    for (const part of parts) {
      const inside = part.set & set;
      if (inside === 0n) continue;
      if (inside !== part.set) parts.push({ set: part.set & ~set, because: [...part.because] });
      part.set = inside;
      part.because.push(because);
    }
  }
  const whole = new Map<string, PortSet>();
  for (const { set, because } of parts) {
    const unsaid = engine.rows.full ? tooMuch : 'it depends on several things of which none is known';
    const text = because.length === 0 ? unsaid : because.join('; ');
    whole.set(text, (whole.get(text) ?? 0n) | set);
  }
  return [...whole].map(([because, set]) => ({ set, because }));
}

type Tell = (set: PortSet, because: string) => void;

function allReasons(engine: Engine, from: ReachEndpoint, to: ReachEndpoint, tell: Tell): void {
  const { space, world, matching } = engine;
  const all = (because: string): void => tell(space.all, because);
  for (const end of [from, to]) {
    if (end.type === 'workload' && engine.workloadOf(end) === undefined) all(`${end.kind} ${end.namespace}/${end.name} was not read`);
  }
  const [source, target] = [engine.workloadOf(from), engine.workloadOf(to)].map((index) =>
    index === undefined ? undefined : world.workloads[index],
  );
  for (const workload of [source, target])
    if (workload !== undefined && workload.classes.length > 1)
      all(`the pods of ${workload.kind} ${workload.namespace}/${workload.name} differ`);
  for (const out of source?.classes ?? []) {
    if (to.type !== 'workload') ofOutside(engine, 'egress', out, to, tell);
    for (const into of target?.classes ?? []) ofColumn(engine, 'egress', out, matching.columns.of(into), into, tell);
  }
  for (const into of target?.classes ?? []) {
    if (from.type !== 'workload') ofOutside(engine, 'ingress', into, from, tell);
    for (const out of source?.classes ?? []) ofColumn(engine, 'ingress', into, matching.columns.of(out), out, tell);
  }
  const onHost = (classes: readonly PodClass[] = []): boolean => classes.some(({ hostNetwork }) => hostNetwork);
  if (source !== undefined && target !== undefined && onHost(source.classes))
    all('a node always reaches its own pods, and the sender may be on the same node');
  const toNode = to.type === 'virtual' && to.name === 'node';
  if (source !== undefined && !onHost(source.classes) && (toNode || onHost(target?.classes)) && engine.profile.governsOwnNode !== 'yes')
    all(
      engine.profile.governsOwnNode === 'no'
        ? 'a pod always reaches its own node, and it may be that one'
        : 'plugins differ in whether policies govern what a pod sends to its own node',
    );
  if (target !== undefined && from.type === 'virtual' && from.name === 'internet') {
    for (const { ports, unless, keepsClient } of engine.entrances.exposures[engine.workloadOf(to) ?? -1] ?? []) {
      if (unless !== undefined) tell(space.setOf(ports), unless);
      if (!keepsClient) tell(space.setOf(ports), 'policies may see the address of a node instead of the client');
    }
  }
}

/** Of something that is at one of several addresses. */
function ofOutside(engine: Engine, direction: Direction, podClass: PodClass, end: Outside, tell: Tell): void {
  const { matching, plan, answers, space } = engine;
  if (end.type === 'virtual' && end.name === 'ingress-controller') {
    ofColumn(engine, direction, podClass, matching.columns.controller, undefined, tell);
    return;
  }
  const at: Whereabouts = engine.placeOf(end);
  const perhaps = end.type === 'virtual' && end.name === 'internet' ? plan.internetPerhaps : [];
  /** The ports of which policies say something else at one address than at another. */
  const differing = (places: Whereabouts): PortSet => {
    const ids = new Set(places.flat().map((atom) => engine.policyAnswer(direction, podClass, matching.columns.pods + atom)));
    const list = ids.size === 1 ? [] : [...ids].map(answers.of);
    return list.reduce((set, { high }) => set | high, 0n) & ~list.reduce((set, { low }) => set & low, space.all);
  };
  const differ = differing(at);
  if (differ !== 0n) {
    const because = ((): string => {
      if (end.type === 'cidr') return `policies tell addresses of ${end.cidr} apart`;
      if (end.name === 'api-server' && !plan.known.apiServer) return 'the address of the API server was not read';
      if (end.name === 'node' && !plan.known.nodes) return 'the addresses of nodes were not read';
      return `policies tell addresses of ${end.name} apart`;
    })();
    tell(differ, because);
  }
  if (perhaps.length > 0) tell(differing([...at, ...perhaps]) & ~differ, 'whether the cluster has IPv6 addresses was not read');
  for (const atom of [...at, ...perhaps].flat()) ofColumn(engine, direction, podClass, matching.columns.pods + atom, undefined, tell);
}

/** Why policies that govern a class are not sure of one column. */
function ofColumn(engine: Engine, direction: Direction, podClass: PodClass, column: number, far: PodClass | undefined, tell: Tell): void {
  const { governing, matching, rows, space, profile } = engine;
  const { admin, baseline, isolating = [], unread, selecting } = governing[direction][podClass.number]!;
  if (!profile.enforces) return;
  for (const { kind, namespace, name } of unread) {
    const where = namespace === undefined ? name : `${namespace}/${name}`;
    tell(space.all, `what ${kind} ${where} does is not evaluated`);
  }
  if (podClass.hostNetwork && selecting.length > 0 && profile.governsHostPods === 'unknown')
    tell(space.all, 'plugins differ in whether policies govern pods with hostNetwork');
  const destination = direction === 'ingress' ? podClass : far;
  const ofRule = (rule: Rule): void => {
    const truth = matching.match(rule)[column]!;
    if (truth === no || (truth === yes && rule.ports.names.length === 0)) return;
    const ports = rows.portsAt(rule, destination);
    if (truth === maybe)
      for (const peer of rule.peers ?? [])
        if (matching.matchPeers([peer])[column] === maybe) tell(ports.high, becauseOf(engine, peer, column, far));
    for (const name of rule.ports.names)
      if (destination !== undefined && ports.low !== ports.high)
        for (const protocol of protocols) {
          const numbers = new Set(resolvePort(destination, name).flatMap((port) => (port.protocol === protocol ? [port.port] : [])));
          const set = space.setOf([...numbers].map((port) => ({ protocol, first: port, last: port })));
          if (numbers.size > 1) tell(set, `several ports of the pod have the name ${name.name}`);
        }
  };
  for (const rule of isolating) ofRule(rule);
  for (const group of [...admin, ...baseline]) {
    const names = group.map(({ policy: { kind, name } }) => `${kind} ${name}`).join(' and ');
    for (const { rules, subject } of group) {
      for (const rule of rules) {
        ofRule(rule);
        if (subject === maybe) tell(rows.portsAt(rule, destination).high, unreadLabels(podClass));
      }
      if (group.length > 1) {
        const set = rules.reduce(
          (ports, rule) => ports | (matching.match(rule)[column] === no ? 0n : rows.portsAt(rule, destination).high),
          0n,
        );
        tell(set, `${names} have the same priority`);
      }
    }
  }
}

function becauseOf({ matching, profile, plan }: Engine, peer: Peer, column: number, other: PodClass | undefined): string {
  if (column === matching.columns.controller) return 'the pods of the ingress controller were not found';
  switch (peer.type) {
    case 'pods':
      if (other !== undefined && typeof peer.namespaces !== 'string' && namespaceMatcher(peer.namespaces)(other.namespace) === maybe)
        return unreadLabels(other);
      return 'plugins differ in whether selectors find pods with hostNetwork';
    case 'block':
      if (other?.hostNetwork === true) return 'the addresses of nodes were not read';
      return profile.blocksMatchPods === 'unknown'
        ? 'plugins differ in whether an ipBlock is about pods'
        : 'the addresses of pods were not read';
    case 'networks':
      return other?.hostNetwork === true ? 'the addresses of nodes were not read' : 'the addresses of pods were not read';
    case 'nodes':
      return plan.known.nodes ? 'it depends on the node' : 'the addresses of nodes were not read';
    case 'names':
      break;
  }
  return `which addresses ${peer.names.join(', ')} stands for is not known`;
}

function unreadLabels({ namespace }: PodClass): string {
  return `the labels of namespace ${namespace.name} were not read`;
}
