import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { OptionError, scan, scanCluster, snapshotCluster, type Report, type ScanClusterOptions } from '../../src/index.ts';
import { readInventory, type Inventory, type InventoryOptions } from '../../src/library/inventory.ts';
import { startPolicyGenerator } from '../../src/library/network-policies.ts';
import { startPathsReading } from '../../src/library/paths.ts';
import { startReachReading } from '../../src/library/reach.ts';
import { startRights } from '../../src/library/rights/rights.ts';
import { clusterRoleFor } from '../../src/library/scan-cluster.ts';
import { snapshotRoleFor } from '../../src/library/snapshot-cluster.ts';
import { holding, patience, send, startFakeApi, status, type ApiObject, type FakeApi, type FakeOptions } from './fake-api-server.ts';
import { plimsoll, plimsollBeside } from '../cli/run.ts';

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
  ...['kubernetes.io/service-account-token', 'Opaque'].map((type, index) => ({
    kind: 'Secret',
    // As the API server sends it: of a Secret most of this is unread.
    metadata: {
      name: `secret-${index}`,
      namespace: 'shop',
      uid: '2f9c',
      creationTimestamp: '2026-03-01T08:30:00Z',
      labels: { 'kubernetes.io/legacy-token-last-used': '2026-06-30' },
      annotations: { 'kubernetes.io/service-account.name': 'web', 'example.com/note': secret },
      managedFields: [{ manager: 'kubectl', operation: 'Update', time: '2026-03-01T08:30:00Z', fieldsType: 'FieldsV1', fieldsV1: {} }],
    },
    type,
    data: Object.fromEntries(['token', 'ca.crt', 'namespace'].map((key) => [key, btoa(secret)])),
  })),
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

  test('with the names of the keys in Secrets', async () => {
    const options = { readSecretKeys: true };
    await snapshotOf({ kinds: holding(objects) }, options);
    const { live, recorded } = await both(options);
    expect(live.findings.filter(({ control }) => control === 'pod-security/legacy-tokens')).toHaveLength(2);
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
    [
      'large numbers',
      { kinds: holding([...objects, pod('large', 'shop', { spec: { securityContext: { runAsUser: 9007199254740992 } } })]) },
    ],
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

describe('what other commands ask of a cluster', () => {
  const elsewhere: readonly ApiObject[] = [
    {
      kind: 'Service',
      metadata: { name: 'ledger', namespace: 'shop' },
      spec: { ports: [{ port: 80, targetPort: 80, protocol: 'TCP' }], clusterIP: '10.96.0.7', type: 'LoadBalancer' },
    },
    {
      kind: 'Endpoints',
      metadata: { name: 'ledger', namespace: 'shop' },
      subsets: [{ addresses: [{ ip: '192.0.2.7' }], ports: [{ port: 80, protocol: 'TCP' }] }],
    },
    {
      kind: 'EndpointSlice',
      metadata: { name: 'ledger-1', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'ledger' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['192.0.2.8'], conditions: { ready: true } }],
      ports: [{ port: 80, protocol: 'TCP' }],
    },
    {
      kind: 'IngressClass',
      metadata: { name: 'edge', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
      spec: { controller: 'k8s.io/ingress-nginx' },
    },
    {
      kind: 'CustomResourceDefinition',
      metadata: { name: 'ledgers.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'ledgers', kind: 'Ledger' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { description: secret } } }],
      },
    },
  ];
  const whole = { kinds: holding([...objects, ...elsewhere]) };

  /** All that commands keep of what they read. */
  async function kept(from: InventoryOptions): Promise<unknown> {
    const [paths, reach, rights] = [startPathsReading(true), startReachReading(), startRights({ definitions: true })];
    const policies = startPolicyGenerator({ live: true, check: true });
    const inventories: Inventory[] = [];
    for (const { kinds, visit } of [paths, reach, rights, policies]) inventories.push(await readInventory(from, kinds, visit));
    const { facts, defined } = rights.finish(inventories[2]!);
    return {
      unread: inventories.flatMap(({ unread }) => unread),
      paths: paths.finish(inventories[0]!).facts,
      reach: reach.finish(inventories[1]!, undefined).facts,
      facts,
      defined,
      policies: policies.finish(inventories[3]!).review,
    };
  }

  test('is in its snapshot too', async () => {
    const { unread } = await snapshotOf(whole);
    expect(unread).toEqual([]);
    const live = await kept({ cluster: { kubeconfig: api!.kubeconfig, patience } });
    expect(JSON.stringify(live)).toContain('192.0.2.8');
    expect(live).toMatchObject({ unread: [], defined: [{ name: 'ledgers' }] });
    expect(await kept({ paths: [file] })).toEqual(live);
    expect(gunzipSync(readFileSync(file)).toString('utf8')).not.toContain(secret);
  });

  test('is told where it could not be recorded, and the scan is whole', async () => {
    const { unread } = await snapshotOf({ ...whole, ...refusing('/api/v1/endpoints', 403) });
    expect(unread.map(({ reason }) => reason)).toEqual(['list endpoints: the user has no permission']);
    expect((await scan({ paths: [file] })).inputs.unread).toEqual([]);
    expect(await kept({ paths: [file] })).toEqual(await kept({ cluster: { kubeconfig: api!.kubeconfig, patience } }));
  });

  test('is missing in the snapshot of an older version, which says what to do', async () => {
    await snapshotOf(whole);
    const older = withManifest(readFileSync(file), (manifest) => ({
      ...manifest,
      answers: answersOf(manifest).filter(({ path }) => !path.endsWith('/endpoints')),
    }));
    writeFileSync(file, older);
    const reading = startReachReading();
    const { unread } = await readInventory({ paths: [file] }, reading.kinds, reading.visit);
    expect(unread.map(({ reason }) => reason)).toEqual([
      'list endpoints: the snapshot does not hold it: take it anew with this version of plimsoll',
    ]);
  });

  test('takes the permissions that are printed', () => {
    const rolesOf = (text: string): string[] =>
      (parse(text) as { rules: { apiGroups?: string[]; resources?: string[] }[] }).rules.flatMap(({ apiGroups = [], resources = [] }) =>
        resources.map((resource) => `${resource}.${apiGroups[0]}`),
      );
    const ofScan = new Set(rolesOf(clusterRoleFor({})));
    const besides = rolesOf(snapshotRoleFor({})).filter((resource) => !ofScan.has(resource));
    expect(besides).toEqual(expect.arrayContaining(['endpoints.', 'endpointslices.discovery.k8s.io', 'ingressclasses.networking.k8s.io']));
  });
});

interface Answered {
  readonly path: string;
  readonly page?: number;
  readonly said: { part?: number };
}

/** What tests change of a manifest. */
interface Draft {
  format: unknown;
  answers: unknown;
  observed: unknown;
  parts: { size: number; objects: number }[];
}

function answersOf({ answers }: Draft): Answered[] {
  return answers as Answered[];
}

/** The file with another manifest. */
function withManifest(whole: Buffer, change: (manifest: Draft) => unknown): Buffer {
  const length = whole.readUInt32LE(16);
  const manifest = JSON.parse(gunzipSync(whole.subarray(0, length)).toString('utf8')) as Draft;
  return Buffer.concat([member(JSON.stringify(change(manifest) ?? manifest)), whole.subarray(length)]);
}

function member(text: string): Buffer {
  const plain = gzipSync(text);
  const extra = Buffer.from([8, 0, 0x50, 0x6c, 4, 0, 0, 0, 0, 0]);
  extra.writeUInt32LE(plain.length + extra.length, 6);
  const header = Buffer.from([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255]);
  return Buffer.concat([header, extra, plain.subarray(10)]);
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

describe('a snapshot that is not whole', () => {
  async function refusalOf(bytes: Uint8Array): Promise<string> {
    writeFileSync(file, bytes);
    const [what, where, ...more] = await complaintOf(scan({ paths: [file] }));
    expect(where).toBe(file);
    expect(more).toHaveLength(1);
    return what ?? '';
  }

  test('says so wherever a byte is another one, or the end is missing', async () => {
    await snapshotOf({ kinds: holding(objects) });
    const whole = readFileSync(file);
    const places = fc.oneof(fc.nat(60), fc.nat(whole.length - 1));
    const damage: fc.Arbitrary<[string, number, number]> = fc.oneof(
      fc.tuple(fc.constant('flip'), places, fc.integer({ min: 1, max: 255 })),
      fc.tuple(fc.constant('cut'), places, fc.constant(0)),
      fc.tuple(fc.constant('add'), fc.integer({ min: 1, max: 40 }), fc.nat(255)),
      fc.tuple(fc.constant('leave out'), places, places),
    );
    const damaged = (what: string, one: number, other: number): Buffer => {
      if (what === 'cut') return whole.subarray(0, one);
      if (what === 'add') return Buffer.concat([whole, Buffer.alloc(one, other)]);
      if (what === 'leave out') return Buffer.concat([whole.subarray(0, one), whole.subarray(other)]);
      const bytes = Buffer.from(whole);
      bytes[one] = bytes[one]! ^ other;
      return bytes;
    };
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(damage, async ([what, one, other]) => {
        const bytes = damaged(what, one, other);
        if (bytes.equals(whole)) return;
        writeFileSync(file, bytes);
        const outcome = await scan({ paths: [file] }).then(
          // What no longer begins as a snapshot is read as manifests, of which there are none.
          (report) => (report.target.cluster === undefined ? 'no snapshot' : 'judged'),
          (error: unknown) => {
            if (!(error instanceof OptionError)) throw error;
            return 'refused';
          },
        );
        if (outcome === 'refused') refused++;
        expect(['refused', 'no snapshot']).toContain(outcome);
      }),
      { seed: 5, numRuns: 300 },
    );
    expect(refused).toBeGreaterThan(150);
  });

  const hostile: readonly (readonly [string, string, (manifest: Draft) => unknown])[] = [
    [
      'a newer format',
      'the snapshot cannot be used: its format is 2, and this version of plimsoll reads up to 1',
      (m) => ({ ...m, format: 2 }),
    ],
    ['a format that is none', 'the snapshot cannot be used: its manifest is damaged', (m) => ({ ...m, format: 'one' })],
    ['no answers', 'the snapshot cannot be used: its manifest is damaged', (m) => ({ ...m, answers: undefined })],
    ['answers of another type', 'the snapshot cannot be used: its manifest is damaged', (m) => ({ ...m, answers: [{ path: 7 }] })],
    ['observations of another type', 'the snapshot cannot be used: its manifest is damaged', (m) => ({ ...m, observed: { version: 7 } })],
    [
      'a bomb',
      'the snapshot cannot be used: it would unpack to 8000 MB, more than any cluster fills',
      (m) => {
        m.parts = [...m.parts, ...Array.from({ length: 160 }, () => ({ ...m.parts[0]!, size: 50 * 2 ** 20, objects: 1 }))];
        for (const part of m.parts.slice(0, -160)) part.size = 0;
      },
    ],
    ['a part that is larger than it says', 'does not hold what its manifest says', (m) => void (m.parts.at(-1)!.size -= 1)],
    ['a part with fewer objects', 'does not hold what its manifest says', (m) => void (m.parts.at(-1)!.objects += 1)],
    [
      'a part that is not there',
      'its manifest names parts that it does not have',
      (m) => void (answersOf(m).find(({ said }) => 'part' in said)!.said.part = 1000),
    ],
    ['parts in another order', 'is not what its hash says', (m) => void m.parts.reverse()],
  ];

  test.each(hostile)('%s', async (_, complaint, change) => {
    await snapshotOf({ kinds: holding(objects) });
    expect(await refusalOf(withManifest(readFileSync(file), change))).toContain(complaint);
  });

  test('an unchanged manifest that was packed anew is accepted', async () => {
    await snapshotOf({ kinds: holding(objects) });
    writeFileSync(
      file,
      withManifest(readFileSync(file), (manifest) => manifest),
    );
    expect((await scan({ paths: [file] })).target.cluster?.context).toBe('fake');
  });

  test('one whose pages lead in a circle comes to an end', async () => {
    await snapshotOf({ kinds: holding(objects) });
    const circle = withManifest(readFileSync(file), (manifest) => {
      for (const answer of answersOf(manifest)) if (answer.path.endsWith('/namespaces')) Object.assign(answer, { page: 1, next: 1 });
      answersOf(manifest).push({ ...answersOf(manifest).find((answer) => answer.path.endsWith('/namespaces'))!, page: 0 });
    });
    writeFileSync(file, circle);
    const report = await scan({ paths: [file] });
    expect(report.inputs.unread.map(({ reason }) => reason)).toEqual([
      'list namespaces: the API server gives the same page again and again',
    ]);
    expect((await complaintOf(scan({ paths: [file], namespace: 'elsewhere' })))[0]).toBe('the cluster has no namespace "elsewhere"');
  });
});

describe('on the command line', () => {
  test('a snapshot, and its report in every format', async () => {
    api = await startFakeApi({ kinds: holding(objects) });
    const taken = await plimsollBeside(['snapshot', '--cluster', '--kubeconfig', api.kubeconfig, '-o', file]);
    expect(taken).toMatchObject({ status: 0, stderr: '' });
    expect(taken.stdout).toMatch(
      /^fake, API server v1\.36\.2: \d+ objects in .*cluster\.snapshot, \d+ kB\nSHA-256 [0-9a-f]{64}\nnext: plimsoll scan /,
    );
    for (const format of ['text', 'json', 'sarif']) {
      const live = await plimsollBeside(['scan', '--cluster', '--kubeconfig', api.kubeconfig, '-o', format]);
      const recorded = plimsoll(['scan', file, '-o', format]);
      expect(recorded.status).toBe(live.status);
      const without = (text: string): string =>
        text.replace(/ · snapshot of \S+ by plimsoll \S+/, '').replace(/,\s*"snapshot": ?\{[^}]*\}/, '');
      expect(without(recorded.stdout)).toBe(live.stdout);
      if (format !== 'sarif') expect(recorded.stdout).not.toBe(live.stdout);
    }
  });

  test('what is wrong, in lines', async () => {
    api = await startFakeApi({ kinds: holding(objects) });
    expect(plimsoll(['snapshot', '--cluster']).stderr).toBe('plimsoll: where to?\n          write plimsoll snapshot --cluster -o FILE\n');
    expect(plimsoll(['snapshot', 'x.snapshot']).status).toBe(2);
    const args = ['snapshot', '--kubeconfig', api.kubeconfig, '-o', file];
    expect((await plimsollBeside([...args, '--quiet'])).stdout).toBe('');
    const again = await plimsollBeside(args);
    expect(again.status).toBe(2);
    expect(again.stderr).toContain('overwrite it with --force');
    expect((await plimsollBeside([...args, '--force'])).status).toBe(0);
    writeFileSync(file, readFileSync(file).subarray(0, -1));
    const cut = plimsoll(['scan', file]);
    expect([cut.status, cut.stdout]).toEqual([2, '']);
    expect(cut.stderr).toMatch(/^plimsoll: the snapshot cannot be used: it ends after \d+ of \d+ bytes\n {10}.*\n {10}copy it again/);
  });

  test('a folder for temporary files that is not there', async () => {
    api = await startFakeApi({ kinds: holding(objects) });
    const args = ['snapshot', '--kubeconfig', api.kubeconfig, '-o', file];
    const { status: code, stderr } = await plimsollBeside(args, { env: { TMPDIR: join(folder, 'nowhere') } });
    expect(code).toBe(2);
    expect(stderr).toContain('plimsoll: the snapshot cannot be recorded: it or its folder is not there\n');
  });

  test('what could not be read is said, and fails the run unless that is accepted', async () => {
    api = await startFakeApi({ kinds: holding(objects), ...refusing('/apis/apps/v1/deployments', 403) });
    const args = ['snapshot', '--kubeconfig', api.kubeconfig, '-o', file, '--force'];
    const part = await plimsollBeside(args);
    expect([part.status, part.stderr]).toEqual([2, 'plimsoll: not recorded: list deployments.apps: the user has no permission\n']);
    expect((await plimsollBeside([...args, '--allow-partial'])).status).toBe(0);
    expect(plimsoll(['scan', file, '--fail-on', 'none']).status).toBe(2);
    expect(plimsoll(['scan', file, '--fail-on', 'none', '--allow-partial']).status).toBe(0);
    expect(plimsoll(['scan', file, '--context', 'other']).status).toBe(2);
    expect(plimsoll(['scan', file, '--partial']).status).toBe(2);
  });
});
