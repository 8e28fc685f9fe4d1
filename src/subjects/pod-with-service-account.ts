import type { Anchor, AnchorOf, JoinedSubjectKind, Metadata, PodTemplate, ResourceRef } from '../core/index.ts';
import type { Labels } from '../kube/label-selector.ts';
import type { PodSpec } from '../kube/types.ts';
import { boundAccount, isRoleBinding, type RoleBindingSubject } from './role-bindings.ts';

/** A pod template with the ServiceAccount that it runs as. */
export interface PodWithServiceAccountSubject {
  /** Of the workload. */
  readonly name: string;
  readonly namespace: string | undefined;
  readonly serviceAccount: PodServiceAccount;
  /** The pod's own field, which overrides that of the account. */
  readonly automount: boolean | undefined;
  /** Tokens that the pod asks for by projected volumes. */
  readonly tokens: readonly ProjectedToken[];
  /** Where it says so, or would. */
  readonly at: { readonly automount: Anchor; readonly serviceAccountName: Anchor };
}

export interface PodServiceAccount {
  readonly name: string;
  /** `default` because the pod names none. */
  readonly implied: boolean;
  /** Whether its object was read. */
  readonly read: boolean;
  readonly automount: boolean | undefined;
  /** Whether a binding that was read gives it a role: somebody meant its pods to call the API. */
  readonly granted: boolean;
  /** It hands its pods secrets for pulling images, or by annotations an identity in a cloud. */
  readonly carries: boolean;
  /** Whether an account with the name of the workload was read, or a binding gives it a role. */
  readonly hasNamesake: boolean;
  /** How many workloads mount its token, if no label of applications is common to them: otherwise 1. */
  readonly unrelatedUsers: number;
}

export interface ProjectedToken {
  readonly volume: string;
  /** Absent: the API server's own. */
  readonly audience: string | undefined;
  readonly at: Anchor;
}

type Memory =
  | { readonly type: 'grants'; readonly accounts: readonly string[] }
  | (RememberedAccount & { readonly type: 'account'; readonly namespace: string | undefined; readonly name: string })
  | { readonly type: 'pods'; readonly namespace: string | undefined; readonly ref: ResourceRef; readonly pods: readonly RememberedPod[] };

interface RememberedAccount {
  readonly automount: boolean | undefined;
  readonly carries: boolean;
}

interface RememberedPod extends Pick<PodWithServiceAccountSubject, 'name' | 'automount' | 'tokens' | 'at'> {
  readonly specAt: Anchor;
  readonly account: string | undefined;
  readonly labels: Labels;
}

/** The name that ServiceAccount admission fills in; the account exists in every namespace. */
const defaultAccount = 'default';

/** Paths of fixes are relative to the PodSpec. */
export const podsWithServiceAccount: JoinedSubjectKind<PodWithServiceAccountSubject, Memory> = {
  scope: 'joined',
  name: 'pod template with its service account',
  reads: {
    podTemplates: true,
    kinds: ['ServiceAccount', 'RoleBinding.rbac.authorization.k8s.io', 'ClusterRoleBinding.rbac.authorization.k8s.io'],
  },
  example: 'objects',

  remember(resource, anchor, context, settled) {
    const { ref, object } = resource;
    const namespace = context.namespaceOf(resource);
    if (resource.podTemplates.length > 0) {
      let pods: RememberedPod[] | undefined;
      for (const template of resource.podTemplates) {
        const { automountServiceAccountToken: automount }: PodSpec = template.spec;
        const tokens = tokensOf(template, anchor);
        // Most of a hardened dump. A pod without a token is no user of its account either.
        if (automount !== false || !settled({ automount, tokens })) (pods ??= []).push(podOf(ref, template, tokens, anchor));
      }
      return pods && { type: 'pods', namespace, ref, pods };
    }
    if (ref.kind === 'ServiceAccount' && ref.apiVersion === 'v1') {
      const { automountServiceAccountToken: automount, imagePullSecrets } = object;
      const carries = (Array.isArray(imagePullSecrets) && imagePullSecrets.length > 0) || hasIdentity(resource.metadata);
      return { type: 'account', namespace, name: ref.name, automount: typeof automount === 'boolean' ? automount : undefined, carries };
    }
    return isRoleBinding(resource) ? { type: 'grants', accounts: accountsOf(resource.object, namespace) } : undefined;
  },

  *subjects(memories) {
    const accounts = new Map<string, RememberedAccount>();
    for (const memory of memories) {
      if (memory.type !== 'account') continue;
      const key = accountKey(memory.namespace, memory.name);
      if (!accounts.has(key)) accounts.set(key, memory);
    }
    const granted = new Set(memories.flatMap((memory) => (memory.type === 'grants' ? memory.accounts : [])));
    const isGranted = (namespace: string | undefined, name: string): boolean =>
      granted.has(accountKey(namespace, name)) || (namespace === undefined && granted.has(`*/${name}`));
    const users = usersOf(memories, accounts);
    for (const memory of memories) {
      if (memory.type !== 'pods') continue;
      for (const { account, labels: _, specAt, ...pod } of memory.pods) {
        const name = account ?? defaultAccount;
        const key = accountKey(memory.namespace, name);
        const found = accounts.get(key);
        const serviceAccount = {
          name,
          implied: account === undefined,
          read: found !== undefined,
          automount: found?.automount,
          carries: found?.carries === true,
          hasNamesake: accounts.has(accountKey(memory.namespace, pod.name)) || isGranted(memory.namespace, pod.name),
          granted: isGranted(memory.namespace, name),
          unrelatedUsers: unrelated(users.get(key)),
        };
        yield { subject: { ...pod, namespace: memory.namespace, serviceAccount }, ref: memory.ref, at: specAt };
      }
    }
  },
};

function podOf({ name }: ResourceRef, template: PodTemplate, tokens: readonly ProjectedToken[], anchor: AnchorOf): RememberedPod {
  const { spec, specPath, metadata } = template;
  const { automountServiceAccountToken: automount, serviceAccountName, serviceAccount }: PodSpec = spec;
  const named = serviceAccountName === undefined && serviceAccount ? 'serviceAccount' : 'serviceAccountName';
  const at = { automount: anchor([...specPath, 'automountServiceAccountToken']), serviceAccountName: anchor([...specPath, named]) };
  const account = serviceAccountName || serviceAccount || undefined;
  return { name, automount, tokens, at, specAt: anchor(specPath), account, labels: applicationLabels(metadata) };
}

const noTokens: readonly ProjectedToken[] = [];

function tokensOf({ spec, specPath }: PodTemplate, anchor: AnchorOf): readonly ProjectedToken[] {
  const { volumes }: PodSpec = spec;
  if (volumes === undefined || !volumes.some(({ projected }) => projected !== undefined)) return noTokens;
  return volumes.flatMap(({ name = '', projected }, volume) =>
    (projected?.sources ?? []).flatMap(({ serviceAccountToken: token }, source) => {
      if (token === undefined) return [];
      const path = [...specPath, 'volumes', volume, 'projected', 'sources', source, 'serviceAccountToken'];
      return [{ volume: name, audience: token.audience || undefined, at: anchor(path) }];
    }),
  );
}

/** What kubectl writes down itself is no identity. */
function hasIdentity({ annotations = {} }: Metadata): boolean {
  return Object.keys(annotations).some((key) => !key.startsWith('kubectl.kubernetes.io/'));
}

/** Also without its namespace: a tool often adds that to the workload, but must write it into a binding. */
function accountsOf({ subjects = [] }: Partial<RoleBindingSubject>, own: string | undefined): string[] {
  return subjects.flatMap((subject) => {
    const account = boundAccount(subject);
    return account === undefined ? [] : [accountKey(account.namespace ?? own, account.name), `*/${account.name}`];
  });
}

function accountKey(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}/${name}`;
}

/** Whether the kubelet mounts a token for the API: the pod's field, else the account's, else yes. */
export function mountsToken({ automount, serviceAccount }: Pick<PodWithServiceAccountSubject, 'automount' | 'serviceAccount'>): boolean {
  return automount ?? serviceAccount.automount ?? true;
}

/** Labels by which parts of one application are told, the recommended ones first. */
const labelsOfApplications: ReadonlySet<string> = new Set([
  'app.kubernetes.io/part-of',
  'app.kubernetes.io/instance',
  'app.kubernetes.io/name',
  'app',
  'k8s-app',
  'application',
]);

export function applicationLabels({ labels = noLabels }: Metadata): Labels {
  const keys = Object.keys(labels);
  // Often all that there are: then nothing new is remembered.
  if (keys.every((key) => labelsOfApplications.has(key))) return labels;
  return Object.fromEntries(Object.entries(labels).filter(([key]) => labelsOfApplications.has(key)));
}

const noLabels: Labels = {};

interface Users {
  readonly workloads: Set<string>;
  /** What all of them have in common. */
  common: [string, string][];
}

function usersOf(memories: readonly Memory[], accounts: ReadonlyMap<string, RememberedAccount>): Map<string, Users> {
  const users = new Map<string, Users>();
  for (const memory of memories) {
    if (memory.type !== 'pods') continue;
    for (const { account = defaultAccount, automount, labels } of memory.pods) {
      const key = accountKey(memory.namespace, account);
      if ((automount ?? accounts.get(key)?.automount) === false) continue;
      const workload = `${memory.ref.kind}/${memory.ref.name}`;
      const known = users.get(key);
      if (known === undefined) {
        users.set(key, { workloads: new Set([workload]), common: Object.entries(labels) });
      } else {
        known.workloads.add(workload);
        known.common = known.common.filter(([label, value]) => labels[label] === value);
      }
    }
  }
  return users;
}

function unrelated(users: Users | undefined): number {
  return users === undefined || users.common.length > 0 ? 1 : users.workloads.size;
}
