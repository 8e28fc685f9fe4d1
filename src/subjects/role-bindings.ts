import type { LocalSubjectKind, Resource } from '../core/index.ts';
import { userNamed } from '../kube/rbac/index.ts';

/** A RoleBinding or ClusterRoleBinding (k8s.io/api, rbac/v1). */
export interface RoleBindingSubject {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly roleRef: { readonly kind?: string; readonly name?: string };
  readonly subjects: readonly BoundSubject[];
}

export interface BoundSubject {
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
}

/** Paths of controls are relative to the object. */
export const roleBindings: LocalSubjectKind<RoleBindingSubject> = {
  scope: 'local',
  name: 'role binding',
  reads: { podTemplates: false, kinds: ['RoleBinding.rbac.authorization.k8s.io', 'ClusterRoleBinding.rbac.authorization.k8s.io'] },
  example: 'objects',
  subjects(resource, context) {
    if (!isRoleBinding(resource)) return [];
    const { roleRef = {}, subjects = [] } = resource.object as Partial<RoleBindingSubject>;
    return [{ subject: { name: resource.ref.name, namespace: context.namespaceOf(resource), roleRef, subjects }, path: [] }];
  },
};

export function isRoleBinding({ ref }: Resource): boolean {
  return (ref.kind === 'RoleBinding' || ref.kind === 'ClusterRoleBinding') && ref.apiVersion.startsWith('rbac.authorization.k8s.io/');
}

/** The service account that a subject means: in so many words, or by the user name that the API server gives it. */
export function boundAccount({ kind, name = '', namespace }: BoundSubject): { name: string; namespace: string | undefined } | undefined {
  if (kind === 'ServiceAccount') return { name, namespace };
  const user = kind === 'User' ? userNamed(name) : undefined;
  return user?.kind === 'ServiceAccount' ? user : undefined;
}
