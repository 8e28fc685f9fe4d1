import { compareText, type Metadata } from '../core/index.ts';
import { asAdmitted } from './pod-security/index.ts';
import { isObject } from './shape-reader.ts';
import type { Container, PodSpec, Volume, VolumeMount } from './types.ts';

/*
 * A pod is made from the template of its owner, and is not equal to it: the API server fills in defaults, admission plugins,
 * controllers and the scheduler add their part. An outline is what remains of either side when all of that is left out, so
 * that whatever two outlines do not share was changed by somebody else: a webhook, or a hand.
 *
 * What is left out, and who sets it (Kubernetes v1.37):
 * - defaults: SetDefaults_* in pkg/apis/core/v1/defaults.go; those of Pod itself (enableServiceLinks, requests from limits,
 *   ports of pods in the network of the host) are on no template;
 * - the scheduler: nodeName; schedulingGates, and affinity while a pod is gated;
 * - plugin ServiceAccount: serviceAccountName, the volume and mounts kube-api-access-*, imagePullSecrets where there are none;
 * - plugin Priority: priority, preemptionPolicy, priorityClassName where there is none; plugin RuntimeClass: overhead, tolerations;
 * - plugins DefaultTolerationSeconds and ExtendedResourceToleration, and the DaemonSet controller: tolerations;
 * - plugins RuntimeClass and PodNodeSelector: further entries of nodeSelector; plugin AlwaysPullImages: imagePullPolicy;
 * - plugin LimitRanger: further limits and requests. Amounts are left out altogether: a pod may be resized as it runs;
 * - StatefulSet controller: hostname, subdomain, the volumes of its claims; DaemonSet controller: node affinity;
 *   Job controller: hostname and JOB_COMPLETION_INDEX of indexed Jobs; each its own labels;
 * - matchLabelKeys: the API server writes their values into affinity and topologySpreadConstraints.
 * The order of containers and of variables, and where a pod may run, decide nothing here.
 */

/** What made a pod. */
export interface Maker {
  readonly group: string;
  readonly kind: string;
}

/** One side of the comparison. */
export interface Outlined {
  readonly spec: PodSpec;
  readonly metadata: Metadata;
  /** What a StatefulSet calls the volumes that it makes of its claims, in the place of those of the template. */
  readonly claims?: readonly string[];
  /** The name of the pod; absent for a template. */
  readonly pod?: string;
}

/** Where a pod and its template part. */
export interface PodDifference {
  /** The field of the pod, list items by their names: `spec.containers[web].image`. */
  readonly path: string;
  readonly change: 'added' | 'removed' | 'changed';
}

/** Ends the path of a line. */
const end = '\u0000';

/**
 * The outline as text, a line for each field: two pods with the same one are made from the same template. `digest` stands
 * for what is long, and for what may be secret.
 */
export function podOutline(side: Outlined, digest: (text: string) => string): string {
  const { spec, metadata } = side;
  const writer: Writer = { lines: [], digest, inVolume: false };
  for (const [key, value] of Object.entries(metadata.labels ?? {}))
    if (!labelsOfControllers.has(key)) write(writer, `metadata.labels[${plain(key)}]`, value);
  const rest = withoutOthers(side);
  for (const [key, value] of Object.entries(metadata.annotations ?? {}))
    if (isDecidingAnnotation(key) && !repeatsField(key, value, rest)) write(writer, `metadata.annotations[${plain(key)}]`, value);
  writeObject(writer, rest as Readonly<Record<string, unknown>>, 'spec', 'spec');
  write(writer, 'spec.serviceAccountName', spec.serviceAccountName ?? spec.serviceAccount ?? 'default');
  return writer.lines.join('');
}

/** Where a pod differs from what `maker` makes of a template, by their outlines: in the order of the paths. */
export function podDifferences(template: string, pod: string, maker: Maker): PodDifference[] {
  if (template === pod) return [];
  const before = parse(template);
  const after = parse(pod);
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort(compareText);
  const pullsAlone = ![...before.keys()].some((path) => path.startsWith('spec.imagePullSecrets['));
  const found: PodDifference[] = [];
  /** A list item that is new or gone, as a whole. */
  let whole: string | undefined;
  for (const path of paths) {
    if (whole !== undefined && path.startsWith(whole) && /^[.[]/.test(path.slice(whole.length))) continue;
    const was = before.get(path);
    const is = after.get(path);
    if (was === is) continue;
    const change = was === undefined ? 'added' : is === undefined ? 'removed' : 'changed';
    if (change === 'added' && (mayBeAdded(path, maker) || (pullsAlone && path.startsWith('spec.imagePullSecrets[')))) {
      whole = path;
      continue;
    }
    if (path.endsWith('.imagePullPolicy') && is === '"Always') continue;
    whole = change === 'changed' ? undefined : path;
    found.push({ path, change });
  }
  return found;
}

function parse(outline: string): Map<string, string> {
  const lines = new Map<string, string>();
  for (const each of outline.split('\n')) {
    if (each === '') continue;
    const at = each.indexOf(end);
    lines.set(each.slice(0, at), each.slice(at + 1));
  }
  return lines;
}

/** Labels that controllers of Kubernetes and its API server give to pods. */
export const labelsOfControllers: ReadonlySet<string> = new Set([
  'pod-template-hash',
  'controller-revision-hash',
  'pod-template-generation',
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-name',
  'batch.kubernetes.io/job-completion-index',
  'controller-uid',
  'job-name',
  // Plugin PodTopologyLabels, when a pod is bound to its node.
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
]);

const ownGroups: ReadonlySet<string> = new Set(['', 'apps', 'batch']);

function mayBeAdded(path: string, { group, kind }: Maker): boolean {
  // Controllers of other makers have labels of their own, which no list could hold.
  if (path.startsWith('metadata.labels[')) return !ownGroups.has(group);
  if (path === 'spec.priorityClassName') return true;
  if (path.startsWith('spec.nodeSelector[')) return !/\[(?:beta\.)?kubernetes\.io\/os\]$/.test(path);
  if (/^spec\.(?:(?:initC|c)ontainers\[[^\]]*\]\.)?resources\.(?:limits|requests)\[/.test(path)) return true;
  return kind === 'Job' && group === 'batch' && path.endsWith('.env[JOB_COMPLETION_INDEX]');
}

/** Annotations that runtimes and rules obey. */
const decidingAnnotations: readonly string[] = [
  'container.apparmor.security.beta.kubernetes.io/',
  'container.seccomp.security.alpha.kubernetes.io/',
  'seccomp.security.alpha.kubernetes.io/',
  'io.kubernetes.cri-o.',
  'devices.nri.io',
  'devices.noderesource.dev',
  'mounts.nri.io',
  'io.katacontainers.config.',
];

export function isDecidingAnnotation(key: string): boolean {
  return decidingAnnotations.some((prefix) => key.startsWith(prefix));
}

/** The annotation of a container whose field says the same: the API server makes either from the other. */
function repeatsField(
  key: string,
  value: string,
  { containers = [], initContainers = [], ephemeralContainers = [], securityContext }: PodSpec,
): boolean {
  const [prefix = ''] = decidingAnnotations;
  if (!key.startsWith(prefix)) return false;
  const name = key.slice(prefix.length);
  const container = [...containers, ...initContainers, ...ephemeralContainers].find((each) => each.name === name);
  if (container === undefined) return false;
  const { type, localhostProfile } = container.securityContext?.appArmorProfile ?? securityContext?.appArmorProfile ?? {};
  if (type === 'Localhost') return value === `localhost/${localhostProfile}`;
  return value === (type === 'RuntimeDefault' ? 'runtime/default' : type === 'Unconfined' ? 'unconfined' : undefined);
}

const tokenPath = '/var/run/secrets/kubernetes.io/serviceaccount';
const configMapsOfTokens: ReadonlySet<unknown> = new Set(['kube-root-ca.crt', 'openshift-service-ca.crt']);

/** Without the volumes of the plugin ServiceAccount and of the StatefulSet controller. */
function withoutOthers(side: Outlined): PodSpec {
  const spec = asAdmitted(side.spec, side.metadata);
  const { volumes = [], automountServiceAccountToken } = spec;
  const tokens = new Set(automountServiceAccountToken === false ? [] : volumes.filter(isTokenVolume).map(({ name }) => name));
  const isToken = ({ name, mountPath, readOnly }: VolumeMount): boolean => tokens.has(name) && mountPath === tokenPath && readOnly === true;
  const kept = volumes.filter((volume) => !tokens.has(volume.name) && !isClaim(volume, side));
  if (kept.length === volumes.length) return spec;
  const mapped = (containers: readonly Container[] = []): readonly Container[] =>
    containers.map((container) => {
      const { volumeMounts = [] } = container;
      return volumeMounts.some(isToken) ? { ...container, volumeMounts: volumeMounts.filter((mount) => !isToken(mount)) } : container;
    });
  return {
    ...spec,
    volumes: kept,
    containers: mapped(spec.containers),
    initContainers: mapped(spec.initContainers),
    ephemeralContainers: mapped(spec.ephemeralContainers),
  };
}

function isClaim({ name = '', persistentVolumeClaim }: Volume, { claims = [], pod }: Outlined): boolean {
  return claims.includes(name) && (pod === undefined || persistentVolumeClaim?.claimName === `${name}-${pod}`);
}

/** Named by the plugin, and nothing but what the plugin puts in: no secret hides under that name. */
function isTokenVolume(volume: Volume): boolean {
  const { name = '', projected } = volume;
  if (!/^kube-api-access-[a-z0-9]{5}$/.test(name) || projected?.sources === undefined || Object.keys(volume).length > 2) return false;
  return projected.sources.every((source) =>
    Object.entries(source).every(([type, value]) => {
      if (!isObject(value)) return false;
      if (type === 'serviceAccountToken') return value['audience'] === undefined;
      return type === 'downwardAPI' || (type === 'configMap' && configMapsOfTokens.has(value['name']));
    }),
  );
}

interface Writer {
  /** A text that grows line by line would keep every piece of it for as long as it is kept itself. */
  readonly lines: string[];
  readonly digest: (text: string) => string;
  /** The names of volume sources say something even where nothing that counts is in them. */
  inVolume: boolean;
}

/** Set by others, or of no account. */
const leftOut: unique symbol = Symbol('left out');

/** By the key of the object around: what a field holds where nobody has set it. */
const defaultsIn: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  spec: {
    nodeName: leftOut,
    priority: leftOut,
    preemptionPolicy: leftOut,
    schedulingGates: leftOut,
    affinity: leftOut,
    topologySpreadConstraints: leftOut,
    serviceAccount: leftOut,
    serviceAccountName: leftOut,
    hostname: leftOut,
    subdomain: leftOut,
    overhead: leftOut,
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    terminationGracePeriodSeconds: 30,
    enableServiceLinks: true,
    volumeMode: 'Filesystem',
  },
  containers: { imagePullPolicy: leftOut, resizePolicy: leftOut },
  initContainers: { imagePullPolicy: leftOut, resizePolicy: leftOut },
  ports: { protocol: 'TCP', hostPort: 0 },
  // The protocol is filled in on pods alone, and no other one is a weakness.
  httpGet: { path: '/', scheme: 'HTTP', protocol: leftOut },
  fieldRef: { apiVersion: 'v1' },
  serviceAccountToken: { expirationSeconds: 3600 },
  iscsi: { iscsiInterface: 'default' },
  rbd: { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' },
  azureDisk: { cachingMode: 'ReadWrite', fsType: 'ext4', kind: 'Shared' },
  scaleIO: { storageMode: 'ThinProvisioned', fsType: 'xfs' },
};

/** The same wherever it stands. Of these false is what absence means. */
const defaultsAnywhere: Readonly<Record<string, unknown>> = {
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
  initialDelaySeconds: 0,
  timeoutSeconds: 1,
  periodSeconds: 10,
  successThreshold: 1,
  failureThreshold: 3,
  defaultMode: 0o644,
  hostNetwork: false,
  hostPID: false,
  hostIPC: false,
  shareProcessNamespace: false,
  setHostnameAsFQDN: false,
  privileged: false,
  readOnlyRootFilesystem: false,
  readOnly: false,
  stdin: false,
  stdinOnce: false,
  tty: false,
  optional: false,
};

const inside: ReadonlyMap<string, ReadonlyMap<string, unknown>> = new Map(
  Object.entries(defaultsIn).map(([parent, fields]) => [parent, new Map(Object.entries(fields))]),
);
const anywhere: ReadonlyMap<string, unknown> = new Map(Object.entries(defaultsAnywhere));

/** Lists whose items have names: these fields of them together. The items of others are told apart by their order. */
const namedBy: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    containers: ['name'],
    initContainers: ['name'],
    ephemeralContainers: ['name'],
    volumes: ['name'],
    env: ['name'],
    ports: ['containerPort', 'protocol'],
    volumeMounts: ['mountPath'],
    volumeDevices: ['devicePath'],
    imagePullSecrets: ['name'],
    sysctls: ['name'],
    hostAliases: ['ip'],
    readinessGates: ['conditionType'],
    resourceClaims: ['name'],
    claims: ['name'],
  }),
);

function writeObject(writer: Writer, object: Readonly<Record<string, unknown>>, path: string, parent: string): void {
  const defaults = inside.get(parent);
  for (const key of Object.keys(object)) {
    const value = object[key];
    if (value === undefined || value === null || value === '' || value === anywhere.get(key)) continue;
    const usual = defaults?.get(key);
    if (usual !== undefined && (usual === leftOut || usual === value)) continue;
    writeField(writer, object, key, `${path}.${plain(key)}`, parent);
  }
}

function writeField(writer: Writer, object: Readonly<Record<string, unknown>>, key: string, path: string, parent: string): void {
  const value = object[key];
  switch (key) {
    case 'tolerations':
      return writeTolerations(writer, value, object);
    case 'limits':
    case 'requests':
      return writeKeys(writer, value, path);
    case 'sizeLimit':
    case 'divisor':
      return write(writer, path, 'set');
    case 'nodeSelector':
    case 'matchLabels':
      return writeMap(writer, value, path);
    case 'pullPolicy':
      return parent === 'image' && value === defaultPullPolicy(object['reference']) ? undefined : write(writer, path, value);
    default:
      return writeValue(writer, value, path, key);
  }
}

function writeValue(writer: Writer, value: unknown, path: string, key: string): void {
  if (Array.isArray(value)) return writeList(writer, value, path, key);
  if (!isObject(value)) {
    // Variables hold secrets at times.
    write(writer, path, value, key === 'value');
    return;
  }
  const before = writer.lines.length;
  if (writer.inVolume) write(writer, path, '');
  writeObject(writer, value, path, key);
  // The API server fills in these two, with nothing in them.
  if (writer.lines.length === before && key !== 'securityContext' && key !== 'resources') write(writer, path, '');
}

function writeList(writer: Writer, items: readonly unknown[], path: string, key: string): void {
  if (key === 'add' || key === 'drop') {
    for (const item of items) write(writer, `${path}[${plain(String(item))}]`, '');
    return;
  }
  // Arguments, too.
  if (key === 'command' || key === 'args') {
    if (items.length > 0) write(writer, path, JSON.stringify(items), true);
    return;
  }
  const fields = namedBy.get(key);
  const { inVolume } = writer;
  writer.inVolume ||= key === 'volumes';
  const seen = new Map<string, number>();
  for (const [index, item] of items.entries()) {
    if (!isObject(item)) {
      writeValue(writer, item, `${path}[${index}]`, key);
      continue;
    }
    let name = fields === undefined ? String(index) : nameOf(item, fields);
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    if (before > 0) name = `${name}#${before + 1}`;
    const at = `${path}[${plain(name)}]`;
    write(writer, at, '');
    writeObject(writer, item, at, key);
    if (key === 'containers' || key === 'initContainers') writePullPolicy(writer, item, at);
  }
  writer.inVolume = inVolume;
}

function writePullPolicy(writer: Writer, { image, imagePullPolicy }: Container, path: string): void {
  write(writer, `${path}.imagePullPolicy`, imagePullPolicy ?? defaultPullPolicy(image));
}

function nameOf(item: Readonly<Record<string, unknown>>, fields: readonly string[]): string {
  const [only = ''] = fields;
  const name = item[only];
  if (fields.length === 1) return typeof name === 'string' ? name : '';
  // What a protocol is by default stands in no name.
  return fields
    .map((field) => item[field])
    .filter((value) => value !== undefined && value !== 'TCP')
    .map(String)
    .join('/');
}

/** What stands in a map, without amounts. */
function writeKeys(writer: Writer, map: unknown, path: string): void {
  if (isObject(map)) for (const key of Object.keys(map)) write(writer, `${path}[${plain(key)}]`, '');
}

function writeMap(writer: Writer, map: unknown, path: string): void {
  if (isObject(map)) for (const [key, value] of Object.entries(map)) write(writer, `${path}[${plain(key)}]`, value);
}

/** A RuntimeClass brings tolerations of its own. */
function writeTolerations(writer: Writer, value: unknown, spec: Readonly<Record<string, unknown>>): void {
  if (!Array.isArray(value) || spec['runtimeClassName'] !== undefined) return;
  let resources: ReadonlySet<string> | undefined;
  for (const toleration of value) {
    if (!isObject(toleration)) continue;
    const { key = '', operator = 'Equal', value: of = '', effect = '', tolerationSeconds = '' } = toleration;
    if (typeof key === 'string' && key.startsWith('node.kubernetes.io/')) continue;
    resources ??= new Set([...namesOfResources(spec['containers']), ...namesOfResources(spec['initContainers'])]);
    if (typeof key === 'string' && resources.has(key)) continue;
    const text = [key, operator === 'Equal' ? '=' : operator, of, effect, tolerationSeconds].filter((part) => part !== '').join(' ');
    write(writer, `spec.tolerations[${plain(text)}]`, '');
  }
}

function namesOfResources(containers: unknown): string[] {
  if (!Array.isArray(containers)) return [];
  return containers.flatMap((container: Container) => [
    ...Object.keys(container.resources?.limits ?? {}),
    ...Object.keys(container.resources?.requests ?? {}),
  ]);
}

/** `Always` for the tag `latest` and for no tag at all, unless there is a digest (parsers.ParseImageName). */
function defaultPullPolicy(image: unknown): string {
  if (typeof image !== 'string') return '';
  const [name = '', digest] = image.split('@');
  const tag = /:([^/:]*)$/.exec(name)?.[1];
  return tag === 'latest' || (tag === undefined && digest === undefined) ? 'Always' : 'IfNotPresent';
}

/** In UTF-16 code units. */
const longest = 64;

/** Texts stand behind a quotation mark, which numbers do not have. */
function write(writer: Writer, path: string, value: unknown, secret = false): void {
  let said = typeof value === 'string' ? (value === '' ? '' : `"${plain(value)}`) : JSON.stringify(value);
  if (secret || said.length > longest) said = writer.digest(said);
  writer.lines.push(path, end, said, '\n');
}

// oxlint-disable-next-line no-control-regex
const steering = /[\u0000-\u001f]/;

/** Names come from anywhere: none of them may end a line. */
function plain(name: string): string {
  return steering.test(name) ? JSON.stringify(name).slice(1, -1) : name;
}
