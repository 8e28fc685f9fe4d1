import { constantFrom, property, assert, record, option, uniqueArray } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { podOutline } from '../../kube/pod-outline.ts';
import { runs } from '../../../test/runs.ts';
import { isAsTemplate } from './as-template.ts';

type Fields = Readonly<Record<string, unknown>>;

interface Side {
  readonly metadata?: Fields;
  readonly spec?: Fields;
}

const container: Fields = { name: 'web', image: 'web:1', env: [{ name: 'A', value: '"},{[,' }], imagePullPolicy: 'IfNotPresent' };
const template: Required<Side> = {
  metadata: { creationTimestamp: null, labels: { app: 'web' }, annotations: { note: '"a\\b' } },
  spec: { containers: [container], restartPolicy: 'Always', serviceAccountName: 'web', serviceAccount: 'web', securityContext: {} },
};
const ofPod: Required<Side> = {
  metadata: { labels: { app: 'web', 'pod-template-hash': '5d' }, annotations: { note: 'b' } },
  spec: { ...template.spec, nodeName: 'n', priority: 0, enableServiceLinks: true, preemptionPolicy: 'PreemptLowerPriority' },
};

function sameText(pod: Side, of: Side = template): boolean {
  const { metadata, spec } = { ...ofPod, ...pod };
  return isAsTemplate(`"${JSON.stringify({ metadata }).slice(2)}`, `"${JSON.stringify({ spec, status: {} }).slice(2)}`, JSON.stringify(of));
}

const token = (name: string, audience?: string): Fields => ({
  name,
  projected: {
    sources: [
      { serviceAccountToken: { expirationSeconds: 3607, path: 'token', audience } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
    ],
    defaultMode: 420,
  },
});
const mount = (name: string): Fields => ({ name, readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' });
const own = { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 };
const other = { key: 'gpu', operator: 'Exists' };
const api = 'kube-api-access-abcde';

describe('a pod is as its template says but for', () => {
  test.each<[string, Side, Side?]>([
    ['what the scheduler and plugins put in', {}],
    ['tolerations of all pods', { spec: { ...ofPod.spec, tolerations: [own] } }],
    [
      'these among others',
      { spec: { ...ofPod.spec, tolerations: [other, own, own] } },
      { ...template, spec: { ...template.spec, tolerations: [other] } },
    ],
    [
      'its account, where that is the default one',
      { spec: { containers: [], serviceAccountName: 'default', serviceAccount: 'default' } },
      { ...template, spec: { containers: [] } },
    ],
    ['its token', { spec: { volumes: [token(api)], ...ofPod.spec, containers: [{ ...container, volumeMounts: [mount(api)] }] } }],
    [
      'its token among other volumes',
      {
        spec: {
          volumes: [{ name: 'a', emptyDir: {} }, token(api)],
          ...ofPod.spec,
          containers: [{ ...container, volumeMounts: [{ name: 'a', mountPath: '/a' }, mount(api)], tty: true }],
        },
      },
      {
        ...template,
        spec: {
          volumes: [{ name: 'a', emptyDir: {} }],
          ...template.spec,
          containers: [{ ...container, volumeMounts: [{ name: 'a', mountPath: '/a' }], tty: true }],
        },
      },
    ],
  ])('%s', (_, pod, of) => {
    expect(sameText(pod, of)).toBe(true);
  });
});

describe('texts do not show it where there is', () => {
  test.each<[string, Side, Side?]>([
    ['another image', { spec: { ...ofPod.spec, containers: [{ ...container, image: 'web:2' }] } }],
    ['one more field', { spec: { ...ofPod.spec, hostNetwork: true } }],
    ['one less', { spec: { ...ofPod.spec, securityContext: undefined } }],
    ['another account', { spec: { ...ofPod.spec, serviceAccountName: 'other' } }],
    ['another label', { metadata: { labels: { app: 'web', more: '' } } }],
    ['an annotation that decides', { metadata: { ...ofPod.metadata, annotations: { 'io.kubernetes.cri-o.userns-mode': 'auto' } } }],
    ['one more container', { spec: { ...ofPod.spec, ephemeralContainers: [container] } }],
    ['another toleration', { spec: { ...ofPod.spec, tolerations: [own, other] } }],
    [
      'a token for somebody else',
      { spec: { volumes: [token(api, 'x')], ...ofPod.spec, containers: [{ ...container, volumeMounts: [mount(api)] }] } },
    ],
    [
      'a token that was not wanted',
      {
        spec: {
          volumes: [token(api)],
          ...ofPod.spec,
          containers: [{ ...container, volumeMounts: [mount(api)] }],
          automountServiceAccountToken: false,
        },
      },
      { ...template, spec: { ...template.spec, automountServiceAccountToken: false } },
    ],
  ])('%s', (_, pod, of) => {
    expect(sameText(pod, of)).toBe(false);
  });

  test('a name twice', () => {
    expect(isAsTemplate('"labels":{}', '"spec":{"a":1,"a":1}', '{"spec":{"a":1}}')).toBe(false);
  });
});

test('where texts show it, both outlines are one', () => {
  const image = constantFrom('web:1', 'web:1', 'web:2');
  const mounts = constantFrom([], [mount(api)], [mount('kube-api-access-zzzzz')], [{ name: 'a', mountPath: '/a' }, mount(api)]);
  const side = record(
    {
      volumes: constantFrom<Fields[][]>([token(api)], [{ name: 'a', emptyDir: {} }, token(api)], [token(api, 'x')], []),
      containers: uniqueArray(
        record({ name: constantFrom('web', 'side'), image, volumeMounts: mounts }, { requiredKeys: ['name', 'image'] }),
        {
          minLength: 1,
          maxLength: 2,
          selector: ({ name }) => name,
        },
      ),
      serviceAccountName: constantFrom('default', 'web'),
      serviceAccount: constantFrom('default', 'web'),
      automountServiceAccountToken: constantFrom(true, false),
      hostNetwork: constantFrom(true, false),
      hostname: constantFrom('a', 'b'),
      tolerations: constantFrom([own], [own, other], [other], []),
      runtimeClassName: constantFrom('kata'),
      enableServiceLinks: constantFrom(true, false),
    },
    { requiredKeys: [] },
  );
  const labels = constantFrom<Fields[]>({ app: 'web' }, { app: 'web', 'pod-template-hash': '5d' }, { app: 'api' }, {});
  const changes = option(
    record({ nodeName: constantFrom('n'), hostNetwork: constantFrom(true), tolerations: constantFrom([own]) }, { requiredKeys: [] }),
  );
  let shown = 0;
  assert(
    property(side, side, labels, labels, changes, constantFrom(true, true, false), (a, b, before, after, more, same) => {
      const [there, here] = [
        { metadata: { labels: before }, spec: a },
        { metadata: { labels: after }, spec: { ...(same ? a : b), ...more } },
      ];
      if (!sameText(here, there)) return;
      shown++;
      const outline = (each: typeof there): string => podOutline(each as unknown as Parameters<typeof podOutline>[0], (text) => text);
      expect(outline(here)).toBe(outline(there));
    }),
    { numRuns: runs(400, 20_000), seed: 7 },
  );
  expect(shown).toBeGreaterThan(runs(20, 1000));
});
