import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Metadata, Resource } from '../../core/index.ts';
import { activeChecks, asAdmitted, checks, newestMinor, podSecurity, volumeSources } from '../../kube/pod-security/index.ts';
import { operatingSystem } from '../../kube/operating-system.ts';
import type { Container, PodSpec, SecurityContext } from '../../kube/types.ts';
import { containers } from '../../subjects/container.ts';
import { pods as podTemplateSubjects } from '../../subjects/pod.ts';
import { controls } from '../index.ts';
import { runs } from '../../../test/runs.ts';

/** A pod violates one of the checks exactly if it fails one of the controls. */
interface Row {
  readonly checks: readonly string[];
  readonly controls: readonly string[];
  /** Where they differ on purpose, and why. */
  readonly differ?: readonly { readonly reason: string; readonly when: (pod: Pod) => boolean }[];
}

interface Pod {
  readonly spec: PodSpec;
  readonly metadata: Metadata;
  readonly minor: number;
}

const windows = {
  reason: 'what Windows lacks is not asked of a pod for Windows, whether a node selector says so or spec.os before 1.25',
  when: ({ spec, minor }: Pod) => operatingSystem(spec).name === 'windows' && (operatingSystem(spec).by === 'node selector' || minor < 25),
};

/**
 * Three differences hold everywhere. A check that begins with a later version of the policies is not compared before: the
 * danger was there, and the control fails. A value of the pod that every container overrides has controls of its own: for all
 * others the pods are compared with all values moved to the containers that inherit them. An annotation beside an AppArmor field is compared as
 * the API server resolves it.
 */
const rows: readonly Row[] = [
  { checks: ['appArmorProfile'], controls: ['pod-security/apparmor-profile'] },
  { checks: ['capabilities_baseline'], controls: ['pod-security/added-capabilities'] },
  { checks: ['hostNamespaces'], controls: ['pod-security/host-network', 'pod-security/host-pid', 'pod-security/host-ipc'] },
  { checks: ['hostPathVolumes'], controls: ['pod-security/host-path-volumes'] },
  {
    checks: ['hostPorts'],
    controls: ['pod-security/host-ports'],
    differ: [
      { reason: 'every port of such a pod is one of the node: reported as host network', when: ({ spec }) => spec.hostNetwork === true },
    ],
  },
  { checks: ['hostProbesAndHostLifecycle'], controls: ['pod-security/probe-hosts'] },
  { checks: ['privileged'], controls: ['pod-security/privileged'] },
  { checks: ['procMount'], controls: ['pod-security/proc-mount'] },
  { checks: ['seLinuxOptions'], controls: ['pod-security/selinux-options'] },
  { checks: ['seccompProfile_baseline'], controls: ['pod-security/seccomp-unconfined'] },
  { checks: ['sysctls'], controls: ['pod-security/sysctls'] },
  { checks: ['windowsHostProcess'], controls: ['pod-security/windows-host-process'] },
  { checks: ['allowPrivilegeEscalation'], controls: ['pod-security/privilege-escalation'], differ: [windows] },
  {
    checks: ['capabilities_restricted'],
    controls: ['pod-security/dropped-capabilities', 'pod-security/restored-capabilities', 'pod-security/added-capabilities'],
    differ: [
      windows,
      {
        reason: 'a capability that a pod for Windows adds is judged, although restricted (not baseline) makes an exception',
        when: ({ spec }) => operatingSystem(spec).name === 'windows',
      },
    ],
  },
  { checks: ['procMount_restricted'], controls: ['pod-security/proc-mount', 'pod-security/proc-mount-in-user-namespace'] },
  { checks: ['restrictedVolumes'], controls: ['pod-security/volume-types', 'pod-security/host-path-volumes'] },
  {
    checks: ['runAsNonRoot', 'runAsUser'],
    controls: ['pod-security/non-root-user'],
    differ: [
      { reason: 'user id 0 was root before the policies of 1.23 named it', when: ({ minor }) => minor < 23 },
      { reason: 'the standards do not look at the user of a Windows container', when: ({ spec }) => namesAdministrator(spec) },
    ],
  },
  {
    checks: ['seccompProfile_restricted'],
    controls: ['pod-security/seccomp-profile', 'pod-security/seccomp-unconfined'],
    differ: [
      windows,
      {
        reason: 'a profile that a pod for Windows switches off is judged, although restricted (not baseline) makes an exception',
        when: ({ spec }) => operatingSystem(spec).name === 'windows',
      },
    ],
  },
];

/** What the pod itself says, by the control that fails where every container overrides it. */
const overridden: readonly Row[] = [
  { checks: ['appArmorProfile', 'seLinuxOptions', 'seccompProfile_baseline'], controls: ['pod-security/overridden-profiles'] },
  { checks: ['runAsNonRoot', 'runAsUser'], controls: ['pod-security/overridden-user'] },
];

const inRows = new Set([...rows, ...overridden].flatMap((row) => row.controls));
const judges = controls
  .filter(({ id }) => inRows.has(id))
  .map((control) => ({
    control,
    params: Object.fromEntries(Object.entries(control.params).map(([name, param]) => [name, param.default])),
    kind: control.subject === podTemplateSubjects ? ('pod' as const) : ('container' as const),
  }));
const levels = new Map(checks.map(({ id, level }) => [id, level]));

describe('the rows', () => {
  test('name every check of the standards', () => {
    expect(rows.flatMap((row) => row.checks).sort()).toEqual(checks.map(({ id }) => id).sort());
  });

  test('hold every control of the chapter that claims a level, beside a check of that level', () => {
    const claimed = controls.filter(({ id, also }) => id.startsWith('pod-security/') && also.pss !== undefined).map(({ id }) => id);
    const held = [...rows, ...overridden].flatMap((row) =>
      row.controls.filter((id) => controls.find((control) => control.id === id)?.also.pss === levels.get(row.checks[0] ?? '')),
    );
    expect([...new Set(held)].sort()).toEqual(claimed.sort());
  });
});

const rare = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined, freq: 3 });
const sometimes = (...values: readonly boolean[]) => rare(fc.constantFrom(...values));

const profile = rare(fc.record({ type: fc.constantFrom('RuntimeDefault', 'RuntimeDefault', 'Localhost', 'Unconfined') }));
const shared = {
  runAsUser: rare(fc.constantFrom(0, 1000)),
  runAsGroup: rare(fc.constantFrom(0, 1000)),
  runAsNonRoot: sometimes(true, true, false),
  seccompProfile: profile,
  appArmorProfile: profile,
  seLinuxOptions: rare(
    fc.record({
      type: rare(fc.constantFrom('', 'container_t', 'container_engine_t', 'spc_t')),
      user: rare(fc.constantFrom('', 'system_u')),
      role: rare(fc.constantFrom('', 'system_r')),
    }),
  ),
  windowsOptions: rare(
    fc.record({ hostProcess: sometimes(true, false), runAsUserName: rare(fc.constantFrom('ContainerUser', 'ContainerAdministrator')) }),
  ),
};

const capability = fc.constantFrom('NET_BIND_SERVICE', 'NET_BIND_SERVICE', 'CHOWN', 'SYS_ADMIN', 'ALL', 'CAP_CHOWN', 'chown', 'NET_RAW');
const handler = rare(
  fc.record({
    httpGet: rare(fc.record({ host: rare(fc.constantFrom('', '169.254.169.254')), port: fc.constant(80) })),
    tcpSocket: rare(fc.record({ host: rare(fc.constantFrom('', 'db.internal')), port: fc.constant(80) })),
  }),
);
const ports = rare(fc.array(fc.record({ containerPort: fc.constant(80), hostPort: rare(fc.constantFrom(0, 80)) }), { maxLength: 2 }));

const container = (name: string): fc.Arbitrary<Container> =>
  fc.record({
    name: fc.constant(name),
    ports,
    livenessProbe: handler,
    startupProbe: handler,
    lifecycle: rare(fc.record({ postStart: handler, preStop: handler })),
    securityContext: rare(
      fc.record({
        ...shared,
        privileged: sometimes(true, false, false),
        allowPrivilegeEscalation: sometimes(true, false, false, false),
        procMount: rare(fc.constantFrom('Default', 'Default', 'Unmasked')),
        capabilities: rare(
          fc.record({
            add: rare(fc.array(capability, { maxLength: 2 })),
            drop: rare(fc.constantFrom(['ALL'], ['ALL'], ['NET_RAW'], ['all'], [])),
          }),
        ),
      }),
    ),
  }) as fc.Arbitrary<Container>;

const sysctlNames = ['net.ipv4.tcp_syncookies', 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_fin_timeout', 'kernel.shmmax'] as const;
const volume = fc
  .constantFrom(undefined, ...volumeSources)
  .map((source) => (source === undefined ? { name: 'v' } : { name: 'v', [source]: source === 'hostPath' ? { path: '/data' } : {} }));

const spec = fc.record({
  os: rare(fc.record({ name: fc.constantFrom('linux', 'linux', 'windows') })),
  nodeSelector: rare(fc.constantFrom({ 'kubernetes.io/os': 'linux' }, { 'kubernetes.io/os': 'linux' }, { 'kubernetes.io/os': 'windows' })),
  hostUsers: sometimes(true, false),
  hostNetwork: sometimes(true, false, false),
  hostPID: sometimes(true, false, false),
  hostIPC: sometimes(true, false, false),
  securityContext: rare(
    fc.record({ ...shared, sysctls: rare(fc.array(fc.record({ name: fc.constantFrom(...sysctlNames) }), { maxLength: 2 })) }),
  ),
  initContainers: rare(fc.tuple(container('init'))),
  containers: fc.tuple(container('a'), container('b')),
  ephemeralContainers: rare(fc.tuple(container('debug'))),
  volumes: rare(fc.array(volume, { maxLength: 2 })),
}) as fc.Arbitrary<PodSpec>;

const annotations = rare(
  fc.record({
    'container.apparmor.security.beta.kubernetes.io/a': fc.constantFrom('runtime/default', 'localhost/web', 'unconfined', ''),
  }),
);

const pods: fc.Arbitrary<Pod> = fc
  .record({ spec, annotations, minor: fc.integer({ min: 20, max: newestMinor }) })
  .map(({ spec: pod, annotations: notes, minor }) => ({
    spec: withoutUndefined(pod) as PodSpec,
    // Pods for Windows keep their annotations as they are: the API server makes no fields of them.
    metadata: notes === undefined || pod.os?.name === 'windows' ? {} : { annotations: notes },
    minor,
  }));

/** As the decoder gives objects to the controls: what is absent has no key. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : [[key, withoutUndefined(item)]])));
}

function namesAdministrator(pod: PodSpec): boolean {
  return JSON.stringify(pod).includes('ContainerAdministrator');
}

/** The pod with the values that containers inherit moved into them, field by field as the API server's own rule says. */
function inheritanceResolved(pod: PodSpec): PodSpec {
  const { sysctls, ...inherited } = pod.securityContext ?? {};
  const resolve = (list: readonly Container[] | undefined) =>
    list?.map((item) => {
      const securityContext: SecurityContext = { ...inherited, ...item.securityContext };
      const windowsOptions = { ...inherited.windowsOptions, ...item.securityContext?.windowsOptions };
      return { ...item, securityContext: { ...securityContext, windowsOptions } };
    });
  return withoutUndefined({
    ...pod,
    securityContext: sysctls === undefined ? undefined : { sysctls },
    initContainers: resolve(pod.initContainers),
    containers: resolve(pod.containers),
    ephemeralContainers: resolve(pod.ephemeralContainers),
  }) as PodSpec;
}

function resourceOf({ spec: podSpec, metadata }: Pod): Resource {
  return {
    ref: { apiVersion: 'v1', kind: 'Pod', name: 'web' },
    metadata,
    object: {},
    podTemplates: [
      { path: [], metadata, metadataPath: ['metadata'], spec: podSpec as Readonly<Record<string, unknown>>, specPath: ['spec'] },
    ],
    file: 'pod.yaml',
    locate: () => [],
  };
}

/** The ids of the controls that the pod fails. */
function failedControls(pod: Pod): Set<string> {
  const failed = new Set<string>();
  const resource = resourceOf(pod);
  const context = { version: pod.minor, partial: false, namespaceOf: () => undefined };
  const subjects = { pod: [...podTemplateSubjects.subjects(resource, context)], container: [...containers.subjects(resource, context)] };
  for (const { control, params, kind } of judges) {
    const judging = { version: pod.minor, params, partial: false };
    if (subjects[kind].some(({ subject }) => control.evaluate(subject, judging).verdict === 'fail')) failed.add(control.id);
  }
  return failed;
}

/** Checks that admission finds violated at their own level, without what a stricter check replaces. */
function violated({ spec: podSpec, minor }: Pod): Set<string> {
  const ofLevel = (level: 'baseline' | 'restricted') =>
    podSecurity(podSpec, {}, level, minor).flatMap((violation) => (violation.level === level ? [violation.check] : []));
  return new Set([...ofLevel('baseline'), ...ofLevel('restricted')]);
}

function agreement(
  { checks: ids, controls: names, differ }: Row,
  pod: Pod,
  refused: ReadonlySet<string>,
  fails: ReadonlySet<string>,
): string {
  const level = levels.get(ids[0] ?? '') ?? 'baseline';
  const active = activeChecks(level, pod.minor).some(({ id }) => ids.includes(id));
  if (!active || differ?.some(({ when }) => when(pod)) === true) return 'differ';
  const failed = names.filter((id) => fails.has(id));
  const stopped = ids.filter((id) => refused.has(id));
  if (failed.length > 0 !== stopped.length > 0)
    return `${ids.join(', ')}: admission refuses for [${stopped.join(', ')}], [${failed.join(', ')}] fail`;
  return failed.length > 0 ? 'both' : 'none';
}

test('a pod fails a control exactly if Pod Security admission refuses it for the same', () => {
  const seen = new Set<string>();
  const property = fc.property(pods, (pod) => {
    const refused = violated({ ...pod, spec: inheritanceResolved(asAdmitted(pod.spec, pod.metadata)) });
    const failed = failedControls(pod);
    const outcomes = rows.map((row) => agreement(row, pod, refused, failed));
    expect(outcomes.filter((outcome) => outcome.includes(':'))).toEqual([]);
    for (const [index, outcome] of outcomes.entries()) seen.add(`${rows[index]?.checks.join(', ')} ${outcome}`);
  });
  fc.assert(property, { seed: 20_260_801, numRuns: runs(600, 5000) });
  // The pods show each row on both sides, or the comparison would prove nothing.
  for (const row of rows) for (const outcome of ['both', 'none']) expect(seen).toContain(`${row.checks.join(', ')} ${outcome}`);
  for (const row of rows) if (row.differ !== undefined) expect(seen).toContain(`${row.checks.join(', ')} differ`);
});

test('where every container overrides what the pod says, controls of their own fail what admission refuses', () => {
  const seen = new Set<string>();
  const property = fc.property(pods, (pod) => {
    const admitted = asAdmitted(pod.spec, pod.metadata);
    const refused = violated({ ...pod, spec: admitted });
    const inContainers = violated({ ...pod, spec: inheritanceResolved(admitted) });
    const failed = failedControls(pod);
    for (const { checks: ids, controls: names } of overridden) {
      const fails = names.some((name) => failed.has(name));
      const stopped = ids.filter((id) => refused.has(id));
      if (stopped.some((id) => !inContainers.has(id))) expect(fails, stopped.join(', ')).toBe(true);
      if (fails) expect(stopped).not.toEqual([]);
      seen.add(`${ids.join(', ')} ${fails}`);
    }
  });
  fc.assert(property, { seed: 20_260_802, numRuns: runs(600, 5000) });
  for (const { checks: ids } of overridden) for (const fails of [true, false]) expect(seen).toContain(`${ids.join(', ')} ${fails}`);
});
