import { describe, expect, test } from 'vitest';
import { isControlPlane, landsOn, lastingTaints, placementText, type NodeFacts, type Placement } from './node-placement.ts';

const worker: NodeFacts = { name: 'w-1', labels: { pool: 'edge', size: '4' }, taints: [] };
const tainted: NodeFacts = { ...worker, taints: [{ key: 'pool', value: 'edge', effect: 'NoSchedule' }] };

function affinity(...terms: object[]): Placement {
  return { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } } };
}
import type { PodSpec } from './types.ts';

describe('a pod lands on a node', () => {
  test.each<[string, Placement, NodeFacts, boolean]>([
    ['that asks for nothing', {}, worker, true],
    ['by its labels', { nodeSelector: { pool: 'edge' } }, worker, true],
    ['not without its labels', { nodeSelector: { pool: 'core' } }, worker, false],
    ['by name', { nodeName: 'w-1' }, tainted, true],
    ['not where it was put elsewhere', { nodeName: 'w-2' }, worker, false],
    ['by one of the terms of affinity', affinity({}, { matchExpressions: [{ key: 'pool', operator: 'Exists' }] }), worker, true],
    ['not by an empty term', affinity({}), worker, false],
    [
      'not by half a term',
      affinity({
        matchExpressions: [
          { key: 'pool', operator: 'Exists' },
          { key: 'gpu', operator: 'Exists' },
        ],
      }),
      worker,
      false,
    ],
    ['by its name in a term', affinity({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['w-1'] }] }), worker, true],
    ['not by the name of another', affinity({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['w-2'] }] }), worker, false],
    ['perhaps, by numbers', affinity({ matchExpressions: [{ key: 'size', operator: 'Gt', values: ['8'] }] }), worker, true],
    ['not past a taint', {}, tainted, false],
    ['past a taint that it tolerates', { tolerations: [{ key: 'pool', value: 'edge' }] }, tainted, true],
    ['past a taint of any value', { tolerations: [{ key: 'pool', operator: 'Exists', effect: 'NoSchedule' }] }, tainted, true],
    ['past all taints', { tolerations: [{ operator: 'Exists' }] }, tainted, true],
    ['not past another value', { tolerations: [{ key: 'pool', value: 'core' }] }, tainted, false],
    ['not past another effect', { tolerations: [{ key: 'pool', operator: 'Exists', effect: 'NoExecute' }] }, tainted, false],
    [
      'not past one of two taints',
      { tolerations: [{ key: 'pool', value: 'edge' }] },
      { ...worker, taints: [...tainted.taints, { key: 'x', effect: 'NoExecute' }] },
      false,
    ],
  ])('%s', (_, placement, node, expected) => {
    expect(landsOn(placement)(node)).toBe(expected);
  });
});

test('taints that come and go, and those that only ask, keep nobody away', () => {
  const effect = 'NoSchedule';
  const taints = [
    { key: 'node.kubernetes.io/unschedulable', effect },
    { key: 'node.cloudprovider.kubernetes.io/uninitialized', effect },
    { key: 'a', effect: 'PreferNoSchedule' },
    { key: 'node-role.kubernetes.io/control-plane', effect },
  ];
  expect(lastingTaints(taints)).toEqual([taints[3]]);
});

test('nodes of the control plane bear its label, old or new', () => {
  const labels = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master', 'node-role.kubernetes.io/worker'];
  expect(labels.map((label) => isControlPlane({ [label]: '' }))).toEqual([true, true, false]);
});

describe('pods are placed alike', () => {
  const notReady = { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' };
  const nodeSelector = { pool: 'edge' };
  test.each<[string, PodSpec, Placement]>([
    ['where they say nothing', { nodeName: '', affinity: {} }, {}],
    ['whatever a cluster has them tolerate for a while', { tolerations: [notReady] }, {}],
    ['once they have their node', { nodeName: 'w-1', nodeSelector, tolerations: [{ operator: 'Exists' }] }, { nodeName: 'w-1' }],
    ['by what they ask of a node', { nodeSelector, affinity: { nodeAffinity: {} } }, { nodeSelector, affinity: { nodeAffinity: {} } }],
    ['by the taints that they get past', { tolerations: [notReady, { key: 'pool' }] }, { tolerations: [{ key: 'pool' }] }],
  ])('%s', (_, spec, placement) => {
    expect(JSON.parse(placementText(spec))).toEqual(placement);
  });
});
