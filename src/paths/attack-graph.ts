import { compareText } from '../core/index.ts';
import { isControlPlane, landsOn, type Placement } from '../kube/node-placement.ts';
import { effectivePolicy, joinAdmissionSettings, type AdmissionSettings } from '../kube/pod-security/index.ts';
import { bootstrapPolicy } from '../kube/rbac/bootstrap-policy.ts';
import { buildRbac, mastersGroup, type Rbac, type RbacFact } from '../kube/rbac/index.ts';
import { escapeChangeKind, namespaceId, placedId, type Change } from './changes.ts';
import { addConnections } from './connections.ts';
import { startDraft, type AttackEdge, type Draft, type EvidenceRef } from './draft.ts';
import type {
  AccountFact,
  EscapeFact,
  Facts,
  MutatorFact,
  NamespaceFact,
  NodeFact,
  ReviewerFact,
  TokenSecretFact,
  VolumeFact,
  WorkloadFact,
} from './facts.ts';
import { graphOf, type Graph } from './graph.ts';
import { addRights, type Gains } from './rights.ts';
import type { State } from './states.ts';
import { otherTechniques as known, type RightTechnique, type Technique } from './techniques.ts';

/** Who can get where, from where. */
export interface AttackGraph extends Graph<AttackEdge> {
  readonly states: readonly State[];
  readonly changes: readonly Change[];
  numberOf(state: State): number | undefined;
  /** All namespaces that anything was said of, in the order of their names. */
  readonly namespaces: readonly string[];
}

export interface AttackGraphOptions {
  /** The minor of Kubernetes: 35 for 1.35. */
  readonly version: number;
  /** Of a cluster: which kinds were listed to their end, so that what was not read is not there. */
  readonly listed?: { readonly roles: boolean; readonly reviewers: boolean };
  /** Services, Ingresses and routes may be taken away to break a path. */
  readonly closeEntries?: boolean;
  /** Changes that count as carried out and that no fact shows (`applyChanges`). */
  readonly gone?: ReadonlySet<string>;
}

export function buildAttackGraph(facts: Facts, options: AttackGraphOptions): AttackGraph {
  const draft = startDraft();
  const world = worldOf(facts, options);
  addGoals(draft, world);
  addWorkloads(draft, world);
  addConnections(draft, facts.network, world.workloads, options);
  addRights(draft, world.rbac, options, gainsOf(draft, world));
  addNamespaces(draft, world);
  addGroups(draft);
  const { states, changes, edges, numberOf } = draft;
  return { ...graphOf(states.length, edges), states, changes, numberOf, namespaces: world.namespaces };
}

interface World {
  readonly rbac: Rbac;
  readonly workloads: readonly WorkloadFact[];
  readonly workloadsIn: ReadonlyMap<string, readonly WorkloadFact[]>;
  readonly accounts: ReadonlyMap<string, AccountFact>;
  readonly tokens: readonly TokenSecretFact[];
  readonly nodes: readonly NodeFact[];
  readonly reviewers: readonly ReviewerFact[];
  readonly mutators: ReadonlyMap<string, MutatorFact>;
  /** By the claims that have them, as `NAMESPACE/NAME`. */
  readonly claimed: ReadonlyMap<string, VolumeFact>;
  /** Those that nobody has claimed. */
  readonly freeVolumes: readonly VolumeFact[];
  /** Whether these are all that there are. */
  readonly reviewersRead: boolean;
  /** All that there are in a cluster. */
  readonly reviewersListed: boolean;
  readonly namespaceFacts: ReadonlyMap<string, NamespaceFact>;
  readonly namespaces: readonly string[];
  readonly settings: AdmissionSettings | undefined;
  /** Names of accounts by namespace, whether they were read or only named. */
  readonly accountNames: ReadonlyMap<string, ReadonlySet<string>>;
}

function worldOf({ own, rbac: given }: Facts, { version, listed }: AttackGraphOptions): World {
  const workloads = own.filter((fact) => fact.type === 'workload');
  const accounts = new Map<string, AccountFact>();
  const namespaceFacts = new Map<string, NamespaceFact>();
  let settings: AdmissionSettings | undefined;
  for (const fact of own) {
    if (fact.type === 'account' && !accounts.has(accountKey(fact))) accounts.set(accountKey(fact), fact);
    // Of two that stand for one namespace the later one counts, as for kubectl apply.
    if (fact.type === 'namespace') namespaceFacts.set(fact.name, fact);
    if (fact.type === 'settings') settings = joinAdmissionSettings(settings, fact.settings);
  }
  const rbac = buildRbac(withOwnPolicy(given, version));
  const accountNames = new Map<string, Set<string>>();
  const name = (namespace: string, account: string): void => {
    const before = accountNames.get(namespace);
    if (before === undefined) accountNames.set(namespace, new Set(['default', account]));
    else before.add(account);
  };
  for (const { namespace, name: account } of accounts.values()) name(namespace, account);
  for (const { namespace, account } of workloads) name(namespace, account);
  for (const namespace of namespaceFacts.keys()) name(namespace, 'default');
  for (const { subjects, namespace } of rbac.bindings) {
    if (namespace !== undefined) name(namespace, 'default');
    for (const subject of subjects)
      if (subject.kind === 'ServiceAccount' && subject.namespace !== undefined) name(subject.namespace, subject.name);
  }
  const workloadsIn = new Map<string, WorkloadFact[]>();
  for (const workload of workloads) {
    const before = workloadsIn.get(workload.namespace);
    if (before === undefined) workloadsIn.set(workload.namespace, [workload]);
    else before.push(workload);
  }
  const volumes = own.filter((fact) => fact.type === 'volume');
  const claims = new Map(own.flatMap((fact) => (fact.type === 'claim' ? [[fact.volume, fact] as const] : [])));
  const claimOf = ({ claim, name: volume }: VolumeFact): { readonly namespace: string; readonly name: string } | undefined =>
    claim ?? claims.get(volume);
  return {
    rbac,
    mutators: new Map(own.flatMap((fact) => (fact.type === 'mutator' ? [[fact.name, fact] as const] : []))),
    claimed: new Map(
      volumes.flatMap((volume) => {
        const claim = claimOf(volume);
        return claim === undefined ? [] : [[accountKey(claim), volume] as const];
      }),
    ),
    freeVolumes: volumes.filter((volume) => claimOf(volume) === undefined),
    workloads,
    workloadsIn,
    accounts,
    tokens: own.filter((fact) => fact.type === 'token-secret'),
    nodes: own.filter((fact) => fact.type === 'node'),
    reviewers: own.filter((fact) => fact.type === 'reviewer'),
    reviewersRead: listed?.reviewers ?? true,
    reviewersListed: listed?.reviewers ?? false,
    namespaceFacts,
    namespaces: [...accountNames.keys()].sort(compareText),
    settings,
    accountNames,
  };
}

/** With the roles and bindings that every API server makes for itself, where they were not read. */
function withOwnPolicy(facts: readonly RbacFact[], version: number): readonly RbacFact[] {
  const { roles, bindings } = bootstrapPolicy(version);
  const key = (kind: string, namespace: string | undefined, name: string): string => `${kind} ${namespace ?? ''} ${name}`;
  const read = new Set(
    facts.flatMap((fact) => (fact.type === 'role' || fact.type === 'binding' ? [key(fact.kind, fact.namespace, fact.name)] : [])),
  );
  return [...facts, ...[...roles, ...bindings].filter(({ kind, namespace, name }) => !read.has(key(kind, namespace, name)))];
}

function accountKey({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}

export function workloadState({ kind, namespace, name }: Pick<WorkloadFact, 'kind' | 'namespace' | 'name'>): State {
  return { type: 'workload', kind, namespace, name };
}

const node: State = { type: 'node' };
const everyNode: State = { type: 'every-node' };
const controlPlane: State = { type: 'control-plane' };
const clusterAdmin: State = { type: 'cluster-admin' };
const secrets: State = { type: 'secrets' };
const cloud: State = { type: 'cloud-credentials' };
const allPods: State = { type: 'between', key: 'all pods' };

function podsOf(namespace: string): State {
  return { type: 'between', key: `pods of ${namespace}` };
}

function accountsOf(namespace: string): State {
  return { type: 'between', key: `accounts of ${namespace}` };
}

function secretsOf(namespace: string): State {
  return { type: 'between', key: `Secrets of ${namespace}` };
}

/** What the goals lead to, and nodes. */
function addGoals(draft: Draft, { nodes, namespaces, tokens }: World): void {
  draft.add({ from: { type: 'group', name: mastersGroup }, to: clusterAdmin, technique: known.implied });
  draft.add({ from: clusterAdmin, to: secrets, technique: known.implied });
  draft.add({ from: clusterAdmin, to: everyNode, technique: known.implied });
  for (const name of namespaces) draft.add({ from: clusterAdmin, to: { type: 'namespace', name }, technique: known.implied });
  draft.add({ from: everyNode, to: node, technique: known.implied });
  draft.add({ from: everyNode, to: allPods, technique: known['pods-of-node'] });
  const ofControlPlane = nodes.filter(({ labels }) => isControlPlane(labels));
  const [first] = ofControlPlane;
  if (first !== undefined)
    draft.add({
      from: everyNode,
      to: controlPlane,
      technique: known.implied,
      evidence: [{ what: `Node ${first.name} is one of the control plane`, at: first.at }],
    });
  else if (nodes.length === 0)
    draft.add({
      from: everyNode,
      to: controlPlane,
      technique: known.implied,
      unknown: 'whether the control plane runs on nodes of the cluster is not in the input: no Node is',
    });
  if (nodes.length > 0 && ofControlPlane.length === nodes.length)
    draft.add({ from: node, to: controlPlane, technique: known.implied, evidence: [{ what: 'every Node is one of the control plane' }] });
  draft.add({ from: controlPlane, to: node, technique: known.implied });
  draft.add({ from: controlPlane, to: clusterAdmin, technique: known['control-plane-node'] });
  const machine = nodes.find((each) => each.cloud !== undefined);
  if (machine !== undefined || nodes.length === 0)
    draft.add({
      from: node,
      to: cloud,
      technique: known['cloud-of-node'],
      evidence: machine === undefined ? [] : [{ what: `Node ${machine.name} is a machine of ${machine.cloud}`, at: machine.at }],
      unknown: machine === undefined ? 'whether the nodes are machines of a cloud is not in the input: no Node is' : undefined,
    });
  draft.add({
    from: secrets,
    to: clusterAdmin,
    technique: known['unread-secrets'],
    unknown: 'what the Secrets of the cluster hold is not in the input',
  });
  for (const token of tokens)
    draft.add({
      from: secretsOf(token.namespace),
      to: { type: 'account', namespace: token.namespace, name: token.account },
      technique: known['secret-token'],
      changes: [deletion(token)],
      evidence: [tokenEvidence(token)],
    });
}

function deletion({ namespace, name, at }: TokenSecretFact): Change {
  return {
    id: placedId('delete-token-secret', at),
    kind: 'delete-token-secret',
    what: 'delete the Secret with a token that never expires',
    object: `Secret ${namespace}/${name}`,
    at,
  };
}

function tokenEvidence({ namespace, name, account, at }: TokenSecretFact): EvidenceRef {
  return { what: `Secret ${namespace}/${name} has a token of ServiceAccount ${account}`, at };
}

function addWorkloads(draft: Draft, world: World): void {
  const { workloads, accounts, tokens, nodes } = world;
  const tokensByName = new Map(tokens.map((token) => [`${token.namespace}/${token.name}`, token]));
  const landing = landings(nodes);
  for (const workload of workloads) {
    const from = workloadState(workload);
    const { namespace, name, kind, everyNode: everywhere } = workload;
    const object = `${kind} ${namespace}/${name}`;
    for (const escape of workload.escapes) {
      const changes = [escapeChange(escape, object)];
      const technique = known[escape.technique];
      const evidence = [{ what: `${object}: ${escape.what}`, at: escape.at }];
      draft.add({ from, to: node, technique, unknown: escape.unknown, changes, evidence });
      const lands = landing(workload.placement);
      if (lands !== 'never')
        draft.add({
          from,
          to: controlPlane,
          technique,
          changes,
          evidence,
          unknown: lands === 'only' ? escape.unknown : 'it may run on a node of the control plane, or on another one',
        });
    }
    for (const { name: claim, at, unknown } of workload.claims) {
      const volume = world.claimed.get(`${namespace}/${claim}`);
      if (volume === undefined) continue;
      const unmount: Change = { id: placedId('unmount-claim', at), kind: 'unmount-claim', what: `do without claim ${claim}`, object, at };
      draft.add({
        from,
        to: node,
        technique: known['claimed-host-path'],
        unknown: unknown ?? volume.unknown,
        changes: [unmount, volumeDeletion(volume)],
        evidence: [{ what: `${object} mounts claim ${claim}`, at }, volumeEvidence(volume)],
      });
    }
    draft.add({
      from: node,
      to: from,
      technique: known['pods-of-node'],
      unknown: everywhere || nodes.length === 1 ? undefined : `whether ${object} has a pod on that node is not in the input`,
      evidence: everywhere ? [{ what: `${object} runs on every node`, at: workload.at }] : [],
    });
    draft.add({ from: allPods, to: from, technique: known.implied });
    draft.add({ from: podsOf(namespace), to: from, technique: known.implied });
    addTokens(draft, workload, object, world, tokensByName);
    const account = accounts.get(`${namespace}/${workload.account}`);
    if (account?.identity !== undefined) draft.add({ from, to: cloud, ...identityStep(account, account.identity) });
  }
}

function volumeDeletion({ name, at }: VolumeFact): Change {
  const what = 'delete the volume, or take its folder off the node';
  return { id: placedId('delete-volume', at), kind: 'delete-volume', what, object: `PersistentVolume ${name}`, at };
}

function volumeEvidence({ name, what, at }: VolumeFact): EvidenceRef {
  return { what: `PersistentVolume ${name} is ${what}`, at };
}

/** From making pods in a namespace to the node whose folder a volume is; Pod Security sees the claim alone. */
function addVolume(
  draft: Draft,
  { namespaceFacts, settings }: World,
  from: State,
  namespace: string,
  volume: VolumeFact,
  id: Technique,
): void {
  const { policy } = effectivePolicy(namespace, namespaceFacts.get(namespace)?.labels ?? {}, settings);
  const rootless =
    policy.enforce.level === 'restricted' ? 'pods there do not run as root: what they may do with the files decides' : undefined;
  draft.add({
    from,
    to: volume.anyNode ? everyNode : node,
    technique: id,
    unknown: rootless ?? volume.unknown,
    changes: [volumeDeletion(volume)],
    evidence: [volumeEvidence(volume)],
  });
}

function escapeChange(escape: EscapeFact, object: string): Change {
  const kind = escapeChangeKind(escape);
  return { id: placedId(kind, escape.at), kind, what: escape.remedy, object, at: escape.at };
}

function identityStep({ namespace, name }: AccountFact, identity: NonNullable<AccountFact['identity']>) {
  const object = `ServiceAccount ${namespace}/${name}`;
  const { annotation, value, at } = identity;
  const change: Change = {
    id: placedId('remove-identity', at),
    kind: 'remove-identity',
    what: `take the identity ${value} away, or narrow what it may do`,
    object,
    at,
  };
  return {
    technique: known['cloud-identity'],
    changes: [change],
    evidence: [{ what: `${object} has ${annotation}: ${value}`, at }],
  };
}

function addTokens(draft: Draft, workload: WorkloadFact, object: string, world: World, tokens: ReadonlyMap<string, TokenSecretFact>): void {
  const { namespace, account: name } = workload;
  const from = workloadState(workload);
  const to: State = { type: 'account', namespace, name };
  const account = world.accounts.get(`${namespace}/${name}`);
  if (workload.automount ?? account?.automount ?? true) {
    // The controller makes that of the namespace, and leaves this open.
    const unsure = workload.automount === undefined && account === undefined && name !== 'default';
    draft.add({
      from,
      to,
      technique: known['mounted-token'],
      unknown: unsure ? `whether ServiceAccount ${namespace}/${name} mounts its token is not in the input` : undefined,
      changes: [
        {
          id: placedId('no-token', workload.automountAt),
          kind: 'no-token',
          what: 'set automountServiceAccountToken to false',
          object,
          at: workload.automountAt,
        },
      ],
      evidence: [{ what: `${object} runs as ServiceAccount ${name} and mounts its token`, at: workload.accountAt }],
    });
  }
  for (const token of workload.tokens)
    draft.add({
      from,
      to,
      technique: known['mounted-token'],
      changes: [
        {
          id: placedId('no-projected-token', token.at),
          kind: 'no-projected-token',
          what: `take the token out of volume "${token.name}", or give it an audience of its own`,
          object,
          at: token.at,
        },
      ],
      evidence: [{ what: `${object} has a token of ServiceAccount ${name} in volume "${token.name}"`, at: token.at }],
    });
  for (const secret of workload.secrets) {
    const token = tokens.get(`${namespace}/${secret.name}`);
    if (token === undefined) continue;
    draft.add({
      from,
      to: { type: 'account', namespace, name: token.account },
      technique: known['mounted-token-secret'],
      changes: [
        {
          id: placedId('unmount-secret', secret.at),
          kind: 'unmount-secret',
          what: `do without Secret ${secret.name}`,
          object,
          at: secret.at,
        },
        deletion(token),
      ],
      evidence: [{ what: `${object} has Secret ${secret.name}`, at: secret.at }, tokenEvidence(token)],
    });
  }
}

/** Whether a pod so placed lands on nodes of the control plane. */
function landings(nodes: readonly NodeFact[]): (placement: string) => 'only' | 'perhaps' | 'never' {
  const answers = new Map<string, 'only' | 'perhaps' | 'never'>();
  const ofControlPlane = nodes.filter(({ labels }) => isControlPlane(labels));
  return (placement) => {
    const before = answers.get(placement);
    if (before !== undefined) return before;
    const lands = landsOn(JSON.parse(placement) as Placement);
    const count = ofControlPlane.filter((each) => lands(each)).length;
    const answer = count === 0 ? 'never' : nodes.filter((each) => lands(each)).length === count ? 'only' : 'perhaps';
    answers.set(placement, answer);
    return answer;
  };
}

/** What making pods in a namespace leads to, and acting as its accounts. */
function addNamespaces(draft: Draft, world: World): void {
  const { namespaces, accountNames, accounts } = world;
  for (const name of namespaces) {
    const from: State = { type: 'namespace', name };
    for (const account of [...(accountNames.get(name) ?? [])].sort(compareText)) {
      const to: State = { type: 'account', namespace: name, name: account };
      const read = accounts.get(`${name}/${account}`);
      // Nothing comes of an account that nothing is known of; groups of accounts are those of the default one.
      if (draft.numberOf(to) === undefined && account !== 'default') continue;
      draft.add({
        from,
        to,
        technique: known['pod-with-account'],
        evidence: read === undefined ? [] : [{ what: `ServiceAccount ${name}/${account} is there`, at: read.at }],
      });
      if (draft.numberOf(accountsOf(name)) !== undefined) draft.add({ from: accountsOf(name), to, technique: known.implied });
    }
    for (const account of accounts.values())
      if (account.namespace === name && account.identity !== undefined)
        draft.add({ from, to: cloud, ...identityStep(account, account.identity) });
    addPrivilegedPods(draft, world, from, name, everyNode);
  }
  for (const [claim, volume] of world.claimed) {
    const name = claim.slice(0, claim.indexOf('/'));
    addVolume(draft, world, { type: 'namespace', name }, name, volume, known['claimed-host-path']);
  }
}

/** Unless a level of Pod Security forbids privileged pods, or nobody knows. */
function addPrivilegedPods(
  draft: Draft,
  { namespaceFacts, settings, reviewers, reviewersRead }: World,
  from: State,
  name: string,
  to: State,
): void {
  const namespace = namespaceFacts.get(name);
  const { policy, exempt } = effectivePolicy(name, namespace?.labels ?? {}, settings);
  if (policy.enforce.level !== 'privileged') return;
  const [reviewer] = reviewers;
  const unknown =
    namespace === undefined && !exempt
      ? `whether namespace ${name} enforces a level of Pod Security is not in the input`
      : reviewer === undefined
        ? reviewersRead
          ? undefined
          : 'whether a webhook or a policy refuses privileged pods is not in the input: they could not be listed'
        : `${reviewer.title} looks at new pods: whether it refuses privileged ones is not known`;
  // What runs there needs what the level forbids.
  const changes: Change[] =
    name === 'kube-system' || exempt
      ? []
      : [
          {
            id: namespaceId('enforce-level', name),
            kind: 'enforce-level',
            what: 'enforce level baseline of Pod Security, or restricted',
            object: `Namespace ${name}`,
            ...(namespace === undefined ? {} : { at: namespace.at }),
          },
        ];
  draft.add({
    from,
    to,
    technique: known['privileged-pod'],
    unknown,
    changes,
    evidence: namespace === undefined ? [] : [{ what: `Namespace ${name} enforces no level of Pod Security`, at: namespace.at }],
  });
}

function gainsOf(draft: Draft, world: World): Gains {
  const { namespaces, workloadsIn, accountNames, accounts, tokens } = world;
  const tokensByName = new Map(tokens.map((token) => [`${token.namespace}/${token.name}`, token]));
  /** A role that may be bound leads to the same rights as one that is. */
  const done = new Set<string>();
  return {
    add(from, technique, namespace) {
      const key = `${from.type === 'between' ? from.key : ''} ${technique.id} ${namespace ?? '*'}`;
      if (done.has(key)) return;
      done.add(key);
      addGain(from, technique, namespace);
    },
    addEverything(from, namespace) {
      if (namespace === undefined) draft.add({ from, to: clusterAdmin });
      else for (const to of [{ type: 'namespace', name: namespace } as const, secretsOf(namespace)]) draft.add({ from, to });
    },
    accountsNamed: (name, namespace) =>
      (namespace === undefined ? namespaces : [namespace])
        .filter((each) => accountNames.get(each)?.has(name) === true)
        .map((each): State => ({ type: 'account', namespace: each, name })),
    tokenOf: (secret, namespace) =>
      (namespace === undefined ? namespaces : [namespace]).flatMap((each) => {
        const token = tokensByName.get(`${each}/${secret}`);
        if (token === undefined) return [];
        const account: State = { type: 'account', namespace: each, name: token.account };
        return [{ account, change: deletion(token), evidence: tokenEvidence(token) }];
      }),
    podsNamed: (name, namespace) =>
      (namespace === undefined ? namespaces : [namespace])
        .flatMap((each) => workloadsIn.get(each) ?? [])
        .filter((workload) => (workload.kind === 'Pod' ? workload.name === name : name.startsWith(`${workload.name}-`)))
        .map(workloadState),
    workloadsNamed: (kind, name, namespace) =>
      (namespace === undefined ? namespaces : [namespace]).flatMap((each) =>
        (workloadsIn.get(each) ?? []).flatMap((workload) =>
          workload.kind === kind && workload.name === name
            ? [{ namespace: each, evidence: { what: `${kind} ${each}/${name} is there`, at: workload.at } }]
            : [],
        ),
      ),
    mutatorNamed(name) {
      const mutator = world.mutators.get(name);
      if (mutator !== undefined) return { evidence: [{ what: `MutatingWebhookConfiguration ${name} is there`, at: mutator.at }] };
      return world.reviewersListed ? undefined : { unknown: `whether MutatingWebhookConfiguration ${name} is there is not in the input` };
    },
  };

  function addGain(from: State, technique: RightTechnique, namespace: string | undefined): void {
    const { unknown, existing } = technique;
    const step = { from, technique, unknown };
    const here = namespace === undefined ? namespaces : [namespace];
    switch (namespace === undefined ? technique.gains : (technique.gainsInNamespace ?? technique.gains)) {
      case 'cluster-admin':
        draft.add({ ...step, to: clusterAdmin });
        break;
      case 'all-pods':
        draft.add({ ...step, to: allPods });
        break;
      case 'every-node':
        draft.add({ ...step, to: everyNode });
        break;
      case 'namespace':
      case 'namespace-admin':
        for (const name of here) {
          const there = existing === undefined ? undefined : workloadsIn.get(name)?.find(({ kind }) => existing.includes(kind));
          if (existing !== undefined && there === undefined) continue;
          const evidence = there === undefined ? [] : [{ what: `${there.kind} ${name}/${there.name} is there`, at: there.at }];
          draft.add({ ...step, to: { type: 'namespace', name }, evidence });
          if (existing === undefined && technique.gains !== 'namespace') draft.add({ ...step, to: secretsOf(name) });
        }
        break;
      case 'pods':
        for (const name of here) {
          if (!workloadsIn.has(name)) continue;
          draft.add({ ...step, to: podsOf(name) });
          if (technique.bringsContainer === true) addPrivilegedPods(draft, world, from, name, node);
        }
        break;
      case 'accounts':
        for (const name of here) {
          draft.add({ ...step, to: accountsOf(name) });
          if (technique.issuesTokens !== true) continue;
          for (const account of accounts.values())
            if (account.namespace === name && account.identity !== undefined)
              draft.add({ from, to: cloud, ...identityStep(account, account.identity) });
        }
        break;
      case 'free-volumes':
        for (const name of here) for (const volume of world.freeVolumes) addVolume(draft, world, from, name, volume, technique);
        break;
      case 'secrets':
        if (namespace === undefined) draft.add({ ...step, to: secrets });
        for (const name of here) draft.add({ ...step, to: secretsOf(name) });
        break;
    }
  }
}

/** Whom the API server takes for a member of a group by itself; groups that nothing is granted to lead nowhere. */
function addGroups(draft: Draft): void {
  const group = (name: string): State | undefined => {
    const state: State = { type: 'group', name };
    return draft.numberOf(state) === undefined ? undefined : state;
  };
  const authenticated = group('system:authenticated');
  const unauthenticated = group('system:unauthenticated');
  const accounts = group('system:serviceaccounts');
  for (const state of draft.states) {
    const add = (to: State | undefined, what: string): void => {
      if (to !== undefined) draft.add({ from: state, to, evidence: [{ what }] });
    };
    if (state.type === 'account') {
      add(accounts, 'every ServiceAccount is in the group system:serviceaccounts');
      add(
        group(`system:serviceaccounts:${state.namespace}`),
        `every ServiceAccount of ${state.namespace} is in the group of its namespace`,
      );
    }
    if (state.type === 'account' || (state.type === 'user' && state.name !== 'system:anonymous'))
      add(authenticated, 'whoever shows who he is is in the group system:authenticated');
  }
  const anonymous: State = { type: 'user', name: 'system:anonymous' };
  const unknown = 'whether the API server is reached from there, and takes requests without credentials, is not in the input';
  for (const to of [unauthenticated, draft.numberOf(anonymous) === undefined ? undefined : anonymous])
    if (to !== undefined) draft.add({ from: { type: 'internet' }, to, technique: known['anonymous-request'], unknown });
}
