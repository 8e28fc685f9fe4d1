import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { scanCluster, type Report, type ScanClusterOptions } from '../../src/index.ts';
import { forbiddenPods } from '../../src/kube/enforcement-probes.ts';
import { podSecurity } from '../../src/kube/pod-security/index.ts';
import { clusterRoleFor } from '../../src/library/scan-cluster.ts';
import type { ApiClient, ApiObject } from './api-client.ts';
import { seenByAuthorizer } from './authorizer.ts';
import { asAdmin, auditLog, kubeconfig, startControlPlane, type ControlPlane } from './control-plane.ts';
import { make } from './make.ts';
import { until } from './until.ts';

/* Admission as it really is: levels by label and by configuration, policies, webhooks; asked by dry runs. */

const podSecurityConfiguration = {
  apiVersion: 'pod-security.admission.config.k8s.io/v1',
  kind: 'PodSecurityConfiguration',
  defaults: { enforce: 'baseline', 'enforce-version': 'latest' },
  exemptions: { usernames: ['trusted'], namespaces: ['exempt'] },
};

const enforce = 'pod-security.kubernetes.io/enforce';
const namespaces: Readonly<Record<string, string | undefined>> = {
  strict: 'restricted',
  middle: 'baseline',
  unlabelled: undefined,
  open: 'privileged',
  exempt: 'restricted',
  guarded: 'privileged',
  blocked: 'privileged',
  filled: 'privileged',
  /** Until it is raised. */
  raised: 'privileged',
};

const inNamespace = (name: string): object => ({ matchLabels: { 'kubernetes.io/metadata.name': name } });
const pods = { apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['pods', 'pods/ephemeralcontainers'] };

const objects: readonly ApiObject[] = [
  ...Object.entries(namespaces).map(([name, level]) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: level === undefined ? {} : { [enforce]: level } },
  })),
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'no-privileged' },
    spec: {
      matchConstraints: { resourceRules: [pods] },
      validations: [
        {
          expression:
            '!object.spec.containers.exists(c, has(c.securityContext) && has(c.securityContext.privileged) && c.securityContext.privileged)',
        },
      ],
    },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'no-privileged' },
    spec: { policyName: 'no-privileged', validationActions: ['Deny'], matchResources: { namespaceSelector: inNamespace('guarded') } },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingAdmissionPolicy',
    metadata: { name: 'defaults' },
    spec: {
      matchConstraints: { resourceRules: [{ ...pods, operations: ['CREATE'], resources: ['pods'] }] },
      reinvocationPolicy: 'Never',
      mutations: [
        {
          patchType: 'ApplyConfiguration',
          applyConfiguration: {
            expression:
              'Object{spec: Object.spec{securityContext: Object.spec.securityContext{runAsNonRoot: true, seccompProfile: Object.spec.securityContext.seccompProfile{type: "RuntimeDefault"}}}}',
          },
        },
      ],
    },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingAdmissionPolicyBinding',
    metadata: { name: 'defaults' },
    spec: { policyName: 'defaults', matchResources: { namespaceSelector: inNamespace('filled') } },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'rules' },
    webhooks: ['Fail', 'Ignore'].map((failurePolicy) => ({
      name: `${failurePolicy.toLowerCase()}.rules.example.com`,
      failurePolicy,
      timeoutSeconds: 1,
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      // Nobody is there.
      clientConfig: { service: { namespace: 'rules', name: 'rules' } },
      namespaceSelector: inNamespace(failurePolicy === 'Fail' ? 'blocked' : 'open'),
      rules: [pods],
    })),
  },
  role('maker', [{ apiGroups: [''], resources: ['pods'], verbs: ['create'] }]),
  bind('RoleBinding', 'maker', 'maker', { kind: 'User', name: 'jane' }, 'open'),
  bind('RoleBinding', 'maker', 'maker', { kind: 'Group', name: 'developers' }, 'strict'),
  bind('ClusterRoleBinding', 'trusted', 'maker', { kind: 'User', name: 'trusted' }),
  bind('ClusterRoleBinding', 'owner', 'maker', { kind: 'User', name: 'owner' }),
];

function role(name: string, rules: readonly object[]): ApiObject {
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, rules };
}

function bind(
  kind: string,
  name: string,
  to: string,
  { kind: type, name: whom }: { kind: string; name: string },
  namespace?: string,
): ApiObject {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: to },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: type, name: whom }],
  };
}

let plane: ControlPlane;
let admin: ApiClient;

beforeAll(async () => {
  plane = await startControlPlane({ admission: { PodSecurity: podSecurityConfiguration } });
  admin = asAdmin(plane.address);
  for (const object of objects) await make(admin, object);
  await make(admin, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'early', namespace: 'raised' },
    spec: { hostNetwork: true, containers: [{ name: 'web', image: 'web' }] },
  });
  await raise('raised', 'restricted');
  // Policies and webhooks are compiled and observed some moments after they were made, each kind by itself.
  await until(
    async () => (await refusal('guarded', 0)) !== undefined && (await refusal('blocked', 0)) !== undefined,
    () => 'no policy and no webhook refuses anything',
  );
  await until(
    async () =>
      (await admin.create<Asked>(askedPod, { namespace: 'filled', dryRun: true })).body.spec.securityContext?.runAsNonRoot === true,
    () => 'no policy fills anything in',
  );
});

afterAll(() => plane.stop());

interface Asked {
  readonly spec: { readonly securityContext?: { readonly runAsNonRoot?: boolean } };
}

const askedPod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'asked' }, spec: { containers: [{ name: 'web', image: 'web' }] } };

/** As somebody does who finds that the level is too low. */
async function raise(namespace: string, level: string): Promise<void> {
  const { body } = await admin.request<ApiObject>('GET', `/api/v1/namespaces/${namespace}`);
  const metadata = { ...(body['metadata'] as { readonly labels: object }) };
  const { status } = await admin.update({ ...body, metadata: { ...metadata, labels: { ...metadata.labels, [enforce]: level } } });
  if (status !== 200) throw new Error(`${namespace} keeps its labels`);
}

async function refusal(namespace: string, index: number): Promise<string | undefined> {
  const { spec } = forbiddenPods[index]!;
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'asked' }, spec };
  const { status, body } = await admin.create<{ message?: string }>(pod, { namespace, dryRun: true });
  return status === 201 ? undefined : (body.message ?? '');
}

/** A user with the roles that are printed for these options, and nothing else. */
async function scanWithPrintedRoles(user: string, options: ScanClusterOptions): Promise<Report> {
  for (const [index, document] of parseAllDocuments(clusterRoleFor(options)).entries()) {
    const name = `${user}-${index}`;
    await make(admin, { ...(document.toJS() as ApiObject), metadata: { name } });
    await make(admin, bind('ClusterRoleBinding', name, name, { kind: 'User', name: user }));
  }
  await seenByAuthorizer(admin);
  return scanCluster({ kubeconfig: kubeconfig(plane.address, user), all: true, ...options });
}

function messages({ findings }: Report, control: string, verdict = 'fail'): string[] {
  return findings.filter((each) => each.control === control && each.verdict === verdict).map(({ message }) => message);
}

function namespacesOf({ findings }: Report, verdict: string): string[] {
  return findings
    .filter(
      (each) => each.control === 'pod-security/pod-security-admission' && each.verdict === verdict && each.resource.name in namespaces,
    )
    .map(({ resource }) => resource.name)
    .sort();
}

function configFile(): string {
  const file = join(plane.address.folder, 'pods.json');
  writeFileSync(file, JSON.stringify(podSecurityConfiguration));
  return file;
}

describe('as whoever asks', () => {
  let report: Report;

  beforeAll(async () => {
    report = await scanWithPrintedRoles('verifier', { verifyEnforcement: {}, admissionConfig: [configFile()] });
  });

  test('the printed roles are enough', () => {
    expect(report.inputs.unread).toEqual([]);
  });

  test('levels are those of labels, of the configuration, and of what else may refuse', () => {
    expect(namespacesOf(report, 'pass')).toEqual(['raised', 'strict']);
    expect(namespacesOf(report, 'fail')).toEqual(['exempt', 'filled', 'guarded', 'middle', 'open', 'unlabelled']);
    expect(namespacesOf(report, 'unknown')).toEqual(['blocked']);
  });

  test('what is let in is what the level lets in', async () => {
    const found = messages(report, 'pod-security/enforcement-verified');
    for (const [name, level] of Object.entries({ ...namespaces, unlabelled: 'baseline', exempt: 'privileged', raised: 'restricted' })) {
      if (name === 'blocked') continue;
      const isAdmitted = ({ spec }: (typeof forbiddenPods)[number]): boolean =>
        level === 'privileged' || podSecurity(spec, {}, level as 'baseline' | 'restricted', 37).length === 0;
      const admitted = forbiddenPods.filter(isAdmitted).map((each) => each.name);
      const left = name === 'guarded' ? admitted.filter((each) => each !== 'privileged') : admitted;
      const line = found.find((message) => message.startsWith(`namespace "${name}": `));
      expect([name, line?.includes(`a pod with ${left[0]} is let in`)]).toEqual([name, left.length === 0 ? undefined : true]);
    }
    expect(await refusal('guarded', 0)).toContain('no-privileged');
  });

  test('a webhook that nobody answers for is no proof of anything', () => {
    expect(messages(report, 'pod-security/enforcement-verified').filter((message) => message.includes('"blocked"'))).toEqual([]);
    expect(messages(report, 'pod-security/webhook-backend')).toEqual([
      'webhook "fail.rules.example.com" asks Service "rules/rules", which does not exist: it lets nothing in',
      'webhook "ignore.rules.example.com" asks Service "rules/rules", which does not exist: it reviews nothing',
    ]);
    expect(messages(report, 'pod-security/webhook-failure')).toEqual([
      'webhook "ignore.rules.example.com" fails open: what it leaves unanswered for 1 s is let in',
    ]);
  });

  test('what runs since before a level was raised is found, and would really be refused', async () => {
    const [message = '', ...others] = messages(report, 'pod-security/running-pods');
    expect(others).toEqual([]);
    const [, first = ''] = /^pod "early" runs and would be refused today at level restricted: (\w+)/.exec(message) ?? [];
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'late' },
      spec: { hostNetwork: true, containers: [{ name: 'web', image: 'web' }] },
    };
    const { body } = await admin.create<{ message: string }>(pod, { namespace: 'raised', dryRun: true });
    expect(first).not.toBe('');
    expect(body.message).toContain('violates PodSecurity "restricted:latest": host namespaces (hostNetwork=true)');
    expect(report.ledger.find(({ code }) => code === 'ENF-05')?.state).toBe('fail');
  });

  test('what is filled in is seen', () => {
    const found = messages(report, 'pod-security/injected-defaults');
    expect(found).toContain('namespace "filled": pods that say nothing do not get dropped capabilities and 1 more');
    expect(found).toContain('namespace "open": pods that say nothing do not get a seccomp profile and 3 more');
    expect(found.filter((message) => message.includes('"strict"'))).toEqual([]);
  });

  test('who has no role may do nothing', () => {
    expect(report.ledger.find(({ code }) => code === 'RBAC-01')).toMatchObject({
      state: 'unknown',
      subjects: { pass: 1 },
      needs: ['node'],
    });
  });
});

test('as others, who may do less or more', async () => {
  const as = ['jane', 'group:developers', 'trusted', 'system:serviceaccount:open:web'];
  const report = await scanWithPrintedRoles('inspector', { verifyEnforcement: { as } });
  expect(report.inputs.unread).toEqual([]);
  const found = messages(report, 'pod-security/enforcement-verified');
  expect(found).toContain('namespace "open", as jane: a pod with privileged is let in and 5 more');
  expect(found).toContain('namespace "strict", as trusted: a pod with privileged is let in and 5 more');
  expect(found.filter((message) => /as group:developers|as system:serviceaccount/.test(message))).toEqual([]);
});

test('as everybody who may make pods', async () => {
  const report = await scanWithPrintedRoles('auditor', { verifyEnforcement: { as: ['everybody'] } });
  expect(report.inputs.unread).toEqual([]);
  const found = messages(report, 'pod-security/enforcement-verified');
  for (const who of ['jane', 'trusted', 'owner', 'system:serviceaccount:kube-system:replicaset-controller'])
    expect(found.some((message) => message.startsWith(`namespace "open", as ${who}: a pod with`))).toBe(true);
  expect(found.filter((message) => message.startsWith('namespace "strict"'))).toEqual([
    'namespace "strict", as trusted: a pod with privileged is let in and 5 more',
  ]);
});

test('who may not act as others learns nothing, and nothing passes for it', async () => {
  const printed = { kubeconfig: kubeconfig(plane.address, 'verifier'), all: true, verifyEnforcement: { as: ['jane'] } };
  const report = await scanCluster(printed);
  expect(messages(report, 'pod-security/enforcement-verified', 'unknown').join()).toContain('acting as this user is not permitted');
  expect(report.ledger.find(({ code }) => code === 'ENF-08')?.state).toBe('unknown');
});

test('nothing was sent but dry runs, and nothing was stored', async () => {
  const scanners = new Set(['verifier', 'inspector', 'auditor']);
  const events = auditLog(plane.address).filter(({ user }) => scanners.has(user.username));
  const writing = events.filter(({ verb }) => verb !== 'get' && verb !== 'list');
  expect(writing.length).toBeGreaterThan(100);
  expect(new Set(writing.map(({ verb }) => verb))).toEqual(new Set(['create']));
  expect(writing.filter(({ requestURI }) => !/^\/api\/v1\/namespaces\/[a-z]+\/pods\?dryRun=All$/.test(requestURI))).toEqual([]);
  const { body } = await admin.request<{ items: readonly { readonly metadata: { readonly name: string } }[] }>('GET', '/api/v1/pods');
  expect(body.items.map(({ metadata }) => metadata.name)).toEqual(['early']);
});
