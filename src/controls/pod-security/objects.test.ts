import { describe, expect, test } from 'vitest';
import type { AnyControl, Finding } from '../../core/index.ts';
import { judge } from '../../testing/control-proofs.ts';
import { broadGroups } from '../authorization/broad-groups.ts';
import { defaultAccountRights } from './default-account-rights.ts';
import { defaultAccountToken } from './default-account-token.ts';
import { hostPathPersistentVolumes } from './host-path-persistent-volumes.ts';
import { selinuxLevels } from './selinux-levels.ts';

function findings(control: AnyControl, yaml: string): readonly Finding[] {
  return judge([control], yaml).findings;
}

function verdicts(control: AnyControl, yaml: string): string[] {
  return findings(control, yaml).map(({ verdict, severity, path }) => (verdict === 'fail' ? `fail ${severity} ${path}` : verdict));
}

describe('a PersistentVolume', () => {
  const volume = (source: string, apiVersion = 'v1') =>
    `apiVersion: ${apiVersion}\nkind: PersistentVolume\nmetadata: { name: data }\nspec: { ${source} }\n`;

  test.each([
    ['hostPath: { path: /data }', 'fail medium spec.hostPath.path'],
    ['hostPath: { path: /var/lib/kubelet/pods }', 'fail critical spec.hostPath.path'],
    ['hostPath: { path: /var/log }', 'fail high spec.hostPath.path'],
    ['local: { path: /mnt/disks/1 }', 'fail low spec.local.path'],
    ['local: { path: / }', 'fail critical spec.local.path'],
    ['hostPath: {}', 'fail critical spec.hostPath.path'],
    ['nfs: { server: files.internal, path: /export }', 'pass'],
  ])('with %s: %s', (source, expected) => {
    expect(verdicts(hostPathPersistentVolumes, volume(source))).toEqual([expected]);
  });

  test('of another group is none', () => {
    expect(verdicts(hostPathPersistentVolumes, volume('hostPath: { path: / }', 'example.com/v1'))).toEqual([]);
  });
});

describe('the account "default"', () => {
  const binding = (kind: string, role: string, subjects: string) =>
    `apiVersion: rbac.authorization.k8s.io/v1\nkind: ${kind}\nmetadata: { name: b }\nroleRef: { kind: ClusterRole, name: ${role} }\nsubjects: [${subjects}]\n`;

  test('is named with its namespace, and cluster-admin weighs most', () => {
    const yaml = binding(
      'ClusterRoleBinding',
      'cluster-admin',
      '{ kind: User, name: default }, { kind: ServiceAccount, name: default, namespace: shop }',
    );
    expect(verdicts(defaultAccountRights, yaml)).toEqual(['fail critical subjects[1].name']);
    expect(findings(defaultAccountRights, yaml)[0]?.message).toBe('binding "b" gives role "cluster-admin" to account "shop/default"');
  });

  test('is not named where all accounts are: that is told by authorization/broad-groups', () => {
    const all = '{ kind: Group, name: "system:serviceaccounts" }';
    expect(verdicts(defaultAccountRights, binding('ClusterRoleBinding', 'view', all))).toEqual(['pass']);
    expect(verdicts(broadGroups, binding('ClusterRoleBinding', 'view', all))).toEqual(['fail medium subjects[0]']);
    expect(verdicts(broadGroups, binding('ClusterRoleBinding', '"system:discovery"', all))).toEqual(['pass']);
    expect(verdicts(broadGroups, binding('RoleBinding', 'view', '{ kind: Group, name: "system:serviceaccountsadmins" }'))).toEqual([
      'pass',
    ]);
  });

  test('without subjects a binding gives nothing', () => {
    expect(verdicts(defaultAccountRights, binding('RoleBinding', 'view', ''))).toEqual(['pass']);
  });

  test('other accounts are not judged by their object', () => {
    const yaml = 'apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: web }\n';
    expect(verdicts(defaultAccountToken, yaml)).toEqual(['not-applicable']);
  });
});

describe('an SELinux level', () => {
  const pod = (name: string, level: string, labels = '{}') =>
    `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name}, labels: ${labels} }\nspec: { containers: [{ name: c, image: i, securityContext: { seLinuxOptions: { level: "${level}" } } }] }\n`;
  const place = 'spec.containers[0].securityContext.seLinuxOptions.level';

  test('is shared by workloads that nothing relates', () => {
    const yaml = [pod('a', 's0:c1,c2'), pod('b', 's0:c1,c2'), pod('c', 's0:c3')].join('---\n');
    expect(verdicts(selinuxLevels, yaml)).toEqual([`fail low ${place}`, `fail low ${place}`, 'pass']);
  });

  test('may be that of all parts of an application', () => {
    const yaml = [pod('a', 's0:c1,c2', '{ app: web }'), pod('b', 's0:c1,c2', '{ app: web }')].join('---\n');
    expect(verdicts(selinuxLevels, yaml)).toEqual(['pass', 'pass']);
  });
});
