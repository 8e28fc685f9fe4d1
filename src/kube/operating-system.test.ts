import { expect, test } from 'vitest';
import { operatingSystem } from './operating-system.ts';
import type { LabelSelectorRequirement } from './types.ts';

const windows: LabelSelectorRequirement = { key: 'kubernetes.io/os', operator: 'In', values: ['windows'] };
const disks: LabelSelectorRequirement = { key: 'disk', operator: 'In', values: ['ssd'] };

test.each<[string, LabelSelectorRequirement[][], string]>([
  ['in the one term', [[disks, windows]], 'windows'],
  ['in all terms', [[windows, disks], [windows]], 'windows'],
  ['in one term of two', [[windows], [disks]], 'linux'],
  ['beside another system', [[{ ...windows, values: ['windows', 'linux'] }]], 'linux'],
  ['as the one to keep away from', [[{ ...windows, operator: 'NotIn' }]], 'linux'],
  ['nowhere', [], 'linux'],
])('required node affinity that names Windows %s', (_, terms, name) => {
  const nodeSelectorTerms = terms.map((matchExpressions) => ({ matchExpressions }));
  const spec = { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } } };
  expect(operatingSystem(spec)).toEqual({ name, by: name === 'windows' ? 'node selector' : 'assumed' });
  expect(operatingSystem({ ...spec, os: { name: 'linux' } })).toEqual({ name: 'linux', by: 'spec.os' });
  expect(operatingSystem({ ...spec, nodeSelector: { 'kubernetes.io/os': 'linux' } }).name).toBe('linux');
});
