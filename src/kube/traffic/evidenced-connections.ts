import { compareText, type Anchor } from '../../core/index.ts';
import { labelMatcher, matches, type LabelMatcher, type Labels } from '../label-selector.ts';
import { indexSelectors, type SelectorIndex } from '../selector-index.ts';
import type { LabelSelector } from '../types.ts';
import type {
  AccountName,
  BackendFact,
  EvidenceFact,
  MonitorFact,
  Namespace,
  PolicyFact,
  PortFact,
  ScraperFact,
  ServiceFact,
  VirtualServiceFact,
  WorkloadFact,
} from './evidence-facts.ts';
import type { Mention } from './evidence-texts.ts';
import type { HostMention } from './host-mentions.ts';
import { controllerPlace, isOneOf, takesTrafficIn } from '../ingress-controllers.ts';

/** One end of a connection. */
export type End =
  | { readonly type: 'workload'; readonly workload: WorkloadFact }
  /** Pods that no object that was read makes, by the labels that something selects them by. */
  | { readonly type: 'pods'; /** Null: any. */ readonly namespace: Namespace | null; readonly labels: Labels }
  /** `outside`: any address, in or out of the cluster; `pods`: any pod; `nodes`: programs in the network of the nodes. */
  | { readonly type: 'virtual'; readonly name: 'api-server' | 'outside' | 'pods' | 'nodes' };

export interface Evidence {
  readonly at: Anchor;
  /** What stands there: `variable DB_HOST of container "web" names db:5432`. */
  readonly text: string;
}

/** That something connects there stands in a manifest. */
export interface EvidencedConnection {
  readonly from: End;
  readonly to: End;
  readonly protocol: string;
  /** Of the pod; a name where no container was read that has it. */
  readonly port: number | string;
  readonly evidence: readonly Evidence[];
}

/** What names a host and gives no rule. */
export interface Unresolved extends Evidence {
  readonly from: WorkloadFact | undefined;
  readonly host: string;
  readonly because: 'outside' | 'no service' | 'no port' | 'no pods' | 'external name';
}

/** How pods look up names. */
export interface DnsFacts {
  /** Pods that answer. */
  readonly servers: readonly { readonly namespace: string; readonly labels: Labels; readonly ports: readonly number[] }[];
  /** Addresses of caches on the nodes. */
  readonly local: readonly string[];
  /** Where it was seen; none: it is what nearly every cluster has. */
  readonly evidence: readonly Evidence[];
}

export interface ApiAddress {
  readonly address: string;
  readonly ports: readonly number[];
}

export interface EvidenceOfConnections {
  readonly connections: readonly EvidencedConnection[];
  readonly unresolved: readonly Unresolved[];
  readonly workloads: readonly WorkloadFact[];
  readonly policies: readonly PolicyFact[];
  /** Those that were named, and those that hold workloads. */
  readonly namespaces: readonly Namespace[];
  readonly dns: DnsFacts;
  /** Where the API server answers, as far as it was read. */
  readonly apiServer: readonly ApiAddress[];
  /** There were more than can be told. */
  readonly cut: boolean;
}

/** A cluster of 10,000 workloads has a few times as many. */
const mostConnections = 200_000;
const mostUnresolved = 2000;
/** Evidence of one connection beyond these says nothing new. */
const mostEvidence = 3;

/** Joins what the objects tell. Linear in the facts and in the connections. */
export function evidencedConnections(facts: readonly EvidenceFact[]): EvidenceOfConnections {
  const world = readWorld(facts);
  const gathered = startGathering();
  for (const workload of world.workloads) {
    ofTexts(workload, world, gathered);
    ofApi(workload, world, gathered);
    ofHostPorts(workload, gathered);
  }
  for (const fact of facts) {
    if (fact.type === 'service' && fact.exposed !== undefined) ofExposed(fact, world, gathered);
    if (fact.type === 'ingress') ofIngress(fact, world, gathered);
    if (fact.type === 'route') ofRoute(fact, world, gathered);
    if (fact.type === 'virtual service') ofVirtualService(fact, world, gathered);
    if (fact.type === 'knative service') ofKnative(fact, world, gathered);
    if (fact.type === 'called') ofCalled(fact, world, gathered);
    if (fact.type === 'monitor') ofMonitor(fact, world, gathered);
  }
  for (const workload of world.running(['metrics-server', 'metrics-server/metrics-server']))
    gathered.connect(endOf(workload), nodes, [{ port: 10_250, protocol: 'TCP' }], {
      at: workload.at,
      text: 'metrics-server asks every kubelet',
    });
  for (const scraper of world.scrapers) ofScraper(scraper, world, gathered);
  ofAnnotations(facts, world, gathered);
  for (const policy of world.policies) if (!policy.own) ofPolicy(policy, world, gathered);
  const { workloads, policies } = world;
  return {
    ...gathered.result(),
    workloads,
    policies,
    namespaces: namespacesOf(facts, workloads),
    dns: dnsFacts(world),
    apiServer: apiAddresses(facts),
  };
}

/** The API server's own Service, and the addresses behind it. */
function apiAddresses(facts: readonly EvidenceFact[]): ApiAddress[] {
  const found = facts.flatMap((fact) =>
    fact.type === 'api addresses' ? fact.addresses.map((address) => ({ address, ports: fact.ports })) : [],
  );
  return found.sort((a, b) => compareText(a.address, b.address));
}

interface World {
  readonly workloads: readonly WorkloadFact[];
  readonly policies: readonly PolicyFact[];
  readonly scrapers: readonly ScraperFact[];
  readonly namespaceLabels: ReadonlyMap<string, Labels>;
  /** Of ConfigMaps and Secrets, by kind, namespace and name. */
  readonly configs: ReadonlyMap<string, readonly Mention[]>;
  readonly accounts: ReadonlyMap<string, boolean | undefined>;
  /** Accounts that a binding gives a role, with the binding. */
  readonly granted: ReadonlyMap<string, Evidence>;
  readonly classes: ReadonlyMap<string, string>;
  readonly defaultClass: string | undefined;
  readonly gateways: ReadonlyMap<string, string>;
  readonly gatewayClasses: ReadonlyMap<string, string>;
  readonly istioGateways: ReadonlyMap<string, Labels>;
  /** Where the mesh sends the requests of its pods for a Service, by its namespace and name. */
  readonly redirects: ReadonlyMap<string, readonly VirtualServiceFact[]>;
  service(namespace: Namespace, name: string): ServiceFact | undefined;
  /** The Services whose labels are selected, of one namespace or of all. */
  servicesOf(namespace: Namespace | null): readonly ServiceFact[];
  workloadsOf(namespace: Namespace | null): readonly WorkloadFact[];
  /** Those with a container of one of these images. */
  running(images: readonly string[]): readonly WorkloadFact[];
  /** Those that take in the traffic of Ingresses and Gateways. */
  controllers(): readonly WorkloadFact[];
  /** The workloads whose pods a Service leads to. */
  behind(service: ServiceFact): readonly WorkloadFact[];
}

function keyOf(namespace: Namespace, name: string): string {
  return `${namespace ?? ''}/${name}`;
}

function readWorld(facts: readonly EvidenceFact[]): World {
  const read = facts.filter((fact): fact is WorkloadFact => fact.type === 'workload');
  const scrapers = facts.filter((fact): fact is ScraperFact => fact.type === 'scraper');
  // In a cluster the operator has made its StatefulSet already.
  const made = new Set(read.map(({ kind, namespace, name }) => `${kind} ${keyOf(namespace, name)}`));
  const present = scrapers.map((scraper): ScraperFact => {
    const { kind, namespace, name } = scraper.workload;
    const madeName = keyOf(namespace, `${kind === 'PrometheusAgent' ? 'prom-agent' : kind.toLowerCase()}-${name}`);
    const workload = made.has(`StatefulSet ${madeName}`)
      ? read.find((other) => other.kind === 'StatefulSet' && keyOf(other.namespace, other.name) === madeName)
      : undefined;
    return workload === undefined ? scraper : { ...scraper, workload };
  });
  const workloads = [...new Set([...read, ...present.map(({ workload }) => workload)])].sort(byName);

  const services = new Map<string, ServiceFact>();
  const servicesByNamespace = new Map<string, ServiceFact[]>();
  const namespaceLabels = new Map<string, Labels>();
  const configs = new Map<string, readonly Mention[]>();
  const accounts = new Map<string, boolean | undefined>();
  const granted = new Map<string, Evidence>();
  const classes = new Map<string, string>();
  const gateways = new Map<string, string>();
  const gatewayClasses = new Map<string, string>();
  const istioGateways = new Map<string, Labels>();
  const redirects = new Map<string, VirtualServiceFact[]>();
  let defaultClass: string | undefined;
  for (const fact of facts) {
    switch (fact.type) {
      case 'service':
        services.set(keyOf(fact.namespace, fact.name), fact);
        into(servicesByNamespace, fact.namespace ?? '', fact);
        break;
      case 'namespace':
        namespaceLabels.set(fact.name, { ...fact.labels, 'kubernetes.io/metadata.name': fact.name });
        break;
      case 'config':
      case 'secret':
        configs.set(`${fact.type} ${keyOf(fact.namespace, fact.name)}`, fact.mentions);
        break;
      case 'account':
        accounts.set(keyOf(fact.namespace, fact.name), fact.token);
        break;
      case 'binding':
        for (const account of fact.accounts)
          grant(granted, account, { at: fact.at, text: `${fact.kind} "${fact.name}" gives its service account a role` });
        break;
      case 'ingress class':
        classes.set(fact.name, fact.controller);
        if (fact.isDefault) defaultClass = fact.name;
        break;
      case 'gateway':
        gateways.set(keyOf(fact.namespace, fact.name), fact.class);
        break;
      case 'gateway class':
        gatewayClasses.set(fact.name, fact.controller);
        break;
      case 'istio gateway':
        istioGateways.set(keyOf(fact.namespace, fact.name), fact.selector);
        break;
      case 'virtual service':
        for (const { namespace, name } of fact.hosts) into(redirects, keyOf(namespace, name), fact);
        break;
      case 'api addresses':
      case 'called':
      case 'ingress':
      case 'knative service':
      case 'monitor':
      case 'policy':
      case 'route':
      case 'scraper':
      case 'workload':
    }
  }
  const workloadsByNamespace = new Map<string, WorkloadFact[]>();
  for (const workload of workloads) into(workloadsByNamespace, workload.namespace ?? '', workload);
  const allServices = [...services.values()];
  const running = new Map<readonly string[], readonly WorkloadFact[]>();
  let controllers: readonly WorkloadFact[] | undefined;
  const behind = backends(workloadsByNamespace, servicesByNamespace);
  return {
    workloads,
    policies: facts.filter((fact): fact is PolicyFact => fact.type === 'policy'),
    scrapers: present,
    namespaceLabels,
    configs,
    accounts,
    granted,
    classes,
    defaultClass,
    gateways,
    gatewayClasses,
    istioGateways,
    redirects,
    service: (namespace, name) => services.get(keyOf(namespace, name)),
    servicesOf: (namespace) => (namespace === null ? allServices : (servicesByNamespace.get(namespace ?? '') ?? [])),
    workloadsOf: (namespace) => (namespace === null ? workloads : (workloadsByNamespace.get(namespace ?? '') ?? [])),
    running(images) {
      const known = running.get(images);
      if (known !== undefined) return known;
      const found = workloads.filter((workload) => workload.images.some((image) => isOneOf(image, images)));
      running.set(images, found);
      return found;
    },
    controllers: () => (controllers ??= workloads.filter(({ labels, images }) => takesTrafficIn(labels, images))),
    behind: (service) => behind.get(service) ?? [],
  };
}

function grant(granted: Map<string, Evidence>, { namespace, name }: AccountName, evidence: Evidence): void {
  const key = keyOf(namespace, name);
  if (!granted.has(key)) granted.set(key, evidence);
}

function into<T>(map: Map<string, T[]>, key: string, item: T): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [item]);
  else known.push(item);
}

function byName(a: WorkloadFact, b: WorkloadFact): number {
  return compareText(a.namespace ?? '', b.namespace ?? '') || compareText(a.name, b.name) || compareText(a.kind, b.kind);
}

function backends(
  workloads: ReadonlyMap<string, readonly WorkloadFact[]>,
  services: ReadonlyMap<string, readonly ServiceFact[]>,
): Map<ServiceFact, WorkloadFact[]> {
  const behind = new Map<ServiceFact, WorkloadFact[]>();
  for (const [namespace, all] of services) {
    const selecting = all.filter(({ selector }) => Object.keys(selector).length > 0);
    const index: SelectorIndex<ServiceFact> = indexSelectors(selecting, ({ selector }) => ({ matchLabels: selector }));
    for (const workload of workloads.get(namespace) ?? [])
      for (const service of index.matching(workload.labels)) {
        const known = behind.get(service);
        if (known === undefined) behind.set(service, [workload]);
        else known.push(workload);
      }
  }
  return behind;
}

interface Gathering {
  connect(from: End, to: End, ports: readonly PodPort[], evidence: Evidence): void;
  miss(unresolved: Unresolved): void;
  isFull(): boolean;
  result(): Pick<EvidenceOfConnections, 'connections' | 'unresolved' | 'cut'>;
}

interface PodPort {
  readonly port: number | string;
  readonly protocol: string;
}

function startGathering(): Gathering {
  const connections = new Map<string, EvidencedConnection & { readonly evidence: Evidence[] }>();
  const unresolved = new Map<string, Unresolved>();
  const order = new Map<WorkloadFact, number>();
  let cut = false;
  const endKey = (end: End): string => {
    if (end.type === 'virtual') return end.name;
    if (end.type === 'pods')
      return JSON.stringify([String(end.namespace), Object.entries(end.labels).sort(([a], [b]) => compareText(a, b))]);
    const known = order.get(end.workload);
    if (known !== undefined) return String(known);
    order.set(end.workload, order.size);
    return String(order.size - 1);
  };
  return {
    connect(from, to, ports, evidence) {
      for (const { port, protocol } of ports) {
        const key = `${endKey(from)} ${endKey(to)} ${protocol} ${port}`;
        const known = connections.get(key);
        if (known === undefined) {
          if (connections.size >= mostConnections) cut = true;
          else connections.set(key, { from, to, protocol, port, evidence: [evidence] });
        } else if (known.evidence.length < mostEvidence && !known.evidence.some(({ text }) => text === evidence.text))
          known.evidence.push(evidence);
      }
    },
    miss(each) {
      const key = `${each.host} ${each.because} ${each.from === undefined ? '' : endKey({ type: 'workload', workload: each.from })}`;
      if (unresolved.size >= mostUnresolved) cut = true;
      else if (!unresolved.has(key)) unresolved.set(key, each);
    },
    isFull: () => cut,
    result: () => ({ connections: [...connections.values()], unresolved: [...unresolved.values()], cut }),
  };
}

const apiServer: End = { type: 'virtual', name: 'api-server' };
const outside: End = { type: 'virtual', name: 'outside' };
const nodes: End = { type: 'virtual', name: 'nodes' };
const anyPod: End = { type: 'virtual', name: 'pods' };

function ofTexts(workload: WorkloadFact, world: World, gathered: Gathering): void {
  const from: End = { type: 'workload', workload };
  for (const { at, what, hosts } of workload.mentions) for (const host of hosts) ofHost(from, host, { at, text: what }, true);
  for (const [type, uses] of [
    ['config', workload.configMaps],
    ['secret', workload.secrets],
  ] as const)
    for (const { name, key } of uses)
      for (const mention of world.configs.get(`${type} ${keyOf(workload.namespace, name)}`) ?? [])
        if (key === undefined || key === mention.key)
          for (const host of mention.hosts) ofHost(from, host, { at: mention.at, text: mention.what }, false);

  function ofHost(source: End, mention: HostMention, said: Evidence, own: boolean): void {
    const { host, port } = mention;
    const evidence = { at: said.at, text: `${said.text} names ${host}${port === undefined ? '' : `:${port}`}` };
    const found = findService(host, workload.namespace, world);
    if (typeof found === 'object') {
      const missed = connectService(source, found, mention, evidence, world, gathered);
      if (missed !== undefined) gathered.miss({ ...evidence, from: workload, host, because: missed });
    } else if (found === 'api server') {
      gathered.connect(source, apiServer, [{ port: port ?? 443, protocol: 'TCP' }], evidence);
    } else if (found === 'absent' || (own && isPublicName(host))) {
      gathered.miss({ ...evidence, from: workload, host, because: found === 'absent' ? 'no service' : 'outside' });
    }
  }
}

/** A name of DNS outside of the cluster, and no version, file or class. */
function isPublicName(host: string): boolean {
  return /\.(?!svc$|local$|internal$|yaml$|yml$|json$|conf$|js$|py$|sh$|go$|jar$|key$|crt$|pem$|txt$|log$|sock$|md$)[a-z]{2,24}$/.test(
    host,
  );
}

/** The Service that a name means in a namespace; `absent` where it is a Service for certain that was not read. */
function findService(host: string, namespace: Namespace, world: World): ServiceFact | 'api server' | 'absent' | undefined {
  const labels = host.split('.');
  const at = labels.indexOf('svc');
  const certain = at === 2 || at === 3;
  const [name = '', home] = certain ? labels.slice(at - 2) : labels;
  if (name === 'kubernetes' && (home === 'default' || labels.length === 1) && (certain || labels.length <= 2)) return 'api server';
  // Objects without a namespace go to one that only such names tell.
  const near =
    namespace === undefined && home !== undefined && world.servicesOf(home).length === 0 ? world.service(undefined, name) : undefined;
  if (certain) return world.service(home, name) ?? near ?? 'absent';
  if (labels.length > 3) return undefined;
  // `web`, `web.shop`, and the pods of a StatefulSet: `web-0.web`, `web-0.web.shop`.
  const [first = '', second, third] = labels;
  if (second === undefined) return world.service(namespace, first);
  if (third === undefined) return world.service(second, first) ?? replica(first, second, namespace);
  return replica(first, second, third);

  function replica(pod: string, service: string, where: Namespace): ServiceFact | undefined {
    return /-\d+$/.test(pod) ? world.service(where, service) : undefined;
  }
}

/** What somebody connects to at a Service; all of its ports where none is said. */
interface WantedPort {
  readonly port?: number | string | undefined;
  readonly protocol?: string | undefined;
}

/** Connects to the pods behind a Service; says why where that is not possible. */
function connectService(
  from: End,
  service: ServiceFact,
  wanted: WantedPort,
  evidence: Evidence,
  world: World,
  gathered: Gathering,
): Unresolved['because'] | undefined {
  if (from.type === 'workload' || from.type === 'pods')
    for (const redirect of world.redirects.get(keyOf(service.namespace, service.name)) ?? [])
      for (const { service: name, namespace, port: to } of redirect.backends) {
        const other = world.service(namespace, name);
        if (other === undefined || other === service) continue;
        const text = `${evidence.text}: VirtualService "${redirect.name}" sends it there`;
        connectPods(from, other, to === undefined ? wanted : { port: to }, { at: evidence.at, text }, world, gathered);
      }
  return connectPods(from, service, wanted, evidence, world, gathered);
}

function connectPods(
  from: End,
  service: ServiceFact,
  wanted: WantedPort,
  evidence: Evidence,
  world: World,
  gathered: Gathering,
): Unresolved['because'] | undefined {
  if (service.external !== undefined) {
    // A Service of Knative is another name for that of its gateway.
    const other = findService(service.external, undefined, world);
    if (typeof other !== 'object' || other.external !== undefined) return 'external name';
    return connectPods(from, other, wanted, evidence, world, gathered);
  }
  const { port, protocol } = wanted;
  const ofProtocol = service.ports.filter((each) => protocol === undefined || each.protocol === protocol);
  const named = port === undefined ? ofProtocol : ofProtocol.filter((each) => each.port === port || each.name === port);
  // Clients of a headless Service get the addresses of its pods, and connect to the port that they were told.
  const direct = service.headless && typeof port === 'number' ? [{ port, protocol: protocol ?? named[0]?.protocol ?? 'TCP' }] : undefined;
  if (direct === undefined && named.length === 0) return 'no port';
  if (Object.keys(service.selector).length === 0) return 'no pods';
  const workloads = world.behind(service);
  for (const workload of workloads) {
    const ports = direct ?? named.flatMap(({ target, protocol: of }) => resolvePort(workload, target, of));
    gathered.connect(from, endOf(workload), ports, evidence);
  }
  if (workloads.length > 0) return undefined;
  const pods: End = { type: 'pods', namespace: service.namespace, labels: service.selector };
  gathered.connect(from, pods, direct ?? named.map(({ target, protocol: of }) => ({ port: target, protocol: of })), evidence);
  return undefined;
}

function endOf(workload: WorkloadFact): End {
  return { type: 'workload', workload };
}

/** A named port is looked up on the pod, among the ports of its protocol. */
function resolvePort(workload: WorkloadFact, target: number | string, protocol: string): PodPort[] {
  if (typeof target === 'number') return [{ port: target, protocol }];
  const found = workload.ports.filter((port) => port.name === target && port.protocol === protocol);
  return found.length === 0 ? [{ port: target, protocol }] : [{ port: (found[0] as PortFact).port, protocol }];
}

/** Whoever was given a role was meant to use it. */
function ofApi(workload: WorkloadFact, { granted, accounts }: World, gathered: Gathering): void {
  const key = keyOf(workload.namespace, workload.serviceAccount);
  const evidence = granted.get(key);
  if (evidence === undefined || (workload.token ?? accounts.get(key)) === false) return;
  gathered.connect(endOf(workload), apiServer, [{ port: 443, protocol: 'TCP' }], evidence);
}

function ofHostPorts(workload: WorkloadFact, gathered: Gathering): void {
  if (workload.hostNetwork) return;
  for (const { port, protocol, hostPort } of workload.ports)
    if (hostPort !== undefined)
      gathered.connect(outside, endOf(workload), [{ port, protocol }], { at: hostPort, text: 'a port of the node leads to it' });
}

function ofExposed(service: ServiceFact, world: World, gathered: Gathering): void {
  const article = service.exposed === 'externalIPs' ? 'has external addresses' : `is of type ${service.exposed}`;
  connectService(outside, service, {}, { at: service.at, text: `Service "${service.name}" ${article}` }, world, gathered);
}

type Of<T extends EvidenceFact['type']> = Extract<EvidenceFact, { readonly type: T }>;

function ofIngress(ingress: Of<'ingress'>, world: World, gathered: Gathering): void {
  const className = ingress.class ?? world.defaultClass;
  const controller = className === undefined ? undefined : world.classes.get(className);
  const sources = trafficSources(controllerPlace(controller, className), undefined, world);
  for (const backend of ingress.backends) ofBackend(sources, backend, `Ingress "${ingress.name}" leads to it`, world, gathered);
}

function ofRoute(route: Of<'route'>, world: World, gathered: Gathering): void {
  const sources = route.gateways.flatMap((gateway) => {
    const className = world.gateways.get(keyOf(gateway.namespace, gateway.name));
    const place = controllerPlace(className === undefined ? undefined : world.gatewayClasses.get(className), className);
    return trafficSources(place, gateway, world);
  });
  for (const backend of route.backends) ofBackend(sources, backend, `${route.kind} "${route.name}" leads to it`, world, gathered);
}

/** The pods that a Gateway of Istio selects, wherever they are. */
function ofVirtualService({ name, gateways, backends: destinations }: VirtualServiceFact, world: World, gathered: Gathering): void {
  const sources = gateways.flatMap((gateway): readonly End[] => {
    const selector = world.istioGateways.get(keyOf(gateway.namespace, gateway.name));
    if (selector === undefined || Object.keys(selector).length === 0) return trafficSources(undefined, undefined, world);
    return podsWith(null, selector, world);
  });
  for (const backend of destinations) ofBackend(sources, backend, `VirtualService "${name}" leads to it`, world, gathered);
}

function podsWith(namespace: string | null, labels: Labels, world: World): readonly End[] {
  const read = world.workloadsOf(namespace).filter((workload) => matches({ matchLabels: labels }, workload.labels) === true);
  return read.length === 0 ? [{ type: 'pods', namespace, labels }] : read.map(endOf);
}

/** Where its queue proxy listens in every pod (knative.dev/serving, pkg/networking): for HTTP/1, for HTTP/2, and for the autoscaler. */
const knativePorts: readonly PodPort[] = [8012, 8013].map((port) => ({ port, protocol: 'TCP' }));
const knativeMetrics: readonly PodPort[] = [{ port: 9090, protocol: 'TCP' }];

/** Requests come from the gateway, or from the activator while there is no pod; both stand in namespaces of their own. */
function ofKnative({ name, namespace, at }: Of<'knative service'>, world: World, gathered: Gathering): void {
  const text = `Service "${name}" of Knative`;
  const inServing = (app: string): readonly End[] => podsWith('knative-serving', { app }, world);
  const labels = { 'serving.knative.dev/service': name };
  for (const workload of world.workloadsOf(namespace)) {
    if (matches({ matchLabels: labels }, workload.labels) !== true) continue;
    for (const from of [...trafficSources(undefined, undefined, world), ...inServing('activator')])
      gathered.connect(from, endOf(workload), knativePorts, { at, text: `${text} leads to it` });
    for (const from of inServing('autoscaler'))
      gathered.connect(from, endOf(workload), knativeMetrics, { at, text: `${text}: its load is asked for` });
  }
}

function trafficSources(place: ReturnType<typeof controllerPlace>, gateway: AccountName | undefined, world: World): readonly End[] {
  if (place?.type === 'outside') return [outside];
  if (place?.type === 'gateway' && gateway !== undefined) {
    const labels = { 'gateway.networking.k8s.io/gateway-name': gateway.name };
    const made = world.workloadsOf(gateway.namespace).filter((workload) => matches({ matchLabels: labels }, workload.labels) === true);
    return made.length === 0 ? [{ type: 'pods', namespace: gateway.namespace, labels }] : made.map(endOf);
  }
  const running = place?.type === 'images' ? world.running(place.images) : world.controllers();
  return running.length === 0 ? [anyPod] : running.map(endOf);
}

function ofBackend(sources: readonly End[], backend: BackendFact, text: string, world: World, gathered: Gathering): void {
  const { service: name, namespace, port, at } = backend;
  const service = world.service(namespace, name);
  const missed = service === undefined ? 'no service' : undefined;
  for (const source of sources) {
    if (service === undefined) break;
    const because = connectService(source, service, { port }, { at, text }, world, gathered);
    if (because !== undefined) gathered.miss({ at, text, from: undefined, host: hostOf(backend), because });
  }
  if (missed !== undefined) gathered.miss({ at, text, from: undefined, host: hostOf(backend), because: missed });
}

function hostOf({ service, namespace }: BackendFact): string {
  return namespace === undefined ? service : `${service}.${namespace}`;
}

const calls: Readonly<Record<string, string | undefined>> = {
  CustomResourceDefinition: 'asks it to convert objects',
  APIService: 'is served by it',
};

function ofCalled(called: Of<'called'>, world: World, gathered: Gathering): void {
  const text = `the API server calls it: ${called.kind} "${called.name}" ${calls[called.kind] ?? 'asks it'}`;
  for (const backend of called.backends) ofBackend([apiServer], backend, text, world, gathered);
}

/** Pods that scrape where nothing that was read says which do. */
const someScraper: End = { type: 'pods', namespace: null, labels: { 'app.kubernetes.io/name': 'prometheus' } };

function ofMonitor(monitor: MonitorFact, world: World, gathered: Gathering): void {
  const scrapers = scrapersOf(monitor, world);
  const text = `${monitor.kind} "${monitor.name}" has it scraped`;
  const within = monitor.namespaces === 'any' ? [null] : monitor.namespaces.length === 0 ? [monitor.namespace] : monitor.namespaces;
  for (const namespace of within) {
    if (monitor.kind === 'PodMonitor') {
      for (const workload of world.workloadsOf(namespace))
        if (matches(monitor.selector, workload.labels) === true)
          for (const { port, at } of monitor.endpoints)
            for (const scraper of scrapers) gathered.connect(scraper, endOf(workload), monitoredPorts(workload, port), { at, text });
      continue;
    }
    for (const service of world.servicesOf(namespace))
      if (matches(monitor.selector, service.labels) === true)
        for (const { port, onPod, at } of monitor.endpoints)
          for (const scraper of scrapers) {
            if (onPod)
              for (const workload of world.behind(service))
                gathered.connect(scraper, endOf(workload), monitoredPorts(workload, port), { at, text });
            else connectService(scraper, service, { port }, { at, text }, world, gathered);
          }
  }
}

function monitoredPorts(workload: WorkloadFact, port: number | string | undefined): PodPort[] {
  return port === undefined ? [] : resolvePort(workload, port, 'TCP');
}

function scrapersOf(monitor: MonitorFact, world: World): readonly End[] {
  const scraping = world.scrapers.filter(({ workload, selects }) => {
    const { monitors, namespaces } = selects[monitor.kind];
    if (monitors === undefined || matches(monitors, monitor.labels) !== true) return false;
    if (namespaces === undefined) return workload.namespace === monitor.namespace;
    return matches(namespaces, labelsOfNamespace(monitor.namespace ?? '', world)) === true;
  });
  if (scraping.length > 0) return scraping.map(({ workload }) => endOf(workload));
  return plainScrapers(world);
}

const scraperImages = ['prometheus'];

function plainScrapers(world: World): readonly End[] {
  const running = world.running(scraperImages);
  return running.length === 0 ? [someScraper] : running.map(endOf);
}

function ofAnnotations(facts: readonly EvidenceFact[], world: World, gathered: Gathering): void {
  const scrapers = plainScrapers(world);
  const scraped = (workload: WorkloadFact, found: NonNullable<WorkloadFact['scraped']>, text: string): void => {
    const ports =
      found.port === undefined ? workload.ports.filter(({ protocol }) => protocol === 'TCP') : [{ port: found.port, protocol: 'TCP' }];
    for (const scraper of scrapers) gathered.connect(scraper, endOf(workload), ports, { at: found.at, text });
  };
  for (const workload of world.workloads)
    if (workload.scraped !== undefined) scraped(workload, workload.scraped, 'annotation prometheus.io/scrape');
  for (const fact of facts)
    if (fact.type === 'service' && fact.scraped !== undefined)
      for (const workload of world.behind(fact))
        scraped(workload, fact.scraped, `annotation prometheus.io/scrape of Service "${fact.name}"`);
}

function ofScraper({ workload, alerts, peers }: ScraperFact, world: World, gathered: Gathering): void {
  const { kind, name, at } = workload;
  for (const backend of alerts) ofBackend([endOf(workload)], backend, `${kind} "${name}" sends its alerts there`, world, gathered);
  gathered.connect(endOf(workload), endOf(workload), peers, { at, text: `replicas of ${kind} "${name}" tell each other` });
}

/** What a policy that people wrote lets in or out is meant to happen: the other end needs a rule too. */
function ofPolicy({ name, namespace, spec, at }: PolicyFact, world: World, gathered: Gathering): void {
  const text = `NetworkPolicy "${name}" allows it`;
  const selects = matcherOf(spec.podSelector ?? {});
  const selected = world.workloadsOf(namespace).filter(({ labels }) => selects(labels));
  for (const [rules, incoming] of [
    [spec.ingress ?? [], true],
    [spec.egress ?? [], false],
  ] as const)
    for (const rule of rules) {
      const { ports = [] } = rule;
      const peers = ('from' in rule ? rule.from : 'to' in rule ? rule.to : undefined) ?? [];
      const numbered = ports.flatMap(({ port, protocol = 'TCP', endPort }) =>
        port === undefined || endPort !== undefined ? [] : [{ port, protocol }],
      );
      // Without a port or with selectors that mean everybody nothing particular is meant.
      if (numbered.length === 0) continue;
      for (const { podSelector, namespaceSelector, ipBlock } of peers) {
        if (ipBlock !== undefined || podSelector === undefined || isEmpty(podSelector)) continue;
        const others = peersOf(podSelector, namespaceSelector, namespace, world);
        for (const other of others)
          for (const one of selected) {
            if (gathered.isFull()) return;
            const [from, to] = incoming ? [other, one] : [one, other];
            const resolved = numbered
              .flatMap(({ port, protocol }) => resolvePort(to, port, protocol))
              .filter(({ port }) => typeof port === 'number');
            gathered.connect(endOf(from), endOf(to), resolved, { at, text });
          }
      }
    }
}

function isEmpty({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean {
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
}

function peersOf(pods: LabelSelector, namespaces: LabelSelector | undefined, own: Namespace, world: World): readonly WorkloadFact[] {
  const isPeer = matcherOf(pods);
  if (namespaces === undefined) return world.workloadsOf(own).filter(({ labels }) => isPeer(labels));
  const isNear = matcherOf(namespaces);
  return world.workloads.filter(({ labels, namespace = '' }) => isPeer(labels) && isNear(labelsOfNamespace(namespace, world)));
}

/** A selector that the API server refuses selects nothing. */
function matcherOf(selector: LabelSelector): LabelMatcher {
  const matcher = labelMatcher(selector);
  return typeof matcher === 'function' ? matcher : () => false;
}

/** The API server writes the label of the name itself, since 1.21. */
function labelsOfNamespace(name: string, { namespaceLabels }: Pick<World, 'namespaceLabels'>): Labels {
  return namespaceLabels.get(name) ?? { 'kubernetes.io/metadata.name': name };
}

function namespacesOf(facts: readonly EvidenceFact[], workloads: readonly WorkloadFact[]): Namespace[] {
  const names = new Set<Namespace>(workloads.map(({ namespace }) => namespace));
  for (const fact of facts) if (fact.type === 'namespace') names.add(fact.name);
  return [...names].sort((a, b) => compareText(a ?? '', b ?? ''));
}

const dnsImages = ['coredns', 'coredns/coredns', 'k8s-dns-kube-dns', 'dns/k8s-dns-kube-dns'];

/** The pods behind the Service that kubelets hand out as the resolver; its name is the same in nearly all clusters. */
function dnsFacts(world: World): DnsFacts {
  const evidence: Evidence[] = [];
  const servers: DnsFacts['servers'][number][] = [];
  const add = (namespace: Namespace, labels: Labels, ports: readonly number[], found: Evidence): void => {
    if (
      namespace === undefined ||
      servers.some((server) => server.namespace === namespace && matches({ matchLabels: server.labels }, labels) === true)
    )
      return;
    servers.push({ namespace, labels, ports: [...new Set(ports)].sort((a, b) => a - b) });
    evidence.push(found);
  };
  for (const [namespace, name] of [
    ['kube-system', 'kube-dns'],
    ['kube-system', 'coredns'],
    ['openshift-dns', 'dns-default'],
  ] as const) {
    const service = world.service(namespace, name);
    if (service === undefined || Object.keys(service.selector).length === 0) continue;
    const behind = world.behind(service);
    const ports = service.ports
      .filter(({ port }) => port === 53)
      .flatMap(({ target, protocol }) => behind.flatMap((workload) => resolvePort(workload, target, protocol)).map(({ port }) => port))
      .filter((port) => typeof port === 'number');
    add(namespace, service.selector, ports.length === 0 ? numbers(service) : ports, {
      at: service.at,
      text: `Service "${name}" answers for the cluster`,
    });
  }
  for (const { images, namespace, selector, ports, at, kind, name } of world.workloads) {
    if (namespace !== 'kube-system' || selector?.matchLabels === undefined || !images.some((image) => isOneOf(image, dnsImages))) continue;
    const named = ports.filter((port) => port.name === 'dns' || port.name === 'dns-tcp').map(({ port }) => port);
    add(namespace, selector.matchLabels, named.length === 0 ? [53] : named, { at, text: `${kind} "${name}" answers for the cluster` });
  }
  const local = new Set<string>();
  for (const { localAddresses, at, kind, name } of world.workloads) {
    if (localAddresses.length === 0) continue;
    for (const address of localAddresses) local.add(address);
    evidence.push({ at, text: `${kind} "${name}" answers on every node` });
  }
  if (servers.length === 0) servers.push({ namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' }, ports: [53] });
  return { servers, local: [...local].sort(compareText), evidence };
}

function numbers({ ports }: ServiceFact): number[] {
  const targets = ports.filter(({ port }) => port === 53).flatMap(({ target }) => (typeof target === 'number' ? [target] : []));
  return targets.length === 0 ? [53] : targets;
}
