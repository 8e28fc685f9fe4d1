import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { OptionError, scanCluster, type Finding, type Report, type ScanClusterOptions } from '../../src/index.ts';
import { holding, patience, send, startFakeApi, status, type ApiObject, type FakeApi, type FakeOptions } from './fake-api-server.ts';

/* What admission does in a cluster: of labels, of the API server's own configuration, of webhooks. */

let api: FakeApi | undefined;
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-admission-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

afterEach(async () => {
  await api?.stop();
  api = undefined;
});

async function scanOf(fake: FakeOptions, options: ScanClusterOptions = {}): Promise<Report> {
  api = await startFakeApi(fake);
  return scanCluster({ kubeconfig: api.kubeconfig, patience, all: true, ...options });
}

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function namespace(name: string, labels: Readonly<Record<string, string>> = {}): ApiObject {
  return { kind: 'Namespace', metadata: { name, labels } };
}

const enforcing = { 'pod-security.kubernetes.io/enforce': 'restricted' };

const podSecurity = {
  apiVersion: 'pod-security.admission.config.k8s.io/v1',
  kind: 'PodSecurityConfiguration',
  defaults: { enforce: 'restricted', 'enforce-version': 'latest' },
  exemptions: { namespaces: ['legacy'] },
};

function configuration(plugin: object): object {
  return { apiVersion: 'apiserver.config.k8s.io/v1', kind: 'AdmissionConfiguration', plugins: [{ name: 'PodSecurity', ...plugin }] };
}

function levels({ findings }: Report): string[] {
  return findings
    .filter(({ control }) => control === 'pod-security/pod-security-admission')
    .map(({ resource, verdict }: Finding) => `${resource.name} ${verdict}`)
    .sort();
}

function row(report: Report, code: string): unknown {
  return report.ledger.find((each) => each.code === code);
}

describe('the configuration of the API server', () => {
  const kinds = holding([namespace('shop'), namespace('legacy', enforcing), namespace('strict', enforcing)]);

  test('decides where there are no labels, and exempts in spite of them', async () => {
    const report = await scanOf({ kinds }, { admissionConfig: [file('admission.json', configuration({ configuration: podSecurity }))] });
    expect(levels(report)).toEqual(['legacy fail', 'shop pass', 'strict pass']);
    expect(report.findings.find(({ control }) => control === 'pod-security/admission-exemptions')).toMatchObject({
      verdict: 'fail',
      path: 'plugins[0].configuration.exemptions.namespaces[0]',
      file: expect.stringContaining('admission.json'),
    });
    expect(report.target.assumptions.join()).not.toContain('settings of its own');
  });

  test('may stand in two files', async () => {
    const files = [file('server.json', configuration({ path: 'pods.yaml' })), file('pods.json', podSecurity)];
    expect(levels(await scanOf({ kinds }, { admissionConfig: files }))).toEqual(['legacy fail', 'shop pass', 'strict pass']);
  });

  test('is assumed to say nothing where nobody names it', async () => {
    const report = await scanOf({ kinds });
    expect(levels(report)).toEqual(['legacy pass', 'shop fail', 'strict pass']);
    expect(report.target.assumptions.join()).toContain('(--admission-config names them)');
  });

  test.each([
    ['a file that says nothing of admission', { kind: 'ConfigMap', apiVersion: 'v1' }, 'says nothing of admission'],
    ['one that names another', configuration({ path: '/etc/kubernetes/pods.yaml' }), 'names another file'],
    ['one that is no YAML', '{', 'cannot be read'],
  ])('%s is refused', async (_, content, complaint) => {
    const error: unknown = await scanOf({ kinds }, { admissionConfig: [file('wrong.json', content)] }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(OptionError);
    expect((error as OptionError).lines.join('\n')).toContain(complaint);
    expect(api?.requests.filter((request) => request.includes('limit='))).toEqual([]);
  });
});

describe('what else may refuse pods', () => {
  const webhook = (name: string, more: object = {}): ApiObject => ({
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'rules' },
    webhooks: [
      {
        name,
        clientConfig: { url: 'https://rules.example.com' },
        rules: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'] }],
        namespaceSelector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['free'] }] },
        ...more,
      },
    ],
  });
  const namespaces = [namespace('shop'), namespace('free'), namespace('strict', enforcing)];

  test('leaves open what it refuses, and only where it looks', async () => {
    const report = await scanOf({ kinds: holding([...namespaces, webhook('pods.example.com')]) });
    expect(levels(report)).toEqual(['free fail', 'shop unknown', 'strict pass']);
    expect(report.findings.find(({ control }) => control === 'pod-security/webhook-scope')?.message).toContain(
      'leaves out namespace "free"',
    );
  });

  test('counts for nothing where it fails open', async () => {
    const report = await scanOf({ kinds: holding([...namespaces, webhook('pods.example.com', { failurePolicy: 'Ignore' })]) });
    expect(levels(report)).toEqual(['free fail', 'shop fail', 'strict pass']);
    expect(row(report, 'ENF-04')).toMatchObject({ state: 'fail' });
  });

  test('may be there where nobody may look for it', async () => {
    const report = await scanOf({
      kinds: holding(namespaces),
      intercept(_, response, url) {
        if (!url.pathname.endsWith('/validatingwebhookconfigurations')) return false;
        send(response, 403, status(403, 'no'));
        return true;
      },
    });
    expect(levels(report)).toEqual(['free unknown', 'shop unknown', 'strict pass']);
    const note = 'undecided without reading validatingwebhookconfigurations.admissionregistration.k8s.io';
    expect([row(report, 'ENF-01'), row(report, 'ENF-04')]).toMatchObject([
      { state: 'unknown', note },
      { state: 'unknown', note },
    ]);
  });
});

describe('running pods', () => {
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'registry.example.com/web:1' }] } };
  const made = (kind: string, name: string, owner: readonly [string, string] | undefined, more: object): ApiObject => ({
    kind,
    metadata: {
      name,
      namespace: 'shop',
      uid: `uid-${name}`,
      labels: { app: 'web' },
      ...(owner && {
        ownerReferences: [{ apiVersion: 'apps/v1', kind: owner[0], name: owner[1], uid: `uid-${owner[1]}`, controller: true }],
      }),
    },
    ...more,
  });
  const workload = { spec: { selector: { matchLabels: { app: 'web' } }, template } };
  const objects = [
    made('Deployment', 'web', undefined, workload),
    made('ReplicaSet', 'web-1', ['Deployment', 'web'], workload),
    made('Pod', 'web-1-a', ['ReplicaSet', 'web-1'], { spec: template.spec, status: { phase: 'Running' } }),
    made('Pod', 'web-1-b', ['ReplicaSet', 'web-1'], { spec: template.spec, status: { phase: 'Running' } }),
  ];

  test('that would be refused today are found, also where their owner is judged in their place', async () => {
    const report = await scanOf({ kinds: holding([namespace('shop', enforcing), ...objects]) });
    const found = report.findings.filter(({ control }) => control === 'pod-security/running-pods');
    expect(found).toMatchObject([
      { verdict: 'fail', resource: { kind: 'Pod', name: 'web-1-a' }, message: expect.stringContaining('restricted') },
    ]);
    expect(row(report, 'ENF-05')).toMatchObject({ state: 'fail' });
  });

  test('are no matter where nothing runs, or nothing is enforced', async () => {
    expect(row(await scanOf({ kinds: holding([namespace('shop', enforcing), objects[0]!]) }), 'ENF-05')).toMatchObject({
      state: 'not-applicable',
    });
    await api?.stop();
    expect(row(await scanOf({ kinds: holding([namespace('shop'), ...objects]) }), 'ENF-05')).toMatchObject({ state: 'not-applicable' });
  });
});
