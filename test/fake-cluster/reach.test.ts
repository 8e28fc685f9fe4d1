import { afterEach, describe, expect, test } from 'vitest';
import { plimsollBeside } from '../cli/run.ts';
import { holding, ownKinds, send, startFakeApi, status, type ApiObject, type FakeApi, type FakeOptions } from './fake-api-server.ts';

/* Who can reach what in a cluster. */

let api: FakeApi | undefined;

afterEach(async () => {
  await api?.stop();
  api = undefined;
});

const deployment = (namespace: string, name: string): ApiObject => ({
  kind: 'Deployment',
  apiVersion: 'apps/v1',
  metadata: { name, namespace, uid: `uid-${name}` },
  spec: {
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name, image: `${name}:1` }] } },
  },
});
const namespaces = ['shop', 'data', 'kube-system'].map((name): ApiObject => ({ kind: 'Namespace', apiVersion: 'v1', metadata: { name } }));
const calico: ApiObject = {
  kind: 'DaemonSet',
  apiVersion: 'apps/v1',
  metadata: { name: 'calico-node', namespace: 'kube-system' },
  spec: {
    selector: { matchLabels: { app: 'calico' } },
    template: {
      metadata: { labels: { app: 'calico' } },
      spec: { hostNetwork: true, containers: [{ name: 'node', image: 'docker.io/calico/node:v3.30.0' }] },
    },
  },
};
const policy: ApiObject = {
  kind: 'NetworkPolicy',
  apiVersion: 'networking.k8s.io/v1',
  metadata: { name: 'db-from-api', namespace: 'data' },
  spec: {
    podSelector: {},
    policyTypes: ['Ingress'],
    ingress: [
      {
        from: [
          { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } }, podSelector: { matchLabels: { app: 'api' } } },
        ],
        ports: [{ port: 5432 }],
      },
    ],
  },
};
const objects = [...namespaces, deployment('shop', 'web'), deployment('shop', 'api'), deployment('data', 'db'), calico, policy];

async function reach(fake: FakeOptions, ...args: string[]) {
  api = await startFakeApi(fake);
  return plimsollBeside(['reach', '--cluster', '--kubeconfig', api.kubeconfig, ...args]);
}

describe('in a cluster', () => {
  test('the plugin that runs there is known, and objects stand for places', async () => {
    const { status: code, stdout } = await reach(
      { kinds: holding(objects) },
      '--explain',
      '--from',
      'shop/',
      '--to',
      'data/db',
      '--port=5432',
      '--allow-partial',
    );
    expect(code).toBe(0);
    expect(stdout).not.toContain('no network plugin');
    expect(stdout).toMatch(/shop\/api → Deployment data\/db on TCP 5432[^]*?\n {2}allowed\n/);
    expect(stdout).toMatch(/shop\/web → Deployment data\/db on TCP 5432[^]*?\n {2}denied\n/);
    expect(stdout).not.toContain('db-from-api:1');
  });

  test('it is asked to list, and nothing else', async () => {
    await reach({ kinds: holding(objects) }, '--allow-partial');
    expect(api!.requests.filter((request) => !request.startsWith('GET '))).toEqual([]);
    expect(api!.requests.some((request) => request.includes('/secrets'))).toBe(false);
  });

  const forbidding = (plural: string): FakeOptions => ({
    kinds: holding(objects),
    intercept(_, response, url) {
      if (!url.pathname.endsWith(`/${plural}`)) return false;
      send(response, 403, status(403, `${plural} is forbidden`));
      return true;
    },
  });
  const pairOf = (stdout: string): { allowed: unknown[]; denied: unknown[]; unknown: { because: string }[] } =>
    (JSON.parse(stdout) as { pairs: ReturnType<typeof pairOf>[] }).pairs[0]!;

  test('policies that may not be read leave everything unknown', async () => {
    const {
      status: code,
      stderr,
      stdout,
    } = await reach(forbidding('networkpolicies'), '--from', 'shop/web', '--to', 'data/db', '-o', 'json');
    expect(code).toBe(2);
    expect(stderr).toContain('not read, or not to the end');
    const { allowed, denied, unknown } = pairOf(stdout);
    expect([allowed, denied, unknown.length]).toEqual([[], [], 3]);
    expect(unknown[0]!.because).toContain('unread networkpolicies.networking.k8s.io');
  });

  test('Services that may not be read leave unknown what the internet reaches', async () => {
    const { stdout } = await reach(forbidding('services'), '--from', 'internet', '--to', 'shop/web', '-o', 'json');
    const { denied, unknown } = pairOf(stdout);
    expect(denied).toEqual([]);
    expect(unknown[0]!.because).toContain('services');
  });

  test('a cluster without anything has no pairs', async () => {
    const { stdout } = await reach({ kinds: ownKinds }, '-o', 'json', '--allow-partial');
    expect(JSON.parse(stdout)).toEqual({ pairs: [] });
  });
});
