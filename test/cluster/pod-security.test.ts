import { beforeAll, describe, expect, inject, test } from 'vitest';
import { controls } from '../../src/controls/index.ts';
import type { Metadata, PodTemplate } from '../../src/core/index.ts';
import { decode } from '../../src/kube/decode.ts';
import {
  asAdmitted,
  effectiveMinor,
  labelPrefix,
  newestMinor,
  parseVersion,
  podSecurity,
  violationMessage,
  type Level,
} from '../../src/kube/pod-security/index.ts';
import { exampleYaml } from '../../src/testing/example.ts';
import { read } from '../../src/testing/control-proofs.ts';
import { randomPods } from '../upstream/random-pods.ts';
import { acceptedPods } from './accepted-pods.ts';
import type { ApiClient, ApiObject, Json, Status } from './api-client.ts';
import { asAdmin, startControlPlane } from './control-plane.ts';
import { makeNamespace } from './namespace.ts';

/*
 * What the server lets into namespaces of each level and version, and what it says where it does not, against the product's
 * own table. The server judges what it has defaulted and validated: `asAdmitted` is part of the comparison.
 */

/** Random pods; with `PLIMSOLL_SEED` others than usual. */
const count = 5_000;
const seed = Number(process.env['PLIMSOLL_SEED'] ?? 4);
/** Twenty seconds where nothing else runs. */
const patience = 300_000;

/** Like `v1.30` or `latest`. */
const versions = [...Array.from({ length: newestMinor + 2 }, (_, minor) => `v1.${minor}`), 'latest'];
const levels: readonly Level[] = ['privileged', 'baseline', 'restricted'];
const refusing = ['baseline', 'restricted'] as const;

const admin = asAdmin(inject('address'));

/** One namespace for each policy of a mode, made when it is first asked for. */
function namespacesOf(client: ApiClient, mode: 'enforce' | 'warn'): (level: Level, version: string) => Promise<string> {
  const made = new Map<string, Promise<string>>();
  return (level, version) => {
    const policy = `${level}:${version}`;
    const labels = { [`${labelPrefix}${mode}`]: level, [`${labelPrefix}${mode}-version`]: version };
    const namespace = made.get(policy) ?? makeNamespace(client, labels);
    made.set(policy, namespace);
    return namespace;
  };
}

/** What the server says of a pod: nothing where it lets it in. */
async function refusal(client: ApiClient, pod: ApiObject, namespace: string, policy: string): Promise<string> {
  const { status, body } = await client.create<Status>(pod, { namespace, dryRun: true });
  if (status === 201) return '';
  const start = `pods "${nameOf(pod)}" is forbidden: violates PodSecurity "${policy}": `;
  return body.message?.startsWith(start) === true ? body.message.slice(start.length) : `other: ${JSON.stringify(body)}`;
}

function nameOf(object: Json): string {
  return (object['metadata'] as Metadata).name ?? '';
}

/** What the product says of a pod. */
function ours(pod: Json, level: Level, minor: number): string {
  if (level === 'privileged') return '';
  const { spec, metadata } = templateOf(pod);
  return violationMessage(podSecurity(asAdmitted(spec, metadata), metadata, level, minor));
}

function templateOf(object: Json): PodTemplate {
  const decoded = decode(object);
  if ('refused' in decoded) throw new Error(decoded.refused);
  return decoded.podTemplates[0]!;
}

function minorOf(version: string): number {
  return effectiveMinor(parseVersion(version)!);
}

interface Counts {
  allowed: number;
  refused: number;
}

/** Asks both sides about every pod at some versions, which together are all of them. The client sends a few at a time. */
async function agree(pods: readonly ApiObject[], versionsOfEach: number, asked: readonly Level[]): Promise<Counts> {
  const namespaceOf = namespacesOf(admin, 'enforce');
  const counts = { allowed: 0, refused: 0 };
  const differences: object[] = [];
  await Promise.all(
    pods.map(async (pod, index) => {
      const chosen = Array.from({ length: versionsOfEach }, (_, turn) => versions[(index * versionsOfEach + turn) % versions.length]!);
      for (const version of chosen) {
        for (const level of asked) {
          const policy = `${level}:${version}`;
          const theirs = await refusal(admin, pod, await namespaceOf(level, version), policy);
          const mine = ours(pod, level, minorOf(version));
          if (theirs !== mine) differences.push({ policy, pod, theirs, ours: mine });
          counts[theirs === '' ? 'allowed' : 'refused']++;
        }
      }
    }),
  );
  expect(differences.length, `seed ${seed}: ${JSON.stringify(differences.slice(0, 3), undefined, 1)}`).toBe(0);
  return counts;
}

/** The pods of every example of every control, each once. */
function examplePods(): ApiObject[] {
  const pods = new Map<string, ApiObject>();
  for (const control of controls) {
    const { pass, fail, unknown = {}, notApplicable = {} } = control.examples();
    const examples = [pass, fail, unknown, notApplicable].flatMap((each) => Object.values(each));
    for (const { podTemplates } of examples.flatMap((example) => read(exampleYaml(control, example)))) {
      for (const { metadata, spec } of podTemplates) {
        const { annotations, labels } = metadata;
        const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'pod', annotations, labels }, spec };
        pods.set(JSON.stringify(pod), pod);
      }
    }
  }
  return [...pods.values()];
}

let somePods: readonly ApiObject[];
beforeAll(async () => {
  // Whatever Pod Security refuses here would be missing below, and be too many.
  const lax = await namespacesOf(admin, 'enforce')('privileged', 'latest');
  somePods = await acceptedPods(admin, lax, randomPods(seed), count);
}, patience);

describe('the verdicts and messages of admission are those of the product', () => {
  test('for the examples of the controls', async () => {
    const everywhere = await makeNamespace(admin);
    const pods = examplePods();
    const answers = await Promise.all(pods.map((pod) => admin.create(pod, { namespace: everywhere, dryRun: true })));
    const valid = pods.filter((_, index) => answers[index]!.status === 201);
    expect(valid.length).toBeGreaterThan(pods.length * 0.8);
    const { allowed, refused } = await agree(valid, 4, levels);
    expect(Math.min(allowed, refused)).toBeGreaterThan(valid.length / 2);
  });

  test(
    'for random pods',
    async () => {
      const { allowed, refused } = await agree(somePods, 1, refusing);
      expect(allowed + refused).toBe(2 * count);
      expect(Math.min(allowed, refused)).toBeGreaterThan(count / 10);
    },
    patience,
  );

  test('in the warnings for workloads', async () => {
    const namespaceOf = namespacesOf(admin, 'warn');
    const answers = await Promise.all(
      somePods.slice(0, 1_600).map(async (pod, index) => {
        const object = workload(index, { metadata: { ...(pod['metadata'] as object), labels }, spec: pod['spec'] });
        // Neither the kinds nor the levels go round with the versions.
        const version = versions[Math.floor(index / 2) % versions.length]!;
        const level = refusing[Math.floor(index / workloadKinds.length) % 2]!;
        const namespace = await namespaceOf(level, version);
        const { status, warnings, body } = await admin.create<ApiObject>(object, { namespace, dryRun: true });
        if (status !== 201) return { kind: object.kind, status };
        const start = `would violate PodSecurity "${level}:${version}": `;
        const theirs = warnings.find((text) => text.startsWith(start))?.slice(start.length) ?? '';
        // As the server returns it: only the pods of a workload get ports of the host and fields for annotations.
        const { spec, metadata } = templateOf(body);
        const violations = podSecurity(spec, metadata, level, minorOf(version));
        return { kind: object.kind, status, level, version, theirs, ours: violationMessage(violations) };
      }),
    );
    const accepted = answers.filter(({ status }) => status === 201);
    expect(accepted.filter((answer) => answer.theirs !== answer.ours)).toEqual([]);
    expect(new Set(accepted.map(({ kind }) => kind)).size).toBe(workloadKinds.length);
    expect(accepted.length).toBeGreaterThan(1_400);
    for (const level of refusing) expect(accepted.some((answer) => answer.level === level && answer.theirs !== '')).toBe(true);
  });
});

test('an older server judges by its own newest version', async () => {
  const older = await startControlPlane({ emulatedVersion: '1.34' });
  try {
    const client = asAdmin(older.address);
    const namespaceOf = namespacesOf(client, 'enforce');
    // Admitted from 1.35 on.
    const unmasked = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'unmasked' },
      spec: { hostUsers: false, containers: [{ name: 'a', image: 'a', securityContext: { procMount: 'Unmasked' } }] },
    };
    const answers = await Promise.all(
      [unmasked, ...somePods.slice(0, 200)].map(async (pod) => {
        const theirs = await refusal(client, pod, await namespaceOf('baseline', 'latest'), 'baseline:latest');
        return { pod, theirs, ours: ours(pod, 'baseline', 34) };
      }),
    );
    // Fields that the older server does not know are gone before admission.
    expect(answers.filter((answer) => answer.theirs !== answer.ours)).toEqual([]);
    expect(answers[0]!.theirs).toContain('procMount');
    expect(ours(unmasked, 'baseline', newestMinor)).toBe('');
  } finally {
    await older.stop();
  }
});

const labels = { app: 'web' };
const selector = { matchLabels: labels };

/** Each kind, around a template of a pod. */
const workloadKinds: readonly ((template: object, once: object) => ApiObject)[] = [
  (template) => ({ apiVersion: 'v1', kind: 'PodTemplate', metadata: { name: 'w' }, template }),
  (template) => ({ apiVersion: 'v1', kind: 'ReplicationController', metadata: { name: 'w' }, spec: { selector: labels, template } }),
  ...['ReplicaSet', 'Deployment', 'StatefulSet', 'DaemonSet'].map((kind) => (template: object): ApiObject => ({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: 'w' },
    spec: { selector, template },
  })),
  (_, template) => ({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'w' }, spec: { template } }),
  (_, template) => ({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'w' },
    spec: { schedule: '0 0 * * *', jobTemplate: { spec: { template } } },
  }),
];

function workload(index: number, template: { readonly metadata: object; readonly spec: unknown }): ApiObject {
  const once = { ...template, spec: { ...(template.spec as object), restartPolicy: 'Never' } };
  return workloadKinds[index % workloadKinds.length]!(template, once);
}
