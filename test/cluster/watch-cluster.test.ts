import { expect, inject, test } from 'vitest';
import { parse } from 'yaml';
import { watchCluster, type Report } from '../../src/index.ts';
import { clusterRoleFor } from '../../src/library/scan-cluster.ts';
import type { ApiObject } from './api-client.ts';
import { seenByAuthorizer } from './authorizer.ts';
import { asAdmin, auditLog, kubeconfig } from './control-plane.ts';
import { makeNamespace } from './namespace.ts';

/* A workload that comes, changes and goes, followed by a user who has the printed role and nothing else. */

const address = inject('address');
const admin = asAdmin(address);

function deployment(privileged: boolean): ApiObject {
  const container = { name: 'web', image: 'registry.example.com/web:1', securityContext: { privileged } };
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [container] } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { selector: { matchLabels: { app: 'web' } }, template },
  };
}

test('findings come and go with the workload that has them', async () => {
  const namespace = await makeNamespace(admin);
  await admin.create({ ...(parse(clusterRoleFor({ watch: true })) as ApiObject), metadata: { name: 'plimsoll-watch' } });
  await admin.create({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'watcher' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'plimsoll-watch' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'watcher' }],
  });
  await seenByAuthorizer(admin);
  const ending = new AbortController();
  const lost: string[] = [];
  const reports = watchCluster({
    kubeconfig: kubeconfig(address, 'watcher'),
    signal: ending.signal,
    onLost: (path, why) => lost.push(`${path}: ${why}`),
    // Nothing is read again without an event.
    rhythm: { soonest: 600_000 },
  });
  const found = ({ findings, workloads }: Report): string => {
    if (!workloads.some(({ resource }) => resource.namespace === namespace)) return 'absent';
    return findings.some(({ control, resource }) => control === 'pod-security/privileged' && resource.namespace === namespace)
      ? 'fail'
      : 'pass';
  };
  /** Other tests change the cluster too: waits for the report that shows it. */
  const until = async (wanted: string): Promise<void> => {
    for (;;) {
      const { value } = await reports.next();
      if (value === undefined) throw new Error('it has ended');
      if (found(value) === wanted) return;
    }
  };

  await until('absent');
  await admin.create(deployment(true), { namespace });
  await until('fail');
  await admin.update(deployment(false), { namespace });
  await until('pass');
  await admin.request('DELETE', `/apis/apps/v1/namespaces/${namespace}/deployments/web`);
  await until('absent');
  ending.abort();
  expect((await reports.next()).done).toBe(true);

  expect(lost).toEqual([]);
  const events = auditLog(address).filter(({ user }) => user.username === 'watcher');
  expect(new Set(events.map(({ verb }) => verb))).toEqual(new Set(['get', 'list', 'watch']));
  expect(events.filter(({ verb, objectRef }) => verb === 'watch' && objectRef?.resource === 'secrets')).toEqual([]);
  expect(events.filter(({ responseStatus }) => (responseStatus?.code ?? 200) !== 200)).toEqual([]);
});
