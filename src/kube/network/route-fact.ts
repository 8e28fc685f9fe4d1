import { apiGroup, type AnchorOf, type Resource } from '../../core/index.ts';
import type { BackendFact, GatewayFact, RouteFact } from './facts.ts';
import { integerOf, listOf, recordOf, textOf } from '../untyped.ts';

const gatewayGroup = 'gateway.networking.k8s.io';
const istioGroup = 'networking.istio.io';

export const routeKinds: readonly string[] = ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute'];

export const openShiftRouteKind = 'Route.route.openshift.io';
export const istioGatewayKind: string = `Gateway.${istioGroup}`;
export const virtualServiceKind: string = `VirtualService.${istioGroup}`;
/** Of other makers than Kubernetes, as `Reads.kinds` names them. */
export const otherEntranceKinds: readonly string[] = [openShiftRouteKind, istioGatewayKind, virtualServiceKind];

export function ingressFact({ ref, object, metadata }: Resource, anchor: AnchorOf, namespace: string): RouteFact {
  const spec = recordOf(object['spec']);
  const paths = listOf(spec['rules']).flatMap((rule) => listOf(recordOf(recordOf(rule)['http'])['paths']));
  const backends = [spec['defaultBackend'], ...paths.map((path) => recordOf(path)['backend'])].flatMap((backend): BackendFact[] => {
    const service = recordOf(recordOf(backend)['service']);
    const name = textOf(service['name']);
    if (name === undefined) return [];
    const port = recordOf(service['port']);
    return [{ namespace, service: name, ...portOf(textOf(port['name']) ?? integerOf(port['number'])) }];
  });
  const parent = textOf(spec['ingressClassName']) ?? metadata.annotations?.['kubernetes.io/ingress.class'];
  return {
    type: 'route',
    kind: 'Ingress',
    namespace,
    name: ref.name,
    backends: distinct(backends),
    parents: parent === undefined ? [] : [parent],
    addresses: listOf(recordOf(recordOf(object['status'])['loadBalancer'])['ingress'])
      .map(recordOf)
      .flatMap(({ ip, hostname }) => [textOf(ip) ?? [], textOf(hostname) ?? []].flat()),
    at: anchor(['spec']),
  };
}

export function gatewayFact({ ref, object }: Resource, anchor: AnchorOf, namespace: string): GatewayFact {
  return {
    type: 'gateway',
    namespace,
    name: ref.name,
    className: textOf(recordOf(object['spec'])['gatewayClassName']) ?? '',
    addresses: listOf(recordOf(object['status'])['addresses']).flatMap((address) => textOf(recordOf(address)['value']) ?? []),
    at: anchor(['spec']),
  };
}

/** A route of the Gateway API, a Route of OpenShift, or a VirtualService of Istio that a gateway serves. */
export function routeFact(resource: Resource, anchor: AnchorOf, namespace: string): RouteFact | undefined {
  const { ref, object } = resource;
  const group = apiGroup(ref.apiVersion);
  const named = `${ref.kind}.${group}`;
  if (named === openShiftRouteKind) return openShiftRouteFact(resource, anchor, namespace);
  if (named === virtualServiceKind) return virtualServiceFact(resource, anchor, namespace);
  if (group !== gatewayGroup || !routeKinds.includes(ref.kind)) return undefined;
  const spec = recordOf(object['spec']);
  const backends = listOf(spec['rules']).flatMap((rule) =>
    listOf(recordOf(rule)['backendRefs']).flatMap((value): BackendFact[] => {
      const { group: of = '', kind = 'Service', name, namespace: elsewhere, port } = recordOf(value);
      const service = textOf(name);
      if (of !== '' || kind !== 'Service' || service === undefined) return [];
      return [{ namespace: textOf(elsewhere) ?? namespace, service, ...portOf(integerOf(port)) }];
    }),
  );
  const parents = listOf(spec['parentRefs']).flatMap((value) => {
    const { kind = 'Gateway', name, namespace: elsewhere } = recordOf(value);
    return kind === 'Gateway' ? [`${textOf(elsewhere) ?? namespace}/${textOf(name) ?? ''}`] : [];
  });
  return {
    type: 'route',
    kind: ref.kind,
    namespace,
    name: ref.name,
    backends: distinct(backends),
    parents,
    addresses: [],
    at: anchor(['spec']),
  };
}

/** openshift/api, route/v1: `to` and `alternateBackends` are Services of its namespace; one of weight 0 gets nothing. */
function openShiftRouteFact({ ref, object }: Resource, anchor: AnchorOf, namespace: string): RouteFact {
  const spec = recordOf(object['spec']);
  const target = recordOf(spec['port'])['targetPort'];
  // A name is that of a port of the Service, a number is that of the pods.
  const [name, number] = [textOf(target), integerOf(target)];
  const backends = [spec['to'], ...listOf(spec['alternateBackends'])].map(recordOf).flatMap((backend): BackendFact[] => {
    const service = textOf(backend['name']);
    if (service === undefined || (backend['kind'] ?? 'Service') !== 'Service' || backend['weight'] === 0) return [];
    return [{ namespace, service, ...portOf(name), ...(number === undefined ? {} : { target: number }) }];
  });
  return {
    type: 'route',
    kind: 'Route',
    namespace,
    name: ref.name,
    backends: distinct(backends),
    parents: [],
    addresses: listOf(recordOf(object['status'])['ingress']).flatMap((each) => textOf(recordOf(each)['routerCanonicalHostname']) ?? []),
    at: anchor(['spec']),
  };
}

/** A Gateway of Istio, in the form of one of the Gateway API. */
export function istioGatewayFact({ ref, object }: Resource, anchor: AnchorOf, namespace: string): GatewayFact {
  const selector = recordOf(recordOf(object['spec'])['selector']);
  return {
    type: 'gateway',
    namespace,
    name: istioGateway(ref.name),
    className: 'istio',
    selector: Object.fromEntries(Object.entries(selector).filter((pair): pair is [string, string] => typeof pair[1] === 'string')),
    addresses: [],
    at: anchor(['spec']),
  };
}

/** Its name among those of the Gateway API, of which another may bear the same. */
export function istioGateway(name: string): string {
  return `${name} of Istio`;
}

/**
 * istio.io, "Virtual Service": `gateways` names those of its own namespace without one, and `mesh` is for pods alone, as is
 * what names none. Hosts without a dot are Services of its namespace, longer ones are read as they stand.
 */
function virtualServiceFact({ ref, object }: Resource, anchor: AnchorOf, namespace: string): RouteFact | undefined {
  const spec = recordOf(object['spec']);
  const parents = listOf(spec['gateways']).flatMap((value) => {
    const named = textOf(value);
    if (named === undefined || named === 'mesh') return [];
    const [home, name] = named.includes('/') ? named.split('/', 2) : [namespace, named];
    return [`${home ?? ''}/${istioGateway(name ?? '')}`];
  });
  if (parents.length === 0) return undefined;
  const rules = ['http', 'tls', 'tcp'].flatMap((protocol) => listOf(spec[protocol]));
  const backends = rules.flatMap((rule) =>
    listOf(recordOf(rule)['route']).flatMap((value): BackendFact[] => {
      const { destination, weight } = recordOf(value);
      const { host, port } = recordOf(destination);
      const parts = textOf(host)?.split('.') ?? [];
      const [service, elsewhere = namespace, svc] = parts;
      if (service === undefined || (parts.length > 1 && svc !== 'svc') || weight === 0) return [];
      return [{ namespace: elsewhere, service, ...portOf(integerOf(recordOf(port)['number'])) }];
    }),
  );
  return {
    type: 'route',
    kind: 'VirtualService',
    namespace,
    name: ref.name,
    backends: distinct(backends),
    parents,
    addresses: [],
    at: anchor(['spec']),
  };
}

function portOf(port: number | string | undefined): Pick<BackendFact, 'port'> {
  return port === undefined ? {} : { port };
}

/** Paths of one host often lead to one backend. */
function distinct(backends: readonly BackendFact[]): BackendFact[] {
  return [
    ...new Map(
      backends.map((backend) => [`${backend.namespace}/${backend.service}/${backend.port ?? ''}/${backend.target ?? ''}`, backend]),
    ).values(),
  ];
}
