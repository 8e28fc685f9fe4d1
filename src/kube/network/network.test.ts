import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { apiGroup, nowhere, type Resource } from '../../core/index.ts';
import type { ReachEndpoint } from '../../core/reach.ts';
import { decode } from '../decode.ts';
import {
  buildNetwork,
  diffNetworks,
  networkFact,
  networkKinds,
  profiles,
  type Connection,
  type Network,
  type NetworkFact,
  type PluginProfile,
} from './index.ts';

/** The facts of a text of documents, as a source would hand them over. */
function factsOf(text: string): NetworkFact[] {
  return parseAllDocuments(text).flatMap((document, index) => {
    const decoded = decode(document.toJS() as Record<string, unknown>);
    if ('refused' in decoded) throw new Error(decoded.refused);
    const group = apiGroup(decoded.ref.apiVersion);
    const read = networkKinds.includes(group === '' ? decoded.ref.kind : `${decoded.ref.kind}.${group}`);
    if (!read && decoded.podTemplates.length === 0) throw new Error(`${decoded.ref.kind} is not read`);
    const resource: Resource = { ...decoded, file: 'world.yaml', locate: (paths) => paths.map(() => nowhere) };
    return networkFact(resource, (path) => ({ resource: index, path, location: nowhere }), decoded.ref.namespace) ?? [];
  });
}

function workload(name: string, namespace = 'shop', kind = 'Deployment'): ReachEndpoint {
  return { type: 'workload', kind, namespace, name };
}

function deployment(name: string, { namespace = 'shop', more = '', spec = '' } = {}): string {
  return `---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  ${spec === '' ? 'replicas: 1' : spec}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      ${more === '' ? 'terminationGracePeriodSeconds: 1' : more}
      containers: [{ name: main, image: registry.example.com/main:1, ports: [{ name: http, containerPort: 8080 }] }]
`;
}

const shop = `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { team: web } }
${deployment('web', { spec: 'replicas: 2' })}${deployment('db')}${deployment('agent', { namespace: 'tools' })}`;

function policy(name: string, spec: string, namespace = 'shop'): string {
  return `---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: ${name}, namespace: ${namespace} }\nspec: ${spec}\n`;
}

function between(text: string, from: ReachEndpoint, to: ReachEndpoint, profile?: PluginProfile): string {
  const network: Network = buildNetwork(factsOf(text), profile);
  const { allowed, denied, unknown }: Connection = network.between(from, to);
  const written = (list: readonly { protocol: string; ports: string }[]): string =>
    list.map(({ protocol, ports }) => `${protocol} ${ports}`).join(' ');
  return [`+ ${written(allowed)}`, `- ${written(denied)}`, `? ${written(unknown)}`].filter((part) => part.length > 2).join(' ');
}

const all = 'TCP 1-65535 UDP 1-65535 SCTP 1-65535';
const deny = policy('deny', '{ podSelector: {}, policyTypes: [Ingress, Egress] }');

describe('between', () => {
  test('without a policy everything is allowed, and with a default deny nothing', () => {
    expect(between(shop, workload('web'), workload('db'))).toBe(`+ ${all}`);
    expect(between(shop + deny, workload('web'), workload('db'))).toBe(`- ${all}`);
    expect(between(shop + deny, workload('agent', 'tools'), workload('db'))).toBe(`- ${all}`);
  });

  test('egress of one and ingress of the other both have to allow it', () => {
    const into = policy(
      'db',
      '{ podSelector: { matchLabels: { app: db } }, ingress: [{ from: [{ podSelector: {} }], ports: [{ port: http }] }] }',
    );
    const out = policy(
      'web',
      '{ podSelector: { matchLabels: { app: web } }, policyTypes: [Egress], egress: [{ ports: [{ port: 8000, endPort: 8090 }] }] }',
    );
    expect(between(shop + deny + into, workload('web'), workload('db'))).toBe(`- ${all}`);
    expect(between(shop + deny + into + out, workload('web'), workload('db'))).toBe(
      '+ TCP 8080 - TCP 1-8079,8081-65535 UDP 1-65535 SCTP 1-65535',
    );
  });

  test('a workload of one pod reaches itself, one of two pods only where policies let it', () => {
    expect(between(shop + deny, workload('db'), workload('db'))).toBe(`+ ${all}`);
    expect(between(shop + deny, workload('web'), workload('web'))).toBe(`- ${all}`);
  });

  test('a block may be about pods or not, as the plugin has it', () => {
    const block = policy('web', '{ podSelector: {}, policyTypes: [Egress], egress: [{ to: [{ ipBlock: { cidr: 10.0.0.0/8 } }] }] }');
    const named = (name: string): PluginProfile => profiles.find((profile) => profile.name === name)!;
    expect(between(shop + block, workload('web'), workload('db'))).toBe(`? ${all}`);
    expect(between(shop + block, workload('web'), workload('db'), named('cilium'))).toBe(`- ${all}`);
    expect(between(shop + block, workload('web'), { type: 'cidr', cidr: '10.1.0.0/16' })).toBe(`+ ${all}`);
    expect(between(shop + block, workload('web'), { type: 'cidr', cidr: '0.0.0.0/0' })).toBe(`? ${all}`);
    expect(between(shop + block, workload('web'), { type: 'virtual', name: 'metadata' })).toBe(`- ${all}`);
  });

  test('the world reaches what a load balancer leads to', () => {
    const service = `---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { type: LoadBalancer, externalTrafficPolicy: Local, selector: { app: web }, ports: [{ port: 80, targetPort: http }] }
`;
    const internet: ReachEndpoint = { type: 'virtual', name: 'internet' };
    expect(between(shop, internet, workload('web'))).toBe(`- ${all}`);
    expect(between(shop + service, internet, workload('web'))).toBe('+ TCP 8080 - TCP 1-8079,8081-65535 UDP 1-65535 SCTP 1-65535');
    expect(between(shop + service + deny, internet, workload('web'))).toBe(`- ${all}`);
  });

  test('whether the world is reached by IPv6 is unknown where no address was read', () => {
    const internet: ReachEndpoint = { type: 'virtual', name: 'internet' };
    const outward = `---
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: { name: outward }
spec: { tier: Admin, priority: 1, subject: { namespaces: {} }, egress: [{ action: Deny, to: [{ networks: [0.0.0.0/0] }] }] }
`;
    const node = (...addresses: readonly string[]): string =>
      `---\napiVersion: v1\nkind: Node\nmetadata: { name: a }\nstatus: { addresses: [${addresses
        .map((address) => `{ type: InternalIP, address: '${address}' }`)
        .join(', ')}] }\n`;
    expect(between(shop + outward, workload('web'), internet)).toBe(`? ${all}`);
    expect(between(shop + outward + node('10.0.0.1'), workload('web'), internet)).toBe(`- ${all}`);
    expect(between(shop + outward + node('10.0.0.1', 'fd00::1'), workload('web'), internet)).toBe(`+ ${all}`);
    expect(buildNetwork(factsOf(shop + outward)).between(workload('web'), internet).unknown[0]?.because).toBe(
      'whether the cluster has IPv6 addresses was not read',
    );
  });

  test('what was not read is unknown', () => {
    expect(between(shop, workload('other'), workload('db'))).toBe(`? ${all}`);
  });
});

describe('endpoints', () => {
  const pod = (name: string, labels: string, more = ''): string => `---
apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: shop, labels: ${labels}, ownerReferences: [{ apiVersion: apps/v1, kind: Deployment, name: db, uid: a, controller: true }] }
spec: { containers: [{ name: main, image: registry.example.com/main:1, ports: [{ name: http, containerPort: 8080 }] }] }
${more}`;
  const names = (text: string): string[] =>
    buildNetwork(factsOf(text)).endpoints.flatMap((end) => (end.type === 'workload' ? [`${end.kind} ${end.name}`] : []));

  test('leave out pods for which their owner stands, and those that have ended', () => {
    const owners = ['Deployment web', 'Deployment db', 'Deployment agent'];
    expect(names(shop + pod('db-1', '{ app: db, pod-template-hash: a1 }'))).toEqual(owners);
    expect(names(shop + pod('db-1', '{ app: db, canary: yes-it-is }'))).toEqual([...owners, 'Pod db-1']);
    expect(names(shop + pod('db-1', '{ app: other }', 'status: { phase: Succeeded }\n'))).toEqual(owners);
  });

  test('are the blocks that policies name, each without those inside of it', () => {
    const block = policy(
      'web',
      "{ podSelector: {}, policyTypes: [Egress], egress: [{ to: [{ ipBlock: { cidr: 10.0.0.0/8, except: [10.1.0.0/16] } }, { ipBlock: { cidr: 'fd00:0:0::/48' } }] }] }",
    );
    expect(buildNetwork(factsOf(shop + block)).endpoints.filter(({ type }) => type === 'cidr')).toEqual([
      { type: 'cidr', cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] },
      { type: 'cidr', cidr: '10.1.0.0/16' },
      { type: 'cidr', cidr: 'fd00::/48' },
    ]);
  });
});

describe('policies', () => {
  test('that the API server refuses have no effect and are listed', () => {
    const wrong = policy('db', '{ podSelector: {}, ingress: [{ ports: [{ port: 90, endPort: 80 }] }] }');
    expect(between(shop + wrong, workload('web'), workload('db'))).toBe(`+ ${all}`);
    expect(buildNetwork(factsOf(shop + wrong)).refused.map(({ name, reason }) => [name, reason])).toEqual([
      ['db', 'endPort 80 is no port from 90 on'],
    ]);
  });

  const opaque = (apiVersion: string, kind: string, spec: string): string =>
    `---\napiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: own, namespace: shop }\nspec: ${spec}\n`;

  test.each([
    ['cilium.io/v2', 'CiliumNetworkPolicy', '{ endpointSelector: { matchLabels: { "k8s:app": db } }, ingress: [{}] }'],
    ['projectcalico.org/v3', 'NetworkPolicy', '{ selector: "app == \'db\' && has(app)", types: [Ingress] }'],
    [
      'crd.antrea.io/v1beta1',
      'NetworkPolicy',
      '{ appliedTo: [{ podSelector: { matchLabels: { app: db } } }], ingress: [{ action: Drop }] }',
    ],
    ['security.istio.io/v1', 'AuthorizationPolicy', '{ selector: { matchLabels: { app: db } } }'],
  ])('of %s are named for the pods that they select, and for no others', (apiVersion, kind, spec) => {
    const network = buildNetwork(factsOf(shop + opaque(apiVersion, kind, spec)));
    const because = network.between(workload('web'), workload('db')).unknown.map((unknown) => unknown.because);
    expect(new Set(because)).toEqual(new Set([`what ${kind} shop/own does is not evaluated`]));
    expect(network.between(workload('db'), workload('agent', 'tools')).unknown).toEqual([]);
    expect(network.between(workload('agent', 'tools'), workload('web')).unknown).toEqual([]);
  });
});

describe('routes', () => {
  const backend = `---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { selector: { app: web }, ports: [{ name: http, port: 80, targetPort: http }] }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web, namespace: shop }
spec: { rules: [{ http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { name: http } } } }] } }] }
status: { loadBalancer: { ingress: [{ ip: 203.0.113.7 }] } }
`;
  const controller = `---
apiVersion: v1
kind: Service
metadata: { name: entry, namespace: tools }
spec: { type: LoadBalancer, selector: { app: agent }, ports: [{ port: 443, targetPort: 8080 }] }
status: { loadBalancer: { ingress: [{ ip: 203.0.113.7 }] } }
`;

  test('lead from the workload behind the address of an Ingress, or from a controller that nobody has seen', () => {
    const ends = (text: string): unknown => buildNetwork(factsOf(text)).routes.map(({ from, to, ports }) => [from, to, ports]);
    const ports = [{ protocol: 'TCP', first: 8080, last: 8080 }];
    expect(ends(shop + backend)).toEqual([[{ type: 'virtual', name: 'ingress-controller' }, workload('web'), ports]]);
    expect(ends(shop + backend + controller)).toEqual([[workload('agent', 'tools'), workload('web'), ports]]);
  });

  test('of OpenShift and of Istio lead to the ports that they name, those of Istio from the pods that its gateway selects', () => {
    const other = `---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { selector: { app: web }, ports: [{ name: http, port: 80, targetPort: 8080 }, { name: admin, port: 81, targetPort: 9090 }] }
---
apiVersion: route.openshift.io/v1
kind: Route
metadata: { name: web, namespace: shop }
spec: { to: { kind: Service, name: web }, alternateBackends: [{ kind: Service, name: none, weight: 0 }], port: { targetPort: 9090 } }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: edge, namespace: shop }
spec: { selector: { app: agent } }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: web, namespace: shop }
spec: { gateways: [mesh, edge], http: [{ route: [{ destination: { host: web.shop.svc.cluster.local, port: { number: 80 } } }, { destination: { host: web.example.com } }] }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: inside, namespace: shop }
spec: { http: [{ route: [{ destination: { host: web } }] }] }
`;
    const { routes } = buildNetwork(factsOf(shop + other));
    expect(routes.map(({ from, to, ports, by }) => [by.kind, from, to, ports.map(({ first }) => first)])).toEqual([
      ['Route', { type: 'virtual', name: 'ingress-controller' }, workload('web'), [9090]],
      ['VirtualService', workload('agent', 'tools'), workload('web'), [8080]],
    ]);
  });

  test('that come from nobody known are unknown where policies ask who it is', () => {
    const ingress: ReachEndpoint = { type: 'virtual', name: 'ingress-controller' };
    const into = policy(
      'web',
      '{ podSelector: { matchLabels: { app: web } }, ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: 8080 }] }] }',
    );
    expect(between(shop + backend, ingress, workload('web'))).toBe(`+ ${all}`);
    expect(between(shop + backend + into, ingress, workload('web'))).toBe('- TCP 1-8079,8081-65535 UDP 1-65535 SCTP 1-65535 ? TCP 8080');
  });
});

describe('explain', () => {
  const rule = (from: string, ports: string): string =>
    policy('db', `{ podSelector: { matchLabels: { app: db } }, ingress: [{ from: [${from}], ports: [${ports}] }] }`);
  const web = '{ podSelector: { matchLabels: { app: web } } }';

  test.each([
    ['port', rule(web, '{ port: 5432 }')],
    ['protocol', rule(web, '{ protocol: UDP, port: 8080 }')],
    ['labels', rule('{ podSelector: { matchLabels: { app: job } } }', '{ port: 8080 }')],
    ['namespace', rule('{ namespaceSelector: { matchLabels: { team: data } } }', '{ port: 8080 }')],
    ['address', rule('{ ipBlock: { cidr: 203.0.113.0/24 } }', '{ port: 8080 }')],
  ])('says that it is the %s of the nearest rule that does not match, and one edit that is enough', (what, text) => {
    const network = buildNetwork(factsOf(shop + text));
    const { answer, layers, changes } = network.explain(workload('web'), workload('db'), 'TCP', 8080);
    expect(answer).toBe('denied');
    expect(
      layers.flatMap(({ policies }) => policies.flatMap(({ rules }) => rules.flatMap(({ misses }) => misses.map((miss) => miss.what)))),
    ).toEqual([what]);
    expect(changes.map(({ kind, name, edits }) => [kind, name, edits.length])).toEqual([['NetworkPolicy', 'db', 1]]);
  });

  test('takes the peer that misses least', () => {
    const near = rule(
      `{ namespaceSelector: { matchLabels: { team: data } }, podSelector: { matchLabels: { app: job } } }, { podSelector: { matchLabels: { app: job } } }`,
      '{ port: 8080 }',
    );
    const { layers } = buildNetwork(factsOf(shop + near)).explain(workload('web'), workload('db'), 'TCP', 8080);
    const misses = layers.flatMap(({ policies }) => policies.flatMap(({ rules }) => rules.flatMap((each) => each.misses)));
    expect(misses.map(({ what, at }) => [what, at?.path])).toEqual([['labels', ['spec', 'ingress', 0, 'from', 1]]]);
  });

  test('leaves a Deny behind a Pass alone, because it decides nothing', () => {
    const admin = (kind: string, name: string, rules: string): string =>
      `---\napiVersion: policy.networking.k8s.io/v1alpha1\nkind: ${kind}\nmetadata: { name: ${name} }\nspec: { ${rules} }\n`;
    const from = 'from: [{ namespaces: {} }]';
    const policies =
      admin(
        'AdminNetworkPolicy',
        'first',
        `priority: 1, subject: { namespaces: {} }, ingress: [{ action: Pass, ${from} }, { action: Deny, ${from} }]`,
      ) + admin('BaselineAdminNetworkPolicy', 'default', `subject: { namespaces: {} }, ingress: [{ action: Deny, ${from} }]`);
    const { answer, changes } = buildNetwork(factsOf(shop + policies)).explain(workload('web'), workload('db'), 'TCP', 8080);
    expect(answer).toBe('denied');
    expect(changes.map(({ kind, edits }) => [kind, edits.map(({ path }) => path.join('.'))])).toEqual([
      ['BaselineAdminNetworkPolicy', ['spec.ingress.0']],
    ]);
  });
});

describe('diffNetworks', () => {
  test('lists what a policy closes, and between whom', () => {
    const { groups, cells } = diffNetworks(factsOf(shop), factsOf(shop + policy('db', '{ podSelector: { matchLabels: { app: db } } }')));
    const named = (group: number): string[] => (groups[group] ?? []).map((end) => (end.type === 'workload' ? end.name : end.type));
    expect(cells.map(({ from, to, closed, opened }) => [named(from), named(to), closed.length, opened.length])).toEqual([
      [['web', 'agent'], ['db'], 3, 0],
      [['virtual'], ['db'], 3, 0],
      [['virtual'], ['db'], 3, 0],
    ]);
  });
});
