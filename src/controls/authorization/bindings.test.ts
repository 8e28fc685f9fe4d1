import { describe, expect, test } from 'vitest';
import type { AnyControl } from '../../core/index.ts';
import { exampleApiServer } from '../../subjects/api-server.ts';
import {
  exampleAccount,
  exampleBinding,
  exampleClusterGrant,
  exampleNamespaceGrant,
  exampleRole,
} from '../../subjects/example-permissions.ts';
import { judgeWith } from '../../testing/control-proofs.ts';
import { anonymousRights } from '../authentication/anonymous-rights.ts';
import { tokenAccess } from '../pod-security/token-access.ts';
import { allPowerful } from './all-powerful.ts';
import { broadGroups } from './broad-groups.ts';
import { clusterScope } from './cluster-scope.ts';
import { danglingBindings } from './dangling-bindings.ts';

function found(control: AnyControl, documents: string | readonly string[], policy: Parameters<typeof judgeWith>[2] = {}): string[] {
  const { findings } = judgeWith([control], [documents].flat().join('\n---\n'), { all: false, ...policy });
  return findings.map(({ verdict, severity, path, message }) => `${verdict === 'fail' ? severity : verdict} ${path}: ${message}`);
}

const group = (name: string): string => `{ kind: Group, name: '${name}' }`;
const secrets = "{ apiGroups: [''], resources: [secrets], verbs: [get, list] }";

describe('rights of everybody without credentials', () => {
  test('are critical where one of them is dangerous', () => {
    const grant = exampleNamespaceGrant([secrets]);
    const everybody = exampleBinding({
      role: 'Role/helper',
      namespace: 'shop',
      name: 'everybody',
      subjects: [group('system:unauthenticated')],
    });
    expect(found(anonymousRights, [grant, everybody])).toEqual([
      'critical subjects[0]: binding "everybody" lets everybody without credentials read Secrets',
    ]);
    const view = exampleBinding({ role: 'ClusterRole/view', name: 'everybody', subjects: [group('system:unauthenticated')] });
    expect(found(anonymousRights, view)).toEqual([
      'high subjects[0]: binding "everybody" gives role "view" to everybody without credentials',
    ]);
  });

  test('may be what Kubernetes gives them, under any name, and are not if only the name is', () => {
    const everybody = (role: string) => exampleBinding({ role, subjects: [group('system:unauthenticated')] });
    const health = exampleRole({ rules: ['{ nonResourceURLs: [/healthz, /version], verbs: [get] }'] });
    expect(found(anonymousRights, [health, everybody('ClusterRole/helper')])).toEqual([]);
    const named = exampleRole({ name: 'system:public-info-viewer', rules: ['{ nonResourceURLs: [/api], verbs: [get] }'] });
    expect(found(anonymousRights, [named, everybody('ClusterRole/system:public-info-viewer')])).toHaveLength(1);
  });
});

describe('a broad group', () => {
  const bound = (name: string, namespace?: string, role = 'ClusterRole/edit') =>
    exampleBinding({ role, subjects: [group(name)], ...(namespace !== undefined && { namespace }) });

  test('weighs as much as what it is given', () => {
    expect(found(broadGroups, bound('system:authenticated'))).toEqual([
      'critical subjects[0]: binding "helpers" gives role "edit" to all of "system:authenticated"',
    ]);
    expect(found(broadGroups, bound('system:serviceaccounts:shop', 'shop'))).toEqual([
      'high subjects[0]: binding "helpers" gives role "edit" to all of "system:serviceaccounts:shop"',
    ]);
    expect(found(broadGroups, bound('system:authenticated', 'shop', 'ClusterRole/view'))).toEqual([
      'low subjects[0]: binding "helpers" gives role "view" to all of "system:authenticated"',
    ]);
  });

  test('may have what Kubernetes gives it, whatever the binding', () => {
    expect(found(broadGroups, bound('system:authenticated', undefined, 'ClusterRole/system:discovery'))).toEqual([]);
  });

  test('leaves open who is a member of the masters', () => {
    const { ledger } = judgeWith([broadGroups], bound('ops'), {});
    expect(ledger.find(({ code }) => code === 'RBAC-12')).toMatchObject({ state: 'unknown', needs: ['node', 'events'] });
  });
});

describe('a binding that dangles', () => {
  const account = (namespace: string, name: string) => `{ kind: ServiceAccount, name: ${name}, namespace: ${namespace} }`;
  const cluster = [exampleApiServer({}), exampleRole({ rules: [secrets] })];
  const bound = exampleBinding({
    role: 'ClusterRole/helper',
    subjects: [account('shop', 'gone'), account('shop', 'default'), exampleAccount],
  });

  test('is a finding in a cluster, and weighs more if what it gives is dangerous', () => {
    expect(
      found(danglingBindings, [...cluster, 'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }', serviceAccount('web'), bound]),
    ).toEqual(['medium subjects[0]: binding "helpers" names account "shop/gone", which does not exist']);
    expect(found(danglingBindings, [...cluster, exampleBinding({ role: 'Role/gone', namespace: 'shop' })])).toEqual([
      'low roleRef: binding "helpers" gives Role "gone", which does not exist',
    ]);
  });

  test('is open where not all of a cluster was read', () => {
    const verdicts = (documents: readonly string[], partial = false) =>
      found(danglingBindings, documents, { partial }).map((text) => text.split(' ')[0]);
    const missing = exampleBinding({ role: 'ClusterRole/gone', namespace: 'shop' });
    expect(verdicts([missing])).toEqual(['unknown']);
    expect(verdicts([...cluster, missing])).toEqual(['low']);
    expect(verdicts([...cluster, missing], true)).toEqual(['unknown']);
    // Only some namespaces were read: no ClusterRole is among it.
    expect(verdicts([exampleApiServer({}), missing])).toEqual(['unknown']);
  });

  test('may name nobody at all', () => {
    expect(
      found(danglingBindings, [...cluster, exampleBinding({ role: 'ClusterRole/view', subjects: ['{ kind: Robot, name: r2 }'] })]),
    ).toEqual(['low subjects[0]: binding "helpers" names a subject of kind "Robot", which is nobody']);
  });
});

function serviceAccount(name: string): string {
  return `apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: ${name}, namespace: shop }`;
}

describe('a grant for the whole cluster', () => {
  test('is found where namespaces are enough, and open where an audit log has to tell', () => {
    const verdicts = (...rules: string[]) => found(clusterScope, exampleClusterGrant(rules)).map((text) => text.split(' ')[0]);
    expect(verdicts(secrets)).toEqual(['low']);
    expect(verdicts(secrets, '{ nonResourceURLs: [/metrics], verbs: [get] }')).toEqual([]);
    expect(verdicts("{ apiGroups: [''], resources: ['*'], verbs: [get] }")).toEqual([]);
    expect(verdicts('{ apiGroups: [shop.example.com], resources: [orders], verbs: [get] }')).toEqual([]);
    expect(verdicts('{ apiGroups: [policy], resources: [podsecuritypolicies], verbs: [use], resourceNames: [a] }')).toEqual([]);
    const row = (...documents: string[]) => {
      const { state, needs } = judgeWith([clusterScope], documents.join('\n---\n'), {}).ledger.find(({ code }) => code === 'RBAC-08')!;
      return [state, ...needs];
    };
    const nodes = "{ apiGroups: [''], resources: [nodes, persistentvolumes], verbs: [get, list] }";
    expect(row(exampleClusterGrant([nodes, '{ nonResourceURLs: [/metrics], verbs: [get] }']))).toEqual(['pass']);
    expect(row(exampleClusterGrant([nodes, secrets]))).toEqual(['unknown', 'events']);
    // A namespace may be asked about in itself, but for listing.
    expect(row(exampleClusterGrant(["{ apiGroups: [''], resources: [namespaces], verbs: [list] }"]))).toEqual(['pass']);
    expect(row(exampleClusterGrant(["{ apiGroups: [''], resources: [namespaces], verbs: [get] }"]))).toEqual(['unknown', 'events']);
    const missing = exampleBinding({ role: 'ClusterRole/gone' });
    expect(row(missing)).toEqual(['unknown', 'cluster']);
    expect(row(exampleApiServer({}), exampleRole({ rules: [secrets] }), missing)).toEqual(['pass']);
  });
});

describe('who can take over the cluster', () => {
  const bind = '{ apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [bind] }';
  const documents = [
    exampleClusterGrant([bind, secrets], [exampleAccount, '{ kind: User, name: jane }']),
    exampleBinding({ role: 'ClusterRole/edit', namespace: 'kube-system', name: 'edit', subjects: ['{ kind: User, name: joe }'] }),
    exampleBinding({ role: 'ClusterRole/edit', namespace: 'shop', name: 'edit-shop', subjects: ['{ kind: User, name: jim }'] }),
    exampleBinding({ role: 'ClusterRole/cluster-admin', name: 'cluster-admin', subjects: [group('system:masters')] }),
  ];

  test('is counted where nobody was named', () => {
    expect(found(allPowerful, documents)).toEqual([
      'unknown subjects[0]: 3 identities besides the system can take over the cluster, such as account "shop/web": is that meant?',
    ]);
  });

  test('is found where others were', () => {
    const policy = { params: { [allPowerful.id]: { allowed: ['sa:shop/web'] } } };
    expect(found(allPowerful, documents, policy)).toEqual([
      'high subjects[1]: user "jane" may bind roles beyond its own rights, and so take over the cluster',
      'high subjects[0]: user "joe" may act as any service account, and so take over the cluster',
    ]);
  });
});

describe('whoever gets at a token', () => {
  const run = '{ apiGroups: [apps], resources: [deployments], verbs: [create] }';
  const strong = [
    exampleRole({ name: 'strong', rules: [secrets, run] }),
    exampleBinding({ role: 'ClusterRole/strong', name: 'strong', subjects: [exampleAccount] }),
  ];

  test('is who he could be, where that one may do more', () => {
    expect(found(tokenAccess, [exampleNamespaceGrant([run]), ...strong])).toEqual([
      'high subjects[0]: user "jane" may run pods, and so be account "shop/web", which may read Secrets',
    ]);
  });

  test('is nobody else elsewhere, and no more than he is already', () => {
    expect(found(tokenAccess, [exampleNamespaceGrant([run], 'other'), ...strong])).toEqual([]);
    expect(found(tokenAccess, [exampleClusterGrant([run, secrets]), ...strong])).toEqual([]);
    expect(found(tokenAccess, [exampleBinding({ role: 'ClusterRole/cluster-admin' }), ...strong])).toEqual([]);
  });

  test('may have in all namespaces what the other has in one', () => {
    const weak = [
      exampleRole({ name: 'weak', rules: [secrets] }),
      exampleBinding({ role: 'ClusterRole/weak', name: 'weak', namespace: 'shop', subjects: [exampleAccount] }),
    ];
    expect(found(tokenAccess, [exampleNamespaceGrant([run]), ...weak])).toEqual([
      'medium subjects[0]: user "jane" may run pods, and so be account "shop/web", which may read Secrets',
    ]);
    expect(found(tokenAccess, [exampleClusterGrant([run, secrets]), ...weak])).toEqual([]);
  });

  test('is told only of who is not allowed to', () => {
    const policy = { params: { [tokenAccess.id]: { allowed: ['user:jane'] } } };
    expect(found(tokenAccess, [exampleNamespaceGrant([run]), ...strong], policy)).toEqual([]);
  });
});
