import { apiGroup, remembering, type Anchor, type AnchorOf, type Path, type PodTemplate, type Resource } from '../core/index.ts';
import { reviewsNewPods, type AdmissionRule } from '../kube/admission.ts';
import { cleanHostPath, hostPathWorth } from '../kube/host-paths.ts';
import { networkFact, networkKinds, type NetworkFact } from '../kube/network/index.ts';
import { placementOf } from '../kube/node-placement.ts';
import { admissionSettingsKinds, readAdmissionSettings, type AdmissionSettings } from '../kube/pod-security/index.ts';
import { rbacFact, rbacKinds, type RbacFact } from '../kube/rbac/index.ts';
import { isClusterScoped } from '../kube/scope.ts';
import { tokenAccount, tokenInvalidSince, tokenSecretType } from '../kube/token-secrets.ts';
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

/** What the API server's configuration says of Pod Security admission. */
export interface SettingsFact {
  readonly type: 'settings';
  readonly settings: AdmissionSettings;
}

export type OwnFact = WorkloadFact | AccountFact | NamespaceFact | TokenSecretFact | NodeFact | ReviewerFact | SettingsFact;

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
  if (group === admissionGroup) return reviewerOf(resource) ? [{ type: 'reviewer', title: `${kind} ${name}`, at: anchor([]) }] : [];
  if (group === '' && kind === 'Namespace') {
    const labels = Object.entries(metadata.labels ?? {}).filter(([key]) => key.startsWith('pod-security.kubernetes.io/'));
    return [{ type: 'namespace', name, labels: Object.fromEntries(labels), at: anchor(['metadata', 'labels']) }];
  }
  if (group === '' && kind === 'Node') return [nodeFact(resource, anchor)];
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

const shared = remembering((text) => text);

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
    account: shared(serviceAccountName || serviceAccount || 'default'),
    automount,
    automountAt: at(['automountServiceAccountToken']),
    accountAt: at([serviceAccountName === undefined && serviceAccount ? 'serviceAccount' : 'serviceAccountName']),
    tokens: tokensOf(spec, at),
    secrets: secretsOf(spec, at),
    escapes: escapesOf(spec, at),
    hostNetwork: spec.hostNetwork === true,
    everyNode: ref.kind === 'DaemonSet' && spec.nodeSelector === undefined && spec.affinity?.nodeAffinity === undefined,
    placement: shared(JSON.stringify(placementOf(spec))),
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
  for (const { container, name, path } of containersOf(spec)) {
    const ends = path[0] === 'initContainers' && container.restartPolicy !== 'Always';
    const own = container.securityContext ?? {};
    const user = own.runAsUser ?? pod.runAsUser;
    const noRoot = user === undefined ? (own.runAsNonRoot ?? pod.runAsNonRoot) === true : user !== 0;
    const asOther = noRoot
      ? { unknown: 'the container does not run as root: what it may do there depends on its image and on the files' }
      : {};
    const add = (technique: EscapeTechnique, what: string, remedy: string, place: Path, unknown?: string): void => {
      const why = ends ? { unknown: ended } : unknown === undefined ? asOther : { unknown };
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
      const unsure = 'it sees the processes of the node: whether one of them runs with as few rights is not known';
      const what = traces ? 'may trace the processes of the node' : 'sees the processes of the node';
      add('host-processes', what, 'set hostPID to false', ['hostPID'], traces ? undefined : unsure);
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
          const unsure = readOnly
            ? 'it is mounted read-only: what can be read there decides'
            : worth.worth === 'high'
              ? 'the files that lie there decide'
              : undefined;
          add('host-path', `${readOnly ? 'reads' : 'writes'} "${given}" of the node, with ${worth.holds}`, remedy, place, unsure);
        }
      }
  }
  return found;
}
