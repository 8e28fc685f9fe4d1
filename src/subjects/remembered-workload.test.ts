import { expect, test } from 'vitest';
import { nowhere, type AnchorOf, type Resource } from '../core/index.ts';
import type { PodSpec } from '../kube/types.ts';
import { rememberedWorkload, type RememberedPod } from './remembered-workload.ts';

const context = { version: 35, partial: false, namespaceOf: () => 'shop' };

function resourceOf(spec: PodSpec, kind = 'Pod'): Resource {
  const template = { metadata: {}, spec, path: [], specPath: ['spec'], metadataPath: ['metadata'] };
  return { podTemplates: [template], ref: { apiVersion: 'v1', kind, name: 'web' } } as unknown as Resource;
}

const anchors = (): AnchorOf => (path) => ({ resource: 0, path, location: nowhere });

function podOf(spec: PodSpec, kind?: string): RememberedPod | undefined {
  return rememberedWorkload(resourceOf(spec, kind), anchors(), context)?.pods[0];
}

test('all kinds of subjects remember the same object, and each run its own', () => {
  const resource = resourceOf({});
  const [first, second] = [anchors(), anchors()];
  const workload = rememberedWorkload(resource, first, context);
  expect(rememberedWorkload(resource, first, context)).toBe(workload);
  expect(rememberedWorkload(resource, second, context)).not.toBe(workload);
  expect(rememberedWorkload(resourceOf({}), first, context)).not.toBe(workload);
  expect(rememberedWorkload({ ...resource, podTemplates: [] }, first, context)).toBeUndefined();
});

test('where a pod runs is told at the first field that has a say', () => {
  const tolerations = [{ operator: 'Exists' }];
  const places = [
    { nodeName: '', affinity: {} },
    { nodeName: 'a', nodeSelector: {} },
    { nodeSelector: {}, tolerations },
    { affinity: { nodeAffinity: {} }, tolerations },
    { tolerations },
  ].map((spec) => podOf(spec)?.placedAt.path.join('.'));
  expect(places).toEqual(['spec', 'spec.nodeName', 'spec.nodeSelector', 'spec.affinity', 'spec.tolerations']);
});

test('of containers the names of ports are kept, ports of the node, and images of agents', () => {
  const containers = [{ image: 'agent:1', ports: [{ name: 'http' }, {}, { name: 'metrics', hostPort: 80 }] }];
  const initContainers = [{ ports: [{ name: 'probe' }] }];
  expect(podOf({ containers, initContainers }, 'DaemonSet')).toMatchObject({
    portNames: 'http metrics probe',
    onHost: true,
    images: ['agent:1'],
    hostNetworkAt: undefined,
  });
  expect(podOf({ containers: [{ image: 'web' }] })).toMatchObject({ portNames: '', onHost: false, images: [] });
  expect(podOf({ hostNetwork: true })).toMatchObject({ onHost: true, hostNetworkAt: { path: ['spec', 'hostNetwork'] } });
});
