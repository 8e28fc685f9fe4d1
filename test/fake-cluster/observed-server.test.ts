import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import { scan, scanCluster, snapshotCluster, type AnyControl, type Report, type ScanClusterOptions } from '../../src/index.ts';
import { controls } from '../../src/controls/index.ts';
import type { ObservedApiServer } from '../../src/kube/api-server.ts';
import { formatText } from '../../src/report/text.ts';
import { apiServers, type ApiServerSubject } from '../../src/subjects/api-server.ts';
import { holding, patience, send, startFakeApi, status, type FakeApi, type FakeOptions } from './fake-api-server.ts';
import { selfSigned } from '../self-signed.ts';

/* What a scan sees of the server itself. */

let api: FakeApi | undefined;
let folder: string | undefined;

afterEach(async () => {
  await api?.stop();
  api = undefined;
  if (folder !== undefined) rmSync(folder, { recursive: true });
  folder = undefined;
});

async function scanOf(fake: FakeOptions, options: ScanClusterOptions = {}): Promise<Report> {
  api = await startFakeApi({ kinds: holding([]), ...fake });
  return scanCluster({ kubeconfig: api.kubeconfig, patience, ...options });
}

/** What controls are told about the server. */
async function seenOf(fake: FakeOptions, options: ScanClusterOptions = {}): Promise<ObservedApiServer> {
  const seen: ApiServerSubject[] = [];
  const [template] = controls;
  const control: AnyControl = {
    ...template!,
    id: 'test/server',
    subject: apiServers,
    evaluate(subject: ApiServerSubject) {
      seen.push(subject);
      return { verdict: 'pass' };
    },
  };
  await scanOf(fake, { ...options, controls: [control] });
  expect(seen.map(({ context }) => context)).toEqual(['fake']);
  return seen[0]!.status;
}

/** A file in a folder that goes when the test ends. */
function inFolder(name: string, text: string): string {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-observed-'));
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('what is seen of the API server', () => {
  test('its version, its clock and the certificate of the connection', async () => {
    const tls = selfSigned();
    const cluster = { 'certificate-authority': inFolder('ca.crt', tls.cert) };
    const date = 'Sun, 01 Nov 2026 08:00:00 GMT';
    const intercept: FakeOptions['intercept'] = (_, response) => {
      response.setHeader('date', date);
      return false;
    };
    const { version, time, endpoint } = await seenOf({ tls, cluster, intercept });
    expect([version, time, endpoint?.host]).toEqual(['v1.36.2', '2026-11-01T08:00:00.000Z', '127.0.0.1']);
    expect(endpoint?.tls).toEqual({
      protocol: 'TLSv1.3',
      cipher: expect.stringMatching(/^TLS_/),
      certificate: {
        subject: 'CN=test',
        issuer: 'CN=test',
        notBefore: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        notAfter: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        names: ['IP Address:127.0.0.1'],
        namesHost: true,
        selfSigned: true,
        key: { type: 'ec', curve: 'prime256v1' },
      },
    });
  });

  test('that nobody checks its certificate', async () => {
    const { endpoint } = await seenOf({ tls: selfSigned(), cluster: { 'insecure-skip-tls-verify': true } });
    expect(endpoint?.tls?.distrust).toMatch(/SELF_SIGNED/);
  });

  test('the name that the kubeconfig has it checked by', async () => {
    const cluster = { 'insecure-skip-tls-verify': true, 'tls-server-name': 'api.example.com' };
    const { endpoint } = await seenOf({ tls: selfSigned(), cluster });
    expect([endpoint?.host, endpoint?.tls?.certificate?.namesHost]).toEqual(['api.example.com', false]);
  });

  test('that it is asked without TLS', async () => {
    expect((await seenOf({})).endpoint).toEqual({ host: '127.0.0.1' });
  });

  test('the clock of the scan where the server sends no date', async () => {
    const begun = new Date().toISOString();
    const intercept: FakeOptions['intercept'] = (_, response) => {
      response.sendDate = false;
      return false;
    };
    const { time = '' } = await seenOf({ intercept });
    expect(time >= begun && time <= new Date().toISOString()).toBe(true);
  });

  test('also where one namespace is asked for alone', async () => {
    const namespace = { kind: 'Namespace', metadata: { name: 'shop' } };
    expect((await seenOf({ kinds: holding([namespace]) }, { namespaces: ['shop'] })).version).toBe('v1.36.2');
  });
});

describe('requests without credentials', () => {
  const secure = { tls: selfSigned(), cluster: { 'insecure-skip-tls-verify': true } };

  /** What arrives at the server, with who sent it. */
  function listening(answer: (url: URL) => number): { readonly fake: FakeOptions; readonly nobody: string[] } {
    const nobody: string[] = [];
    const intercept: FakeOptions['intercept'] = (request, response, url) => {
      if (request.headers.authorization !== undefined) return false;
      nobody.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}`);
      send(response, answer(url), {});
      return true;
    };
    return { fake: { ...secure, intercept }, nobody };
  }

  test('are only sent where somebody asks for it', async () => {
    const { fake, nobody } = listening(() => 401);
    const report = await scanOf(fake);
    expect(nobody).toEqual([]);
    expect(report.ledger.find(({ code }) => code === 'AUTH-01')).toMatchObject({ state: 'unknown', needs: ['node', 'cluster'] });
  });

  test.each([
    [401, 401, 'pass', undefined],
    [200, 403, 'fail', 'the API server answers /version without credentials (200)'],
    [401, 403, 'fail', 'the API server answers /api without credentials (403)'],
    [503, 503, 'unknown', 'what the API server answers without credentials does not tell whether it takes them'],
  ])('that are answered with %i and %i: %s', async (version, kinds, state, message) => {
    const { fake, nobody } = listening(({ pathname }) => (pathname === '/version' ? version : kinds));
    const report = await scanOf(fake, { probeAnonymous: true, as: 'jane', asGroups: ['staff'] });
    expect(nobody.map((line) => line.split(' ', 2).join(' '))).toEqual(['GET /version', 'GET /api']);
    expect(nobody.join()).not.toMatch(/bearer|impersonate|jane|staff/i);
    expect(report.ledger.find(({ code }) => code === 'AUTH-01')?.state).toBe(state);
    const finding = report.findings.find(({ control }) => control === 'authentication/anonymous-requests');
    expect(finding?.message).toBe(message);
  });

  test('are kept in a snapshot, with the clock of the server and what it shows of its nodes', async () => {
    const { fake, nobody } = listening(() => 401);
    const kinds = holding([
      { kind: 'Node', metadata: { name: 'n-1' }, status: { nodeInfo: { kubeletVersion: 'v1.31.1' }, more: 'x'.repeat(300) } },
    ]);
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-observed-'));
    const file = join(folder, 'cluster.plimsoll');
    api = await startFakeApi({ ...fake, kinds });
    await snapshotCluster({ kubeconfig: api.kubeconfig, patience, probeAnonymous: true, file });
    expect(nobody.length).toBe(2);
    await api.stop();
    api = undefined;
    const { ledger, findings } = await scan({ paths: [file] });
    expect(ledger.find(({ code }) => code === 'AUTH-01')?.state).toBe('pass');
    expect(findings.filter(({ control }) => control === 'upgrading/kubelet-version').map(({ verdict }) => verdict)).toEqual(['fail']);
  });

  test('whose connection breaks tell nothing, and the scan goes on', async () => {
    const intercept: FakeOptions['intercept'] = (request, response) => {
      if (request.headers.authorization !== undefined) return false;
      response.destroy();
      return true;
    };
    const report = await scanOf({ ...secure, intercept }, { probeAnonymous: true });
    expect(report.ledger.find(({ code }) => code === 'AUTH-01')?.state).toBe('unknown');
    expect(report.inputs.unread).toEqual([]);
  });
});

describe('what the server does not show of its objects opens what needs it, and nothing else', () => {
  const objects = [
    { kind: 'Node', metadata: { name: 'cp-1', labels: { 'node-role.kubernetes.io/control-plane': '' } }, status: nodeInfo('v1.36.2') },
    { kind: 'Node', metadata: { name: 'worker-1' }, spec: {}, status: nodeInfo('v1.31.1') },
    { kind: 'Service', metadata: { name: 'web', namespace: 'shop' }, spec: { type: 'NodePort', ports: [{ nodePort: 30080 }] } },
    { kind: 'CertificateSigningRequest', metadata: { name: 'csr-1' }, status: { conditions: [{ type: 'Failed' }] } },
  ];

  /** Longer than what a dump leaves out. */
  function nodeInfo(kubeletVersion: string): object {
    return { conditions: [{ message: 'x'.repeat(500) }], nodeInfo: { kubeletVersion } };
  }

  test('where all is shown, all is judged', async () => {
    const report = await scanOf({ kinds: holding(objects) });
    const states = ['CP-07', 'NODE-02', 'NODE-03', 'TLS-04', 'UPG-01'].map((code) => report.ledger.find((row) => row.code === code)?.state);
    expect(states).toEqual(['fail', 'not-applicable', 'fail', 'fail', 'fail']);
    const kubelets = report.findings.filter(({ control }) => control === 'upgrading/kubelet-version');
    expect(kubelets.map(({ file }) => file).sort()).toEqual(['cluster/Node/cp-1', 'cluster/Node/worker-1']);
  });

  test.each([
    ['/api/v1/nodes', 'Node'],
    ['/api/v1/services', 'Service'],
    ['/apis/certificates.k8s.io/v1/certificatesigningrequests', 'CertificateSigningRequest.certificates.k8s.io'],
  ])('%s', async (path, kind) => {
    const whole = await scanOf({ kinds: holding(objects) });
    await api?.stop();
    const intercept: FakeOptions['intercept'] = (_, response, url) => {
      if (url.pathname !== path) return false;
      send(response, 403, status(403, 'no'));
      return true;
    };
    const report = await scanOf({ kinds: holding(objects), intercept });
    const changed = report.ledger.filter(({ code, state }) => whole.ledger.find((row) => row.code === code)?.state !== state);
    const readers = new Set(controls.filter(({ subject }) => subject.reads.kinds.includes(kind)).map(({ id }) => id));
    expect(changed.length).toBeGreaterThan(0);
    expect(changed.filter((row) => !row.controls.some((id) => readers.has(id)))).toEqual([]);
    const open = report.ledger.filter((row) => row.controls.some((id) => readers.has(id)));
    expect(open.filter(({ state }) => state === 'pass' || state === 'not-applicable')).toEqual([]);
  });
});

describe('it is no object of the cluster', () => {
  test('it is not counted, not asked for, and goes by its context', async () => {
    const report = await scanOf({ tls: selfSigned(), cluster: { 'insecure-skip-tls-verify': true } });
    expect(report.inputs).toMatchObject({ files: 0, documents: 0, resources: 0, unread: [] });
    expect(api?.requests.filter((request) => /observed|apiserver/i.test(request))).toEqual([]);
    const finding = report.findings.find(({ control }) => control === 'control-plane/server-certificate');
    expect(finding).toMatchObject({
      file: 'cluster/api-server',
      resource: { name: 'fake' },
      path: 'status.endpoint.tls.certificate.issuer',
    });
    const options = {
      color: false,
      width: 100,
      terminal: false,
      all: false,
      quiet: false,
      failOn: 'high',
      allowUnreadable: false,
    } as const;
    const text = [...formatText(report, { ...options, control: () => undefined, chapters: [] })].join('');
    expect(text).toContain('\nAPI server of context fake  ');
    expect(text).toContain('            status.endpoint.tls.certificate.issuer');
  });

  test.each([
    ['a document', '{apiVersion: observed.plimsoll/v1, kind: APIServer, metadata: {name: x}, status: {endpoint: {host: 10.0.0.1}}}'],
    [
      'an item of a list',
      '{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"observed.plimsoll/v1","kind":"APIServer","metadata":{"name":"x"},"status":{"endpoint":{"host":"10.0.0.1"}}}]}',
    ],
  ])('%s that calls itself one is of a kind that nobody reads', async (_, text) => {
    const podTemplates = [{ group: 'observed.plimsoll', kind: 'APIServer', path: 'status' }];
    const report = await scan({ paths: ['-'], stdin: Readable.from([text]), podTemplates });
    expect(report.inputs).toMatchObject({ resources: 0, skipped: [{ reason: 'kind APIServer is read by no control' }] });
    expect(report.findings).toEqual([]);
    expect(report.ledger.find(({ code }) => code === 'CP-01')).toMatchObject({
      state: 'unknown',
      needs: ['node', 'cluster', 'events'],
      subjects: { pass: 0, fail: 0, unknown: 0 },
    });
  });
});
