import { defineControl, fail, notApplicable, passSoFar, type AnyControl } from '../../core/index.ts';
import { roleBindings } from '../../subjects/role-bindings.ts';

/** In the binding of appendix K the kind is commented out: erratum 18. */
export const roleReference: AnyControl = defineControl({
  id: 'authorization/role-reference',
  decides: ['RBAC-11'],
  title: 'Bindings say of which kind the role is that they give',
  why: 'Without a kind the API server refuses the binding, and whoever reads the file believes in a grant that nobody has. What is tried next is often more than was meant.',
  severity: 'medium',
  also: {},
  subject: roleBindings,
  manifestsOnly: 'left to the manifests: the API server takes no binding without it',

  evaluate({ name, roleRef }) {
    const { kind } = roleRef;
    if (kind === 'Role' || kind === 'ClusterRole') return passSoFar(['cluster']);
    const binding = `binding "${name.length > 40 ? `${name.slice(0, 40)}…` : name}"`;
    if (kind === undefined || kind === '')
      return roleRef.name === undefined
        ? part
        : fail(['roleRef'], `${binding} does not say the kind of its role: nobody gets it (erratum 18)`);
    return fail(['roleRef', 'kind'], `${binding} gives a role of a kind that is none: nobody gets it`);
  },

  remedy: 'Write roleRef.kind, Role or ClusterRole, and roleRef.apiGroup: neither can be changed once the binding is there.',

  alsoFails: ['authorization/dangling-bindings'],

  examples: () => ({
    pass: { 'a role': bindingTo('{ apiGroup: rbac.authorization.k8s.io, kind: Role, name: readers }') },
    fail: {
      'as appendix K has it': bindingTo('{ apiGroup: rbac.authorization.k8s.io, name: readers }'),
      'no kind of role': bindingTo('{ apiGroup: rbac.authorization.k8s.io, kind: Roles, name: readers }'),
    },
  }),
});

const part = notApplicable('a part of a binding, which names no role');

function bindingTo(roleRef: string): string {
  return `
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: readers, namespace: shop }
roleRef: ${roleRef}
subjects: [{ kind: User, name: jane, apiGroup: rbac.authorization.k8s.io }]
`;
}
