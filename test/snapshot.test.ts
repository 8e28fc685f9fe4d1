import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OptionError, scan, scanCluster, snapshotCluster, type Report, type ScanClusterOptions } from '../src/index.ts';
import { holding, send, startFakeApi, status, type ApiObject, type FakeApi, type FakeOptions } from './fake-api-server.ts';

const patience = { request: 2_000, kind: 4_000, all: 20_000, pause: 1 };

let api: FakeApi | undefined;
let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-snapshot-'));
  file = join(folder, 'cluster.snapshot');
});

afterEach(async () => {
  await api?.stop();
  api = undefined;
  rmSync(folder, { recursive: true });
});

const secret = ['s3cr', 'et-', 'Zm9v-Qx7'].join('');
const random = 'q7Zt0pXc4LmB2vRk9sWy5dGhJ8nF3aQe1TuO';

const container = {
  name: 'web',
  image: 'registry.example.com/web:1',
  env: [
    { name: 'GREETING', value: secret },
    { name: 'API_TOKEN', value: random },
  ],
};

function ownedBy(kind: string, name: string): object {
  return { ownerReferences: [{ apiVersion: 'apps/v1', kind, name, uid: `uid-${name}`, controller: true }] };
}

function pod(
  name: string,
  namespace: string,
  more: { readonly metadata?: object; readonly status?: object; readonly spec?: object } = {},
): ApiObject {
  const metadata = { name, namespace, uid: `uid-${name}`, ...more.metadata };
  return { kind: 'Pod', metadata, spec: { containers: [container], ...more.spec }, status: more.status ?? { phase: 'Running' } };
}

function workload(kind: string, name: string, namespace: string, owner: object = {}): ApiObject {
  const template = { metadata: { labels: { app: name } }, spec: { containers: [container] } };
  return {
    kind,
    metadata: { name, namespace, uid: `uid-${name}`, managedFields: [{ manager: secret.repeat(20) }], ...owner },
    spec: { selector: { matchLabels: { app: name } }, template },
  };
}

const objects: readonly ApiObject[] = [
  ...['shop', 'bank', 'kube-system'].map((name): ApiObject => ({ kind: 'Namespace', metadata: { name, labels: {} } })),
  workload('Deployment', 'web', 'shop'),
  workload('ReplicaSet', 'web-1', 'shop', ownedBy('Deployment', 'web')),
  pod('web-1-a', 'shop', { metadata: ownedBy('ReplicaSet', 'web-1') }),
  ...['web-1-b', 'web-1-c', 'web-1-d'].map((name, index) => {
    const changed = [
      { ...container, env: [{ name: 'GREETING', value: 'other' }, container.env[1]!] },
      { ...container, env: [container.env[0]!, { name: 'API_TOKEN', value: `${random}1` }] },
      { ...container, livenessProbe: { exec: { command: ['check', secret] } } },
    ];
    return pod(name, 'shop', { metadata: ownedBy('ReplicaSet', 'web-1'), spec: { containers: [changed[index]!] } });
  }),
  workload('DaemonSet', 'agent', 'bank'),
  pod('alone', 'bank', { spec: { hostNetwork: true } }),
  pod('done', 'bank', { status: { phase: 'Succeeded' } }),
  pod('proxy', 'kube-system', { spec: { containers: [{ name: 'proxy', image: 'registry.k8s.io/kube-proxy:v1.36.2' }] } }),
  { kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'shop' }, data: { DB_PASSWORD: secret, url: `redis://:${secret}@cache` } },
  { kind: 'NetworkPolicy', metadata: { name: 'deny', namespace: 'shop' }, spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] } },
  ...Array.from({ length: 1200 }, (_, index): ApiObject => ({
    kind: 'ServiceAccount',
    metadata: { name: `account-${index}`, namespace: 'bank' },
  })),
];

type Judging = Omit<ScanClusterOptions, 'onProgress'>;

/** Every scan of the cluster, and of its snapshot, by the same options. */
async function both(options: Judging = {}): Promise<{ readonly live: Report; readonly recorded: Report }> {
  const live = await scanCluster({ kubeconfig: api!.kubeconfig, patience, ...options });
  const { namespaces: [namespace] = [], ...others } = options;
  const recorded = await scan({ paths: [file], ...others, ...(namespace === undefined ? {} : { namespace }) });
  return { live, recorded };
}

async function snapshotOf(
  fake: FakeOptions,
  options: Partial<Parameters<typeof snapshotCluster>[0]> = {},
): ReturnType<typeof snapshotCluster> {
  api = await startFakeApi(fake);
  return snapshotCluster({ kubeconfig: api.kubeconfig, patience, file, ...options });
}

/** The report without what says that it is of a snapshot. */
function withoutSnapshot(report: Report): unknown {
  const { snapshot, ...cluster } = report.target.cluster!;
  expect(snapshot).toEqual({ taken: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/), tool: report.tool.version });
  return { ...report, target: { ...report.target, cluster } };
}

async function complaintOf(work: Promise<unknown>): Promise<readonly string[]> {
  const error: unknown = await work.then(
    () => 'no error',
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(OptionError);
  return (error as OptionError).lines;
}

const refusing = (path: string, code: number): Pick<FakeOptions, 'intercept'> => ({
  intercept(_, response, url) {
    if (url.pathname !== path) return false;
    send(response, code, status(code, 'no'));
    return true;
  },
});

describe('the report of a snapshot is that of the cluster', () => {
  test('whole', async () => {
    await snapshotOf({ kinds: holding(objects) });
    const { live, recorded } = await both();
    expect(live.findings.length).toBeGreaterThan(20);
    expect(live.inputs.skipped).not.toEqual([]);
    const drifted = live.inputs.drifted.flatMap(({ differences }) => differences.map(({ path }) => path));
    expect(drifted).toEqual(expect.arrayContaining(['GREETING', 'API_TOKEN'].map((name) => `spec.containers[web].env[${name}].value`)));
    expect(withoutSnapshot(recorded)).toEqual(live);
    expect(JSON.stringify(withoutSnapshot(recorded))).toBe(JSON.stringify(live));
  });

  test.each<[string, Judging]>([
    ['a namespace', { namespaces: ['shop'] }],
    ['an empty namespace of many pages', { namespaces: ['bank'] }],
    ['system workloads', { system: true }],
    ['another profile', { profile: 'baseline' }],
    ['some controls', { only: ['POD', 'SEC-01'] }],
    ['all but some', { skip: ['NET'] }],
    ['what passes too', { all: true }],
    ['another version', { kubernetesVersion: '1.30' }],
    ['a lower bound', { minSeverity: 'high' }],
  ])('with %s', async (_, options) => {
    await snapshotOf({ kinds: holding(objects) });
    const { live, recorded } = await both(options);
    expect(JSON.stringify(withoutSnapshot(recorded))).toBe(JSON.stringify(live));
  });

  test('of namespaces alone, also where nobody names them again', async () => {
    await snapshotOf({ kinds: holding(objects) }, { namespaces: ['shop'] });
    const { live, recorded } = await both({ namespaces: ['shop'] });
    expect(JSON.stringify(withoutSnapshot(recorded))).toBe(JSON.stringify(live));
    expect(withoutSnapshot(await scan({ paths: [file] }))).toEqual(live);
    expect(await complaintOf(scan({ paths: [file], namespace: 'bank' }))).toEqual([
      'the snapshot does not hold the namespace "bank"',
      'it holds: shop',
    ]);
  });

  test.each<[string, FakeOptions]>([
    ['kinds that may not be listed', refusing('/apis/apps/v1/deployments', 403)],
    ['kinds that are gone', refusing('/api/v1/pods', 404)],
    ['a server that fails', refusing('/api/v1/configmaps', 500)],
    [
      'an answer that is no JSON',
      {
        intercept(_, response, url) {
          if (url.pathname !== '/api/v1/configmaps') return false;
          response.end('<html>');
          return true;
        },
      },
    ],
    [
      'a page that breaks off',
      {
        intercept(_, response, url) {
          if (url.pathname !== '/api/v1/serviceaccounts' || !url.searchParams.has('continue')) return false;
          response.end(
            '{"kind":"ServiceAccountList","apiVersion":"v1","metadata":{},"items":[{"metadata":{"name":"a","namespace":"b"}},{"meta',
          );
          return true;
        },
      },
    ],
    ['expired tokens', expiring()],
    ['pages that expire again and again', refusing('/api/v1/serviceaccounts', 410)],
    ['a server without aggregated discovery', { old: true }],
    ['an object that cannot be decoded', { kinds: holding([...objects, pod('odd', 'shop', { spec: { containers: secret } })]) }],
  ])('with %s', async (_, fake) => {
    const taken = await snapshotOf({ kinds: holding(objects), ...fake });
    const { live, recorded } = await both();
    expect(JSON.stringify(withoutSnapshot(recorded))).toBe(JSON.stringify(live));
    expect(taken.unread).toEqual(live.inputs.unread);
  });
});

/** The second page of the accounts is gone once for each reader. */
function expiring(): FakeOptions {
  let asked = 0;
  return {
    intercept(_, response, url) {
      if (url.pathname !== '/api/v1/serviceaccounts' || url.searchParams.get('continue') !== '500' || asked++ % 2 !== 0) return false;
      send(response, 410, status(410, 'too old'));
      return true;
    },
  };
}

describe('the file', () => {
  test('is for its owner alone, and what it says of itself is true', async () => {
    const summary = await snapshotOf({ kinds: holding(objects) });
    const bytes = readFileSync(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(summary).toMatchObject({ context: 'fake', version: 'v1.36.2', bytes: bytes.length, unread: [] });
    expect(summary.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(summary.objects).toBeGreaterThan(1200);
  });

  test('holds no secret, and nothing that no control reads', async () => {
    await snapshotOf({ kinds: holding(objects) });
    const text = gunzipSync(readFileSync(file)).toString('utf8');
    expect(text).toContain('account-1199');
    for (const gone of [secret, random, 'managedFields', 'let-me-in']) expect(text).not.toContain(gone);
    expect(api?.requests.filter((request) => !request.startsWith('GET '))).toEqual([]);
  });

  test('begins with what and when, for whoever reads it', async () => {
    await snapshotOf({ kinds: holding(objects) });
    const manifest: unknown = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8').split('\n')[0]!);
    expect(manifest).toMatchObject({ plimsoll: 'snapshot', format: 1, context: 'fake', server: 'v1.36.2', unread: [] });
    expect((manifest as { kinds: unknown[] }).kinds).toContainEqual({ resource: 'serviceaccounts', objects: 1200 });
    expect((manifest as { kinds: unknown[] }).kinds).toContainEqual({ resource: 'deployments.apps', objects: 1 });
  });

  test('is not overwritten unless asked', async () => {
    writeFileSync(file, 'mine');
    const refusal = [
      'the snapshot cannot be written: a file of this name exists already',
      file,
      'name another one, or overwrite it with --force',
    ];
    expect(await complaintOf(snapshotOf({ kinds: holding(objects) }))).toEqual(refusal);
    expect(api?.requests).toEqual([]);
    expect(readFileSync(file, 'utf8')).toBe('mine');
    await api?.stop();
    await snapshotOf({ kinds: holding(objects) }, { overwrite: true });
    expect((await scan({ paths: [file] })).target.cluster?.snapshot).toBeDefined();
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('needs a folder', async () => {
    expect((await complaintOf(snapshotOf({}, { file: join(folder, 'no', 'where') })))[0]).toBe(
      'the snapshot cannot be written: its folder is not there',
    );
  });

  test('is judged alone', async () => {
    await snapshotOf({ kinds: holding(objects) });
    expect((await complaintOf(scan({ paths: [file, 'examples'] })))[1]).toBe('scan one after the other');
    expect((await complaintOf(scan({ paths: [file], partial: true })))[0]).toContain('is a snapshot of a cluster, which is whole');
  });
});
