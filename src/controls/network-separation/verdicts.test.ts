import { describe, expect, test } from 'vitest';
import type { Finding } from '../../core/index.ts';
import type { Policy } from '../../evaluate/index.ts';
import { judgeWith } from '../../testing/control-proofs.ts';
import { controls } from '../index.ts';

/** What one control finds in a stream of documents. */
function findings(id: string, yaml: string, policy: Partial<Policy> = {}): readonly Finding[] {
  return judgeWith(
    controls.filter((control) => control.id === id),
    yaml,
    policy,
  ).findings;
}

/** As `pass`, or `fail medium`, one for each subject. */
function verdicts(id: string, yaml: string, policy: Partial<Policy> = {}): string[] {
  return findings(id, yaml, policy).map(({ verdict, severity }) => (verdict === 'fail' ? `fail ${severity}` : verdict));
}

const namespace = (name = 'shop', labels = '{}'): string => `apiVersion: v1
kind: Namespace
metadata: { name: ${name}, labels: ${labels} }
`;

const policy = (spec: string, where = 'shop', name = 'policy'): string => `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: ${name}, namespace: ${where} }
spec: ${spec}
`;

const pod = (spec: string, metadata = '{ name: web, namespace: shop, labels: { app: web } }'): string => `---
apiVersion: v1
kind: Pod
metadata: ${metadata}
spec: ${spec}
`;

const object = (kind: string, spec: string, name = 'it', where = 'shop'): string => `---
apiVersion: v1
kind: ${kind}
metadata: { name: ${name}, namespace: ${where} }
spec: ${spec}
`;

describe('default deny', () => {
  const ingress = 'network-separation/default-deny-ingress';
  const egress = 'network-separation/default-deny-egress';

  test.each<[string, string, string, string]>([
    ['nothing set', '{}', 'pass', 'fail high'],
    ['an empty list of types counts as none', '{ policyTypes: [] }', 'pass', 'fail high'],
    ['egress rules add egress', '{ egress: [{ ports: [{ port: 53 }] }] }', 'pass', 'pass'],
    ['no egress rules do not', '{ egress: [] }', 'pass', 'fail high'],
    ['types are taken as they stand', '{ policyTypes: [Egress], ingress: [{ ports: [{ port: 80 }] }] }', 'fail high', 'pass'],
    ['both types', '{ policyTypes: [Ingress, Egress] }', 'pass', 'pass'],
    ['a rule for every peer on one port denies the rest', '{ ingress: [{ ports: [{ port: 80 }] }] }', 'pass', 'fail high'],
    ['a rule for some peers denies the rest', '{ ingress: [{ from: [{ podSelector: {} }] }] }', 'pass', 'fail high'],
    ['empty lists in a rule mean everything', '{ ingress: [{ from: [], ports: [] }] }', 'fail high', 'fail high'],
    [
      'selecting by an expression',
      '{ podSelector: { matchExpressions: [{ key: app, operator: DoesNotExist }] } }',
      'fail high',
      'fail high',
    ],
  ])('%s', (_, spec, forIngress, forEgress) => {
    expect(verdicts(ingress, namespace() + policy(spec))).toEqual([forIngress]);
    expect(verdicts(egress, namespace() + policy(spec))).toEqual([forEgress]);
  });

  test('a policy counts in its own namespace only', () => {
    expect(verdicts(ingress, namespace() + policy('{}', 'other'))).toEqual(['fail high']);
  });

  test('any policy for all Pods that allows everything cancels the others, whatever the order', () => {
    const deny = policy('{}', 'shop', 'deny');
    const allow = policy('{ ingress: [{ from: [{ podSelector: {} }] }, {}] }', 'shop', 'allow');
    for (const text of [namespace() + deny + allow, namespace() + allow + deny]) {
      expect(findings(ingress, text)).toMatchObject([
        { verdict: 'fail', path: 'spec.ingress[1]', resource: { kind: 'Namespace', name: 'shop' } },
      ]);
    }
  });

  test('narrower policies that isolate every workload of today are worth something, in the network of the host or not', () => {
    const web = policy('{ podSelector: { matchLabels: { app: web } } }');
    const onHost = pod('{ hostNetwork: true }', '{ name: agent, namespace: shop }');
    const other = pod('{}', '{ name: other, namespace: shop }');
    expect(verdicts(ingress, namespace() + web + pod('{}'))).toEqual(['fail medium']);
    expect(verdicts(ingress, namespace() + web + pod('{}') + onHost)).toEqual(['fail medium']);
    expect(verdicts(ingress, namespace() + web + pod('{}') + other)).toEqual(['fail high']);
    expect(verdicts(ingress, namespace() + web)).toEqual(['fail high']);
    const open = policy('{ podSelector: { matchLabels: { app: web } }, ingress: [{}] }', 'shop', 'open');
    expect(verdicts(ingress, namespace() + web + open + pod('{}'))).toEqual(['fail high']);
  });

  test('without a Namespace object the namespace is judged at its first workload', () => {
    expect(findings(ingress, pod('{}').slice(4))).toMatchObject([
      { verdict: 'fail', path: 'spec', resource: { kind: 'Namespace', name: 'shop' }, message: expect.stringContaining('"shop"') },
    ]);
  });

  test('namespaces of which only policies were read are none', () => {
    expect(verdicts(ingress, policy('{ ingress: [{}] }').slice(4))).toEqual([]);
  });

  test('objects that name no namespace are one, unless the user says which', () => {
    const nameless = pod('{}', '{ name: web }').slice(4) + policy('{}', 'null');
    expect(verdicts(ingress, nameless)).toEqual(['pass']);
    expect(verdicts(ingress, nameless.replace('namespace: null', 'namespace: shop'))).toEqual(['fail high']);
    expect(verdicts(ingress, nameless.replace('namespace: null', 'namespace: shop'), { namespace: 'shop' })).toEqual(['pass']);
  });

  test('in a part of the desired state absence proves nothing, but what cancels does', () => {
    expect(verdicts(ingress, namespace(), { partial: true })).toEqual(['unknown']);
    expect(verdicts(ingress, namespace() + policy('{}'), { partial: true })).toEqual(['pass']);
    expect(verdicts(ingress, namespace() + policy('{ ingress: [{}] }'), { partial: true })).toEqual(['fail high']);
  });

  test('a kind of the same name in another group is something else, and a policy of a plugin may do the same', () => {
    const other = (group: string): string => policy('{}').replace('networking.k8s.io/v1', `${group}/v1`);
    expect(verdicts(ingress, namespace() + other('example.com'))).toEqual(['fail high']);
    expect(verdicts(ingress, namespace() + other('crd.projectcalico.org'))).toEqual(['unknown']);
    expect(verdicts(ingress, namespace() + policy('{ podSelector: {} }') + other('crd.projectcalico.org'))).toEqual(['pass']);
  });
});

describe('LimitRange', () => {
  const id = 'network-separation/limit-range';
  const range = (limits: string, name?: string): string => object('LimitRange', `{ limits: ${limits} }`, name);

  test.each<[string, string, string[]]>([
    ['the maximum is default and request', '[{ type: Container, max: { memory: 1Gi } }]', ['pass']],
    ['a default without a maximum', '[{ type: Container, default: { memory: 1Gi } }]', ['fail low']],
    ['a request only', '[{ type: Container, defaultRequest: { memory: 1Gi } }]', ['fail medium']],
    ['in two items', '[{ type: Container, default: { memory: 1Gi } }, { type: Container, max: { memory: 2Gi } }]', ['pass']],
    ['for volumes only', '[{ type: PersistentVolumeClaim, max: { storage: 1Gi } }]', ['fail medium']],
    ['nothing in it', '[]', ['fail medium']],
  ])('%s', (_, limits, expected) => {
    expect(verdicts(id, namespace() + range(limits))).toEqual(expected);
  });

  test('two objects may complete each other, and disagree only in value', () => {
    const max = range('[{ type: Container, default: { memory: 1Gi }, max: { memory: 2Gi } }]', 'a');
    expect(verdicts(id, namespace() + max + range('[{ type: Container, default: { memory: 1024Mi } }]', 'b'))).toEqual(['pass']);
    expect(verdicts(id, namespace() + max + range('[{ type: Container, default: { memory: 512Mi } }]', 'b'))).toEqual(['fail low']);
    expect(verdicts(id, namespace() + max + range('[{ type: Pod, max: { memory: 512Mi } }]', 'b'))).toEqual(['pass']);
  });

  test('CPU counts where it is asked for', () => {
    const params = { [id]: { cpu: true } };
    expect(verdicts(id, namespace() + range('[{ type: Container, max: { memory: 1Gi } }]'), { params })).toEqual(['fail medium']);
    expect(verdicts(id, namespace() + range('[{ type: Container, max: { memory: 1Gi, cpu: 1 } }]'), { params })).toEqual(['pass']);
  });

  test('absent from a part of the desired state', () => {
    expect(verdicts(id, namespace(), { partial: true })).toEqual(['unknown']);
  });
});

describe('ResourceQuota', () => {
  const id = 'network-separation/resource-quota';
  const all = 'requests.cpu: 4, requests.memory: 8Gi, limits.cpu: 8, limits.memory: 16Gi, pods: 20';
  const quota = (hard: string, rest = ''): string => object('ResourceQuota', `{ hard: { ${hard} }${rest} }`);

  test.each<[string, string, string[]]>([
    ['everything', quota(all), ['pass']],
    ['short names', quota('cpu: 4, memory: 8Gi, limits.cpu: 8, limits.memory: 16Gi, count/pods: 20'), ['pass']],
    ['a part', quota('pods: 20'), ['fail low']],
    ['something else', quota('services: 20'), ['fail medium']],
    ['some Pods only', quota(all, ', scopes: [Terminating]'), ['fail medium']],
    [
      'some Pods only, by a selector',
      quota(all, ', scopeSelector: { matchExpressions: [{ scopeName: PriorityClass, operator: Exists }] }'),
      ['fail medium'],
    ],
    ['none', '', ['fail medium']],
  ])('that bounds %s', (_, text, expected) => {
    expect(verdicts(id, namespace() + text)).toEqual(expected);
  });

  test('keeps out Pods that lack what it counts, unless a LimitRange or the pod fills it', () => {
    const half = pod('{ containers: [{ name: a, resources: { limits: { memory: 1Gi }, requests: { cpu: 1 } } }] }');
    const range = object('LimitRange', '{ limits: [{ type: Container, default: { cpu: 1 } }] }');
    const inPod = pod('{ resources: { limits: { cpu: 1, memory: 1Gi } }, containers: [{ name: a }] }');
    expect(findings(id, namespace() + quota(all) + half)).toMatchObject([
      { verdict: 'fail', severity: 'low', path: 'spec.hard', message: expect.stringContaining('limits.cpu') },
    ]);
    expect(verdicts(id, namespace() + quota(all) + half + range)).toEqual(['pass']);
    expect(verdicts(id, namespace() + quota(all) + inPod)).toEqual(['pass']);
    expect(verdicts(id, namespace() + quota(all) + inPod, { version: 33 })).toEqual(['fail low']);
  });
});

describe('effective resources', () => {
  const id = 'network-separation/effective-resources';
  const filling = object('LimitRange', '{ limits: [{ type: Container, default: { cpu: 1, memory: 1Gi } }] }');

  test('each class of containers is judged, save ephemeral ones', () => {
    const text = pod(
      '{ initContainers: [{ name: a }, { name: b, restartPolicy: Always }], containers: [{ name: c }], ephemeralContainers: [{ name: d }] }',
    ).slice(4);
    expect(findings(id, text).map(({ container, path, message }) => [container, path, message.split(' ends')[0]])).toEqual([
      ['a', 'spec.initContainers[0].resources', 'init container "a"'],
      ['b', 'spec.initContainers[1].resources', 'sidecar "b"'],
      ['c', 'spec.containers[0].resources', 'container "c"'],
    ]);
    expect(verdicts(id, text + filling)).toEqual(['pass', 'pass', 'pass']);
  });

  test('the LimitRange of another namespace fills nothing', () => {
    const other = object('LimitRange', '{ limits: [{ type: Container, default: { cpu: 1, memory: 1Gi } }] }', 'it', 'other');
    expect(verdicts(id, pod('{ containers: [{ name: a }] }').slice(4) + other)).toEqual(['fail medium']);
  });

  test('a missing request alone is low, and a limit that is asked for is not', () => {
    const text = pod('{ containers: [{ name: a, resources: { limits: { memory: 1Gi } } }] }').slice(4);
    expect(verdicts(id, text)).toEqual(['fail low']);
    expect(verdicts(id, text, { params: { [id]: { cpuLimit: true } } })).toEqual(['fail medium']);
    expect(verdicts(id, text, { params: { [id]: { ephemeralStorage: true } } })).toEqual(['fail medium']);
  });

  test('in a part of the desired state a LimitRange may be elsewhere', () => {
    const text = pod('{ containers: [{ name: a }] }').slice(4);
    expect(verdicts(id, text, { partial: true })).toEqual(['unknown']);
    expect(verdicts(id, text + object('LimitRange', '{ limits: [] }'), { partial: true })).toEqual(['fail medium']);
  });
});

describe('cloud metadata', () => {
  const id = 'network-separation/metadata-address';

  test.each<[string, string, string]>([
    ['nothing isolates the pod', '', 'unknown'],
    ['a policy for ingress', policy('{}'), 'unknown'],
    ['a policy for other pods', policy('{ podSelector: { matchLabels: { app: db } }, policyTypes: [Egress] }'), 'unknown'],
    ['a policy for this pod', policy('{ podSelector: { matchLabels: { app: web } }, policyTypes: [Egress] }'), 'pass'],
    ['a policy of another namespace', policy('{ policyTypes: [Egress] }', 'other'), 'unknown'],
    ['everything allowed', policy('{ egress: [{}] }'), 'unknown'],
    ['pods allowed', policy('{ egress: [{ to: [{ namespaceSelector: {} }] }] }'), 'pass'],
  ])('%s', (_, text, expected) => {
    expect(verdicts(id, pod('{}').slice(4) + text)).toEqual([expected]);
  });

  test('a template outside of namespaces has no policies', () => {
    const template = `apiVersion: argoproj.io/v1alpha1
kind: ClusterWorkflowTemplate
metadata: { name: build }
spec: { templates: [{ name: a, container: { image: a } }] }
`;
    expect(verdicts(id, template + policy('{ policyTypes: [Egress] }', 'null'))).toEqual(['unknown']);
  });

  test('a proxy is one by the image of all containers of a DaemonSet', () => {
    const agent = (image: string, kind: string): string => `apiVersion: apps/v1
kind: ${kind}
metadata: { name: agent, namespace: shop }
spec: { template: { spec: { hostNetwork: true, containers: [{ name: a, image: "${image}" }] } } }
`;
    expect(verdicts(id, agent('jtblin/kube2iam:0.11', 'DaemonSet'))).toEqual(['not-applicable']);
    expect(verdicts(id, agent('jtblin/kube2iam:0.11', 'Deployment'))).toEqual(['fail high']);
    expect(verdicts(id, agent('registry.example.com/kube2iam-tools', 'DaemonSet'))).toEqual(['fail high']);
  });
});

test.each<[string, string, string[]]>([
  ['an account', '{ kind: ServiceAccount, name: ci, namespace: build }', ['account build/ci']],
  ['the user that it is to the API server', '{ kind: User, name: "system:serviceaccount:build:ci" }', ['account build/ci']],
  ['all accounts of another namespace', '{ kind: Group, name: "system:serviceaccounts:build" }', ['all accounts of build']],
  ['an account of its own', '{ kind: User, name: "system:serviceaccount:shop:ci" }', []],
  ['an account of the system', '{ kind: User, name: "system:serviceaccount:kube-system:ci" }', []],
  ['a user', '{ kind: User, name: jane }', []],
])('a binding opens a namespace to accounts from elsewhere: %s', (_, subject, expected) => {
  const binding = `---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: look, namespace: shop }
roleRef: { kind: Role, name: look }
subjects: [${subject}]
`;
  const messages = findings('network-separation/composite-isolation', namespace() + binding).map(({ message }) => message);
  const opening = expected.map((to) => `RoleBinding "look" opens the namespace to ${to}`);
  expect(messages.filter((message) => message.includes('opens'))).toEqual(opening);
});

describe('namespaces by name', () => {
  test('the system’s own workloads are told by their owner, others in its namespaces fail', () => {
    const id = 'network-separation/reserved-namespaces';
    const text = (where: string, image: string): string =>
      pod(`{ containers: [{ name: a, image: ${image} }] }`, `{ name: a, namespace: ${where} }`).slice(4);
    expect(verdicts(id, text('kube-system', 'registry.k8s.io/coredns/coredns:v1.12'), { system: true })).toEqual(['pass']);
    expect(verdicts(id, text('kube-system', 'busybox'))).toEqual(['fail high']);
    expect(verdicts(id, text('platform', 'busybox'), { params: { [id]: { reserved: ['platform'] } } })).toEqual(['fail high']);
    expect(verdicts(id, pod('{}', '{ name: a }').slice(4), { namespace: 'kube-public' })).toEqual(['fail high']);
  });

  test('templates outside of namespaces are asked for none', () => {
    const text = `apiVersion: argoproj.io/v1alpha1
kind: ClusterWorkflowTemplate
metadata: { name: build }
spec: { templates: [{ name: a, container: { image: a } }] }
`;
    expect(verdicts('network-separation/default-namespace', text, { namespace: 'default' })).toEqual([]);
    expect(verdicts('network-separation/default-deny-ingress', text)).toEqual([]);
  });

  test('namespaces that a distribution names with the prefix can be allowed', () => {
    const id = 'network-separation/namespace-prefix';
    expect(verdicts(id, namespace('kube-flannel'))).toEqual(['fail low']);
    expect(verdicts(id, namespace('kube-flannel'), { params: { [id]: { system: ['kube-flannel'] } } })).toEqual(['pass']);
    expect(verdicts(id, namespace('kubeflow'))).toEqual(['pass']);
  });
});

test('of several workloads the same one is named, whatever comes first: clusters list objects in another order than files', () => {
  const balancer = object('Service', '{ type: LoadBalancer, selector: { app: web }, ports: [{ port: 80 }] }');
  const pods = ['a', 'b'].map((name) =>
    pod('{ containers: [{ name: web, image: a }] }', `{ name: ${name}, namespace: shop, labels: { app: web } }`),
  );
  for (const id of ['open-sources', 'plaintext-entrances', 'intended-exposure', 'storage-bounds']) {
    const [said, turned] = [pods, pods.toReversed()].map((some) =>
      findings(`network-separation/${id}`, namespace() + balancer + some.join('')).map(({ message }) => message),
    );
    expect(said!.length, id).toBeGreaterThan(0);
    expect(turned, id).toEqual(said);
  }
});

describe('literal credentials', () => {
  const id = 'network-separation/literal-credentials';
  const value = 'q7Zt0pXc4LmB2vRk9sWy5dGh';

  test('are found wherever they can stand, and never printed', () => {
    const text = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, annotations: { api-token: ${value}, kubectl.kubernetes.io/last-applied-configuration: 'password: ${value}' } }
spec:
  template:
    metadata: { annotations: { api-key: ${value} } }
    spec:
      initContainers: [{ name: a, env: [{ name: PASSWORD, value: ${value} }] }]
      containers: [{ name: b, command: [run, --password, ${value}], args: ["--token=${value}", "exec run --secret=${value}"] }]
---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings, annotations: { token: ${value} } }
data: { client-secret: ${value}, file.ini: "a = b\\npassword = ${value}" }
binaryData: { settings: ${btoa(`password: ${value}`)} }
`;
    const found = findings(id, text);
    expect(found.map(({ path }) => path)).toEqual([
      'metadata.annotations.api-token',
      'spec.template.metadata.annotations.api-key',
      'spec.template.spec.initContainers[0].env[0].value',
      'spec.template.spec.containers[0].command[2]',
      'spec.template.spec.containers[0].args[0]',
      'spec.template.spec.containers[0].args[1]',
      'metadata.annotations.token',
      'data.client-secret',
      'data["file.ini"]',
      'binaryData.settings',
    ]);
    expect(JSON.stringify(found)).not.toContain(value.slice(0, 5));
  });

  test('a file full of them is told of in bounds', () => {
    const data = Array.from({ length: 500 }, (_, index) => `password${index}: ${value}`).join(', ');
    expect(findings(id, `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: it }\ndata: { ${data} }\n`).length).toBeLessThanOrEqual(60);
  });
});
