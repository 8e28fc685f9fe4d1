import { compareText, groupBy } from '../../core/index.ts';
import { labelMatcher, matches, type Labels } from '../label-selector.ts';
import { directionsOf, rulesOf, selectsEveryPod, allowsEverything, type Direction, type PolicyRule } from '../network-policy.ts';
import { indexByNamespace } from '../selector-index.ts';
import { systemNamespaces } from '../system-workloads.ts';
import type { LabelSelector, NetworkPolicyPeer, NetworkPolicyPort } from '../types.ts';
import { managedByLabel, manager, type Namespace, type PolicyFact, type WorkloadFact } from './evidence-facts.ts';
import type { ApiAddress, End, Evidence, EvidencedConnection, EvidenceOfConnections } from './evidenced-connections.ts';

/** What no manifest says. */
export interface GenerationOptions {
  /** Address blocks of the API server. */
  readonly apiServer: readonly string[];
  /** Address blocks of the nodes. */
  readonly nodes: readonly string[];
  /** Also for the namespaces of the system. */
  readonly system: boolean;
  /** Namespaces of the system besides those of Kubernetes itself. */
  readonly systemNamespaces?: readonly string[];
}

export interface GeneratedRule {
  /** None: everybody. */
  readonly peers: readonly NetworkPolicyPeer[];
  readonly ports: readonly NetworkPolicyPort[];
  readonly evidence: readonly Evidence[];
  /** What a reader has to know besides. */
  readonly note?: string;
}

export interface GeneratedPolicy {
  readonly name: string;
  readonly namespace: Namespace;
  readonly about: readonly string[];
  readonly podSelector: LabelSelector;
  /** A direction that is there is isolated, and lets through what its rules say. */
  readonly ingress?: readonly GeneratedRule[];
  readonly egress?: readonly GeneratedRule[];
}

/** What a person has to know about the result. */
export type Remark =
  /** Nothing tells its pods from others. */
  | { readonly type: 'unselectable'; readonly workload: WorkloadFact; readonly connects: boolean }
  /** Policies have no defined effect on pods in the network of their node. */
  | { readonly type: 'host network'; readonly workload: WorkloadFact }
  /** The policy lets everything through, whatever is denied by default. */
  | { readonly type: 'cancelled'; readonly policy: PolicyFact; readonly direction: Direction }
  /** A namespace of the system that was left alone. */
  | { readonly type: 'system'; readonly namespace: string }
  /** A peer in the namespace that has no name. */
  | { readonly type: 'unnamed'; readonly connection: EvidencedConnection }
  /** Addresses were assumed. */
  | { readonly type: 'assumed'; readonly what: 'api-server' | 'nodes'; readonly workloads: number };

export interface GeneratedPolicies {
  readonly namespaces: readonly { readonly name: Namespace; readonly policies: readonly GeneratedPolicy[] }[];
  readonly remarks: readonly Remark[];
}

/** The ranges for private use (RFC 1918, 6598, 4193), in which nodes and API servers nearly always are; no metadata service is in them. */
const privateBlocks: readonly NetworkPolicyPeer[] = [
  { ipBlock: { cidr: '10.0.0.0/8' } },
  { ipBlock: { cidr: '172.16.0.0/12' } },
  { ipBlock: { cidr: '192.168.0.0/16' } },
  { ipBlock: { cidr: '100.64.0.0/10', except: ['100.100.100.200/32'] } },
  { ipBlock: { cidr: 'fc00::/7', except: ['fd00:ec2::/32'] } },
];

const nameLabel = 'kubernetes.io/metadata.name';

/** Policies that deny by default and allow what is evidenced; what existing policies do already is not repeated. */
export function generatePolicies(evidence: EvidenceOfConnections, options: GenerationOptions): GeneratedPolicies {
  const remarks: Remark[] = [];
  const existing = existingPolicies(evidence.policies);
  const ofSystem = new Set([...systemNamespaces, ...(options.systemNamespaces ?? [])]);
  const covered = evidence.namespaces.filter((name) => {
    if (options.system || name === undefined || !ofSystem.has(name)) return true;
    remarks.push({ type: 'system', namespace: name });
    return false;
  });
  const drafts = draftsOf(evidence, new Set(covered), existing, options, remarks);
  const namespaces = covered.map((name) => {
    const taken = new Set(existing.of(name).map((policy) => policy.name));
    const policies = [...basics(name, evidence, existing, remarks, options), ...(drafts.get(name) ?? [])];
    return { name, policies: policies.map((policy) => ({ ...policy, name: freeName(policy.name, taken) })) };
  });
  const connected = new Set(
    evidence.connections.flatMap(({ from, to }) => [from, to].map((end) => (end.type === 'workload' ? end.workload : undefined))),
  );
  for (const workload of evidence.workloads) {
    if (!covered.includes(workload.namespace)) continue;
    if (workload.hostNetwork) remarks.push({ type: 'host network', workload });
    else if (selectorOf(workload) === undefined) remarks.push({ type: 'unselectable', workload, connects: connected.has(workload) });
  }
  return { namespaces, remarks };
}

/** As the object that is applied. */
export function policyObject({ name, namespace, podSelector, ingress, egress }: GeneratedPolicy): Readonly<Record<string, unknown>> {
  const rules = (list: readonly GeneratedRule[], side: 'from' | 'to'): object[] => list.map((rule) => ruleObject(rule, side));
  const policyTypes = [...(ingress === undefined ? [] : ['Ingress']), ...(egress === undefined ? [] : ['Egress'])];
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), labels: { [managedByLabel]: manager } },
    spec: {
      podSelector,
      policyTypes,
      ...(ingress === undefined || ingress.length === 0 ? {} : { ingress: rules(ingress, 'from') }),
      ...(egress === undefined || egress.length === 0 ? {} : { egress: rules(egress, 'to') }),
    },
  };
}

export function ruleObject({ peers, ports }: GeneratedRule, side: 'from' | 'to'): object {
  return { ...(peers.length === 0 ? {} : { [side]: peers }), ...(ports.length === 0 ? {} : { ports }) };
}

interface Existing {
  of(namespace: Namespace): readonly PolicyFact[];
  /** Whether the policies that select these labels let a connection through in one direction. */
  allows(namespace: Namespace, labels: Labels, direction: Direction, covers: (rule: PolicyRule) => boolean): boolean;
}

function existingPolicies(policies: readonly PolicyFact[]): Existing {
  const foreign = policies.filter(({ own }) => !own);
  const all = groupBy(foreign, ({ namespace }) => namespace);
  const indexes = indexByNamespace(
    foreign,
    ({ namespace }) => namespace,
    ({ spec }) => spec.podSelector ?? {},
  );
  return {
    of: (namespace) => all.get(namespace) ?? [],
    allows: (namespace, labels, direction, covers) =>
      indexes
        .get(namespace)
        ?.matching(labels)
        .some(({ spec }) => directionsOf(spec).includes(direction) && rulesOf(spec, direction).some(covers)) === true,
  };
}

/** Default deny, and the look-up of names without which nothing else works. */
function basics(
  namespace: Namespace,
  { dns }: EvidenceOfConnections,
  existing: Existing,
  remarks: Remark[],
  options: GenerationOptions,
): GeneratedPolicy[] {
  const forAll = existing.of(namespace).filter(({ spec }) => selectsEveryPod(spec));
  const missing = (['ingress', 'egress'] as const).filter((direction) => {
    const isolating = forAll.filter(({ spec }) => directionsOf(spec).includes(direction));
    for (const policy of isolating)
      if (rulesOf(policy.spec, direction).some(allowsEverything)) remarks.push({ type: 'cancelled', policy, direction });
    return isolating.length === 0;
  });
  const policies: GeneratedPolicy[] = [];
  if (missing.length > 0) {
    const [only] = missing;
    policies.push({
      name: missing.length === 2 ? 'default-deny' : `default-deny-${only}`,
      namespace,
      about: ['What no policy allows is denied, to and from every pod of the namespace.'].map((line) =>
        missing.length === 2 ? line : line.replace('to and from', only === 'ingress' ? 'to' : 'from'),
      ),
      podSelector: {},
      ...(missing.includes('ingress') ? { ingress: [] } : {}),
      ...(missing.includes('egress') ? { egress: [] } : {}),
    });
  }
  if (!allowsDns(forAll, dns)) policies.push(dnsPolicy(namespace, dns));
  if (dns.servers.some((server) => server.namespace === namespace)) policies.push(...dnsServers(namespace, dns, options));
  return policies;
}

function dnsRules(dns: EvidenceOfConnections['dns']): GeneratedRule[] {
  const rules = dns.servers.map(({ namespace, labels, ports }): GeneratedRule => {
    // Plugins that look before the Service is resolved see its port.
    const numbers = [...new Set([53, ...ports])];
    return {
      peers: [{ namespaceSelector: { matchLabels: { [nameLabel]: namespace } }, podSelector: { matchLabels: labels } }],
      ports: numbers.flatMap((port) => ['UDP', 'TCP'].map((protocol) => ({ protocol, port }))),
      evidence: dns.evidence,
    };
  });
  if (dns.local.length === 0) return rules;
  const peers = dns.local.map((address) => ({ ipBlock: { cidr: hostBlock(address) } }));
  const ports = ['UDP', 'TCP'].map((protocol) => ({ protocol, port: 53 }));
  return [...rules, { peers, ports, evidence: [], note: 'The cache on each node, which pods ask first.' }];
}

function dnsPolicy(namespace: Namespace, dns: EvidenceOfConnections['dns']): GeneratedPolicy {
  const about = ['Names are looked up over UDP, and over TCP where an answer does not fit a datagram.'];
  if (dns.evidence.length === 0) about.push('The DNS pods of this cluster were not read: these are those of nearly every cluster.');
  return { name: 'allow-dns', namespace, about, podSelector: {}, egress: dnsRules(dns) };
}

function allowsDns(forAll: readonly PolicyFact[], { servers }: EvidenceOfConnections['dns']): boolean {
  return servers.every(({ namespace, labels, ports }) =>
    ['UDP', 'TCP'].every((protocol) =>
      ports.every((port) =>
        forAll.some(
          ({ spec }) =>
            directionsOf(spec).includes('egress') &&
            rulesOf(spec, 'egress').some(
              (rule) =>
                coversPort(rule, port, protocol) &&
                coversPods(rule, { own: undefined, namespace, labels, namespaceLabels: { [nameLabel]: namespace } }),
            ),
        ),
      ),
    ),
  );
}

/** Where the pods that answer are themselves denied by default. */
function dnsServers(namespace: Namespace, dns: EvidenceOfConnections['dns'], { nodes }: GenerationOptions): GeneratedPolicy[] {
  return dns.servers
    .filter((server) => server.namespace === namespace)
    .map(({ labels, ports }): GeneratedPolicy => {
      const both = (numbers: readonly number[]): NetworkPolicyPort[] =>
        numbers.flatMap((port) => ['UDP', 'TCP'].map((protocol) => ({ protocol, port })));
      return {
        name: 'allow-dns-servers',
        namespace,
        about: ['The pods that answer for the whole cluster, and what they ask themselves.'],
        podSelector: { matchLabels: labels },
        ingress: [
          { peers: [{ namespaceSelector: {} }], ports: both(ports), evidence: dns.evidence },
          { peers: nodePeers(nodes), ports: both(ports), evidence: [], note: 'Programs in the network of the nodes, and caches there.' },
        ],
        egress: [{ peers: [], ports: both([53]), evidence: [], note: 'The resolvers of the nodes, for names outside of the cluster.' }],
      };
    });
}

function hostBlock(address: string): string {
  return `${address}/${address.includes(':') ? 128 : 32}`;
}

function nodePeers(blocks: readonly string[]): readonly NetworkPolicyPeer[] {
  return blocks.length === 0 ? privateBlocks : blocks.map((cidr) => ({ ipBlock: { cidr } }));
}

function apiPeers(blocks: readonly string[], read: readonly ApiAddress[]): readonly NetworkPolicyPeer[] {
  if (blocks.length > 0) return blocks.map((cidr) => ({ ipBlock: { cidr } }));
  const known = [...new Set(read.map(({ address }) => hostBlock(address)))].sort(compareText);
  return known.length === 0 ? privateBlocks : known.map((cidr) => ({ ipBlock: { cidr } }));
}

interface Draft {
  readonly name: string;
  readonly namespace: Namespace;
  readonly title: string;
  readonly podSelector: LabelSelector;
  readonly ingress: Map<string, DraftRule>;
  readonly egress: Map<string, DraftRule>;
}

interface DraftRule {
  readonly peers: readonly NetworkPolicyPeer[];
  readonly ports: Map<string, NetworkPolicyPort>;
  readonly evidence: Evidence[];
  readonly note: string | undefined;
}

const mostEvidence = 6;

function draftsOf(
  evidence: EvidenceOfConnections,
  covered: ReadonlySet<Namespace>,
  existing: Existing,
  options: GenerationOptions,
  remarks: Remark[],
): Map<Namespace, GeneratedPolicy[]> {
  const drafts = new Map<string, Draft>();
  const assumed = { 'api-server': new Set<End>(), nodes: new Set<End>() };
  const nodesAssumed = options.nodes.length === 0;
  const apiAssumed = options.apiServer.length === 0 && evidence.apiServer.length === 0;

  function addRule(end: End, direction: Direction, other: End, connection: EvidencedConnection): void {
    const subject = subjectOf(end, covered);
    if (subject === undefined) return;
    const peers = peersOf(other, subject.namespace, direction);
    if (peers === undefined) {
      remarks.push({ type: 'unnamed', connection });
      return;
    }
    if (isAllowed(subject, direction, other, connection, existing)) return;
    const key = `${subject.namespace ?? ''}/${JSON.stringify(subject.selector)}`;
    let draft = drafts.get(key);
    if (draft === undefined) {
      draft = { ...subject, podSelector: subject.selector, ingress: new Map(), egress: new Map() };
      drafts.set(key, draft);
    }
    const rules = draft[direction];
    const peerKey = JSON.stringify([peers.list, peers.note]);
    let rule = rules.get(peerKey);
    if (rule === undefined) {
      rule = { peers: peers.list, ports: new Map(), evidence: [], note: peers.note };
      rules.set(peerKey, rule);
    }
    const numbers =
      direction === 'egress' ? portsOf(other, connection, evidence.apiServer) : [{ protocol: connection.protocol, port: connection.port }];
    for (const port of numbers) rule.ports.set(`${port.protocol} ${port.port}`, port);
    for (const each of connection.evidence)
      if (rule.evidence.length < mostEvidence && !rule.evidence.some(({ at, text }) => at === each.at && text === each.text))
        rule.evidence.push(each);
  }

  function peersOf(
    end: End,
    own: Namespace,
    direction: Direction,
  ): { readonly list: readonly NetworkPolicyPeer[]; readonly note?: string } | undefined {
    if (end.type === 'virtual') {
      switch (end.name) {
        case 'outside':
          return { list: [] };
        case 'pods':
          return { list: [{ namespaceSelector: {} }], note: 'What sends the traffic was not read: any pod may be it.' };
        case 'nodes':
          if (nodesAssumed) assumed.nodes.add(end);
          return { list: nodePeers(options.nodes), ...(nodesAssumed ? { note: assumedNodes } : {}) };
        case 'api-server':
          // Its address differs with the way it takes: from its node, or through a tunnel that ends in a pod.
          if (direction === 'ingress')
            return { list: [], note: 'From any address: which one the API server connects from depends on the cluster.' };
          return { list: apiPeers(options.apiServer, evidence.apiServer), ...(apiAssumed ? { note: assumedApi } : {}) };
      }
    }
    if (end.type === 'workload' && end.workload.hostNetwork) {
      const note = `${end.workload.kind} "${end.workload.name}" uses the network of its nodes.`;
      return { list: nodePeers(options.nodes), note: nodesAssumed ? `${note} ${assumedNodes}` : note };
    }
    const selector = end.type === 'pods' ? { matchLabels: end.labels } : selectorOf(end.workload);
    if (selector === undefined) return undefined;
    const namespace = end.type === 'pods' ? end.namespace : end.workload.namespace;
    if (end.type === 'pods' && namespace === null) {
      const note = 'What scrapes was not read: these are the labels that it nearly always has.';
      return { list: [{ namespaceSelector: {}, podSelector: selector }], note };
    }
    if (namespace === own) return { list: [{ podSelector: selector }] };
    if (namespace === undefined || namespace === null || !isName(namespace)) return undefined;
    return { list: [{ namespaceSelector: { matchLabels: { [nameLabel]: namespace } }, podSelector: selector }] };
  }

  for (const connection of evidence.connections) {
    const { from, to } = connection;
    if (isToItself(connection)) continue;
    addRule(from, 'egress', to, connection);
    addRule(to, 'ingress', from, connection);
    if (apiAssumed && to.type === 'virtual' && to.name === 'api-server') assumed['api-server'].add(from);
    if (nodesAssumed && (isOnNode(to) || isOnNode(from))) assumed.nodes.add(isOnNode(to) ? from : to);
  }
  for (const what of ['api-server', 'nodes'] as const)
    if (assumed[what].size > 0) remarks.push({ type: 'assumed', what, workloads: assumed[what].size });
  return byNamespace([...drafts.values()]);
}

const assumedApi = 'The address of the API server is not known: these are the ranges for private use (--api-server narrows it).';
const assumedNodes = 'The addresses of the nodes are not known: these are the ranges for private use (--nodes narrows it).';

function isOnNode(end: End): boolean {
  return end.type === 'workload' && end.workload.hostNetwork;
}

/** A pod always reaches itself; replicas do not reach each other, which only those need whose manifests say so. */
function isToItself({ from, to, evidence }: EvidencedConnection): boolean {
  if (from.type !== 'workload' || to.type !== 'workload' || from.workload !== to.workload) return false;
  return evidence.every(({ text }) => text.startsWith('annotation'));
}

interface Subject {
  readonly name: string;
  readonly title: string;
  readonly namespace: Namespace;
  readonly labels: Labels;
  readonly selector: LabelSelector;
}

/** Pods that a policy can select, in a namespace that gets policies. */
function subjectOf(end: End, covered: ReadonlySet<Namespace>): Subject | undefined {
  if (end.type === 'virtual') return undefined;
  if (end.type === 'pods') {
    const { namespace, labels } = end;
    if (namespace === null || !covered.has(namespace)) return undefined;
    const name = Object.values(labels).find(isName) ?? 'pods';
    const title = Object.entries(labels)
      .map(([key, value]) => `${key}: ${value}`)
      .join(', ');
    return { name: `allow-${name}`, title: `pods with ${title}`, namespace, labels, selector: { matchLabels: labels } };
  }
  const { workload } = end;
  const { kind, name, namespace, labels } = workload;
  const selector = selectorOf(workload);
  if (selector === undefined || workload.hostNetwork || !covered.has(namespace)) return undefined;
  // What an operator makes of it bears the name of the kind too.
  const made = operatedKinds.has(kind) ? `${kind.toLowerCase()}-${name}` : name;
  return { name: `allow-${isName(made) ? made.slice(0, 200) : 'pods'}`, title: `${kind} "${name}"`, namespace, labels, selector };
}

const operatedKinds: ReadonlySet<string> = new Set(['Prometheus', 'PrometheusAgent', 'Alertmanager']);

/** Undefined where the pods have no labels, or such as the API server refuses. */
function selectorOf({ selector }: WorkloadFact): LabelSelector | undefined {
  return typeof labelMatcher(selector) === 'function' ? selector : undefined;
}

function isName(text: string): boolean {
  return text.length <= 253 && /^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/.test(text);
}

function portsOf(other: End, { port, protocol }: EvidencedConnection, read: readonly ApiAddress[]): NetworkPolicyPort[] {
  if (other.type !== 'virtual' || other.name !== 'api-server' || typeof port !== 'number') return [{ protocol, port }];
  // The port of the Service where the plugin looks before it is resolved, and that of the server where it looks after.
  const known = read.flatMap(({ ports }) => ports);
  const numbers = new Set([port, ...(known.length === 0 ? [443, 6443] : known)]);
  return [...numbers].sort((a, b) => a - b).map((number) => ({ protocol, port: number }));
}

interface Pods {
  /** The namespace of the policy. */
  readonly own: Namespace;
  readonly namespace: Namespace;
  readonly labels: Labels;
  readonly namespaceLabels: Labels;
}

function isAllowed(
  subject: Subject,
  direction: Direction,
  other: End,
  { port, protocol }: EvidencedConnection,
  existing: Existing,
): boolean {
  return existing.allows(subject.namespace, subject.labels, direction, (rule) => {
    if (!coversPort(rule, port, protocol)) return false;
    if (rule.peers.length === 0) return true;
    if (other.type === 'virtual' || isOnNode(other)) return false;
    const namespace = other.type === 'pods' ? other.namespace : other.workload.namespace;
    const labels = other.type === 'pods' ? other.labels : other.workload.labels;
    if (namespace === null) return false;
    const namespaceLabels: Labels = namespace === undefined ? {} : { [nameLabel]: namespace };
    return coversPods(rule, { own: subject.namespace, namespace, labels, namespaceLabels });
  });
}

function coversPort({ ports }: PolicyRule, port: number | string, protocol: string): boolean {
  if (ports.length === 0) return true;
  return ports.some((each) => {
    if ((each.protocol ?? 'TCP') !== protocol) return false;
    if (each.port === undefined || each.port === port) return true;
    return (
      typeof each.port === 'number' && typeof port === 'number' && each.endPort !== undefined && each.port <= port && port <= each.endPort
    );
  });
}

/** Of namespaces the name alone is known here: what is selected by other labels is allowed once more rather than not at all. */
function coversPods({ peers }: PolicyRule, { own, namespace, labels, namespaceLabels }: Pods): boolean {
  if (peers.length === 0) return true;
  return peers.some(({ ipBlock, namespaceSelector, podSelector = {} }) => {
    if (ipBlock !== undefined || matches(podSelector, labels) !== true) return false;
    return namespaceSelector === undefined ? namespace === own : matches(namespaceSelector, namespaceLabels) === true;
  });
}

function byNamespace(drafts: readonly Draft[]): Map<Namespace, GeneratedPolicy[]> {
  const all = new Map<Namespace, GeneratedPolicy[]>();
  for (const draft of drafts.toSorted((a, b) => compareText(a.name, b.name) || compareText(a.title, b.title))) {
    const { name, namespace, title, podSelector, ingress, egress } = draft;
    const policy: GeneratedPolicy = {
      name,
      namespace,
      about: [title],
      podSelector,
      ...(ingress.size === 0 ? {} : { ingress: rulesFrom(ingress) }),
      ...(egress.size === 0 ? {} : { egress: rulesFrom(egress) }),
    };
    const known = all.get(namespace);
    if (known === undefined) all.set(namespace, [policy]);
    else known.push(policy);
  }
  return all;
}

function rulesFrom(rules: ReadonlyMap<string, DraftRule>): GeneratedRule[] {
  return [...rules]
    .sort(([a], [b]) => compareText(a, b))
    .map(([, { peers, ports, evidence, note }]) => ({
      peers,
      ports: [...ports.values()].sort((a, b) => comparePorts(a, b)),
      evidence,
      ...(note === undefined ? {} : { note }),
    }));
}

function comparePorts(a: NetworkPolicyPort, b: NetworkPolicyPort): number {
  const [first, second] = [a, b].map(({ port }) => (typeof port === 'number' ? port : 65_536)) as [number, number];
  return first - second || compareText(String(a.port), String(b.port)) || compareText(a.protocol ?? '', b.protocol ?? '');
}

/** A name that no policy of the namespace has, and that none gets after it. */
function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let number = 2; taken.has(name); number++) name = `${wanted}-${number}`;
  taken.add(name);
  return name;
}
