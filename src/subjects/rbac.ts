import type { Anchor, AnchorOf, JoinedSubject, JoinedSubjectKind, Resource, ResourceRef, SubjectContext } from '../core/index.ts';
import { isObservedApiServer, observedApiServerKind } from '../kube/api-server.ts';
import { bootstrapPolicy, isBootstrapGrant, isPolicyKnown, rulesBeyondPolicy } from '../kube/rbac/bootstrap-policy.ts';
import { dangerousRights, questionsFor, type DangerousRight, type RightQuestion } from '../kube/rbac/dangerous-rights.ts';
import {
  buildRbac,
  rbacFact,
  rbacGroup,
  rbacKinds,
  ruleAllows,
  type BindingFact,
  type PolicyRule,
  type Rbac,
  type RbacFact,
  type RoleFact,
  type RuleFact,
  type SubjectFact,
} from '../kube/rbac/index.ts';
import { isLiveInNamespace } from '../kube/rbac/served-resources.ts';

/** All roles and bindings of a run, joined once for all kinds of subjects here. */
export interface Permissions {
  /** With the roles of Kubernetes itself where they were not read. */
  readonly rbac: Rbac;
  /** It was a cluster that was read: what is absent does not exist. */
  readonly live: boolean;
  /** The dangerous rights that rules give, each set of rules once. */
  rightsOf(rules: readonly RuleFact[], all: readonly PolicyRule[]): readonly RuleRight[];
}

/** A dangerous right with the rule that gives it. */
export interface RuleRight {
  readonly right: DangerousRight;
  readonly rule: RuleFact;
  /** A RoleBinding is enough for it. */
  readonly inNamespaces: boolean;
}

/** Somebody who has a role, and the binding by which. */
export interface RoleHolder {
  readonly subject: SubjectFact;
  readonly binding: BindingFact;
}

/** A role that is not as Kubernetes makes it; or a binding of one that is, for then nobody but the binding can be at fault. */
export interface GrantSubject {
  readonly type: 'role' | 'binding';
  readonly role: RoleFact;
  /** Its own rules; of a role of Kubernetes those that go beyond. */
  readonly rules: readonly RuleFact[];
  readonly rights: readonly RuleRight[];
  /** Whom bindings give it, but for those to whom Kubernetes itself gives it as it is. */
  readonly holders: readonly RoleHolder[];
  /** A binding gives it to somebody, be it to Kubernetes itself. */
  readonly bound: boolean;
  /** It is marked as a role of a Kubernetes whose roles are not known. */
  readonly uncertain: boolean;
}

/** A binding with what it gives. */
export interface BoundRoleSubject {
  readonly binding: BindingFact;
  /** What the role grants; undefined where the role was not read and is none of Kubernetes. */
  readonly rules: readonly PolicyRule[] | undefined;
  readonly rights: readonly RuleRight[];
  /** Its subjects, but for those to whom Kubernetes itself gives the role. */
  readonly subjects: readonly SubjectFact[];
  readonly permissions: Permissions;
}

export interface PermissionsSubject {
  readonly permissions: Permissions;
  /** Of the roles and bindings that were read. */
  readonly roles: number;
  readonly bindings: number;
  readonly at: Anchor;
}

type Memory = RbacFact | { readonly type: 'live' };

export const roleKinds: readonly string[] = rbacKinds.filter((kind) => kind.endsWith(`.${rbacGroup}`));

const reads = { podTemplates: false, kinds: [...rbacKinds, observedApiServerKind] };

/** One function for all kinds here: the engine calls it once for each resource, and all of them share what it remembers. */
function remember(resource: Resource, anchor: AnchorOf, context: SubjectContext): Memory | undefined {
  if (isObservedApiServer(resource.ref)) return { type: 'live' };
  return rbacFact(resource, anchor, context.namespaceOf(resource));
}

export const grants: JoinedSubjectKind<GrantSubject, Memory> = {
  scope: 'joined',
  name: 'role, or binding of a role of Kubernetes',
  reads,
  example: 'objects',
  remember,
  *subjects(memories, context) {
    const permissions = permissionsOf(memories, context);
    if (permissions === undefined) return;
    const uncertain = !isPolicyKnown(context.version);
    for (const role of readRoles(memories)) yield* roleSubjects(role, permissions, uncertain);
    for (const binding of readBindings(memories)) yield* bindingSubjects(binding, permissions);
  },
};

export const boundRoles: JoinedSubjectKind<BoundRoleSubject, Memory> = {
  scope: 'joined',
  name: 'role binding with its role',
  reads,
  example: 'objects',
  remember,
  *subjects(memories, context) {
    const permissions = permissionsOf(memories, context);
    if (permissions === undefined) return;
    for (const binding of readBindings(memories)) {
      const roles = permissions.rbac.rolesOf(binding);
      const rules = roles.length === 0 ? undefined : roles.flatMap((role) => permissions.rbac.rulesOf(role).map(({ rule }) => rule));
      const rights = rules === undefined ? [] : permissions.rightsOf(rules, rules);
      const subjects = binding.subjects.filter((subject) => !isBootstrapGrant(binding, subject));
      yield { subject: { binding, rules, rights, subjects, permissions }, ref: refOf(binding), at: binding.at };
    }
  },
};

export const allPermissions: JoinedSubjectKind<PermissionsSubject, Memory> = {
  scope: 'joined',
  name: 'all roles and bindings',
  reads,
  example: 'objects',
  remember,
  *subjects(memories, context) {
    const permissions = permissionsOf(memories, context);
    const first = memories.find((memory) => memory.type === 'binding' || memory.type === 'role');
    if (permissions === undefined || first === undefined) return;
    const [roles, bindings] = [readRoles(memories).length, readBindings(memories).length];
    yield { subject: { permissions, roles, bindings, at: first.at }, ref: refOf(first), at: first.at };
  },
};

function readRoles(memories: readonly Memory[]): RoleFact[] {
  return memories.filter((memory) => memory.type === 'role');
}

function readBindings(memories: readonly Memory[]): BindingFact[] {
  return memories.filter((memory) => memory.type === 'binding');
}

/** A role that only stands together from others has nothing of its own; what it gathers is judged where it stands. */
function* roleSubjects(role: RoleFact, permissions: Permissions, uncertain: boolean): Generator<JoinedSubject<GrantSubject>> {
  const beyond = rulesBeyondPolicy(role);
  if (beyond?.length === 0) return;
  const gathered = permissions.rbac.rulesOf(role);
  const rules = (beyond ?? role.rules).filter((rule) => gathered.some((owned) => owned.rule === rule));
  if (rules.length === 0 && role.rules.length > 0) return;
  const bindings = permissions.rbac.bindingsOf(role);
  // What goes beyond a role of Kubernetes goes beyond what its own subjects need.
  const holders = bindings.flatMap((binding) => (beyond === undefined ? holdersOf(binding) : allOf(binding)));
  const bound = bindings.some(({ subjects }) => subjects.length > 0);
  const rights = permissions.rightsOf(rules, role.rules);
  const subject = { type: 'role', role, rules, rights, holders, bound, uncertain: uncertain && beyond !== undefined } as const;
  yield { subject, ref: refOf(role), at: role.at };
}

/** What a role of Kubernetes gives by a binding; nobody has it by one that is of Kubernetes too. */
function* bindingSubjects(binding: BindingFact, permissions: Permissions): Generator<JoinedSubject<GrantSubject>> {
  const holders = holdersOf(binding);
  for (const role of permissions.rbac.rolesOf(binding)) {
    const rules = permissions.rbac.rulesOf(role).flatMap(({ rule, source }) => {
      const beyond = rulesBeyondPolicy(source);
      return beyond === undefined || beyond.includes(rule) ? [] : [rule];
    });
    if (rulesBeyondPolicy(role) === undefined) continue;
    const rights = permissions.rightsOf(rules, rules);
    const subject = { type: 'binding', role, rules, rights, holders, bound: true, uncertain: false } as const;
    yield { subject, ref: refOf(binding), at: binding.at };
  }
}

function holdersOf(binding: BindingFact): RoleHolder[] {
  return allOf(binding).filter(({ subject }) => !isBootstrapGrant(binding, subject));
}

function allOf(binding: BindingFact): RoleHolder[] {
  return binding.subjects.map((subject) => ({ subject, binding }));
}

function refOf({ kind, namespace, name }: RoleFact | BindingFact): ResourceRef {
  const ref = { apiVersion: `${rbacGroup}/v1`, kind, name };
  return namespace === undefined || namespace === '' ? ref : { ...ref, namespace };
}

/** By what was remembered: the kinds here ask one after the other for the same. */
const known = new WeakMap<readonly Memory[], Permissions>();

/** Undefined where neither a role nor a binding was read. */
function permissionsOf(memories: readonly Memory[], { version }: SubjectContext): Permissions | undefined {
  const before = known.get(memories);
  if (before !== undefined) return before;
  const facts = memories.filter((memory) => memory.type !== 'live');
  if (!facts.some(({ type }) => type === 'role' || type === 'binding')) return undefined;
  const read = new Set(readRoles(memories).map(keyOf));
  const missing = bootstrapPolicy(version).roles.filter((role) => !read.has(keyOf(role)));
  const permissions: Permissions = {
    rbac: buildRbac([...facts, ...missing]),
    live: memories.length > facts.length,
    rightsOf: rightsOfRules(version),
  };
  known.set(memories, permissions);
  return permissions;
}

function keyOf({ kind, namespace, name }: RoleFact): string {
  return `${kind}/${namespace ?? ''}/${name}`;
}

interface Asked {
  readonly right: DangerousRight;
  readonly questions: readonly RightQuestion[];
  readonly and: readonly RightQuestion[] | undefined;
}

/** Operators make thousands of equal rules: each text is asked once. */
function rightsOfRules(version: number): Permissions['rightsOf'] {
  const asked = dangerousRights.map((right): Asked => ({
    right,
    questions: questionsFor(right.questions, version),
    and: right.and && questionsFor(right.and, version),
  }));
  const byText = new Map<string, readonly (readonly [asked: Asked, inNamespaces: boolean])[]>();
  const rightsOfRule = (rule: RuleFact): readonly (readonly [asked: Asked, inNamespaces: boolean])[] => {
    const { verbs, apiGroups, resources, resourceNames } = rule;
    const text = JSON.stringify([verbs, apiGroups, resources, resourceNames]);
    const before = byText.get(text);
    if (before !== undefined) return before;
    const found = asked.flatMap((each): [Asked, boolean][] => {
      const granted = each.questions.filter((question) => ruleAllows(rule, question));
      return granted.length === 0 ? [] : [[each, granted.some(isLiveInNamespace)]];
    });
    // Everything includes all the rest.
    const [first] = found;
    const rights = first?.[0].right.id === 'everything' ? [first] : found;
    byText.set(text, rights);
    return rights;
  };
  return (rules, all) =>
    rules.flatMap((rule) =>
      rightsOfRule(rule).flatMap(([{ right, and }, inNamespaces]) => {
        const useful = and === undefined || all.some((other) => and.some((question) => ruleAllows(other, question)));
        return useful ? [{ right, rule, inNamespaces }] : [];
      }),
    );
}
