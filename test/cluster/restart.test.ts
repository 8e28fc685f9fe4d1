import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { outcome, scanCluster, type Report, type ScanClusterOptions } from '../../src/index.ts';
import { clusterRoleFor } from '../../src/library/scan-cluster.ts';
import type { ApiObject } from './api-client.ts';
import { seenByAuthorizer } from './authorizer.ts';
import { asAdmin, kubeconfig, startControlPlane, type ControlPlane } from './control-plane.ts';

/* A scan goes on where the API server starts anew meanwhile, and says what is missing where it does not come back. */

let plane: ControlPlane;

beforeAll(async () => {
  plane = await startControlPlane();
  const admin = asAdmin(plane.address);
  const rbac = 'rbac.authorization.k8s.io';
  const objects: readonly ApiObject[] = [
    parse(clusterRoleFor({})) as ApiObject,
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'scanner' },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'plimsoll-scan' },
      subjects: [{ apiGroup: rbac, kind: 'User', name: 'scanner' }],
    },
    ...['a', 'b', 'c'].map((name): ApiObject => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default' },
      spec: { containers: [{ name: 'web', image: 'registry.example.com/web:1' }] },
    })),
  ];
  for (const object of objects) {
    const { status, body } = await admin.create(object);
    if (status !== 201) throw new Error(`${object.kind} is refused: ${JSON.stringify(body)}`);
  }
  await seenByAuthorizer(admin);
});

afterAll(() => plane.stop());

/** Scans slowly enough for something to happen once some kinds are read. */
async function scanWhile(happens: () => Promise<void>, options: ScanClusterOptions = {}): Promise<Report> {
  let happened: Promise<void> | undefined;
  const report = await scanCluster({
    kubeconfig: kubeconfig(plane.address, 'scanner'),
    qps: 8,
    ...options,
    onProgress({ kinds }) {
      if (kinds >= 8) happened ??= happens();
    },
  });
  await happened;
  return report;
}

const withoutMoments = ({ findings, ledger, workloads, inputs }: Report): object => ({
  // The certificate and the clock of the server are told with their times.
  findings: findings.filter(({ resource }) => resource.kind !== 'APIServer'),
  ledger: ledger.map(({ code, state }) => [code, state]),
  workloads,
  inputs,
});

test('an API server that starts anew in the midst of a scan', async () => {
  const undisturbed = await scanWhile(() => Promise.resolve());
  expect([undisturbed.inputs.unread, undisturbed.workloads.length]).toEqual([[], 3]);
  const disturbed = await scanWhile(() => plane.restart());
  expect(withoutMoments(disturbed)).toEqual(withoutMoments(undisturbed));
});

test('an API server that does not come back', async () => {
  const report = await scanWhile(() => plane.stop(), { patience: { kind: 2_000 } });
  expect(report.inputs.unread.map(({ reason }) => reason)).toContain('list pods: nobody listens there (ECONNREFUSED)');
  expect(report.ledger.find(({ code }) => code === 'POD-06')?.state).toBe('unknown');
  expect(outcome(report, { failOn: 'critical', allowUnreadable: false }).exitCode).toBe(2);
});
