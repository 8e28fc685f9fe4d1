import { apiGroup, type AnchorOf, type Resource } from '../../core/index.ts';
import type { BackendFact, GatewayFact, RouteFact } from './facts.ts';
import { integerOf, listOf, recordOf, textOf } from '../untyped.ts';

const gatewayGroup = 'gateway.networking.k8s.io';

export const routeKinds: readonly string[] = ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute'];

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

export function routeFact({ ref, object }: Resource, anchor: AnchorOf, namespace: string): RouteFact | undefined {
  if (apiGroup(ref.apiVersion) !== gatewayGroup || !routeKinds.includes(ref.kind)) return undefined;
  const spec = recordOf(object['spec']);
  const backends = listOf(spec['rules']).flatMap((rule) =>
    listOf(recordOf(rule)['backendRefs']).flatMap((value): BackendFact[] => {
      const { group = '', kind = 'Service', name, namespace: elsewhere, port } = recordOf(value);
      const service = textOf(name);
      if (group !== '' || kind !== 'Service' || service === undefined) return [];
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

function portOf(port: number | string | undefined): Pick<BackendFact, 'port'> {
  return port === undefined ? {} : { port };
}

/** Paths of one host often lead to one backend. */
function distinct(backends: readonly BackendFact[]): BackendFact[] {
  return [...new Map(backends.map((backend) => [`${backend.namespace}/${backend.service}/${backend.port ?? ''}`, backend])).values()];
}
