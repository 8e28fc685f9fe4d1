import {
  apiGroup,
  kindName,
  type Anchor,
  type AnchorOf,
  type JoinedSubject,
  type JoinedSubjectKind,
  type Resource,
  type ResourceRef,
} from '../core/index.ts';
import { kindsWithKnownFields } from '../kube/known-fields.ts';
import { systemNamespaces } from '../kube/system-workloads.ts';
import { listOf, recordOf, textOf } from '../kube/untyped.ts';
import { eachMention, hashOf, mentionsOf, type Mentions } from './mentions.ts';

/** An object that is there for others: what uses it names it. */
export interface ReferableObject {
  /** `ConfigMap "web"` */
  readonly title: string;
  readonly at: Anchor;
  readonly referenced: boolean;
  /** Why something may use it that names it nowhere in what was read. */
  readonly doubt: string | undefined;
}

interface Candidate {
  readonly ref: ResourceRef;
  readonly namespace: string | undefined;
  readonly at: Anchor;
  readonly doubt: string | undefined;
}

interface Noted {
  readonly mentions: Mentions;
  readonly candidate?: Candidate;
  /** Its pods run there. */
  readonly pods?: { readonly namespace: string | undefined };
  readonly binding?: true;
  /** Whoever has the role reads such objects by the API: `ConfigMap`; in its namespace, or in all. */
  readonly readers?: { readonly kinds: readonly string[]; readonly namespace: string | undefined };
}

/** Of most objects only what they mention. */
type Memory = Mentions | Noted;

const rbac = 'rbac.authorization.k8s.io';

/** As in `Reads`. */
const referable: readonly string[] = [
  'ConfigMap',
  'Secret',
  'PersistentVolumeClaim',
  'ServiceAccount',
  `Role.${rbac}`,
  `ClusterRole.${rbac}`,
];

/** What a ConfigMap or a Secret holds has keys of their own. */
const typed: ReadonlySet<string> = new Set(kindsWithKnownFields.filter((kind) => kind !== 'ConfigMap' && kind !== 'Secret'));

/** Labels that say what an object belongs to; by any other one a program may look for it. */
const usualLabel =
  /^(?:app|name|component|tier|release|chart|heritage|role|version|env|environment|team|owner|k8s-app|app\.kubernetes\.io\/[a-z-]+|helm\.sh\/chart|kustomize\.toolkit\.fluxcd\.io\/[a-z-]+|argocd\.argoproj\.io\/instance)$/;

/** Made by the cluster, or there for it. */
const made: ReadonlySet<string> = new Set([
  'ConfigMap/kube-root-ca.crt',
  'ConfigMap/openshift-service-ca.crt',
  'ConfigMap/istio-ca-root-cert',
  'ServiceAccount/default',
]);
const madeSecret = /^(?:kubernetes\.io\/service-account-token|helm\.sh\/release\.v1|bootstrap\.kubernetes\.io\/token)$/;

/** One for each object that somebody should refer to; places of controls are anchors. */
export const referableObjects: JoinedSubjectKind<ReferableObject, Memory> = {
  scope: 'joined',
  name: 'object that others refer to',
  reads: { podTemplates: true, kinds: [...referable, `RoleBinding.${rbac}`, `ClusterRoleBinding.${rbac}`], others: true, system: true },
  example: 'objects',

  remember(resource, anchor, context) {
    const { ref, object, podTemplates } = resource;
    // What their owner says of them is said.
    if (isReplica(resource) || silent.has(ref.kind)) return undefined;
    const group = apiGroup(ref.apiVersion);
    const mentions = mentionsOf(object, typed.has(kindName(group, ref.kind)));
    const namespace = context.namespaceOf(resource);
    if (podTemplates.length > 0) return { mentions, pods: { namespace } };
    if (group === rbac && ref.kind.endsWith('Binding')) return { mentions, binding: true };
    const candidate = candidateOf(resource, anchor, namespace);
    const kinds = group === rbac ? readKinds(object) : [];
    if (candidate === undefined && kinds.length === 0) return mentions === '' ? undefined : mentions;
    const readers = kinds.length === 0 ? {} : { readers: { kinds, namespace: ref.kind === 'Role' ? namespace : undefined } };
    return { mentions, ...(candidate === undefined ? {} : { candidate }), ...readers };
  },

  *subjects(memories, context): Generator<JoinedSubject<ReferableObject>> {
    /** By the hash of the name: how many objects mention it. */
    const mentioned = new Map<number, number>();
    const read = new Set<string | undefined>();
    const readable = new Set<string>();
    let bindings = false;
    for (const memory of memories) {
      if (typeof memory === 'string') continue;
      const { candidate, pods, binding, readers } = memory;
      if (candidate !== undefined) mentioned.set(hashOf(candidate.ref.name), 0);
      if (pods !== undefined) read.add(pods.namespace);
      if (binding === true) bindings = true;
      for (const kind of readers?.kinds ?? []) readable.add(`${readers?.namespace ?? ''}/${kind}`);
    }
    if (mentioned.size === 0) return;
    for (const memory of memories)
      eachMention(typeof memory === 'string' ? memory : memory.mentions, (hash) => {
        const count = mentioned.get(hash);
        if (count !== undefined) mentioned.set(hash, count + 1);
      });

    for (const memory of memories) {
      if (typeof memory === 'string' || memory.candidate === undefined) continue;
      const { ref, namespace, at, doubt } = memory.candidate;
      const hash = hashOf(ref.name);
      let own = 0;
      eachMention(memory.mentions, (each) => (own += each === hash ? 1 : 0));
      const referenced = (mentioned.get(hash) ?? 0) > own;
      const isRole = ref.kind === 'Role' || ref.kind === 'ClusterRole';
      const beside = isRole ? bindings : read.has(namespace);
      const byApi = readable.has(`/${ref.kind}`) || readable.has(`${namespace ?? ''}/${ref.kind}`);
      const doubts = [
        doubt,
        context.unreadObjects === true ? 'objects were not read that may name it' : undefined,
        beside ? undefined : isRole ? 'no binding was read' : 'no workload beside it was read',
        byApi ? 'somebody may read it through the API' : undefined,
      ];
      const subject = { title: `${ref.kind} "${ref.name}"`, at, referenced, doubt: doubts.find((each) => each !== undefined) };
      yield { subject, ref, at };
    }
  },
};

/** Kinds that name pods and nodes at most, and are many. */
const silent: ReadonlySet<string> = new Set([
  'Event',
  'EndpointSlice',
  'Endpoints',
  'Lease',
  'NetworkPolicy',
  'LimitRange',
  'ResourceQuota',
]);

const makers: ReadonlySet<string> = new Set([
  'ReplicaSet',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'CronJob',
  'ReplicationController',
]);

/** A pod of a workload, or what a workload makes its pods by. Where only those were read, no workload was. */
function isReplica({ podTemplates, metadata }: Resource): boolean {
  if (podTemplates.length === 0) return false;
  const { ownerReferences } = recordOf(metadata);
  return listOf(ownerReferences).some((owner) => makers.has(textOf(recordOf(owner)['kind']) ?? ''));
}

function candidateOf({ ref, object, metadata }: Resource, anchor: AnchorOf, namespace: string | undefined): Candidate | undefined {
  const { kind, name } = ref;
  const group = apiGroup(ref.apiVersion);
  if (!referable.includes(kindName(group, kind))) return undefined;
  const { labels = {}, annotations = {} } = metadata;
  if (made.has(`${kind}/${name}`) || name.startsWith('system:') || systemNamespaces.includes(namespace ?? '')) return undefined;
  if (kind === 'Secret' && madeSecret.test(textOf(object['type']) ?? '')) return undefined;
  // Somebody made it, and removes it with itself.
  if (listOf(recordOf(metadata)['ownerReferences']).length > 0) return undefined;
  if (annotations['control-plane.alpha.kubernetes.io/leader'] !== undefined) return undefined;
  // Its rules come to others by its labels.
  if (kind === 'ClusterRole' && Object.keys(labels).some((key) => key.includes('aggregate'))) return undefined;
  const label = Object.keys(labels).find((key) => !usualLabel.test(key));
  const doubt =
    label !== undefined
      ? 'somebody may look for it by its labels'
      : kind === 'ClusterRole' && /(?:view|viewer|edit|editor|admin|reader)(?:-role)?$/.test(name)
        ? 'it may be there for people to be bound to'
        : // A StatefulSet names them so.
          kind === 'PersistentVolumeClaim' && /-\d+$/.test(name)
          ? 'a StatefulSet may have made it'
          : undefined;
  return { ref, namespace, at: anchor(['metadata', 'name']), doubt };
}

const readVerbs: ReadonlySet<string> = new Set(['get', 'list', 'watch', '*']);
const resourceKinds: Readonly<Record<string, readonly string[] | undefined>> = {
  configmaps: ['ConfigMap'],
  secrets: ['Secret'],
  '*': ['ConfigMap', 'Secret'],
};

/** What the rules of a role let its subjects read of any name. */
function readKinds(object: Readonly<Record<string, unknown>>): string[] {
  return listOf(object['rules']).flatMap((value) => {
    const { apiGroups, resources, resourceNames, verbs } = recordOf(value);
    const reads = listOf(verbs).some((verb) => readVerbs.has(textOf(verb) ?? ''));
    // The core group is the empty text.
    const core = listOf(apiGroups).some((each) => each === '' || each === '*');
    if (!reads || !core || listOf(resourceNames).length > 0) return [];
    return listOf(resources).flatMap((each) => {
      const name = textOf(each) ?? '';
      return Object.hasOwn(resourceKinds, name) ? (resourceKinds[name] ?? []) : [];
    });
  });
}
