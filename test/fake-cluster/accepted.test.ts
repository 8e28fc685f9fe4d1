import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  baselineOf,
  leaveOutKnown,
  scan,
  scanCluster,
  snapshotCluster,
  type Baseline,
  type Report,
  type ScanClusterOptions,
} from '../../src/index.ts';
import { holding, patience, startFakeApi, type ApiObject, type FakeApi } from './fake-api-server.ts';

/* What somebody answers for in a cluster, and what is known of it: docs/waivers.md, docs/baseline.md. */

let api: FakeApi | undefined;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-accepted-'));
});

afterEach(async () => {
  await api?.stop();
  api = undefined;
  rmSync(folder, { recursive: true });
});

async function scanOf(objects: readonly ApiObject[], options: ScanClusterOptions = {}): Promise<Report> {
  await api?.stop();
  api = await startFakeApi({ kinds: holding(objects) });
  return scanCluster({ kubeconfig: api.kubeconfig, patience, ...options });
}

const namespace: ApiObject = { kind: 'Namespace', metadata: { name: 'shop', labels: {} } };
const container = { name: 'web', image: 'registry.example.com/web:1' };

test('an annotation of a live object waives, and so it does in a snapshot', async () => {
  const terms = { reason: 'writes its cache', owner: 'team-shop', until: '2027-01-31' };
  const waiving = (...codes: string[]): object => ({
    annotations: { 'plimsoll.dev/waive': JSON.stringify(Object.fromEntries(codes.map((code) => [code, terms]))) },
  });
  const deployment = (name: string, onObject: object, onTemplate: object): ApiObject => ({
    kind: 'Deployment',
    metadata: { name, namespace: 'shop', ...onObject },
    spec: { selector: {}, template: { metadata: onTemplate, spec: { containers: [container] } } },
  });
  const objects = [
    namespace,
    deployment('object', waiving('pod-security/read-only-root-filesystem'), {}),
    deployment('template', {}, waiving('pod-security/read-only-root-filesystem')),
    deployment('neither', {}, {}),
  ];
  const options = { today: '2026-11-22' };
  const live = await scanOf(objects, options);
  const ofControl = live.findings.filter(({ control }) => control === 'pod-security/read-only-root-filesystem');
  const annotation = { from: 'annotation', ...terms, line: 1 };
  expect(Object.fromEntries(ofControl.map(({ resource, waived }) => [resource.name, waived]))).toEqual({
    object: { ...annotation, file: 'cluster/shop/Deployment.apps/object' },
    template: { ...annotation, file: 'cluster/shop/Deployment.apps/template' },
    neither: undefined,
  });
  expect(live.summary.waived).toBe(2);
  expect(live.ledger.find(({ controls }) => controls.includes('pod-security/read-only-root-filesystem'))).toMatchObject({
    state: 'fail',
    waived: { findings: 2, open: 1 },
  });

  const file = join(folder, 'cluster.snapshot');
  await snapshotCluster({ kubeconfig: api!.kubeconfig, patience, file });
  const { target, ...recorded } = await scan({ paths: [file], ...options });
  expect(target.cluster?.snapshot).toBeDefined();
  expect({ ...recorded, target: live.target }).toEqual(live);

  const over = await scanOf(objects, { today: '2027-02-01' });
  expect(over.summary.waived ?? 0).toBe(0);
});

test('a baseline fits the next scan, when pods and what makes them have other random names', async () => {
  const owned = (kind: string, name: string): object => ({
    ownerReferences: [{ apiVersion: 'apps/v1', kind, name, uid: `uid-${name}`, controller: true }],
  });
  const made = (kind: string, name: string, owner: object, spec: object): ApiObject => ({
    kind,
    metadata: { name, namespace: 'shop', uid: `uid-${name}`, ...owner },
    spec,
    status: { phase: 'Running' },
  });
  const template = { spec: { containers: [container] } };
  const debugged = (privileged: boolean): object => ({
    containers: [container, { ...container, name: 'debug', securityContext: { privileged } }],
  });
  const rollout = (hash: string, random: string, privileged: boolean): ApiObject[] => [
    namespace,
    made('Deployment', 'web', {}, { selector: {}, template }),
    made('ReplicaSet', `web-${hash}`, owned('Deployment', 'web'), { replicas: 2, selector: {}, template }),
    made('Pod', `web-${hash}-a${random}`, owned('ReplicaSet', `web-${hash}`), template.spec),
    made('Pod', `web-${hash}-b${random}`, owned('ReplicaSet', `web-${hash}`), debugged(privileged)),
    made('DaemonSet', 'agent', {}, { selector: {}, template }),
    made('Pod', `agent-${random}`, owned('DaemonSet', 'agent'), debugged(false)),
  ];
  const beside = (report: Report, baseline: Baseline): unknown => {
    const { findings, baseline: counts } = leaveOutKnown(report, baseline, 'production.jsonl');
    const fresh = findings.filter(({ verdict }) => verdict === 'fail').map(({ control, resource }) => [control, resource.name]);
    return { fresh, ...counts };
  };
  const before = await scanOf(rollout('5d9c', 'x7k2p', false));
  const baseline = baselineOf(before);
  expect(before.findings.filter(({ resource }) => resource.kind === 'Pod').map(({ resource }) => resource.owner?.kind)).toEqual(
    expect.arrayContaining(['Deployment', 'DaemonSet']),
  );
  const known = { file: 'production.jsonl', known: baseline.entries.length, gone: 0 };
  expect(beside(await scanOf(rollout('7f46', 'm3q9z', false)), baseline)).toEqual({ ...known, fresh: [] });
  expect(beside(await scanOf(rollout('7f46', 'm3q9z', true)), baseline)).toMatchObject({
    fresh: expect.arrayContaining([['pod-security/privileged', 'web-7f46-bm3q9z']]),
  });
});
