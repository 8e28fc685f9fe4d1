import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildRbac, type PolicyRule } from '../../src/kube/rbac/index.ts';
import { factsOf, type Manifest, type Rule } from '../rbac/facts-of.ts';
import { random } from '../upstream/random.ts';
import type { ApiClient, ApiObject } from './api-client.ts';
import { asAdmin, startControlPlane, type ControlPlane } from './control-plane.ts';
import { make } from './make.ts';
import { until } from './until.ts';

/*
 * What the controller writes into ClusterRoles that aggregate others, against what the engine makes of the manifests as they
 * were before: its own rules of such a role count for nothing as soon as it selects any.
 */

let plane: ControlPlane;
let admin: ApiClient;
beforeAll(async () => {
  plane = await startControlPlane({ controllerManager: true, auditRules: [{ level: 'None' }] });
  admin = asAdmin(plane.address);
});
afterAll(() => plane?.stop());

const path = '/apis/rbac.authorization.k8s.io/v1/clusterroles';
type Rules = ReadonlyMap<string, readonly string[]>;

async function listed(): Promise<Manifest[]> {
  const { body } = await admin.request<{ items: Manifest[] }>('GET', path);
  return body.items.map((item) => ({ ...item, apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' }));
}

/** Of each aggregating role, in any order: the controller goes by the names of the roles. */
function rulesBy(manifests: readonly Manifest[], how: 'written' | 'computed'): Rules {
  const rbac = buildRbac(factsOf(...manifests));
  const text = ({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): string =>
    JSON.stringify([verbs, apiGroups, resources, resourceNames, nonResourceURLs]);
  return new Map(
    rbac.roles
      .filter(({ aggregates }) => aggregates.length > 0)
      .map((role) => [role.name, (how === 'written' ? role.rules : rbac.rulesOf(role).map(({ rule }) => rule)).map(text).sort()]),
  );
}

test('the rules of admin, edit and view, and of 200 roles that select each other at random, are what the engine computes', async () => {
  const next = random(9);
  const below = (limit: number): number => Math.floor(next() * limit);
  const rule = (): Rule => ({ apiGroups: [''], resources: [`r${below(6)}`], verbs: [['get', 'list'][below(2)]!] });
  const labels = ['a', 'b', 'c', 'd'];
  const manifests = Array.from({ length: 200 }, (_, index): Manifest => {
    // A role selects labels of the next worlds' letters too, so that many go through several roles, and some round in a circle.
    const world = `w${index % 25}`;
    const aggregates = next() < 0.4;
    const selectors = [
      { matchLabels: { [world]: labels[below(4)] } },
      { matchExpressions: [{ key: world, operator: 'In', values: [labels[below(4)], labels[below(4)]] }] },
    ].slice(below(2));
    return {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: `role-${index}`, labels: { [world]: labels[below(4)] } },
      ...(aggregates ? { aggregationRule: { clusterRoleSelectors: selectors } } : { rules: Array.from({ length: below(3) }, rule) }),
    };
  });
  await Promise.all(manifests.map((manifest) => make(admin, manifest as ApiObject)));
  const computed = rulesBy(
    [...(await listed()).filter(({ metadata }) => !(metadata as { name: string }).name.startsWith('role-')), ...manifests],
    'computed',
  );
  let written = rulesBy(await listed(), 'written');
  const different = (): string[] => [...computed.keys()].filter((name) => computed.get(name)!.join() !== written.get(name)?.join());
  const isWritten = async (): Promise<boolean> => {
    written = rulesBy(await listed(), 'written');
    return different().length === 0;
  };
  await until(isWritten, () =>
    JSON.stringify(different().map((name) => ({ name, computed: computed.get(name), written: written.get(name) }))),
  );
  expect([...computed.keys()]).toEqual(expect.arrayContaining(['admin', 'edit', 'view']));
  expect([...computed.values()].filter((rules) => rules.length > 1).length).toBeGreaterThan(20);
  // Once written, they are still what the engine computes.
  expect(rulesBy(await listed(), 'computed')).toEqual(computed);
});
