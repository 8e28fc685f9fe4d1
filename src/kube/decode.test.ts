import { describe, expect, test } from 'vitest';
import type { Decoded, RefusedObject } from './decode.ts';
import { decode } from './decode.ts';
import { realPath } from './pod-templates.ts';

function decoded(value: Record<string, unknown>): Decoded {
  const result = decode(value);
  if ('refused' in result) throw new Error(result.refused);
  return result;
}

function refusal(value: Record<string, unknown>): RefusedObject {
  const result = decode(value);
  if (!('refused' in result)) throw new Error('decoded');
  return result;
}

function pod(spec: unknown, metadata: unknown = { name: 'web' }): Record<string, unknown> {
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec };
}

function deployment(template: unknown): Record<string, unknown> {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' }, spec: { template } };
}

describe('names', () => {
  test('come from metadata', () => {
    expect(decoded(deployment({ spec: {} })).ref).toEqual({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' });
  });

  test('fall back to generateName, then to nothing', () => {
    expect(decoded(pod({}, { generateName: 'job-' })).ref).toEqual({ apiVersion: 'v1', kind: 'Pod', name: 'job-' });
    expect(decoded(pod({}, null)).ref.name).toBe('');
    expect(decoded(pod({}, null)).metadata).toEqual({});
  });

  test('of the type must be there', () => {
    expect(refusal({ kind: 'Pod' }).refused).toBe('apiVersion: expected a string, found nothing');
    expect(refusal({ apiVersion: 'v1', kind: 7 }).refused).toBe('kind: expected a string, found the number 7');
    expect(refusal({ apiVersion: 'v1', kind: '' }).refused).toBe('kind: must not be empty');
    expect(refusal({ apiVersion: 'a/b/c', kind: 'Pod' }).refused).toContain('apiVersion:');
  });
});

describe('shapes', () => {
  test.each<[string, unknown, string]>([
    ['a list', { containers: {} }, 'spec.containers: expected a list, found an object'],
    ['an object', { securityContext: 'strict' }, 'spec.securityContext: expected an object, found a string'],
    ['a boolean', { hostNetwork: 'yes' }, 'spec.hostNetwork: expected true or false, found a string'],
    ['a string', { nodeName: true }, 'spec.nodeName: expected a string, found the boolean true'],
    ['int32', { priority: 2 ** 31 }, 'spec.priority: expected a 32-bit integer, found the number 2147483648'],
    ['int64', { securityContext: { runAsUser: 1.5 } }, 'spec.securityContext.runAsUser: expected a 64-bit integer, found the number 1.5'],
    ['a list of objects', { containers: ['web'] }, 'spec.containers[0]: expected an object, found a string'],
    ['a map of strings', { nodeSelector: { 'a.b/c': 1 } }, 'spec.nodeSelector["a.b/c"]: expected a string, found the number 1'],
    ['a quantity', { overhead: { cpu: 'much' } }, 'spec.overhead.cpu: expected a quantity such as "100m" or "1Gi", found "much"'],
    [
      'int or string',
      { containers: [{ livenessProbe: { httpGet: { port: [] } } }] },
      'spec.containers[0].livenessProbe.httpGet.port: expected a string or a 32-bit integer, found a list',
    ],
  ])('that need %s are refused with path and reason', (_, spec, reason) => {
    expect(refusal(pod(spec)).refused).toBe(reason);
  });

  test('of metadata are checked for every kind', () => {
    const metadata = { annotations: { a: true } };
    expect(refusal({ apiVersion: 'example.com/v1', kind: 'Thing', metadata }).refused).toBe(
      'metadata.annotations.a: expected a string, found the boolean true',
    );
    expect(refusal({ apiVersion: 'example.com/v1', kind: 'Thing', metadata: [] }).path).toEqual(['metadata']);
  });

  test('of values do not show what a secret holds', () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', data: { password: 'hunter2!' } };
    expect(refusal(secret).refused).toBe('data.password: expected a base64 string, found a string');
  });

  test('of old versions are those of today', () => {
    expect(refusal({ apiVersion: 'extensions/v1beta1', kind: 'Deployment', spec: { replicas: '1' } }).path).toEqual(['spec', 'replicas']);
    const backend = { serviceName: 'web', servicePort: 80 };
    expect(decoded({ apiVersion: 'networking.k8s.io/v1beta1', kind: 'Ingress', spec: { backend } }).object['spec']).toEqual({ backend });
  });

  test('of integers go to the last bit of 64', () => {
    const runAs = (runAsUser: unknown): Record<string, unknown> => pod({ securityContext: { runAsUser } });
    for (const value of [2 ** 53, 2n ** 63n - 1n, -(2n ** 63n), -(2 ** 63)]) expect(decode(runAs(value))).not.toHaveProperty('refused');
    for (const value of [2n ** 63n, -(2n ** 63n) - 1n, 2 ** 63, 1e30]) expect(decode(runAs(value))).toHaveProperty('refused');
    expect(decode(pod({ priority: 2n ** 40n }))).toHaveProperty('refused');
  });

  test('of unknown fields do not matter, nor does a field in other case', () => {
    const value = pod({ Containers: 1, more: null });
    expect(decoded(value).object).toBe(value);
  });
});

describe('null', () => {
  test('is absent, and the original stays as it was', () => {
    const value = pod({ hostNetwork: null, containers: [{ name: 'a', securityContext: null }] }, { name: 'web', labels: null });
    const before = structuredClone(value);
    expect(decoded(value).object).toEqual(pod({ containers: [{ name: 'a' }] }));
    expect(value).toEqual(before);
  });

  test('keeps its place in lists and maps', () => {
    const value = pod({ containers: [null, { args: [null] }], nodeSelector: { a: null } });
    expect(decoded(value).object['spec']).toEqual({ containers: [{}, { args: [''] }], nodeSelector: { a: '' } });
  });

  test('costs nothing where there is none', () => {
    const value = pod({ containers: [{ name: 'a' }] });
    expect(decoded(value).object).toBe(value);
  });
});

describe('hostile keys', () => {
  test('stay plain keys', () => {
    const value = JSON.parse('{"apiVersion":"v1","kind":"Pod","metadata":{"labels":{"__proto__":null,"constructor":"x"}}}');
    const { labels } = decoded(value).metadata;
    expect(JSON.stringify(labels)).toBe('{"__proto__":"","constructor":"x"}');
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  test('name no kind', () => {
    expect(decoded({ apiVersion: 'v1', kind: '__proto__' }).podTemplates).toEqual([]);
    expect(decoded({ apiVersion: 'argoproj.io/v1', kind: 'constructor' }).podTemplates).toEqual([]);
  });
});

describe('pod templates', () => {
  test('carry their own metadata and paths', () => {
    const [template] = decoded(deployment({ metadata: { labels: { app: 'web' } }, spec: { hostNetwork: true } })).podTemplates;
    expect(template).toEqual({
      path: ['spec', 'template'],
      metadata: { labels: { app: 'web' } },
      metadataPath: ['spec', 'template', 'metadata'],
      spec: { hostNetwork: true },
      specPath: ['spec', 'template', 'spec'],
    });
  });

  test('of a Pod stand at the root', () => {
    const [template] = decoded(pod({})).podTemplates;
    expect(template?.path).toEqual([]);
    expect(template?.specPath).toEqual(['spec']);
    expect(template?.metadata).toEqual({ name: 'web' });
  });

  test('are not there without a spec', () => {
    expect(decoded(deployment({ metadata: {} })).podTemplates).toEqual([]);
    expect(decoded(deployment(null)).podTemplates).toEqual([]);
    expect(decoded({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', spec: { workloadRef: { name: 'web' } } }).podTemplates).toEqual(
      [],
    );
  });

  test('of other controllers are decoded in their place', () => {
    const worker = { template: { spec: { containers: [{ name: 'a', tty: null }] } } };
    const value = { apiVersion: 'kubeflow.org/v1', kind: 'PyTorchJob', spec: { pytorchReplicaSpecs: { Master: worker, Worker: null } } };
    const { object, podTemplates } = decoded(value);
    expect(podTemplates.map((template) => template.specPath.join('.'))).toEqual(['spec.pytorchReplicaSpecs.Master.template.spec']);
    expect(object['spec']).toEqual({
      pytorchReplicaSpecs: { Master: { template: { spec: { containers: [{ name: 'a' }] } } }, Worker: null },
    });
    expect(worker.template.spec.containers[0]).toHaveProperty('tty');
  });

  test('of other controllers are refused as those of Kubernetes', () => {
    const rollout = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout' };
    expect(refusal({ ...rollout, spec: { template: { spec: { containers: 'web' } } } }).refused).toBe(
      'spec.template.spec.containers: expected a list, found a string',
    );
    expect(refusal({ ...rollout, spec: [] }).refused).toBe('spec: expected an object, found a list');
  });

  test('of kinds that a user adds are found', () => {
    const value = {
      apiVersion: 'example.com/v2',
      kind: 'Farm',
      spec: { workers: [{ template: { spec: {} } }, { template: { spec: {} } }] },
    };
    const result = decode(value, [{ group: 'example.com', kind: 'Farm', path: 'spec.workers[*].template' }]);
    expect('podTemplates' in result && result.podTemplates.map((template) => template.path)).toEqual([
      ['spec', 'workers', 0, 'template'],
      ['spec', 'workers', 1, 'template'],
    ]);
  });
});

describe('Argo workflows', () => {
  const value = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'CronWorkflow',
    metadata: { name: 'nightly' },
    spec: {
      workflowSpec: {
        serviceAccountName: 'runner',
        securityContext: { runAsNonRoot: true },
        podMetadata: { labels: { team: 'a' } },
        volumes: [{ name: 'work', emptyDir: {} }],
        templates: [
          { name: 'order', steps: [] },
          {
            name: 'build',
            container: { image: 'a', command: null },
            sidecars: [{ name: 'db', image: 'b' }],
            securityContext: null,
            metadata: { labels: { step: 'build' } },
          },
        ],
      },
    },
  };
  const { podTemplates } = decoded(value);

  test('make one pod for each template that runs a container', () => {
    expect(podTemplates).toHaveLength(1);
    expect(podTemplates[0]?.metadata).toEqual({ labels: { team: 'a', step: 'build' }, annotations: {} });
    expect(podTemplates[0]?.spec).toEqual({
      serviceAccountName: 'runner',
      securityContext: { runAsNonRoot: true },
      volumes: [{ name: 'work', emptyDir: {} }],
      containers: [
        { name: 'main', image: 'a' },
        { name: 'db', image: 'b' },
      ],
    });
  });

  test.each([
    ['containers.0.image', 'templates.1.container.image'],
    ['containers.1.securityContext.privileged', 'templates.1.sidecars.0.securityContext.privileged'],
    ['volumes.0.emptyDir', 'volumes.0.emptyDir'],
    ['serviceAccountName', 'serviceAccountName'],
    ['securityContext.runAsUser', 'securityContext.runAsUser'],
    ['automountServiceAccountToken', 'templates.1.automountServiceAccountToken'],
    ['hostNetwork', 'hostNetwork'],
    ['containers', 'templates.1'],
  ])('lead from spec.%s to their own field', (inner, real) => {
    const steps = (text: string): (string | number)[] => text.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step));
    const specPath = podTemplates[0]?.specPath ?? [];
    expect(realPath(podTemplates, [...specPath, ...steps(inner)])).toEqual(['spec', 'workflowSpec', ...steps(real)]);
  });

  test('lead from a label to the metadata that has it', () => {
    const real = (label: string): unknown => realPath(podTemplates, [...(podTemplates[0]?.metadataPath ?? []), 'labels', label]).slice(2);
    expect(real('team')).toEqual(['podMetadata', 'labels', 'team']);
    expect(real('step')).toEqual(['templates', 1, 'metadata', 'labels', 'step']);
    expect(real('absent')).toEqual(['templates', 1, 'metadata', 'labels', 'absent']);
  });

  test('are found where a step or a task holds a template of its own', () => {
    const inline = { container: { image: 'a' } };
    const spec = {
      templates: [{ steps: [[{ name: 'x' }, { inline }]] }, { dag: { tasks: [{ inline }] } }],
      templateDefaults: { hostAliases: [] },
    };
    const found = decoded({ ...value, kind: 'WorkflowTemplate', spec }).podTemplates;
    expect(found.map(({ path }) => path.join('.'))).toEqual(['spec.templates.0.steps.0.1.inline', 'spec.templates.1.dag.tasks.0.inline']);
    expect(found[0]?.spec).toEqual({ containers: [{ name: 'main', image: 'a' }], hostAliases: [] });
  });

  test('take from the defaults what the template does not say', () => {
    const securityContext = { privileged: true };
    const spec = {
      templateDefaults: { container: { image: 'base', securityContext }, serviceAccountName: 'runner' },
      templates: [{ steps: [] }, { container: { image: 'a' } }],
    };
    const { podTemplates: found } = decoded({ ...value, kind: 'Workflow', spec });
    expect(found.map((template) => template.spec)).toEqual([
      { containers: [{ name: 'main', image: 'a', securityContext }], serviceAccountName: 'runner' },
    ]);
    const real = (...path: (string | number)[]): unknown => found[0]?.map?.([...found[0].specPath, ...path]).join('.');
    expect(real('containers', 0, 'securityContext', 'privileged')).toBe('spec.templateDefaults.container.securityContext.privileged');
    expect(real('containers', 0, 'image')).toBe('spec.templates.1.container.image');
    expect(real('containers', 0, 'command')).toBe('spec.templates.1.container.command');
    expect(real('serviceAccountName')).toBe('spec.templateDefaults.serviceAccountName');
  });

  test('take containers of a set', () => {
    const templates = [{ containerSet: { containers: [{ name: 'a' }, { name: 'b' }] }, initContainers: [{ name: 'i' }] }];
    const [found] = decoded({ ...value, kind: 'Workflow', spec: { templates } }).podTemplates;
    expect(found?.spec).toEqual({ containers: [{ name: 'a' }, { name: 'b' }], initContainers: [{ name: 'i' }] });
    expect(found?.map?.([...found.specPath, 'containers', 1, 'image']).join('.')).toBe('spec.templates.0.containerSet.containers.1.image');
  });

  test('are refused at their own field', () => {
    const wrong = { ...value, kind: 'Workflow', spec: { templates: [{ script: { image: 7 } }] } };
    expect(refusal(wrong).refused).toBe('spec.templates[0].script.image: expected a string, found the number 7');
  });
});
