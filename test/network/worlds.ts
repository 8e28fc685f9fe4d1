import * as fc from 'fast-check';
import { nowhere, type Resource } from '../../src/core/index.ts';
import type { Protocol, ReachEndpoint } from '../../src/core/reach.ts';
import { decode } from '../../src/kube/decode.ts';
import { networkFact, type NetworkFact, type PluginProfile } from '../../src/kube/network/index.ts';

export type KubernetesObject = Readonly<Record<string, unknown>> & {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
};

export interface GeneratedWorld {
  readonly objects: readonly KubernetesObject[];
  readonly profile: PluginProfile;
}

/** The facts of objects, as a source would hand them over. */
export function factsOf(objects: readonly KubernetesObject[]): NetworkFact[] {
  return objects.flatMap((object, index) => {
    const decoded = decode(object);
    if ('refused' in decoded) throw new Error(decoded.refused);
    const resource: Resource = { ...decoded, file: 'world.yaml', locate: (paths) => paths.map(() => nowhere) };
    return networkFact(resource, (path) => ({ resource: index, path, location: nowhere }), decoded.ref.namespace) ?? [];
  });
}

/** Ports at and beside the ends of the ranges that are generated. */
export const somePorts: readonly (readonly [Protocol, number])[] = [
  ['TCP', 80],
  ['TCP', 81],
  ['TCP', 8080],
  ['TCP', 8090],
  ['TCP', 65535],
  ['TCP', 1],
  ['UDP', 53],
  ['UDP', 80],
  ['SCTP', 8080],
];

const namespaces = ['shop', 'tools', 'data'];
const ports = [80, 81, 8080, 8090, 53];
const portNames = ['http', 'dns'];
const protocols = ['TCP', 'UDP', 'SCTP'];
const cidrs = [
  '0.0.0.0/0',
  '0.0.0.0/1',
  '128.0.0.0/1',
  '10.0.0.0/8',
  '10.1.0.0/16',
  '10.1.2.0/24',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '8.0.0.0/7',
  '8.8.8.0/24',
  '203.0.113.0/24',
  '169.254.169.254/32',
  '10.1.2.3/32',
  '::/0',
  'fd00::/8',
  '2001:db8::/32',
];
const inside: Readonly<Record<string, readonly string[]>> = {
  '0.0.0.0/0': ['10.0.0.0/8', '169.254.169.254/32', '10.1.2.0/24', '128.0.0.0/1'],
  '10.0.0.0/8': ['10.1.0.0/16', '10.1.2.3/32'],
  '10.1.0.0/16': ['10.1.2.0/24'],
  '8.0.0.0/7': ['8.8.8.0/24'],
  '::/0': ['fd00::/8'],
};

const pick = <T>(list: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...list);
const some = <T>(each: fc.Arbitrary<T>, most: number, least = 0): fc.Arbitrary<T[]> =>
  fc.array(each, { minLength: least, maxLength: most });
/** Present in so many of ten. */
const maybe = <T extends object>(value: fc.Arbitrary<T>, ofTen = 5): fc.Arbitrary<T | object> =>
  fc.oneof({ weight: ofTen, arbitrary: value }, { weight: 10 - ofTen, arbitrary: fc.constant({}) });

const labels = fc.record({ app: pick(['a', 'b']), tier: pick(['x', 'y']) }, { requiredKeys: [] });
const expression = (keys: readonly string[], values: readonly string[]): fc.Arbitrary<object> =>
  fc.oneof(
    fc.record({ key: pick(keys), operator: pick(['In', 'NotIn']), values: some(pick(values), 2, 1) }),
    fc.record({ key: pick(keys), operator: pick(['Exists', 'DoesNotExist']) }),
  );
const selectorOf = (keys: readonly string[], values: readonly string[]): fc.Arbitrary<object> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant({}) },
    { weight: 4, arbitrary: fc.tuple(pick(keys), pick(values)).map(([key, value]) => ({ matchLabels: { [key]: value } })) },
    { weight: 3, arbitrary: some(expression(keys, values), 2, 1).map((matchExpressions) => ({ matchExpressions })) },
  );
const podSelector = selectorOf(['app', 'tier'], ['a', 'b', 'x', 'y']);
const namespaceSelector = fc.oneof(
  selectorOf(['team'], ['red', 'blue']),
  pick(namespaces).map((name) => ({ matchLabels: { 'kubernetes.io/metadata.name': name } })),
);

const containerPorts = some(fc.record({ name: pick(portNames), containerPort: pick(ports), protocol: pick(protocols) }), 2).map((list) => [
  ...new Map(list.map((port) => [port.name, port])).values(),
]);
const template = fc
  .tuple(
    labels,
    containerPorts,
    fc.option(fc.tuple(containerPorts, fc.boolean())),
    fc.integer({ min: 0, max: 9 }),
    fc.integer({ min: 0, max: 9 }),
  )
  .map(([of, own, init, host, selective]) => ({
    metadata: { labels: of },
    spec: {
      ...(host === 0 ? { hostNetwork: true } : {}),
      ...(selective === 0 ? { nodeSelector: { disk: 'ssd' } } : {}),
      containers: [{ name: 'main', image: 'example.com/main:1', ports: own }],
      ...(init === null
        ? {}
        : {
            initContainers: [
              { name: 'side', image: 'example.com/side:1', ports: init[0], ...(init[1] ? { restartPolicy: 'Always' } : {}) },
            ],
          }),
    },
  }));

const workload = fc.tuple(
  pick(['Deployment', 'Deployment', 'DaemonSet', 'Pod']),
  pick(namespaces),
  template,
  pick([1, 2]),
  pick(['10.1.2.3', '10.9.9.9', 'fd00::5', '']),
  pick(['Running', 'Running', 'Running', 'Succeeded']),
);

function workloadOf(
  [kind, namespace, of, replicas, ip, phase]: [string, string, { metadata: object; spec: object }, number, string, string],
  index: number,
): KubernetesObject {
  const metadata = { name: `w${index}`, namespace };
  if (kind === 'Pod')
    return {
      apiVersion: 'v1',
      kind,
      metadata: { ...metadata, ...of.metadata },
      spec: of.spec,
      status: { phase, ...(ip === '' ? {} : { podIPs: [{ ip }] }) },
    };
  return { apiVersion: 'apps/v1', kind, metadata, spec: { ...(kind === 'Deployment' ? { replicas } : {}), template: of } };
}

const v1Port = fc.oneof(
  fc.record({ protocol: pick(protocols) }),
  fc.record({ port: pick(ports) }),
  fc.record({ protocol: pick(protocols), port: pick(ports) }),
  fc.record({ protocol: pick(protocols), port: pick(portNames) }),
  fc.record({ port: pick([80, 8080]), endPort: pick([8090, 65535]) }),
);
const ipBlock = pick(cidrs).chain((cidr) => {
  const narrower = inside[cidr] ?? [];
  return narrower.length === 0
    ? fc.constant({ cidr })
    : some(pick(narrower), 2).map((except) => ({ cidr, ...(except.length === 0 ? {} : { except: [...new Set(except)] }) }));
});
const v1Peer = fc.oneof(
  fc.record({ podSelector }),
  fc.record({ namespaceSelector }),
  fc.record({ podSelector, namespaceSelector }),
  fc.record({ ipBlock }),
);
const v1Rule = (side: 'from' | 'to'): fc.Arbitrary<object> =>
  fc
    .tuple(
      maybe(
        some(v1Peer, 3).map((peers) => ({ [side]: peers })),
        8,
      ),
      maybe(
        some(v1Port, 2).map((list) => ({ ports: list })),
        7,
      ),
    )
    .map(([a, b]) => ({ ...a, ...b }));

const networkPolicy = fc
  .tuple(
    pick(namespaces),
    maybe(
      podSelector.map((selector) => ({ podSelector: selector })),
      9,
    ),
    maybe(
      pick([['Ingress'], ['Egress'], ['Ingress', 'Egress']]).map((policyTypes) => ({ policyTypes })),
      6,
    ),
    maybe(
      some(v1Rule('from'), 2).map((ingress) => ({ ingress })),
      7,
    ),
    maybe(
      some(v1Rule('to'), 2).map((egress) => ({ egress })),
      7,
    ),
  )
  .map(([namespace, ...parts]) => ({ namespace, spec: Object.assign({}, ...parts) as object }));

const adminPods = fc.oneof(
  namespaceSelector.map((of) => ({ namespaces: of })),
  fc.record({ namespaceSelector, podSelector }).map((pods) => ({ pods })),
);
const outer = fc.oneof(
  some(pick(cidrs), 2, 1).map((networks) => ({ networks: [...new Set(networks)] })),
  selectorOf(['zone'], ['one', 'two']).map((nodes) => ({ nodes })),
  fc.constant({ domainNames: ['example.com'] }),
);
const strange = fc.constant({ serviceAccounts: {} });
const peersOf = (side: 'from' | 'to'): fc.Arbitrary<object[]> =>
  some(
    fc.oneof({ weight: 12, arbitrary: adminPods }, { weight: side === 'to' ? 6 : 0, arbitrary: outer }, { weight: 1, arbitrary: strange }),
    2,
    1,
  );
const adminPort = fc.oneof(
  fc.record({ protocol: pick(protocols), port: pick(ports) }).map((portNumber) => ({ portNumber })),
  fc.record({ protocol: pick(protocols), start: pick([80, 8080]), end: pick([8090, 65535]) }).map((portRange) => ({ portRange })),
  pick(portNames).map((namedPort) => ({ namedPort })),
);
const protocolEntry = fc.oneof(
  fc.tuple(pick(['tcp', 'udp', 'sctp']), pick(ports)).map(([key, number]) => ({ [key]: { destinationPort: { number } } })),
  fc.tuple(pick(['tcp', 'udp']), pick([80, 8080])).map(([key, start]) => ({ [key]: { destinationPort: { range: { start, end: 8090 } } } })),
  pick(portNames).map((destinationNamedPort) => ({ destinationNamedPort })),
);
const adminRules = (side: 'from' | 'to', actions: readonly string[], key: 'ports' | 'protocols'): fc.Arbitrary<object[]> =>
  some(
    fc
      .tuple(
        pick(actions),
        peersOf(side),
        maybe(some<object>(key === 'ports' ? adminPort : protocolEntry, 2, 1).map((list) => ({ [key]: list }))),
      )
      .map(([action, peers, of]) => ({ action, [side]: peers, ...of })),
    3,
  );
const adminPolicy = pick(['AdminNetworkPolicy', 'BaselineAdminNetworkPolicy', 'ClusterNetworkPolicy', 'ClusterNetworkPolicy']).chain(
  (kind) => {
    const cluster = kind === 'ClusterNetworkPolicy';
    const actions = cluster ? ['Accept', 'Deny', 'Pass'] : kind === 'AdminNetworkPolicy' ? ['Allow', 'Deny', 'Pass'] : ['Allow', 'Deny'];
    const key = cluster ? 'protocols' : 'ports';
    return fc
      .record({
        subject: adminPods,
        priority: pick([10, 10, 20]),
        tier: pick(['Admin', 'Baseline']),
        ingress: adminRules('from', actions, key),
        egress: adminRules('to', actions, key),
      })
      .map(({ tier, priority, ...spec }) => ({
        kind,
        spec: { ...spec, ...(cluster ? { tier } : {}), ...(kind === 'BaselineAdminNetworkPolicy' ? {} : { priority }) },
      }));
  },
);

const service = fc
  .record({
    namespace: pick(namespaces),
    selector: fc.record({ app: pick(['a', 'b']) }),
    type: pick(['LoadBalancer', 'NodePort', 'ClusterIP']),
    target: fc.oneof(pick<number | string>(ports), pick<number | string>(portNames)),
    local: fc.boolean(),
  })
  .map(({ namespace, selector, type, target, local }) => ({
    namespace,
    spec: {
      type,
      selector,
      ...(local ? { externalTrafficPolicy: 'Local' } : {}),
      ports: [{ port: 80, targetPort: target, ...(type === 'NodePort' ? { nodePort: 30080 } : {}) }],
    },
  }));

const does = pick(['yes', 'no', 'unknown'] as const);
const profile = fc.record({
  name: fc.constant('generated'),
  enforces: fc.constant(true),
  blocksMatchPods: does,
  governsHostPods: does,
  selectsHostPods: does,
  governsOwnNode: does,
});

/** Small worlds in which much happens. */
export const worlds: fc.Arbitrary<GeneratedWorld> = worldsOf(some(networkPolicy, 4));

/** As many policies for a few pods as nobody has. */
export const crowdedWorlds: fc.Arbitrary<GeneratedWorld> = worldsOf(some(networkPolicy, 120, 100));

function worldsOf(policies: fc.Arbitrary<{ namespace: string; spec: object }[]>): fc.Arbitrary<GeneratedWorld> {
  return fc
    .record({
      namespaces: fc.tuple(
        ...namespaces.map((name) =>
          fc
            .record({ read: fc.integer({ min: 0, max: 5 }), labels: fc.record({ team: pick(['red', 'blue']) }, { requiredKeys: [] }) })
            .map((of) => ({ name, ...of })),
        ),
      ),
      workloads: some(workload, 5, 2),
      policies,
      admin: some(adminPolicy, 3),
      services: some(service, 2),
      nodes: some(fc.record({ zone: pick(['one', 'two']), ip: pick(['10.1.2.9', '192.168.0.4', 'fd00::9']), external: fc.boolean() }), 2),
      server: fc.option(pick(['10.1.2.9', '203.0.113.7']), { freq: 3 }),
      cilium: fc.option(fc.record({ namespace: pick(namespaces), selector: podSelector, ingress: fc.boolean() }), { freq: 8 }),
      mesh: fc.option(fc.record({ namespace: pick(namespaces), selector: labels }), { freq: 8 }),
      profile,
    })
    .map((world) => ({
      profile: world.profile,
      objects: [
        ...world.namespaces.flatMap(({ name, read, labels: of }) =>
          read === 0 ? [] : [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: of } }],
        ),
        ...world.workloads.map(workloadOf),
        ...world.policies.map(({ namespace, spec }, index) => ({
          apiVersion: 'networking.k8s.io/v1',
          kind: 'NetworkPolicy',
          metadata: { name: `p${index}`, namespace },
          spec,
        })),
        ...world.admin.map(({ kind, spec }, index) => ({
          apiVersion: `policy.networking.k8s.io/${kind === 'ClusterNetworkPolicy' ? 'v1alpha2' : 'v1alpha1'}`,
          kind,
          metadata: { name: kind === 'BaselineAdminNetworkPolicy' ? 'default' : `a${index}` },
          spec,
        })),
        ...world.services.map(({ namespace, spec }, index) => ({
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: `s${index}`, namespace },
          spec,
        })),
        ...world.nodes.map(({ zone, ip, external }, index) => ({
          apiVersion: 'v1',
          kind: 'Node',
          metadata: { name: `n${index}`, labels: { zone } },
          status: {
            addresses: [
              { type: 'InternalIP', address: ip },
              ...(external ? [{ type: 'ExternalIP', address: `203.0.113.${index + 20}` }] : []),
            ],
          },
        })),
        ...(world.server === null
          ? []
          : [
              {
                apiVersion: 'discovery.k8s.io/v1',
                kind: 'EndpointSlice',
                addressType: 'IPv4',
                metadata: { name: 'kubernetes', namespace: 'default', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
                endpoints: [{ addresses: [world.server] }],
                ports: [{ name: 'https', port: 6443, protocol: 'TCP' }],
              },
            ]),
        ...(world.cilium === null
          ? []
          : [
              {
                apiVersion: 'cilium.io/v2',
                kind: 'CiliumNetworkPolicy',
                metadata: { name: 'c', namespace: world.cilium.namespace },
                spec: { endpointSelector: world.cilium.selector, [world.cilium.ingress ? 'ingress' : 'egress']: [{}] },
              },
            ]),
        ...(world.mesh === null
          ? []
          : [
              {
                apiVersion: 'security.istio.io/v1',
                kind: 'AuthorizationPolicy',
                metadata: { name: 'm', namespace: world.mesh.namespace },
                spec: { selector: { matchLabels: world.mesh.selector } },
              },
            ]),
      ],
    }));
}

/** Some pairs of a world, which a number chooses. */
export function somePairs(endpoints: readonly ReachEndpoint[], seed: number, count: number): [ReachEndpoint, ReachEndpoint][] {
  const workloads = endpoints.filter(({ type }) => type === 'workload');
  if (workloads.length === 0) return [];
  let state = seed >>> 0;
  const next = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  return Array.from({ length: count }, () => {
    const own = workloads[next(workloads.length)]!;
    const other = next(2) === 0 ? workloads[next(workloads.length)]! : endpoints[next(endpoints.length)]!;
    return next(2) === 0 ? [own, other] : [other, own];
  });
}
