import { Readable } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import { scan, scanCluster, type Report, type ScanClusterOptions } from '../../src/index.ts';
import { holding, patience, send, startFakeApi, status, type ApiObject, type FakeApi, type FakeOptions } from './fake-api-server.ts';

/* What a scan tells of the products that run in a cluster. */

let api: FakeApi | undefined;

afterEach(async () => {
  await api?.stop();
  api = undefined;
});

async function scanOf(fake: FakeOptions, options: ScanClusterOptions = {}): Promise<Report> {
  api = await startFakeApi(fake);
  return scanCluster({ kubeconfig: api.kubeconfig, patience, ...options });
}

interface Agent {
  readonly image: string;
  readonly desired?: number;
  readonly ready?: number;
  readonly pod?: object;
  readonly labels?: object;
}

/** Its status is long, as that of real ones. */
function daemonSet(name: string, { image, desired = 2, ready = desired, pod = {}, labels = {} }: Agent): ApiObject {
  const conditions = Array.from({ length: 5 }, () => ({ type: 'Example', status: 'True', message: 'as long as a status may be' }));
  return {
    kind: 'DaemonSet',
    apiVersion: 'apps/v1',
    metadata: { name, namespace: 'kube-system', labels },
    spec: { selector: { matchLabels: { app: name } }, template: { spec: { containers: [{ name, image }], ...pod } } },
    status: { desiredNumberScheduled: desired, numberReady: ready, numberMisscheduled: 0, currentNumberScheduled: desired, conditions },
  };
}

const logs = { volumes: [{ name: 'logs', hostPath: { path: '/var/log/' } }] };
const nodes: readonly ApiObject[] = ['a', 'b'].map((name) => ({ kind: 'Node', apiVersion: 'v1', metadata: { name } }));
const flannel = daemonSet('kube-flannel-ds', { image: 'ghcr.io/flannel-io/flannel:v0.28.9', pod: { hostNetwork: true } });
const collector = daemonSet('fluent-bit', { image: 'registry.k8s.io/mirror/fluent-bit:4', pod: logs });
const falco = daemonSet('falco', { image: 'docker.io/falcosecurity/falco:0.42.0' });

const codes = ['NET-01', 'LOG-03', 'LOG-09', 'TOOL-01', 'TOOL-03', 'TOOL-04'];

function rows({ ledger }: Report): Record<string, string> {
  return Object.fromEntries(ledger.filter(({ code }) => codes.includes(code)).map(({ code, state }) => [code, state]));
}

function said({ findings }: Report, code: string): string[] {
  return findings.filter((finding) => finding.codes.includes(code)).map(({ verdict, message }) => `${verdict}: ${message}`);
}

describe('in a cluster', () => {
  test('what runs counts, also as a part of the system that is excepted from all else', async () => {
    const report = await scanOf({ kinds: holding([...nodes, flannel, collector, falco]) });
    expect(report.inputs.excepted.map(({ resource }) => resource.name)).toEqual(['kube-flannel-ds', 'fluent-bit']);
    expect(rows(report)).toMatchObject({ 'NET-01': 'fail', 'LOG-03': 'pass', 'TOOL-04': 'unknown', 'TOOL-01': 'unknown' });
    expect(said(report, 'NET-01')).toEqual([
      'fail: DaemonSet kube-system/kube-flannel-ds runs flannel, which enforces no network policies itself',
    ]);
    expect(said(report, 'TOOL-04')).toEqual([
      'unknown: DaemonSet kube-system/falco runs Falco: that its alarms arrive somewhere, a harmless event shows',
    ]);
  });

  test('nothing known in all of it is told as that', async () => {
    const report = await scanOf({ kinds: holding(nodes) });
    expect(rows(report)).toEqual({
      'NET-01': 'unknown',
      'LOG-03': 'fail',
      'LOG-09': 'fail',
      'TOOL-01': 'unknown',
      'TOOL-03': 'unknown',
      'TOOL-04': 'fail',
    });
  });

  test('a collector that leaves out a node, or is not ready on one', async () => {
    const apart = await scanOf({ kinds: holding([...nodes, { ...collector, status: { desiredNumberScheduled: 1, numberReady: 1 } }]) });
    expect(said(apart, 'LOG-03')).toEqual([
      'fail: DaemonSet kube-system/fluent-bit leaves out 1 of 2 nodes: nothing else collects logs there',
    ]);
    await api?.stop();
    const waiting = await scanOf({ kinds: holding([...nodes, { ...collector, status: { desiredNumberScheduled: 2, numberReady: 1 } }]) });
    expect(said(waiting, 'LOG-03')).toEqual(['unknown: DaemonSet kube-system/fluent-bit runs Fluent Bit: not ready on 1 of 2 nodes']);
    await api?.stop();
    const uncounted = await scanOf({ kinds: holding([...nodes, { ...collector, status: {} }]) });
    expect(rows(uncounted)['LOG-03']).toBe('unknown');
  });

  test('products by the APIs that the server serves, also of an old one', async () => {
    const kinds = [
      ...holding(nodes),
      {
        group: 'aquasecurity.github.io',
        version: 'v1alpha1',
        kind: 'RbacAssessmentReport',
        plural: 'rbacassessmentreports',
        custom: true,
      } as const,
      { group: 'operator.victoriametrics.com', version: 'v1beta1', kind: 'VMSingle', plural: 'vmsingles', custom: true } as const,
    ];
    const report = await scanOf({ kinds });
    expect(said(report, 'TOOL-03')[0]).toContain('unknown: API aquasecurity.github.io belongs to Trivy operator: ');
    expect(said(report, 'LOG-09')[0]).toContain('unknown: API operator.victoriametrics.com belongs to VictoriaMetrics: ');
    await api?.stop();
    const old = await scanOf({ kinds, old: true, version: 'v1.24.0' });
    expect(said(old, 'LOG-09')[0]).toContain('VictoriaMetrics');
    // Neither of them is listed.
    expect(api?.requests.filter((request) => /rbacassessment|vmsingles|customresource/.test(request))).toEqual([]);
  });

  test('absence decides nothing where not all was asked for', async () => {
    const report = await scanOf(
      { kinds: holding([...nodes, { kind: 'Namespace', metadata: { name: 'shop' } }]) },
      { namespaces: ['shop'] },
    );
    expect(new Set(Object.values(rows(report)))).toEqual(new Set(['unknown']));
    expect(said(report, 'LOG-03')).toEqual(['unknown: decided by nodes, which were not read']);
  });

  test.each(['/api/v1/nodes', '/apis/apps/v1/daemonsets', '/apis/apps/v1/deployments', '/api/v1/pods'])(
    'nor where %s may not be listed',
    async (path) => {
      const report = await scanOf({
        kinds: holding([...nodes, collector]),
        intercept(_, response, url) {
          if (url.pathname !== path) return false;
          send(response, 403, status(403, 'no'));
          return true;
        },
      });
      expect(new Set(Object.values(rows(report)))).toEqual(new Set(['unknown']));
    },
  );
});

describe('in manifests', () => {
  const scanText = (...objects: readonly object[]): Promise<Report> =>
    scan({ paths: ['-'], stdin: Readable.from([JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })]) });

  test('nothing is said of what is not in them', async () => {
    const report = await scanText(...nodes, daemonSet('own', { image: 'registry.example.com/own/agent:1' }));
    expect(new Set(Object.values(rows(report)))).toEqual(new Set(['unknown']));
    expect(codes.flatMap((code) => said(report, code))).toEqual([]);
  });

  test('what is in them is evidence, and no verdict, also in a dump of a cluster', async () => {
    const report = await scanText(...nodes, flannel, collector);
    expect(new Set(Object.values(rows(report)))).toEqual(new Set(['unknown']));
    expect(codes.flatMap((code) => said(report, code)).sort()).toEqual([
      'unknown: DaemonSet kube-system/fluent-bit runs Fluent Bit: on which nodes, the cluster shows',
      'unknown: DaemonSet kube-system/kube-flannel-ds runs flannel, which enforces no network policies itself',
    ]);
  });
});
