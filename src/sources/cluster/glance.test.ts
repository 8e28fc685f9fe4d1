import { describe, expect, test } from 'vitest';
import { commonText, glanceAt, templateOfDeployment, templateOfReplicaSet, wantsNone, type Glance } from './glance.ts';

interface Varied {
  readonly name?: string;
  readonly node?: string;
  readonly token?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly image?: string;
  readonly owner?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly more?: object;
}

/** As an API server writes a pod of a DaemonSet. */
function pod({
  name = 'web-a',
  node = 'node-1',
  token = 'abcde',
  annotations,
  image = 'web:1',
  owner = 'uid-1',
  labels,
  nodeSelector,
  more,
}: Varied): string {
  const api = `kube-api-access-${token}`;
  const values = { key: 'metadata.name', operator: 'In', values: [node] };
  return JSON.stringify({
    metadata: {
      name,
      generateName: 'web-',
      namespace: 'shop',
      uid: `uid-of-${name}`,
      resourceVersion: String(name.length),
      generation: 1,
      creationTimestamp: '2026-03-01T08:30:00Z',
      labels: labels ?? { app: 'web' },
      annotations,
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'web', uid: owner, controller: true, blockOwnerDeletion: true }],
      managedFields: [],
    },
    spec: {
      volumes: [{ name: api, projected: { sources: [{ serviceAccountToken: { expirationSeconds: 3607, path: 'token' } }] } }],
      containers: [{ name: 'web', image, volumeMounts: [{ name: api, readOnly: true, mountPath: '/var/run/secrets/x' }] }],
      nodeSelector,
      serviceAccountName: 'web',
      serviceAccount: 'web',
      nodeName: node,
      securityContext: {},
      affinity: { nodeAffinity: { required: [{ matchFields: [values] }] } },
      ...more,
    },
    status: {},
  });
}

const common = (varied: Varied): string | undefined => {
  const glance = glanceAt(pod(varied));
  return glance === undefined ? undefined : commonText(glance);
};

describe('replicas have in common all but', () => {
  test.each<[string, Varied]>([
    ['their names', { name: 'web-other' }],
    ['where they run', { node: 'node-2' }],
    ['the name of their token', { token: 'zzzzz' }],
    ['what others note on them', { annotations: { 'cni.example.com/ip': '10.0.0.1 "\\', b: '' } }],
  ])('%s', (_, varied) => {
    expect(common(varied)).toBe(common({}));
  });

  test('all of it at once', () => {
    expect(common({ name: 'x', node: 'y', token: '12345', annotations: { a: '{"b":"c"}' } })).toBe(common({}));
  });
});

test.each<[string, Varied]>([
  ['an image', { image: 'web:2' }],
  ['a label', { labels: { app: 'web', more: 'x' } }],
  ['the owner', { owner: 'uid-2' }],
  ['a field', { more: { hostNetwork: true } }],
  ['an annotation that runtimes obey', { annotations: { 'container.apparmor.security.beta.kubernetes.io/web': 'unconfined' } }],
])('%s tells them apart', (_, varied) => {
  expect(common(varied)).not.toBe(common({}));
});

test.each([{}, { disk: 'ssd' }])('so does a label of nodes that is called as the node is, beside %j', (labels) => {
  const [one, other] = ['node-2', 'node-3'].map((nodeName) => common({ nodeSelector: { ...labels, nodeName } }));
  expect(one).not.toBe(other);
});

test('what nothing owns has no owner', () => {
  expect(glanceAt(pod({}).replace(/"ownerReferences":\[.*?\],/, ''))).toMatchObject({ name: 'web-a' });
  expect(glanceAt(pod({}).replace(/"ownerReferences":\[.*?\],/, ''))).not.toHaveProperty('owner');
});

test.each([
  ['two own', pod({}).replace('"ownerReferences":[', '"ownerReferences":[{"uid":"x"},')],
  ['is indented', JSON.stringify(JSON.parse(pod({})), null, 1)],
  ['names its kind first', pod({}).replace('{', '{"kind":"Pod",')],
  ['has a name with escapes', pod({ name: 'web\n' })],
])('there is no glance at what %s', (_, text) => {
  expect(glanceAt(text)).toBeUndefined();
});

describe('templates', () => {
  const template = (labels: object): object => ({
    metadata: { creationTimestamp: null, labels },
    spec: { containers: [{ name: 'web', image: 'web:1', env: [{ name: 'A', value: '},"strategy":{' }] }] },
  });
  const selector = { matchLabels: { template: 'web' } };
  const deployment = (labels: object): Glance => {
    const spec = { replicas: 2, selector, template: template(labels), strategy: {}, revisionHistoryLimit: 10 };
    return glanceAt(withSpec({ spec }))!;
  };
  const replicaSet = (labels: object, replicas = 2): string =>
    withSpec({ spec: { replicas, selector, template: template(labels) }, status: {} });
  const withSpec = (members: object): string =>
    pod({})
      .replace(/"spec":.*$/, '')
      .concat(JSON.stringify(members).slice(1));

  test.each([
    [{ app: 'web' }, { app: 'web', 'pod-template-hash': '5d' }],
    [{ tier: 'web' }, { 'pod-template-hash': '5d', tier: 'web' }],
  ])('%j of a Deployment is %j of its ReplicaSet', (before, after) => {
    expect(templateOfDeployment(deployment(before))).toBe(JSON.stringify(template(before)));
    expect(templateOfReplicaSet(glanceAt(replicaSet(after))!)).toBe(templateOfDeployment(deployment(before)));
  });

  test('others differ', () => {
    expect(templateOfReplicaSet(glanceAt(replicaSet({ app: 'web' }))!)).not.toBe(templateOfDeployment(deployment({ app: 'api' })));
  });

  test('a ReplicaSet may want no pods', () => {
    expect([0, 2].map((replicas) => wantsNone(glanceAt(replicaSet({}, replicas))!))).toEqual([true, false]);
  });
});
