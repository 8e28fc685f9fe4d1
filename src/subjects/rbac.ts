import {
  compareText,
  groupBy,
  type Anchor,
  type AnchorOf,
  type JoinedSubject,
  type JoinedSubjectKind,
  type Resource,
  type ResourceRef,
  type SubjectContext,
} from '../core/index.ts';
import { isObservedApiServer, observedApiServerKind } from '../kube/api-server.ts';
import type { Labels } from '../kube/label-selector.ts';
import { bootstrapPolicy, isBootstrapGrant, isPolicyKnown, rulesBeyondPolicy } from '../kube/rbac/bootstrap-policy.ts';
import { dangerousRights, questionsFor, type DangerousRight, type RightQuestion } from '../kube/rbac/dangerous-rights.ts';
import {
  buildRbac,
  rbacFact,
  rbacGroup,
  rbacKinds,
  groupsOf,
  ruleAllows,
  subjectOf,
  type BindingFact,
  type NamespaceFact,
  type PolicyRule,
  type Rbac,
  type RbacFact,
  type RoleFact,
  type RuleFact,
  type SubjectFact,
} from '../kube/rbac/index.ts';
import { isLiveInNamespace } from '../kube/rbac/served-resources.ts';
import type { MissingSubject } from '../kube/rbac/unjoined.ts';
import { admissionSettingsKinds, readAdmissionSettings, type AdmissionSettings } from '../kube/pod-security/index.ts';
import { systemNamespaces } from '../kube/system-workloads.ts';
import { admissionSettingsOf, namespaceFacts } from './namespace-facts.ts';
import { podReviewers, reviewerKinds, reviewerPart, reviewersOf, type ReviewerPart } from './pod-reviewers.ts';

/** All roles and bindings of a run, joined once for all kinds of subjects here. */
export interface Permissions {
  /** With the roles of Kubernetes itself where they were not read. */
  readonly rbac: Rbac;
  /** All of a cluster was read: what is absent does not exist. */
  readonly live: boolean;
  /** Subjects of a binding that were not read, or that are nobody. */
  missingOf(binding: BindingFact): readonly MissingSubject[];
  /** Who can take over the cluster, each with the worst of his rights, but for those who are of Kubernetes itself. */
  powerful(): readonly PowerfulSubject[];
  /** Whom somebody who gets at tokens there could be, and who may do more; undefined if there is nobody. */
  strongerAccount(holder: SubjectFact, namespace: string | undefined): StrongerAccount | undefined;
  /** Its Namespace object was read, and neither a level of Pod Security nor anything else there refuses privileged pods. */
  refusesNone(namespace: string): boolean;
  /** The dangerous rights that some rules of a role give; `all` are its rules. */
  rightsOf(rules: readonly RuleFact[], all: readonly PolicyRule[]): Pick<RoleRights, 'rights' | 'halves'>;
  /** What a binding gives; undefined where its role was not read and is none of Kubernetes. */
  givenBy(binding: BindingFact): RoleRights | undefined;
}

/** What a role grants, aggregated rules included. */
export interface RoleRights {
  readonly rules: readonly RuleFact[];
  readonly rights: readonly RuleRight[];
  /** Of no use but to who has the rest (`DangerousRight.and`) by another role. */
  readonly halves: readonly RuleRight[];
}

/** A dangerous right with the rule that gives it. */
export interface RuleRight {
  readonly right: DangerousRight;
  readonly rule: RuleFact;
  /** A RoleBinding is enough for it. */
  readonly inNamespaces: boolean;
  /** Of a right in parts: those among the holders who have the rest by other roles. */
  readonly heldBy?: readonly RoleHolder[];
}

/** Somebody with a right that leads to all others. */
export interface PowerfulSubject {
  readonly subject: SubjectFact;
  readonly right: DangerousRight;
}

/** A service account that may do what somebody else may not. */
export interface StrongerAccount {
  readonly account: SubjectFact;
  readonly right: DangerousRight;
  /** Where it may; undefined for everywhere. */
  readonly namespace: string | undefined;
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
  readonly permissions: Permissions;
}

/** A binding with what it gives. */
export interface BoundRoleSubject {
  readonly binding: BindingFact;
  /** Where it names the role. */
  readonly roleRefAt: Anchor;
  /** What the role grants; undefined where the role was not read and is none of Kubernetes. */
  readonly rules: readonly PolicyRule[] | undefined;
  readonly rights: readonly RuleRight[];
  /** Its subjects, but for those to whom Kubernetes itself gives the role. */
  readonly subjects: readonly SubjectFact[];
  readonly permissions: Permissions;
}

export interface PermissionsSubject {
  readonly permissions: Permissions;
  readonly at: Anchor;
}

type Memory =
  | Exclude<RbacFact, BindingFact | NamespaceFact>
  | RememberedBinding
  | RememberedNamespace
  | { readonly type: 'live' }
  | { readonly type: 'admission'; readonly settings: AdmissionSettings }
  | { readonly type: 'reviewer'; readonly part: ReviewerPart };

interface RememberedBinding extends BindingFact {
  readonly roleRefAt: Anchor;
}

type RememberedNamespace = NamespaceFact & { readonly labels: Labels };

export const roleKinds: readonly string[] = rbacKinds.filter((kind) => kind.endsWith(`.${rbacGroup}`));

const reads = { podTemplates: false, kinds: [...rbacKinds, ...admissionSettingsKinds, ...reviewerKinds, observedApiServerKind] };

/** One function for all kinds here: the engine calls it once for each resource, and all of them share what it remembers. */
function remember(resource: Resource, anchor: AnchorOf, context: SubjectContext): Memory | undefined {
  if (isObservedApiServer(resource.ref)) return { type: 'live' };
  const settings = readAdmissionSettings(resource.ref, resource.object);
  if (settings !== undefined) return { type: 'admission', settings };
  const part = reviewerPart(resource);
  if (part !== undefined) return { type: 'reviewer', part };
  const fact = rbacFact(resource, anchor, context.namespaceOf(resource));
  if (fact?.type === 'namespace') return { ...fact, labels: resource.metadata.labels ?? {} };
  return fact?.type === 'binding' ? { ...fact, roleRefAt: anchor(['roleRef']) } : fact;
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
    const policyOf = remembered((role: RoleFact) => policyRights(role, permissions));
    for (const binding of readBindings(memories)) {
      const holders = holdersOf(binding);
      for (const role of permissions.rbac.rolesOf(binding)) {
        const policy = policyOf(role);
        if (policy === undefined) continue;
        const subject = { type: 'binding', role, ...policy, holders, bound: true, uncertain: false, permissions } as const;
        yield { subject, ref: refOf(binding), at: binding.at };
      }
    }
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
      const { rules, rights = [] }: Partial<RoleRights> = permissions.givenBy(binding) ?? {};
      const subjects = binding.subjects.filter((subject) => !isBootstrapGrant(binding, subject));
      const subject = { binding, roleRefAt: binding.roleRefAt, rules, rights, subjects, permissions };
      yield { subject, ref: refOf(binding), at: binding.at };
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
    yield { subject: { permissions, at: first.at }, ref: refOf(first), at: first.at };
  },
};

function readRoles(memories: readonly Memory[]): RoleFact[] {
  return memories.filter((memory) => memory.type === 'role');
}

function readBindings(memories: readonly Memory[]): RememberedBinding[] {
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
  const { rights: whole, halves } = permissions.rightsOf(rules, role.rules);
  const rights = [...whole, ...completed(halves, holders, permissions.rbac)];
  const subject = { type: 'role', role, rules, rights, holders, bound, uncertain: uncertain && beyond !== undefined, permissions } as const;
  yield { subject, ref: refOf(role), at: role.at };
}

/** What a role of Kubernetes gives as Kubernetes makes it, which is for its bindings to answer for; undefined for all others. */
function policyRights(role: RoleFact, { rbac, rightsOf }: Permissions): Pick<RoleRights, 'rules' | 'rights'> | undefined {
  if (rulesBeyondPolicy(role) === undefined) return undefined;
  const rules = rbac.rulesOf(role).flatMap(({ rule, source }) => {
    const beyond = rulesBeyondPolicy(source);
    return beyond === undefined || beyond.includes(rule) ? [] : [rule];
  });
  return { rules, rights: rightsOf(rules, rules).rights };
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
  const facts = memories.filter(isFact);
  if (!facts.some(({ type }) => type === 'role' || type === 'binding')) return undefined;
  const read = new Set(readRoles(memories).map(keyOf));
  const missing = bootstrapPolicy(version).roles.filter((role) => !read.has(keyOf(role)));
  const rbac = buildRbac([...facts, ...missing]);
  const rightsOf = rightsOfRules(version);
  const ofRole = remembered((role: RoleFact): RoleRights => {
    const rules = rbac.rulesOf(role).map(({ rule }) => rule);
    return { rules, ...rightsOf(rules, rules) };
  });
  const givenBy = (binding: BindingFact): RoleRights | undefined => {
    const roles = rbac.rolesOf(binding);
    if (roles.length < 2) return roles[0] && ofRole(roles[0]);
    // Roles of one name are variants of one manifest.
    const each = roles.map(ofRole);
    return {
      rules: each.flatMap(({ rules }) => rules),
      rights: each.flatMap(({ rights }) => rights),
      halves: each.flatMap(({ halves }) => halves),
    };
  };
  const permissions: Permissions = {
    rbac,
    // Every cluster has ClusterRoles; where none is among what was read, only some namespaces were.
    live: memories.some(({ type }) => type === 'live') && facts.some((fact) => fact.type === 'role' && fact.kind === 'ClusterRole'),
    rightsOf,
    givenBy,
    refusesNone: once(
      () => unguarded(memories),
      (namespaces, name) => namespaces.has(name),
    ),
    missingOf: once(
      () => groupBy(rbac.missingSubjects, ({ binding }) => binding),
      (missed, binding) => missed.get(binding) ?? [],
    ),
    powerful: once(
      () => powerfulOf(rbac, givenBy),
      (subjects) => subjects,
    ),
    strongerAccount: once(
      () => powersOf(rbac, givenBy),
      (powers, holder: SubjectFact, namespace) => powers.stronger(holder, namespace),
    ),
  };
  known.set(memories, permissions);
  return permissions;
}

function isFact(memory: Memory): memory is Exclude<Memory, { readonly type: 'live' | 'admission' | 'reviewer' }> {
  return memory.type !== 'live' && memory.type !== 'admission' && memory.type !== 'reviewer';
}

/** The namespaces where nothing that was read refuses privileged pods. */
function unguarded(memories: readonly Memory[]): Set<string> {
  const settings = admissionSettingsOf(memories);
  const reviewers = podReviewers(memories.flatMap((memory) => (memory.type === 'reviewer' ? [memory.part] : [])));
  const found = new Set<string>();
  for (const memory of memories) {
    if (memory.type !== 'namespace') continue;
    const facts = namespaceFacts(memory.name, memory.labels, settings);
    if (!facts.enforces && reviewersOf(facts, reviewers).length === 0) found.add(memory.name);
  }
  return found;
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
  return (rules, all) => {
    const found = { rights: [] as RuleRight[], halves: [] as RuleRight[] };
    for (const rule of rules)
      for (const [{ right, and }, inNamespaces] of rightsOfRule(rule)) {
        const whole = and === undefined || all.some((other) => and.some((question) => ruleAllows(other, question)));
        found[whole ? 'rights' : 'halves'].push({ right, rule, inNamespaces });
      }
    return found;
  };
}

/** Halves that some of these holders complete by what else they may do. Each request is granted by one rule, but not by one role. */
function completed(halves: readonly RuleRight[], holders: readonly RoleHolder[], rbac: Rbac): RuleRight[] {
  return halves.flatMap((half) => {
    const heldBy = holders.flatMap((holder) => holdersOfRest(half.right, holder, rbac));
    return heldBy.length === 0 ? [] : [{ ...half, heldBy }];
  });
}

/** Who has the rest of a right: the subject of a binding, or else accounts that are in it as a group and have the rest themselves. */
function holdersOfRest({ and = [] }: DangerousRight, { subject, binding }: RoleHolder, rbac: Rbac): RoleHolder[] {
  const identity = subjectOf(subject);
  // What takes several parts is about things outside of namespaces.
  if (identity === undefined || binding.namespace !== undefined) return [];
  if (and.some((question) => rbac.can(identity, question).allowed)) return [{ subject, binding }];
  if (identity.kind !== 'Group') return [];
  const members = and.flatMap((question) => rbac.whoCan(question)).filter((holder) => groupsOf(holder.subject).includes(identity.name));
  const byName = new Map(
    members.flatMap(({ grants: [grant] }) => (grant === undefined ? [] : [[subjectName(grant.subject), grant.subject]])),
  );
  return [...byName.values()].map((member) => ({ subject: { ...member, at: subject.at }, binding }));
}

/** As the function, asked once for each object. */
function remembered<K extends object, T>(make: (key: K) => T): (key: K) => T {
  const made = new Map<K, T>();
  return (key) => {
    if (!made.has(key)) made.set(key, make(key));
    return made.get(key)!;
  };
}

/** A function that makes something at its first call and uses it in all. */
function once<T, A extends readonly unknown[], R>(make: () => T, use: (made: T, ...given: A) => R): (...given: A) => R {
  let made: { readonly value: T } | undefined;
  return (...given) => use((made ??= { value: make() }).value, ...given);
}

/** In all of the cluster, or in the namespace of its system. */
function powerfulOf(rbac: Rbac, givenBy: Permissions['givenBy']): PowerfulSubject[] {
  const found = new Map<string, PowerfulSubject & { readonly binding: BindingFact }>();
  for (const binding of rbac.bindings) {
    const { namespace } = binding;
    if (namespace !== undefined && namespace !== systemNamespaces[0]) continue;
    const { rights = [], halves = [] }: Partial<RoleRights> = givenBy(binding) ?? {};
    for (const { right, inNamespaces, heldBy } of [...rights, ...completed(halves, allOf(binding), rbac)]) {
      if (!right.takesOver || (namespace !== undefined && !inNamespaces)) continue;
      for (const { subject } of heldBy ?? allOf(binding)) {
        const before = found.get(subjectName(subject));
        const worse = before === undefined ? -1 : rankOf(right) - rankOf(before.right);
        if (worse > 0 || (worse === 0 && binding.name >= before!.binding.name)) continue;
        if (!isBootstrapGrant(binding, subject)) found.set(subjectName(subject), { subject, right, binding });
      }
    }
  }
  // By name: which of them a message names does not hang on the order of the files.
  return [...found].sort(([a], [b]) => compareText(a, b)).map(([, each]) => each);
}

function rankOf(right: DangerousRight): number {
  return dangerousRights.indexOf(right);
}

/** Where somebody has a right; `''` stands for everywhere. */
type Scopes<T> = Map<string, T>;

interface AllPowers {
  stronger(holder: SubjectFact, namespace: string | undefined): StrongerAccount | undefined;
}

function powersOf(rbac: Rbac, givenBy: Permissions['givenBy']): AllPowers {
  const held = new Map<string, Map<string, Scopes<true>>>();
  /** For the accounts of a namespace, or of all (`''`), two who have a right in a scope: one of them is somebody else. */
  const among = new Map<string, Map<string, Scopes<SubjectFact[]>>>();
  for (const binding of rbac.bindings) {
    const { namespace } = binding;
    for (const { right, inNamespaces } of givenBy(binding)?.rights ?? []) {
      if (right.codes.length === 0 || (namespace !== undefined && (!inNamespaces || (right.only ?? namespace) !== namespace))) continue;
      for (const subject of binding.subjects) {
        const scope = namespace ?? '';
        entryOf(entryOf(held, subjectName(subject), newMap<Scopes<true>>), right.id, newMap<true>).set(scope, true);
        if (subject.kind !== 'ServiceAccount') continue;
        for (const home of new Set(['', subject.namespace ?? ''])) {
          const scopes = entryOf(entryOf(among, home, newMap<Scopes<SubjectFact[]>>), right.id, newMap<SubjectFact[]>);
          const two = entryOf(scopes, scope, (): SubjectFact[] => []);
          putFirst(two, subject);
        }
      }
    }
  }
  for (const ofHome of among.values())
    for (const [right, scopes] of ofHome) ofHome.set(right, new Map([...scopes].sort(([a], [b]) => compareText(a, b))));
  const rights = dangerousRights.toSorted((a, b) => Number(b.takesOver) - Number(a.takesOver));

  return {
    stronger(holder, namespace) {
      const name = subjectName(holder);
      const own = held.get(name);
      const everything = own?.get('everything');
      const there = among.get(namespace ?? '');
      if (there === undefined || everything?.has('') === true) return undefined;
      let answer: StrongerAccount | undefined;
      for (const right of rights) {
        const mine = own?.get(right.id);
        const scopes = there.get(right.id);
        if (scopes === undefined || mine?.has('') === true) continue;
        for (const [scope, accounts] of scopes) {
          const account = accounts.find((each) => subjectName(each) !== name);
          if (account === undefined || mine?.has(scope) === true || everything?.has(scope) === true) continue;
          const found = { account, right, namespace: scope === '' ? undefined : scope };
          // One of those that give the cluster away says most.
          if (right.takesOver && scope === '') return found;
          answer ??= found;
          if (!scopes.has('')) break;
        }
      }
      return answer;
    },
  };
}

/** Keeps the first two by name, whatever order they come in. */
function putFirst(two: SubjectFact[], subject: SubjectFact): void {
  const name = subjectName(subject);
  const at = two.findIndex((each) => subjectName(each) >= name);
  if (at >= 0 && subjectName(two[at]!) === name) return;
  two.splice(at < 0 ? two.length : at, 0, subject);
  two.length = Math.min(two.length, 2);
}

function newMap<T>(): Map<string, T> {
  return new Map();
}

function entryOf<T>(map: Map<string, T>, key: string, make: () => T): T {
  const before = map.get(key);
  if (before !== undefined) return before;
  const made = make();
  map.set(key, made);
  return made;
}

function subjectName({ kind, namespace = '', name }: SubjectFact): string {
  return `${kind} ${namespace}/${name}`;
}
