import { defineControl, fail, notApplicable, passSoFar, unknown, type AnyControl } from '../../core/index.ts';
import type { PolicyRule } from '../../kube/rbac/index.ts';
import { ownResource, isOwnGroup } from '../../kube/rbac/own-resources.ts';
import { fitted, short, subjectText } from '../../subjects/dangerous-grants.ts';
import { exampleBinding, exampleClusterGrant } from '../../subjects/example-permissions.ts';
import { boundRoles, roleKinds } from '../../subjects/rbac.ts';

export const clusterScope: AnyControl = defineControl({
  id: 'authorization/cluster-scope',
  decides: ['RBAC-08'],
  title: 'What namespaces are enough for is not granted for the whole cluster',
  why: 'A ClusterRoleBinding reaches into every namespace, those of tomorrow included. Most programs work in one or two of them, where a RoleBinding to the same ClusterRole does.',
  severity: 'low',
  also: { attack: ['T1098.006'] },
  subject: boundRoles,
  decidedBy: roleKinds,

  evaluate({ binding, roleRefAt, rules, subjects }) {
    if (binding.namespace !== undefined) return notApplicable('it grants in one namespace');
    if (subjects.length === 0 || rules === undefined || rules.length === 0 || !rules.every(isOfNamespaces)) return passSoFar(['events']);
    const [first] = subjects;
    const others = subjects.length === 1 ? '' : ` and ${subjects.length - 1} more`;
    const text = (rest: string): string =>
      fitted(
        (longest) =>
          `binding "${short(binding.name, longest)}" gives ${subjectText({ ...first!, name: short(first!.name, longest) })}${others} ${rest}`,
      );
    // Who knows the names knows where they are.
    if (rules.every(({ resourceNames }) => resourceNames.length > 0))
      return fail(roleRefAt, text('objects by their names in all namespaces'));
    return unknown(roleRefAt, text('rights in all namespaces: in use in how many?'), ['events']);
  },

  remedy:
    'Bind the same ClusterRole by a RoleBinding in each namespace where the audit log shows requests of the subject, and delete the ClusterRoleBinding.',

  examples: {
    pass: {
      'what lives in no namespace': exampleClusterGrant([
        "{ apiGroups: ['', storage.k8s.io], resources: [nodes, pods, storageclasses], verbs: [get, list] }",
      ]),
      'as Kubernetes has it': exampleBinding({
        role: 'ClusterRole/cluster-admin',
        name: 'cluster-admin',
        subjects: ["{ kind: Group, name: 'system:masters' }"],
      }),
    },
    fail: {
      'one object, wherever it is': exampleClusterGrant([
        "{ apiGroups: [''], resources: [configmaps], verbs: [get, update], resourceNames: [leader] }",
      ]),
    },
    unknown: {
      'what lives in namespaces': exampleClusterGrant(["{ apiGroups: [''], resources: [services, endpoints], verbs: [get, list, watch] }"]),
    },
    notApplicable: { 'a namespace': exampleBinding({ role: 'ClusterRole/view', namespace: 'shop' }) },
  },
});

/** Of custom resources nobody knows from here whether they live in namespaces, nor of what Kubernetes took away. */
function isOfNamespaces({ apiGroups, resources, nonResourceURLs }: PolicyRule): boolean {
  if (nonResourceURLs.length > 0 || !apiGroups.every(isOwnGroup)) return false;
  return resources.every((resource) => {
    const scopes = apiGroups.flatMap((group) => ownResource(group, resource)?.scope ?? []);
    return scopes.length > 0 && scopes.every((scope) => scope === 'namespaced');
  });
}
