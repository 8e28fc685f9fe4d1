import { describe, expect, test } from 'vitest';
import { nowhere } from '../../core/index.ts';
import { read } from '../../testing/control-proofs.ts';
import { evidenceFacts } from './evidence-facts.ts';
import { evidencedConnections } from './evidenced-connections.ts';
import { generatePolicies, policyObject, type GeneratedPolicies, type GenerationOptions } from './generated-policies.ts';

const nothingSaid: GenerationOptions = { apiServer: [], nodes: [], system: false };

function generated(yaml: string, options: Partial<GenerationOptions> = {}): GeneratedPolicies {
  const facts = read(yaml).flatMap((resource, index) => [
    ...evidenceFacts(resource, (path) => ({ resource: index, path, location: nowhere }), resource.ref.namespace),
  ]);
  return generatePolicies(evidencedConnections(facts), { ...nothingSaid, ...options });
}

type Spec = Readonly<Record<string, unknown>>;

/** By `namespace/name`. */
function specs(yaml: string, options: Partial<GenerationOptions> = {}): Record<string, Spec> {
  return Object.fromEntries(
    generated(yaml, options).namespaces.flatMap(({ policies }) =>
      policies.map((each) => [`${each.namespace ?? ''}/${each.name}`, policyObject(each)['spec'] as Spec]),
    ),
  );
}

function workload(name: string, container = '', pod = '', namespace = 'shop'): string {
  return `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name}, version: v1 } }
    spec:
      ${pod}
      containers: [{ name: main, image: registry.example.com/${name}:1, ${container} }]
---`;
}

function policy(name: string, spec: string, namespace = 'shop'): string {
  return `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: ${name}, namespace: ${namespace} }
spec: ${spec}
---`;
}

const db = `${workload('db', '', '', 'data')}
apiVersion: v1
kind: Service
metadata: { name: db, namespace: data }
spec: { selector: { app: db }, ports: [{ port: 5432 }] }
---`;
const web = workload('web', 'env: [{ name: DB_HOST, value: db.data }]');

test('every namespace denies by default, and looks names up', () => {
  const all = specs(web + db);
  expect(Object.keys(all)).toEqual([
    'data/default-deny',
    'data/allow-dns',
    'data/allow-db',
    'shop/default-deny',
    'shop/allow-dns',
    'shop/allow-web',
  ]);
  expect(all['shop/default-deny']).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
  expect(all['shop/allow-dns']).toEqual({
    podSelector: {},
    policyTypes: ['Egress'],
    egress: [
      {
        to: [
          {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
            podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
          },
        ],
        ports: [
          { protocol: 'UDP', port: 53 },
          { protocol: 'TCP', port: 53 },
        ],
      },
    ],
  });
});

test('a connection is allowed at both of its ends, by the selectors of the workloads', () => {
  const all = specs(web + db);
  const near = (namespace: string, app: string): object => ({
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    podSelector: { matchLabels: { app } },
  });
  const ports = [{ protocol: 'TCP', port: 5432 }];
  expect(all['shop/allow-web']).toEqual({
    podSelector: { matchLabels: { app: 'web' } },
    policyTypes: ['Egress'],
    egress: [{ to: [near('data', 'db')], ports }],
  });
  expect(all['data/allow-db']).toEqual({
    podSelector: { matchLabels: { app: 'db' } },
    policyTypes: ['Ingress'],
    ingress: [{ from: [near('shop', 'web')], ports }],
  });
});

describe('existing policies', () => {
  test('are not repeated', () => {
    const deny = policy('deny', '{ podSelector: {}, policyTypes: [Ingress] }');
    expect(Object.keys(specs(web + db + deny))).toContain('shop/default-deny-egress');
    const open = policy('out', '{ podSelector: { matchLabels: { app: web } }, policyTypes: [Egress], egress: [{}] }');
    expect(Object.keys(specs(web + db + open))).not.toContain('shop/allow-web');
    const dns = policy(
      'dns',
      '{ podSelector: {}, policyTypes: [Egress], egress: [{ ports: [{ port: 53, protocol: UDP }, { port: 53 }] }] }',
    );
    expect(Object.keys(specs(web + db + dns)).filter((name) => name.startsWith('shop'))).toEqual([
      'shop/default-deny-ingress',
      'shop/allow-web',
    ]);
  });

  test('keep their names', () => {
    const taken =
      policy('default-deny', '{ podSelector: { matchLabels: { app: other } }, policyTypes: [Ingress] }') +
      policy('allow-web', '{ podSelector: { matchLabels: { app: x } } }');
    expect(Object.keys(specs(web + db + taken)).filter((name) => name.startsWith('shop'))).toEqual([
      'shop/default-deny-2',
      'shop/allow-dns',
      'shop/allow-web-2',
    ]);
  });

  test('of an earlier run are made anew', () => {
    const own = policy('default-deny', '{ podSelector: {}, policyTypes: [Ingress, Egress] }').replace(
      '{ name:',
      '{ labels: { app.kubernetes.io/managed-by: plimsoll }, name:',
    );
    expect(Object.keys(specs(web + db + own))).toContain('shop/default-deny');
  });

  test('that let everything through are told', () => {
    const open = policy('open', '{ podSelector: {}, ingress: [{}] }');
    expect(generated(web + open).remarks).toMatchObject([{ type: 'cancelled', direction: 'ingress' }]);
  });
});

test('pods in the network of their node get no policy, and are reached by its address', () => {
  const all = specs(web + db.replace('spec:\n      \n', 'spec:\n      hostNetwork: true\n'), { nodes: ['10.1.0.0/16'] });
  expect(Object.keys(all)).not.toContain('data/allow-db');
  expect(all['shop/allow-web']).toMatchObject({ egress: [{ to: [{ ipBlock: { cidr: '10.1.0.0/16' } }] }] });
});

test('the API server is reached where it is said to be', () => {
  const binding = `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: b }
subjects: [{ kind: ServiceAccount, name: default, namespace: shop }]
---`;
  expect(specs(web + binding, { apiServer: ['10.0.0.1/32'] })['shop/allow-web']).toMatchObject({
    egress: [{ to: [{ ipBlock: { cidr: '10.0.0.1/32' } }], ports: [{ port: 443 }, { port: 6443 }] }],
  });
  const slice = `
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: kubernetes, namespace: default, labels: { kubernetes.io/service-name: kubernetes } }
addressType: IPv4
endpoints: [{ addresses: [10.0.0.7] }]
ports: [{ port: 6443 }]
---`;
  expect(specs(web + binding + slice)['shop/allow-web']).toMatchObject({
    egress: [{ to: [{ ipBlock: { cidr: '10.0.0.7/32' } }], ports: [{ port: 443 }, { port: 6443 }] }],
  });
  expect(generated(web + binding).remarks).toMatchObject([{ type: 'assumed', what: 'api-server', workloads: 1 }]);
});

test('what the API server calls is open to it on one port', () => {
  const hook = `
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: { name: v1.x }
spec: { service: { namespace: data, name: db, port: 5432 } }
---`;
  expect(specs(db + hook)['data/allow-db']).toEqual({
    podSelector: { matchLabels: { app: 'db' } },
    policyTypes: ['Ingress'],
    ingress: [{ ports: [{ protocol: 'TCP', port: 5432 }] }],
  });
});

test('namespaces of the system are left alone unless they are asked for', () => {
  const dns = workload('coredns', '', '', 'kube-system');
  expect(specs(dns)).toEqual({});
  expect(generated(dns).remarks).toEqual([{ type: 'system', namespace: 'kube-system' }]);
  expect(Object.keys(specs(dns.replace('registry.example.com/coredns', 'registry.k8s.io/coredns/coredns'), { system: true }))).toEqual([
    'kube-system/default-deny',
    'kube-system/allow-dns',
    'kube-system/allow-dns-servers',
  ]);
  const named = workload('agent', '', '', 'monitoring');
  expect(specs(named)).not.toEqual({});
  expect(generated(named, { systemNamespaces: ['monitoring'] }).remarks).toEqual([{ type: 'system', namespace: 'monitoring' }]);
});

test('pods without labels are told', () => {
  const job = `
apiVersion: batch/v1
kind: Job
metadata: { name: once, namespace: shop }
spec: { template: { spec: { restartPolicy: Never, containers: [{ name: a, image: b, env: [{ name: DB_HOST, value: db.data }] }] } } }
---`;
  const { remarks } = generated(job + db);
  expect(remarks.map(({ type }) => type)).toEqual(['unnamed', 'unselectable']);
});

test('the same objects in another order make the same policies', () => {
  const documents = (web + db + workload('cart', 'env: [{ name: DB_HOST, value: db.data }]'))
    .split('---\n')
    .filter((text) => text.trim() !== '');
  const texts = [documents, documents.toReversed()].map((order) => JSON.stringify(specs(order.join('\n---\n'))));
  expect(texts[0]).toBe(texts[1]);
});
