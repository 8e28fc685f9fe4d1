import { describe, expect, test } from 'vitest';
import { nowhere } from '../../core/index.ts';
import { read } from '../../testing/control-proofs.ts';
import { evidenceFacts } from './evidence-facts.ts';
import { evidencedConnections, type End, type EvidenceOfConnections } from './evidenced-connections.ts';

function evidenceOf(yaml: string): EvidenceOfConnections {
  const facts = read(yaml).flatMap((resource, index) => [
    ...evidenceFacts(resource, (path) => ({ resource: index, path, location: nowhere }), resource.ref.namespace),
  ]);
  return evidencedConnections(facts);
}

function titleOf(end: End): string {
  if (end.type === 'virtual') return `<${end.name}>`;
  if (end.type === 'workload') return `${end.workload.namespace}/${end.workload.name}`;
  const labels = Object.entries(end.labels).map(([key, value]) => `${key}=${value}`);
  return `${end.namespace ?? 'any'}[${labels.join()}]`;
}

function lines(yaml: string): string[] {
  return evidenceOf(yaml).connections.map(({ from, to, protocol, port }) => `${titleOf(from)} -> ${titleOf(to)} ${protocol} ${port}`);
}

function workload(name: string, container = '', pod = '', namespace = 'shop', labels = `app: ${name}`): string {
  return `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  selector: { matchLabels: { ${labels} } }
  template:
    metadata: { labels: { ${labels} } }
    spec:
      ${pod}
      containers: [{ name: main, image: registry.example.com/${name}:1, ${container} }]
---`;
}

function service(name: string, ports: string, namespace = 'shop', more = ''): string {
  return `
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: ${namespace}, labels: { app: ${name} } }
spec: { selector: { app: ${name} }, ports: [${ports}], ${more} }
---`;
}

const db = workload('db', 'ports: [{ name: sql, containerPort: 5432 }]') + service('db', '{ port: 5432, targetPort: sql }');

describe('Services that a container is told of', () => {
  test.each<[string, string, string[]]>([
    ['in a variable', 'env: [{ name: DB_HOST, value: db }]', ['shop/web -> shop/db TCP 5432']],
    ['with a port', 'env: [{ name: STORE, value: "db:5432" }]', ['shop/web -> shop/db TCP 5432']],
    ['in a URL with a password', 'env: [{ name: X, value: "postgres://me:secret@db.shop/app" }]', ['shop/web -> shop/db TCP 5432']],
    ['by the full name', 'args: ["--target=db.shop.svc.cluster.local:5432"]', ['shop/web -> shop/db TCP 5432']],
    ['by a flag and the next word', 'args: [--db-host, db]', ['shop/web -> shop/db TCP 5432']],
    ['in a script', 'command: [sh, -c, "until nc -z db.shop.svc 5432; do sleep 1; done"]', ['shop/web -> shop/db TCP 5432']],
    ['by variables in variables', 'env: [{ name: A, value: db }, { name: B, value: "$(A):5432" }]', ['shop/web -> shop/db TCP 5432']],
    ['by the variables of Services', 'args: ["--db=$(DB_SERVICE_HOST)"]', ['shop/web -> shop/db TCP 5432']],
    [
      'by its own namespace',
      'env: [{ name: NS, valueFrom: { fieldRef: { fieldPath: metadata.namespace } } }, { name: A, value: db.$(NS).svc }]',
      ['shop/web -> shop/db TCP 5432'],
    ],
    ['not by a word that happens to be one', 'env: [{ name: LOG_LEVEL, value: db }]', []],
    ['not on a port that the Service has not', 'env: [{ name: STORE, value: "db:9999" }]', []],
    ['not in another namespace', 'env: [{ name: DB_HOST, value: db.other }]', []],
  ])('%s', (_, container, expected) => {
    expect(lines(workload('web', container) + db)).toEqual(expected);
  });

  test('the variable beside says which of several ports', () => {
    const two = service('db', '{ name: a, port: 5432 }, { name: b, port: 9187 }') + workload('db');
    const env = (port: string): string => `env: [{ name: DB_HOST, value: db }, { name: DB_PORT, value: "${port}" }]`;
    expect(lines(workload('web', env('9187')) + two)).toEqual(['shop/web -> shop/db TCP 9187']);
    expect(lines(workload('web', 'env: [{ name: DB_HOST, value: db }]') + two)).toEqual([
      'shop/web -> shop/db TCP 5432',
      'shop/web -> shop/db TCP 9187',
    ]);
  });

  test('a named port is looked up on each pod, and stays a name where no pod was read', () => {
    const other = workload('db2', 'ports: [{ name: sql, containerPort: 15432 }]', '', 'shop', 'app: db, version: two');
    const env = 'env: [{ name: DB_HOST, value: db }]';
    expect(lines(workload('web', env) + db + other)).toEqual(['shop/web -> shop/db TCP 5432', 'shop/web -> shop/db2 TCP 15432']);
    expect(lines(workload('web', env) + service('db', '{ port: 1, targetPort: sql }'))).toEqual(['shop/web -> shop[app=db] TCP sql']);
  });

  test('clients of a headless Service connect to the port that they were told', () => {
    const headless = service('db', '{ port: 5432 }', 'shop', 'clusterIP: None') + workload('db');
    expect(lines(workload('web', 'env: [{ name: A, value: "db-0.db:6000" }]') + headless)).toEqual(['shop/web -> shop/db TCP 6000']);
  });

  test('ConfigMaps count for those who use them, key by key', () => {
    const config =
      '\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: c, namespace: shop }\ndata: { a: "http://db:5432", b: "http://cart" }\n---';
    const cart = workload('cart') + service('cart', '{ port: 80, targetPort: 8080 }');
    const keyed = 'env: [{ name: A, valueFrom: { configMapKeyRef: { name: c, key: b } } }]';
    expect(lines(workload('web', keyed) + config + db + cart)).toEqual(['shop/web -> shop/cart TCP 8080']);
    expect(lines(workload('web', 'envFrom: [{ configMapRef: { name: c } }]') + config + db + cart)).toEqual([
      'shop/web -> shop/db TCP 5432',
      'shop/web -> shop/cart TCP 8080',
    ]);
    expect(lines(workload('web') + config + db + cart)).toEqual([]);
  });

  test('Secrets of manifests count too, and no value of them is told', () => {
    const secret = `\napiVersion: v1\nkind: Secret\nmetadata: { name: s, namespace: shop }\ndata: { url: ${Buffer.from('postgres://u:hunter2@db/x').toString('base64')} }\n---`;
    const found = evidenceOf(workload('web', 'envFrom: [{ secretRef: { name: s } }]') + secret + db);
    expect(found.connections).toHaveLength(1);
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });

  test('what is named and has no Service is told', () => {
    const env =
      'env: [{ name: A, value: gone.shop.svc }, { name: B, value: "https://api.example.com" }, { name: C, value: ext }, { name: C_HOST, value: ext }, { name: D, value: "db:1" }]';
    const external =
      '\napiVersion: v1\nkind: Service\nmetadata: { name: ext, namespace: shop }\nspec: { type: ExternalName, externalName: a.example.com }\n---';
    expect(evidenceOf(workload('web', env) + external + db).unresolved.map(({ host, because }) => `${host}: ${because}`)).toEqual([
      'gone.shop.svc: no service',
      'api.example.com: outside',
      'ext: external name',
      'db: no port',
    ]);
  });
});

describe('what sends connections to Services', () => {
  const web =
    workload('web', 'ports: [{ name: http, containerPort: 8080 }]') + service('web', '{ name: http, port: 80, targetPort: http }');

  test('an Ingress, from its controller', () => {
    const ingress = `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: i, namespace: shop }
spec: { ingressClassName: nginx, rules: [{ http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { name: http } } } }] } }] }
---`;
    expect(lines(web + ingress)).toEqual(['<pods> -> shop/web TCP 8080']);
    const controller = workload('ingress', '', '', 'edge').replace(
      'registry.example.com/ingress:1',
      'registry.k8s.io/ingress-nginx/controller:v1.15.0',
    );
    expect(lines(web + ingress + controller)).toEqual(['edge/ingress -> shop/web TCP 8080']);
    expect(lines(web + ingress.replace('ingressClassName: nginx', 'ingressClassName: alb'))).toEqual(['<outside> -> shop/web TCP 8080']);
  });

  test('a route, from the pods of its Gateway', () => {
    const route = `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: r, namespace: shop }
spec: { parentRefs: [{ name: front, namespace: edge }], rules: [{ backendRefs: [{ name: web, port: 80 }] }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: front, namespace: edge }
spec: { gatewayClassName: istio }
---`;
    expect(lines(web + route)).toEqual(['edge[gateway.networking.k8s.io/gateway-name=front] -> shop/web TCP 8080']);
  });

  const reviews =
    workload('reviews', '', '', 'shop', 'app: reviews, version: v1') +
    service('reviews', '{ port: 9080 }', 'shop').replace('selector: { app: reviews }', 'selector: { version: v1 }') +
    workload('reviews-v2', '', '', 'shop', 'app: reviews, version: v2') +
    service('reviews-v2', '{ port: 9080 }', 'shop').replace('selector: { app: reviews-v2 }', 'selector: { version: v2 }');
  const virtualService = (spec: string): string => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: v, namespace: shop }
spec: { ${spec} }
---`;

  test('a VirtualService, from the pods of its gateways', () => {
    const route = (gateways: string, more = '', host = 'web'): string =>
      virtualService(`hosts: [shop.example.com], gateways: [${gateways}], http: [{ route: [{ destination: { host: ${host} } ${more} }] }]`);
    const gateway = `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: front, namespace: edge }
spec: { selector: { istio: ingressgateway } }
---`;
    expect(lines(web + gateway + route('edge/front'))).toEqual(['any[istio=ingressgateway] -> shop/web TCP 8080']);
    const pods = workload('in', '', '', 'istio-system', 'istio: ingressgateway');
    expect(lines(web + gateway + pods + route('edge/front'))).toEqual(['istio-system/in -> shop/web TCP 8080']);
    expect(lines(web + route('edge/front'))).toEqual(['<pods> -> shop/web TCP 8080']);
    expect(lines(web + gateway + route('edge/front', ', weight: 0'))).toEqual([]);
    expect(lines(web + gateway + route('edge/front', '', 'web.shop.svc.cluster.local'))).toHaveLength(1);
    expect(lines(web + gateway + route('edge/front', '', 'web.example.com'))).toEqual([]);
    expect(lines(web + gateway + route('mesh'))).toEqual([]);
    const mirror = virtualService('gateways: [edge/front], http: [{ mirrors: [{ destination: { host: web, port: { number: 80 } } }] }]');
    expect(lines(web + gateway + mirror)).toEqual(['any[istio=ingressgateway] -> shop/web TCP 8080']);
  });

  test('a VirtualService of the mesh, for whoever connects to its hosts', () => {
    const client = workload('client', 'env: [{ name: REVIEWS_HOST, value: reviews }]');
    const split = virtualService(
      'hosts: [reviews], http: [{ route: [{ destination: { host: reviews, subset: v1 } }, { destination: { host: reviews-v2 } }] }]',
    );
    expect(lines(client + reviews)).toEqual(['shop/client -> shop/reviews TCP 9080']);
    expect(lines(client + reviews + split).toSorted()).toEqual([
      'shop/client -> shop/reviews TCP 9080',
      'shop/client -> shop/reviews-v2 TCP 9080',
    ]);
    // Those of a gateway are not those of the mesh.
    expect(lines(client + reviews + split.replace('hosts:', 'gateways: [front], hosts:'))).not.toContain(
      'shop/client -> shop/reviews-v2 TCP 9080',
    );
    const exposed = reviews.replace('ports: [{ port: 9080 }]', 'ports: [{ port: 9080 }], type: LoadBalancer');
    expect(lines(exposed + split)).toEqual(['<outside> -> shop/reviews TCP 9080']);
  });

  test('a Service of Knative, from its gateway, its activator and its autoscaler', () => {
    const hello = `
apiVersion: serving.knative.dev/v1
kind: Service
metadata: { name: hello, namespace: shop }
spec: { template: { spec: { containers: [{ image: registry.example.com/hello:1 }] } } }
---`;
    const gateway = workload('gateway', '', '', 'kourier-system', 'app: 3scale-kourier-gateway');
    const activator = workload('activator', '', '', 'knative-serving');
    expect(lines(hello + gateway + activator)).toEqual([
      'kourier-system/gateway -> shop/hello TCP 8012',
      'kourier-system/gateway -> shop/hello TCP 8013',
      'knative-serving/activator -> shop/hello TCP 8012',
      'knative-serving/activator -> shop/hello TCP 8013',
      'knative-serving[app=autoscaler] -> shop/hello TCP 9090',
    ]);
    expect(lines(hello)[0]).toBe('<pods> -> shop/hello TCP 8012');
    expect(evidenceOf(hello).workloads[0]!.selector).toEqual({ matchLabels: { 'serving.knative.dev/service': 'hello' } });
    // The Service that Knative makes is another name for that of its gateway.
    const name = `
apiVersion: v1
kind: Service
metadata: { name: hello, namespace: shop }
spec: { type: ExternalName, externalName: in.kourier-system.svc.cluster.local, ports: [{ port: 80 }] }
---`;
    const inner = service('in', '{ port: 80, targetPort: 8081 }', 'kourier-system').replace(
      'selector: { app: in }',
      'selector: { app: 3scale-kourier-gateway }',
    );
    const client = workload('client', 'env: [{ name: HELLO_URL, value: "http://hello.shop" }]');
    expect(lines(client + name + inner + gateway)).toEqual(['shop/client -> kourier-system/gateway TCP 8081']);
  });

  test.each([
    [
      'ValidatingWebhookConfiguration',
      'admissionregistration.k8s.io/v1',
      'webhooks: [{ name: a.b.c, clientConfig: { service: { namespace: shop, name: web, port: 80 } } }]',
    ],
    ['APIService', 'apiregistration.k8s.io/v1', 'spec: { service: { namespace: shop, name: web, port: 80 } }'],
    [
      'CustomResourceDefinition',
      'apiextensions.k8s.io/v1',
      'spec: { conversion: { webhook: { clientConfig: { service: { namespace: shop, name: web, port: 80 } } } } }',
    ],
  ])('the API server, by a %s', (kind, apiVersion, body) => {
    expect(lines(`${web}\napiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: x }\n${body}\n`)).toEqual([
      '<api-server> -> shop/web TCP 8080',
    ]);
  });

  test('scraping, by what the Prometheus selects', () => {
    const monitor = `
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: { name: m, namespace: shop, labels: { team: a } }
spec: { selector: { matchLabels: { app: web } }, endpoints: [{ port: http }, { targetPort: 9000 }] }
---`;
    const prometheus = `
apiVersion: monitoring.coreos.com/v1
kind: Prometheus
metadata: { name: p, namespace: monitoring }
spec: { serviceMonitorSelector: { matchLabels: { team: a } }, serviceMonitorNamespaceSelector: {} }
---`;
    expect(lines(web + monitor + prometheus)).toEqual(['monitoring/p -> shop/web TCP 8080', 'monitoring/p -> shop/web TCP 9000']);
    expect(lines(web + monitor + prometheus.replace('team: a', 'team: b'))).toEqual([
      'any[app.kubernetes.io/name=prometheus] -> shop/web TCP 8080',
      'any[app.kubernetes.io/name=prometheus] -> shop/web TCP 9000',
    ]);
  });

  test('the world, by a load balancer or a port of the node', () => {
    expect(lines(workload('web') + service('web', '{ port: 80, targetPort: 8080 }', 'shop', 'type: LoadBalancer'))).toEqual([
      '<outside> -> shop/web TCP 8080',
    ]);
    expect(lines(workload('web', 'ports: [{ containerPort: 8080, hostPort: 80 }]'))).toEqual(['<outside> -> shop/web TCP 8080']);
  });

  test('pods whose account has a role, to the API server, unless they get no token', () => {
    const binding = `
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: b, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: r }
subjects: [{ kind: ServiceAccount, name: web, namespace: shop }]
---`;
    expect(lines(workload('web', '', 'serviceAccountName: web') + binding)).toEqual(['shop/web -> <api-server> TCP 443']);
    expect(lines(workload('web', '', 'serviceAccountName: web\n      automountServiceAccountToken: false') + binding)).toEqual([]);
  });

  test('a policy that people wrote, for its other end', () => {
    const policy = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: let-in, namespace: shop }
spec: { podSelector: { matchLabels: { app: db } }, ingress: [{ from: [{ podSelector: { matchLabels: { app: web } } }], ports: [{ port: sql }] }] }
---`;
    expect(lines(workload('web') + db + policy)).toEqual(['shop/web -> shop/db TCP 5432']);
    expect(
      lines(
        workload('web') + db + policy.replace('{ name: let-in,', '{ name: let-in, labels: { app.kubernetes.io/managed-by: plimsoll },'),
      ),
    ).toEqual([]);
    expect(lines(workload('web') + db + policy.replace('{ matchLabels: { app: web } }', '{}'))).toEqual([]);
  });
});

describe('DNS', () => {
  test('is that of nearly every cluster where nothing else was read', () => {
    expect(evidenceOf(workload('web')).dns).toEqual({
      servers: [{ namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' }, ports: [53] }],
      local: [],
      evidence: [],
    });
  });

  test('is found behind its Service, and in the caches of the nodes', () => {
    const core = workload('coredns', 'ports: [{ name: dns, containerPort: 1053, protocol: UDP }]', '', 'kube-system');
    const named = service('coredns', '{ port: 53, targetPort: dns, protocol: UDP }', 'kube-system').replace(
      'name: coredns',
      'name: kube-dns',
    );
    const cache = workload('cache', 'args: [-localip, "169.254.20.10,10.96.0.10"]', '', 'kube-system').replace(
      'registry.example.com/cache:1',
      'registry.k8s.io/dns/k8s-dns-node-cache:1.26.0',
    );
    const { servers, local } = evidenceOf(core + named + cache).dns;
    expect(servers).toEqual([{ namespace: 'kube-system', labels: { app: 'coredns' }, ports: [1053] }]);
    expect(local).toEqual(['10.96.0.10', '169.254.20.10']);
  });
});
