import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Metadata } from '../../src/core/index.ts';
import { decode } from '../../src/kube/decode.ts';
import {
  asAdmitted,
  effectiveMinor,
  namespacePolicy,
  newestMinor,
  parseVersion,
  podSecurity,
  violationMessage,
} from '../../src/kube/pod-security/index.ts';
import type { PodSpec } from '../../src/kube/types.ts';
import { moduleFolder } from './go-module.ts';
import { oracleModule, startOracle, type Oracle } from './oracle.ts';
import { randomPods } from './random-pods.ts';

type Json = Record<string, unknown>;

interface Verdict {
  readonly allowed: boolean;
  readonly detail: string;
  readonly violations: readonly object[];
}

/** An object, and the policies that both sides judge it by, like `baseline:v1.30`. */
interface Case {
  readonly object: Json;
  readonly policies: readonly string[];
}

const versions = [...Array.from({ length: newestMinor + 1 }, (_, minor) => `v1.${minor}`), 'latest'];
/** Where a policy changes, the version before, and one that nobody knows yet. */
const edges = [0, 7, 8, 18, 19, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38].map((minor) => `v1.${minor}`);

let oracle: Oracle;
beforeAll(() => {
  oracle = startOracle();
});
afterAll(() => oracle.close());

/** How Plimsoll judges it, in the oracle's words. */
function ours({ object, policies }: Case): { results: Verdict[] } | { error: true } {
  const decoded = decode(object);
  if ('refused' in decoded) return { error: true };
  const template = decoded.podTemplates[0];
  if (template === undefined) return { error: true };
  return { results: policies.map((policy) => verdict(template.spec, template.metadata, policy)) };
}

function verdict(spec: PodSpec, metadata: Metadata, policy: string): Verdict {
  const [level, version] = policy.split(':') as ['baseline' | 'restricted', string];
  const violations = podSecurity(spec, metadata, level, effectiveMinor(parseVersion(version)!));
  return { allowed: violations.length === 0, detail: violationMessage(violations), violations };
}

/** Judges all cases on both sides and expects the same; returns how many verdicts that were. */
async function agree(cases: readonly Case[]): Promise<{ verdicts: number; allowed: number }> {
  let verdicts = 0;
  let allowed = 0;
  for (let start = 0; start < cases.length; start += 500) {
    const batch = cases.slice(start, start + 500);
    const answers = await oracle.ask<{ results?: Verdict[] }>('podSecurity', batch);
    for (const [index, answer] of answers.entries()) {
      const theirs = answer.error === undefined ? answer : { error: true };
      const mine = ours(batch[index]!);
      // Cheap first: vitest's own comparison is slow, and only a difference needs its report.
      if (JSON.stringify(sorted(mine)) !== JSON.stringify(sorted(theirs)))
        expect({ case: batch[index], ...mine }).toEqual({ case: batch[index], ...theirs });
      verdicts += answer.results?.length ?? 0;
      allowed += answer.results?.filter((result) => result.allowed).length ?? 0;
    }
  }
  return { verdicts, allowed };
}

/** Objects with their keys in order, for a comparison as text. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}

function take(count: number, seed: number): Json[] {
  const pods = randomPods(seed);
  return Array.from({ length: count }, () => pods.next().value as Json);
}

/** For each pod both levels at a few versions; together the pods meet every version. */
function atSomeVersions(objects: readonly Json[]): Case[] {
  return objects.map((object, index) => {
    const chosen = [versions[index % versions.length]!, edges[index % edges.length]!, 'latest'];
    return { object, policies: chosen.flatMap((version) => [`baseline:${version}`, `restricted:${version}`]) };
  });
}

describe("the fixtures of Kubernetes' own tests", () => {
  interface Fixture extends Case {
    readonly file: string;
    readonly passes: boolean;
  }
  const fixtures: Fixture[] = [];
  beforeAll(() => {
    const root = join(moduleFolder(oracleModule, 'k8s.io/pod-security-admission'), 'test', 'testdata');
    for (const level of ['baseline', 'restricted']) {
      for (const version of readdirSync(join(root, level))) {
        for (const outcome of ['pass', 'fail']) {
          const folder = join(root, level, version, outcome);
          for (const file of readdirSync(folder)) {
            const object = parse(readFileSync(join(folder, file), 'utf8')) as Json;
            const everywhere = edges.flatMap((edge) => [`baseline:${edge}`, `restricted:${edge}`]);
            fixtures.push({
              file: `${level}/${version}/${outcome}/${file}`,
              object,
              passes: outcome === 'pass',
              policies: [`${level}:${version}`, ...everywhere],
            });
          }
        }
      }
    }
  });

  test('are all there', () => {
    expect(fixtures).toHaveLength(4537);
  });

  test('pass and fail where they should', () => {
    // As admitted: upstream's own test sends them to an API server.
    const wrong = fixtures.filter(({ object, policies, passes }) => {
      const pod = decode(object);
      if ('refused' in pod) return true;
      const { spec, metadata } = pod.podTemplates[0]!;
      return verdict(asAdmitted(spec, metadata), metadata, policies[0]!).allowed !== passes;
    });
    expect(wrong.map((fixture) => fixture.file)).toEqual([]);
  });

  test('get the very messages of upstream, each at every version where something changes', async () => {
    const { verdicts, allowed } = await agree(fixtures);
    expect(verdicts).toBe(4537 * (1 + 2 * edges.length));
    expect(allowed).toBeGreaterThan(10_000);
  });
});

describe('random pods', () => {
  test('are judged as upstream judges them', async () => {
    const { verdicts, allowed } = await agree(atSomeVersions(take(24_000, 1)));
    expect(verdicts).toBe(24_000 * 6);
    // Neither side of the comparison is idle.
    expect(allowed).toBeGreaterThan(10_000);
    expect(verdicts - allowed).toBeGreaterThan(50_000);
  });

  test('are judged alike after the defaulting of the API server', async () => {
    const admitted = take(4_000, 2).map((object) => {
      const decoded = decode(object);
      if ('refused' in decoded) throw new Error(decoded.refused);
      const spec = asAdmitted(decoded.podTemplates[0]!.spec, decoded.metadata);
      expect(asAdmitted(spec, decoded.metadata)).toBe(spec);
      return { apiVersion: 'v1', kind: 'Pod', metadata: decoded.metadata, spec };
    });
    expect((await agree(atSomeVersions(admitted))).verdicts).toBe(4_000 * 6);
  });

  test('are judged alike inside every kind of workload', async () => {
    const cases = atSomeVersions(
      take(3_000, 3).flatMap((pod, index) => [workload(index, { metadata: pod['metadata'], spec: pod['spec'] })]),
    );
    expect((await agree(cases)).verdicts).toBe(3_000 * 6);
  });
});

function workload(index: number, template: Json): Json {
  const inTemplate = (apiVersion: string, kind: string): Json => ({ apiVersion, kind, metadata: { name: 'w' }, spec: { template } });
  const kinds: readonly (() => Json)[] = [
    () => ({ apiVersion: 'v1', kind: 'PodTemplate', metadata: { name: 'w' }, template }),
    () => inTemplate('v1', 'ReplicationController'),
    () => inTemplate('apps/v1', 'ReplicaSet'),
    () => inTemplate('apps/v1', 'Deployment'),
    () => inTemplate('apps/v1', 'StatefulSet'),
    () => inTemplate('apps/v1', 'DaemonSet'),
    () => inTemplate('batch/v1', 'Job'),
    () => ({ apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'w' }, spec: { jobTemplate: { spec: { template } } } }),
  ];
  return kinds[index % kinds.length]!();
}

describe('ephemeral containers', () => {
  test('count like any other', async () => {
    const faults: Json[] = [
      { privileged: true },
      { procMount: 'Unmasked' },
      { allowPrivilegeEscalation: true },
      { capabilities: { add: ['SYS_PTRACE'] } },
      { runAsUser: 0 },
      { runAsNonRoot: false },
      { seccompProfile: { type: 'Unconfined' } },
      { appArmorProfile: { type: 'Unconfined' } },
      { seLinuxOptions: { type: 'spc_t' } },
      { windowsOptions: { hostProcess: true } },
    ];
    const hardened = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
    const cases = faults.map((fault) => ({
      object: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'pod' },
        spec: {
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [{ name: 'app', securityContext: hardened }],
          ephemeralContainers: [{ name: 'debug', securityContext: { ...hardened, ...fault } }],
        },
      },
      policies: ['restricted:latest'],
    }));
    expect(await agree(cases)).toEqual({ verdicts: faults.length, allowed: 0 });
  });
});

describe('labels of namespaces', () => {
  test('are read as upstream reads them', async () => {
    const levels = [undefined, 'privileged', 'baseline', 'restricted', 'Restricted', '', 'bo"gus'];
    const someVersions = [undefined, 'latest', 'v1.0', 'v1.30', 'v1.030', 'v1.99', 'v1.99999999999999999999', '1.30', 'v1.9\n'];
    const inputs = levels.flatMap((enforce) =>
      levels.flatMap((warn) =>
        someVersions.map((version, index) => ({
          labels: present({
            enforce,
            warn,
            audit: levels[(index + levels.indexOf(enforce)) % levels.length],
            'enforce-version': version,
            'warn-version': someVersions[(index * 2) % someVersions.length],
            'audit-version': someVersions[(index * 4) % someVersions.length],
          }),
          defaults: index % 2 === 0 ? {} : { enforce: 'baseline:v1.20', warn: 'baseline:v1.21', audit: 'restricted:latest' },
        })),
      ),
    );
    const theirs = await oracle.ask<object>('namespaceLabels', inputs);
    for (const [index, { labels, defaults }] of inputs.entries()) {
      const { policy, errors } = namespacePolicy(labels, {
        enforce: levelVersion(defaults.enforce ?? 'privileged:latest'),
        audit: levelVersion(defaults.audit ?? 'privileged:latest'),
        warn: levelVersion(defaults.warn ?? 'privileged:latest'),
      });
      const written = Object.entries(policy).map(([mode, { level, version }]) => [
        mode,
        `${level}:${version === 'latest' ? version : `v1.${version}`}`,
      ]);
      expect({ labels, ...Object.fromEntries(written), errors: errors.map((error) => error.message) }).toEqual({
        labels,
        ...theirs[index],
      });
    }
  });

  function present(labels: Record<string, string | undefined>): Record<string, string> {
    return Object.fromEntries(
      Object.entries(labels).flatMap(([key, value]) => (value === undefined ? [] : [[`pod-security.kubernetes.io/${key}`, value]])),
    );
  }

  function levelVersion(text: string): { level: 'privileged' | 'baseline' | 'restricted'; version: number | 'latest' } {
    const [level, version] = text.split(':') as ['baseline', string];
    return { level, version: parseVersion(version)! };
  }
});
