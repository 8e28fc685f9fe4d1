import { random as seeded } from './random.ts';

const names = ['app', 'app', 'b', 'a', 'Z', 'é', '😀', '', null];
const profileTypes = ['RuntimeDefault', 'Localhost', 'Unconfined', 'runtimedefault', 'RuntimeDefault ', '', null];
const capabilities = [
  'ALL',
  'all',
  'NET_BIND_SERVICE',
  'net_bind_service',
  'CHOWN',
  'CAP_CHOWN',
  'SYS_ADMIN',
  'NET_RAW',
  'MKNOD',
  'SETPCAP',
  '',
  '😀',
  '＀',
];
const sysctls = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_wmem',
  'net.ipv4.tcp_slow_start_after_idle',
  'net.ipv4.tcp_notsent_lowat',
  'net/ipv4/tcp_rmem',
  'NET.IPV4.TCP_RMEM',
  'kernel.msgmax',
  '',
  null,
];
const selinuxTypes = ['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t', 'Container_t', 'spc_t', null];
const annotationValues = [
  'runtime/default',
  'docker/default',
  'localhost/',
  'localhost/profile',
  'localhost/ padded',
  'localhost',
  'unconfined',
  'Runtime/Default',
  '',
  'a"b\\c\n\t\u0000\u007f\u0085\u00a0\u200b\u2028é😀\u{e0001}\ufffd\ufeff',
];
const annotationKeys = [
  'container.apparmor.security.beta.kubernetes.io/app',
  'container.apparmor.security.beta.kubernetes.io/b',
  'container.apparmor.security.beta.kubernetes.io/',
  'container.apparmor.security.beta.kubernetes.io/nobody',
  'apparmor.security.beta.kubernetes.io/pod',
  'seccomp.security.alpha.kubernetes.io/pod',
  'container.seccomp.security.alpha.kubernetes.io/app',
  'container.seccomp.security.alpha.kubernetes.io/b',
  'container.seccomp.security.alpha.kubernetes.io/',
  'container.seccomp.security.alpha.kubernetes.io/nobody',
  'note',
];
const volumeSources: readonly string[] = [
  'hostPath',
  'emptyDir',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'gitRepo',
  'secret',
  'nfs',
  'iscsi',
  'glusterfs',
  'persistentVolumeClaim',
  'rbd',
  'flexVolume',
  'cinder',
  'cephfs',
  'flocker',
  'downwardAPI',
  'fc',
  'azureFile',
  'configMap',
  'vsphereVolume',
  'quobyte',
  'azureDisk',
  'photonPersistentDisk',
  'projected',
  'portworxVolume',
  'scaleIO',
  'storageos',
  'csi',
  'ephemeral',
  'image',
  'fooDisk',
  'HostPath',
];

/** Pods whose fields lie around the values that the Pod Security Standards tell apart; the same seed gives the same pods. */
export function* randomPods(seed: number): Generator<Record<string, unknown>> {
  const random = seeded(seed);
  const chance = (probability: number): boolean => random() < probability;
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const several = <T>(most: number, make: () => T): T[] => Array.from({ length: Math.floor(random() * (most + 1)) }, make);

  /** How likely a field is there at all: nearly empty pods and crowded ones both occur. */
  let density = 0;
  /** Presence of a field; now and then as null. */
  const field = (key: string, make: () => unknown): Record<string, unknown> => {
    if (!chance(density)) return {};
    return { [key]: chance(0.05) ? null : make() };
  };

  const sharedContext = (): Record<string, unknown> => ({
    ...field('runAsUser', () => pick([0, 0, 1, 1000, -1])),
    ...field('runAsNonRoot', () => chance(0.7)),
    ...field('seLinuxOptions', () => ({
      ...field('type', () => pick(selinuxTypes)),
      ...(chance(0.1) ? { user: pick(['', 'system_u']) } : {}),
      ...(chance(0.1) ? { role: pick(['', 'system_r']) } : {}),
    })),
    ...field('seccompProfile', () => (chance(0.9) ? { type: pick(profileTypes) } : {})),
    ...field('appArmorProfile', () => ({
      ...(chance(0.9) ? { type: pick(profileTypes) } : {}),
      ...(chance(0.2) ? { localhostProfile: pick(['profile', '']) } : {}),
    })),
    ...(chance(0.2) ? { windowsOptions: field('hostProcess', () => chance(0.5)) } : {}),
  });
  const securityContext = (): Record<string, unknown> => ({
    ...sharedContext(),
    ...field('privileged', () => chance(0.3)),
    ...field('allowPrivilegeEscalation', () => chance(0.2)),
    ...field('procMount', () => pick(['Default', 'Default', 'Unmasked', 'default', ''])),
    ...field('capabilities', () => ({
      ...field('add', () => several(3, () => pick(capabilities))),
      ...(chance(0.8) ? { drop: chance(0.5) ? ['ALL'] : several(3, () => pick(capabilities)) } : {}),
    })),
  });
  const handler = (): Record<string, unknown> => ({
    ...field('httpGet', () => ({ port: 80, ...field('host', () => pick(['', 'localhost', '127.0.0.1', 'EXAMPLE.com', 'é'])) })),
    ...field('tcpSocket', () => ({ port: 'web', ...field('host', () => pick(['', '127.0.0.1', '::1', 'b'])) })),
  });
  const container = (ephemeral: boolean): Record<string, unknown> => ({
    ...(chance(0.95) ? { name: pick(names) } : {}),
    image: 'registry.example/app:1',
    ...field('securityContext', securityContext),
    ...(ephemeral
      ? {}
      : field('ports', () =>
          several(2, () => ({
            ...field('containerPort', () => pick([80, 443, 8080])),
            ...field('hostPort', () => pick([0, 80, 443, 8080])),
          })),
        )),
    ...(chance(0.2) ? field('livenessProbe', handler) : {}),
    ...(chance(0.2) ? field('readinessProbe', handler) : {}),
    ...(chance(0.2) ? field('startupProbe', handler) : {}),
    ...(chance(0.2) ? field('lifecycle', () => ({ ...field('postStart', handler), ...field('preStop', handler) })) : {}),
  });
  const volume = (): Record<string, unknown> => {
    const made: Record<string, unknown> = chance(0.95) ? { name: pick(['data', 'v', 'é', '', null]) } : {};
    // Rarely several sources, which validation forbids but the evaluator has an order for.
    for (const _ of several(chance(0.1) ? 3 : 1, () => 0)) made[pick(volumeSources)] = chance(0.05) ? null : {};
    return made;
  };

  for (;;) {
    density = pick([0.1, 0.3, 0.5, 0.8, 1]);
    const sparse = density;
    const annotations = (): Record<string, string> => Object.fromEntries(several(3, () => [pick(annotationKeys), pick(annotationValues)]));
    const spec: Record<string, unknown> = {
      ...(chance(0.15) ? { hostNetwork: chance(0.7) } : {}),
      ...(chance(0.1) ? { hostPID: chance(0.7) } : {}),
      ...(chance(0.1) ? { hostIPC: chance(0.7) } : {}),
      ...(chance(0.35) ? { hostUsers: pick([true, false, false, null]) } : {}),
      ...(chance(0.3)
        ? { os: pick([{ name: 'windows' }, { name: 'windows' }, { name: 'linux' }, { name: 'Windows' }, { name: '' }, {}, null]) }
        : {}),
      ...(chance(0.1) ? { nodeSelector: { 'kubernetes.io/os': 'windows' } } : {}),
      ...field('securityContext', () => ({
        ...sharedContext(),
        ...(chance(0.3) ? { sysctls: several(3, () => ({ ...(chance(0.95) ? { name: pick(sysctls) } : {}), value: '1' })) } : {}),
      })),
      ...(chance(0.3) ? { initContainers: several(2, () => container(false)) } : {}),
      ...(chance(0.95) ? { containers: several(3, () => container(false)) } : {}),
      ...(chance(0.2) ? { ephemeralContainers: several(2, () => container(true)) } : {}),
      ...(chance(0.4) ? { volumes: several(3, volume) } : {}),
    };
    // Half of the pods are hardened first, so that a single fault is not drowned in others.
    if (chance(0.5)) harden(spec);
    density = sparse;
    yield {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'pod', ...(chance(0.3) ? { annotations: chance(0.05) ? null : annotations() } : {}) },
      spec,
    };
  }
}

/** Fills in what level restricted demands wherever the pod does not say otherwise. */
function harden(spec: Record<string, unknown>): void {
  spec['securityContext'] = {
    runAsNonRoot: true,
    seccompProfile: { type: 'RuntimeDefault' },
    ...(spec['securityContext'] as object | null),
  };
  for (const list of ['initContainers', 'containers', 'ephemeralContainers']) {
    for (const container of (spec[list] ?? []) as Record<string, unknown>[]) {
      container['securityContext'] = {
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        ...(container['securityContext'] as object | null),
      };
    }
  }
}
