import { randomUUID } from 'node:crypto';
import { binding, clusterRole, role, type Rule } from '../rbac/facts-of.ts';
import type { ApiClient, ApiObject } from './api-client.ts';
import { make } from './make.ts';
import { until } from './until.ts';

/**
 * Waits until the authorizer goes by all roles and bindings that were written. It sees each of the four kinds by a watch of its
 * own, in the order in which they were written: what was written before has been seen when a new binding of each kind and its
 * new role are.
 */
export async function seenByAuthorizer(admin: ApiClient): Promise<void> {
  const name = `sentinel-${randomUUID()}`;
  const rule: Rule = { apiGroups: [''], resources: ['pods'], verbs: ['get'] };
  const writes = [
    clusterRole(name, rule),
    role('default', name, rule),
    binding(undefined, name, `ClusterRole ${name}`, `User ${name}-cluster`),
    binding('default', name, `Role ${name}`, `User ${name}-namespace`),
  ];
  for (const manifest of writes) await make(admin, manifest as ApiObject);
  for (const user of [`${name}-cluster`, `${name}-namespace`]) {
    const review: ApiObject = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user, resourceAttributes: { verb: 'get', resource: 'pods', namespace: 'default' } },
    };
    await until(
      async () => (await admin.create<{ status: { allowed: boolean } }>(review)).body.status.allowed,
      () => `${user} was never seen`,
    );
  }
}
