import { defineControl, fail, notApplicable, pass, passSoFar, type AnyControl } from '../../core/index.ts';
import type { PolicyRule } from '../../kube/rbac/index.ts';
import { ownResource, isOwnGroup } from '../../kube/rbac/own-resources.ts';
import { isLiveInNamespace } from '../../kube/rbac/served-resources.ts';
import { allowedSubjects, fitted, isAllowed, short, subjectText } from '../../subjects/dangerous-grants.ts';
import { exampleAccount, exampleBinding, exampleClusterGrant } from '../../subjects/example-permissions.ts';
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
  params: { allowed: allowedSubjects('Subjects that work in all namespaces, such as the collector of metrics') },
  consequence: true,

  evaluate({ binding, roleRefAt, rules, subjects: all, permissions }, { params }) {
    if (binding.namespace !== undefined) return notApplicable('it grants in one namespace');
    const subjects = all.filter((subject) => !isAllowed(subject, params.allowed));
    const [first] = subjects;
    // A cluster that was read has no such role: the binding gives nothing.
    if (rules === undefined) return permissions.live || first === undefined ? pass : passSoFar(['cluster']);
    if (first === undefined || rules.every(isOutside)) return pass;
    if (!rules.every(isOfNamespaces)) return passSoFar(['events']);
    const others = subjects.length === 1 ? '' : ` and ${subjects.length - 1} more`;
    const text = (rest: string): string =>
      fitted(
        (longest) =>
          `binding "${short(binding.name, longest)}" gives ${subjectText({ ...first, name: short(first.name, longest) })}${others} ${rest}`,
      );
    // Who knows the names knows where they are.
    if (rules.every(({ resourceNames }) => resourceNames.length > 0))
      return fail(roleRefAt, text('objects by their names in all namespaces'));
    return fail(roleRefAt, text('rights in all namespaces, none outside of them'));
  },

  remedy:
    'Bind the same ClusterRole by a RoleBinding in each namespace where the audit log shows requests of the subject, and delete the ClusterRoleBinding. What is meant to work in all of them goes into the parameter allowed.',

  examples: () => ({
    params: { allowed: ['sa:shop/web'] },
    pass: {
      'what lives in no namespace': exampleClusterGrant([
        '{ apiGroups: [storage.k8s.io], resources: [storageclasses], verbs: [get, list] }',
      ]),
      'what works in all of them': exampleClusterGrant(["{ apiGroups: [''], resources: [pods], verbs: [list] }"], [exampleAccount]),
      'both: an audit log tells where': exampleClusterGrant([
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
      'what lives in namespaces': exampleClusterGrant(["{ apiGroups: [''], resources: [services, endpoints], verbs: [get, list, watch] }"]),
    },
    notApplicable: { 'a namespace': exampleBinding({ role: 'ClusterRole/view', namespace: 'shop' }) },
  }),
});

/** Of no use in a RoleBinding. */
function isOutside({ verbs, apiGroups, resources, nonResourceURLs }: PolicyRule): boolean {
  if (resources.length === 0) return nonResourceURLs.length > 0;
  return apiGroups.every((group) =>
    resources.every((name) => {
      if (!isOwnGroup(group) || ownResource(group, name)?.scope !== 'cluster') return false;
      const [resource = '', subresource] = name.split('/');
      return !verbs.some((verb) => isLiveInNamespace({ verb, group, resource, ...(subresource && { subresource }) }));
    }),
  );
}

/** Of custom resources nobody knows from here whether they live in namespaces, nor of what Kubernetes took away. */
function isOfNamespaces({ apiGroups, resources, nonResourceURLs }: PolicyRule): boolean {
  if (nonResourceURLs.length > 0 || !apiGroups.every(isOwnGroup)) return false;
  return resources.every((resource) => {
    const scopes = apiGroups.flatMap((group) => ownResource(group, resource)?.scope ?? []);
    return scopes.length > 0 && scopes.every((scope) => scope === 'namespaced');
  });
}
