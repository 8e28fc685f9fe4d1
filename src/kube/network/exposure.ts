import type { Anchor } from '../../core/index.ts';
import type { ReachEndpoint } from '../../core/reach.ts';
import { indexByNamespace, indexSelectors, type SelectorIndex } from '../selector-index.ts';
import type { WorkloadWorld } from './classes.ts';
import type { BackendFact, GatewayFact, NetworkFact, NodeFact, PodFact, RouteFact, ServiceFact, ServicePortFact } from './facts.ts';
import type { PortRange } from './port-space.ts';

/** A way from the world to the pods of a workload, before any policy is asked. */
export interface Exposure {
  readonly by: ExposedBy;
  readonly ports: readonly PortRange[];
  /** Undefined: it leads there. Else what would have to be known. */
  readonly unless: string | undefined;
  /** Whether pods see the address of the client. If not, it may be that of a node. */
  readonly keepsClient: boolean;
}

export interface ExposedBy {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly at: Anchor;
}

/** A way from an ingress controller to a backend, as an Ingress or a route of a Gateway says. */
export interface Route {
  readonly from: ReachEndpoint;
  readonly to: Extract<ReachEndpoint, { readonly type: 'workload' }>;
  readonly ports: readonly PortRange[];
  readonly by: ExposedBy;
}

export interface Entrances {
  /** By workload, in the order of the workloads. */
  readonly exposures: readonly (readonly Exposure[])[];
  readonly routes: readonly Route[];
}

type Workload = Pick<WorkloadWorld, 'kind' | 'namespace' | 'name' | 'pods' | 'at'>;

export function entrancesOf(workloads: readonly Workload[], facts: readonly NetworkFact[]): Entrances {
  const services = facts.filter((fact): fact is ServiceFact => fact.type === 'service');
  const nodes = facts.filter((fact): fact is NodeFact => fact.type === 'node');
  const byNamespace = servicesByNamespace(services);
  const selected = new Map<ServiceFact, number[]>();
  for (const [index, { namespace, pods }] of workloads.entries()) {
    const here = byNamespace.get(namespace);
    if (here === undefined) continue;
    const found = new Set(pods.flatMap(({ labels }) => here.matching(labels)));
    for (const service of found) {
      const known = selected.get(service);
      if (known === undefined) selected.set(service, [index]);
      else known.push(index);
    }
  }
  // Nodes without an address of the world are not reached from there.
  const throughNodes = nodes.length > 0 && nodes.every(({ external }) => !external) ? 'closed' : 'firewall';
  const exposures = workloads.map((workload) => ofHost(workload, throughNodes));
  for (const [service, indexes] of selected) {
    for (const index of indexes) {
      const exposure = ofService(service, workloads[index]!.pods, throughNodes);
      if (exposure !== undefined) exposures[index]!.push(exposure);
    }
  }
  return { exposures, routes: routesOf(workloads, services, selected, facts) };
}

/** Services by what they select; one without a selector leads where somebody else writes. */
export function servicesByNamespace(services: readonly ServiceFact[]): Map<string, SelectorIndex<ServiceFact>> {
  return indexByNamespace(
    services.filter(({ selector }) => selector !== undefined),
    ({ namespace }) => namespace,
    ({ selector = {} }) => ({ matchLabels: selector }),
  );
}

const firewall = 'it depends on the firewall before the nodes whether their ports are reached';

/** Ports that pods open on their node, by a hostPort or by being on its network. */
function ofHost({ kind, namespace, name, pods, at }: Workload, throughNodes: 'closed' | 'firewall'): Exposure[] {
  if (throughNodes === 'closed') return [];
  const ports: PortRange[] = [];
  for (const pod of pods)
    for (const { protocol, port, hostPort } of pod.ports) if (hostPort !== undefined) ports.push({ protocol, first: port, last: port });
  if (ports.length === 0) return [];
  return [{ by: { kind, namespace, name, at }, ports, unless: firewall, keepsClient: true }];
}

function ofService(service: ServiceFact, pods: readonly PodFact[], throughNodes: 'closed' | 'firewall'): Exposure | undefined {
  const { namespace, name, at, local } = service;
  const by = { kind: 'Service', namespace, name, at };
  const ports = service.ports.flatMap((port) => targetsOf(port, pods));
  if (ports.length === 0 || service.service === 'ExternalName') return undefined;
  if (service.service === 'LoadBalancer' && !service.internal) {
    const open = service.sourceRanges.length === 0 || service.sourceRanges.some((range) => /^[0.:]+\/0$/.test(range));
    if (open) return { by, ports, unless: undefined, keepsClient: local };
  }
  if (service.externalIPs.length > 0)
    return {
      by,
      ports,
      unless: 'it depends on the routes of the network whether the externalIPs of the Service lead to nodes',
      keepsClient: local,
    };
  const hasNodePorts = service.service === 'NodePort' || service.ports.some(({ nodePort }) => nodePort !== undefined);
  return hasNodePorts && throughNodes === 'firewall' ? { by, ports, unless: firewall, keepsClient: local } : undefined;
}

/** The ports of pods behind a port of a Service. */
function targetsOf({ protocol, target }: ServicePortFact, pods: readonly PodFact[]): PortRange[] {
  if (typeof target === 'number') return [{ protocol, first: target, last: target }];
  const found = pods.flatMap(({ ports }) => ports.filter((port) => port.name === target && port.protocol === protocol));
  return [...new Set(found.map(({ port }) => port))].map((port) => ({ protocol, first: port, last: port }));
}

function routesOf(
  workloads: readonly Workload[],
  services: readonly ServiceFact[],
  selected: ReadonlyMap<ServiceFact, readonly number[]>,
  facts: readonly NetworkFact[],
): Route[] {
  const gateways = new Map(
    facts
      .filter((fact): fact is GatewayFact => fact.type === 'gateway')
      .map((gateway) => [`${gateway.namespace}/${gateway.name}`, gateway]),
  );
  const serviceByName = new Map(services.map((service) => [`${service.namespace}/${service.name}`, service]));
  const byAddress = new Map(services.flatMap((service) => service.balancers.map((address) => [address, service] as const)));
  const serving = servingGateways(workloads, gateways.values());
  const endpointOf = (index: number): Route['to'] => {
    const { kind, namespace, name } = workloads[index]!;
    return { type: 'workload', kind, namespace, name };
  };
  const outward = [...selected]
    .filter(([{ service }]) => service === 'LoadBalancer' || service === 'NodePort')
    .flatMap(([, indexes]) => indexes)
    .filter((index) => workloads[index]!.pods.some(({ takesTrafficIn }) => takesTrafficIn === true));
  const named = [...new Set(outward)];
  const routes: Route[] = [];
  for (const route of facts) {
    if (route.type !== 'route') continue;
    const controllers = controllersOf(route);
    const { kind, namespace, name, at } = route;
    for (const backend of route.backends) {
      const service = serviceByName.get(`${backend.namespace}/${backend.service}`);
      for (const index of service === undefined ? [] : (selected.get(service) ?? [])) {
        const ports = backendPorts(service!, backend).flatMap((port) => targetsOf(port, workloads[index]!.pods));
        for (const from of controllers) routes.push({ from, to: endpointOf(index), ports, by: { kind, namespace, name, at } });
      }
    }
  }
  return routes;

  /**
   * The pods that a Gateway of Istio selects, or whoever has the address under which the route is reached; else the only
   * workload that is known as a controller.
   */
  function controllersOf({ addresses, parents }: RouteFact): ReachEndpoint[] {
    const selecting = new Set(parents.flatMap((parent) => serving.get(parent) ?? []));
    if (selecting.size > 0) return [...selecting].map(endpointOf);
    const reached = [...addresses, ...parents.flatMap((parent) => gateways.get(parent)?.addresses ?? [])];
    const behind = new Set(reached.flatMap((address) => selected.get(byAddress.get(address)!) ?? []));
    if (behind.size > 0) return [...behind].map(endpointOf);
    return named.length === 1 ? named.map(endpointOf) : [{ type: 'virtual', name: 'ingress-controller' }];
  }
}

/** By Gateway of Istio, `NAMESPACE/NAME`: the workloads whose pods it selects. */
function servingGateways(workloads: readonly Workload[], gateways: Iterable<GatewayFact>): ReadonlyMap<string, readonly number[]> {
  const choosing = [...gateways].filter(({ selector = {} }) => Object.keys(selector).length > 0);
  const found = new Map<string, number[]>();
  if (choosing.length === 0) return found;
  const index = indexSelectors(choosing, ({ selector = {} }) => ({ matchLabels: selector }));
  for (const [place, { pods }] of workloads.entries()) {
    for (const { namespace, name } of new Set(pods.flatMap(({ labels }) => index.matching(labels)))) {
      const key = `${namespace}/${name}`;
      const known = found.get(key);
      if (known === undefined) found.set(key, [place]);
      else known.push(place);
    }
  }
  return found;
}

function backendPorts({ ports }: ServiceFact, { port, target }: BackendFact): readonly ServicePortFact[] {
  if (target !== undefined) return ports.filter((each) => each.target === target);
  return port === undefined ? ports : ports.filter((each) => each.port === port || each.name === port);
}
