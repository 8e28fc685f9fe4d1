import { describe, expect, test } from 'vitest';
import type { Resource } from '../core/index.ts';
import { systemNamespaces, systemReason } from './system-workloads.ts';
import type { PodSpec } from './types.ts';

function workload(labels: Record<string, string> | undefined, ...specs: PodSpec[]): Resource {
  return {
    ref: { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'kube-proxy' },
    metadata: labels === undefined ? {} : { labels },
    object: {},
    podTemplates: specs.map((spec) => ({ path: [], metadata: {}, metadataPath: ['metadata'], spec: { ...spec }, specPath: ['spec'] })),
    file: 'a.yaml',
    locate: () => [],
  };
}

const pulling = (...images: string[]): PodSpec => ({ containers: images.map((image) => ({ image })) });
const byLabel = (label: string): string => `system workload: namespace kube-system, label ${label}`;
const byImages = 'system workload: namespace kube-system, images of its maker';

test('Kubernetes makes three namespaces for itself', () => {
  expect(systemNamespaces).toEqual(['kube-system', 'kube-public', 'kube-node-lease']);
});

describe('a workload of kube-system is a part of the system', () => {
  test.each([
    'addonmanager.kubernetes.io/mode',
    'kubernetes.io/cluster-service',
    'eks.amazonaws.com/component',
    'kubernetes.azure.com/managedby',
  ])('by the label %s', (label) => {
    expect(systemReason(workload({ [label]: '' }, pulling('example.com/app')), 'kube-system')).toBe(byLabel(label));
  });

  test.each([
    'registry.k8s.io/kube-proxy:v1.35.0',
    'k8s.gcr.io/pause',
    'gke.gcr.io/proxy',
    'mcr.microsoft.com/oss/kubernetes/pause',
    'docker.io/calico/node',
    'calico/node',
    'quay.io/calico/node',
    'quay.io/cilium/cilium',
    'docker.io/flannel/flannel',
    'flannel/flannel',
    'ghcr.io/flannel-io/flannel',
    '602401143452.dkr.ecr.eu-west-1.amazonaws.com/eks/coredns:v1.11.1',
    '602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon-k8s-cni:v1.18',
  ])('by the image %s', (image) => {
    expect(systemReason(workload(undefined, pulling(image)), 'kube-system')).toBe(byImages);
  });

  test('only if every image of every template says so', () => {
    const own = 'registry.k8s.io/pause';
    const foreign = [{ image: 'example.com/miner' }];
    for (const list of ['initContainers', 'containers', 'ephemeralContainers'])
      expect(systemReason(workload({}, { ...pulling(own), [list]: foreign }), 'kube-system')).toBeUndefined();
    expect(systemReason(workload({}, pulling(own), pulling('example.com/miner')), 'kube-system')).toBeUndefined();
    expect(systemReason(workload({}, { containers: [{ image: own }, {}] }), 'kube-system')).toBeUndefined();
    expect(systemReason(workload({}, {}), 'kube-system')).toBeUndefined();
  });
});

test.each([
  'example.com/registry.k8s.io/pause',
  'x602401143452.dkr.ecr.eu-west-1.amazonaws.com/eks/coredns',
  '60240114345.dkr.ecr.eu-west-1.amazonaws.com/eks/coredns',
  '602401143452.dkr.ecr.eu_west.amazonaws.com/eks/coredns',
  '602401143452.dkr.ecr.eu-west-1.amazonaws.com/team/eks',
  '602401143452xdkr.ecr.eu-west-1.amazonaws.com/eks/coredns',
])('the image %s is nobody’s of the system', (image) => {
  expect(systemReason(workload({ app: 'kube-proxy' }, pulling(image)), 'kube-system')).toBeUndefined();
});

test('elsewhere, or without pods, nothing is of the system', () => {
  const labelled = workload({ 'kubernetes.io/cluster-service': 'true' }, pulling('registry.k8s.io/pause'));
  for (const namespace of ['kube-public', 'kube-node-lease', 'default', undefined])
    expect(systemReason(labelled, namespace)).toBeUndefined();
  expect(systemReason({ ...labelled, podTemplates: [] }, 'kube-system')).toBeUndefined();
});
