import { apiGroup, sharedText, type Anchor, type AnchorOf, type Path, type PodTemplate, type Resource } from '../core/index.ts';
import { reviewsNewPods, type AdmissionRule } from '../kube/admission.ts';
import { cleanHostPath, hostPathWorth } from '../kube/host-paths.ts';
import { networkFact, networkKinds, type NetworkFact } from '../kube/network/index.ts';
import { placementText } from '../kube/node-placement.ts';
import { admissionSettingsKinds, readAdmissionSettings, type AdmissionSettings } from '../kube/pod-security/index.ts';
import { rbacFact, rbacKinds, type RbacFact } from '../kube/rbac/index.ts';
import { isClusterScoped } from '../kube/scope.ts';
import { tokenAccount, tokenInvalidSince, tokenSecretType } from '../kube/token-secrets.ts';
import { recordOf, textOf } from '../kube/untyped.ts';
import type { Container, PodSpec, Taint } from '../kube/types.ts';

/** A pod template: of a workload, or a pod that stands for itself. */
export interface WorkloadFact {
  readonly type: 'workload';
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** The ServiceAccount that it runs as. */
  readonly account: string;
  /** The pod's own field, which overrides that of the account. */
  readonly automount: boolean | undefined;
  readonly automountAt: Anchor;
  readonly accountAt: Anchor;
  /** Volumes with a token for the API server that the pod asks for itself. */
  readonly tokens: readonly PlaceFact[];
  /** Secrets that it has as volumes or variables, by name. */
  readonly secrets: readonly PlaceFact[];
  readonly escapes: readonly EscapeFact[];
  /** PersistentVolumeClaims that its containers mount. */
  readonly claims: readonly ClaimedFact[];
  readonly hostNetwork: boolean;
  /** One on each node, wherever those are. */
  readonly everyNode: boolean;
  /** As JSON: most pods are placed alike. */
  readonly placement: string;
  readonly at: Anchor;
}

export interface PlaceFact {
  readonly name: string;
  readonly at: Anchor;
}

export interface ClaimedFact extends PlaceFact {
  /** Why what is mounted may lead nowhere. */
  readonly unknown?: string;
}

/** A way from a container to its node. */
export interface EscapeFact {
  /** Of a technique. */
  readonly technique: EscapeTechnique;
  /** `container "web" is privileged` */
  readonly what: string;
  /** What ends it, as an order. */
  readonly remedy: string;
  /** Why it may not be one. */
  readonly unknown?: string;
  readonly at: Anchor;
}

export type EscapeTechnique =
  | 'privileged-container'
  | 'host-path'
  | 'runtime-socket'
  | 'host-processes'
  | 'dangerous-capability'
  | 'windows-host-process';

export interface AccountFact {
  readonly type: 'account';
  readonly namespace: string;
  readonly name: string;
  readonly automount: boolean | undefined;
  /** The annotation that gives its pods an identity in a cloud, with its value. */
  readonly identity?: { readonly annotation: string; readonly value: string; readonly at: Anchor };
  readonly at: Anchor;
}

export interface NamespaceFact {
  readonly type: 'namespace';
  readonly name: string;
  /** Those of Pod Security admission. */
  readonly labels: Readonly<Record<string, string>>;
  readonly at: Anchor;
}

/** A Secret with a token of an account that never expires. */
export interface TokenSecretFact {
  readonly type: 'token-secret';
  readonly namespace: string;
  readonly name: string;
  readonly account: string;
  readonly at: Anchor;
}

export interface NodeFact {
  readonly type: 'node';
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  /** The cloud that it is a machine of: `aws`. */
  readonly cloud?: string;
  readonly at: Anchor;
}

/** Something that looks at new pods and may refuse them. */
export interface ReviewerFact {
  readonly type: 'reviewer';
  /** `ValidatingWebhookConfiguration policy` */
  readonly title: string;
  readonly at: Anchor;
}

/** A PersistentVolume that is a folder of a node with what the node trusts. */
export interface VolumeFact {
  readonly type: 'volume';
  readonly name: string;
  /** `"/etc/kubernetes" of the node, with its credentials and static pods` */
  readonly what: string;
  /** The claim that it is kept for. */
  readonly claim?: { readonly namespace: string; readonly name: string };
  /** Whoever places a pod that mounts it chooses the node. */
  readonly anyNode: boolean;
  readonly unknown?: string;
  readonly at: Anchor;
}

/** A PersistentVolumeClaim that names its volume. */
export interface ClaimFact {
  readonly type: 'claim';
  readonly namespace: string;
  readonly name: string;
  readonly volume: string;
}

/** Something that may change what everybody writes. */
export interface MutatorFact {
  readonly type: 'mutator';
  readonly name: string;
  readonly at: Anchor;
}

/** What the API server's configuration says of Pod Security admission. */
export interface SettingsFact {
  readonly type: 'settings';
  readonly settings: AdmissionSettings;
}

export type OwnFact =
  | WorkloadFact
  | AccountFact
  | NamespaceFact
  | TokenSecretFact
  | NodeFact
  | ReviewerFact
  | MutatorFact
  | VolumeFact
  | ClaimFact
  | SettingsFact;

/** What an attack graph is made of. */
export interface Facts {
  readonly own: readonly OwnFact[];
  readonly rbac: readonly RbacFact[];
  readonly network: readonly NetworkFact[];
}

const admissionGroup = 'admissionregistration.k8s.io';

/** As in `InventoryKinds`; pod templates besides. */
export const pathKinds: readonly string[] = [
  ...new Set([
    'Namespace',
    'Node',
    'Secret',
    'ServiceAccount',
    'PersistentVolume',
    'PersistentVolumeClaim',
    `MutatingWebhookConfiguration.${admissionGroup}`,
    `ValidatingWebhookConfiguration.${admissionGroup}`,
    `ValidatingAdmissionPolicy.${admissionGroup}`,
    ...admissionSettingsKinds,
    ...rbacKinds,
    ...networkKinds,
  ]),
];

export interface FactReader {
  add(resource: Resource, anchor: AnchorOf, namespace: string | undefined): void;
  facts(): Facts;
}

/** Collects the facts of objects one by one; nothing else of them is kept. */
export function startFacts(): FactReader {
  const own: OwnFact[] = [];
  const rbac: RbacFact[] = [];
  const network: NetworkFact[] = [];
  return {
    add(resource, anchor, namespace) {
      // Its owner's template stands for it.
      if (resource.madeFrom?.alike !== true) own.push(...ownFacts(resource, anchor, namespace));
      const grants = rbacFact(resource, anchor, namespace);
      if (grants !== undefined) rbac.push(grants);
      const connects = networkFact(resource, anchor, namespace);
      if (connects !== undefined) network.push(connects);
    },
    facts: () => ({ own, rbac, network }),
  };
}

function ownFacts(resource: Resource, anchor: AnchorOf, stated: string | undefined): OwnFact[] {
  const { ref, object, metadata } = resource;
  const { kind, name } = ref;
  const group = apiGroup(ref.apiVersion);
  const settings = readAdmissionSettings(ref, object);
  if (settings !== undefined) return [{ type: 'settings', settings }];
  const namespace = stated ?? 'default';
  if (group === admissionGroup && kind === 'MutatingWebhookConfiguration') return [{ type: 'mutator', name, at: anchor([]) }];
  if (group === admissionGroup) return reviewerOf(resource) ? [{ type: 'reviewer', title: `${kind} ${name}`, at: anchor([]) }] : [];
  if (group === '' && kind === 'Namespace') {
    const labels = Object.entries(metadata.labels ?? {}).filter(([key]) => key.startsWith('pod-security.kubernetes.io/'));
    return [{ type: 'namespace', name, labels: Object.fromEntries(labels), at: anchor(['metadata', 'labels']) }];
  }
  if (group === '' && kind === 'Node') return [nodeFact(resource, anchor)];
  if (group === '' && kind === 'PersistentVolume') return volumeFact(resource, anchor);
  if (group === '' && kind === 'PersistentVolumeClaim') {
    const volume = textOf(recordOf(object['spec'])['volumeName']);
    return volume ? [{ type: 'claim', namespace, name, volume }] : [];
  }
  if (group === '' && kind === 'Secret') return tokenSecret(resource, anchor, namespace);
  if (group === '' && kind === 'ServiceAccount') {
    const automount = object['automountServiceAccountToken'];
    const identity = identityOf(metadata.annotations ?? {}, anchor);
    const account = { namespace, name, automount: typeof automount === 'boolean' ? automount : undefined, at: anchor([]) };
    return [{ type: 'account', ...account, ...(identity === undefined ? {} : { identity }) }];
  }
  if (isClusterScoped(ref)) return [];
  return resource.podTemplates.map((template) => workloadFact(resource, template, anchor, namespace));
}

/** Annotations by which clouds give the pods of an account an identity. */
const identityAnnotations: readonly string[] = [
  'eks.amazonaws.com/role-arn',
  'iam.gke.io/gcp-service-account',
  'azure.workload.identity/client-id',
];

function identityOf(annotations: Readonly<Record<string, string>>, anchor: AnchorOf): AccountFact['identity'] {
  const annotation = identityAnnotations.find((each) => Object.hasOwn(annotations, each) && annotations[each] !== '');
  if (annotation === undefined) return undefined;
  return { annotation, value: annotations[annotation] ?? '', at: anchor(['metadata', 'annotations', annotation]) };
}

function tokenSecret({ ref, object, metadata }: Resource, anchor: AnchorOf, namespace: string): TokenSecretFact[] {
  const account = metadata.annotations?.[tokenAccount];
  // Of a cluster the metadata alone is read: whatever has the annotation is taken for one.
  const type = object['type'];
  if (account === undefined || (type !== undefined && type !== tokenSecretType)) return [];
  if (metadata.labels?.[tokenInvalidSince] !== undefined) return [];
  return [{ type: 'token-secret', namespace, name: ref.name, account, at: anchor([]) }];
}

/** Which volumes are folders of nodes, a level of Pod Security does not look at: it sees the claim alone. */
function volumeFact({ ref, object }: Resource, anchor: AnchorOf): VolumeFact[] {
  const { hostPath, local, claimRef, nodeAffinity } = recordOf(object['spec']);
  const folder = textOf(recordOf(hostPath)['path']) ?? textOf(recordOf(local)['path']);
  const worth = folder === undefined ? undefined : hostPathWorth(cleanHostPath(folder));
  if (folder === undefined || worth === undefined) return [];
  const { namespace, name } = recordOf(claimRef);
  const claim = { namespace: textOf(namespace) ?? 'default', name: textOf(name) ?? '' };
  return [
    {
      type: 'volume',
      name: ref.name,
      what: `"${folder}" of the node, with ${worth.holds}`,
      ...(claimRef === undefined ? {} : { claim }),
      anyNode: local === undefined && nodeAffinity === undefined,
      ...(worth.worth === 'high' && !worth.socket ? { unknown: 'the files that lie there decide' } : {}),
      at: anchor([]),
    },
  ];
}

function nodeFact({ ref, metadata, object }: Resource, anchor: AnchorOf): NodeFact {
  const { spec: { taints = [], providerID = '' } = {} } = object as { readonly spec?: { taints?: readonly Taint[]; providerID?: unknown } };
  const cloud = typeof providerID === 'string' ? /^([a-z][a-z0-9-]{1,30}):\/\//.exec(providerID)?.[1] : undefined;
  // Clusters on a laptop call themselves a provider too.
  const known = cloud === undefined || cloud === 'kind' || cloud === 'k3s' ? {} : { cloud };
  return { type: 'node', name: ref.name, labels: metadata.labels ?? {}, taints, ...known, at: anchor([]) };
}

function reviewerOf({ ref, object }: Resource): boolean {
  if (ref.kind === 'ValidatingWebhookConfiguration') {
    const { webhooks = [] } = object as { readonly webhooks?: readonly { readonly rules?: readonly AdmissionRule[] }[] };
    return webhooks.some(({ rules }) => reviewsNewPods(rules));
  }
  if (ref.kind !== 'ValidatingAdmissionPolicy') return false;
  const { spec } = object as { readonly spec?: { readonly matchConstraints?: { readonly resourceRules?: readonly AdmissionRule[] } } };
  return reviewsNewPods(spec?.matchConstraints?.resourceRules);
}

function workloadFact({ ref }: Resource, template: PodTemplate, anchor: AnchorOf, namespace: string): WorkloadFact {
  const spec: PodSpec = template.spec;
  const { specPath } = template;
  const at = (path: Path): Anchor => anchor([...specPath, ...path]);
  const { automountServiceAccountToken: automount, serviceAccountName, serviceAccount } = spec;
  return {
    type: 'workload',
    kind: ref.kind,
    namespace,
    name: ref.name,
    account: sharedText(serviceAccountName || serviceAccount || 'default'),
    automount,
    automountAt: at(['automountServiceAccountToken']),
    accountAt: at([serviceAccountName === undefined && serviceAccount ? 'serviceAccount' : 'serviceAccountName']),
    tokens: tokensOf(spec, at),
    secrets: secretsOf(spec, at),
    escapes: escapesOf(spec, at),
    claims: claimsOf(spec, at),
    hostNetwork: spec.hostNetwork === true,
    everyNode: ref.kind === 'DaemonSet' && spec.nodeSelector === undefined && spec.affinity?.nodeAffinity === undefined,
    placement: placementText(spec),
    at: at([]),
  };
}

type At = (path: Path) => Anchor;

/** Without an audience of its own the API server takes the token. */
function tokensOf({ volumes = [] }: PodSpec, at: At): PlaceFact[] {
  return volumes.flatMap(({ name = '', projected }, volume) =>
    (projected?.sources ?? []).flatMap(({ serviceAccountToken: token }, source) =>
      token === undefined || token.audience
        ? []
        : [{ name, at: at(['volumes', volume, 'projected', 'sources', source, 'serviceAccountToken']) }],
    ),
  );
}

function secretsOf(spec: PodSpec, at: At): PlaceFact[] {
  const found: PlaceFact[] = [];
  const add = (name: string | undefined, path: Path): void => {
    if (name) found.push({ name, at: at(path) });
  };
  for (const [index, { secret, projected }] of (spec.volumes ?? []).entries()) {
    add(secret?.secretName, ['volumes', index, 'secret', 'secretName']);
    for (const [source, each] of (projected?.sources ?? []).entries())
      add(each.secret?.name, ['volumes', index, 'projected', 'sources', source, 'secret', 'name']);
  }
  for (const { container, path } of containersOf(spec)) {
    for (const [index, { secretRef }] of (container.envFrom ?? []).entries())
      add(secretRef?.name, [...path, 'envFrom', index, 'secretRef', 'name']);
    for (const [index, { valueFrom }] of (container.env ?? []).entries())
      add(valueFrom?.secretKeyRef?.name, [...path, 'env', index, 'valueFrom', 'secretKeyRef', 'name']);
  }
  return found;
}

/** Of each claim the container that has the most of it. */
function claimsOf(spec: PodSpec, at: At): ClaimedFact[] {
  const volumes = new Map(
    (spec.volumes ?? []).flatMap(({ name = '', persistentVolumeClaim }, index) =>
      persistentVolumeClaim?.claimName === undefined ? [] : [[name, { claim: persistentVolumeClaim.claimName, index }] as const],
    ),
  );
  const found = new Map<string, ClaimedFact>();
  if (volumes.size === 0) return [];
  for (const placed of containersOf(spec))
    for (const { name = '', readOnly } of placed.container.volumeMounts ?? []) {
      const volume = volumes.get(name);
      if (volume === undefined) continue;
      const unknown = unsureOf(placed, spec) ?? (readOnly === true ? 'it is mounted read-only: what can be read there decides' : undefined);
      if (found.has(name) && unknown !== undefined) continue;
      found.set(name, {
        name: volume.claim,
        at: at(['volumes', volume.index]),
        ...(unknown === undefined ? {} : { unknown }),
      });
    }
  return [...found.values()];
}

/** Why whoever is in a container may not have what root of it has. */
function unsureOf({ container, path }: Placed, { securityContext: pod = {} }: PodSpec): string | undefined {
  if (path[0] === 'initContainers' && container.restartPolicy !== 'Always') return ended;
  const own = container.securityContext ?? {};
  const user = own.runAsUser ?? pod.runAsUser;
  const noRoot = user === undefined ? (own.runAsNonRoot ?? pod.runAsNonRoot) === true : user !== 0;
  return noRoot ? 'the container does not run as root: what it may do there depends on its image and on the files' : undefined;
}

interface Placed {
  readonly container: Container;
  readonly name: string;
  readonly path: Path;
}

function containersOf(spec: PodSpec): Placed[] {
  return (['containers', 'initContainers', 'ephemeralContainers'] as const).flatMap((list) =>
    (spec[list] ?? []).map((container, index) => ({ container, name: container.name ?? '', path: [list, index] })),
  );
}

/** Each of these alone is enough to take the node over as root (capabilities(7); what the Pod Security Standards keep out). */
const dangerousCapabilities: ReadonlySet<string> = new Set(['ALL', 'SYS_ADMIN', 'SYS_MODULE', 'SYS_RAWIO', 'DAC_READ_SEARCH']);

/** Whoever breaks into the pod later finds it gone, but may have a hand in what it runs the next time. */
const ended = 'an init container has ended when the pod is reached: whether what it runs can be changed is not known';

function escapesOf(spec: PodSpec, at: At): EscapeFact[] {
  const found: EscapeFact[] = [];
  const { securityContext: pod = {}, hostPID = false, volumes = [] } = spec;
  // Root of a user namespace is nobody on the node (KEP 127); it does not help where files of the node are mounted.
  const ownUsers = spec.hostUsers === false;
  const paths = volumes.flatMap(({ name, hostPath }, index) =>
    hostPath === undefined ? [] : [{ volume: name ?? '', path: hostPath.path ?? '', index }],
  );
  for (const placed of containersOf(spec)) {
    const { container, name, path } = placed;
    const own = container.securityContext ?? {};
    const unsure = unsureOf(placed, spec);
    const add = (technique: EscapeTechnique, what: string, remedy: string, place: Path, unknown?: string): void => {
      const reason = unsure === ended ? ended : (unknown ?? unsure);
      const why = reason === undefined ? {} : { unknown: reason };
      found.push({ technique, what: `container "${name}" ${what}`, remedy, ...why, at: at(place) });
    };
    if (own.windowsOptions?.hostProcess ?? pod.windowsOptions?.hostProcess ?? false)
      add('windows-host-process', 'is a process of the Windows node', 'set hostProcess to false', [
        ...path,
        'securityContext',
        'windowsOptions',
        'hostProcess',
      ]);
    if (own.privileged === true && !ownUsers)
      add('privileged-container', 'is privileged', `set privileged to false in container "${name}"`, [
        ...path,
        'securityContext',
        'privileged',
      ]);
    const added = (own.capabilities?.add ?? []).map((capability) => capability.replace(/^CAP_/, ''));
    for (const [index, capability] of added.entries())
      if (!ownUsers && own.privileged !== true && dangerousCapabilities.has(capability))
        add('dangerous-capability', `has the capability ${capability}`, `take the capability ${capability} from container "${name}"`, [
          ...path,
          'securityContext',
          'capabilities',
          'add',
          index,
        ]);
    if (hostPID && own.privileged !== true) {
      const traces = added.includes('SYS_PTRACE');
      const others = 'it sees the processes of the node: whether one of them runs with as few rights is not known';
      const what = traces ? 'may trace the processes of the node' : 'sees the processes of the node';
      add('host-processes', what, 'set hostPID to false', ['hostPID'], traces ? undefined : others);
    }
    for (const mount of container.volumeMounts ?? [])
      for (const { volume, path: given, index } of paths) {
        if (volume !== mount.name) continue;
        const worth = hostPathWorth(cleanHostPath(given));
        if (worth === undefined && mount.mountPropagation !== 'Bidirectional') continue;
        const readOnly = mount.readOnly === true;
        const place: Path = ['volumes', index, 'hostPath', 'path'];
        const remedy = `do without "${given}" of the node in volume "${volume}"`;
        if (worth?.socket === true && worth.holds.startsWith('the socket'))
          add('runtime-socket', `has "${given}" of the node, with ${worth.holds}`, remedy, place);
        else if (worth === undefined)
          add('host-path', `passes mounts back to "${given}" of the node`, remedy, place, 'what is mounted there decides');
        else {
          const files = readOnly
            ? 'it is mounted read-only: what can be read there decides'
            : worth.worth === 'high'
              ? 'the files that lie there decide'
              : undefined;
          add('host-path', `${readOnly ? 'reads' : 'writes'} "${given}" of the node, with ${worth.holds}`, remedy, place, files);
        }
      }
  }
  return found;
}
