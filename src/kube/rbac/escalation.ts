import type { Grant, Rbac } from './build.ts';
import { covers } from './covers.ts';
import { rbacGroup, type BindingFact, type PolicyRule, type RoleFact } from './facts.ts';
import type { ResourceQuestion } from './question.ts';
import type { RbacSubject } from './subject.ts';

/** How an object is written. `apply` creates it by server-side apply, so that the request carries its name. */
export type Write = 'create' | 'update' | 'patch' | 'apply';

/** Who writes; `groups` are those that the API server does not add by itself. */
export interface Writer {
  readonly subject: RbacSubject;
  readonly groups?: readonly string[];
}

export type NewRole = Pick<RoleFact, 'kind' | 'namespace' | 'name' | 'aggregates'> & {
  readonly rules: readonly PolicyRule[];
  /** An update takes an aggregation rule away: that needs as much as having one. */
  readonly aggregatedBefore?: boolean;
};

export type NewBinding = Pick<BindingFact, 'kind' | 'namespace' | 'name' | 'roleRef'>;

/**
 * - `may-not-write`: not even the request is permitted;
 * - `privileged`: system:masters;
 * - `verb`: by `escalate` or `bind` (`grants`);
 * - `covered`: the writer has every right that the role gives, in this namespace;
 * - `not-covered`: `missing` is what the writer does not have;
 * - `no-role`: the role of the binding is not there, so nothing can be compared.
 */
export type WriteReason = 'may-not-write' | 'privileged' | 'verb' | 'covered' | 'not-covered' | 'no-role';

export interface WriteAnswer {
  readonly allowed: boolean;
  readonly because: WriteReason;
  /** What permits the request and, for `verb`, what excuses it from comparing. */
  readonly grants: readonly Grant[];
  readonly missing: readonly PolicyRule[];
}

const everything: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'], resourceNames: [], nonResourceURLs: [] },
  { verbs: ['*'], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: ['*'] },
];

/**
 * Whether somebody may write a role as it is given: the request must be permitted, and either `escalate` on the role (which
 * a grant limited to names does not give for a creation by POST, for that carries no name) or every right of the role.
 * Source: pkg/registry/rbac/{role,clusterrole}/policybased of k8s.io/kubernetes v1.37.
 */
export function mayWriteRole(rbac: Rbac, writer: Writer, how: Write, role: NewRole): WriteAnswer {
  const target = targetOf(role.kind === 'Role' ? 'roles' : 'clusterroles', role.namespace);
  return mayWrite(rbac, writer, how, {
    target,
    name: role.name,
    excuse: { ...target, verb: 'escalate', ...(how === 'create' ? {} : { name: role.name }) },
    missing(owned) {
      const missing = covers(owned, role.rules);
      // Who writes what a controller fills with anything must have everything.
      const gathers = role.aggregates.length > 0 || (role.aggregatedBefore === true && how !== 'create');
      return gathers ? [...missing, ...covers(owned, everything)] : missing;
    },
  });
}

/**
 * Whether somebody may write a binding as it is given, be it only to change its subjects: the request must be permitted, and
 * either `bind` on the role in the namespace of the binding, or every right of the role.
 * Source: pkg/registry/rbac/{rolebinding,clusterrolebinding}/policybased of k8s.io/kubernetes v1.37.
 */
export function mayWriteBinding(rbac: Rbac, writer: Writer, how: Write, binding: NewBinding): WriteAnswer {
  const { kind, namespace, name, roleRef } = binding;
  const roles = rbac.rolesOf(binding);
  return mayWrite(rbac, writer, how, {
    target: targetOf(kind === 'RoleBinding' ? 'rolebindings' : 'clusterrolebindings', namespace),
    name,
    excuse: { ...targetOf(roleRef.kind === 'Role' ? 'roles' : 'clusterroles', namespace), verb: 'bind', name: roleRef.name },
    missing(owned) {
      if (roles.length === 0) return undefined;
      return covers(
        owned,
        roles.flatMap((role) => rbac.rulesOf(role).map(({ rule }) => rule)),
      );
    },
  });
}

type Target = Omit<ResourceQuestion, 'verb' | 'name'>;

interface Written {
  readonly target: Target;
  readonly name: string;
  /** The right that makes comparing unnecessary. */
  readonly excuse: ResourceQuestion;
  /** What the owner of these rules lacks; undefined where that cannot be said. */
  missing(owned: readonly PolicyRule[]): readonly PolicyRule[] | undefined;
}

function mayWrite(rbac: Rbac, { subject, groups }: Writer, how: Write, { target, name, excuse, missing: missingOf }: Written): WriteAnswer {
  const ask = (question: ResourceQuestion) => rbac.can(subject, question, groups);
  const request = ask({ ...target, verb: how === 'apply' ? 'patch' : how, ...(how === 'create' ? {} : { name }) });
  // Whether an object that is applied may be created is asked last, when it is known that there is none.
  const creation = how === 'apply' ? ask({ ...target, verb: 'create', name }) : request;
  const grants = creation === request ? request.grants : [...request.grants, ...creation.grants];
  const answer = (because: WriteReason, missing: readonly PolicyRule[] = [], more: readonly Grant[] = []): WriteAnswer => ({
    allowed: passing.has(because),
    because,
    grants: [...grants, ...more],
    missing,
  });
  if (!request.allowed) return answer('may-not-write');
  if (request.privileged) return answer('privileged');
  const excused = ask(excuse);
  if (!excused.allowed) {
    // Several bindings may give the same rule.
    const owned = new Set(rbac.effectiveIn(subject, target.namespace, groups).map(({ rule }) => rule));
    const missing = missingOf([...owned]);
    if (missing === undefined) return answer('no-role');
    if (missing.length > 0) return answer('not-covered', missing);
  }
  if (!creation.allowed) return answer('may-not-write');
  return excused.allowed ? answer('verb', [], excused.grants) : answer('covered');
}

const passing: ReadonlySet<WriteReason> = new Set(['privileged', 'verb', 'covered']);

function targetOf(resource: string, namespace: string | undefined): Target {
  return { group: rbacGroup, resource, ...(namespace === undefined ? {} : { namespace }) };
}
