import { describe, expect, test } from 'vitest';
import { apiGroup, formatPath } from '../core/index.ts';
import { decode } from './decode.ts';
import { definitions, kinds } from './known-fields.generated.ts';
import { fieldsUnknownTo, type UnknownField } from './known-fields.ts';
import { roots, structs } from './shapes.generated.ts';

function unknownIn(object: Record<string, unknown>, minor = 37): readonly UnknownField[] | undefined {
  const decoded = decode(object);
  if ('refused' in decoded) throw new Error(decoded.refused);
  const fields = fieldsUnknownTo(decoded, minor);
  // What the decoder saw of them on its way is the same.
  expect(fieldsUnknownTo({ ...decoded, hasLastingFields: false }, minor)).toEqual(fields);
  return fields;
}

test('a struct of the decoder is the definition of its name, at the same places', () => {
  const differences: string[] = [];
  const compare = (where: string, code: string, definition: string | undefined): void => {
    const struct = code.replace(/^[[{]+/, '');
    // Others it takes for fields that do not last.
    if (Object.hasOwn(definitions, struct) && Object.hasOwn(structs, struct) && struct !== definition)
      differences.push(`${where}: ${struct}, not ${definition}`);
  };
  for (const [name, struct] of Object.entries(structs)) {
    if (!definitions[name]) continue;
    const fields = new Map(definitions[name].split(' ').map((text) => [text.replace(/[+:-].*/, ''), text.replace(/^[^:]*:?[{]?/, '')]));
    for (const [code = '', ...known] of struct.split(';').map((group) => group.split(' '))) {
      for (const field of known) {
        expect([...fields.keys()]).toContain(field);
        compare(`${name}.${field}`, code, fields.get(field));
      }
    }
  }
  for (const [key, definition] of Object.entries(kinds)) {
    const [apiVersion = '', kind = ''] = key.split(' ');
    const struct = roots[`${apiVersion}/${kind}`] ?? roots[`${apiGroup(apiVersion)}/${kind}`];
    if (struct !== undefined) compare(key, struct, definition);
  }
  expect(differences).toEqual([]);
});

function pod(spec: Record<string, unknown>, minor?: number): readonly UnknownField[] {
  return unknownIn({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec }, minor) ?? [];
}

function told(fields: readonly UnknownField[] | undefined): string[] {
  return (fields ?? []).map(({ path, meant, belongs }) => [formatPath(path), meant ?? belongs].filter(Boolean).join(' → '));
}

describe('a field that Kubernetes does not know', () => {
  test('is found at any depth, with the nearest one beside it', () => {
    expect(told(pod({ containers: [{ name: 'web', image: 'web', port: [] }], securityContext: { runAsNonroot: true } }))).toEqual([
      'spec.containers[0].port → ports',
      'spec.securityContext.runAsNonroot → runAsNonRoot',
    ]);
  });

  test('is told its place where a field of this name stands nearby', () => {
    expect(told(pod({ fsGroup: 1, securityContext: { privileged: true }, containers: [{ memory: 1, limits: {} }] }))).toEqual([
      'spec.fsGroup → securityContext',
      'spec.securityContext.privileged → the securityContext of containers',
      'spec.containers[0].memory',
      'spec.containers[0].limits → resources',
    ]);
  });

  test('weighs more where it was meant to restrict', () => {
    const [readOnly, mode] = pod({
      volumes: [{ name: 'a', configMap: { mode: 1 } }],
      containers: [{ volumeMounts: [{ readonly: true }] }],
    }).toSorted((a, b) => Number(b.restricts) - Number(a.restricts));
    expect([readOnly?.meant, readOnly?.restricts, mode?.restricts]).toEqual(['readOnly', true, false]);
    const policy = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', spec: { podSelector: { matchlabels: {} } } };
    expect(unknownIn(policy)?.map(({ restricts }) => restricts)).toEqual([true]);
  });

  test('may be one of another version', () => {
    const schedulingGroup = { podGroupName: 'a' };
    expect(pod({ schedulingGroup }, 35)).toMatchObject([{ name: 'schedulingGroup', since: 36 }]);
    expect(pod({ schedulingGroup }, 36)).toEqual([]);
    expect(pod({ workloadRef: { name: 'a' } }, 36)).toMatchObject([{ name: 'workloadRef', until: 35 }]);
    expect(pod({ schedulingGroup }, 20)).toMatchObject([{ since: 36 }]);
    expect(pod({ schedulingGroup }, 99)).toEqual([]);
  });

  test('is none where keys are not fields, and none that a patch brings', () => {
    expect(pod({ nodeSelector: { any: 'x' }, containers: [{ resources: { limits: { 'example.com/gpu': 1 } } }] })).toEqual([]);
    expect(told(pod({ $patch: 'replace', '$setElementOrder/containers': [], containers: [{ $retainKeys: [] }], $other: 1 }))).toEqual([
      'spec["$other"]',
    ]);
  });

  test('counts although it is null, and whatever it is called', () => {
    expect(told(pod(JSON.parse('{"__proto__": {}, "constructor": null, "": 1}') as Record<string, unknown>))).toEqual([
      'spec.__proto__',
      'spec.constructor',
      'spec[""]',
    ]);
  });

  test('is told a hundred times at most', () => {
    expect(pod(Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`x${index}`, 1])))).toHaveLength(100);
  });
});

describe('a kind of somebody else', () => {
  test('is exempt, save for its pod templates', () => {
    expect(unknownIn({ apiVersion: 'example.com/v1', kind: 'Thing', spec: { anything: 1 } })).toBeUndefined();
    const template = { metadata: { lables: {} }, spec: { containers: [{ name: 'web', img: 'web' }] } };
    expect(told(unknownIn({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', spec: { anything: 1, template } }))).toEqual([
      'spec.template.metadata.lables → labels',
      'spec.template.spec.containers[0].img → image',
    ]);
  });

  test('may add fields of its own to a template', () => {
    const spec = { containerConcurrency: 1, timeoutSeconds: 5, containers: [{ name: 'web' }] };
    expect(unknownIn({ apiVersion: 'serving.knative.dev/v1', kind: 'Service', spec: { template: { spec } } })).toEqual([]);
    const templates = [{ name: 'a', script: { image: 'a', source: 'echo', imagePullpolicy: 'Always' } }];
    expect(told(unknownIn({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', spec: { templates } }))).toEqual([
      'spec.templates[0].spec.containers[0].imagePullpolicy → imagePullPolicy',
    ]);
  });

  test('of a version that is no longer served is left to the control that says so', () => {
    expect(unknownIn({ apiVersion: 'extensions/v1beta1', kind: 'Ingress', spec: { anything: 1 } })).toBeUndefined();
  });
});
