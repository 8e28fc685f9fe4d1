import { describe, expect, test } from 'vitest';
import { hasEmbeddedPod, parseTemplatePath, podTemplateKinds, realPath, templatePaths } from './pod-templates.ts';

describe('the table', () => {
  test('has readable paths and names every kind once', () => {
    expect(podTemplateKinds.filter(({ path }) => parseTemplatePath(path) === undefined)).toEqual([]);
    expect(new Set(podTemplateKinds.map(({ group, kind }) => `${group}/${kind}`)).size).toBe(podTemplateKinds.length);
  });

  test('goes by group, not by kind alone', () => {
    expect(templatePaths('serving.knative.dev', 'Service')).toEqual([['spec', 'template']]);
    expect(templatePaths('', 'Service')).toEqual([]);
  });

  test('takes kinds of a user, and each path once', () => {
    const extra = [
      { group: 'apps', kind: 'Deployment', path: 'spec.template' },
      { group: 'apps', kind: 'Deployment', path: 'spec.canary[*]' },
    ];
    expect(templatePaths('apps', 'Deployment', extra)).toEqual([
      ['spec', 'template'],
      ['spec', 'canary', '*'],
    ]);
  });
});

test.each(['spec..template', 'spec.a[0]', 'spec. template', '.spec'])('%j is no path', (path) => {
  expect(parseTemplatePath(path)).toBeUndefined();
});

test('paths of objects without a map stay as they are', () => {
  const path = ['spec', 'containers', 0];
  expect(realPath([{ path: [], metadata: {}, metadataPath: ['metadata'], spec: {}, specPath: ['spec'] }], path)).toBe(path);
});

describe('an embedded pod', () => {
  test('is found wherever it stands', () => {
    const value = { spec: { predictors: [{ name: 'a' }, { pod: { containers: [{ name: 'a' }, { image: 'x' }] } }] } };
    expect(hasEmbeddedPod(value)).toEqual(['spec', 'predictors', 1, 'pod']);
    expect(hasEmbeddedPod({ containers: [{ image: 'x' }] })).toEqual([]);
  });

  test('needs containers with an image', () => {
    expect(
      hasEmbeddedPod({ spec: { containers: [{ name: 'a' }, null], image: 'x', other: { containers: { image: 'x' } } } }),
    ).toBeUndefined();
    expect(hasEmbeddedPod(null)).toBeUndefined();
  });

  test('is not looked for without end', () => {
    let value: unknown = { containers: [{ image: 'x' }] };
    for (let depth = 0; depth < 100; depth++) value = { inner: value };
    expect(hasEmbeddedPod(value)).toBeUndefined();
  });
});
