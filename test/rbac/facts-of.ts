import { apiGroup, nowhere, type Path } from '../../src/core/index.ts';
import { decode } from '../../src/kube/decode.ts';
import { rbacFact, rbacKinds, type RbacFact } from '../../src/kube/rbac/index.ts';

export type Manifest = Readonly<Record<string, unknown>>;

/** What the engine keeps of objects; each anchor counts as the resource that its object is in the list. */
export function factsOf(...manifests: readonly Manifest[]): RbacFact[] {
  return manifests.flatMap((manifest, resource) => {
    const decoded = decode(manifest);
    if ('refused' in decoded) throw new Error(decoded.refused);
    const { kind, apiVersion } = decoded.ref;
    if (!rbacKinds.includes([kind, apiGroup(apiVersion)].filter(Boolean).join('.'))) throw new Error(`${kind} is not read`);
    const anchor = (path: Path) => ({ resource, path, location: nowhere });
    const { namespace } = decoded.metadata;
    return rbacFact({ ...decoded, file: 'world.yaml', locate: (paths) => paths.map(() => nowhere) }, anchor, namespace) ?? [];
  });
}

const rbac = 'rbac.authorization.k8s.io';
const apiVersion = `${rbac}/v1`;

export type Rule = Readonly<Record<string, readonly string[]>>;

export function role(namespace: string, name: string, ...rules: readonly Rule[]): Manifest {
  return { apiVersion, kind: 'Role', metadata: { namespace, name }, rules };
}

export function clusterRole(name: string, ...rules: readonly Rule[]): Manifest {
  return { apiVersion, kind: 'ClusterRole', metadata: { name }, rules };
}

/** Of subjects like `User jane`, `Group dev` and `ServiceAccount shop/web`; of a role like `Role a` and `ClusterRole b`. */
export function binding(namespace: string | undefined, name: string, roleRef: string, ...subjects: readonly string[]): Manifest {
  const [kind = '', roleName = ''] = roleRef.split(' ');
  return {
    apiVersion,
    kind: namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
    metadata: namespace === undefined ? { name } : { namespace, name },
    roleRef: { apiGroup: rbac, kind, name: roleName },
    subjects: subjects.map(subjectNamed),
  };
}

function subjectNamed(text: string): Manifest {
  const [kind, name = ''] = text.split(' ');
  if (kind !== 'ServiceAccount') return { apiGroup: rbac, kind, name };
  const [first = '', second] = name.split('/');
  return second === undefined ? { kind, name: first } : { kind, namespace: first, name: second };
}
