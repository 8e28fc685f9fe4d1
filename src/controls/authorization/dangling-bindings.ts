import { defineControl, failAt, passSoFar, unknown, type AnyControl, type Place } from '../../core/index.ts';
import { observedApiServerKind } from '../../kube/api-server.ts';
import { exampleApiServer } from '../../subjects/api-server.ts';
import { fitted, short, subjectText } from '../../subjects/dangerous-grants.ts';
import { exampleAccount, exampleBinding, exampleRole } from '../../subjects/example-permissions.ts';
import { boundRoles, roleKinds } from '../../subjects/rbac.ts';

const live = exampleApiServer({});

export const danglingBindings: AnyControl = defineControl({
  id: 'authorization/dangling-bindings',
  decides: ['RBAC-11'],
  title: 'Bindings give roles that exist to accounts that exist',
  why: 'A binding outlives what it names. Whoever may create a service account or a role of that name later gets what was granted, or decides what it is, without writing a binding.',
  severity: 'low',
  also: { attack: ['T1098'] },
  subject: boundRoles,
  decidedBy: [...roleKinds, 'ServiceAccount', 'Namespace', observedApiServerKind],

  evaluate({ binding, roleRefAt, rules, rights, subjects, permissions }, { partial }) {
    if (subjects.length === 0) return passSoFar(['events', 'person']);
    const certain = permissions.live && !partial;
    const places: Place[] = [];
    if (rules === undefined) {
      const { kind, name } = binding.roleRef;
      const absent = certain ? 'which does not exist' : 'which was not read';
      const message = fitted((longest) => `binding "${short(binding.name, longest)}" gives ${kind} "${short(name, longest)}", ${absent}`);
      places.push({ where: roleRefAt, message });
    }
    for (const { subject, missing } of permissions.missingOf(binding)) {
      const who = (longest: number): string => subjectText({ ...subject, name: short(subject.name, longest) });
      const about = (longest: number): string => `binding "${short(binding.name, longest)}" names`;
      if (missing === 'nobody') {
        const message = fitted((longest) => `${about(longest)} a subject of kind "${short(subject.kind, longest)}", which is nobody`);
        places.push({
          where: subject.at,
          message: subject.kind === 'ServiceAccount' ? fitted((longest) => `${about(longest)} ${who(longest)} of no namespace`) : message,
        });
        continue;
      }
      const absent = certain ? 'which does not exist' : 'which was not read';
      const message = fitted((longest) => `${about(longest)} ${who(longest)}, ${absent}`);
      places.push({ where: subject.at, message, severity: rights.length > 0 ? 'medium' : 'low' });
    }
    // Of people and of what nobody uses any more, no object tells.
    const [first] = places;
    if (first === undefined) return passSoFar(['events', 'person']);
    // In manifests the rest of it often stands elsewhere.
    return certain ? failAt(places) : unknown(first.where, first.message, ['cluster']);
  },

  remedy: 'Delete the binding, or the subject from its list, and keep a copy of it for as long as somebody may miss it.',

  examples: () => ({
    pass: {
      'both exist': `${exampleRole({ namespace: 'shop', rules: ["{ apiGroups: [''], resources: [pods], verbs: [get] }"] })}---${exampleBinding(
        {
          role: 'Role/helper',
          namespace: 'shop',
          subjects: [exampleAccount],
        },
      )}`,
      'a role of Kubernetes, and a user': exampleBinding({ role: 'ClusterRole/view' }),
    },
    fail: {
      'no such account': exampleCluster(
        exampleBinding({ role: 'ClusterRole/view', subjects: ['{ kind: ServiceAccount, name: gone, namespace: shop }'] }),
      ),
      'no such namespace': exampleCluster(
        exampleBinding({ role: 'ClusterRole/view', subjects: ['{ kind: ServiceAccount, name: web, namespace: gone }'] }),
      ),
      'no such role': exampleCluster(exampleBinding({ role: 'Role/gone', namespace: 'shop' })),
    },
    unknown: {
      'an account that was not read': exampleBinding({
        role: 'ClusterRole/view',
        subjects: ['{ kind: ServiceAccount, name: gone, namespace: shop }'],
      }),
      'a role that was not read': exampleBinding({ role: 'ClusterRole/gone' }),
    },
  }),
});

/** Every cluster has ClusterRoles. */
function exampleCluster(binding: string): string {
  return `${live}\n---${exampleRole({ name: 'reader', rules: ["{ apiGroups: [''], resources: [configmaps], verbs: [get], resourceNames: [web] }"] })}---${binding}`;
}
