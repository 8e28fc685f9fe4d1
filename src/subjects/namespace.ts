import {
  apiGroup,
  type Anchor,
  type AnchorOf,
  type JoinedSubject,
  type JoinedSubjectKind,
  type Resource,
  type ResourceRef,
  type SubjectContext,
} from '../core/index.ts';
import { isObservedApiServer, observedApiServerKind, type ObservedApiServer, type ObservedTrial } from '../kube/api-server.ts';
import type { Labels } from '../kube/label-selector.ts';
import { isClusterScoped } from '../kube/scope.ts';
import { allowsEverything, allowsEveryAddress, directionsOf, rulesOf, selectsEveryPod, type Direction } from '../kube/network-policy.ts';
import type { LabelSelector, LimitRangeItem, NetworkPolicySpec, ResourceList, ResourceQuotaSpec } from '../kube/types.ts';
import { systemNamespaces } from '../kube/system-workloads.ts';
import { listOf, recordOf, textOf } from '../kube/untyped.ts';
import { limitsOf } from './container-with-limit-range.ts';
import {
  admissionSettingsKinds,
  joinAdmissionSettings,
  readAdmissionSettings,
  type AdmissionSettings,
} from '../kube/pod-security/index.ts';
import { namespaceFacts } from './namespace-facts.ts';
import { isNamespace } from './namespace-objects.ts';
import {
  indexOtherPolicies,
  isNetworkPolicy,
  otherPolicyOf,
  policyFact,
  policyKinds,
  unnamedNamespace,
  type OtherPolicy,
} from './policy-facts.ts';
import { podReviewers, reviewerKinds, reviewerPart, reviewersOf, type PodReviewer, type ReviewerPart } from './pod-reviewers.ts';
import { rememberedWorkload, type RememberedPod, type RememberedWorkload } from './remembered-workload.ts';
import { boundAccount, type BoundSubject } from './role-bindings.ts';

/** A namespace with what was read of it. */
export interface NamespaceSubject {
  /** Undefined for the objects that name none: they are taken as one namespace whose name is not known. */
  readonly name: string | undefined;
  /** For messages: `namespace "shop"`. */
  readonly title: string;
  /** Of its Namespace object; undefined where none was read. */
  readonly labels: Labels | undefined;
  /** Where the labels stand or would stand, as far as the object was read. */
  readonly labelsAt: Anchor | undefined;
  /** What findings about what is absent point at: the name of the Namespace object, else its first workload. */
  readonly namedAt: Anchor;
  /** What the server's own configuration says of Pod Security admission, where a file of it was read. */
  readonly admission: AdmissionSettings | undefined;
  /** What else may refuse bad pods there; none where its object was not read. */
  readonly reviewers: readonly PodReviewer[];
  /** Names of bad pods that dry runs have shown to be let in there; undefined where none was made that tells. */
  readonly letIn: readonly string[] | undefined;
  readonly policies: readonly NamespacePolicy[];
  /** A policy of another kind that has a say there, for messages: `CiliumNetworkPolicy "all"`. */
  readonly otherPolicy: string | undefined;
  readonly limitRanges: readonly NamespaceLimitRange[];
  readonly quotas: readonly NamespaceQuota[];
  /** What lets others in by its rights or its references. */
  readonly crossings: readonly NamespaceCrossing[];
  /** One for each pod template. */
  readonly workloads: readonly NamespaceWorkload[];
}

export interface NamespacePolicy {
  readonly name: string;
  readonly at: Anchor;
  readonly selector: LabelSelector;
  readonly selectsEveryPod: boolean;
  /** What it says for each direction that it isolates. */
  readonly ingress?: PolicyDirection;
  readonly egress?: PolicyDirection;
}

export interface PolicyDirection {
  /** The first rule that allows every peer on every port. */
  readonly allowsEverything?: Anchor;
  /** The first rule that allows every address on every port. */
  readonly allowsEveryAddress?: Anchor;
}

export interface NamespaceLimitRange {
  readonly name: string;
  readonly at: Anchor;
  readonly limits: readonly LimitRangeItem[];
}

export interface NamespaceQuota {
  readonly name: string;
  readonly at: Anchor;
  readonly hard: ResourceList;
  /** It counts only some of the pods. */
  readonly scoped: boolean;
}

/** An object by which another namespace gets at what is in this one. */
export interface NamespaceCrossing {
  /** `RoleBinding "deploy"` */
  readonly title: string;
  /** `account build/deployer`, or `routes of namespace "edge"` */
  readonly to: string;
  readonly at: Anchor;
}

export type NamespaceWorkload = Pick<RememberedPod, 'ref' | 'at' | 'labels' | 'shape' | 'resources'>;

type Memory =
  | {
      readonly type: 'namespace';
      readonly namespace: string;
      readonly ref: ResourceRef;
      readonly labels: Labels;
      readonly at: Anchor;
      readonly namedAt: Anchor;
      readonly labelsAt: Anchor;
    }
  | { readonly type: 'policy'; readonly namespace: string | undefined; readonly policy: NamespacePolicy }
  | { readonly type: 'limit range'; readonly namespace: string | undefined; readonly limitRange: NamespaceLimitRange }
  | { readonly type: 'quota'; readonly namespace: string | undefined; readonly quota: NamespaceQuota }
  | { readonly type: 'crossing'; readonly namespace: string | undefined; readonly crossing: NamespaceCrossing }
  | RememberedWorkload
  | { readonly type: 'other policy'; readonly other: OtherPolicy }
  | { readonly type: 'admission'; readonly settings: AdmissionSettings }
  | { readonly type: 'reviewer'; readonly part: ReviewerPart }
  | { readonly type: 'trials'; readonly trials: readonly ObservedTrial[] };

const bindingKind = 'RoleBinding.rbac.authorization.k8s.io';
const grantKind = 'ReferenceGrant.gateway.networking.k8s.io';

/** As in `Reads`. */
export const crossingKinds: readonly string[] = [bindingKind, grantKind];

/**
 * One subject for each namespace that has a Namespace object or holds a workload; places of controls
 * are anchors, paths of fixes count from the root of the Namespace object. It stands at its Namespace object, else at the first of its workloads.
 */
export const namespaces: JoinedSubjectKind<NamespaceSubject, Memory> = {
  scope: 'joined',
  name: 'namespace',
  reads: {
    podTemplates: true,
    kinds: [
      'Namespace',
      ...policyKinds,
      'LimitRange',
      'ResourceQuota',
      ...crossingKinds,
      ...admissionSettingsKinds,
      ...reviewerKinds,
      observedApiServerKind,
    ],
  },
  example: 'objects',
  remember,
  concerns: (memory) => ('namespace' in memory ? (memory.namespace ?? unnamedNamespace) : undefined),
  subjects,
};

function remember(resource: Resource, anchor: AnchorOf, context: SubjectContext): Memory | undefined {
  const { ref, object } = resource;
  // Pods of what stands in no namespace land in namespaces that other objects choose.
  if (resource.podTemplates.length > 0) return isClusterScoped(ref) ? undefined : rememberedWorkload(resource, anchor, context);
  if (isNamespace(resource)) {
    const labels = resource.metadata.labels ?? {};
    const places = { at: anchor([]), namedAt: anchor(['metadata', 'name']), labelsAt: anchor(['metadata', 'labels']) };
    return { type: 'namespace', namespace: ref.name, ref, labels, ...places };
  }
  if (isObservedApiServer(ref)) {
    const { enforcement } = (object as { readonly status?: ObservedApiServer }).status ?? {};
    return enforcement && { type: 'trials', trials: enforcement.trials };
  }
  const settings = readAdmissionSettings(ref, object);
  if (settings !== undefined) return { type: 'admission', settings };
  const part = reviewerPart(resource);
  if (part !== undefined) return { type: 'reviewer', part };
  const other = isNetworkPolicy(resource) ? undefined : policyFact(resource, anchor, context);
  const governing = other === undefined ? undefined : otherPolicyOf(other);
  if (governing !== undefined) return { type: 'other policy', other: governing };
  if (isClusterScoped(ref)) return undefined;
  const namespace = context.namespaceOf(resource);
  const spec = object['spec'] ?? {};
  if (isNetworkPolicy(resource)) return { type: 'policy', namespace, policy: policyOf(ref.name, spec, anchor) };
  if (ref.apiVersion !== 'v1') {
    const crossing = crossingOf(resource, namespace, anchor);
    return crossing && { type: 'crossing', namespace, crossing };
  }
  if (ref.kind === 'LimitRange') {
    return { type: 'limit range', namespace, limitRange: { name: ref.name, at: anchor(['spec', 'limits']), limits: limitsOf(resource) } };
  }
  if (ref.kind === 'ResourceQuota') {
    const { hard = {}, scopes = [], scopeSelector } = spec as ResourceQuotaSpec;
    const scoped = scopes.length > 0 || (scopeSelector?.matchExpressions?.length ?? 0) > 0;
    return { type: 'quota', namespace, quota: { name: ref.name, at: anchor(['spec', 'hard']), hard, scoped } };
  }
  return undefined;
}

/**
 * The first account of another namespace that a binding gives rights here, or the first namespace whose routes and Gateways
 * may refer to what is here. Accounts of the system are everywhere.
 */
function crossingOf({ ref, object }: Resource, namespace: string | undefined, anchor: AnchorOf): NamespaceCrossing | undefined {
  const kind = `${ref.kind}.${apiGroup(ref.apiVersion)}`;
  const title = `${ref.kind} "${ref.name}"`;
  const isElsewhere = (other: string | undefined): other is string => other !== undefined && namespace !== undefined && other !== namespace;
  if (kind === bindingKind) {
    for (const [index, value] of listOf(object['subjects']).entries()) {
      const subject: BoundSubject = recordOf(value);
      const account = boundAccount(subject);
      const from = account?.namespace ?? homeOfGroup(subject);
      if (!isElsewhere(from) || systemNamespaces.includes(from)) continue;
      const to = account === undefined ? `all accounts of ${from}` : `account ${from}/${account.name}`;
      return { title, to, at: anchor(['subjects', index]) };
    }
  }
  if (kind === grantKind) {
    for (const [index, value] of listOf(recordOf(object['spec'])['from']).entries()) {
      const from = textOf(recordOf(value)['namespace']);
      if (isElsewhere(from)) return { title, to: `routes of namespace "${from}"`, at: anchor(['spec', 'from', index]) };
    }
  }
  return undefined;
}

/** The namespace whose accounts are a group to the API server; that of all accounts is of none. */
function homeOfGroup({ kind, name = '' }: BoundSubject): string | undefined {
  return kind === 'Group' ? /^system:serviceaccounts:(.+)$/.exec(name)?.[1] : undefined;
}

function policyOf(name: string, spec: NetworkPolicySpec, anchor: AnchorOf): NamespacePolicy {
  const directions = directionsOf(spec);
  return {
    name,
    at: anchor(['spec']),
    selector: spec.podSelector ?? {},
    selectsEveryPod: selectsEveryPod(spec),
    ...(directions.includes('ingress') ? { ingress: directionOf(spec, 'ingress', anchor) } : {}),
    ...(directions.includes('egress') ? { egress: directionOf(spec, 'egress', anchor) } : {}),
  };
}

function directionOf(spec: NetworkPolicySpec, direction: Direction, anchor: AnchorOf): PolicyDirection {
  const rules = rulesOf(spec, direction);
  const everything = rules.findIndex(allowsEverything);
  const everyAddress = rules.findIndex(allowsEveryAddress);
  return {
    ...(everything < 0 ? {} : { allowsEverything: anchor(['spec', direction, everything]) }),
    ...(everyAddress < 0 ? {} : { allowsEveryAddress: anchor(['spec', direction, everyAddress]) }),
  };
}

function letInBy(trials: readonly ObservedTrial[]): readonly string[] | undefined {
  const telling = trials.filter(({ sound, undecided = [] }) => sound === 'admitted' && undecided.length === 0);
  return telling.length === 0 ? undefined : [...new Set(telling.flatMap(({ admitted = [] }) => admitted))];
}

interface Gathered {
  readonly policies: NamespacePolicy[];
  readonly limitRanges: NamespaceLimitRange[];
  readonly quotas: NamespaceQuota[];
  readonly crossings: NamespaceCrossing[];
  readonly workloads: NamespaceWorkload[];
  object: Extract<Memory, { type: 'namespace' }> | undefined;
}

function* subjects(memories: readonly Memory[]): Generator<JoinedSubject<NamespaceSubject>> {
  const gathered = new Map<string | undefined, Gathered>();
  const parts: ReviewerPart[] = [];
  let admission: AdmissionSettings | undefined;
  let trials: readonly ObservedTrial[] = [];
  const others: OtherPolicy[] = [];
  for (const memory of memories) {
    if (memory.type === 'admission') admission = joinAdmissionSettings(admission, memory.settings);
    if (memory.type === 'reviewer') parts.push(memory.part);
    if (memory.type === 'trials') trials = memory.trials;
    if (memory.type === 'other policy') others.push(memory.other);
    if (memory.type === 'admission' || memory.type === 'reviewer' || memory.type === 'trials' || memory.type === 'other policy') continue;
    const found = gathered.get(memory.namespace);
    const namespace = found ?? { policies: [], limitRanges: [], quotas: [], crossings: [], workloads: [], object: undefined };
    if (found === undefined) gathered.set(memory.namespace, namespace);
    gather(namespace, memory);
  }
  const all = podReviewers(parts);
  const otherPolicies = indexOtherPolicies(others);
  for (const [name, { object, ...rest }] of gathered) {
    const [first] = rest.workloads;
    const at = object?.at ?? first?.at;
    const namedAt = object?.namedAt ?? first?.at;
    const ref = object?.ref ?? (name === undefined ? first?.ref : { apiVersion: 'v1', kind: 'Namespace', name });
    if (at === undefined || namedAt === undefined || ref === undefined) continue;
    const title = name === undefined ? 'the unnamed namespace' : `namespace "${name}"`;
    const reviewers = name === undefined || object === undefined ? [] : reviewersOf(namespaceFacts(name, object.labels, admission), all);
    const known = { name, title, labels: object?.labels, labelsAt: object?.labelsAt, namedAt, admission, reviewers };
    const letIn = name === undefined ? undefined : letInBy(trials.filter(({ namespace }) => namespace === name));
    const otherPolicy = otherPolicies(name, object?.labels);
    yield { subject: { ...known, letIn, otherPolicy, ...rest }, ref, at };
  }
}

function gather(namespace: Gathered, memory: Exclude<Memory, { type: 'admission' | 'reviewer' | 'trials' | 'other policy' }>): void {
  switch (memory.type) {
    case 'namespace':
      namespace.object ??= memory;
      return;
    case 'policy':
      namespace.policies.push(memory.policy);
      return;
    case 'limit range':
      namespace.limitRanges.push(memory.limitRange);
      return;
    case 'quota':
      namespace.quotas.push(memory.quota);
      return;
    case 'crossing':
      namespace.crossings.push(memory.crossing);
      return;
    case 'workload':
      // One by one: a spread of very many arguments overflows the stack.
      for (const pod of memory.pods) namespace.workloads.push(pod);
      return;
  }
}
