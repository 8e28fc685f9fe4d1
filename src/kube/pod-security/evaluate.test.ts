import { describe, expect, test } from 'vitest';
import type { PodSpec, SecurityContext } from '../types.ts';
import { activeChecks, checks, newestMinor, podSecurity, podSecurityLevel, violationMessage } from './index.ts';

const hardened: PodSpec = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [{ name: 'app', securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } }],
};

function ids(spec: PodSpec, level: 'baseline' | 'restricted', minor: number = newestMinor): string[] {
  return podSecurity(spec, {}, level, minor).map((violation) => violation.check);
}

describe('the table of checks', () => {
  test('stands in the order in which admission reports: baseline by id, then restricted by id', () => {
    const sorted = checks.toSorted((a, b) => (a.level === b.level ? (a.id < b.id ? -1 : 1) : a.level < b.level ? -1 : 1));
    expect(checks.map((check) => check.id)).toEqual(sorted.map((check) => check.id));
    expect(checks).toHaveLength(19);
  });

  test.each([
    [0, 11, 12],
    [7, 11, 12],
    [8, 11, 13],
    [19, 11, 13],
    [22, 11, 13],
    [23, 11, 14],
    [33, 11, 14],
    [34, 12, 15],
    [35, 12, 15],
    [37, 12, 15],
    [99, 12, 15],
  ])('has in 1.%i %i checks at baseline and %i at restricted', (minor, baseline, restricted) => {
    expect(activeChecks('baseline', minor)).toHaveLength(baseline);
    expect(activeChecks('restricted', minor)).toHaveLength(restricted);
  });

  test('is worked out once for each version and level', () => {
    expect(activeChecks('baseline', newestMinor + 1)).toBe(activeChecks('baseline', newestMinor));
  });
});

describe('podSecurity', () => {
  test('finds nothing in a hardened pod', () => {
    expect(podSecurity(hardened, {}, 'restricted', newestMinor)).toEqual([]);
  });

  test('finds nothing in containers that are not there', () => {
    const { securityContext, containers = [] } = hardened;
    for (const lists of [{}, { initContainers: containers }, { ephemeralContainers: containers }])
      expect(podSecurity({ securityContext: securityContext!, ...lists }, {}, 'restricted', newestMinor)).toEqual([]);
  });

  test('says what admission says, in its order', () => {
    const spec: PodSpec = {
      hostPID: true,
      hostNetwork: true,
      initContainers: [{ name: 'first', securityContext: { privileged: true } }],
      containers: [
        { name: 'app', ports: [{ hostPort: 80 }, { hostPort: 443 }], securityContext: { capabilities: { add: ['SYS_ADMIN'] } } },
      ],
      ephemeralContainers: [{ name: 'debug', securityContext: { privileged: true } }],
    };
    expect(violationMessage(podSecurity(spec, {}, 'baseline', newestMinor))).toBe(
      'non-default capabilities (container "app" must not include "SYS_ADMIN" in securityContext.capabilities.add), ' +
        'host namespaces (hostNetwork=true, hostPID=true), ' +
        'hostPort (container "app" uses hostPorts 443, 80), ' +
        'privileged (containers "first", "debug" must not set securityContext.privileged=true)',
    );
  });

  test('looks into containers of every kind', () => {
    const bad = [{ name: 'bad', securityContext: { procMount: 'Unmasked' } }];
    for (const list of ['initContainers', 'containers', 'ephemeralContainers'])
      expect(ids({ [list]: bad }, 'baseline')).toEqual(['procMount']);
  });

  test('reports a stricter check instead of the one that it replaces', () => {
    const spec: PodSpec = { ...hardened, volumes: [{ name: 'host', hostPath: { path: '/' } }] };
    expect(ids(spec, 'baseline')).toEqual(['hostPathVolumes']);
    expect(ids(spec, 'restricted')).toEqual(['restrictedVolumes']);
  });

  test('reads capabilities as they are written', () => {
    const add = (...names: string[]): PodSpec => ({ containers: [{ name: 'app', securityContext: { capabilities: { add: names } } }] });
    expect(ids(add('CHOWN'), 'baseline')).toEqual([]);
    expect(ids(add('chown'), 'baseline')).toEqual(['capabilities_baseline']);
    expect(ids(add('CAP_CHOWN'), 'baseline')).toEqual(['capabilities_baseline']);
  });

  test('allows each sysctl from the version on that declared it safe', () => {
    const spec = (name: string): PodSpec => ({ securityContext: { sysctls: [{ name }] } });
    expect(ids(spec('net.ipv4.tcp_rmem'), 'baseline', 31)).toEqual(['sysctls']);
    expect(ids(spec('net.ipv4.tcp_rmem'), 'baseline', 32)).toEqual([]);
    expect(ids(spec('net.ipv4.tcp_notsent_lowat'), 'baseline', 36)).toEqual(['sysctls']);
    expect(ids(spec('net.ipv4.tcp_notsent_lowat'), 'baseline', 37)).toEqual([]);
    expect(ids(spec('kernel.msgmax'), 'baseline', 37)).toEqual(['sysctls']);
  });

  test('allows container_engine_t from 1.31', () => {
    const spec: PodSpec = { securityContext: { seLinuxOptions: { type: 'container_engine_t' } } };
    expect(ids(spec, 'baseline', 30)).toEqual(['seLinuxOptions']);
    expect(ids(spec, 'baseline', 31)).toEqual([]);
  });

  test('exempts Windows from 1.25, by spec.os alone', () => {
    const bare: PodSpec = { securityContext: { runAsNonRoot: true }, containers: [{ name: 'app' }] };
    const linuxOnly = ['allowPrivilegeEscalation', 'capabilities_restricted', 'seccompProfile_restricted'];
    expect(ids({ ...bare, os: { name: 'windows' } }, 'restricted', 25)).toEqual([]);
    expect(ids({ ...bare, os: { name: 'windows' } }, 'restricted', 24)).toEqual(linuxOnly);
    expect(ids({ ...bare, nodeSelector: { 'kubernetes.io/os': 'windows' } }, 'restricted', 25)).toEqual(linuxOnly);
  });

  test('relaxes for user namespaces from 1.35, but not the restricted procMount', () => {
    const spec: PodSpec = {
      hostUsers: false,
      securityContext: { runAsUser: 0, runAsNonRoot: false, seccompProfile: { type: 'Localhost' } },
      containers: [
        {
          name: 'app',
          securityContext: { procMount: 'Unmasked', allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    };
    expect(ids(spec, 'baseline', 34)).toEqual(['procMount']);
    expect(ids(spec, 'baseline', 35)).toEqual([]);
    expect(ids(spec, 'restricted', 34)).toEqual(['procMount', 'runAsNonRoot', 'runAsUser']);
    expect(ids(spec, 'restricted', 35)).toEqual(['procMount_restricted']);
    expect(ids({ ...spec, hostUsers: true }, 'baseline', 35)).toEqual(['procMount']);
  });

  test('reads seccomp annotations before 1.19, fields from then on', () => {
    const annotations = {
      'seccomp.security.alpha.kubernetes.io/pod': 'unconfined',
      'container.seccomp.security.alpha.kubernetes.io/app': 'docker/default',
      'container.seccomp.security.alpha.kubernetes.io/other': 'unconfined',
    };
    const spec: PodSpec = { containers: [{ name: 'app', securityContext: { seccompProfile: { type: 'Unconfined' } } }] };
    expect(podSecurity(spec, { annotations }, 'baseline', 18).map((violation) => violation.detail)).toEqual([
      'forbidden annotation seccomp.security.alpha.kubernetes.io/pod="unconfined"',
    ]);
    expect(podSecurity({ containers: [{ name: 'other' }, {}] }, { annotations }, 'baseline', 18)[0]).toEqual({
      check: 'seccompProfile_baseline',
      level: 'baseline',
      reason: 'seccompProfile',
      detail:
        'forbidden annotations container.seccomp.security.alpha.kubernetes.io/other="unconfined", ' +
        'seccomp.security.alpha.kubernetes.io/pod="unconfined"',
    });
    expect(
      podSecurity({ containers: [{}] }, { annotations: { 'container.seccomp.security.alpha.kubernetes.io/': 'x' } }, 'baseline', 18),
    ).toHaveLength(1);
    expect(podSecurity(spec, {}, 'baseline', 18)).toEqual([]);
    expect(podSecurity(spec, { annotations }, 'baseline', 19).map((violation) => violation.detail)).toEqual([
      'container "app" must not set securityContext.seccompProfile.type to "Unconfined"',
    ]);
  });

  test.each([
    ['runtime/default', true],
    ['docker/default', true],
    ['localhost/mine', true],
    ['my/localhost/', false],
    ['', false],
  ])('before 1.19 allows the seccomp annotation %j: %s', (value, allowed) => {
    const annotations = { 'seccomp.security.alpha.kubernetes.io/pod': value };
    expect(podSecurity({}, { annotations }, 'baseline', 18)).toHaveLength(allowed ? 0 : 1);
  });

  test('forbids hosts in probes and handlers from 1.34', () => {
    const spec: PodSpec = {
      containers: [
        { name: 'b', livenessProbe: { httpGet: { host: '10.0.0.1' } }, lifecycle: { preStop: { tcpSocket: { host: '' } } } },
        { name: 'a', lifecycle: { postStart: { tcpSocket: { host: '10.0.0.1' } } } },
      ],
    };
    expect(ids(spec, 'baseline', 33)).toEqual([]);
    expect(podSecurity(spec, {}, 'baseline', 34).map((violation) => violation.detail)).toEqual([
      'containers "a", "b" use probe or lifecycle host "10.0.0.1"',
    ]);
  });

  test('counts a version newer than the newest as the newest', () => {
    expect(podSecurity({ containers: [{ name: 'app' }] }, {}, 'restricted', 60)).toEqual(
      podSecurity({ containers: [{ name: 'app' }] }, {}, 'restricted', newestMinor),
    );
  });

  test('quotes annotations as Go does', () => {
    const annotations = { 'container.apparmor.security.beta.kubernetes.io/app': 'a"b\\\n\u0001\u00e9\u200b\u{1f600}\u{e0001}' };
    expect(podSecurity({}, { annotations }, 'baseline', newestMinor).map((violation) => violation.detail)).toEqual([
      'annotation must not set AppArmor profile type to ' +
        '"container.apparmor.security.beta.kubernetes.io/app="a\\"b\\\\\\n\\x01\u00e9\\u200b\u{1f600}\\U000e0001""',
    ]);
  });

  test('sorts values by their bytes', () => {
    const add = ['\u{1f600}', '\uff00', 'B', 'a', 'a'];
    expect(podSecurity({ containers: [{ securityContext: { capabilities: { add } } }] }, {}, 'baseline', newestMinor)[0]?.detail).toBe(
      'container "" must not include "B", "a", "\uff00", "\u{1f600}" in securityContext.capabilities.add',
    );
  });
});

describe('podSecurityLevel', () => {
  test('names the strictest level that a pod meets, and what keeps it from the next', () => {
    expect(podSecurityLevel(hardened, {}, newestMinor)).toEqual({ level: 'restricted', restrictedBy: [] });
    expect(podSecurityLevel({ ...hardened, securityContext: { runAsNonRoot: true } }, {}, newestMinor)).toEqual({
      level: 'baseline',
      restrictedBy: ['seccompProfile_restricted'],
    });
    expect(podSecurityLevel({ ...hardened, hostPID: true, securityContext: {} }, {}, newestMinor)).toEqual({
      level: 'privileged',
      restrictedBy: ['hostNamespaces'],
    });
  });

  test('judges the same pod anew for other annotations and another version', () => {
    const annotations = { 'container.apparmor.security.beta.kubernetes.io/app': 'unconfined' };
    expect(podSecurityLevel(hardened, {}, newestMinor).level).toBe('restricted');
    expect(podSecurityLevel(hardened, { annotations }, newestMinor).level).toBe('privileged');
    const probing: PodSpec = { ...hardened, containers: [{ ...hardened.containers?.[0], livenessProbe: { tcpSocket: { host: 'db' } } }] };
    const metadata = {};
    expect(podSecurityLevel(probing, metadata, 33).level).toBe('restricted');
    expect(podSecurityLevel(probing, metadata, 34).level).toBe('privileged');
  });

  test('judges the pod as it will be admitted', () => {
    expect(podSecurityLevel({ ...hardened, volumes: [{ name: 'scratch' }] }, {}, newestMinor).level).toBe('restricted');
  });

  test('believes restricted where it exempts what baseline does not', () => {
    const spec: PodSpec = {
      os: { name: 'windows' },
      securityContext: { runAsNonRoot: true },
      containers: [{ name: 'app', securityContext: { capabilities: { add: ['SYS_ADMIN'] } } }],
    };
    expect(podSecurityLevel(spec, {}, newestMinor).level).toBe('restricted');
    expect(ids(spec, 'baseline')).toEqual(['capabilities_baseline']);
  });
});

test('a message without details is the reason alone', () => {
  const violation = { check: 'a', level: 'baseline', reason: 'first', detail: '' } as const;
  expect(violationMessage([violation, { ...violation, reason: 'second', detail: 'why' }])).toBe('first, second (why)');
});

describe('every check', () => {
  const container = (name: string, securityContext: SecurityContext): PodSpec => ({ containers: [{ name, securityContext }] });
  const onlyCheck = (id: string, spec: PodSpec, annotations: Record<string, string> = {}): string | undefined =>
    podSecurity(spec, { annotations }, checks.find((check) => check.id === id)?.level ?? 'baseline', newestMinor)
      .filter(({ check }) => check === id)
      .map(({ reason, detail }) => `${reason} (${detail})`)[0];

  test.each<[string, PodSpec, string]>([
    [
      'appArmorProfile',
      { securityContext: { appArmorProfile: { type: 'Unconfined' } }, ...container('a', { appArmorProfile: {} }) },
      'forbidden AppArmor profiles (pod and container "a" must not set AppArmor profile type to "", "Unconfined")',
    ],
    [
      'capabilities_baseline',
      container('a', { capabilities: { add: ['NET_RAW', 'CHOWN', 'BPF'] } }),
      'non-default capabilities (container "a" must not include "BPF", "NET_RAW" in securityContext.capabilities.add)',
    ],
    [
      'appArmorProfile',
      { securityContext: { appArmorProfile: { type: 'Unconfined' } } },
      'forbidden AppArmor profile (pod must not set AppArmor profile type to "Unconfined")',
    ],
    [
      'capabilities_baseline',
      {
        containers: [
          { name: 'a', securityContext: { capabilities: { add: ['BPF'] } } },
          { name: 'b', securityContext: { capabilities: {} } },
          {},
        ],
      },
      'non-default capabilities (container "a" must not include "BPF" in securityContext.capabilities.add)',
    ],
    ['hostNamespaces', { hostIPC: true }, 'host namespaces (hostIPC=true)'],
    ['hostPathVolumes', { volumes: [{ hostPath: {} }, { name: 'b', secret: {} }] }, 'hostPath volumes (volume "")'],
    [
      'hostPorts',
      {
        containers: [
          { name: 'a', ports: [{ containerPort: 1 }, { hostPort: 0 }, { hostPort: 80 }] },
          { name: 'b', ports: [{ hostPort: 80 }] },
          {},
        ],
      },
      'hostPort (containers "a", "b" use hostPort 80)',
    ],
    [
      'procMount',
      {
        containers: [
          { name: 'a', securityContext: { procMount: 'Unmasked' } },
          { name: 'b', securityContext: { procMount: 'Default' } },
          { name: 'c', securityContext: {} },
          { name: 'd' },
        ],
      },
      'procMount (container "a" must not set securityContext.procMount to "Unmasked")',
    ],
    [
      'seLinuxOptions',
      { securityContext: { seLinuxOptions: { type: 'b_t' } }, ...container('a', { seLinuxOptions: { type: 'a_t' } }) },
      'seLinuxOptions (pod and container "a" set forbidden securityContext.seLinuxOptions: types "a_t", "b_t")',
    ],
    [
      'seLinuxOptions',
      { securityContext: { seLinuxOptions: { user: 'u' } } },
      'seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: user may not be set)',
    ],
    [
      'seLinuxOptions',
      { securityContext: { seLinuxOptions: { role: 'r' } } },
      'seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: role may not be set)',
    ],
    ['sysctls', { securityContext: { sysctls: [{}] } }, 'forbidden sysctls ()'],
    [
      'capabilities_restricted',
      container('a', { capabilities: { add: ['NET_BIND_SERVICE'] } }),
      'unrestricted capabilities (container "a" must set securityContext.capabilities.drop=["ALL"])',
    ],
    [
      'capabilities_restricted',
      {
        containers: [
          { name: 'a', securityContext: { capabilities: { drop: ['ALL'], add: ['CHOWN'] } } },
          { name: 'b', securityContext: { capabilities: { drop: ['ALL'] } } },
        ],
      },
      'unrestricted capabilities (container "a" must not include "CHOWN" in securityContext.capabilities.add)',
    ],
    ['restrictedVolumes', { volumes: [{ nfs: {} }] }, 'restricted volume types (volume "" uses restricted volume type "nfs")'],
    [
      'hostPathVolumes',
      {
        volumes: [
          { name: 'a', hostPath: {} },
          { name: 'b', hostPath: {} },
        ],
      },
      'hostPath volumes (volumes "a", "b")',
    ],
    ['hostPorts', { containers: [{ name: 'a', ports: [{ hostPort: 80 }] }] }, 'hostPort (container "a" uses hostPort 80)'],
    [
      'hostProbesAndHostLifecycle',
      { containers: [{ name: 'a', readinessProbe: { tcpSocket: { host: 'y' } }, startupProbe: { httpGet: { host: 'x' } } }] },
      'probe or lifecycle host (container "a" uses probe or lifecycle hosts "x", "y")',
    ],
    ['privileged', container('a', { privileged: true }), 'privileged (container "a" must not set securityContext.privileged=true)'],
    ['procMount', container('a', { procMount: '' }), 'procMount (container "a" must not set securityContext.procMount to "")'],
    [
      'seLinuxOptions',
      { securityContext: { seLinuxOptions: { type: 'spc_t', user: 'u' } }, ...container('a', { seLinuxOptions: { role: 'r' } }) },
      'seLinuxOptions (pod and container "a" set forbidden securityContext.seLinuxOptions: type "spc_t"; user may not be set; role may not be set)',
    ],
    [
      'seccompProfile_baseline',
      { securityContext: { seccompProfile: {} } },
      'seccompProfile (pod must not set securityContext.seccompProfile.type to "")',
    ],
    ['sysctls', { securityContext: { sysctls: [{ name: 'b' }, { name: 'a' }] } }, 'forbidden sysctls (b, a)'],
    [
      'windowsHostProcess',
      { securityContext: { windowsOptions: { hostProcess: true } } },
      'hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)',
    ],
    [
      'allowPrivilegeEscalation',
      container('a', {}),
      'allowPrivilegeEscalation != false (container "a" must set securityContext.allowPrivilegeEscalation=false)',
    ],
    [
      'capabilities_restricted',
      container('a', { capabilities: { drop: ['all'], add: ['NET_BIND_SERVICE', 'CHOWN'] } }),
      'unrestricted capabilities (container "a" must set securityContext.capabilities.drop=["ALL"]; container "a" must not include "CHOWN" in securityContext.capabilities.add)',
    ],
    [
      'procMount_restricted',
      { hostUsers: false, ...container('a', { procMount: 'Unmasked' }) },
      'procMount (container "a" must not set securityContext.procMount to "Unmasked")',
    ],
    [
      'restrictedVolumes',
      { volumes: [{ name: 'a', nfs: {} }, { name: 'b' }, { name: 'c', secret: {} }] },
      'restricted volume types (volumes "a", "b" use restricted volume types "nfs", "unknown")',
    ],
    [
      'runAsNonRoot',
      { securityContext: { runAsNonRoot: false }, ...container('a', { runAsNonRoot: false }) },
      'runAsNonRoot != true (pod and container "a" must not set securityContext.runAsNonRoot=false)',
    ],
    ['runAsNonRoot', container('a', {}), 'runAsNonRoot != true (pod or container "a" must set securityContext.runAsNonRoot=true)'],
    ['runAsUser', container('a', { runAsUser: 0 }), 'runAsUser=0 (container "a" must not set runAsUser=0)'],
    [
      'seccompProfile_restricted',
      container('a', {}),
      'seccompProfile (pod or container "a" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    ],
    [
      'seccompProfile_restricted',
      container('a', { seccompProfile: { type: 'Unconfined' } }),
      'seccompProfile (container "a" must not set securityContext.seccompProfile.type to "Unconfined")',
    ],
  ])('%s words its refusal as admission does', (id, spec, message) => {
    expect(onlyCheck(id, spec)).toBe(message);
  });

  test.each<[string, PodSpec]>([
    ['appArmorProfile', container('a', { appArmorProfile: { type: 'Localhost' } })],
    ['hostPorts', { containers: [{ ports: [{ hostPort: 0, containerPort: 80 }, { containerPort: 81 }] }] }],
    ['hostPathVolumes', { volumes: [{ name: 'a', secret: {} }] }],
    ['procMount', container('a', { procMount: 'Default' })],
    ['seLinuxOptions', { securityContext: { seLinuxOptions: { type: '', user: '', role: '', level: 's0:c1' } } }],
    ['seLinuxOptions', { securityContext: { seLinuxOptions: {} } }],
    ['windowsHostProcess', container('a', { windowsOptions: { hostProcess: false } })],
    ['capabilities_restricted', container('a', { capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } })],
    [
      'restrictedVolumes',
      {
        volumes: [
          { name: 'a', image: {} },
          { name: 'b', csi: {} },
        ],
      },
    ],
    ['runAsNonRoot', container('a', { runAsNonRoot: true })],
    ['runAsUser', container('a', { runAsUser: 1 })],
    ['seccompProfile_restricted', container('a', { seccompProfile: { type: 'Localhost' } })],
  ])('%s lets the allowed values through', (id, spec) => {
    expect(onlyCheck(id, spec)).toBeUndefined();
  });

  test('names AppArmor annotations behind the fields', () => {
    const prefix = 'container.apparmor.security.beta.kubernetes.io/';
    const spec: PodSpec = { securityContext: { appArmorProfile: { type: 'Unconfined' } } };
    expect(onlyCheck('appArmorProfile', spec, { [`${prefix}b`]: 'x', [`${prefix}a`]: 'y', other: 'z' })).toBe(
      `forbidden AppArmor profiles (pod and annotations must not set AppArmor profile type to "Unconfined", "${prefix}a="y"", "${prefix}b="x"")`,
    );
  });

  test.each(['', 'runtime/default', 'localhost/', 'localhost/mine'])('allows the AppArmor annotation %j', (value) => {
    expect(onlyCheck('appArmorProfile', {}, { 'container.apparmor.security.beta.kubernetes.io/a': value })).toBeUndefined();
  });
});
