import { apiGroup, type Anchor, type AnchorOf, type Path, type PodTemplate, type Resource } from '../../core/index.ts';
import { fromBase64 } from '../certificate.ts';
import { controllerLabels } from '../controller-labels.ts';
import { parseImageReference } from '../image-reference.ts';
import type { Labels } from '../label-selector.ts';
import { isObject } from '../shape-reader.ts';
import type { Container, LabelSelector, NetworkPolicySpec, PodSpec } from '../types.ts';
import { listOf, recordOf, textOf } from '../untyped.ts';
import { mentionsOfContainer, mentionsOfValues, type Mention } from './evidence-texts.ts';

// What of an object tells of connections: small plain data, for a cluster may have 50,000 of them.

export type Namespace = string | undefined;

/** Pods that one object makes, or will make. */
export interface WorkloadFact {
  readonly type: 'workload';
  readonly kind: string;
  readonly name: string;
  readonly namespace: Namespace;
  /** Of its pods. */
  readonly labels: Labels;
  /** What its own controller selects its pods by; else all labels that stay. Undefined where nothing tells its pods from others. */
  readonly selector: LabelSelector | undefined;
  readonly hostNetwork: boolean;
  readonly ports: readonly PortFact[];
  readonly images: readonly string[];
  readonly mentions: readonly Mention[];
  readonly configMaps: readonly ConfigUse[];
  readonly secrets: readonly ConfigUse[];
  readonly serviceAccount: string;
  /** Whether its pods get a token for the API; undefined where their account decides. */
  readonly token: boolean | undefined;
  /** Arguments of a node-local DNS cache: the addresses at which it listens. */
  readonly localAddresses: readonly string[];
  /** Annotated to be scraped, on this port. */
  readonly scraped?: { readonly port: number | undefined; readonly at: Anchor };
  readonly at: Anchor;
}

export interface PortFact {
  readonly name: string | undefined;
  readonly port: number;
  readonly protocol: string;
  readonly hostPort: Anchor | undefined;
}

/** A container or a volume takes values of a ConfigMap or a Secret. */
export interface ConfigUse {
  readonly name: string;
  /** One key of it; absent for all. */
  readonly key?: string;
}

export interface ServiceFact {
  readonly type: 'service';
  readonly name: string;
  readonly namespace: Namespace;
  readonly labels: Labels;
  readonly selector: Labels;
  readonly headless: boolean;
  readonly external: string | undefined;
  readonly ports: readonly ServicePortFact[];
  /** It can be reached from outside of the cluster. */
  readonly exposed: 'LoadBalancer' | 'NodePort' | 'externalIPs' | undefined;
  readonly scraped?: WorkloadFact['scraped'];
  readonly at: Anchor;
}

export interface ServicePortFact {
  readonly name: string | undefined;
  readonly port: number;
  readonly target: number | string;
  readonly protocol: string;
}

/** A reference to a Service by an object that sends connections to it. */
export interface BackendFact {
  readonly service: string;
  readonly namespace: Namespace;
  /** Number or name of a port of the Service; undefined for all of them. */
  readonly port: number | string | undefined;
  readonly at: Anchor;
}

export type EvidenceFact =
  | WorkloadFact
  | ServiceFact
  | { readonly type: 'namespace'; readonly name: string; readonly labels: Labels; readonly at: Anchor }
  | ConfigFact
  | {
      readonly type: 'ingress';
      readonly name: string;
      readonly namespace: Namespace;
      readonly class: string | undefined;
      readonly backends: readonly BackendFact[];
    }
  | { readonly type: 'ingress class'; readonly name: string; readonly controller: string; readonly isDefault: boolean }
  | {
      readonly type: 'route';
      readonly kind: string;
      readonly name: string;
      readonly namespace: Namespace;
      readonly gateways: readonly { readonly name: string; readonly namespace: Namespace }[];
      readonly backends: readonly BackendFact[];
    }
  | { readonly type: 'gateway'; readonly name: string; readonly namespace: Namespace; readonly class: string }
  /** A Gateway of Istio: the pods that it configures. */
  | { readonly type: 'istio gateway'; readonly name: string; readonly namespace: Namespace; readonly selector: Labels }
  | VirtualServiceFact
  /** A Service of Knative, which has pods of its own. */
  | { readonly type: 'knative service'; readonly name: string; readonly namespace: Namespace; readonly at: Anchor }
  | { readonly type: 'gateway class'; readonly name: string; readonly controller: string }
  /** What the API server calls. */
  | { readonly type: 'called'; readonly kind: string; readonly name: string; readonly backends: readonly BackendFact[] }
  /** Of the API server. */
  | { readonly type: 'api addresses'; readonly addresses: readonly string[]; readonly ports: readonly number[] }
  | MonitorFact
  | ScraperFact
  | {
      readonly type: 'binding';
      readonly kind: string;
      readonly name: string;
      readonly accounts: readonly AccountName[];
      readonly at: Anchor;
    }
  | { readonly type: 'account'; readonly name: string; readonly namespace: Namespace; readonly token: boolean | undefined }
  | PolicyFact;

/** A VirtualService of Istio: where requests for some hosts go instead. */
export interface VirtualServiceFact {
  readonly type: 'virtual service';
  readonly name: string;
  readonly namespace: Namespace;
  readonly gateways: readonly AccountName[];
  /** Of the Services whose clients in the mesh it sends elsewhere; empty where it is for gateways alone. */
  readonly hosts: readonly AccountName[];
  readonly backends: readonly BackendFact[];
}

/** A ConfigMap or a Secret with texts that name hosts. */
export interface ConfigFact {
  readonly type: 'config' | 'secret';
  readonly name: string;
  readonly namespace: Namespace;
  readonly mentions: readonly Mention[];
}

export interface AccountName {
  readonly namespace: Namespace;
  readonly name: string;
}

export interface MonitorFact {
  readonly type: 'monitor';
  readonly kind: 'ServiceMonitor' | 'PodMonitor';
  readonly name: string;
  readonly namespace: Namespace;
  readonly labels: Labels;
  readonly selector: LabelSelector;
  /** `any`: of every namespace; none: of its own. */
  readonly namespaces: readonly string[] | 'any';
  readonly endpoints: readonly { readonly port: number | string | undefined; readonly onPod: boolean; readonly at: Anchor }[];
}

/** An object from which an operator makes the pods that scrape, or alert. */
export interface ScraperFact {
  readonly type: 'scraper';
  readonly workload: WorkloadFact;
  readonly selects: Readonly<Record<MonitorFact['kind'], { readonly monitors?: LabelSelector; readonly namespaces?: LabelSelector }>>;
  readonly alerts: readonly BackendFact[];
  /** Its replicas talk to each other on these. */
  readonly peers: readonly { readonly port: number; readonly protocol: string }[];
}

export interface PolicyFact {
  readonly type: 'policy';
  readonly name: string;
  readonly namespace: Namespace;
  readonly spec: NetworkPolicySpec;
  /** Generated by an earlier run: made anew by this one. */
  readonly own: boolean;
  readonly at: Anchor;
}

/** The label that generated policies bear. */
export const managedByLabel = 'app.kubernetes.io/managed-by';
export const manager = 'plimsoll';

const gatewayRoutes = ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute'];

/** As in `Reads`; pod templates come besides. Of manifests alone `Secret` too: a cluster is asked for no value of one. */
export const evidenceKinds: readonly string[] = [
  'Namespace',
  'Service',
  'ConfigMap',
  'ServiceAccount',
  'EndpointSlice.discovery.k8s.io',
  'NetworkPolicy.networking.k8s.io',
  'Ingress.networking.k8s.io',
  'Ingress.extensions',
  'IngressClass.networking.k8s.io',
  'Gateway.gateway.networking.k8s.io',
  'GatewayClass.gateway.networking.k8s.io',
  ...gatewayRoutes.map((kind) => `${kind}.gateway.networking.k8s.io`),
  'Gateway.networking.istio.io',
  'VirtualService.networking.istio.io',
  'Service.serving.knative.dev',
  'MutatingWebhookConfiguration.admissionregistration.k8s.io',
  'ValidatingWebhookConfiguration.admissionregistration.k8s.io',
  'CustomResourceDefinition.apiextensions.k8s.io',
  'APIService.apiregistration.k8s.io',
  'RoleBinding.rbac.authorization.k8s.io',
  'ClusterRoleBinding.rbac.authorization.k8s.io',
  'ServiceMonitor.monitoring.coreos.com',
  'PodMonitor.monitoring.coreos.com',
  'Prometheus.monitoring.coreos.com',
  'PrometheusAgent.monitoring.coreos.com',
  'Alertmanager.monitoring.coreos.com',
];

/** What an object tells of connections; most objects tell nothing. A pod that is as its owner says is told of by the owner. */
export function* evidenceFacts(resource: Resource, anchor: AnchorOf, namespace: Namespace): Generator<EvidenceFact> {
  const { ref, object, podTemplates, madeFrom } = resource;
  if (madeFrom !== undefined || hasEnded(resource) || templatesOfOthers.has(ref.kind)) return;
  for (const template of podTemplates) yield workloadFact(resource, template, anchor, namespace);
  const group = apiGroup(ref.apiVersion);
  const read = readers[`${ref.kind}.${group}`];
  const fact = read?.({ name: ref.name, kind: ref.kind, namespace, labels: resource.metadata.labels ?? {}, object, anchor, resource });
  if (fact !== undefined) yield fact;
  if (isApiService(fact))
    yield apiAddresses(
      listOf(recordOf(object['spec'])['clusterIPs']),
      fact.ports.map(({ port }) => port),
    );
}

function configFact(
  { name, kind, namespace, anchor }: Reading,
  fields: readonly (readonly [string, readonly (readonly [string, unknown])[]])[],
): ConfigFact | undefined {
  const mentions = fields.flatMap(([field, entries]) => {
    const values = entries.filter((entry): entry is readonly [string, string] => typeof entry[1] === 'string');
    return mentionsOfValues(values, (key) => ({ at: anchor([field, key]), what: `${kind} "${name}", key ${key}`, key }));
  });
  return mentions.length === 0 ? undefined : { type: kind === 'Secret' ? 'secret' : 'config', name, namespace, mentions };
}

/** What is no text (a key, a certificate in another form) names no host. */
function decodedText(base64: string): string {
  return base64.length > 1_500_000 ? '' : (fromBase64(base64) ?? '');
}

/** What is made of them is made elsewhere, under other names. */
const templatesOfOthers: ReadonlySet<string> = new Set(['PodTemplate', 'ClusterWorkflowTemplate', 'ClusterTrainingRuntime']);

/** Such a pod has no address any more. */
function hasEnded({ ref, object }: Resource): boolean {
  if (ref.kind !== 'Pod') return false;
  const phase = valueAt(object, ['status', 'phase']);
  return phase === 'Succeeded' || phase === 'Failed';
}

/** Every cluster has it: the API server makes it itself. */
function isApiService(fact: EvidenceFact | undefined): fact is ServiceFact {
  return fact?.type === 'service' && fact.namespace === 'default' && fact.name === 'kubernetes';
}

function apiAddresses(addresses: readonly unknown[], ports: readonly unknown[]): EvidenceFact {
  return {
    type: 'api addresses',
    addresses: addresses.filter((address) => typeof address === 'string').slice(0, 100),
    ports: ports.filter((port) => typeof port === 'number').slice(0, 10),
  };
}

interface Reading {
  readonly name: string;
  readonly kind: string;
  readonly namespace: Namespace;
  readonly labels: Labels;
  readonly object: Readonly<Record<string, unknown>>;
  readonly anchor: AnchorOf;
  readonly resource: Resource;
}

type Reader = (reading: Reading) => EvidenceFact | undefined;

const readers: Readonly<Record<string, Reader | undefined>> = Object.assign(Object.create(null) as Record<string, Reader>, {
  'Namespace.': ({ name, labels, anchor }: Reading) => ({ type: 'namespace', name, labels, at: anchor(['metadata', 'name']) }),
  'Service.': readService,
  'ConfigMap.': (reading: Reading) => configFact(reading, [['data', Object.entries(recordOf(reading.object['data']))]]),
  'Secret.': (reading: Reading) => {
    const { stringData, data } = reading.object;
    const decoded = Object.entries(recordOf(data)).map(
      ([key, value]) => [key, typeof value === 'string' ? decodedText(value) : ''] as const,
    );
    return configFact(reading, [
      ['stringData', Object.entries(recordOf(stringData))],
      ['data', decoded],
    ]);
  },
  'ServiceAccount.': ({ name, namespace, object }: Reading) => {
    const token = object['automountServiceAccountToken'];
    return token === false ? { type: 'account', name, namespace, token } : undefined;
  },
  'EndpointSlice.discovery.k8s.io': ({ namespace, labels, object }: Reading) => {
    if (namespace !== 'default' || labels['kubernetes.io/service-name'] !== 'kubernetes') return undefined;
    const addresses = listOf(object['endpoints']).flatMap((endpoint) => listOf(recordOf(endpoint)['addresses']));
    const ports = listOf(object['ports']).map((item) => recordOf(item)['port']);
    return apiAddresses(addresses, ports);
  },
  'NetworkPolicy.networking.k8s.io': ({ name, namespace, object, labels, anchor }: Reading) => {
    const own = labels[managedByLabel] === manager;
    return { type: 'policy', name, namespace, spec: object['spec'] ?? {}, own, at: anchor(['spec']) };
  },
  'Ingress.networking.k8s.io': readIngress,
  'Ingress.extensions': readIngress,
  'IngressClass.networking.k8s.io': ({ name, object, resource }: Reading) => ({
    type: 'ingress class',
    name,
    controller: textOf(recordOf(object['spec'])['controller']) ?? '',
    isDefault: resource.metadata.annotations?.['ingressclass.kubernetes.io/is-default-class'] === 'true',
  }),
  'Gateway.gateway.networking.k8s.io': ({ name, namespace, object }: Reading) => ({
    type: 'gateway',
    name,
    namespace,
    class: textOf(recordOf(object['spec'])['gatewayClassName']) ?? '',
  }),
  'GatewayClass.gateway.networking.k8s.io': ({ name, object }: Reading) => ({
    type: 'gateway class',
    name,
    controller: textOf(recordOf(object['spec'])['controllerName']) ?? '',
  }),
  'Gateway.networking.istio.io': ({ name, namespace, object }: Reading) => {
    const { matchLabels = {} } = selectorOf({ matchLabels: valueAt(object, ['spec', 'selector']) }) ?? {};
    return { type: 'istio gateway', name, namespace, selector: matchLabels };
  },
  'VirtualService.networking.istio.io': readVirtualService,
  'Service.serving.knative.dev': ({ name, namespace, anchor }: Reading) => ({
    type: 'knative service',
    name,
    namespace,
    at: anchor(['metadata', 'name']),
  }),
  ...Object.fromEntries(gatewayRoutes.map((kind) => [`${kind}.gateway.networking.k8s.io`, readRoute])),
  'MutatingWebhookConfiguration.admissionregistration.k8s.io': readWebhooks,
  'ValidatingWebhookConfiguration.admissionregistration.k8s.io': readWebhooks,
  'CustomResourceDefinition.apiextensions.k8s.io': ({ name, kind, object, anchor }: Reading) => {
    const path: Path = ['spec', 'conversion', 'webhook', 'clientConfig', 'service'];
    const backend = clientConfig(valueAt(object, path), path, anchor);
    return backend && { type: 'called', kind, name, backends: [backend] };
  },
  'APIService.apiregistration.k8s.io': ({ name, kind, object, anchor }: Reading) => {
    const backend = clientConfig(valueAt(object, ['spec', 'service']), ['spec', 'service'], anchor);
    return backend && { type: 'called', kind, name, backends: [backend] };
  },
  'RoleBinding.rbac.authorization.k8s.io': readBinding,
  'ClusterRoleBinding.rbac.authorization.k8s.io': readBinding,
  'ServiceMonitor.monitoring.coreos.com': readMonitor,
  'PodMonitor.monitoring.coreos.com': readMonitor,
  'Prometheus.monitoring.coreos.com': readPrometheus,
  'PrometheusAgent.monitoring.coreos.com': readPrometheus,
  'Alertmanager.monitoring.coreos.com': readAlertmanager,
});

/** Labels that controllers write on the pods of one revision, one run or one replica. */
const volatileLabels: ReadonlySet<string> = new Set([
  'pod-template-hash',
  'controller-revision-hash',
  'pod-template-generation',
  'controller-uid',
  'batch.kubernetes.io/controller-uid',
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
]);

function workloadFact({ ref, object }: Resource, template: PodTemplate, anchor: AnchorOf, namespace: Namespace): WorkloadFact {
  const spec: PodSpec = template.spec;
  const { specPath, metadata } = template;
  const containers = containersOf(spec, specPath);
  const labels = { ...metadata.labels, ...controllerLabels(ref) };
  const images = containers.map(({ container }) => imageName(container.image ?? ''));
  const scraped = scrapeAnnotation(metadata.annotations, () => anchor([...template.metadataPath, 'annotations', 'prometheus.io/scrape']));
  return {
    type: 'workload',
    kind: ref.kind,
    name: ref.name,
    namespace,
    labels,
    selector: template.path.length === 0 ? stayingLabels(labels) : (ownSelector(object, labels) ?? stayingLabels(labels)),
    hostNetwork: spec.hostNetwork === true,
    ports: containers.flatMap(({ container, path }) => portFacts(container, path, anchor)),
    images,
    mentions: containers.flatMap(({ container, path }) => mentionsOfContainer(container, path, anchor, namespace)),
    ...configUses(spec, containers),
    serviceAccount: spec.serviceAccountName || spec.serviceAccount || 'default',
    token: tokenOf(spec),
    localAddresses: images.includes(nodeLocalDnsImage) ? containers.flatMap(({ container }) => localAddresses(container)) : [],
    ...(scraped === undefined ? {} : { scraped }),
    at: anchor(specPath),
  };
}

interface PlacedContainer {
  readonly container: Container;
  readonly path: Path;
}

function containersOf(spec: PodSpec, specPath: Path): PlacedContainer[] {
  return (['initContainers', 'containers'] as const).flatMap((field) =>
    (spec[field] ?? []).map((container, index) => ({ container, path: [...specPath, field, index] })),
  );
}

/** Of a Deployment, StatefulSet and so on, whose selector nobody can change; a ReplicationController has bare labels. */
function ownSelector(object: Readonly<Record<string, unknown>>, labels: Labels): LabelSelector | undefined {
  const selector = valueAt(object, ['spec', 'selector']);
  if (!isObject(selector)) return undefined;
  const matchLabels = isObject(selector['matchLabels'])
    ? selector['matchLabels']
    : selector['matchExpressions'] === undefined
      ? selector
      : {};
  const staying = Object.entries(matchLabels).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && !volatileLabels.has(entry[0]),
  );
  // A selector that its own template does not match is refused by the API server.
  if (staying.length === 0 || staying.some(([key, value]) => !Object.hasOwn(labels, key) || labels[key] !== value)) return undefined;
  return { matchLabels: Object.fromEntries(staying) };
}

function stayingLabels(labels: Labels): LabelSelector | undefined {
  const staying = Object.entries(labels).filter(([key]) => !volatileLabels.has(key));
  return staying.length === 0 ? undefined : { matchLabels: Object.fromEntries(staying) };
}

function portFacts({ ports = [] }: Container, path: Path, anchor: AnchorOf): PortFact[] {
  return ports.flatMap(({ name, containerPort, protocol = 'TCP', hostPort }, index) => {
    if (containerPort === undefined) return [];
    const at = hostPort === undefined || hostPort === 0 ? undefined : anchor([...path, 'ports', index, 'hostPort']);
    return [{ name: name || undefined, port: containerPort, protocol: protocol || 'TCP', hostPort: at }];
  });
}

/** The repository, without its registry: `ingress-nginx/controller`. */
function imageName(image: string): string {
  const reference = parseImageReference(image);
  return 'error' in reference ? '' : reference.repository;
}

/** Last part of the repository of Kubernetes' node-local DNS cache. */
const nodeLocalDnsImage = 'dns/k8s-dns-node-cache';

function localAddresses({ args = [], command = [] }: Container): string[] {
  const words = [...command, ...args];
  return words.flatMap((word, index) => {
    const value = /^--?localip=(.*)$/.exec(word)?.[1] ?? (/^--?localip$/.test(word) ? words[index + 1] : undefined);
    return (value ?? '').split(',').filter((address) => /^[0-9a-fA-F.:]{2,45}$/.test(address));
  });
}

function configUses({ volumes = [] }: PodSpec, containers: readonly PlacedContainer[]): Pick<WorkloadFact, 'configMaps' | 'secrets'> {
  const configMaps: ConfigUse[] = [];
  const secrets: ConfigUse[] = [];
  const use = (uses: ConfigUse[], name: string | undefined, key?: string): void => {
    if (name === undefined || uses.some((other) => other.name === name && other.key === key)) return;
    uses.push(key === undefined ? { name } : { name, key });
  };
  for (const { configMap, secret, projected } of volumes) {
    use(configMaps, configMap?.name);
    use(secrets, secret?.secretName);
    for (const source of projected?.sources ?? []) {
      use(configMaps, source.configMap?.name);
      use(secrets, source.secret?.name);
    }
  }
  for (const { container } of containers) {
    for (const { configMapRef, secretRef } of container.envFrom ?? []) {
      use(configMaps, configMapRef?.name);
      use(secrets, secretRef?.name);
    }
    for (const { valueFrom } of container.env ?? []) {
      use(configMaps, valueFrom?.configMapKeyRef?.name, valueFrom?.configMapKeyRef?.key ?? '');
      use(secrets, valueFrom?.secretKeyRef?.name, valueFrom?.secretKeyRef?.key ?? '');
    }
  }
  return { configMaps, secrets };
}

function tokenOf({ automountServiceAccountToken, volumes = [] }: PodSpec): boolean | undefined {
  const projected = volumes.some(({ projected: { sources = [] } = {} }) =>
    sources.some(({ serviceAccountToken }) => serviceAccountToken !== undefined && serviceAccountToken.audience === undefined),
  );
  return projected ? true : automountServiceAccountToken;
}

function scrapeAnnotation(annotations: Readonly<Record<string, string>> | undefined, place: () => Anchor): WorkloadFact['scraped'] {
  if (annotations?.['prometheus.io/scrape'] !== 'true') return undefined;
  const port = Number(annotations['prometheus.io/port']);
  return { port: port >= 1 && port <= 65_535 ? port : undefined, at: place() };
}

function readService({ name, namespace, labels, object, anchor, resource }: Reading): ServiceFact {
  const spec = recordOf(object['spec']);
  const type = textOf(spec['type']);
  const exposed =
    type === 'LoadBalancer' || type === 'NodePort' ? type : listOf(spec['externalIPs']).length > 0 ? 'externalIPs' : undefined;
  const scraped = scrapeAnnotation(resource.metadata.annotations, () => anchor(['metadata', 'annotations', 'prometheus.io/scrape']));
  return {
    type: 'service',
    name,
    namespace,
    labels,
    selector: recordOf(spec['selector']) as Labels,
    headless: spec['clusterIP'] === 'None',
    external: type === 'ExternalName' ? textOf(spec['externalName']) : undefined,
    ports: listOf(spec['ports']).flatMap((item): ServicePortFact[] => {
      const { name: portName, port, targetPort, protocol } = recordOf(item);
      if (typeof port !== 'number') return [];
      const target = typeof targetPort === 'number' ? targetPort || port : textOf(targetPort) || port;
      return [{ name: textOf(portName), port, target, protocol: textOf(protocol) || 'TCP' }];
    }),
    exposed,
    ...(scraped === undefined ? {} : { scraped }),
    at: anchor(['spec']),
  };
}

function readIngress({ name, namespace, object, anchor, resource }: Reading): EvidenceFact {
  const spec = recordOf(object['spec']);
  const backends: BackendFact[] = [];
  const add = (backend: Record<string, unknown>, path: Path): void => {
    const service = recordOf(backend['service']);
    const port = recordOf(service['port']);
    const named = textOf(service['name']) ?? textOf(backend['serviceName']);
    const number = named === textOf(service['name']) ? (port['number'] ?? port['name']) : backend['servicePort'];
    if (named !== undefined) backends.push({ service: named, namespace, port: portOf(number), at: anchor(path) });
  };
  for (const field of ['defaultBackend', 'backend']) if (isObject(spec[field])) add(spec[field], ['spec', field]);
  for (const [index, rule] of listOf(spec['rules']).entries())
    for (const [number, path] of listOf(valueAt(rule, ['http', 'paths'])).entries())
      add(recordOf(recordOf(path)['backend']), ['spec', 'rules', index, 'http', 'paths', number, 'backend']);
  const annotated = resource.metadata.annotations?.['kubernetes.io/ingress.class'];
  return { type: 'ingress', name, namespace, class: textOf(spec['ingressClassName']) ?? annotated, backends };
}

function readRoute({ name, kind, namespace, object, anchor }: Reading): EvidenceFact {
  const spec = recordOf(object['spec']);
  const gateways = listOf(spec['parentRefs']).flatMap((item) => {
    const parent = recordOf(item);
    if ((textOf(parent['kind']) ?? 'Gateway') !== 'Gateway') return [];
    return [{ name: textOf(parent['name']) ?? '', namespace: textOf(parent['namespace']) ?? namespace }];
  });
  const backends: BackendFact[] = [];
  const add = (item: unknown, path: Path): void => {
    const backend = recordOf(item);
    const service = textOf(backend['name']);
    if (service === undefined || (textOf(backend['kind']) ?? 'Service') !== 'Service' || (textOf(backend['group']) ?? '') !== '') return;
    backends.push({ service, namespace: textOf(backend['namespace']) ?? namespace, port: portOf(backend['port']), at: anchor(path) });
  };
  for (const [index, item] of listOf(spec['rules']).entries()) {
    const rule = recordOf(item);
    for (const [number, backend] of listOf(rule['backendRefs']).entries()) add(backend, ['spec', 'rules', index, 'backendRefs', number]);
    for (const [number, filter] of listOf(rule['filters']).entries())
      add(valueAt(filter, ['requestMirror', 'backendRef']), ['spec', 'rules', index, 'filters', number, 'requestMirror', 'backendRef']);
  }
  return { type: 'route', kind, name, namespace, gateways, backends };
}

/**
 * istio.io, "Virtual Service": without gateways it is for the mesh; a gateway without a namespace is one of its own. Names of
 * hosts without a dot are Services of its namespace.
 */
function readVirtualService({ name, namespace, object, anchor }: Reading): VirtualServiceFact {
  const spec = recordOf(object['spec']);
  const gateways = listOf(spec['gateways']).filter((item) => typeof item === 'string');
  const backends: BackendFact[] = [];
  const add = (destination: unknown, path: Path): void => {
    const { host, port } = recordOf(destination);
    const service = istioHost(textOf(host), namespace);
    if (service !== undefined)
      backends.push({ service: service.name, namespace: service.namespace, port: portOf(recordOf(port)['number']), at: anchor(path) });
  };
  for (const protocol of ['http', 'tls', 'tcp'])
    for (const [index, item] of listOf(spec[protocol]).entries()) {
      const rule = recordOf(item);
      const at: Path = ['spec', protocol, index];
      for (const [number, route] of listOf(rule['route']).entries()) {
        const { destination, weight } = recordOf(route);
        if (weight !== 0) add(destination, [...at, 'route', number, 'destination']);
      }
      add(rule['mirror'], [...at, 'mirror']);
      for (const [number, mirror] of listOf(rule['mirrors']).entries())
        add(recordOf(mirror)['destination'], [...at, 'mirrors', number, 'destination']);
    }
  const ofMesh = gateways.length === 0 || gateways.includes('mesh');
  return {
    type: 'virtual service',
    name,
    namespace,
    gateways: gateways.flatMap((gateway): AccountName[] => {
      if (gateway === 'mesh') return [];
      const slash = gateway.indexOf('/');
      return [slash === -1 ? { namespace, name: gateway } : { namespace: gateway.slice(0, slash), name: gateway.slice(slash + 1) }];
    }),
    hosts: ofMesh ? listOf(spec['hosts']).flatMap((host) => istioHost(textOf(host), namespace) ?? []) : [],
    backends,
  };
}

/** `web`, `web.shop.svc.cluster.local`; any other name is no Service. */
function istioHost(host: string | undefined, namespace: Namespace): AccountName | undefined {
  const [name = '', home, svc] = host?.split('.', 4) ?? [];
  if (name === '' || name === '*') return undefined;
  if (home === undefined) return { namespace, name };
  return svc === 'svc' ? { namespace: home, name } : undefined;
}

function readWebhooks({ name, kind, object, anchor }: Reading): EvidenceFact {
  const backends = listOf(object['webhooks']).flatMap((webhook, index) => {
    const backend = clientConfig(valueAt(webhook, ['clientConfig', 'service']), ['webhooks', index, 'clientConfig', 'service'], anchor);
    return backend === undefined ? [] : [backend];
  });
  return { type: 'called', kind, name, backends };
}

/** A Service that the API server calls; the port is 443 where none is written. */
function clientConfig(value: unknown, path: Path, anchor: AnchorOf): BackendFact | undefined {
  const { name, namespace, port } = recordOf(value);
  const service = textOf(name);
  return service === undefined ? undefined : { service, namespace: textOf(namespace), port: portOf(port) ?? 443, at: anchor(path) };
}

function readBinding({ name, kind, namespace, object, anchor }: Reading): EvidenceFact | undefined {
  const accounts = listOf(object['subjects']).flatMap((item): AccountName[] => {
    const subject = recordOf(item);
    const account = textOf(subject['name']);
    if (subject['kind'] !== 'ServiceAccount' || account === undefined) return [];
    return [{ namespace: textOf(subject['namespace']) ?? namespace, name: account }];
  });
  return accounts.length === 0 ? undefined : { type: 'binding', kind, name, accounts, at: anchor(['subjects']) };
}

function readMonitor({ name, kind, namespace, labels, object, anchor }: Reading): EvidenceFact {
  const spec = recordOf(object['spec']);
  const field = kind === 'PodMonitor' ? 'podMetricsEndpoints' : 'endpoints';
  const within = recordOf(spec['namespaceSelector']);
  const names = listOf(within['matchNames']).filter((item) => typeof item === 'string');
  const endpoints = listOf(spec[field]).map((item, index) => {
    const { port, portNumber, targetPort } = recordOf(item);
    const onService = kind === 'ServiceMonitor' && port !== undefined;
    return { port: portOf(port ?? portNumber ?? targetPort), onPod: !onService, at: anchor(['spec', field, index]) };
  });
  return {
    type: 'monitor',
    kind: kind === 'PodMonitor' ? 'PodMonitor' : 'ServiceMonitor',
    name,
    namespace,
    labels,
    selector: selectorOf(spec['selector']) ?? {},
    namespaces: within['any'] === true ? 'any' : names,
    endpoints,
  };
}

/** What an operator makes of such an object: the labels are the operator's own. */
function operated(
  { name, kind, namespace, object, anchor }: Reading,
  labels: Labels,
  ports: readonly Omit<PortFact, 'hostPort'>[],
): WorkloadFact {
  const spec = recordOf(object['spec']);
  const added = Object.fromEntries(
    Object.entries(recordOf(valueAt(spec, ['podMetadata', 'labels']))).filter(([, value]) => typeof value === 'string'),
  ) as Labels;
  return {
    type: 'workload',
    kind,
    name,
    namespace,
    labels: { ...added, ...labels, 'app.kubernetes.io/managed-by': 'prometheus-operator', 'app.kubernetes.io/instance': name },
    selector: { matchLabels: labels },
    hostNetwork: spec['hostNetwork'] === true,
    ports: ports.map((port) => ({ ...port, hostPort: undefined })),
    images: [],
    mentions: [],
    configMaps: listOf(spec['configMaps']).flatMap((item) => (typeof item === 'string' ? [{ name: item }] : [])),
    secrets: listOf(spec['secrets']).flatMap((item) => (typeof item === 'string' ? [{ name: item }] : [])),
    serviceAccount: textOf(spec['serviceAccountName']) ?? 'default',
    token: undefined,
    localAddresses: [],
    at: anchor(['spec']),
  };
}

const noMonitors: ScraperFact['selects'] = { ServiceMonitor: {}, PodMonitor: {} };

function readPrometheus(reading: Reading): ScraperFact {
  const { name, kind, namespace, object, anchor } = reading;
  const spec = recordOf(object['spec']);
  const agent = kind === 'PrometheusAgent';
  const labels = { 'app.kubernetes.io/name': agent ? 'prometheus-agent' : 'prometheus', 'operator.prometheus.io/name': name };
  const ports = [
    { name: textOf(spec['portName']) ?? 'web', port: 9090, protocol: 'TCP' },
    { name: 'reloader-web', port: 8080, protocol: 'TCP' },
  ];
  const alerts = listOf(valueAt(spec, ['alerting', 'alertmanagers'])).flatMap((item, index): BackendFact[] => {
    const alertmanager = recordOf(item);
    const service = textOf(alertmanager['name']);
    if (service === undefined) return [];
    const place = anchor(['spec', 'alerting', 'alertmanagers', index]);
    return [{ service, namespace: textOf(alertmanager['namespace']) ?? namespace, port: portOf(alertmanager['port']), at: place }];
  });
  const chosen = (monitors: string, namespaces: string): ScraperFact['selects']['PodMonitor'] => {
    const chooses = selectorOf(spec[monitors]);
    const within = selectorOf(spec[namespaces]);
    return { ...(chooses === undefined ? {} : { monitors: chooses }), ...(within === undefined ? {} : { namespaces: within }) };
  };
  const selects = {
    ServiceMonitor: chosen('serviceMonitorSelector', 'serviceMonitorNamespaceSelector'),
    PodMonitor: chosen('podMonitorSelector', 'podMonitorNamespaceSelector'),
  };
  return { type: 'scraper', workload: operated(reading, labels, ports), selects, alerts, peers: [] };
}

function readAlertmanager(reading: Reading): ScraperFact {
  const { name, object } = reading;
  const spec = recordOf(object['spec']);
  const labels = { 'app.kubernetes.io/name': 'alertmanager', alertmanager: name };
  const peers = [
    { port: 9094, protocol: 'TCP' },
    { port: 9094, protocol: 'UDP' },
  ];
  const ports = [
    { name: textOf(spec['portName']) ?? 'web', port: 9093, protocol: 'TCP' },
    { name: 'mesh-tcp', port: 9094, protocol: 'TCP' },
    { name: 'mesh-udp', port: 9094, protocol: 'UDP' },
    { name: 'reloader-web', port: 8080, protocol: 'TCP' },
  ];
  const alone = typeof spec['replicas'] !== 'number' || spec['replicas'] < 2;
  return { type: 'scraper', workload: operated(reading, labels, ports), selects: noMonitors, alerts: [], peers: alone ? [] : peers };
}

function portOf(value: unknown): number | string | undefined {
  return typeof value === 'number' ? value : textOf(value);
}

function valueAt(value: unknown, path: Path): unknown {
  let inner = value;
  for (const step of path) inner = isObject(inner) && Object.hasOwn(inner, step) ? inner[step] : undefined;
  return inner;
}

/** A selector whose parts have the types that they need; undefined where it is none. */
function selectorOf(value: unknown): LabelSelector | undefined {
  if (!isObject(value)) return undefined;
  const matchLabels = Object.fromEntries(Object.entries(recordOf(value['matchLabels'])).map(([key, label]) => [key, String(label)]));
  const matchExpressions = listOf(value['matchExpressions']).map((item) => {
    const { key, operator, values } = recordOf(item);
    return { key: textOf(key) ?? '', operator: textOf(operator) ?? '', values: listOf(values).map(String) };
  });
  return { matchLabels, matchExpressions };
}
