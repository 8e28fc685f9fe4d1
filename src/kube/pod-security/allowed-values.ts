import type { PodSpec, Volume } from '../types.ts';

/** The newest minor version whose policies are known here; newer ones count as this one, as they do for an older server. */
export const newestMinor = 37;

/** What a container may add at level baseline, exactly as written: the API server does not fold case. */
export const allowedCapabilities: ReadonlySet<string> = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

/** The only capability that a container may add at level restricted. */
export const restrictedCapability = 'NET_BIND_SERVICE';

/** Namespaced and isolated sysctls, by the policy version that first allows them. */
const sysctlsSince: readonly (readonly [minor: number, names: readonly string[]])[] = [
  [
    0,
    [
      'kernel.shm_rmid_forced',
      'net.ipv4.ip_local_port_range',
      'net.ipv4.ip_unprivileged_port_start',
      'net.ipv4.ping_group_range',
      'net.ipv4.tcp_syncookies',
    ],
  ],
  [27, ['net.ipv4.ip_local_reserved_ports']],
  [29, ['net.ipv4.tcp_fin_timeout', 'net.ipv4.tcp_keepalive_intvl', 'net.ipv4.tcp_keepalive_probes', 'net.ipv4.tcp_keepalive_time']],
  [32, ['net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem']],
  [37, ['net.ipv4.tcp_notsent_lowat', 'net.ipv4.tcp_slow_start_after_idle']],
];

const sysctlSets = setsByVersion(sysctlsSince);

/** Sysctls that level baseline allows in the policies of Kubernetes 1.`minor`. */
export function allowedSysctls(minor: number): ReadonlySet<string> {
  return inForce(sysctlSets, minor);
}

const selinuxTypeSets = setsByVersion([
  [0, ['', 'container_t', 'container_init_t', 'container_kvm_t']],
  [31, ['container_engine_t']],
]);

/** SELinux types that level baseline allows, the empty one included; a user or a role may not be set at all. */
export function allowedSelinuxTypes(minor: number): ReadonlySet<string> {
  return inForce(selinuxTypeSets, minor);
}

type Versioned = readonly (readonly [minor: number, allowed: ReadonlySet<string>])[];

/** Each version allows what the one before it does, and more; the newest comes first. */
function setsByVersion(additions: readonly (readonly [minor: number, names: readonly string[]])[]): Versioned {
  return additions
    .map(([minor], index) => [minor, new Set(additions.slice(0, index + 1).flatMap(([, names]) => names))] as const)
    .reverse();
}

function inForce(versions: Versioned, minor: number): ReadonlySet<string> {
  return (versions.find(([since]) => since <= minor) ?? versions.at(-1)!)[1];
}

/** Volume sources that level restricted allows. */
export const allowedVolumeSources: readonly string[] = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

/** Volume sources that level restricted forbids, in the order in which admission looks for the one to name. */
export const restrictedVolumeSources: readonly string[] = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'gitRepo',
  'nfs',
  'iscsi',
  'glusterfs',
  'rbd',
  'flexVolume',
  'cinder',
  'cephfs',
  'flocker',
  'fc',
  'azureFile',
  'vsphereVolume',
  'quobyte',
  'azureDisk',
  'photonPersistentDisk',
  'portworxVolume',
  'scaleIO',
  'storageos',
];

/** Every source that a volume can have (k8s.io/api v0.37, core/v1 VolumeSource). */
export const volumeSources: readonly string[] = [...allowedVolumeSources, ...restrictedVolumeSources];

/**
 * The source of a volume; an allowed one wins over a forbidden one, as in admission (validation lets only one through).
 * Undefined where the volume has none that Kubernetes knows.
 */
export function volumeSource(volume: Volume): string | undefined {
  let first: number | undefined;
  for (const key of Object.keys(volume)) {
    const rank = ranks.get(key);
    if (rank !== undefined && volume[key] !== undefined && (first === undefined || rank < first)) first = rank;
  }
  return first === undefined ? undefined : volumeSources[first];
}

const ranks: ReadonlyMap<string, number> = new Map(volumeSources.map((source, rank) => [source, rank]));

/** AppArmor and seccomp profiles that both levels allow; any other type, the empty one included, is forbidden. */
export function isAllowedProfile(type: string | undefined): boolean {
  return type === 'RuntimeDefault' || type === 'Localhost';
}

/** In a user namespace of its own, root in the pod is nobody on the node: some checks stand back from 1.35 (KEP-127). */
export function relaxedByUserNamespace(spec: PodSpec, minor: number): boolean {
  return minor >= 35 && spec.hostUsers === false;
}

/** Checks of fields that Windows does not have stand back from 1.25; only `spec.os` says Windows, not a node selector. */
export function exemptOnWindows(spec: PodSpec, minor: number): boolean {
  return minor >= 25 && spec.os?.name === 'windows';
}
