import { expect, test } from 'vitest';
import { formatPath, type ResourceFacts } from '../../core/index.ts';
import { collectRepairs } from '../../testing/control-proofs.ts';
import { effectiveResources } from './effective-resources.ts';

function asked(resources: string, facts: ResourceFacts | undefined, { range = '', pod = '{}' } = {}): string[] {
  const names: unknown[] = [];
  const said = { given: { resourcesOf: (container: unknown) => (names.push(container), facts) } };
  const limits =
    range === ''
      ? ''
      : `---\n{ apiVersion: v1, kind: LimitRange, metadata: { name: range, namespace: shop }, spec: { limits: [${range}] } }\n`;
  const yaml = `{ apiVersion: apps/v1, kind: Deployment, metadata: { name: web, namespace: shop }, spec: { template: { spec: { resources: ${pod}, containers: [{ name: app, resources: ${resources} }] } } } }\n${limits}`;
  const repairs = collectRepairs({ ...effectiveResources, examples: () => ({ ...effectiveResources.examples(), said }) }, yaml);
  for (const name of names) expect(name).toEqual({ namespace: 'shop', workload: 'web', container: 'app' });
  return repairs.map(({ declined, safety, edits }) => {
    const changes = edits.map((edit) => `${formatPath(edit.path.slice(-2))}=${'value' in edit ? String(edit.value) : ''}`);
    return declined ?? [safety, ...changes].join(' ');
  });
}

const facts = { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } };

test('a container gets from the profile what it does not say itself', () => {
  expect(asked('{}', facts)).toEqual(['review requests.cpu=100m requests.memory=128Mi limits.memory=256Mi']);
  expect(asked('{ requests: { cpu: 1 } }', facts)).toEqual(['review requests.memory=128Mi limits.memory=256Mi']);
});

test('nothing is invented', () => {
  expect(asked('{}', undefined)).toEqual(['container "app": nobody said what it needs: --resources FILE says it']);
  expect(asked('{}', { limits: { memory: '1Gi' } })).toEqual([
    'container "app": the profile says no CPU request for it: --resources FILE says it',
  ]);
});

test('a limit of zero gives way to that of the LimitRange', () => {
  const range = '{ type: Container, default: { memory: 256Mi }, defaultRequest: { cpu: 100m, memory: 1Mi } }';
  expect(asked('{ limits: { memory: 0 }, requests: { memory: 1Mi } }', undefined, { range })).toEqual(['review limits.memory=256Mi']);
});

test('what the API server would refuse is left to a person', () => {
  expect(asked('{ requests: { memory: 1Gi } }', facts)).toEqual([
    'container "app": it would request more memory than its limit, which the API server refuses',
  ]);
  expect(asked('{}', facts, { pod: '{ limits: { memory: 128Mi } }' })).toEqual([
    'container "app": the limit of memory is above that of its pod',
  ]);
  expect(asked('{ limits: { memory: 0 } }', facts, { range: '{ type: Container, max: { memory: 200Mi } }' })).toEqual([
    'container "app": the limit of memory is above the maximum of LimitRange "range"',
  ]);
  expect(asked('{ limits: { memory: 0 } }', facts, { range: '{ type: Container, min: { memory: 200Mi } }' })).toEqual([
    'container "app": the request of memory is below the minimum of LimitRange "range"',
  ]);
});
