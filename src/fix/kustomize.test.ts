import { expect, test } from 'vitest';
import type { AppliedFix, FixReport, ObjectRepair } from '../core/index.ts';
import { kustomizeComponent } from './kustomize.ts';
import { objectPatches } from './object-patches.ts';

function changed(file: string, before: object): ObjectRepair {
  const { apiVersion, kind, metadata } = before as { apiVersion: string; kind: string; metadata: { name: string } };
  const object = before as Record<string, unknown>;
  return {
    resource: { apiVersion, kind, name: metadata.name },
    file,
    line: 1,
    endLine: 9,
    edits: [],
    before: object,
    after: { ...object, spec: { done: true } },
  };
}

function report(objects: readonly ObjectRepair[], ...companions: readonly Record<string, unknown>[]): FixReport {
  const fixes = companions.map((companion) => ({ companions: [companion] }) as unknown as AppliedFix);
  return { objects, fixes } as unknown as FixReport;
}

const web = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web.v1', namespace: 'shop' } };
const policy = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'deny', namespace: 'shop' }, spec: {} };

test('a component names a patch for each object that changes and a file for each new one', () => {
  const files = kustomizeComponent(report([changed('a.yaml', web)], policy, policy));
  expect(files.map(({ path }) => path)).toEqual([
    'kustomization.yaml',
    'patches/shop-deployment-web-v1.yaml',
    'resources/shop-networkpolicy-deny.yaml',
  ]);
  expect(files[0]!.text.replaceAll(/^#.*\n/gm, '')).toBe(`apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
resources:
  - resources/shop-networkpolicy-deny.yaml
patches:
  - path: patches/shop-deployment-web-v1.yaml
    target:
      group: apps
      version: v1
      kind: Deployment
      name: web\\.v1
      namespace: shop|_non_namespaceable_
`);
  expect(files[1]!.text).toBe('# "a.yaml:1"\n- op: add\n  path: /spec\n  value:\n    done: true\n');
});

test('a target is one object: the core group, and the default namespace or none', () => {
  const [kustomization] = kustomizeComponent(report([changed('a', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' } })]));
  expect(kustomization!.text.split('target:\n')[1]).toBe(
    '      group: "^$"\n      version: v1\n      kind: Pod\n      name: x\n      namespace: default|_non_namespaceable_\n',
  );
});

test('objects of the same name cannot be built together, and objects without one not be named: both are said', () => {
  const nameless = { apiVersion: 'v1', kind: 'Pod', metadata: { generateName: 'x-' } };
  const [kustomization, ...patches] = kustomizeComponent(
    report([changed('a\n.yaml', web), changed('b.yaml', web), changed('c.yaml', nameless)]),
  );
  expect(patches).toHaveLength(1);
  expect(kustomization!.text.match(/^# Left out: .*/gm)).toEqual([
    '# Left out: "b.yaml:1", because its name is that of "a\\n.yaml:1"',
    '# Left out: "c.yaml:1", because it has no name',
  ]);
});

test('no two files have the same path, whatever the objects are called', () => {
  const pods = ['x', 'X', 'x-2', 'x.', '../x'].map((name) => changed('a', { apiVersion: 'v1', kind: 'Pod', metadata: { name } }));
  const paths = kustomizeComponent(report(pods)).map(({ path }) => path);
  expect(paths.slice(1)).toEqual(['', '-2', '-2-2', '-3', '-4'].map((end) => `patches/pod-x${end}.yaml`));
});

test('a new object is a patch of nothing', () => {
  expect(objectPatches(report([changed('a', web)], policy))).toEqual([
    { target: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web.v1' }, patch: [{ op: 'add', path: '/spec', value: { done: true } }] },
    {
      target: { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace: 'shop', name: 'deny' },
      patch: [{ op: 'add', path: '', value: policy }],
    },
  ]);
});
