import { compareText, groupBy } from '../../core/index.ts';
import { ownedRules, selectedRoles, type OwnedRule } from './aggregation.ts';
import type { BindingFact, RbacFact, RoleFact, RuleFact, SubjectFact } from './facts.ts';
import { namespaceOf, ruleAllows, type Question, type ResourceQuestion } from './question.ts';
import { groupsOf, mastersGroup, subjectKey, subjectOf, userNamed, type RbacSubject } from './subject.ts';

/** What of a binding tells its role. */
export type RoleReference = Pick<BindingFact, 'namespace' | 'roleRef'>;

/** How a subject comes by a right: binding → role → rule. */
export interface Grant {
  /** Its `namespace` is where the right holds, undefined for everywhere. */
  readonly binding: BindingFact;
  /** The first subject of the binding that it applies to. */
  readonly subject: SubjectFact;
  readonly role: RoleFact;
  readonly rule: RuleFact;
  /** The role in which the rule stands: not `role` where that is aggregated. */
  readonly source: RoleFact;
}

export interface Answer {
  readonly allowed: boolean;
  /** Every way, those for the whole cluster first: without all of these bindings the answer is no, unless `privileged`. */
  readonly grants: readonly Grant[];
  /** A member of system:masters may do everything, whatever is bound. */
  readonly privileged: boolean;
}

export interface Holder {
  readonly subject: RbacSubject;
  readonly grants: readonly Grant[];
}

export interface HoldersByNamespace {
  /** Who may do it in every namespace. */
  readonly everywhere: readonly Holder[];
  /** Who may do it in one namespace by its own RoleBindings; only namespaces where somebody may, in the order of their names. */
  readonly namespaces: ReadonlyMap<string, readonly Holder[]>;
}

/** Roles and bindings that were read, to be asked. System:masters, who may do everything, are never listed for that. */
export interface Rbac {
  readonly roles: readonly RoleFact[];
  readonly bindings: readonly BindingFact[];
  /** Whether somebody may do something; `groups` are those that the API server does not add by itself. */
  can(subject: RbacSubject, question: Question, groups?: readonly string[]): Answer;
  /** The users, groups and service accounts that bindings let do something, in the order of the bindings. */
  whoCan(question: Question): Holder[];
  /** As `whoCan`, for each namespace at once. */
  whoCanWhere(question: Omit<ResourceQuestion, 'namespace'>): HoldersByNamespace;
  /** Everything that bindings let somebody do, those for the whole cluster first. */
  effective(subject: RbacSubject, groups?: readonly string[]): Grant[];
  /** The part of it that counts in a namespace (undefined: for what lives in none), that for the whole cluster first. */
  effectiveIn(subject: RbacSubject, namespace: string | undefined, groups?: readonly string[]): Grant[];
  /** The rules that a role grants, those that it aggregates included. */
  rulesOf(role: RoleFact): readonly OwnedRule[];
  /** The roles that a binding refers to: one, or several of the same name in different files, or none. */
  rolesOf(binding: RoleReference): readonly RoleFact[];
  /** The bindings that grant a role, directly or through aggregation. */
  bindingsOf(role: RoleFact): readonly BindingFact[];
  /** Bindings whose role was not read. */
  readonly missingRoles: readonly BindingFact[];
  /** Roles that no binding grants. */
  readonly unboundRoles: readonly RoleFact[];
  /** Subjects that are service accounts that were not read, and subjects that are nobody. */
  readonly missingSubjects: readonly MissingSubject[];
}

export interface MissingSubject {
  readonly binding: BindingFact;
  readonly subject: SubjectFact;
  /** `nobody`: of no kind that the API server knows, or an account in no namespace. */
  readonly missing: 'account' | 'namespace' | 'nobody';
}

/** Joins what was read. Roles of one name (variants of one manifest) count together. */
export function buildRbac(facts: readonly RbacFact[]): Rbac {
  const roles = facts.filter((fact) => fact.type === 'role');
  const bindings = facts.filter((fact) => fact.type === 'binding');
  const rulesOf = ownedRules(roles);
  const byName = groupBy(roles, ({ kind, namespace, name }) => roleKey(kind, namespace, name));
  const rolesOf = (binding: RoleReference): readonly RoleFact[] => byName.get(roleRefKey(binding)) ?? [];
  const inScope = groupBy(bindings, ({ namespace }) => namespace);
  const namespaces = [...inScope.keys()].filter((namespace) => namespace !== undefined).sort(compareText);

  /** The bindings that count for a question in a namespace, as the API server asks them: those for the whole cluster first. */
  function bindingsIn(namespace: string | undefined): BindingFact[] {
    const everywhere = inScope.get(undefined) ?? [];
    return namespace === undefined ? everywhere : [...everywhere, ...(inScope.get(namespace) ?? [])];
  }

  function grantsOf(binding: BindingFact, subject: SubjectFact, isWanted: (rule: RuleFact) => boolean): Grant[] {
    return rolesOf(binding).flatMap((role) =>
      rulesOf(role)
        .filter(({ rule }) => isWanted(rule))
        .map(({ rule, source }) => ({ binding, subject, role, rule, source })),
    );
  }

  function can(subject: RbacSubject, question: Question, more?: readonly string[]): Answer {
    const keys = keysOf(subject, more);
    const grants = bindingsIn(namespaceOf(question)).flatMap((binding) => {
      const applies = binding.subjects.find((each) => isAmong(each, keys));
      return applies === undefined ? [] : grantsOf(binding, applies, (rule) => ruleAllows(rule, question));
    });
    const privileged = isPrivileged(keys);
    return { allowed: privileged || grants.length > 0, grants, privileged };
  }

  function holders(among: readonly BindingFact[], question: Question): Holder[] {
    const found = new Map<string, { subject: RbacSubject; grants: Grant[] }>();
    for (const binding of among) {
      for (const subject of binding.subjects) {
        const identity = subjectOf(subject);
        if (identity === undefined) continue;
        const grants = grantsOf(binding, subject, (rule) => ruleAllows(rule, question));
        if (grants.length === 0) continue;
        const key = subjectKey(identity);
        const before = found.get(key);
        if (before === undefined) found.set(key, { subject: identity, grants });
        else if (before.grants.at(-1)?.binding !== binding) before.grants.push(...grants);
      }
    }
    return [...found.values()];
  }

  function whoCanWhere(question: Omit<ResourceQuestion, 'namespace'>): HoldersByNamespace {
    const answers = namespaces.map((name) => [name, holders(inScope.get(name) ?? [], { ...question, namespace: name })] as const);
    return { everywhere: holders(bindingsIn(undefined), question), namespaces: new Map(answers.filter(([, list]) => list.length > 0)) };
  }

  function everyGrant(among: readonly BindingFact[], subject: RbacSubject, more?: readonly string[]): Grant[] {
    const keys = keysOf(subject, more);
    return among.flatMap((binding) => {
      const applies = binding.subjects.find((each) => isAmong(each, keys));
      return applies === undefined ? [] : grantsOf(binding, applies, () => true);
    });
  }

  return {
    roles,
    bindings,
    rulesOf,
    rolesOf,
    can,
    whoCan: (question) => holders(bindingsIn(namespaceOf(question)), question),
    whoCanWhere,
    effective: (subject, more) =>
      everyGrant(
        [undefined, ...namespaces].flatMap((scope) => inScope.get(scope) ?? []),
        subject,
        more,
      ),
    effectiveIn: (subject, namespace, more) => everyGrant(bindingsIn(namespace), subject, more),
    ...loose(facts, { roles, bindings, rolesOf }),
  };
}

type Loose = Pick<Rbac, 'missingRoles' | 'unboundRoles' | 'missingSubjects' | 'bindingsOf'>;

/** What of it is not joined to anything. */
function loose(facts: readonly RbacFact[], { roles, bindings, rolesOf }: Pick<Rbac, 'roles' | 'bindings' | 'rolesOf'>): Loose {
  const accounts = new Set(facts.flatMap((fact) => (fact.type === 'service-account' ? [`${fact.namespace}/${fact.name}`] : [])));
  const namespaces = new Set(facts.flatMap((fact) => (fact.type === 'namespace' ? [fact.name] : [])));
  const bound = new Map<RoleFact, BindingFact[]>();
  const selected = selectedRoles(roles);
  for (const binding of bindings) {
    // A set grows while it is walked.
    const granted = new Set(rolesOf(binding));
    for (const role of granted) {
      const before = bound.get(role);
      if (before === undefined) bound.set(role, [binding]);
      else before.push(binding);
      for (const source of selected.get(role) ?? []) granted.add(source);
    }
  }
  const missingOf = ({ kind, namespace, name }: SubjectFact): MissingSubject['missing'] | undefined => {
    if (kind === 'User' || kind === 'Group') return undefined;
    if (kind !== 'ServiceAccount' || namespace === undefined) return 'nobody';
    if (accounts.has(`${namespace}/${name}`)) return undefined;
    if (!namespaces.has(namespace)) return 'namespace';
    // Its controller makes it in every namespace.
    return name === 'default' ? undefined : 'account';
  };
  return {
    bindingsOf: (role) => bound.get(role) ?? [],
    missingRoles: bindings.filter((binding) => rolesOf(binding).length === 0),
    unboundRoles: roles.filter((role) => !bound.has(role)),
    missingSubjects: bindings.flatMap((binding) =>
      binding.subjects.flatMap((subject) => {
        const missing = missingOf(subject);
        return missing === undefined ? [] : [{ binding, subject, missing }];
      }),
    ),
  };
}

function keysOf(subject: RbacSubject, more?: readonly string[]): ReadonlySet<string> {
  const own = subject.kind === 'User' ? userNamed(subject.name) : subject;
  const groups = groupsOf(own, more).map((name) => subjectKey({ kind: 'Group', name }));
  return new Set(own.kind === 'Group' ? groups : [subjectKey(own), ...groups]);
}

function isAmong(subject: SubjectFact, keys: ReadonlySet<string>): boolean {
  const identity = subjectOf(subject);
  return identity !== undefined && keys.has(subjectKey(identity));
}

function isPrivileged(keys: ReadonlySet<string>): boolean {
  return keys.has(subjectKey({ kind: 'Group', name: mastersGroup }));
}

function roleKey(kind: string, namespace: string | undefined, name: string): string {
  return `${kind}/${namespace ?? ''}/${name}`;
}

/** A binding for the whole cluster cannot grant a Role. */
function roleRefKey({ roleRef: { kind, name }, namespace }: RoleReference): string {
  if (kind !== 'Role') return roleKey(kind, undefined, name);
  return namespace === undefined ? '' : roleKey(kind, namespace, name);
}
