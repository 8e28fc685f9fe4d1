import {
  groupsOf,
  mastersGroup,
  ruleAllows,
  subjectKey,
  subjectOf,
  userNamed,
  type BindingFact,
  type Grant,
  type Rbac,
  type RbacSubject,
  type ResourceQuestion,
  type RoleFact,
  type SubjectFact,
} from '../kube/rbac/index.ts';
import { questionsFor, type RightQuestion } from '../kube/rbac/dangerous-rights.ts';
import type { AttackGraphOptions } from './attack-graph.ts';
import { placedId, subjectId, type Change } from './changes.ts';
import type { Draft, EvidenceRef } from './draft.ts';
import type { State } from './states.ts';
import { otherTechniques, rightTechniques, type RightTechnique } from './techniques.ts';

/** What a right leads to depends on what there is. */
export interface Gains {
  /** Adds the edges from who has the right, in one namespace or (undefined) in all of them. */
  add(from: State, technique: RightTechnique, namespace: string | undefined): void;
  /** The accounts of a name in one namespace, or in all. */
  accountsNamed(name: string, namespace: string | undefined): readonly State[];
  /** The account whose token is in a Secret. */
  tokenOf(
    secret: string,
    namespace: string | undefined,
  ): readonly { readonly account: State; readonly change: Change; readonly evidence: EvidenceRef }[];
  /** All that can be done in a namespace, or everywhere. */
  addEverything(from: State, namespace: string | undefined): void;
  podsNamed(name: string, namespace: string | undefined): readonly State[];
  /** The namespaces where a workload of this kind and name was read. */
  workloadsNamed(
    kind: string,
    name: string,
    namespace: string | undefined,
  ): readonly { readonly namespace: string; readonly evidence: EvidenceRef }[];
  /** Whether there is such a configuration of webhooks; undefined where there is none for sure. */
  mutatorNamed(name: string): { readonly evidence?: readonly EvidenceRef[]; readonly unknown?: string } | undefined;
}

/** Who holds an answer, by `subjectKey`. */
type Holders = Map<string, { readonly subject: RbacSubject; readonly grants: Grant[] }>;

interface Held {
  readonly everywhere: Holders;
  readonly namespaces: ReadonlyMap<string, Holders>;
}

/** Adds who may do what leads on, by the techniques that need rights alone. */
export function addRights(
  draft: Draft,
  rbac: Rbac,
  { version, listed }: Pick<AttackGraphOptions, 'version' | 'listed'>,
  gains: Gains,
): void {
  const asked = new Map<string, Held>();
  const heldOf = (questions: readonly RightQuestion[]): Held => {
    const current = questionsFor(questions, version);
    const key = JSON.stringify(current);
    const before = asked.get(key);
    if (before !== undefined) return before;
    const held = ask(rbac, current);
    asked.set(key, held);
    return held;
  };
  const ownRoles = ownRolesOf(rbac);
  for (const technique of rightTechniques) {
    const { since = 0, until = Number.POSITIVE_INFINITY, needs, scope, only } = technique;
    if (version < since || version > until) continue;
    const held = needs.map(heldOf);
    const done = new Set<string>();
    const reached = new Set<string | undefined>();
    const add = (key: string, subject: RbacSubject, namespace: string | undefined): void => {
      const target = namespace ?? only;
      const ways = held.map((each) => grantsOf(each, subject, namespace));
      if (ways.some((grants) => grants.length === 0)) return;
      if (namespace === undefined) done.add(key);
      const owned = technique.ownRole !== true || (target !== undefined && ownRoles.has(`${target} ${key}`));
      const unknown = owned ? undefined : 'it takes a Role of the namespace that is bound to the same subject';
      addChain(draft, subject, rightState(technique, target), `${technique.id} ${namespace ?? '*'}`, ways, unknown);
      reached.add(target);
    };
    for (const [key, subject] of subjectsOf(held.map(({ everywhere }) => everywhere))) add(key, subject, undefined);
    if (scope === 'everywhere') {
      const namespaces = new Set(held.flatMap((each) => [...each.namespaces.keys()]));
      for (const namespace of namespaces) {
        if (only !== undefined && namespace !== only) continue;
        const there = held.map((each) => each.namespaces.get(namespace) ?? new Map());
        for (const [key, subject] of subjectsOf(there)) if (!done.has(key)) add(key, subject, namespace);
      }
    }
    for (const namespace of reached) gains.add(rightState(technique, namespace), technique, namespace);
  }
  if (version >= boundedSince) addBounded(draft, rbac, gains, heldOf);
  addNamed(draft, rbac, gains, heldOf);
  // Of a cluster all are read: what is not there gives nothing.
  if (listed?.roles !== true) addUnreadRoles(draft, rbac, gains);
}

/** Constrained impersonation is on by default from here on. */
const boundedSince = otherTechniques['impersonate-within-bounds'].since ?? 0;

const authentication = 'authentication.k8s.io';
/** What is checked of a user besides his request, and asked as whom the request is made: nobody acts as somebody else for that. */
const checks: ReadonlySet<string> = new Set(['bind', 'escalate', 'approve', 'sign']);

/**
 * Constrained impersonation (KEP 5284): whoever may act as somebody, and may use a verb on a resource as such a user, has of
 * his rights that one. Without a group of his own the other is in those that the API server adds.
 */
function addBounded(draft: Draft, rbac: Rbac, gains: Gains, heldOf: (questions: readonly RightQuestion[]) => Held): void {
  const limited = limitedGrants(rbac);
  const modes = [
    { kind: 'User', mode: 'user-info', resource: 'users' },
    { kind: 'ServiceAccount', mode: 'serviceaccount', resource: 'serviceaccounts' },
  ] as const;
  for (const { kind, mode, resource } of modes) {
    const question = { verb: `impersonate:${mode}`, group: authentication, resource };
    const held = heldOf([question]);
    const byName = limited.filter(({ grant }) => grant.rule.resourceNames.some((name) => ruleAllows(grant.rule, { ...question, name })));
    const actors = new Map([
      ...subjectsOf([held.everywhere, ...held.namespaces.values()]),
      ...byName.map(({ subject }) => [subjectKey(subject), subject] as const),
    ]);
    if (actors.size === 0) continue;
    const waysAs = (actor: RbacSubject, other: RbacSubject): Grant[] => {
      const home = other.kind === 'ServiceAccount' ? other.namespace : undefined;
      const keys = keysOf(actor);
      const named = byName.filter(
        ({ subject, grant: { rule, binding } }) =>
          keys.has(subjectKey(subject)) && rule.resourceNames.includes(other.name) && (binding.namespace ?? home) === home,
      );
      return [...grantsOf(held, actor, home), ...named.map(({ grant }) => grant)];
    };
    for (const technique of rightTechniques) {
      const { needs, scope, only } = technique;
      if (technique.ownRole === true || needs.some((questions) => questions.some(({ verb }) => verb === 'impersonate'))) continue;
      const parts = needs.map((questions) => ({
        held: heldOf(questions),
        on: questions.every(({ verb }) => checks.has(verb))
          ? undefined
          : heldOf(questions.map((each) => ({ ...each, verb: `impersonate-on:${mode}:${each.verb}` }))),
      }));
      const scopes = new Set<string | undefined>([undefined]);
      if (scope === 'everywhere')
        for (const part of parts)
          for (const namespace of [...part.held.namespaces.keys(), ...(part.on?.namespaces.keys() ?? [])])
            if (only === undefined || namespace === only) scopes.add(namespace);
      for (const namespace of scopes) {
        const holders = subjectsOf(
          parts.flatMap((part) => [
            part.held.everywhere,
            ...(namespace === undefined ? [] : [part.held.namespaces.get(namespace) ?? new Map()]),
          ]),
        );
        for (const [key, actor] of actors) {
          if (parts.every((part) => grantsOf(part.held, actor, namespace).length > 0)) continue;
          for (const [otherKey, other] of holders) {
            if (other.kind !== kind) continue;
            const ways = [
              waysAs(actor, other),
              ...parts.flatMap((part) => [
                ...(part.on === undefined ? [] : [grantsOf(part.on, actor, namespace)]),
                grantsOf(part.held, other, namespace),
              ]),
            ];
            if (ways.some((grants) => grants.length === 0)) continue;
            const right = rightState(technique, namespace ?? only);
            const id = `${technique.id} ${namespace ?? '*'} as ${otherKey} of ${key}`;
            addChain(draft, actor, right, id, ways, undefined, otherTechniques['impersonate-within-bounds']);
            gains.add(right, technique, namespace ?? only);
          }
        }
      }
    }
  }
}

/** Of a subject and the groups that the API server puts it into. */
function keysOf(subject: RbacSubject): Set<string> {
  return new Set([subjectKey(subject), ...groupsOf(subject).map((name) => subjectKey({ kind: 'Group', name }))]);
}

function rightState({ id }: RightTechnique, namespace: string | undefined): State {
  return { type: 'between', key: `right ${id} ${namespace ?? '*'}` };
}

function ask(rbac: Rbac, questions: readonly RightQuestion[]): Held {
  const everywhere: Holders = new Map();
  const namespaces = new Map<string, Holders>();
  const collect = (into: Holders, holders: readonly { readonly subject: RbacSubject; readonly grants: readonly Grant[] }[]): void => {
    for (const { subject, grants } of holders) {
      const key = subjectKey(subject);
      const before = into.get(key);
      if (before === undefined) into.set(key, { subject, grants: [...grants] });
      else before.grants.push(...grants.filter((grant) => !before.grants.some((each) => isSame(each, grant))));
    }
  };
  for (const { since: _, until: __, ...question } of questions) {
    const answer = rbac.whoCanWhere(question);
    collect(everywhere, answer.everywhere);
    for (const [namespace, holders] of answer.namespaces) {
      let there = namespaces.get(namespace);
      if (there === undefined) namespaces.set(namespace, (there = new Map()));
      collect(there, holders);
    }
  }
  return { everywhere, namespaces };
}

function isSame(a: Grant, b: Grant): boolean {
  return a.binding === b.binding && a.subject === b.subject && a.rule === b.rule;
}

function subjectsOf(holders: readonly Holders[]): Map<string, RbacSubject> {
  return new Map(holders.flatMap((each) => [...each].map(([key, { subject }]) => [key, subject] as const)));
}

/** Every grant that a subject has by itself or as a member of groups; undefined: those for the whole cluster. */
function grantsOf({ everywhere, namespaces }: Held, subject: RbacSubject, namespace: string | undefined): Grant[] {
  const keys = keysOf(subject);
  const there = namespace === undefined ? undefined : namespaces.get(namespace);
  return [...keys].flatMap((key) => [...(everywhere.get(key)?.grants ?? []), ...(there?.get(key)?.grants ?? [])]);
}

/** Subjects that are bound to a Role, as `NAMESPACE KEY`. */
function ownRolesOf(rbac: Rbac): Set<string> {
  const found = new Set<string>();
  for (const { namespace, roleRef, subjects } of rbac.bindings)
    if (namespace !== undefined && roleRef.kind === 'Role')
      for (const subject of subjects) {
        const identity = subjectOf(subject);
        if (identity !== undefined) found.add(`${namespace} ${subjectKey(identity)}`);
      }
  return found;
}

export function stateOfSubject(subject: RbacSubject): State {
  if (subject.kind === 'ServiceAccount') return { type: 'account', namespace: subject.namespace, name: subject.name };
  return { type: subject.kind === 'User' ? 'user' : 'group', name: subject.name };
}

/** From a subject to what takes several rights, one after the other: each may be held in several ways. */
function addChain(
  draft: Draft,
  subject: RbacSubject,
  to: State,
  key: string,
  ways: readonly (readonly Grant[])[],
  unknown?: string,
  technique?: { readonly id: string; readonly weight: number },
): void {
  let from = stateOfSubject(subject);
  for (const [index, grants] of ways.entries()) {
    const last = index === ways.length - 1;
    const next: State = last ? to : { type: 'between', key: `${key} ${index + 1} of ${subjectKey(subject)}` };
    for (const grant of grants)
      draft.add({
        from,
        to: next,
        changes: changesOf(grant),
        evidence: evidenceOf(grant),
        ...(last ? { unknown, ...(technique === undefined ? {} : { technique }) } : {}),
      });
    from = next;
  }
}

/** Kubernetes writes these back whenever the API server starts. */
function isOwn({ name, labels }: Pick<RoleFact, 'name' | 'labels'>): boolean {
  return labels['kubernetes.io/bootstrapping'] === 'rbac-defaults' || name.startsWith('system:') || ownRoles.has(name);
}

const ownRoles: ReadonlySet<string> = new Set(['cluster-admin', 'admin', 'edit', 'view']);

function isOwnBinding({ name, namespace }: BindingFact): boolean {
  return name.startsWith('system:') || (name === 'cluster-admin' && namespace === undefined);
}

function changesOf({ binding, subject, source, rule }: Grant): Change[] {
  const changes: Change[] = [];
  const { kind, name } = subject;
  if (!isOwnBinding(binding) && !(kind === 'Group' && name === mastersGroup)) changes.push(removalOf(binding, subject));
  if (!isOwn(source))
    changes.push({
      id: placedId('narrow-rule', rule.at),
      kind: 'narrow-rule',
      what: `take ${rightsText(rule)} out of the rules`,
      object: titleOf(source),
      at: rule.at,
    });
  return changes;
}

function removalOf(binding: BindingFact, subject: SubjectFact): Change {
  return {
    id: subjectId(binding.at, subject),
    kind: 'remove-subject',
    what: `remove ${titleOf(subject)} from the subjects`,
    object: titleOf(binding),
    at: subject.at,
  };
}

/** What a role gives that was not read nobody knows: perhaps everything. */
function addUnreadRoles(draft: Draft, { missingRoles }: Rbac, gains: Gains): void {
  for (const binding of missingRoles) {
    const { kind, name } = binding.roleRef;
    const { namespace } = binding;
    // The API server refuses any other.
    if (kind !== 'ClusterRole' && (kind !== 'Role' || namespace === undefined)) continue;
    const role = kind === 'Role' && namespace !== undefined ? `${kind} ${namespace}/${name}` : `${kind} ${name}`;
    for (const subject of binding.subjects) {
      const identity = subjectOf(subject);
      if (identity === undefined) continue;
      const holding: State = { type: 'between', key: `unread ${subjectId(binding.at, subject)}` };
      draft.add({
        from: stateOfSubject(identity),
        to: holding,
        technique: { id: 'unread-role', weight: 1 },
        unknown: `${role} is not in the input: what it gives is not known`,
        changes: [removalOf(binding, subject)],
        evidence: [{ what: `${titleOf(binding)} gives ${role} to ${titleOf(subject)}`, at: subject.at }],
      });
      gains.addEverything(holding, namespace);
    }
  }
}

function evidenceOf({ binding, subject, role, source, rule }: Grant): EvidenceRef[] {
  return [
    { what: `${titleOf(binding)} gives ${role.kind} ${role.name} to ${titleOf(subject)}`, at: subject.at },
    { what: `${titleOf(source)} allows ${rightsText(rule)}`, at: rule.at },
  ];
}

export function titleOf({
  kind,
  namespace,
  name,
}: {
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
}): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

function rightsText({ verbs, resources, resourceNames, nonResourceURLs }: Grant['rule']): string {
  const some = (list: readonly string[]): string =>
    list.length > 4 ? `${list.slice(0, 3).join(', ')} and ${list.length - 3} more` : list.join(', ');
  const names = resourceNames.length === 0 ? '' : ` named ${some(resourceNames)}`;
  return `${some(verbs)} on ${some(resources.length === 0 ? nonResourceURLs : resources)}${names}`;
}

interface NamedGrant {
  readonly subject: RbacSubject;
  readonly name: string;
  readonly grant: Grant;
}

/** Rules that are limited to names lead to those alone. */
function addNamed(draft: Draft, rbac: Rbac, gains: Gains, heldOf: (questions: readonly RightQuestion[]) => Held): void {
  const limited = limitedGrants(rbac);
  if (limited.length === 0) return;
  const named = (verbs: readonly string[], group: string, resource: string, subresource?: string): NamedGrant[] =>
    limited.flatMap(({ subject, grant }) =>
      grant.rule.resourceNames
        .filter((name) =>
          verbs.some((verb) => {
            const question: ResourceQuestion = { verb, group, resource, name };
            return ruleAllows(grant.rule, subresource === undefined ? question : { ...question, subresource });
          }),
        )
        .map((name) => ({ subject, name, grant })),
    );
  const step = (
    { subject, grant }: NamedGrant,
    to: State,
    technique: string,
    more: readonly EvidenceRef[] = [],
    change: readonly Change[] = [],
    unknown?: string,
  ): void =>
    draft.add({
      unknown,
      from: stateOfSubject(subject),
      to,
      technique: { id: technique, weight: 1 },
      changes: [...changesOf(grant), ...change],
      evidence: [...evidenceOf(grant), ...more],
    });

  for (const each of named(['impersonate'], '', 'users')) step(each, stateOfSubject(userNamed(each.name)), 'named-identity');
  for (const each of named(['impersonate'], '', 'serviceaccounts'))
    for (const account of gains.accountsNamed(each.name, each.grant.binding.namespace)) step(each, account, 'named-identity');
  for (const each of named(['create'], '', 'serviceaccounts', 'token'))
    for (const account of gains.accountsNamed(each.name, each.grant.binding.namespace)) step(each, account, 'mint-token');
  for (const each of named(['get', 'list', 'watch'], '', 'secrets'))
    for (const { account, change, evidence } of gains.tokenOf(each.name, each.grant.binding.namespace))
      step(each, account, 'secret-token', [evidence], [change]);
  for (const [subresource, technique] of [
    ['exec', 'exec'],
    ['ephemeralcontainers', 'ephemeral-container'],
  ] as const)
    for (const each of named(subresource === 'exec' ? ['create'] : ['update', 'patch'], '', 'pods', subresource))
      for (const pod of gains.podsNamed(each.name, each.grant.binding.namespace)) step(each, pod, technique);

  const changes = ['update', 'patch'];
  for (const each of named(changes, '', 'pods'))
    for (const pod of gains.podsNamed(each.name, each.grant.binding.namespace)) step(each, pod, 'change-image');
  for (const [group, resource, kind] of templates)
    for (const each of named(changes, group, resource))
      for (const { namespace, evidence } of gains.workloadsNamed(kind, each.name, each.grant.binding.namespace))
        step(each, { type: 'namespace', name: namespace }, 'change-workload', [evidence]);
  for (const each of named(changes, 'admissionregistration.k8s.io', 'mutatingwebhookconfigurations')) {
    const mutator = each.grant.binding.namespace === undefined ? gains.mutatorNamed(each.name) : undefined;
    if (mutator !== undefined) step(each, { type: 'cluster-admin' }, 'mutating-webhook', mutator.evidence, [], mutator.unknown);
  }
  for (const { subject, name, grant } of named(changes, '', 'namespaces')) {
    // A binding in a namespace reaches that one.
    const technique = techniqueOf('lift-level');
    const ways = grantsOf(heldOf(technique.needs[1]!), subject, name);
    if ((grant.binding.namespace ?? name) !== name || ways.length === 0) continue;
    const right = rightState(technique, name);
    addChain(draft, subject, right, `lift the level of ${name}`, [[grant], ways]);
    gains.add(right, technique, name);
  }
  const administrators = techniqueOf('administrators-by-config-map');
  for (const each of named(changes, '', 'configmaps'))
    if (each.name === 'aws-auth' && (each.grant.binding.namespace ?? administrators.only) === administrators.only)
      step(each, { type: 'cluster-admin' }, administrators.id, [], [], administrators.unknown);
  addNamedEscalation(draft, rbac, gains, heldOf, named);

  // A group is acted for together with some user.
  const users = heldOf([
    { verb: 'impersonate', group: '', resource: 'users' },
    { verb: 'impersonate', group: '', resource: 'serviceaccounts' },
  ]);
  const namedUsers = [...named(['impersonate'], '', 'users'), ...named(['impersonate'], '', 'serviceaccounts')];
  for (const { subject, name, grant } of named(['impersonate'], '', 'groups')) {
    if (grant.binding.namespace !== undefined) continue;
    const own = subjectKey(subject);
    const ways = [
      ...grantsOf(users, subject, undefined),
      ...namedUsers.filter((each) => subjectKey(each.subject) === own).map((each) => each.grant),
    ];
    if (ways.length === 0) continue;
    addChain(draft, subject, { type: 'group', name }, `act as ${name}`, [[grant], ways], undefined, otherTechniques['named-identity']);
  }

  const writes = ['create', 'update', 'patch'];
  const group = 'rbac.authorization.k8s.io';
  const bindings = (resource: string): Held => heldOf(writes.map((verb) => ({ verb, group, resource })));
  for (const kind of ['ClusterRole', 'Role'] as const)
    for (const { subject, name, grant } of named(['bind'], group, kind === 'Role' ? 'roles' : 'clusterroles')) {
      const { namespace } = grant.binding;
      const scopes: readonly (string | undefined)[] =
        namespace === undefined
          ? [...(kind === 'ClusterRole' ? [undefined] : []), ...bindings('rolebindings').namespaces.keys()]
          : [namespace];
      for (const scope of scopes) {
        const ways = grantsOf(bindings(scope === undefined ? 'clusterrolebindings' : 'rolebindings'), subject, scope);
        if (ways.length === 0) continue;
        const role = rbac.roles.find(
          (each) => each.kind === kind && each.name === name && (kind === 'ClusterRole' || each.namespace === scope),
        );
        const holding: State = { type: 'between', key: `role ${kind} ${name} ${scope ?? '*'}` };
        const unknown = role === undefined ? `${kind} ${name} is not in the input: what it gives is not known` : undefined;
        if (role === undefined) gains.addEverything(holding, scope);
        else if (!addRole(draft, rbac, role, scope, holding, gains)) continue;
        addChain(
          draft,
          subject,
          holding,
          `bind ${kind} ${name} ${scope ?? '*'}`,
          [[grant], ways],
          unknown,
          otherTechniques['bind-named-role'],
        );
      }
    }
}

/** Kinds with a template of pods, of which some can be changed by name. */
const templates: readonly (readonly [group: string, resource: string, kind: string])[] = [
  ['apps', 'deployments', 'Deployment'],
  ['apps', 'daemonsets', 'DaemonSet'],
  ['apps', 'statefulsets', 'StatefulSet'],
  ['apps', 'replicasets', 'ReplicaSet'],
  ['batch', 'cronjobs', 'CronJob'],
  ['', 'replicationcontrollers', 'ReplicationController'],
];

function techniqueOf(id: string): RightTechnique {
  return rightTechniques.find((technique) => technique.id === id)!;
}

/**
 * The change of a role is one request: escalate and the change must be granted to the same user for the same name, be it by
 * two rules. It helps whoever has the role himself.
 */
function addNamedEscalation(
  draft: Draft,
  rbac: Rbac,
  gains: Gains,
  heldOf: (questions: readonly RightQuestion[]) => Held,
  named: (verbs: readonly string[], group: string, resource: string) => readonly NamedGrant[],
): void {
  const group = 'rbac.authorization.k8s.io';
  const done = new Set<string>();
  for (const [kind, resource] of [
    ['ClusterRole', 'clusterroles'],
    ['Role', 'roles'],
  ] as const) {
    const parts = [['escalate'], ['update', 'patch']].map((verbs) => ({
      held: heldOf(verbs.map((verb) => ({ verb, group, resource }))),
      byName: named(verbs, group, resource),
    }));
    for (const { subject, name, grant } of parts.flatMap(({ byName }) => byName)) {
      const keys = keysOf(subject);
      for (const role of rbac.roles) {
        const scope = role.namespace;
        // ClusterRoles live in no namespace: no RoleBinding reaches them.
        if (role.kind !== kind || role.name !== name || (grant.binding.namespace ?? scope) !== scope) continue;
        const key = `${kind} ${scope ?? ''} ${name}`;
        const whole = parts.map(({ held }) => grantsOf(held, subject, scope));
        // Those who may change all roles are known already.
        if (done.has(`${key} ${subjectKey(subject)}`) || whole.every((grants) => grants.length > 0)) continue;
        done.add(`${key} ${subjectKey(subject)}`);
        const ways = parts.map(({ byName }, index) => [
          ...whole[index]!,
          ...byName.flatMap((each) =>
            each.name === name && keys.has(subjectKey(each.subject)) && (each.grant.binding.namespace ?? scope) === scope
              ? [each.grant]
              : [],
          ),
        ]);
        if (ways.some((grants) => grants.length === 0)) continue;
        const changed: State = { type: 'between', key: `every right in ${key} by ${subjectKey(subject)}` };
        let holds = false;
        for (const binding of rbac.bindingsOf(role))
          for (const owner of binding.subjects) {
            const identity = subjectOf(owner);
            if (identity === undefined || !keys.has(subjectKey(identity))) continue;
            holds = true;
            const everything: State = { type: 'between', key: `every right by ${titleOf(binding)}` };
            const evidence = [{ what: `${titleOf(binding)} gives ${titleOf(role)} to ${titleOf(owner)}`, at: owner.at }];
            draft.add({ from: changed, to: everything, changes: isOwnBinding(binding) ? [] : [removalOf(binding, owner)], evidence });
            if (!done.has(titleOf(binding))) gains.addEverything(everything, binding.namespace);
            done.add(titleOf(binding));
          }
        if (holds) addChain(draft, subject, changed, `change ${key}`, ways, undefined, otherTechniques['escalate-named-role']);
      }
    }
  }
}

/** Adds what a role gives to whoever binds it to himself; false where that leads nowhere. */
function addRole(draft: Draft, rbac: Rbac, role: RoleFact, scope: string | undefined, holding: State, gains: Gains): boolean {
  const rules = rbac.rulesOf(role);
  let leads = false;
  for (const technique of rightTechniques) {
    if (scope !== undefined && technique.scope === 'cluster') continue;
    if (technique.only !== undefined && scope !== undefined && scope !== technique.only) continue;
    const used = technique.needs.map((questions) => rules.find(({ rule }) => questions.some((question) => ruleAllows(rule, question))));
    if (used.includes(undefined)) continue;
    leads = true;
    const right = rightState(technique, scope ?? technique.only);
    const found = used.filter((each) => each !== undefined);
    draft.add({
      from: holding,
      to: right,
      evidence: found.map(({ rule, source }) => ({ what: `${titleOf(source)} allows ${rightsText(rule)}`, at: rule.at })),
    });
    gains.add(right, technique, scope ?? technique.only);
  }
  return leads;
}

function limitedGrants(rbac: Rbac): { readonly subject: RbacSubject; readonly grant: Grant }[] {
  return rbac.bindings.flatMap((binding) =>
    rbac.rolesOf(binding).flatMap((role) =>
      rbac
        .rulesOf(role)
        .filter(({ rule }) => rule.resourceNames.length > 0)
        .flatMap(({ rule, source }) =>
          binding.subjects.flatMap((subject) => {
            const identity = subjectOf(subject);
            return identity === undefined ? [] : [{ subject: identity, grant: { binding, subject, role, rule, source } }];
          }),
        ),
    ),
  );
}
