import { aggregate, type OwnedRule } from './aggregation.ts';
import type { BindingFact, RbacFact, RoleFact, RuleFact, SubjectFact } from './facts.ts';
import { indexBindings, type BindingIndex, type RoleReference } from './index-bindings.ts';
import { indexRules, type WantedRules } from './index-rules.ts';
import { namespaceOf, type Question, type ResourceQuestion } from './question.ts';
import { isLiveInNamespace } from './served-resources.ts';
import { groupsOf, mastersGroup, userNamed, type RbacSubject } from './subject.ts';
import { bindingsByRole, findMissingSubjects, type MissingSubject } from './unjoined.ts';

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
  /**
   * As `whoCan`, for each namespace at once. Namespaces are left out where no request of this kind is ever made in one: a
   * RoleBinding to a ClusterRole with rules for nodes gives nobody a node.
   */
  whoCanWhere(question: Omit<ResourceQuestion, 'namespace'>): HoldersByNamespace;
  /** Everything that bindings let somebody do, those for the whole cluster first. */
  effective(subject: RbacSubject, groups?: readonly string[]): Grant[];
  /** How many that are: a role of many rules that many bindings give is told for each of them. */
  effectiveCount(subject: RbacSubject, groups?: readonly string[]): number;
  /** The part of it that counts in a namespace (undefined: for what lives in none), that for the whole cluster first. */
  effectiveIn(subject: RbacSubject, namespace: string | undefined, groups?: readonly string[]): Grant[];
  /** The rules that a role that was read grants, those that it aggregates included. */
  rulesOf(role: RoleFact): readonly OwnedRule[];
  /** The roles that a binding refers to: one, or several of the same name in different files, or none. */
  rolesOf(binding: RoleReference): readonly RoleFact[];
  /** The bindings that grant a role, directly or through aggregation. */
  bindingsOf(role: RoleFact): readonly BindingFact[];
  /** Roles that aggregate so much that nobody can say what they grant: they count as if they had not been read. */
  readonly untold: readonly RoleFact[];
  /** Bindings whose role was not read. */
  readonly missingRoles: readonly BindingFact[];
  /** Roles that no binding grants. */
  readonly unboundRoles: readonly RoleFact[];
  /** Subjects that are service accounts that were not read, and subjects that are nobody. */
  readonly missingSubjects: readonly MissingSubject[];
}

/** Joins what was read. Roles of one name (variants of one manifest) count together. */
export function buildRbac(facts: readonly RbacFact[]): Rbac {
  const read = facts.filter((fact) => fact.type === 'role');
  const followed = aggregate(read);
  const untold = followed === undefined ? read.filter(({ aggregates }) => aggregates.length > 0) : [];
  const roles = followed === undefined ? read.filter(({ aggregates }) => aggregates.length === 0) : read;
  const aggregation = followed ?? { selected: new Map(), sources: new Map() };
  const rules = indexRules(roles, aggregation);
  const unordered = facts.filter((fact) => fact.type === 'binding');
  const index = indexBindings(unordered, roles);
  const { bindings } = index;
  const rolesOf = (reference: RoleReference): RoleFact[] => index.rolesTo(reference).map((id) => roles[id]!);

  /** What a binding gives the subject that it names at a place. */
  function grantsOf(bindingId: number, at: number, wanted: WantedRules): Grant[] {
    const grants: Grant[] = [];
    const binding = bindings[bindingId]!;
    const subject = binding.subjects[at]!;
    for (const roleId of index.rolesOf(bindingId)) {
      const role = roles[roleId]!;
      for (const { rule, source } of wanted(roleId)) grants.push({ binding, subject, role, rule, source });
    }
    return grants;
  }

  function grantsTo(someone: readonly RbacSubject[], among: BindingIndex['all'], wanted: WantedRules): Grant[] {
    const ids = index.idsOf(someone);
    const grants: Grant[] = [];
    for (const bindingId of index.naming(ids, among)) {
      const first = index.subjectsOf(bindingId).findIndex((id) => ids.has(id));
      for (const grant of grantsOf(bindingId, first, wanted)) grants.push(grant);
    }
    return grants;
  }

  /** Who gets what is wanted by some bindings, all of which give it. */
  function holdersBy(bindingIds: Int32Array, wanted: WantedRules): Holder[] {
    const found = new Map<number, { readonly subject: RbacSubject; readonly grants: Grant[] }>();
    for (const bindingId of bindingIds) {
      const subjectIds = index.subjectsOf(bindingId);
      for (let at = 0; at < subjectIds.length; at++) {
        const subjectId = subjectIds[at]!;
        const subject = index.subject(subjectId);
        if (subject === undefined) continue;
        const before = found.get(subjectId);
        if (before === undefined) found.set(subjectId, { subject, grants: grantsOf(bindingId, at, wanted) });
        else if (before.grants.at(-1)?.binding !== bindings[bindingId]) before.grants.push(...grantsOf(bindingId, at, wanted));
      }
    }
    return [...found.values()];
  }

  function whoCanWhere(question: Omit<ResourceQuestion, 'namespace'>): HoldersByNamespace {
    const wanted = rules.wanted(question);
    const ids = index.granting(rules.rolesAllowing(question), isLiveInNamespace(question) ? index.all : index.countingIn(undefined));
    let everywhere: Holder[] = [];
    const namespaces = new Map<string, Holder[]>();
    for (let start = 0, end = 0; start < ids.length; start = end) {
      const { namespace } = bindings[ids[start]!]!;
      while (end < ids.length && bindings[ids[end]!]!.namespace === namespace) end++;
      const holders = holdersBy(ids.subarray(start, end), wanted);
      if (namespace === undefined) everywhere = holders;
      else if (holders.length > 0) namespaces.set(namespace, holders);
    }
    return { everywhere, namespaces };
  }

  const bound = once(() => bindingsByRole(aggregation, unordered, rolesOf));
  const missingRoles = once(() => unordered.filter((binding) => index.rolesTo(binding).length === 0));
  const unboundRoles = once(() => roles.filter((role) => !bound().has(role)));
  const missingSubjects = once(() => findMissingSubjects(facts));
  const roleIds = once(() => new Map(roles.map((role, id) => [role, id])));

  return {
    roles,
    untold,
    bindings: unordered,
    can(subject, question, groups) {
      const someone = withGroups(subject, groups);
      const grants = grantsTo(someone, index.countingIn(namespaceOf(question)), rules.wanted(question));
      const privileged = someone.some(({ kind, name }) => kind === 'Group' && name === mastersGroup);
      return { allowed: privileged || grants.length > 0, grants, privileged };
    },
    whoCan: (question) =>
      holdersBy(index.granting(rules.rolesAllowing(question), index.countingIn(namespaceOf(question))), rules.wanted(question)),
    whoCanWhere,
    effective: (subject, groups) => grantsTo(withGroups(subject, groups), index.all, rules.owned),
    effectiveCount(subject, groups) {
      let count = 0;
      for (const bindingId of index.naming(index.idsOf(withGroups(subject, groups)), index.all))
        for (const roleId of index.rolesOf(bindingId)) count += rules.owned(roleId).length;
      return count;
    },
    effectiveIn: (subject, namespace, groups) => grantsTo(withGroups(subject, groups), index.countingIn(namespace), rules.owned),
    rulesOf(role) {
      const id = roleIds().get(role);
      return id === undefined ? [] : rules.owned(id);
    },
    rolesOf,
    bindingsOf: (role) => bound().get(role) ?? [],
    get missingRoles() {
      return missingRoles();
    },
    get unboundRoles() {
      return unboundRoles();
    },
    get missingSubjects() {
      return missingSubjects();
    },
  };
}

/** Somebody, and all groups that they are in. */
function withGroups(subject: RbacSubject, more?: readonly string[]): RbacSubject[] {
  const own = subject.kind === 'User' ? userNamed(subject.name) : subject;
  const groups = groupsOf(own, more).map((name): RbacSubject => ({ kind: 'Group', name }));
  return own.kind === 'Group' ? groups : [own, ...groups];
}

/** Most who ask want none of what costs time. */
function once<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
