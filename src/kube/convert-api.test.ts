import { describe, expect, test } from 'vitest';
import { applyEdits } from '../fix/apply.ts';
import { convertApi } from './convert-api.ts';

function converted(object: Record<string, unknown>, replacement: string): unknown {
  const repair = convertApi(object, replacement);
  return 'declined' in repair ? repair.declined : applyEdits(object, repair.edits);
}

describe('an ingress', () => {
  const ingress = (spec: unknown) => ({ apiVersion: 'extensions/v1beta1', kind: 'Ingress', spec });
  const to = 'networking.k8s.io/v1';

  test('names services and ports anew, and says the path type that it had', () => {
    const paths = [
      { path: '/', backend: { serviceName: 'web', servicePort: 80 } },
      { path: '/b', pathType: 'Prefix', backend: { serviceName: 'web', servicePort: 'http' } },
      { backend: { resource: { kind: 'Bucket', name: 'b' } } },
    ];
    expect(
      converted(ingress({ backend: { serviceName: 'other', servicePort: '8080' }, rules: [{ host: 'a' }, { http: { paths } }] }), to),
    ).toEqual({
      apiVersion: to,
      kind: 'Ingress',
      spec: {
        defaultBackend: { service: { name: 'other', port: { number: 8080 } } },
        rules: [
          { host: 'a' },
          {
            http: {
              paths: [
                { path: '/', pathType: 'ImplementationSpecific', backend: { service: { name: 'web', port: { number: 80 } } } },
                { path: '/b', pathType: 'Prefix', backend: { service: { name: 'web', port: { name: 'http' } } } },
                { pathType: 'ImplementationSpecific', backend: { resource: { kind: 'Bucket', name: 'b' } } },
              ],
            },
          },
        ],
      },
    });
  });

  test.each([
    { backend: { serviceName: 'web' } },
    { backend: { servicePort: 80 } },
    { backend: 'web' },
    { rules: [{ http: { paths: [{ path: '/' }] } }] },
    { rules: [{ http: { paths: ['web'] } }] },
  ])('without a backend that can be told is left to a person: %j', (spec) => {
    expect(converted(ingress(spec), to)).toBe('a backend names neither a service with its port nor a resource');
  });

  test('of any other shape does no harm', () => {
    for (const spec of [null, 'x', 5, [], { rules: 'x' }, { rules: [null, 5, { http: 7 }] }])
      expect(converted(ingress(spec), to)).toHaveProperty('apiVersion', to);
  });
});

describe('a workload', () => {
  const old = (apiVersion: string, spec: unknown) => ({ apiVersion, kind: 'Deployment', spec });
  const template = { metadata: { labels: { app: 'web' } }, spec: {} };

  test('gets the selector that it had, and loses orders of old clients', () => {
    expect(converted(old('extensions/v1beta1', { template, rollbackTo: {}, templateGeneration: 1 }), 'apps/v1')).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      spec: { template, selector: { matchLabels: { app: 'web' } } },
    });
    expect(converted(old('apps/v1beta2', { template: {} }), 'apps/v1')).toMatch(/no labels to select/);
  });

  test('of the oldest versions had other defaults', () => {
    expect(convertApi(old('extensions/v1beta1', { template }), 'apps/v1')).toHaveProperty('safety', 'review');
    expect(convertApi(old('apps/v1beta2', { template, selector: {} }), 'apps/v1')).not.toHaveProperty('safety');
  });
});

test('a disruption budget with an empty selector would hold other pods', () => {
  const budget = (selector: unknown) => ({ apiVersion: 'policy/v1beta1', kind: 'PodDisruptionBudget', spec: { selector } });
  for (const selector of [{}, { matchLabels: {} }, { matchExpressions: [] }])
    expect(converted(budget(selector), 'policy/v1')).toMatch(/^an empty/);
  expect(converted(budget({ matchLabels: { app: 'web' } }), 'policy/v1')).toHaveProperty('apiVersion', 'policy/v1');
  expect(converted(budget(undefined), 'policy/v1')).toHaveProperty('apiVersion', 'policy/v1');
});

test('an autoscaler keeps the metrics of resources', () => {
  const scaler = (metrics: unknown) => ({ apiVersion: 'autoscaling/v2beta1', kind: 'HorizontalPodAutoscaler', spec: { metrics } });
  const metrics = [
    { type: 'Resource', resource: { name: 'cpu', targetAverageUtilization: 70 } },
    { type: 'Resource', resource: { name: 'memory', targetAverageValue: '1Gi' } },
  ];
  expect(converted(scaler(metrics), 'autoscaling/v2')).toMatchObject({
    spec: {
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
        { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } } },
      ],
    },
  });
  expect(converted(scaler([{ type: 'Pods', pods: {} }]), 'autoscaling/v2')).toMatch(/^metrics of type "Pods"/);
  expect(converted(scaler([{ type: 'Resource', resource: { name: 'cpu' } }]), 'autoscaling/v2')).toBe('a metric has no target');
  const second = { apiVersion: 'autoscaling/v2beta2', kind: 'HorizontalPodAutoscaler', spec: { metrics: [{ type: 'Pods' }] } };
  expect(converted(second, 'autoscaling/v2')).toEqual({ ...second, apiVersion: 'autoscaling/v2' });
});

test('webhooks keep the defaults that they had, and say that they have no side effects', () => {
  const hooks = (webhook: object) => ({
    apiVersion: 'admissionregistration.k8s.io/v1beta1',
    kind: 'ValidatingWebhookConfiguration',
    webhooks: [webhook],
  });
  const to = 'admissionregistration.k8s.io/v1';
  expect(converted(hooks({ name: 'a', sideEffects: 'None', failurePolicy: 'Fail' }), to)).toMatchObject({
    webhooks: [
      {
        name: 'a',
        sideEffects: 'None',
        failurePolicy: 'Fail',
        matchPolicy: 'Exact',
        timeoutSeconds: 30,
        admissionReviewVersions: ['v1beta1'],
      },
    ],
  });
  for (const sideEffects of [undefined, 'Unknown', 'Some']) expect(converted(hooks({ sideEffects }), to)).toMatch(/side effects/);
});

test('a patch goes by the version of what it changes', () => {
  const patches = [
    { apiVersion: 'extensions/v1beta1', kind: 'Deployment', spec: { replicas: 3 } },
    { apiVersion: 'admissionregistration.k8s.io/v1beta1', kind: 'MutatingWebhookConfiguration', metadata: { annotations: {} } },
  ];
  for (const patch of patches) expect(converted(patch, 'apps/v1')).toMatch(/^this is a patch/);
});

test('shares of a priority level have another name', () => {
  const level = (limited: object) => ({ kind: 'PriorityLevelConfiguration', spec: { limited } });
  const to = 'flowcontrol.apiserver.k8s.io/v1';
  expect(converted(level({ assuredConcurrencyShares: 5 }), to)).toMatchObject({ spec: { limited: { nominalConcurrencyShares: 5 } } });
  expect(converted(level({ nominalConcurrencyShares: 0 }), to)).toMatch(/^shares of 0/);
});
