import { describe, expect, test } from 'vitest';
import type { AnyControl } from '../../core/index.ts';
import { dangerousRights } from '../../kube/rbac/dangerous-rights.ts';
import {
  exampleAccount,
  exampleBinding,
  exampleClusterGrant,
  exampleNamespaceGrant,
  exampleRole,
} from '../../subjects/example-permissions.ts';
import { judgeWith } from '../../testing/control-proofs.ts';
import { secretReaders } from '../network-separation/secret-readers.ts';
import { admissionWriters } from '../pod-security/admission-writers.ts';
import { tokenAccess } from '../pod-security/token-access.ts';
import { allPowerful } from './all-powerful.ts';
import { clusterAdmin } from './cluster-admin.ts';
import { commandsInContainers } from './commands-in-containers.ts';
import { deadRules } from './dead-rules.ts';
import { escalationVerbs } from './escalation-verbs.ts';
import { nodeProxy } from './node-proxy.ts';
import { takeoverRights } from './takeover-rights.ts';
import { tokenIssue } from './token-issue.ts';
import { wildcards } from './wildcards.ts';
import { workloadCreation } from './workload-creation.ts';

type Overrides = Parameters<typeof judgeWith>[2];

/** What fails or is open, as `severity path: message`. */
function found(control: AnyControl, yaml: string, policy: Overrides = {}): string[] {
  const { findings } = judgeWith([control], yaml, { all: false, ...policy });
  return findings.map(({ verdict, severity, path, message }) => `${verdict === 'fail' ? severity : verdict} ${path}: ${message}`);
}

const secrets = "{ apiGroups: [''], resources: [secrets], verbs: [get, list] }";
const everything = "{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }";

test('whom a message names of several is decided by names, and not by the order of objects', () => {
  const bind = '{ apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [bind] }';
  const pods = "{ apiGroups: [''], resources: [pods], verbs: [create] }";
  const account = (name: string, namespace = 'shop'): string => `{ kind: ServiceAccount, name: ${name}, namespace: ${namespace} }`;
  const objects = [
    exampleRole({ name: 'maker', rules: [pods] }),
    exampleBinding({ role: 'ClusterRole/maker', name: 'z-makers', subjects: ['{ kind: User, name: joe }', '{ kind: User, name: ann }'] }),
    exampleBinding({ role: 'ClusterRole/maker', name: 'a-makers', subjects: ['{ kind: User, name: eve }'] }),
    exampleRole({ name: 'binder', rules: [bind] }),
    exampleBinding({ role: 'ClusterRole/binder', name: 'z-binders', subjects: [account('web'), account('api'), account('job')] }),
    exampleBinding({ role: 'ClusterRole/binder', name: 'a-binders', subjects: [account('job'), account('db', 'bank')] }),
    exampleBinding({ role: 'ClusterRole/binder', name: 'local', namespace: 'shop', subjects: [account('web')] }),
  ];
  for (const control of [allPowerful, escalationVerbs, tokenAccess, workloadCreation]) {
    const told = found(control, objects.join('---\n')).sort();
    expect(told.length).toBeGreaterThan(0);
    expect(found(control, objects.toReversed().join('---\n')).sort()).toEqual(told);
  }
  expect(found(allPowerful, objects.join('---\n'))).toEqual([expect.stringContaining('such as account "bank/db"')]);
});

test('a star over what the API does not have grants nothing', () => {
  const rules = ["{ apiGroups: [''], resources: [pod], verbs: ['*'] }", "{ apiGroups: [''], resources: [pod, pods], verbs: ['*'] }"];
  expect(found(wildcards, exampleRole({ rules }))).toEqual(['low rules[1]: role "helper" grants all verbs on "pods" of the core group']);
});

describe('a dangerous rule of a role', () => {
  test('is found where it stands, with whoever has it and by what', () => {
    expect(found(secretReaders, exampleClusterGrant([secrets], [exampleAccount]))).toEqual([
      'high rules[0]: account "shop/web" may read Secrets everywhere by binding "helpers"',
    ]);
    expect(found(secretReaders, exampleNamespaceGrant([secrets]))).toEqual([
      'medium rules[0]: user "jane" may read Secrets in "shop" by binding "helpers"',
    ]);
  });

  test('counts for the cluster where the namespace is that of the system', () => {
    expect(found(secretReaders, exampleNamespaceGrant([secrets], 'kube-system'))).toEqual([
      'high rules[0]: user "jane" may read Secrets in "kube-system" by binding "helpers"',
    ]);
  });

  test('counts for less where nobody is bound to it', () => {
    expect(found(secretReaders, exampleRole({ rules: [secrets] }))).toEqual([
      'low rules[0]: whoever gets role "helper" may read Secrets: nobody is bound to it here',
    ]);
    expect(found(escalationVerbs, exampleRole({ rules: ["{ apiGroups: ['*'], resources: [roles], verbs: [bind] }"] }))).toEqual([
      'medium rules[0]: whoever gets role "helper" may bind roles beyond its own rights: nobody is bound to it here',
    ]);
  });

  test('tells of several who have it by several bindings the first, and how many more', () => {
    const yaml = [
      exampleRole({ rules: [secrets] }),
      exampleBinding({ role: 'ClusterRole/helper', name: 'a', namespace: 'one', subjects: [exampleAccount, '{ kind: User, name: jane }'] }),
      exampleBinding({ role: 'ClusterRole/helper', name: 'b', namespace: 'two', subjects: ['{ kind: Group, name: ops }'] }),
    ].join('---');
    expect(found(secretReaders, yaml)).toEqual([
      'medium rules[0]: account "shop/web" and 2 more may read Secrets in 2 namespaces by binding "a" and 1 more',
    ]);
  });

  test('names the worst right of a rule, and how many more it gives', () => {
    const rule = "{ apiGroups: [''], resources: [pods/portforward, pods/exec, pods/attach], verbs: [create] }";
    expect(found(commandsInContainers, exampleClusterGrant([rule]))).toEqual([
      'high rules[0]: user "jane" may run commands in containers (and 2 more) everywhere by binding "helpers"',
    ]);
  });

  test('is cut to the length of a message, whatever the names', () => {
    const long = 'x'.repeat(250);
    const yaml = `${exampleRole({ rules: [secrets], name: long })}---${exampleBinding({
      role: `ClusterRole/${long}`,
      name: long,
      subjects: [`{ kind: User, name: ${long} }`],
    })}`;
    const [message = ''] = found(secretReaders, yaml);
    expect(message).toMatch(/^high rules\[0\]: user "x+…x+" may read Secrets everywhere by binding "x+…x+"$/);
    expect(message.length).toBeLessThan(130);
  });

  test('is nobody’s fault who is allowed to have it', () => {
    const yaml = exampleClusterGrant([secrets], [exampleAccount, '{ kind: Group, name: ops }', '{ kind: User, name: jane }']);
    const allowing = (...allowed: string[]) => found(secretReaders, yaml, { params: { [secretReaders.id]: { allowed } } });
    expect(allowing('sa:shop/web', 'group:ops')).toEqual(['high rules[0]: user "jane" may read Secrets everywhere by binding "helpers"']);
    expect(allowing('sa:shop/web', 'group:ops', 'user:jane')).toEqual([]);
    expect(allowing('user:ops', 'group:jane', 'sa:web')).toHaveLength(1);
  });

  test('that cannot be granted by a RoleBinding is dead in one', () => {
    const proxy = "{ apiGroups: [''], resources: [nodes/proxy], verbs: [get] }";
    const bound = exampleBinding({ role: 'ClusterRole/helper', namespace: 'shop' });
    expect(found(nodeProxy, `${exampleRole({ rules: [proxy] })}---${bound}`)).toEqual([]);
    expect(found(nodeProxy, exampleNamespaceGrant([proxy]))).toEqual([]);
    expect(found(escalationVerbs, exampleNamespaceGrant(["{ apiGroups: ['*'], resources: [clusterroles], verbs: [escalate] }"]))).toEqual(
      [],
    );
    expect(found(takeoverRights, exampleNamespaceGrant(["{ apiGroups: [''], resources: [persistentvolumes], verbs: [create] }"]))).toEqual(
      [],
    );
    expect(
      found(admissionWriters, exampleNamespaceGrant(["{ apiGroups: ['*'], resources: [mutatingwebhookconfigurations], verbs: [create] }"])),
    ).toEqual([]);
  });

  test('is none where it grants nothing', () => {
    const rule = (resource: string) => `{ apiGroups: [''], resources: ['${resource}'], verbs: ['*'] }`;
    expect(found(secretReaders, exampleClusterGrant([rule('secret')]))).toEqual([]);
    expect(found(commandsInContainers, exampleClusterGrant([rule('pods/*')]))).toEqual([]);
    expect(found(escalationVerbs, exampleClusterGrant([rule('rolebindings')]))).toEqual([]);
  });

  test('may be got with the verb get before 1.35', () => {
    const yaml = exampleClusterGrant(["{ apiGroups: [''], resources: [pods/exec], verbs: [get] }"]);
    expect([found(commandsInContainers, yaml, { version: 34 }).length, found(commandsInContainers, yaml).length]).toEqual([1, 0]);
  });

  test('about certificates needs the signer too', () => {
    const approval = '{ apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests/approval], verbs: [update] }';
    const signer = (name: string) =>
      `{ apiGroups: [certificates.k8s.io], resources: [signers], verbs: [approve], resourceNames: ['${name}'] }`;
    const count = (...rules: string[]) => found(takeoverRights, exampleClusterGrant(rules)).length;
    expect([count(approval), count(approval, signer('example.com/*')), count(approval, signer('kubernetes.io/*'))]).toEqual([0, 0, 1]);
  });

  test('in parts counts for whoever has the rest by another role, himself or as a member of a group', () => {
    const approval = '{ apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests/approval], verbs: [update] }';
    const signer = "{ apiGroups: [certificates.k8s.io], resources: [signers], verbs: [approve], resourceNames: ['kubernetes.io/*'] }";
    const grant = (name: string, rule: string, subject: string, namespace?: string): string =>
      `${exampleRole({ name, rules: [rule] })}---${exampleBinding({ role: `ClusterRole/${name}`, name, subjects: [subject], ...(namespace && { namespace }) })}`;
    const [jane, joe, all, shop] = [
      '{ kind: User, name: jane }',
      '{ kind: User, name: joe }',
      "{ kind: Group, name: 'system:authenticated' }",
      "{ kind: Group, name: 'system:serviceaccounts:shop' }",
    ] as const;
    const of = (first: string, second: string, namespace?: string): string[] =>
      found(takeoverRights, `${grant('approve', approval, first)}---${grant('sign', signer, second, namespace)}`);
    const finding = (who: string): string => `critical rules[0]: ${who} may approve client certificates everywhere by binding "approve"`;
    expect(of(jane, jane)).toEqual([finding('user "jane"')]);
    expect(of(jane, joe)).toEqual([]);
    expect(of(jane, jane, 'shop')).toEqual([]);
    expect(of(jane, all)).toEqual([finding('user "jane"')]);
    expect(of(shop, all)).toEqual([finding('group "system:serviceaccounts:shop"')]);
    expect(of(shop, exampleAccount)).toEqual([finding('account "shop/web"')]);
    expect(of(shop, '{ kind: ServiceAccount, name: web, namespace: bank }')).toEqual([]);
    const both = `${grant('approve', approval, jane)}---${grant('sign', signer, jane)}`;
    expect(found(takeoverRights, both, { params: { [takeoverRights.id]: { allowed: ['user:jane'] } } })).toEqual([]);
    expect(found(allPowerful, both)).toHaveLength(1);
    expect(found(allPowerful, `${grant('approve', approval, jane)}---${grant('sign', signer, joe)}`)).toEqual([]);
  });

  test('to run pods counts for the nodes where the namespace refuses none', () => {
    const grant = exampleNamespaceGrant(["{ apiGroups: [''], resources: [pods], verbs: [create] }"]);
    const namespace = (labels: string): string => `apiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { ${labels} } }\n`;
    const of = (...more: string[]): string[] => found(workloadCreation, [grant, ...more].join('\n---\n'));
    const finding = (severity: string, where: string): string[] => [
      `${severity} rules[0]: user "jane" may run pods in ${where} by binding "helpers"`,
    ];
    expect(of()).toEqual(finding('medium', '"shop"'));
    expect(of(namespace('pod-security.kubernetes.io/enforce: baseline'))).toEqual(finding('medium', '"shop"'));
    expect(of(namespace('team: a'))).toEqual(finding('high', '"shop" (no level)'));
    const webhook = `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: policy }
webhooks:
  - { name: a.example.com, rules: [{ apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods] }] }
`;
    expect(of(namespace('team: a'), webhook)).toEqual(finding('medium', '"shop"'));
    const other = exampleBinding({ role: 'ClusterRole/edit', namespace: 'bank', name: 'edits' });
    expect(found(workloadCreation, `${namespace('team: a')}---${other}`)).toEqual([
      'medium subjects[0]: user "jane" may run pods in "bank" by role "edit"',
    ]);
    const wide = [
      exampleRole({ rules: ["{ apiGroups: [''], resources: [pods], verbs: [create] }"] }),
      exampleBinding({ role: 'ClusterRole/helper', namespace: 'shop' }),
      exampleBinding({ role: 'ClusterRole/helper', namespace: 'bank', name: 'more' }),
      namespace('team: a'),
    ];
    expect(found(workloadCreation, wide.join('---\n'))).toEqual([
      'high rules[0]: user "jane" may run pods in 2 namespaces (1 without a level) by binding "helpers" and 1 more',
    ]);
  });

  test('about the configuration of the system counts only there', () => {
    const rule = "{ apiGroups: [''], resources: [configmaps], verbs: [update] }";
    expect(found(takeoverRights, exampleNamespaceGrant([rule]))).toEqual([]);
    expect(found(takeoverRights, exampleRole({ rules: [rule] }))).toEqual([]);
    expect(found(takeoverRights, exampleClusterGrant([rule]))).toHaveLength(1);
    expect(found(takeoverRights, exampleRole({ rules: [rule], namespace: 'kube-system' }))).toEqual([
      'low rules[0]: whoever gets role "helper" may change the configuration in kube-system: nobody is bound to it here',
    ]);
  });
});

describe('a role of stars', () => {
  test('is told by one control alone, which decides all that it includes', () => {
    const yaml = exampleClusterGrant([everything]);
    const others = [escalationVerbs, workloadCreation, commandsInContainers, nodeProxy, takeoverRights, tokenIssue, secretReaders];
    for (const control of [...others, admissionWriters, wildcards]) expect(found(control, yaml), control.id).toEqual([]);
    expect(found(clusterAdmin, yaml)).toEqual(['critical rules[0]: user "jane" may do everything everywhere by binding "helpers"']);
    const told = dangerousRights.flatMap(({ codes }) => codes).filter((code) => code !== 'GOV-04' && code !== 'TOK-04');
    expect([...new Set([...told, 'RBAC-03'])].sort()).toEqual([...clusterAdmin.decides].sort());
  });
});

describe('a binding of a role of Kubernetes', () => {
  test('is found at each subject, whether the role was read or not', () => {
    const yaml = exampleBinding({ role: 'ClusterRole/admin', namespace: 'shop', subjects: [exampleAccount, '{ kind: User, name: jane }'] });
    expect(found(secretReaders, yaml)).toEqual([
      'medium subjects[0]: account "shop/web" may read Secrets in "shop" by role "admin"',
      'medium subjects[1]: user "jane" may read Secrets in "shop" by role "admin"',
    ]);
    expect(found(clusterAdmin, exampleBinding({ role: 'ClusterRole/cluster-admin', namespace: 'shop' }))).toEqual([
      'high subjects[0]: user "jane" may do everything in "shop" by role "cluster-admin"',
    ]);
  });

  test('is as it is meant to be where Kubernetes binds it itself', () => {
    const subjects = ["{ kind: Group, name: 'system:masters' }", '{ kind: User, name: jane }'];
    const yaml = exampleBinding({ role: 'ClusterRole/cluster-admin', name: 'cluster-admin', subjects });
    expect(found(clusterAdmin, yaml)).toEqual(['critical subjects[1]: user "jane" may do everything everywhere by role "cluster-admin"']);
  });
});

describe('a role of Kubernetes', () => {
  const marked = "labels: { 'kubernetes.io/bootstrapping': rbac-defaults }";
  const rules = ["{ apiGroups: [''], resources: [configmaps], verbs: [get] }", secrets];

  test('is judged by what goes beyond, and then for its own subjects too', () => {
    const yaml = `${exampleRole({ name: 'system:discovery', rules, metadata: marked })}---${exampleBinding({
      role: 'ClusterRole/system:discovery',
      name: 'system:discovery',
      subjects: ["{ kind: Group, name: 'system:authenticated' }"],
    })}`;
    expect(found(secretReaders, yaml)).toEqual([
      'high rules[1]: group "system:authenticated" may read Secrets everywhere by binding "system:discovery"',
    ]);
  });

  test('is not known by its name alone', () => {
    expect(found(clusterAdmin, exampleRole({ name: 'cluster-admin', rules: [everything] }))).toHaveLength(1);
    expect(found(clusterAdmin, exampleRole({ name: 'cluster-admin', rules: [everything], metadata: marked }))).toEqual([]);
    expect(found(clusterAdmin, exampleRole({ name: 'admins', rules: [everything], metadata: marked }))).toHaveLength(1);
  });

  test('of a version that is not known is open where it goes beyond', () => {
    const yaml = exampleRole({ name: 'system:discovery', rules, metadata: marked });
    expect(found(secretReaders, yaml, { version: 30 })).toEqual([
      'unknown rules[1]: role "system:discovery" grants more than the oldest Kubernetes whose roles are known gives it',
    ]);
  });
});

describe('an aggregated role', () => {
  const part = exampleRole({ name: 'part', rules: [secrets], metadata: "labels: { 'example.com/to': whole }" });
  const whole = exampleRole({
    name: 'whole',
    rules: [secrets],
    more: "aggregationRule: { clusterRoleSelectors: [{ matchLabels: { 'example.com/to': whole } }] }",
  });

  test('is judged where its rules stand, for whoever is bound to the whole', () => {
    const bound = exampleBinding({ role: 'ClusterRole/whole', namespace: 'shop' });
    const { findings } = judgeWith([secretReaders], [part, whole, bound].join('---'), { all: false });
    expect(findings.map(({ resource, message }) => [resource.name, message])).toEqual([
      ['part', 'user "jane" may read Secrets in "shop" by binding "helpers"'],
    ]);
  });

  test('of Kubernetes gives what others add to it', () => {
    const added = exampleRole({
      name: 'added',
      rules: [secrets],
      metadata: "labels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' }",
    });
    const bound = exampleBinding({ role: 'ClusterRole/view', namespace: 'shop' });
    const { findings } = judgeWith([secretReaders], [added, bound].join('---'), { all: false });
    expect(findings.map(({ resource, message }) => [resource.name, message])).toEqual([
      ['added', 'user "jane" may read Secrets in "shop" by binding "helpers"'],
    ]);
  });
});

describe('a dead rule', () => {
  const dead = (rule: string, policy: Overrides = {}) => found(deadRules, exampleNamespaceGrant([rule]), policy);

  test('says which resource, and why nothing is granted', () => {
    expect(dead("{ apiGroups: [''], resources: [pods, pod, deployments], verbs: [get] }")).toEqual([
      'low rules[0]: rule names "pod", which the API does not have (and 1 more): nothing is granted',
    ]);
    expect(dead('{ apiGroups: [core], resources: [pods], verbs: [get] }')).toEqual([
      'low rules[0]: rule names "pods" of group "core", which no API has: nothing is granted',
    ]);
  });

  test('goes by the version', () => {
    const rule = '{ apiGroups: [policy], resources: [podsecuritypolicies], verbs: [use] }';
    const grant = exampleClusterGrant([rule]);
    expect([found(deadRules, grant, { version: 24 }), found(deadRules, grant)].map((list) => list.length)).toEqual([0, 1]);
  });
});

test('a rule with stars says what it grants', () => {
  const grants = (rule: string) => found(wildcards, exampleClusterGrant([rule])).map((text) => text.split(' grants ')[1]);
  expect(grants("{ apiGroups: ['', apps], resources: ['*'], verbs: [get, list] }")).toEqual([
    '2 verbs on all resources of the core group and 1 more',
  ]);
  expect(grants("{ apiGroups: ['*'], resources: [pods, nodes], verbs: ['*'] }")).toEqual(['all verbs on "pods" and 1 more of all groups']);
  expect(grants("{ apiGroups: [apps], resources: ['*/scale'], verbs: [get] }")).toEqual(['"get" on all "*/scale" of group "apps"']);
});
