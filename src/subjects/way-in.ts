import { apiGroup, type Anchor, type AnchorOf, type Resource, type ResourceRef, type SubjectContext } from '../core/index.ts';
import type { Labels } from '../kube/label-selector.ts';
import { isInternalBalancer } from '../kube/network/project.ts';
import {
  ingressFact,
  istioGateway,
  istioGatewayKind,
  openShiftRouteKind,
  otherEntranceKinds,
  routeFact,
  routeKinds,
  virtualServiceKind,
} from '../kube/network/route-fact.ts';
import type { NodeFacts } from '../kube/node-placement.ts';
import { isClusterScoped } from '../kube/scope.ts';
import {
  endsTls,
  hasCertificateElsewhere,
  isInternalIngress,
  plaintextBesides,
  portSecurity,
  type TransportSecurity,
} from '../kube/transport-security.ts';
import type { ServiceSpec } from '../kube/types.ts';
import { integerOf, listOf, recordOf, textOf } from '../kube/untyped.ts';
import { isNode, nodeFacts } from './node.ts';
import { rememberedWorkload, type RememberedWorkload } from './remembered-workload.ts';
import { isService } from './service.ts';

/** What ways from outside of the cluster to pods are made of. */
export type WayIn =
  | { readonly type: 'node'; readonly ref: ResourceRef; readonly facts: NodeFacts; readonly at: Anchor }
  | { readonly type: 'service'; readonly namespace: string | undefined; readonly service: NamedService }
  | RouteWay
  | GatewayWay
  | RememberedWorkload;

export interface RouteWay {
  readonly type: 'route';
  /** `Ingress "shop"` */
  readonly title: string;
  readonly ref: ResourceRef;
  readonly namespace: string | undefined;
  /** `NAMESPACE/NAME`; a backend of another namespace needs a grant there and is left out, but with Istio. */
  readonly services: readonly string[];
  /** Of an Ingress, or a Route of OpenShift. */
  readonly entrance?: Entrance;
  /** Of a route: the Gateways, `NAMESPACE/NAME`, and their listeners where it names them. */
  readonly parents: readonly { readonly gateway: string; readonly listener: string | undefined }[];
  /** All that it does with plaintext is to send clients to https. */
  readonly redirects: boolean;
  readonly at: Anchor;
}

export interface GatewayWay {
  readonly type: 'gateway';
  readonly ref: ResourceRef;
  /** `NAMESPACE/NAME` */
  readonly key: string;
  readonly entrance: Entrance;
  /** Of one of Istio: the pods that serve it, in whatever namespace they are. */
  readonly selector?: Labels;
}

export interface NamedService {
  readonly name: string;
  readonly selector: Labels;
  /** It leads in by itself. */
  readonly exposes: boolean;
  readonly entrance?: ServiceEntrance;
}

/** Where connections from outside arrive. */
export interface Entrance {
  /** By its class or an annotation it is reached from the private network alone. */
  readonly internal: boolean;
  readonly listeners: readonly Listener[];
  readonly at: Anchor;
}

export interface ServiceEntrance extends Entrance {
  readonly ref: ResourceRef;
  /** For messages: `Service "web" of type LoadBalancer`. */
  readonly by: 'LoadBalancer' | 'NodePort' | 'externalIPs';
  /** Where the ranges of a load balancer stand that let everybody in, or would stand. */
  readonly openTo?: Anchor;
}

export interface Listener {
  /** For messages: `port 80`, `host "shop.example.com"`, `listener "web"`. */
  readonly what: string;
  readonly at: Anchor;
  readonly security: TransportSecurity;
  /** Of Ingresses and Gateways; undefined for every host. */
  readonly host?: string;
  /** Of a Gateway. */
  readonly name?: string;
}

const gatewayGroup = 'gateway.networking.k8s.io';
export const gatewayKind: string = `Gateway.${gatewayGroup}`;
const routesKinds: readonly string[] = [
  'Ingress.networking.k8s.io',
  ...routeKinds.map((kind) => `${kind}.${gatewayGroup}`),
  ...otherEntranceKinds,
];

/** As in `Reads`. */
export const wayInKinds: readonly string[] = ['Node', 'Service', ...routesKinds, gatewayKind];

/** Shared by all kinds of subjects that join ways in. */
export function rememberWayIn(resource: Resource, anchor: AnchorOf, context: SubjectContext): WayIn | undefined {
  const { ref } = resource;
  if (resource.podTemplates.length > 0) return isClusterScoped(ref) ? undefined : rememberedWorkload(resource, anchor, context);
  if (isNode(resource)) return { type: 'node', ref, facts: nodeFacts(resource), at: anchor([]) };
  const namespace = context.namespaceOf(resource);
  if (isService(resource)) return serviceWay(resource, anchor, namespace);
  return gatewayWay(resource, anchor, namespace) ?? routeWay(resource, anchor, namespace);
}

function serviceWay({ ref, object, metadata }: Resource, anchor: AnchorOf, namespace: string | undefined): WayIn | undefined {
  const spec: ServiceSpec = object['spec'] ?? {};
  const { type, selector = {}, externalIPs = [], ports = [] } = spec;
  // One without a selector sends to addresses that somebody else writes.
  if (Object.keys(selector).length === 0) return undefined;
  const by = type === 'LoadBalancer' || type === 'NodePort' ? type : externalIPs.length > 0 ? 'externalIPs' : undefined;
  if (by === undefined) return { type: 'service', namespace, service: { name: ref.name, selector, exposes: false } };
  const { annotations = {} } = metadata;
  const listeners = ports.flatMap((value, index): Listener[] => {
    const { name, appProtocol, port } = recordOf(value);
    const number = integerOf(port);
    if (number === undefined) return [];
    const [called, protocol] = [textOf(name), textOf(appProtocol)];
    const named = {
      port: number,
      ...(called === undefined ? {} : { name: called }),
      ...(protocol === undefined ? {} : { appProtocol: protocol }),
    };
    const security = endsTls(annotations, named) ? 'tls' : portSecurity(named);
    return [{ what: `port ${number}`, at: anchor(['spec', 'ports', index, 'port']), security }];
  });
  const ranges = listOf(recordOf(object['spec'])['loadBalancerSourceRanges']).flatMap((range) => textOf(range)?.trim() ?? []);
  // The annotation is older than the field, and what Kubernetes reads where the field is empty (k8s.io/cloud-provider).
  const said = ranges.length > 0 ? ranges : (annotations['service.beta.kubernetes.io/load-balancer-source-ranges'] ?? '').split(',');
  const open = said.some((range) => range.trim() === '' || /^[0.:]+\/0$/.test(range.trim()));
  const internal = isInternalBalancer(annotations);
  const openTo = by === 'LoadBalancer' && open && !internal ? { openTo: anchor(['spec', 'loadBalancerSourceRanges']) } : {};
  const entrance: ServiceEntrance = { ref, by, internal, listeners, at: anchor(['spec', by === 'externalIPs' ? by : 'type']), ...openTo };
  return { type: 'service', namespace, service: { name: ref.name, selector, exposes: true, entrance } };
}

function routeWay(resource: Resource, anchor: AnchorOf, namespace: string | undefined): RouteWay | undefined {
  const { ref, object } = resource;
  const { kind, name, apiVersion } = ref;
  const home = namespace ?? '';
  const isIngress = kind === 'Ingress' && apiGroup(apiVersion) === 'networking.k8s.io';
  const fact = isIngress ? ingressFact(resource, anchor, home) : routeFact(resource, anchor, home);
  if (fact === undefined) return undefined;
  const named = `${kind}.${apiGroup(apiVersion)}`;
  const inMesh = named === virtualServiceKind;
  const backends = inMesh ? fact.backends : fact.backends.filter((backend) => backend.namespace === home);
  const services = [...new Set(backends.map((backend) => `${backend.namespace}/${backend.service}`))];
  const spec = recordOf(object['spec']);
  if (named === openShiftRouteKind) {
    const entrance = openShiftEntrance(resource, anchor);
    return { type: 'route', title: `${kind} "${name}"`, ref, namespace, services, at: fact.at, entrance, parents: [], redirects: false };
  }
  if (inMesh) {
    const parents = fact.parents.map((gateway) => ({ gateway, listener: undefined }));
    const redirects = listOf(spec['http']).some(sendsPlaintextToHttps);
    return { type: 'route', title: `${kind} "${name}"`, ref, namespace, services, at: fact.at, parents, redirects };
  }
  return {
    type: 'route',
    title: `${kind} "${name}"`,
    ref,
    namespace,
    services,
    at: fact.at,
    ...(isIngress ? { entrance: ingressEntrance(resource, fact.parents[0], anchor), parents: [] } : { parents: parentsOf(spec, home) }),
    redirects:
      !isIngress && fact.backends.length === 0 && listOf(spec['rules']).length > 0 && listOf(spec['rules']).every(redirectsToHttps),
  };
}

/** istio.io, "HTTPRedirect": the first rule that matches decides, so that one for the port or the scheme alone is for all paths. */
function sendsPlaintextToHttps(rule: unknown): boolean {
  const { match, redirect } = recordOf(rule);
  const always = listOf(match).every((each) => Object.keys(recordOf(each)).every((key) => key === 'port' || key === 'scheme'));
  return always && recordOf(redirect)['scheme'] === 'https';
}

/**
 * openshift/api, route/v1: without `tls` a Route is plaintext alone; with it, plaintext is answered where the policy is `Allow`.
 * One with the wildcard policy `Subdomain` is for all names beside that of its host.
 */
function openShiftEntrance({ object }: Resource, anchor: AnchorOf): Entrance {
  const { host, tls, wildcardPolicy } = recordOf(object['spec']);
  const { termination, insecureEdgeTerminationPolicy: insecure } = recordOf(tls);
  const name = textOf(host);
  const all = wildcardPolicy === 'Subdomain' && name !== undefined ? `*${name.slice(name.indexOf('.'))}` : name;
  const security = termination === undefined || insecure === 'Allow' ? 'plain' : 'tls';
  const field =
    termination === undefined
      ? ['spec', 'tls']
      : security === 'plain'
        ? ['spec', 'tls', 'insecureEdgeTerminationPolicy']
        : ['spec', wildcardPolicy === 'Subdomain' ? 'wildcardPolicy' : 'host'];
  // The router makes up the host of one that names none.
  const what = all === undefined ? 'the host that the router gives it' : `host "${all}"`;
  return { internal: false, listeners: [{ what, at: anchor(field), security, host: all ?? '' }], at: anchor(['spec']) };
}

function parentsOf(spec: Readonly<Record<string, unknown>>, home: string): RouteWay['parents'] {
  return listOf(spec['parentRefs']).flatMap((value) => {
    const { kind = 'Gateway', name, namespace, sectionName } = recordOf(value);
    return kind === 'Gateway' ? [{ gateway: `${textOf(namespace) ?? home}/${textOf(name) ?? ''}`, listener: textOf(sectionName) }] : [];
  });
}

function redirectsToHttps(rule: unknown): boolean {
  return listOf(recordOf(rule)['filters']).some((filter) => recordOf(recordOf(filter)['requestRedirect'])['scheme'] === 'https');
}

function ingressEntrance({ object, metadata }: Resource, className: string | undefined, anchor: AnchorOf): Entrance {
  const { annotations = {} } = metadata;
  const spec = recordOf(object['spec']);
  const tls = listOf(spec['tls']).map((entry) => listOf(recordOf(entry)['hosts']).flatMap((host) => textOf(host) ?? []));
  const elsewhere = hasCertificateElsewhere(annotations);
  const besides = plaintextBesides(annotations);
  // Without hosts an entry is for all of them.
  const isCovered = (host: string | undefined): boolean =>
    elsewhere ||
    tls.some((hosts) => hosts.length === 0 || (host !== undefined && hosts.some((each) => each === host || covers(each, host))));
  const rules = listOf(spec['rules']).map((rule) => textOf(recordOf(rule)['host']));
  const listener = (host: string | undefined, at: Anchor): Listener => {
    const what = host === undefined ? 'every host' : `host "${host}"`;
    const secure = isCovered(host) && besides === undefined;
    return { what, at, security: secure ? 'tls' : 'plain', ...(host === undefined ? {} : { host }) };
  };
  const placeOf = (host: string | undefined, index: number): Anchor =>
    besides !== undefined && isCovered(host)
      ? anchor(['metadata', 'annotations', besides])
      : anchor(host === undefined ? ['spec', 'rules', index] : ['spec', 'rules', index, 'host']);
  const listeners = rules.map((host, index) => listener(host, placeOf(host, index)));
  // Before networking.k8s.io/v1 it was called `backend`.
  for (const field of ['defaultBackend', 'backend'])
    if (spec[field] !== undefined) listeners.push(listener(undefined, anchor(['spec', field])));
  return { internal: isInternalIngress(annotations, className), listeners, at: anchor(['spec']) };
}

/** `*.example.com` is for one label more. */
function covers(wildcard: string, host: string): boolean {
  return wildcard.startsWith('*.') && host.slice(host.indexOf('.')) === wildcard.slice(1);
}

const protocols: Readonly<Record<string, TransportSecurity | undefined>> = { HTTP: 'plain', HTTPS: 'tls', TLS: 'tls' };

function gatewayWay(resource: Resource, anchor: AnchorOf, namespace: string | undefined): GatewayWay | undefined {
  const { ref, object, metadata } = resource;
  if (`${ref.kind}.${apiGroup(ref.apiVersion)}` === istioGatewayKind) return istioGatewayWay(resource, anchor, namespace);
  if (ref.kind !== 'Gateway' || apiGroup(ref.apiVersion) !== gatewayGroup) return undefined;
  const spec = recordOf(object['spec']);
  const listeners = listOf(spec['listeners']).map((value, index): Listener => {
    const { name, protocol, hostname } = recordOf(value);
    const [called = '', host] = [textOf(name), textOf(hostname)];
    const field = host === undefined ? 'protocol' : 'hostname';
    const security = protocols[textOf(protocol) ?? ''] ?? 'open';
    const at = anchor(['spec', 'listeners', index, security === 'plain' ? 'protocol' : field]);
    return { what: `listener "${called}"`, name: called, at, security, ...(host === undefined ? {} : { host }) };
  });
  const infrastructure = recordOf(recordOf(spec['infrastructure'])['annotations']) as Labels;
  const className = textOf(spec['gatewayClassName']) ?? '';
  // Classes of GKE, and the proxies that Istio puts between pods.
  const internal =
    /^gke-l7-(?:rilb|cross-regional-internal)|^istio-waypoint$/.test(className) ||
    isInternalBalancer({ ...metadata.annotations, ...infrastructure });
  return { type: 'gateway', ref, key: `${namespace ?? ''}/${ref.name}`, entrance: { internal, listeners, at: anchor(['spec']) } };
}

/** istio.io, "Gateway", "ServerTLSSettings": what a protocol says, unless a mode of TLS is set (TCP). */
const istioProtocols: Readonly<Record<string, TransportSecurity | undefined>> = {
  ...protocols,
  HTTP2: 'plain',
  GRPC: 'plain',
  'GRPC-WEB': 'plain',
};

function istioGatewayWay({ ref, object }: Resource, anchor: AnchorOf, namespace: string | undefined): GatewayWay {
  const spec = recordOf(object['spec']);
  const listeners = listOf(spec['servers']).map((value, index): Listener => {
    const { port, hosts, tls } = recordOf(value);
    const { number, protocol } = recordOf(port);
    const { mode, httpsRedirect } = recordOf(tls);
    const said = istioProtocols[textOf(protocol)?.toUpperCase() ?? ''];
    const security = httpsRedirect === true ? 'tls' : (said ?? (mode === undefined ? 'open' : 'tls'));
    // `shop/example.com`: in front stands the namespace whose routes may use it.
    const names = listOf(hosts).map((host) => (textOf(host) ?? '').replace(/^[^/]*\//, ''));
    const widest = Math.max(
      0,
      names.findIndex((name) => name.startsWith('*')),
    );
    const host = names[widest];
    const place = security === 'plain' ? ['port', 'protocol'] : ['hosts', widest];
    const at = anchor(['spec', 'servers', index, ...place]);
    return { what: `port ${integerOf(number) ?? ''}`, at, security, ...(host === '*' || host === undefined ? {} : { host }) };
  });
  const selector = recordOf(spec['selector']) as Labels;
  const entrance = { internal: false, listeners, at: anchor(['spec']) };
  return { type: 'gateway', ref, key: `${namespace ?? ''}/${istioGateway(ref.name)}`, entrance, selector };
}
