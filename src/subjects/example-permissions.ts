/** A role with one rule or several, and who has it, as YAML for the examples of controls. */
export interface ExampleRole {
  /** Rules in one line each: `{ apiGroups: [''], resources: [pods], verbs: [get] }`. */
  readonly rules: readonly string[];
  readonly name?: string;
  /** Of a Role; a ClusterRole without. */
  readonly namespace?: string;
  /** More of its metadata, in one line. */
  readonly metadata?: string;
  /** More fields, in one line. */
  readonly more?: string;
}

export function exampleRole({ rules, name = 'helper', namespace, metadata = '', more = '' }: ExampleRole): string {
  return `
apiVersion: rbac.authorization.k8s.io/v1
kind: ${namespace === undefined ? 'ClusterRole' : 'Role'}
metadata: { name: '${name}', ${namespace === undefined ? '' : `namespace: ${namespace}, `}${metadata} }
${more}
rules:${rules.length === 0 ? ' []' : rules.map((rule) => `\n  - ${rule}`).join('')}
`;
}

export interface ExampleBinding {
  /** `ClusterRole/view`, `Role/helper`. */
  readonly role: string;
  /** Subjects in one line each; a user without. */
  readonly subjects?: readonly string[];
  readonly name?: string;
  /** Of a RoleBinding; a ClusterRoleBinding without. */
  readonly namespace?: string;
}

export function exampleBinding({ role, subjects = [exampleUser], name = 'helpers', namespace }: ExampleBinding): string {
  const [kind = '', roleName = ''] = role.split('/');
  return `
apiVersion: rbac.authorization.k8s.io/v1
kind: ${namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding'}
metadata: { name: '${name}'${namespace === undefined ? '' : `, namespace: ${namespace}`} }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ${kind}, name: '${roleName}' }
subjects:${subjects.map((subject) => `\n  - ${subject}`).join('')}
`;
}

export const exampleUser = '{ kind: User, name: jane, apiGroup: rbac.authorization.k8s.io }';
/** The account of the hardened examples. */
export const exampleAccount = '{ kind: ServiceAccount, name: web, namespace: shop }';

/** A ClusterRole that is bound for the whole cluster. */
export function exampleClusterGrant(rules: readonly string[], subjects?: readonly string[]): string {
  return `${exampleRole({ rules })}---${exampleBinding({ role: 'ClusterRole/helper', ...(subjects && { subjects }) })}`;
}

/** A Role that is bound in its namespace. */
export function exampleNamespaceGrant(rules: readonly string[], namespace = 'shop'): string {
  return `${exampleRole({ rules, namespace })}---${exampleBinding({ role: 'Role/helper', namespace })}`;
}
