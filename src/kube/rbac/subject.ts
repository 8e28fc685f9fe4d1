import type { SubjectFact } from './facts.ts';

/** Somebody who may be asked about. */
export type RbacSubject =
  | { readonly kind: 'User'; readonly name: string }
  | { readonly kind: 'Group'; readonly name: string }
  | { readonly kind: 'ServiceAccount'; readonly namespace: string; readonly name: string };

/** Its members may do everything, and RBAC is not asked (k8s.io/apiserver, user.SystemPrivilegedGroup). */
export const mastersGroup = 'system:masters';

const accountPrefix = 'system:serviceaccount:';
const accountsGroup = 'system:serviceaccounts';
const authenticated = 'system:authenticated';
const unauthenticated = 'system:unauthenticated';

/** Whom a user name stands for: that of a service account for the account. */
export function userNamed(name: string): RbacSubject {
  const rest = name.startsWith(accountPrefix) ? name.slice(accountPrefix.length) : '';
  const colon = rest.indexOf(':');
  if (colon === -1) return { kind: 'User', name };
  return { kind: 'ServiceAccount', namespace: rest.slice(0, colon), name: rest.slice(colon + 1) };
}

/** The name by which the API server knows a user or a service account. */
export function userName(subject: Exclude<RbacSubject, { kind: 'Group' }>): string {
  return subject.kind === 'User' ? subject.name : `${accountPrefix}${subject.namespace}:${subject.name}`;
}

/** Whom a binding means; undefined for what the API server takes for nobody. */
export function subjectOf({ kind, namespace, name }: Omit<SubjectFact, 'at'>): RbacSubject | undefined {
  if (kind === 'Group') return { kind, name };
  if (kind === 'User') return userNamed(name);
  return kind === 'ServiceAccount' && namespace !== undefined ? { kind, namespace, name } : undefined;
}

/** A text that is the same for equal subjects, and for no others. */
export function subjectKey(subject: RbacSubject): string {
  return subject.kind === 'Group' ? `group ${subject.name}` : `user ${userName(subject)}`;
}

/**
 * The groups that the API server adds by itself: a service account is in that of all accounts, in that of its namespace and,
 * as every user with a name, among the authenticated. A group is asked about as a member of it, whoever that is.
 */
export function groupsOf(subject: RbacSubject, more: readonly string[] = []): string[] {
  const groups = new Set(more);
  if (subject.kind === 'ServiceAccount') groups.add(accountsGroup).add(`${accountsGroup}:${subject.namespace}`);
  if (subject.kind === 'Group') {
    groups.add(subject.name);
    if (subject.name.startsWith(`${accountsGroup}:`)) groups.add(accountsGroup);
  }
  const anonymous = subject.kind === 'User' && subject.name === 'system:anonymous';
  if (!groups.has(unauthenticated)) groups.add(anonymous ? unauthenticated : authenticated);
  return [...groups];
}
