import { compareText, groupBy, type JoinedSubject, type JoinedSubjectKind, type ResourceRef } from '../core/index.ts';
import { indexByNamespace } from '../kube/selector-index.ts';
import { short } from './dangerous-grants.ts';
import { meshFronts } from './mesh-fronts.ts';
import type { RememberedPod } from './remembered-workload.ts';
import { rememberWayIn, wayInKinds, type Entrance, type RouteWay, type ServiceEntrance, type WayIn } from './way-in.ts';

/** A Service, an Ingress, a Gateway or a route by which connections from outside get to pods. */
export interface EntranceSubject extends Entrance {
  /** `Service "web"` */
  readonly title: string;
  /** `shop/web` */
  readonly key: string;
  /** What it is, for messages. */
  readonly by: ServiceEntrance['by'] | 'Ingress' | 'Route' | 'Gateway' | 'route';
  readonly openTo?: ServiceEntrance['openTo'];
  /** Workloads behind it, sorted: `Deployment "web"`. */
  readonly leadsTo: readonly string[];
  /** An ingress controller is among them: its Ingresses and routes say what is served. */
  readonly toController: boolean;
}

interface Behind {
  readonly title: string;
  readonly controller: boolean;
}

/** One for each; places of controls are anchors. */
export const entrances: JoinedSubjectKind<EntranceSubject, WayIn> = {
  scope: 'joined',
  name: 'entrance from outside',
  reads: { podTemplates: true, kinds: wayInKinds },
  example: 'objects',
  remember: rememberWayIn,

  *subjects(memories): Generator<JoinedSubject<EntranceSubject>> {
    const routes = memories.filter((memory) => memory.type === 'route');
    const routed = new Set(routes.flatMap((route) => route.services));
    const services = memories.flatMap((memory) => (memory.type === 'service' ? [memory] : []));
    const wanted = services.filter(({ namespace, service }) => service.exposes || routed.has(keyOf(namespace, service.name)));
    if (wanted.length === 0 && routes.length === 0 && !memories.some(({ type }) => type === 'gateway')) return;
    const fronts = meshFronts(memories);
    const behind = workloadsBehind(wanted, memories, fronts.pods);
    const toServices = (route: RouteWay): Behind[] => route.services.flatMap((key) => behind.get(key) ?? []);

    for (const { namespace, service } of services) {
      if (service.entrance === undefined) continue;
      const found = behind.get(keyOf(namespace, service.name)) ?? [];
      yield subjectOf(service.entrance.ref, service.entrance.by, namespace, service.entrance, found);
    }
    const gateways = new Map(memories.flatMap((memory) => (memory.type === 'gateway' ? [[memory.key, memory] as const] : [])));
    const attached = groupBy(
      routes.flatMap((route) => route.parents.map((parent) => ({ route, parent }))),
      ({ parent }) => parent.gateway,
    );
    for (const route of routes) {
      const { ref, namespace, entrance, at, parents } = route;
      const leads = toServices(route);
      if (entrance !== undefined) yield subjectOf(ref, ref.kind === 'Route' ? 'Route' : 'Ingress', namespace, entrance, leads);
      else if (!(route.redirects && route.services.length === 0) && !parents.some(({ gateway }) => gateways.has(gateway)))
        yield subjectOf(ref, 'route', namespace, { internal: false, listeners: [], at }, leads);
    }
    for (const { ref, key, entrance } of gateways.values()) {
      const own = attached.get(key) ?? [];
      const listeners = entrance.listeners.map((listener) => {
        if (listener.security !== 'plain') return listener;
        const here = own.filter(({ parent }) => parent.listener === undefined || parent.listener === listener.name);
        // Where nothing was read that it leads to, nobody knows what it answers.
        const security = here.length === 0 ? 'open' : here.every(({ route }) => route.redirects) ? 'tls' : 'plain';
        return { ...listener, security } as const;
      });
      const namespace = ref.namespace ?? (key.startsWith('/') ? undefined : key.slice(0, key.indexOf('/')));
      const leads = own.flatMap(({ route }) => toServices(route));
      const internal = entrance.internal || fronts.internal.has(key);
      yield subjectOf(ref, 'Gateway', namespace, { ...entrance, internal, listeners }, leads);
    }
  },
};

function subjectOf(
  ref: ResourceRef,
  by: EntranceSubject['by'],
  namespace: string | undefined,
  entrance: Entrance,
  behind: readonly Behind[],
): JoinedSubject<EntranceSubject> {
  const leadsTo = [...new Set(behind.map(({ title }) => title))].sort(compareText);
  const toController = behind.some(({ controller }) => controller);
  const title = `${ref.kind} "${ref.name}"`;
  return { subject: { ...entrance, title, key: keyOf(namespace ?? 'default', ref.name), by, leadsTo, toController }, ref, at: entrance.at };
}

function keyOf(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}/${name}`;
}

/** By the key of the Service. */
function workloadsBehind(
  services: readonly Extract<WayIn, { readonly type: 'service' }>[],
  memories: readonly WayIn[],
  fronts: ReadonlySet<RememberedPod>,
): ReadonlyMap<string, readonly Behind[]> {
  const index = indexByNamespace(
    services,
    ({ namespace }) => namespace,
    ({ service }) => ({ matchLabels: service.selector }),
  );
  const found = new Map<string, Behind[]>();
  for (const memory of memories) {
    if (memory.type !== 'workload') continue;
    for (const pod of memory.pods) {
      const { labels, takesTrafficIn } = pod;
      for (const { namespace, service } of index.get(memory.namespace)?.matching(labels) ?? []) {
        const behind = { title: `${memory.ref.kind} "${memory.ref.name}"`, controller: takesTrafficIn || fronts.has(pod) };
        const key = keyOf(namespace, service.name);
        const known = found.get(key);
        if (known === undefined) found.set(key, [behind]);
        else known.push(behind);
      }
    }
  }
  return found;
}

/** The end of a message: what is behind an entrance. */
export function namedBehind(leadsTo: readonly string[], most: number): string {
  const [first] = leadsTo;
  if (first === undefined) return '';
  return `, before ${short(first, most + 12)}${leadsTo.length === 1 ? '' : ` and ${leadsTo.length - 1} more`}`;
}

const inside = `
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { selector: { app: web }, ports: [{ port: 8080 }] }
`;

/** Objects of the examples of controls; `specification` and what else goes in as YAML in one line. */
export const entranceExamples: {
  readonly inside: string;
  readonly service: (specification: string, annotations?: string) => string;
  readonly ingress: (specification: string) => string;
  readonly gateway: (listeners: string) => string;
  readonly openShiftRoute: (specification: string) => string;
  readonly mesh: (servers: string, http?: string) => string;
  readonly httpRoute: (name: string, listener: string, rules: string) => string;
} = {
  inside,
  service: (specification, annotations = '{}') => `
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop, annotations: ${annotations} }
spec: ${specification.replace('{', '{ selector: { app: web },')}
`,
  ingress: (specification) => `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: shop, namespace: shop }
spec: { ${specification} }
${inside}`,
  gateway: (listeners) => `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge, namespace: shop }
spec: { gatewayClassName: edge, listeners: ${listeners} }
`,
  openShiftRoute: (specification) => `
apiVersion: route.openshift.io/v1
kind: Route
metadata: { name: shop, namespace: shop }
spec: { to: { kind: Service, name: web }, ${specification} }
${inside}`,
  mesh: (servers, http = '[{ route: [{ destination: { host: web.shop.svc.cluster.local } }] }]') => `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: edge, namespace: mesh }
spec: { selector: { istio: ingressgateway }, servers: ${servers} }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: web, namespace: shop }
spec: { hosts: [shop.example.com], gateways: [mesh/edge], http: ${http} }
${inside}`,
  httpRoute: (name, listener, rules) => `
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: ${name}, namespace: shop }
spec: { parentRefs: [{ name: edge, sectionName: ${listener} }], rules: ${rules} }
`,
};
