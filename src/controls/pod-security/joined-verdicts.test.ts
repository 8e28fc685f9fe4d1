import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Finding, Metadata } from '../../core/index.ts';
import type { Policy } from '../../evaluate/index.ts';
import { asAdmitted, decidingPart, decidingText, podSecurity } from '../../kube/pod-security/index.ts';
import { readDeciding } from '../../kube/pod-security/deciding.ts';
import type { PodSpec } from '../../kube/types.ts';
import { judgeWith } from '../../testing/control-proofs.ts';
import { controls } from '../index.ts';
import { runs } from '../../../test/runs.ts';

/** What one control finds in a stream of documents. */
function findings(id: string, yaml: string, policy: Partial<Policy> = {}): readonly Finding[] {
  return judgeWith(
    controls.filter((control) => control.id === id),
    yaml,
    policy,
  ).findings;
}

function verdicts(id: string, yaml: string, policy: Partial<Policy> = {}): string[] {
  return findings(id, yaml, policy).map(({ verdict, severity }) => (verdict === 'fail' ? `fail ${severity}` : verdict));
}

const pod = (spec: string, name = 'web', labels = '{}'): string => `apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: shop, labels: ${labels} }
spec: ${spec}
`;

const account = (name: string, automount: boolean | null, where = 'shop'): string => `---
apiVersion: v1
kind: ServiceAccount
metadata: { name: ${name}, namespace: ${where} }
automountServiceAccountToken: ${automount}
`;

const namespace = (labels: string): string => `---
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: ${labels} }
`;

describe('the token of the service account', () => {
  const id = 'pod-security/service-account-token';

  test.each<[boolean | null, boolean | null, string]>([
    [null, null, 'fail medium'],
    [null, true, 'fail medium'],
    [null, false, 'pass'],
    [true, null, 'fail medium'],
    [true, true, 'fail medium'],
    [true, false, 'fail medium'],
    [false, null, 'pass'],
    [false, true, 'pass'],
    [false, false, 'pass'],
  ])('the pod says %s, its account %s: %s', (own, ofAccount, expected) => {
    const text = pod(`{ serviceAccountName: web, automountServiceAccountToken: ${own} }`) + account('web', ofAccount);
    expect(verdicts(id, text)).toEqual([expected]);
  });

  test('the account is that of the pod: by name, by its old name, or the default, in its namespace', () => {
    expect(verdicts(id, pod('{ serviceAccount: web }') + account('web', false))).toEqual(['pass']);
    expect(verdicts(id, pod('{}') + account('default', false))).toEqual(['pass']);
    expect(verdicts(id, pod('{}') + account('web', false))).toEqual(['fail medium']);
    expect(verdicts(id, pod('{ serviceAccountName: web }') + account('web', false, 'other'))).toEqual(['fail medium']);
  });

  test.each<[string, string, string]>([
    ['a binding of its namespace', '{ kind: ServiceAccount, name: web, namespace: shop }', 'unknown'],
    ['a binding that leaves its own namespace out', '{ kind: ServiceAccount, name: web }', 'unknown'],
    ['another namespace', '{ kind: ServiceAccount, name: web, namespace: other }', 'fail medium'],
    ['the user that it is to the API server', '{ kind: User, name: "system:serviceaccount:shop:web" }', 'unknown'],
    ['that of another namespace', '{ kind: User, name: "system:serviceaccount:other:web" }', 'fail medium'],
    ['a user of the same name', '{ kind: User, name: web }', 'fail medium'],
  ])('rights are granted to be used, which only the log shows: %s', (_, subject, expected) => {
    const binding = `---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: web, namespace: shop }
roleRef: { kind: Role, name: reader }
subjects: [${subject}]
`;
    expect(verdicts(id, pod('{ serviceAccountName: web }') + account('web', null) + binding)).toEqual([expected]);
    expect(verdicts(id, pod('{ serviceAccountName: web }') + account('web', false) + binding)).toEqual(['pass']);
  });

  test('rights of the account "default" show no need', () => {
    const binding = `---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: all }
roleRef: { kind: ClusterRole, name: view }
subjects: [{ kind: ServiceAccount, name: default, namespace: shop }]
`;
    expect(verdicts(id, pod('{}') + binding)).toEqual(['fail medium']);
  });

  test('in a part of the desired state the account may be elsewhere', () => {
    expect(verdicts(id, pod('{}'), { partial: true })).toEqual(['unknown']);
    expect(verdicts(id, pod('{}') + account('default', null), { partial: true })).toEqual(['fail medium']);
    expect(verdicts(id, pod('{ automountServiceAccountToken: true }'), { partial: true })).toEqual(['fail medium']);
    expect(verdicts(id, pod('{ automountServiceAccountToken: false }'), { partial: true })).toEqual(['pass']);
  });

  test.each<[string, string]>([
    ['{ path: token }', 'fail low'],
    ['{ path: token, audience: "" }', 'fail low'],
    ['{ path: token, audience: https://kubernetes.default.svc.cluster.local }', 'fail low'],
    ['{ path: token, audience: sts.amazonaws.com }', 'pass'],
    ['{ path: token, audience: https://kubernetes.default.svc.example.com }', 'pass'],
  ])('a volume that asks for %s: %s', (token, expected) => {
    const volumes = `[{ name: t, projected: { sources: [{ configMap: { name: a } }, { serviceAccountToken: ${token} }] } }]`;
    const [finding] = findings(id, pod(`{ automountServiceAccountToken: false, volumes: ${volumes} }`));
    expect(finding?.verdict === 'fail' ? `fail ${finding.severity}` : finding?.verdict).toBe(expected);
    if (expected !== 'pass') expect(finding?.path).toBe('spec.volumes[0].projected.sources[1].serviceAccountToken');
  });
});

describe('the service account', () => {
  const id = 'pod-security/service-account';

  test('the default one counts only with its token', () => {
    expect(verdicts(id, pod('{}'))).toEqual(['fail medium']);
    expect(verdicts(id, pod('{ serviceAccountName: default }'))).toEqual(['fail medium']);
    expect(verdicts(id, pod('{}') + account('default', false))).toEqual(['pass']);
    expect(verdicts(id, pod('{}'), { partial: true })).toEqual(['unknown']);
  });

  test('one for several workloads is low, unless they are parts of one application or mount no token', () => {
    const two = (first: string, second: string, more = ''): string =>
      `${pod(`{ serviceAccountName: all${more} }`, 'a', first)}---\n${pod('{ serviceAccountName: all }', 'b', second)}`;
    expect(verdicts(id, two('{}', '{}'))).toEqual(['fail low', 'fail low']);
    expect(verdicts(id, two('{ app: a }', '{ app: b }'))).toEqual(['fail low', 'fail low']);
    expect(verdicts(id, two('{ app: a, app.kubernetes.io/part-of: c }', '{ app: b, app.kubernetes.io/part-of: c }'))).toEqual([
      'pass',
      'pass',
    ]);
    expect(verdicts(id, two('{ app: a }', '{ app: b }', ', automountServiceAccountToken: false'))).toEqual(['pass', 'pass']);
  });
});

describe('Pod Security labels of a namespace', () => {
  const id = 'pod-security/pod-security-admission';
  const prefix = 'pod-security.kubernetes.io';

  test.each<[string, string]>([
    ['{}', 'fail high'],
    [`{ ${prefix}/enforce: privileged }`, 'fail high'],
    [`{ ${prefix}/audit: restricted }`, 'fail medium'],
    [`{ ${prefix}/enforce: baseline }`, 'fail low'],
    [`{ ${prefix}/enforce: restricted }`, 'pass'],
    [`{ ${prefix}/enforce: restricted, ${prefix}/enforce-version: latest }`, 'pass'],
    [`{ ${prefix}/enforce: restricted, ${prefix}/enforce-version: "1.30" }`, 'fail high'],
    [`{ ${prefix}/enforce: Baseline }`, 'fail high'],
  ])('%s: %s', (labels, expected) => {
    expect(verdicts(id, namespace(labels).slice(4))).toEqual([expected]);
  });

  test('are not known without the Namespace object, for the system’s namespaces not asked', () => {
    expect(verdicts(id, pod('{}'))).toEqual(['unknown']);
    expect(verdicts(id, namespace('{}').slice(4).replace('shop', 'kube-system'))).toEqual(['not-applicable']);
  });
});

describe('what a namespace refuses', () => {
  const id = 'pod-security/admission-refusal';
  const enforce = (level: string, version = 'latest'): string =>
    namespace(`{ pod-security.kubernetes.io/enforce: ${level}, pod-security.kubernetes.io/enforce-version: ${version} }`);
  const runsAsRoot =
    '{ hostUsers: false, securityContext: { runAsUser: 0 }, containers: [{ name: a, securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } } }] }';

  test('is judged by the level and version of its labels', () => {
    expect(verdicts(id, pod('{ hostPID: true }') + enforce('baseline'))).toEqual(['fail medium']);
    expect(verdicts(id, pod('{}') + enforce('baseline'))).toEqual(['pass']);
    expect(verdicts(id, pod('{ containers: [{ name: a }] }') + enforce('restricted'))).toEqual(['fail medium']);
    expect(verdicts(id, pod('{ hostPID: true }') + enforce('privileged'))).toEqual(['not-applicable']);
    expect(verdicts(id, pod('{ hostPID: true }'))).toEqual(['not-applicable']);
    expect(findings(id, pod(runsAsRoot) + enforce('restricted', 'v1.34'))[0]?.message).toContain('runAsNonRoot and 2 more');
    expect(findings(id, pod(runsAsRoot) + enforce('restricted', 'v1.35'))[0]?.message).toMatch(/seccompProfile_restricted$/);
    expect(findings(id, pod(runsAsRoot) + enforce('restricted'), { version: 34 })[0]?.message).toContain('runAsNonRoot');
  });
});

test('integers of any size and unknown fields disturb nobody', () => {
  const large = '12345678901234567890';
  const spec = `{ securityContext: { odd: ${large}, runAsUser: 9007199254740993 }, containers: [{ name: a, image: b, resources: { limits: { memory: ${large} } } }] }`;
  const enforced = namespace('{ pod-security.kubernetes.io/enforce: restricted }');
  expect(verdicts('pod-security/admission-refusal', pod(spec) + enforced)).toEqual(['fail medium']);
});

/** A value with one thing in it taken away, or another text, number or truth: one after the other. */
function* changed(value: unknown): Generator {
  if (typeof value === 'string') yield `${value}x`;
  if (typeof value === 'number') yield value === 0 ? 1 : 0;
  if (typeof value === 'boolean') yield !value;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    const rest = Object.entries(value).filter(([other]) => other !== key);
    yield Array.isArray(value) ? rest.map(([, each]) => each) : Object.fromEntries(rest);
    for (const other of changed(item)) {
      if (Array.isArray(value)) yield value.map((each, index) => (String(index) === key ? other : each));
      else yield { ...value, [key]: other };
    }
  }
}

test('what is kept of a pod says as much to Pod Security as the pod itself', () => {
  const profile = fc.record({ type: fc.constantFrom('RuntimeDefault', 'Unconfined', 'Localhost') }, { requiredKeys: [] });
  const handler = fc.record(
    {
      exec: fc.constant({ command: ['a'] }),
      httpGet: fc.record({ host: fc.constantFrom('', '10.0.0.1') }),
      tcpSocket: fc.constant({ host: 'a' }),
    },
    { requiredKeys: [] },
  );
  const context = fc.record(
    {
      runAsNonRoot: fc.boolean(),
      runAsUser: fc.constantFrom(0, 1),
      seccompProfile: profile,
      appArmorProfile: profile,
      seLinuxOptions: fc.constant({ user: 'a' }),
      windowsOptions: fc.constant({ hostProcess: true }),
      privileged: fc.boolean(),
      procMount: fc.constantFrom('Default', 'Unmasked'),
      capabilities: fc.record({ add: fc.constant(['SYS_ADMIN']), drop: fc.constant(['ALL']) }, { requiredKeys: [] }),
      sysctls: fc.constant([{ name: 'kernel.msgmax', value: '1' }]),
    },
    { requiredKeys: [] },
  );
  const container = fc.record(
    {
      name: fc.constantFrom('a', 'b'),
      env: fc.constant([{ name: 'A', value: 'b' }]),
      securityContext: context,
      ports: fc.constant([{ containerPort: 80, hostPort: 80 }]),
      livenessProbe: handler,
      readinessProbe: handler,
      startupProbe: handler,
      lifecycle: fc.record({ postStart: handler, preStop: handler }, { requiredKeys: [] }),
    },
    { requiredKeys: ['name'] },
  );
  const spec = fc.record(
    {
      containers: fc.array(container, { maxLength: 2 }),
      initContainers: fc.array(container, { maxLength: 1 }),
      ephemeralContainers: fc.array(container, { maxLength: 1 }),
      hostNetwork: fc.boolean(),
      hostPID: fc.boolean(),
      hostIPC: fc.boolean(),
      hostUsers: fc.boolean(),
      os: fc.constantFrom({ name: 'windows' }, { name: 'linux' }),
      securityContext: context,
      volumes: fc.constant([{ name: 'a' }, { name: 'b', hostPath: { path: '/' } }]),
    },
    { requiredKeys: [] },
  );
  const metadata = fc.record({
    annotations: fc.dictionary(
      fc.constantFrom(
        'container.apparmor.security.beta.kubernetes.io/a',
        'container.seccomp.security.alpha.kubernetes.io/a',
        'seccomp.security.alpha.kubernetes.io/pod',
        'a',
      ),
      fc.constantFrom('unconfined', 'runtime/default'),
    ),
  });
  const violations = (judged: PodSpec, meta: Metadata, minor: number): unknown =>
    (['baseline', 'restricted'] as const).map((level) =>
      podSecurity(asAdmitted(judged, meta), meta, level, minor).map(({ check }) => check),
    );
  fc.assert(
    fc.property(spec, metadata, fc.constantFrom(18, 24, 34, 37), (whole, meta, minor) => {
      const generated = whole as PodSpec;
      const part = readDeciding(decidingPart(generated, meta));
      expect(violations(part.spec, part.metadata, minor)).toEqual(violations(generated, meta, minor));
      // Two pods with one text have one part: whatever is taken away or changed in a pod.
      const text = decidingText(part.spec, part.metadata);
      expect(text).toBe(decidingText(generated, meta));
      for (const other of changed(part)) {
        const { spec: otherSpec = {}, metadata: otherMetadata = {} } = other as Partial<typeof part>;
        if (decidingPart(otherSpec, otherMetadata) !== decidingPart(part.spec, part.metadata))
          expect(decidingText(otherSpec, otherMetadata)).not.toBe(text);
      }
    }),
    { seed: 11, numRuns: runs(20, 500) },
  );
});
