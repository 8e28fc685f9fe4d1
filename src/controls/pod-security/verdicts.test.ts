import { describe, expect, test } from 'vitest';
import { formatPath, nothingGiven, type AnyControl, type Metadata, type Path, type Resource, type Verdict } from '../../core/index.ts';
import { operatingSystem } from '../../kube/operating-system.ts';
import type { PodSpec } from '../../kube/types.ts';
import { addedCapabilities } from './added-capabilities.ts';
import { apparmorAnnotations } from './apparmor-annotations.ts';
import { apparmorProfile } from './apparmor-profile.ts';
import { csiDrivers } from './csi-drivers.ts';
import { droppedCapabilities } from './dropped-capabilities.ts';
import { emptyDirLimits } from './empty-dir-limits.ts';
import { hostPathVolumes } from './host-path-volumes.ts';
import { hostPorts } from './host-ports.ts';
import { nonRootUser } from './non-root-user.ts';
import { probeHosts } from './probe-hosts.ts';
import { procMount } from './proc-mount.ts';
import { readOnlyRootFilesystem } from './read-only-root-filesystem.ts';
import { restoredCapabilities } from './restored-capabilities.ts';
import { runtimeAnnotations } from './runtime-annotations.ts';
import { sandboxedRuntime } from './sandboxed-runtime.ts';
import { seccompProfile } from './seccomp-profile.ts';
import { seccompUnconfined } from './seccomp-unconfined.ts';
import { selinuxOptions } from './selinux-options.ts';
import { sysctls } from './sysctls.ts';
import { userNamespaces } from './user-namespaces.ts';
import { volumeTypes } from './volume-types.ts';
import { windowsHostProcess } from './windows-host-process.ts';
import { writablePaths } from './writable-paths.ts';

interface Setting {
  readonly version?: number;
  readonly params?: Readonly<Record<string, readonly string[]>>;
  readonly metadata?: Metadata;
}

type Judged = { readonly subject: unknown; readonly judging: Parameters<AnyControl['evaluate']>[1] };

/** The subjects of a pod with what their judge knows: one for a control of pods, one for each container otherwise. */
function judged(control: AnyControl, spec: PodSpec, { version = 35, params = {}, metadata = {} }: Setting): Judged[] {
  if (control.subject.scope !== 'local') throw new Error('not a local control');
  const template = { path: [], metadata, metadataPath: ['metadata'], spec: spec as Readonly<Record<string, unknown>>, specPath: ['spec'] };
  const resource: Resource = {
    ref: { apiVersion: 'v1', kind: 'Pod', name: 'web' },
    metadata,
    object: {},
    podTemplates: [template],
    file: 'pod.yaml',
    locate: () => [],
  };
  const defaults = Object.fromEntries(Object.entries(control.params).map(([name, param]) => [name, param.default]));
  const judging = { version, params: { ...defaults, ...params }, partial: false };
  const context = { version, partial: false, namespaceOf: () => undefined };
  return [...control.subject.subjects(resource, context)].map(({ subject }) => ({ subject, judging }));
}

function verdicts(control: AnyControl, spec: PodSpec, setting: Setting = {}): Verdict[] {
  return judged(control, spec, setting).map(({ subject, judging }) => control.evaluate(subject, judging));
}

/** Verdict, severity where it is not the control's own, and path of every place. */
function found(control: AnyControl, spec: PodSpec, setting: Setting = {}): string[] {
  return verdicts(control, spec, setting).flatMap((verdict) =>
    'places' in verdict
      ? verdict.places.map(({ where, severity }) => `${verdict.verdict} ${severity ?? control.severity} ${formatPath(where as Path)}`)
      : [verdict.verdict],
  );
}

/** What the fix of a control makes of the first subject of a pod. */
function firstEdits(control: AnyControl, spec: PodSpec, setting: Setting = {}): unknown {
  const [first] = judged(control, spec, setting);
  return first && control.fix?.edits(first.subject, { ...first.judging, ...nothingGiven });
}

describe('host paths', () => {
  const mounting = (path: string, mount: object = {}): PodSpec => ({
    volumes: [{ name: 'host', hostPath: { path } }],
    containers: [{ name: 'web', volumeMounts: [{ name: 'host', mountPath: '/host', ...mount }] }],
  });
  const place = 'volumes[0].hostPath.path';

  test.each([
    ['/data', {}, 'medium'],
    ['/data', { readOnly: true }, 'low'],
    ['/var/log', {}, 'high'],
    ['/var/log', { readOnly: true }, 'medium'],
    ['/etc/kubernetes', {}, 'critical'],
    ['/etc/kubernetes', { readOnly: true }, 'high'],
    ['/var/run/docker.sock', { readOnly: true }, 'critical'],
    ['/', { readOnly: true }, 'critical'],
    ['/data', { mountPropagation: 'Bidirectional' }, 'critical'],
  ])('%s mounted with %j is %s', (path, mount, severity) => {
    expect(found(hostPathVolumes, mounting(path, mount))).toEqual([`fail ${severity} ${place}`]);
  });

  test('one writable mount among read-only ones counts as writable', () => {
    const { volumes, containers } = mounting('/var/log', { readOnly: true });
    const spec = { volumes: volumes!, containers: containers!, initContainers: mounting('/var/log').containers! };
    expect(found(hostPathVolumes, spec)).toEqual([`fail high ${place}`]);
  });

  test('a volume that no container mounts is not read-only', () => {
    expect(found(hostPathVolumes, { volumes: [{ name: 'host', hostPath: { path: '/var/log' } }] })).toEqual([`fail high ${place}`]);
  });

  test('an allowed folder holds with what is below it, and dots do not lead out of it', () => {
    const params = { allowed: ['/var/log/'] };
    expect(found(hostPathVolumes, mounting('/var/log/pods'), { params })).toEqual(['pass']);
    expect(found(hostPathVolumes, mounting('/var/logs'), { params })).toEqual([`fail medium ${place}`]);
    expect(found(hostPathVolumes, mounting('/var/log/../lib'), { params })).toEqual([`fail critical ${place}`]);
  });

  test('the message shows the path as it is written', () => {
    const [verdict] = verdicts(hostPathVolumes, mounting('/var/run/docker.sock'));
    expect(verdict).toMatchObject({ places: [{ message: expect.stringContaining('"/var/run/docker.sock"') }] });
  });
});

describe('host ports', () => {
  test('of a pod on the network of the node are reported there', () => {
    const containers = [{ name: 'web', ports: [{ containerPort: 80, hostPort: 80 }] }];
    expect(found(hostPorts, { hostNetwork: true, containers })).toEqual(['not-applicable']);
  });

  test('on a loopback address weigh less, and every port has its place', () => {
    const ports = [
      { containerPort: 1, hostPort: 1, hostIP: '127.0.0.1' },
      { containerPort: 2, hostPort: 2, hostIP: '::1' },
      { containerPort: 3, hostPort: 3, hostIP: '0.0.0.0' },
    ];
    expect(found(hostPorts, { initContainers: [{ name: 'web', ports }] })).toEqual([
      'fail low ports[0].hostPort',
      'fail low ports[1].hostPort',
      'fail medium ports[2].hostPort',
    ]);
  });
});

describe('users', () => {
  const place = 'securityContext.runAsNonRoot';

  test('a container that overrides its pod is judged by its own value', () => {
    const securityContext = { runAsNonRoot: true };
    const containers = [{ name: 'a', securityContext: { runAsNonRoot: false } }, { name: 'b' }];
    expect(found(nonRootUser, { securityContext, containers })).toEqual([`fail high ${place}`, 'pass']);
  });

  test('a user id other than 0 without runAsNonRoot weighs less', () => {
    expect(found(nonRootUser, { securityContext: { runAsUser: 1000 }, containers: [{ name: 'web' }] })).toEqual([`fail low ${place}`]);
  });

  test('a user namespace counts from 1.35', () => {
    const spec = { hostUsers: false, containers: [{ name: 'web' }] };
    expect(found(nonRootUser, spec, { version: 34 })).toEqual([`fail high ${place}`]);
    expect(found(nonRootUser, spec, { version: 35 })).toEqual(['pass']);
  });

  test('the administrator of a Windows container is its root, with or without a domain', () => {
    for (const runAsUserName of ['ContainerAdministrator', 'User Manager\\containeradministrator']) {
      const securityContext = { runAsNonRoot: true, windowsOptions: { runAsUserName } };
      expect(found(nonRootUser, { securityContext, containers: [{ name: 'web' }] })).toEqual([
        'fail high securityContext.windowsOptions.runAsUserName',
      ]);
    }
    const user = { runAsNonRoot: true, windowsOptions: { runAsUserName: 'ContainerUser' } };
    expect(found(nonRootUser, { securityContext: user, containers: [{ name: 'web' }] })).toEqual(['pass']);
  });
});

describe('user namespaces', () => {
  const containers = [{ name: 'web' }];

  const root = { runAsUser: 0 };

  test('are asked for from 1.33, where they are on by default', () => {
    expect(found(userNamespaces, { securityContext: root, containers }, { version: 32 })).toEqual(['not-applicable']);
    expect(found(userNamespaces, { securityContext: root, containers }, { version: 33 })).toEqual(['fail low hostUsers']);
    expect(found(userNamespaces, { hostUsers: true, securityContext: root, containers }, { version: 33 })).toEqual(['fail low hostUsers']);
  });

  test('depend on a gate before', () => {
    expect(found(userNamespaces, { hostUsers: false, containers }, { version: 32 })).toEqual(['unknown low hostUsers']);
    expect(found(userNamespaces, { hostUsers: false, containers }, { version: 33 })).toEqual(['pass']);
  });

  test('cannot go with a namespace of the node', () => {
    for (const host of ['hostNetwork', 'hostPID', 'hostIPC'])
      expect(found(userNamespaces, { [host]: true, securityContext: root, containers })).toEqual(['not-applicable']);
  });

  test('are asked of a pod as soon as one container asks for root', () => {
    expect(found(userNamespaces, { containers })).toEqual(['not-applicable']);
    expect(found(userNamespaces, { securityContext: { runAsNonRoot: false }, containers })).toEqual(['fail low hostUsers']);
    const securityContext = { runAsNonRoot: true };
    expect(found(userNamespaces, { securityContext, containers })).toEqual(['not-applicable']);
    expect(found(userNamespaces, { securityContext: { runAsUser: 1000 }, containers })).toEqual(['not-applicable']);
    const ephemeralContainers = [{ name: 'debug', securityContext: { runAsUser: 0 } }];
    expect(found(userNamespaces, { securityContext, containers, ephemeralContainers })).toEqual(['fail low hostUsers']);
  });

  test('are not switched on for pods with files of the node', () => {
    const [verdict] = verdicts(userNamespaces, {
      securityContext: root,
      containers,
      volumes: [{ name: 'host', hostPath: { path: '/data' } }],
    });
    expect(verdict?.verdict).toBe('fail');
    const spec = { containers, volumes: [{ name: 'host', hostPath: { path: '/data' } }] };
    expect(userNamespaces.fix?.edits({ spec }, { version: 35, params: {}, partial: false, ...nothingGiven })).toHaveProperty('declined');
  });
});

describe('AppArmor', () => {
  const key = 'container.apparmor.security.beta.kubernetes.io/web';
  const annotated = (value: string) => ({ metadata: { annotations: { [key]: value } } });

  test('an annotation stands for the field of its own container', () => {
    const containers = [{ name: 'web' }, { name: 'other' }];
    expect(found(apparmorProfile, { containers }, annotated('unconfined'))).toEqual([
      'fail medium securityContext.appArmorProfile.type',
      'pass',
    ]);
    for (const value of ['runtime/default', 'localhost/web', ''])
      expect(found(apparmorProfile, { containers }, annotated(value))).toEqual(['pass', 'pass']);
  });

  test('the field of the container goes before the annotation, and that before the field of the pod', () => {
    const own = [{ name: 'web', securityContext: { appArmorProfile: { type: 'RuntimeDefault' } } }];
    expect(found(apparmorProfile, { containers: own }, annotated('unconfined'))).toEqual(['pass']);
    const securityContext = { appArmorProfile: { type: 'Unconfined' } };
    expect(found(apparmorProfile, { securityContext, containers: [{ name: 'web' }] }, annotated('runtime/default'))).toEqual(['pass']);
  });
});

describe('capabilities', () => {
  const adding = (...add: string[]): PodSpec => ({ containers: [{ name: 'web', securityContext: { capabilities: { add } } }] });
  const at = (index: number) => `securityContext.capabilities.add[${index}]`;

  test('weigh by what they give', () => {
    expect(found(addedCapabilities, adding('SYS_ADMIN', 'NET_RAW', 'CHOWN', 'AUDIT_CONTROL', 'CAP_SYS_MODULE', 'chown'))).toEqual([
      `fail critical ${at(0)}`,
      `fail medium ${at(1)}`,
      `fail high ${at(3)}`,
      `fail critical ${at(4)}`,
      `fail low ${at(5)}`,
    ]);
  });

  test('that a parameter allows do not count', () => {
    expect(found(addedCapabilities, adding('NET_RAW'), { params: { allowed: ['NET_RAW'] } })).toEqual(['pass']);
    expect(found(restoredCapabilities, adding('CHOWN'), { params: { allowed: ['CHOWN'] } })).toEqual(['pass']);
  });

  test('beyond baseline are not reported a second time', () => {
    expect(found(restoredCapabilities, adding('SYS_ADMIN', 'CHOWN'))).toEqual([`fail medium ${at(1)}`]);
  });

  test('are removed from the end, so that indexes stay true', () => {
    const container = { securityContext: { capabilities: { add: ['SYS_ADMIN', 'CHOWN', 'NET_RAW'] } } };
    const edits = addedCapabilities.fix?.edits(
      { container, pod: { os: operatingSystem({}) } },
      { version: 35, params: { allowed: [] }, partial: false, ...nothingGiven },
    );
    expect(edits).toHaveProperty(
      'edits',
      [2, 0].map((index) => ({ op: 'remove', path: ['securityContext', 'capabilities', 'add', index] })),
    );
  });
});

test('SELinux: spc_t is critical, and every forbidden part has its place', () => {
  const seLinuxOptions = { type: 'spc_t', user: 'system_u', role: 'system_r', level: 's0' };
  expect(found(selinuxOptions, { containers: [{ name: 'web', securityContext: { seLinuxOptions } }] })).toEqual([
    'fail critical securityContext.seLinuxOptions.type',
    'fail high securityContext.seLinuxOptions.user',
    'fail high securityContext.seLinuxOptions.role',
  ]);
});

test('SELinux: container_engine_t confines from 1.31', () => {
  const spec = { securityContext: { seLinuxOptions: { type: 'container_engine_t' } }, containers: [{ name: 'web' }] };
  expect(found(selinuxOptions, spec, { version: 30 })).toEqual(['fail high securityContext.seLinuxOptions.type']);
  expect(found(selinuxOptions, spec, { version: 31 })).toEqual(['pass']);
});

test('sysctls: the safe set grows with the version, and a parameter adds to it', () => {
  const spec = { securityContext: { sysctls: [{ name: 'net.ipv4.tcp_rmem', value: '1' }] } };
  expect(found(sysctls, spec, { version: 31 })).toEqual(['fail medium securityContext.sysctls[0].name']);
  expect(found(sysctls, spec, { version: 32 })).toEqual(['pass']);
  expect(found(sysctls, spec, { version: 31, params: { allowed: ['net.ipv4.tcp_rmem'] } })).toEqual(['pass']);
});

test('/proc: a user namespace relaxes baseline from 1.35 only', () => {
  const spec = { hostUsers: false, containers: [{ name: 'web', securityContext: { procMount: 'Unmasked' } }] };
  expect(found(procMount, spec, { version: 34 })).toEqual(['fail high securityContext.procMount']);
  expect(found(procMount, spec, { version: 35 })).toEqual(['pass']);
});

test('probes: every host has its place, in every class of containers', () => {
  const container = {
    name: 'web',
    livenessProbe: { httpGet: { host: 'a' }, tcpSocket: { host: 'b' } },
    lifecycle: { postStart: { tcpSocket: { host: 'c' } }, preStop: { httpGet: { host: '' } } },
  };
  const paths = ['livenessProbe.httpGet.host', 'livenessProbe.tcpSocket.host', 'lifecycle.postStart.tcpSocket.host'];
  for (const list of ['initContainers', 'containers', 'ephemeralContainers'])
    expect(found(probeHosts, { [list]: [container] })).toEqual(paths.map((path) => `fail medium ${path}`));
});

test('read-only root filesystem: a debugging container weighs less', () => {
  const spec = { containers: [{ name: 'web' }], ephemeralContainers: [{ name: 'debug' }] };
  const place = 'securityContext.readOnlyRootFilesystem';
  expect(found(readOnlyRootFilesystem, spec)).toEqual([`fail medium ${place}`, `fail low ${place}`]);
});

test('Windows: options are inherited field by field', () => {
  const securityContext = { windowsOptions: { hostProcess: true } };
  const containers = [
    { name: 'inherits', securityContext: { windowsOptions: { runAsUserName: 'ContainerUser' } } },
    { name: 'overrides', securityContext: { windowsOptions: { hostProcess: false } } },
  ];
  expect(found(windowsHostProcess, { securityContext, containers })).toEqual([
    'fail critical securityContext.windowsOptions.hostProcess',
    'pass',
  ]);
});

test('volumes: none without a source counts as forbidden, and parameters allow more', () => {
  const volumes = [{ name: 'bare' }, { name: 'files', nfs: { server: 'files', path: '/' } }, { name: 'host', hostPath: { path: '/data' } }];
  expect(found(volumeTypes, { volumes })).toEqual(['fail medium volumes[1].nfs']);
  expect(found(volumeTypes, { volumes }, { params: { allowed: ['nfs'] } })).toEqual(['pass']);
  const csi = [{ name: 'files', csi: { driver: 'smb.csi.k8s.io' } }];
  expect(found(csiDrivers, { volumes: csi })).toEqual(['fail medium volumes[0].csi.driver']);
  expect(found(csiDrivers, { volumes: csi }, { params: { allowed: ['smb.csi.k8s.io'] } })).toEqual(['pass']);
});

test('emptyDir: a volume without a source is one, and only a limit above zero limits it', () => {
  const volumes = [
    { name: 'bare' },
    ...['0', '0Mi', '0.0', 64, '0.5Gi', '1e3'].map((sizeLimit) => ({ name: 'v', emptyDir: { sizeLimit } })),
  ];
  expect(found(emptyDirLimits, { volumes })).toEqual([0, 1, 2, 3].map((index) => `fail low volumes[${index}].emptyDir.sizeLimit`));
});

describe('writable paths', () => {
  const mounting = (mount: object, volume: object = {}): PodSpec => ({
    volumes: [{ name: 'v', ...volume }],
    containers: [
      {
        name: 'web',
        command: ['/app/run'],
        securityContext: { readOnlyRootFilesystem: true },
        volumeMounts: [
          { name: 'v', mountPath: '/data' },
          { name: 'v', ...mount },
        ],
      },
    ],
  });
  const failed = ['fail low volumeMounts[1].mountPath'];

  test('are those of programs, with or without a slash at the end', () => {
    for (const mountPath of ['/usr/bin', '/usr/bin/', '/usr//bin/.', '/usr/local/bin/tool', '/', '/app'])
      expect(found(writablePaths, mounting({ mountPath }))).toEqual(failed);
    for (const mountPath of ['/usr/share/data', '/app/run.d', '/opt'])
      expect(found(writablePaths, mounting({ mountPath }))).toEqual(['pass']);
  });

  test('are not those that a mount or the kind of the volume makes read-only', () => {
    expect(found(writablePaths, mounting({ mountPath: '/app', readOnly: true }))).toEqual(['pass']);
    for (const source of ['configMap', 'secret', 'downwardAPI', 'projected', 'image'])
      expect(found(writablePaths, mounting({ mountPath: '/app' }, { [source]: {} }))).toEqual(['pass']);
    for (const source of ['persistentVolumeClaim', 'csi', 'nfs'])
      expect(found(writablePaths, mounting({ mountPath: '/app' }, { [source]: { readOnly: true } }))).toEqual(['pass']);
  });

  test('do not matter where the root filesystem is writable', () => {
    expect(found(writablePaths, { containers: [{ name: 'web' }] })).toEqual(['not-applicable']);
  });
});

describe('sandboxes', () => {
  const metadata = { labels: { trust: 'untrusted' } };

  test('are asked of nobody until a label is declared', () => {
    expect(found(sandboxedRuntime, {}, { metadata })).toEqual(['not-applicable']);
  });

  test('are asked by key or by key and value', () => {
    expect(found(sandboxedRuntime, {}, { metadata, params: { untrusted: ['trust'] } })).toEqual(['fail high runtimeClassName']);
    expect(found(sandboxedRuntime, {}, { metadata, params: { untrusted: ['trust=none', 'trust=untrusted'] } })).toHaveLength(1);
    expect(found(sandboxedRuntime, {}, { metadata, params: { untrusted: ['trust=none', 'constructor'] } })).toEqual(['not-applicable']);
  });
});

describe('a privileged container', () => {
  const securityContext = {
    privileged: true,
    seccompProfile: { type: 'RuntimeDefault' },
    appArmorProfile: { type: 'RuntimeDefault' },
    capabilities: { drop: ['ALL'] },
  };
  const confining = [seccompProfile, seccompUnconfined, apparmorProfile, droppedCapabilities];

  test('is not confined by the profiles that it names: they do not count as held', () => {
    const spec = { containers: [{ name: 'web', securityContext }] };
    expect(confining.flatMap((control) => found(control, spec))).toEqual(confining.map(() => 'not-applicable'));
    const ordinary = { containers: [{ name: 'web', securityContext: { ...securityContext, privileged: false } }] };
    expect(confining.flatMap((control) => found(control, ordinary))).toEqual(confining.map(() => 'pass'));
  });

  test('fails where it names none, as at admission', () => {
    const spec = { containers: [{ name: 'web', securityContext: { privileged: true } }] };
    expect([seccompProfile, droppedCapabilities].map((control) => found(control, spec)[0]?.split(' ')[0])).toEqual(['fail', 'fail']);
  });
});

describe('annotations', () => {
  const prefix = 'container.apparmor.security.beta.kubernetes.io/';
  const spec = { containers: [{ name: 'web' }] };

  test('for AppArmor are the only way before 1.30 and deprecated from then on', () => {
    const metadata = { annotations: { [`${prefix}web`]: 'runtime/default' } };
    expect(found(apparmorAnnotations, spec, { version: 29, metadata })).toEqual(['not-applicable']);
    expect(found(apparmorAnnotations, spec, { version: 30, metadata })).toEqual([`fail low metadata.annotations["${prefix}web"]`]);
    expect(found(apparmorAnnotations, spec, { version: 30 })).toEqual(['pass']);
  });

  test('become the field of their container, unless it has one', () => {
    const own = { name: 'own', securityContext: { appArmorProfile: { type: 'RuntimeDefault' } } };
    const pod = { initContainers: [{ name: 'init' }], containers: [own] };
    const annotations = { [`${prefix}init`]: 'localhost/k8s/web', [`${prefix}own`]: 'runtime/default' };
    expect(firstEdits(apparmorAnnotations, pod, { version: 31, metadata: { annotations } })).toEqual([
      {
        op: 'set',
        path: ['spec', 'initContainers', 0, 'securityContext', 'appArmorProfile'],
        value: { type: 'Localhost', localhostProfile: 'k8s/web' },
      },
      { op: 'remove', path: ['metadata', 'annotations', `${prefix}init`] },
      { op: 'remove', path: ['metadata', 'annotations', `${prefix}own`] },
    ]);
  });

  test('that switch AppArmor off are judged as such, not as deprecated', () => {
    const metadata = { annotations: { [`${prefix}web`]: 'unconfined' } };
    expect(found(apparmorAnnotations, spec, { metadata })).toEqual(['pass']);
    expect(found(apparmorProfile, spec, { metadata })).toEqual(['fail medium securityContext.appArmorProfile.type']);
  });

  test('that name no profile or no container are left to a person', () => {
    for (const annotations of [{ [`${prefix}web`]: 'default' }, { [`${prefix}wed`]: 'runtime/default' }])
      expect(firstEdits(apparmorAnnotations, spec, { version: 31, metadata: { annotations } })).toHaveProperty('declined');
  });

  test('that only begin like one for the runtime ask it for nothing', () => {
    const metadata = { annotations: { 'io.kubernetes.cri-o.DevicesOwner': 'web', 'devices.nri.io/pod': '- path: /dev/kvm' } };
    expect(found(runtimeAnnotations, spec, { metadata })).toEqual(['fail medium metadata.annotations["devices.nri.io/pod"]']);
  });
});
