import { generateKeyPairSync, sign } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { scanCluster, type Finding, type LedgerRow, type Report } from '../../src/index.ts';
import { clusterRoleFor } from '../../src/library/scan-cluster.ts';
import { der } from '../self-signed.ts';
import type { ApiClient, ApiObject } from './api-client.ts';
import { seenByAuthorizer } from './authorizer.ts';
import { asAdmin, auditLog, kubeconfig, kubernetesVersion, startControlPlane, type ControlPlane } from './control-plane.ts';

/* What a real API server shows of itself, of its nodes and of its certificates, to who has the printed role alone. */

let plane: ControlPlane;
let report: Report;

beforeAll(async () => {
  plane = await startControlPlane();
  const admin = asAdmin(plane.address);
  const minor = Number(kubernetesVersion.split('.')[1]);
  await node(admin, 'cp-1', { 'node-role.kubernetes.io/control-plane': '' }, `v${kubernetesVersion}`);
  await node(admin, 'cp-2', { 'node-role.kubernetes.io/control-plane': '' }, `v1.${minor - 1}.99`, [
    { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' },
  ]);
  await node(admin, 'worker-1', {}, `v1.${minor - 4}.0`);
  await node(admin, 'worker-2', {}, `v1.${minor + 1}.0`);
  await request(admin, 'waits');
  await request(admin, 'failed');
  await put(admin, '/apis/certificates.k8s.io/v1/certificatesigningrequests/failed/status', (found) => ({
    ...found,
    status: { conditions: [{ type: 'Failed', status: 'True', reason: 'Test' }] },
  }));
  await create(admin, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'default' },
    spec: { type: 'NodePort', ports: [{ port: 80 }] },
  });
  await create(admin, parse(clusterRoleFor({})) as ApiObject);
  await create(admin, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'scanner' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'plimsoll-scan' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'scanner' }],
  });
  await seenByAuthorizer(admin);
  report = await scanCluster({ kubeconfig: kubeconfig(plane.address, 'scanner') });
});

afterAll(() => plane.stop());

async function create(admin: ApiClient, object: ApiObject): Promise<void> {
  const { status, body } = await admin.create(object);
  if (status !== 201) throw new Error(`${object.kind} is refused: ${JSON.stringify(body)}`);
}

async function put(admin: ApiClient, path: string, change: (found: object) => object): Promise<void> {
  const found = await admin.request<object>('GET', path);
  const { status, body } = await admin.request('PUT', path, change(found.body));
  if (status !== 200) throw new Error(`${path} is refused: ${JSON.stringify(body)}`);
}

/** No kubelet stands behind it. */
async function node(admin: ApiClient, name: string, labels: object, kubeletVersion: string, taints: readonly object[] = []): Promise<void> {
  await create(admin, { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec: { taints } });
  const nodeInfo = Object.fromEntries(
    [
      'architecture',
      'bootID',
      'containerRuntimeVersion',
      'kernelVersion',
      'kubeProxyVersion',
      'machineID',
      'operatingSystem',
      'osImage',
      'systemUUID',
    ].map((field) => [field, 'x'.repeat(40)]),
  );
  await put(admin, `/api/v1/nodes/${name}/status`, (found) => ({ ...found, status: { nodeInfo: { ...nodeInfo, kubeletVersion } } }));
}

function request(admin: ApiClient, name: string): Promise<void> {
  return create(admin, {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name },
    spec: { request: Buffer.from(signingRequest()).toString('base64'), signerName: 'example.com/people', usages: ['client auth'] },
  });
}

/** The few fields of PKCS #10 (RFC 2986) that it takes. */
function signingRequest(): string {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const content = der(
    0x30,
    Buffer.from('020100', 'hex'),
    Buffer.from('3000', 'hex'),
    publicKey.export({ type: 'spki', format: 'der' }),
    Buffer.from('a000', 'hex'),
  );
  const ecdsaWithSha256 = Buffer.from('300a06082a8648ce3d040302', 'hex');
  const signed = der(0x30, content, ecdsaWithSha256, der(0x03, Buffer.from([0]), sign('sha256', content, privateKey)));
  return `-----BEGIN CERTIFICATE REQUEST-----\n${signed.toString('base64').replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE REQUEST-----\n`;
}

function of(control: string, from: Report = report): (string | undefined)[] {
  return from.findings
    .filter((finding: Finding) => finding.control === control)
    .map(({ resource, verdict, message }) => `${resource.name} ${verdict}: ${message}`);
}

function row(code: string, from: Report = report): LedgerRow | undefined {
  return from.ledger.find((each) => each.code === code);
}

test('the printed role is enough', () => {
  expect(report.inputs.unread).toEqual([]);
});

test('kubelets are held against the API server and the calendar', () => {
  const [server, oldest, newest] = [
    kubernetesVersion.split('.')[1],
    Number(kubernetesVersion.split('.')[1]) - 4,
    Number(kubernetesVersion.split('.')[1]) + 1,
  ];
  const found = of('upgrading/kubelet-version');
  expect(found.find((line) => line?.startsWith('worker-1 '))).toContain(
    `worker-1 fail: the kubelet of node "worker-1" runs v1.${oldest}.0, `,
  );
  expect(found.find((line) => line?.startsWith('worker-2 '))).toContain(`runs v1.${newest}.0, newer than the API server (1.${server})`);
  expect(found.filter((line) => line?.startsWith('cp-') === true && line.includes('newer than'))).toEqual([]);
  expect(row('UPG-01')?.state).toBe('fail');
});

test('nodes of the control plane need a taint', () => {
  expect(of('control-plane/user-workloads')).toEqual([
    'cp-1 fail: node "cp-1" of the control plane has no taint that keeps workloads away',
  ]);
  expect(row('CP-07')?.subjects).toMatchObject({ pass: 1, fail: 1, notApplicable: 2 });
});

test('node ports are told as the server has chosen them', () => {
  expect(of('network-separation/node-ports')).toEqual([expect.stringMatching(/^web fail: Service "web" opens port 3\d{4} on every node$/)]);
});

test('the certificate of the connection is its own, and what nobody has decided is seen', () => {
  expect(row('CP-01')).toMatchObject({ state: 'unknown', needs: ['node'], subjects: { pass: 1 } });
  const found = of('network-separation/certificate-requests');
  expect(found).toContain('failed fail: request "failed" for a certificate failed at its signer');
  expect(found.filter((line) => line?.startsWith('waits '))).toEqual([]);
});

test('nobody is asked without credentials unless somebody wants it, and then only twice', async () => {
  const asked = (): (string | undefined)[] =>
    auditLog(plane.address)
      .filter(({ user }) => user.username === 'system:anonymous')
      .map(({ verb, requestURI }) => `${verb} ${requestURI}`);
  const before = asked();
  expect(row('AUTH-01')).toMatchObject({ state: 'unknown', needs: ['node', 'cluster'] });
  const probed = await scanCluster({ kubeconfig: kubeconfig(plane.address, 'scanner'), probeAnonymous: true });
  expect(asked().slice(before.length)).toEqual(['get /version', 'get /api']);
  expect(of('authentication/anonymous-requests', probed)).toEqual(['test fail: the API server answers /version without credentials (200)']);
  expect(row('AUTH-02', probed)?.state).toBe('pass');
});

test('an API server that takes no such requests', async () => {
  const strict = await startControlPlane({ flags: ['--anonymous-auth=false'] });
  try {
    const probed = await scanCluster({ kubeconfig: kubeconfig(strict.address, 'admin', ['system:masters']), probeAnonymous: true });
    expect(row('AUTH-01', probed)?.state).toBe('pass');
  } finally {
    await strict.stop();
  }
});
