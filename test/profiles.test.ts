import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scan } from '../src/index.ts';
import { runs } from './runs.ts';
import { randomPods } from './upstream/random-pods.ts';

const folder = mkdtempSync(join(tmpdir(), 'profiles-'));
const file = join(folder, 'pods.yaml');
afterAll(() => rmSync(folder, { recursive: true }));

/** What meets level restricted, whatever the pod says. */
const hardened = {
  runAsNonRoot: true,
  runAsUser: 10001,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
  appArmorProfile: { type: 'RuntimeDefault' },
  seLinuxOptions: { type: 'container_t' },
};

/**
 * Left out is where controls differ by intent: annotations for containers that do not exist, and Windows, where they believe the
 * node selector too and tell of fields that only take no effect. So are pods that the API server does not take: without
 * containers, and with volumes of several types.
 */
beforeAll(() => {
  const pods: string[] = [];
  for (const { spec } of randomPods(1)) {
    if (pods.length === runs(600, 5_000)) break;
    const { os: _os, nodeSelector: _selector, ...pod } = spec as Record<string, { name?: string }[]>;
    if (
      (pod['containers'] ?? []).length === 0 ||
      pod['volumes']?.some((volume) => Object.keys(volume).filter((key) => key !== 'name').length > 1)
    )
      continue;
    if (pods.length % 2 === 1)
      for (const list of ['initContainers', 'containers', 'ephemeralContainers'])
        if (Array.isArray(pod[list])) pod[list] = pod[list].map((container) => ({ ...container, securityContext: hardened }));
    pods.push(JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: `pod-${pods.length}` }, spec: pod }));
  }
  writeFileSync(file, pods.join('\n---\n'));
});

describe.each(['1.34', '1.35', '1.37'])('in Kubernetes %s', (kubernetesVersion) => {
  test.each(['baseline', 'restricted'] as const)(
    '--profile %s fails what that level of the standards refuses, and nothing else',
    async (profile) => {
      const { findings, workloads, inputs } = await scan({ paths: [file], profile, kubernetesVersion });
      const failing = new Set(findings.filter(({ verdict }) => verdict === 'fail').map(({ resource }) => resource.name));
      const refused = workloads.filter(
        ({ podSecurityLevel: level }) => level === 'privileged' || (level === 'baseline' && profile === 'restricted'),
      );
      expect([...failing].sort()).toEqual(refused.map(({ resource }) => resource.name).sort());
      expect(refused.length).toBeGreaterThan(0);
      expect(refused.length).toBeLessThan(inputs.resources);
    },
  );
});
