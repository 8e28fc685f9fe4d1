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
 * The outline as text: two pods are made from the same template only if it is the same. `digest` stands for what is long,
 * and for what may be secret.
 */
export function podOutline(side: Outlined, digest: (text: string) => string): string {
  const { spec, metadata } = side;
  const lines: string[] = [];
  for (const [key, value] of Object.entries(metadata.labels ?? {})) line(lines, `metadata.labels[${plain(key)}]`, value, digest);
  for (const [key, value] of Object.entries(metadata.annotations ?? {}))
    if (isDecidingAnnotation(key) && !isAppArmor(key, value)) line(lines, `metadata.annotations[${plain(key)}]`, value, digest);
  const whole = withoutOthers(side);
  writeObject({ lines, digest, inVolume: false }, whole as Readonly<Record<string, unknown>>, 'spec', 'spec');
  line(lines, 'spec.serviceAccountName', spec.serviceAccountName ?? spec.serviceAccount ?? 'default', digest);
  return lines.sort().join('\n');
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
    if (path.endsWith('.imagePullPolicy') && is === '"Always"') continue;
    whole = change === 'changed' ? undefined : path;
    found.push({ path, change });
  }
  return found;
}

function parse(outline: string): Map<string, string> {
  const lines = new Map<string, string>();
  if (outline === '') return lines;
  for (const each of outline.split('\n')) {
    const at = each.indexOf(end);
    lines.set(each.slice(0, at), each.slice(at + 1));
  }
  return lines;
}

/** Labels that controllers of Kubernetes and its API server give to pods. */
const labelsOfControllers: readonly string[] = [
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
];

const labelsAdded: ReadonlySet<string> = new Set(labelsOfControllers.map((label) => `metadata.labels[${label}]`));
const ownGroups: ReadonlySet<string> = new Set(['', 'apps', 'batch']);

function mayBeAdded(path: string, { group, kind }: Maker): boolean {
  // Controllers of other makers have labels of their own, which no list could hold.
  if (path.startsWith('metadata.labels[')) return labelsAdded.has(path) || !ownGroups.has(group);
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

/** The API server turns it into the field of the container, and back. */
function isAppArmor(key: string, value: string): boolean {
  return key.startsWith(decidingAnnotations[0]!) && /^(?:unconfined$|runtime\/default$|localhost\/)/.test(value);
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
  readonly lines: string[];
  readonly digest: (text: string) => string;
  /** The names of volume sources say something even where nothing is in them. */
  readonly inVolume: boolean;
}

/** Set by others, or of no account. */
const leftOut: ReadonlySet<string> = new Set([
  'spec.nodeName',
  'spec.priority',
  'spec.preemptionPolicy',
  'spec.schedulingGates',
  'spec.affinity',
  'spec.topologySpreadConstraints',
  'spec.serviceAccount',
  'spec.serviceAccountName',
  'spec.hostname',
  'spec.subdomain',
  'spec.overhead',
  // Filled in on pods alone, and no other one is a weakness.
  'httpGet.protocol',
  'containers.imagePullPolicy',
  'initContainers.imagePullPolicy',
  'containers.resizePolicy',
  'initContainers.resizePolicy',
]);

/** By the key of the object around and the key in it; `*` for any. */
const defaults: ReadonlyMap<string, unknown> = new Map(
  Object.entries({
    'spec.dnsPolicy': 'ClusterFirst',
    'spec.restartPolicy': 'Always',
    'spec.schedulerName': 'default-scheduler',
    'spec.terminationGracePeriodSeconds': 30,
    'spec.enableServiceLinks': true,
    '*.terminationMessagePath': '/dev/termination-log',
    '*.terminationMessagePolicy': 'File',
    'ports.protocol': 'TCP',
    'ports.hostPort': 0,
    '*.initialDelaySeconds': 0,
    '*.timeoutSeconds': 1,
    '*.periodSeconds': 10,
    '*.successThreshold': 1,
    '*.failureThreshold': 3,
    'httpGet.path': '/',
    'httpGet.scheme': 'HTTP',
    'fieldRef.apiVersion': 'v1',
    '*.defaultMode': 0o644,
    'serviceAccountToken.expirationSeconds': 3600,
    'iscsi.iscsiInterface': 'default',
    'rbd.pool': 'rbd',
    'rbd.user': 'admin',
    'rbd.keyring': '/etc/ceph/keyring',
    'azureDisk.cachingMode': 'ReadWrite',
    'azureDisk.fsType': 'ext4',
    'azureDisk.kind': 'Shared',
    'scaleIO.storageMode': 'ThinProvisioned',
    'scaleIO.fsType': 'xfs',
    'spec.volumeMode': 'Filesystem',
  }),
);

/** Where false is what absence means. */
const falseByDefault: ReadonlySet<string> = new Set([
  'hostNetwork',
  'hostPID',
  'hostIPC',
  'shareProcessNamespace',
  'setHostnameAsFQDN',
  'privileged',
  'readOnlyRootFilesystem',
  'readOnly',
  'stdin',
  'stdinOnce',
  'tty',
  'optional',
]);

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
  for (const key of Object.keys(object)) {
    const value = object[key];
    const place = `${parent}.${key}`;
    if (value === undefined || value === null || value === '' || leftOut.has(place)) continue;
    if (value === false && falseByDefault.has(key)) continue;
    if (value === (defaults.get(place) ?? defaults.get(`*.${key}`))) continue;
    if (place === 'image.pullPolicy' && value === defaultPullPolicy(object['reference'])) continue;
    const field = `${path}.${plain(key)}`;
    if (place === 'spec.tolerations' && path === 'spec') writeTolerations(writer, value, object);
    else if ((key === 'limits' || key === 'requests') && parent === 'resources') writeKeys(writer, value, field);
    else if (key === 'sizeLimit' || key === 'divisor') line(writer.lines, field, 'set', writer.digest);
    else if (key === 'nodeSelector' || key === 'matchLabels') writeMap(writer, value, field);
    else writeValue(writer, value, field, key);
  }
}

function writeValue(writer: Writer, value: unknown, path: string, key: string): void {
  const { lines, digest } = writer;
  if (Array.isArray(value)) return writeList(writer, value, path, key);
  if (isObject(value)) {
    if (writer.inVolume) line(lines, path, '', digest);
    return writeObject(writer, value, path, key);
  }
  // Variables hold secrets at times.
  line(lines, path, value, digest, key === 'value');
}

function writeList(writer: Writer, items: readonly unknown[], path: string, key: string): void {
  const { lines, digest } = writer;
  const inside = key === 'volumes' ? { ...writer, inVolume: true } : writer;
  if (key === 'add' || key === 'drop') {
    for (const item of items) line(lines, `${path}[${plain(String(item))}]`, '', digest);
    return;
  }
  // Arguments, too.
  if (key === 'command' || key === 'args') {
    if (items.length > 0) line(lines, path, JSON.stringify(items), digest, true);
    return;
  }
  const fields = namedBy.get(key);
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
    line(lines, at, '', digest);
    writeObject(inside, item, at, key);
    if (key === 'containers' || key === 'initContainers') writePullPolicy(writer, item, at);
  }
}

function writePullPolicy({ lines, digest }: Writer, { image, imagePullPolicy }: Container, path: string): void {
  line(lines, `${path}.imagePullPolicy`, imagePullPolicy ?? defaultPullPolicy(image), digest);
}

function nameOf(item: Readonly<Record<string, unknown>>, fields: readonly string[]): string {
  // What a protocol is by default stands in no name.
  return fields
    .map((field) => item[field])
    .filter((value) => value !== undefined && value !== 'TCP')
    .map(String)
    .join('/');
}

/** What stands in a map, without amounts. */
function writeKeys({ lines, digest }: Writer, map: unknown, path: string): void {
  if (isObject(map)) for (const key of Object.keys(map)) line(lines, `${path}[${plain(key)}]`, '', digest);
}

function writeMap({ lines, digest }: Writer, map: unknown, path: string): void {
  if (isObject(map)) for (const [key, value] of Object.entries(map)) line(lines, `${path}[${plain(key)}]`, value, digest);
}

/** A RuntimeClass brings tolerations of its own. */
function writeTolerations({ lines, digest }: Writer, value: unknown, spec: Readonly<Record<string, unknown>>): void {
  if (!Array.isArray(value) || spec['runtimeClassName'] !== undefined) return;
  const resources = new Set([...namesOfResources(spec['containers']), ...namesOfResources(spec['initContainers'])]);
  for (const toleration of value) {
    if (!isObject(toleration)) continue;
    const { key = '', operator = 'Equal', value: of = '', effect = '', tolerationSeconds = '' } = toleration;
    if (typeof key === 'string' && (key.startsWith('node.kubernetes.io/') || resources.has(key))) continue;
    const text = [key, operator === 'Equal' ? '=' : operator, of, effect, tolerationSeconds].filter((part) => part !== '').join(' ');
    line(lines, `spec.tolerations[${plain(text)}]`, '', digest);
  }
}

function namesOfResources(containers: unknown): string[] {
  if (!Array.isArray(containers)) return [];
  return containers.flatMap((container: Container) => [
    ...Object.keys(container.resources?.limits ?? {}),
    ...Object.keys(container.resources?.requests ?? {}),
  ]);
}

/** `Always` for the tag `latest` and for no tag at all, also beside a digest (parsers.ParseImageName). */
function defaultPullPolicy(image: unknown): string {
  if (typeof image !== 'string') return '';
  const [name = '', digest] = image.split('@');
  const tag = /:([^/:]*)$/.exec(name)?.[1];
  return tag === 'latest' || (tag === undefined && digest === undefined) ? 'Always' : 'IfNotPresent';
}

/** In UTF-16 code units. */
const longest = 64;

function line(lines: string[], path: string, value: unknown, digest: (text: string) => string, secret = false): void {
  const text = value === '' ? '' : JSON.stringify(value);
  lines.push(path + end + (secret || text.length > longest ? digest(text) : text));
}

// oxlint-disable-next-line no-control-regex
const steering = /[\u0000-\u001f]/;

/** Names come from anywhere: none of them may end a line. */
function plain(name: string): string {
  return steering.test(name) ? JSON.stringify(name).slice(1, -1) : name;
}
