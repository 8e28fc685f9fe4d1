import { defineControl, failAt, type AnyControl, type Place } from '../../core/index.ts';
import { isAnonymous } from '../../kube/anonymous-subjects.ts';
import { isPublicRole } from '../../kube/rbac/public-rights.ts';
import { fitted, short } from '../../subjects/dangerous-grants.ts';
import { exampleBinding, exampleRole } from '../../subjects/example-permissions.ts';
import { boundRoles, roleKinds } from '../../subjects/rbac.ts';

export const anonymousRights: AnyControl = defineControl({
  id: 'authentication/anonymous-rights',
  decides: ['AUTH-02'],
  title: 'Requests without credentials have no rights but those that Kubernetes gives',
  why: 'Whoever reaches the API server has these rights, without an account and without a name in the audit log.',
  severity: 'high',
  also: { attack: ['T1078.001'] },
  subject: boundRoles,
  decidedBy: roleKinds,

  evaluate({ binding, rules, rights }) {
    if (!binding.subjects.some(isAnonymous) || isPublicRole(binding, rules)) return failAt([]);
    const [worst] = rights;
    const places = binding.subjects.flatMap((subject): Place[] => {
      if (!isAnonymous(subject)) return [];
      const message = fitted((longest) => {
        const by = `binding "${short(binding.name, longest)}"`;
        if (worst !== undefined) return `${by} lets everybody without credentials ${worst.right.title}`;
        return `${by} gives role "${short(binding.roleRef.name, longest)}" to everybody without credentials`;
      });
      return [{ where: subject.at, message, severity: worst === undefined ? 'high' : 'critical' }];
    });
    return failAt(places);
  },

  remedy: 'Delete the binding, and see in the audit log whether a node that joins (kubeadm join) or a probe of a load balancer needs it.',

  alsoFails: ['authorization/cluster-admin', 'network-separation/secret-readers'],

  examples: () => ({
    pass: {
      'somebody with a name': bound('ClusterRole/view', '{ kind: User, name: jane }'),
      'what everybody may know': bound('ClusterRole/system:public-info-viewer', "{ kind: Group, name: 'system:unauthenticated' }"),
      'how a node finds the cluster': bound(
        'Role/kubeadm:bootstrap-signer-clusterinfo',
        "{ kind: User, name: 'system:anonymous' }",
        'kube-public',
      ),
    },
    fail: {
      'the anonymous user': bound('ClusterRole/view', "{ kind: User, name: 'system:anonymous' }"),
      'all requests without credentials': bound('ClusterRole/cluster-admin', "{ kind: Group, name: 'system:unauthenticated' }"),
      'a role that is only named like a public one': bound(
        'Role/system:public-info-viewer',
        "{ kind: Group, name: 'system:unauthenticated' }",
        'shop',
      ),
      'more than the public role grants': `${exampleRole({
        name: 'kubeadm:bootstrap-signer-clusterinfo',
        namespace: 'kube-public',
        rules: ["{ apiGroups: [''], resources: [secrets], verbs: [get] }"],
      })}---${bound('Role/kubeadm:bootstrap-signer-clusterinfo', "{ kind: User, name: 'system:anonymous' }", 'kube-public')}`,
    },
  }),
});

function bound(role: string, subject: string, namespace?: string): string {
  return exampleBinding({ role, subjects: [subject], name: 'everybody', ...(namespace !== undefined && { namespace }) });
}
