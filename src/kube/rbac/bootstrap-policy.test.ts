import { describe, expect, test } from 'vitest';
import { nowhere } from '../../core/index.ts';
import { bootstrapPolicy, isBootstrapGrant, isPolicyKnown, rulesBeyondPolicy } from './bootstrap-policy.ts';
import { buildRbac } from './build.ts';
import { dangerousRights } from './dangerous-rights.ts';
import type { PolicyRule, RoleFact } from './facts.ts';

const at = { resource: 0, path: [], location: nowhere };
const marked = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };

function rule(changes: Partial<PolicyRule>) {
  return { verbs: ['get'], apiGroups: [''], resources: [], resourceNames: [], nonResourceURLs: [], ...changes, at };
}

function role(name: string, rules: readonly Partial<PolicyRule>[], changes: Partial<RoleFact> = {}): RoleFact {
  return {
    type: 'role',
    kind: 'ClusterRole',
    namespace: undefined,
    name,
    labels: marked,
    aggregates: [],
    rules: rules.map(rule),
    at,
    ...changes,
  };
}

function named(version: number, name: string): RoleFact | undefined {
  return bootstrapPolicy(version).roles.find((each) => each.name === name);
}

describe('the policy of a server', () => {
  const rbac = buildRbac([...bootstrapPolicy(37).roles, ...bootstrapPolicy(37).bindings]);

  test('lets administrators do everything, and the public ask for its health', () => {
    const question = { verb: '*', group: '*', resource: '*' };
    expect(rbac.whoCan(question).map(({ subject }) => subject)).toEqual([{ kind: 'Group', name: 'system:masters' }]);
    expect(rbac.can({ kind: 'User', name: 'system:anonymous' }, { verb: 'get', url: '/healthz' }).allowed).toBe(true);
    expect(rbac.can({ kind: 'User', name: 'system:anonymous' }, { verb: 'get', url: '/api' }).allowed).toBe(false);
  });

  test('puts roles together from others', () => {
    const admin = rbac.roles.find(({ name }) => name === 'admin')!;
    const verbs = rbac.rulesOf(admin).filter(({ rule: { resources } }) => resources.includes('rolebindings'));
    expect(verbs.map(({ source }) => source.name)).toEqual(['system:aggregate-to-admin']);
  });

  test('binds no role and no account that it does not make', () => {
    expect(rbac.missingRoles).toEqual([]);
  });

  test('is that of the minor', () => {
    const all = [35, 36, 37].map((version) => bootstrapPolicy(version).roles.length);
    expect(Math.min(...all)).toBeGreaterThan(60);
    expect(bootstrapPolicy(20)).toBe(bootstrapPolicy(35));
    expect([isPolicyKnown(34), isPolicyKnown(35)]).toEqual([false, true]);
    const texts = [35, 36, 37].map((version) => JSON.stringify(bootstrapPolicy(version)));
    expect(new Set(texts).size).toBe(3);
  });
});

describe('a role', () => {
  test('of Kubernetes does not go beyond what Kubernetes gives it', () => {
    for (const each of bootstrapPolicy(37).roles) expect(rulesBeyondPolicy(each), each.name).toEqual([]);
  });

  test('goes beyond by each rule that is not covered', () => {
    const more = role('system:discovery', [{ nonResourceURLs: ['/api'], apiGroups: [] }, { resources: ['secrets'] }]);
    expect(rulesBeyondPolicy(more)).toEqual([more.rules[1]]);
  });

  test('that is narrower is within', () => {
    expect(rulesBeyondPolicy(role('cluster-admin', [{ resources: ['secrets'] }]))).toEqual([]);
  });

  test('may have what only a feature gate gives', () => {
    expect(rulesBeyondPolicy(role('edit', [{ apiGroups: ['scheduling.k8s.io'], resources: ['workloads'], verbs: ['create'] }]))).toEqual(
      [],
    );
  });

  test('that is aggregated may have what it aggregates', () => {
    expect(rulesBeyondPolicy(role('admin', [{ resources: ['secrets'], verbs: ['get', 'create'] }]))).toEqual([]);
  });

  test('without the mark, of another name or of another namespace is nobody’s', () => {
    expect(rulesBeyondPolicy(role('cluster-admin', [], { labels: {} }))).toBeUndefined();
    expect(rulesBeyondPolicy(role('system:mine', []))).toBeUndefined();
    expect(rulesBeyondPolicy(role('cluster-admin', [], { kind: 'Role', namespace: 'shop' }))).toBeUndefined();
  });
});

describe('a grant', () => {
  const binding = (name: string, roleName: string) =>
    ({ kind: 'ClusterRoleBinding', namespace: undefined, name, roleRef: { kind: 'ClusterRole', name: roleName } }) as const;
  const group = (name: string) => ({ kind: 'Group', namespace: undefined, name, at });

  test('is Kubernetes’ own by binding, role and subject', () => {
    expect(isBootstrapGrant(binding('cluster-admin', 'cluster-admin'), group('system:masters'))).toBe(true);
    expect(isBootstrapGrant(binding('cluster-admin', 'cluster-admin'), group('system:authenticated'))).toBe(false);
    expect(isBootstrapGrant(binding('mine', 'cluster-admin'), group('system:masters'))).toBe(false);
    expect(isBootstrapGrant(binding('system:discovery', 'cluster-admin'), group('system:authenticated'))).toBe(false);
  });

  test('of kubeadm is known too', () => {
    expect(isBootstrapGrant(binding('kubeadm:cluster-admins', 'cluster-admin'), group('kubeadm:cluster-admins'))).toBe(true);
  });
});

test('every dangerous right is one that an administrator has', () => {
  const rbac = buildRbac([...bootstrapPolicy(37).roles, ...bootstrapPolicy(37).bindings]);
  const admin = { kind: 'Group', name: 'system:masters' } as const;
  const questions = dangerousRights.flatMap(({ questions: asked, and = [] }) => [...asked, ...and]);
  expect(questions.filter((question) => rbac.can(admin, question).grants.length === 0)).toEqual([]);
  expect(named(37, 'cluster-admin')?.rules.length).toBe(2);
});
