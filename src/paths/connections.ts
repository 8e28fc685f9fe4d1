import type { Anchor, Protocol, ReachAnswer, ReachEndpoint, ReachPorts } from '../core/index.ts';
import type { Labels } from '../kube/label-selector.ts';
import { servicesByNamespace } from '../kube/network/exposure.ts';
import { buildNetwork, type Network, type NetworkFact } from '../kube/network/index.ts';
import { directionsOf } from '../kube/network-policy.ts';
import { indexByNamespace } from '../kube/selector-index.ts';
import { namespaceId, placedId, type Change } from './changes.ts';
import type { Draft, EvidenceRef } from './draft.ts';
import type { WorkloadFact } from './facts.ts';
import type { State } from './states.ts';
import { otherTechniques as known } from './techniques.ts';

type NetworkWorkload = Extract<NetworkFact, { readonly type: 'workload' }>;
type Service = Extract<NetworkFact, { readonly type: 'service' }>;

interface Options {
  readonly closeEntries?: boolean;
  readonly gone?: ReadonlySet<string>;
}

/** A workload as the network sees it. */
interface Node {
  readonly fact: NetworkWorkload;
  readonly state: State;
  readonly end: Extract<ReachEndpoint, { readonly type: 'workload' }>;
  readonly title: string;
  readonly services: readonly Service[];
  /** What it is known to listen on. */
  readonly ports: readonly { readonly protocol: Protocol; readonly port: number }[];
  readonly ingress: Isolation;
  readonly egress: Isolation;
}

/** By no policy, by ordinary policies alone, or by policies that count before or after those. */
type Isolation = 'open' | 'isolated' | 'governed';

const internet: ReachEndpoint = { type: 'virtual', name: 'internet' };
const metadata: ReachEndpoint = { type: 'virtual', name: 'metadata' };
const cloud: State = { type: 'cloud-credentials' };

/** Adds what the network lets through: from outside, from pod to pod, and to where clouds hand out credentials. */
export function addConnections(draft: Draft, facts: readonly NetworkFact[], workloads: readonly WorkloadFact[], options: Options): void {
  const network = buildNetwork(facts);
  const nodes = nodesOf(facts, workloads);
  addEntries(draft, network, nodes, options);
  addReach(draft, network, nodes, options);
  addMetadata(draft, network, nodes, options);
}

function nodesOf(facts: readonly NetworkFact[], workloads: readonly WorkloadFact[]): Node[] {
  const wanted = new Set(workloads.map(({ kind, namespace, name }) => `${kind} ${namespace} ${name}`));
  const services = servicesByNamespace(facts.filter((fact) => fact.type === 'service'));
  const isolation = isolationOf(facts);
  return facts.flatMap((fact): Node[] => {
    if (fact.type !== 'workload' || !wanted.has(`${fact.kind} ${fact.namespace} ${fact.name}`)) return [];
    const { kind, namespace, name, pods } = fact;
    const selecting = [...new Set(pods.flatMap(({ labels }) => services.get(namespace)?.matching(labels) ?? []))];
    const declared = pods.flatMap(({ ports }) => ports);
    const targets = selecting.flatMap(({ ports }) =>
      ports.flatMap(({ protocol, target }) =>
        typeof target === 'number'
          ? [{ protocol, port: target }]
          : declared.filter((port) => port.name === target && port.protocol === protocol),
      ),
    );
    const ports = new Map([...declared, ...targets].map(({ protocol, port }) => [`${protocol} ${port}`, { protocol, port }]));
    const end = { type: 'workload', kind, namespace, name } as const;
    const title = `${kind} ${namespace}/${name}`;
    const each = (direction: 'ingress' | 'egress'): Isolation =>
      isolation(
        namespace,
        pods.map(({ labels }) => labels),
        direction,
      );
    return [
      { fact, state: end, end, title, services: selecting, ports: [...ports.values()], ingress: each('ingress'), egress: each('egress') },
    ];
  });
}

function isolationOf(
  facts: readonly NetworkFact[],
): (namespace: string, labels: readonly Labels[], direction: 'ingress' | 'egress') => Isolation {
  const beyond = facts.some(({ type }) => type === 'admin-policy' || type === 'opaque-policy');
  const policies = indexByNamespace(
    facts.filter((fact) => fact.type === 'network-policy'),
    ({ namespace }) => namespace,
    ({ spec }) => spec.podSelector ?? {},
  );
  return (namespace, labels, direction) => {
    const selecting = labels.flatMap((each) => policies.get(namespace)?.matching(each) ?? []);
    const isolated = selecting.some(({ spec }) => directionsOf(spec).includes(direction));
    return isolated ? 'isolated' : beyond ? 'governed' : 'open';
  };
}

function place(what: string, at: Anchor): EvidenceRef {
  return { what, at };
}

/** From outside: Services, ports of nodes, Ingresses and routes. */
function addEntries(draft: Draft, network: Network, nodes: readonly Node[], { closeEntries = false }: Options): void {
  const closing = (kind: string, title: string, at: Anchor): Change[] =>
    closeEntries
      ? [{ id: placedId('close-entry', at), kind: 'close-entry', what: `let nobody in from outside by this ${kind}`, object: title, at }]
      : [];
  for (const { state, end, title, services } of nodes) {
    const { allowed, unknown } = network.between(internet, end);
    if (allowed.length === 0 && unknown.length === 0) continue;
    const because = allowed.length > 0 ? undefined : (unknown[0]?.because ?? 'what was read does not tell');
    const outward = services.filter(
      ({ service, externalIPs }) => service === 'LoadBalancer' || service === 'NodePort' || externalIPs.length > 0,
    );
    for (const service of outward) {
      const name = `Service ${service.namespace}/${service.name}`;
      draft.add({
        from: { type: 'internet' },
        to: state,
        technique: known['exposed-service'],
        unknown: because,
        changes: closing('Service', name, service.at),
        evidence: [place(`${name} (${service.service}) leads to ${title}`, service.at)],
      });
    }
    if (outward.length === 0)
      draft.add({
        from: { type: 'internet' },
        to: state,
        technique: known['exposed-service'],
        unknown: because,
        evidence: [place(`${title} opens a port of its node`, nodes.find((node) => node.state === state)!.fact.at)],
      });
  }
  const byEnd = new Map(nodes.map((node) => [node.title, node]));
  for (const { from, to, ports, by } of network.routes) {
    const node = byEnd.get(`${to.kind} ${to.namespace}/${to.name}`);
    if (node === undefined) continue;
    const verdicts = new Set(ports.map(({ protocol, first }) => network.verdict(from, to, protocol, first)));
    if (!verdicts.has('allowed') && !verdicts.has('unknown')) continue;
    const controller = from.type === 'workload' ? network.between(internet, from) : undefined;
    if (controller !== undefined && controller.allowed.length === 0 && controller.unknown.length === 0) continue;
    const name = `${by.kind} ${by.namespace}/${by.name}`;
    draft.add({
      from: { type: 'internet' },
      to: node.state,
      technique: known['exposed-service'],
      unknown:
        controller === undefined
          ? `who serves ${name}, and whether he is reached from the internet, is not in the input`
          : !verdicts.has('allowed') || controller.allowed.length === 0
            ? 'what was read does not tell whether policies let it through'
            : undefined,
      changes: closing(by.kind, name, by.at),
      evidence: [place(`${name} leads to ${node.title}`, by.at)],
    });
  }
}

/**
 * From pod to pod. Workloads that nothing tells apart go together, and so do those that reach the same others: the graph has
 * no edge for every pair.
 */
function addReach(draft: Draft, network: Network, nodes: readonly Node[], { gone = new Set() }: Options): void {
  const byTitle = new Map(nodes.map((node) => [node.title, node]));
  const groups = network.groups.map((members) =>
    members.flatMap((end): Node[] => {
      const node = end.type === 'workload' ? byTitle.get(`${end.kind} ${end.namespace}/${end.name}`) : undefined;
      return node === undefined ? [] : [node];
    }),
  );
  const targets = groups.map((members) => members.filter(({ fact }) => !gone.has(namespaceId('isolate-ingress', fact.namespace))));
  const reachable = targets.flatMap((members, group) => (members.length > 0 ? [group] : []));
  const open = openPorts(network);
  const bundles = new Map<string, State | undefined>();
  const rows = new Map<string, State | undefined>();
  const entered = new Set<string>();

  for (const { from, to } of network.rows()) {
    const sources = groups[from] ?? [];
    if (sources.length === 0) continue;
    const key = reachable.map((group) => to[group]).join(',');
    if (!rows.has(key)) rows.set(key, hubOf(to));
    const hub = rows.get(key);
    if (hub !== undefined) for (const { state } of sources) draft.add({ from: state, to: hub });
  }

  function hubOf(to: Uint32Array): State | undefined {
    const hub: State = { type: 'between', key: `connections ${rows.size}` };
    let leads = false;
    for (const group of reachable) {
      const number = to[group]!;
      const bundle = `${group} ${number}`;
      if (!bundles.has(bundle)) bundles.set(bundle, bundleOf(bundle, targets[group]!, open(number)));
      const next = bundles.get(bundle);
      if (next === undefined) continue;
      draft.add({ from: hub, to: next });
      leads = true;
    }
    return leads ? hub : undefined;
  }

  /** Those of a group that a connection reaches: what they listen on decides. */
  function bundleOf(key: string, members: readonly Node[], ports: OpenPorts): State | undefined {
    const states = members.flatMap((node): State[] => {
      const answer = answerFor(node, ports);
      return answer === 'denied' ? [] : [enter(node, answer === 'allowed')];
    });
    const [first, second] = states;
    if (second === undefined) return first;
    const bundle: State = { type: 'between', key: `reached ${key}` };
    for (const state of states) draft.add({ from: bundle, to: state });
    return bundle;
  }

  function enter(node: Node, certain: boolean): State {
    const state: State = { type: 'between', key: `into ${certain ? '' : 'perhaps '}${node.title}` };
    if (!entered.has(state.key)) {
      entered.add(state.key);
      addTarget(draft, state, node, certain);
    }
    return state;
  }
}

interface OpenPorts {
  readonly allowed: readonly Range[];
  readonly unknown: readonly Range[];
}

interface Range {
  readonly protocol: Protocol;
  readonly first: number;
  readonly last: number;
}

/** By the number of a connection. */
function openPorts(network: Network): (number: number) => OpenPorts {
  const answers = new Map<number, OpenPorts>();
  const rangesOf = ({ protocol, ports }: ReachPorts): Range[] =>
    ports.split(',').map((range) => {
      const [first = '', last = first] = range.split('-');
      return { protocol, first: Number(first), last: Number(last) };
    });
  return (number) => {
    const before = answers.get(number);
    if (before !== undefined) return before;
    const { allowed, unknown } = network.connection(number);
    const answer = { allowed: allowed.flatMap(rangesOf), unknown: unknown.flatMap(rangesOf) };
    answers.set(number, answer);
    return answer;
  };
}

/** Whether something is reached that the workload listens on; where nobody knows what that is, anything. */
function answerFor({ ports }: Node, { allowed, unknown }: OpenPorts): ReachAnswer {
  const has = (ranges: readonly Range[]): boolean =>
    ports.length === 0
      ? ranges.length > 0
      : ports.some(({ protocol, port }) =>
          ranges.some((range) => range.protocol === protocol && range.first <= port && port <= range.last),
        );
  return has(allowed) ? 'allowed' : has(unknown) ? 'unknown' : 'denied';
}

function addTarget(draft: Draft, from: State, { state, fact, title, ports, ingress, services }: Node, certain: boolean): void {
  const { namespace } = fact;
  const unknown = !certain
    ? `what was read does not tell whether policies let connections to ${title} through`
    : ports.length === 0
      ? `whether anything listens in ${title} is not in the input`
      : undefined;
  const [service] = services;
  const why = ingress === 'open' ? 'no policy keeps anybody from' : 'policies let it connect to';
  draft.add({
    from,
    to: state,
    technique: known['network-reach'],
    unknown,
    // What is let through by a policy is not cut by another one.
    changes:
      ingress === 'isolated'
        ? []
        : [
            {
              id: namespaceId('isolate-ingress', namespace),
              kind: 'isolate-ingress',
              what: 'deny connections to its pods by default, and allow those that are needed',
              object: `Namespace ${namespace}`,
            },
          ],
    evidence: [
      place(`${why} ${title}`, fact.at),
      ...(service === undefined ? [] : [place(`Service ${namespace}/${service.name} leads to it`, service.at)]),
    ],
  });
}

/** To where clouds hand out the credentials of the node. */
function addMetadata(draft: Draft, network: Network, nodes: readonly Node[], { gone = new Set() }: Options): void {
  for (const { fact, state, end, title, egress } of nodes) {
    const { namespace } = fact;
    if (gone.has(namespaceId('isolate-egress', namespace))) continue;
    const { allowed, unknown } = network.between(end, metadata);
    if (allowed.length === 0 && unknown.length === 0) continue;
    draft.add({
      from: state,
      to: cloud,
      technique: known['cloud-of-node'],
      unknown: 'whether a metadata service answers pods is set outside of the cluster',
      changes:
        egress === 'isolated'
          ? []
          : [
              {
                id: namespaceId('isolate-egress', namespace),
                kind: 'isolate-egress',
                what: 'deny connections from its pods by default, and allow those that are needed, never to 169.254.169.254',
                object: `Namespace ${namespace}`,
              },
            ],
      evidence: [place(`${egress === 'open' ? 'no policy keeps' : 'policies do not keep'} ${title} from 169.254.169.254`, fact.at)],
    });
  }
}
