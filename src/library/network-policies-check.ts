import { compareText, nowhere, type CheckedConnection, type CutConnection, type GenerationCheck, type Resource } from '../core/index.ts';
import type { Protocol, ReachEndpoint } from '../core/reach.ts';
import { decode } from '../kube/decode.ts';
import type { EvidenceFact, Namespace, WorkloadFact } from '../kube/traffic/evidence-facts.ts';
import type { End, EvidencedConnection, EvidenceOfConnections } from '../kube/traffic/evidenced-connections.ts';
import { buildNetwork, networkFact, type Network, type NetworkFact } from '../kube/network/index.ts';
import { readDocument, splitDocuments } from '../kube/yaml/index.ts';
import type { PlaceText } from './network-policies-yaml.ts';

/** Questions to the engine about what is cut: a minute of them would be too long a wait. */
const mostQuestions = 1_000_000;

interface Checked {
  readonly evidence: EvidenceOfConnections;
  readonly facts: readonly EvidenceFact[];
  /** What the engine needs of the same objects. */
  readonly network: readonly NetworkFact[];
  /** The policies as they were written. */
  readonly texts: readonly string[];
  readonly place: PlaceText;
  /** Blocks of addresses that people told. */
  readonly told: { readonly apiServer: readonly string[]; readonly nodes: readonly string[] };
}

/** Asks the engine about the network as it is, and as it is with the policies: what is evidenced has to pass, and what is cut is told. */
export function checkPolicies({ evidence, facts, network, texts, place, told }: Checked): GenerationCheck {
  const standIns = startStandIns(network);
  const ends = evidence.connections.map(
    ({ from, to, port, protocol }) => [standIns.of(from), standIns.of(to, { port, protocol })] as const,
  );
  const world = [...network, ...standIns.facts(), ...toldFacts(told)];
  const own = new Set(facts.flatMap((fact) => (fact.type === 'policy' && fact.own ? [policyKey(fact.namespace, fact.name)] : [])));
  const others = world.filter((fact) => fact.type !== 'network-policy' || !own.has(policyKey(fact.namespace, fact.name)));
  const today = buildNetwork(world);
  const then = buildNetwork([...others, ...texts.flatMap(policiesIn)]);

  let passing = 0;
  const failing: CheckedConnection[] = [];
  const untold: CheckedConnection[] = [];
  for (const [index, connection] of evidence.connections.entries()) {
    const [from, to] = ends[index]!;
    const port = standIns.portOf(to, connection);
    if (from === undefined || to === undefined || port === undefined) {
      untold.push(
        checked(
          connection,
          place,
          from === undefined || to === undefined ? unseen : 'no container of the pods was read that has a port of this name',
        ),
      );
      continue;
    }
    const verdict = then.verdict(from, to, connection.protocol as Protocol, port);
    if (verdict === 'allowed') passing += 1;
    else if (verdict === 'unknown') {
      const before = today.verdict(from, to, connection.protocol as Protocol, port) === 'unknown';
      untold.push(checked(connection, place, before ? untoldToday : untoldBecause(from, to)));
    } else {
      const denied = today.verdict(from, to, connection.protocol as Protocol, port) === 'denied';
      const because = isUnnamed(connection)
        ? unnamed
        : denied
          ? 'policies of today deny it already'
          : 'with the policies nothing allows it';
      failing.push(checked(connection, place, because));
    }
  }
  return { passing, failing, untold, ...cutBetween(today, then, network) };
}

/** One address stands for its block: rules name no part of it. */
function toldFacts({ apiServer, nodes }: Checked['told']): NetworkFact[] {
  const addresses = (blocks: readonly string[]): string[] => blocks.map((block) => block.slice(0, block.indexOf('/')));
  const at = { resource: 0, path: [], location: nowhere };
  const ports = [443, 6443].map((port) => ({ protocol: 'TCP' as const, port }));
  return [
    ...(apiServer.length === 0
      ? []
      : [{ type: 'endpoints' as const, namespace: 'default', service: 'kubernetes', addresses: addresses(apiServer), ports, at }]),
    ...addresses(nodes).map((address, index) => ({
      type: 'node' as const,
      name: `told ${index}`,
      labels: {},
      addresses: [address],
      external: false,
    })),
  ];
}

const unnamed = 'no rule can name the namespace of one end, which the manifests do not name (--namespace does)';

/** From or to objects without a namespace, across its border. */
function isUnnamed({ from, to }: EvidencedConnection): boolean {
  const [source, target] = [from, to].map((end) =>
    end.type === 'workload' ? (end.workload.namespace ?? null) : end.type === 'pods' ? (end.namespace ?? null) : undefined,
  );
  return source !== target && (source === null || target === null);
}

const unseen = 'what connects was not read';

const untoldToday = 'nor can it today: a policy that this tool does not read, or the network of a node, decides it';

function untoldBecause(from: ReachEndpoint, to: ReachEndpoint): string {
  const outside = [from, to].find((end) => end.type === 'virtual');
  if (outside?.type === 'virtual') return outsides[outside.name];
  return 'the network of a node, or a policy that this tool does not read, decides it';
}

const outsides: Readonly<Record<Extract<ReachEndpoint, { readonly type: 'virtual' }>['name'], string>> = {
  internet: 'which address the pods see depends on what leads to them',
  node: 'the addresses of the nodes were not read',
  'api-server': 'the address of the API server was not read',
  'ingress-controller': 'the ingress controller was not read',
  metadata: 'the metadata service is in no manifest',
};

function checked({ from, to, protocol, port, evidence }: EvidencedConnection, place: PlaceText, because: string): CheckedConnection {
  const [first] = evidence;
  return {
    from: titleOfEnd(from),
    to: titleOfEnd(to),
    port: `${protocol} ${port}`,
    because,
    place: first === undefined ? '' : place(first),
  };
}

const virtualTitles = { 'api-server': 'the API server', outside: 'anywhere', pods: 'the ingress controller', nodes: 'the nodes' } as const;

function titleOfEnd(end: End): string {
  if (end.type === 'virtual') return virtualTitles[end.name];
  if (end.type === 'workload') return titleOf(endpointOf(end.workload));
  const labels = Object.entries(end.labels).map(([key, value]) => `${key}=${value}`);
  return `${end.namespace ?? '*'}/${labels.join(',')}`;
}

function titleOf(end: ReachEndpoint): string {
  if (end.type === 'workload') return `${end.namespace}/${end.name}`;
  return end.type === 'cidr' ? end.cidr : end.name;
}

function endpointOf({ kind, namespace = 'default', name }: WorkloadFact): ReachEndpoint & { readonly type: 'workload' } {
  return { type: 'workload', kind, namespace, name };
}

function policyKey(namespace: Namespace, name: string): string {
  return `${namespace ?? 'default'}/${name}`;
}

/** The policies of a text as the engine takes them from any file. */
function policiesIn(text: string): NetworkFact[] {
  return splitDocuments(text).flatMap((part) => {
    if ('error' in part) return [];
    const document = readDocument(part.text, part.line);
    if ('error' in document || document.value === null || typeof document.value !== 'object') return [];
    const decoded = decode(document.value as Record<string, unknown>);
    if ('refused' in decoded) return [];
    const resource: Resource = { ...decoded, file: '', locate: () => [] };
    return networkFact(resource, (path) => ({ resource: 0, path, location: nowhere }), decoded.ref.namespace) ?? [];
  });
}

interface StandIns {
  of(end: End, wanted?: { readonly port: number | string; readonly protocol: string }): ReachEndpoint | undefined;
  portOf(to: ReachEndpoint | undefined, connection: EvidencedConnection): number | undefined;
  facts(): NetworkFact[];
}

/** Workloads for what the engine has not seen: what an operator will make, and pods that something selects and nothing that was read makes. */
function startStandIns(network: readonly NetworkFact[]): StandIns {
  const known = new Map<string, NetworkFact & { readonly type: 'workload' }>();
  for (const fact of network) if (fact.type === 'workload') known.set(`${fact.kind}/${fact.namespace}/${fact.name}`, fact);
  const made = new Map<string, NetworkFact & { readonly type: 'workload' }>();
  /** Named ports of pods that were not read, each with some number. */
  const named = new Map<string, number>();

  function add(
    endpoint: ReachEndpoint & { readonly type: 'workload' },
    labels: Readonly<Record<string, string>>,
    ports: readonly NamedPort[],
  ): void {
    const key = `${endpoint.kind}/${endpoint.namespace}/${endpoint.name}`;
    if (known.has(key)) return;
    const all = [
      ...(made.get(key)?.pods[0]?.ports ?? []),
      ...ports.flatMap(({ name, port, protocol }) =>
        isProtocol(protocol) ? [{ ...(name === undefined ? {} : { name }), port, protocol }] : [],
      ),
    ];
    const pod = { labels, ports: all, hostNetwork: false, many: true, everyNode: false, addresses: [] };
    made.set(key, { ...endpoint, pods: [pod], at: { resource: 0, path: [], location: nowhere } });
  }

  return {
    of(end, wanted) {
      if (end.type === 'virtual') return { type: 'virtual', name: virtualNames[end.name] };
      if (end.type === 'workload') {
        const endpoint = endpointOf(end.workload);
        add(endpoint, end.workload.labels, end.workload.ports);
        return endpoint;
      }
      if (end.namespace === null) return undefined;
      const endpoint = {
        type: 'workload',
        kind: 'Pod',
        namespace: end.namespace ?? 'default',
        name: `pods ${JSON.stringify(end.labels)}`,
      } as const;
      const ports: NamedPort[] = [];
      if (wanted !== undefined && typeof wanted.port === 'string') {
        const key = `${endpoint.namespace}/${endpoint.name} ${wanted.protocol} ${wanted.port}`;
        if (!named.has(key)) named.set(key, 50_000 + (named.size % 10_000));
        ports.push({ name: wanted.port, port: named.get(key)!, protocol: wanted.protocol });
      }
      add(endpoint, end.labels, ports);
      return endpoint;
    },
    portOf(to, { port, protocol }) {
      if (typeof port === 'number' || to?.type !== 'workload') return typeof port === 'number' ? port : undefined;
      return named.get(`${to.namespace}/${to.name} ${protocol} ${port}`);
    },
    facts: () => [...made.values()],
  };
}

interface NamedPort {
  readonly name: string | undefined;
  readonly port: number;
  readonly protocol: string;
}

const virtualNames = { 'api-server': 'api-server', outside: 'internet', pods: 'ingress-controller', nodes: 'node' } as const;

function isProtocol(text: string): text is Protocol {
  return text === 'TCP' || text === 'UDP' || text === 'SCTP';
}

const fewSources = 5;

type Workload = ReachEndpoint & { readonly type: 'workload' };

/** By destination: the ports that its containers and Services declare, and who may connect to them today and will not be let. */
function cutBetween(today: Network, then: Network, facts: readonly NetworkFact[]): Pick<GenerationCheck, 'cut' | 'cutShort'> {
  const workloads = today.endpoints.filter((end): end is Workload => end.type === 'workload');
  const sources: ReachEndpoint[] = [...workloads, { type: 'virtual', name: 'internet' }];
  const ports = declaredPorts(facts);
  const cut: CutConnection[] = [];
  let questions = 0;
  let cutShort = false;

  function compare(to: ReachEndpoint, from: readonly ReachEndpoint[], protocol: Protocol, port: number, title: string): void {
    questions += from.length * 2;
    if (questions > mostQuestions) {
      cutShort = true;
      return;
    }
    const lost = from.filter((source) => {
      if (source === to) return false;
      return then.verdict(source, to, protocol, port) === 'denied' && today.verdict(source, to, protocol, port) !== 'denied';
    });
    if (lost.length === 0) return;
    cut.push({ to: titleOf(to), port: title, from: lost.slice(0, fewSources).map(titleOf), sources: lost.length });
  }

  for (const to of workloads)
    for (const { protocol, port } of ports.get(`${to.kind}/${to.namespace}/${to.name}`) ?? [])
      compare(to, sources, protocol, port, `${protocol} ${port}`);
  // Outside every port is alike, save those that rules are about.
  for (const name of ['internet', 'metadata'] as const) compare({ type: 'virtual', name }, workloads, 'TCP', 8081, 'most ports');
  return { cut, cutShort };
}

/** Of containers; the targets of Services are among them where people declare what listens. */
function declaredPorts(facts: readonly NetworkFact[]): Map<string, readonly { readonly protocol: Protocol; readonly port: number }[]> {
  const ports = new Map<string, { readonly protocol: Protocol; readonly port: number }[]>();
  for (const fact of facts) {
    if (fact.type !== 'workload') continue;
    const declared = new Map(
      fact.pods.flatMap(({ ports: of }) => of.map(({ protocol, port }) => [`${protocol} ${port}`, { protocol, port }] as const)),
    );
    ports.set(
      `${fact.kind}/${fact.namespace}/${fact.name}`,
      [...declared].sort(([a], [b]) => compareText(a, b)).map(([, port]) => port),
    );
  }
  return ports;
}
