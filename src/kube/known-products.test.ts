import { expect, test } from 'vitest';
import { decode } from './decode.ts';
import { knownProducts, productsOfApi, productsOfImage, productsOfWorkload } from './known-products.ts';

const names = (products: readonly { readonly name: string }[]): string[] => products.map(({ name }) => name);

function ofDaemonSet(metadata: object, pod: object): string[] {
  const decoded = decode({ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'it', ...metadata }, spec: { template: pod } });
  if ('refused' in decoded) throw new Error(decoded.refused);
  return names(productsOfWorkload(decoded));
}

test.each<[string, string[]]>([
  ['docker.io/falcosecurity/falco:0.41.0', ['Falco']],
  ['falcosecurity/falco', ['Falco']],
  ['mirror.example.com:5000/hub/falcosecurity/falco@sha256:4b6c9a0d8d2a4f0e9c1f7b35a4de1d0f6b0b9f1e2c3d4a5b6c7d8e9f0a1b2c3d', ['Falco']],
  ['mirror.example.com/rancher/mirrored-calico-node:v3.30.2', ['Calico']],
  ['mirror.example.com/cilium/cilium', ['Cilium']],
  ['mirror.example.com/cilium/tetragon', ['Tetragon']],
  ['mirror.example.com/team/fluent-bit:3', ['Fluent Bit']],
  ['fluent-bit', ['Fluent Bit']],
  // A part of another name, another owner, the name as a tag: none of it is the product.
  ['mirror.example.com/falcosecurity/falcosidekick', []],
  ['mirror.example.com/team/falco-exporter', []],
  ['mirror.example.com/team/falco', []],
  ['mirror.example.com/team/app:falco', []],
  ['mirror.example.com/falcosecurity/falco/sidecar', []],
  ['FALCOSECURITY/falco/falco', []],
  ['', []],
  ['constructor', []],
  ['__proto__', []],
  [`${'a/'.repeat(600)}falco`, []],
])('by the image %j', (image, expected) => {
  expect(names(productsOfImage(image))).toEqual(expected);
});

test.each<[string, string, string[]]>([
  ['projectcalico.org', 'networkpolicies', ['Calico']],
  ['crd.projectcalico.org', 'felixconfigurations', ['Calico']],
  ['notprojectcalico.org', 'felixconfigurations', []],
  ['templates.gatekeeper.sh', 'constrainttemplates', ['Gatekeeper']],
  ['policies.kyverno.io', 'validatingpolicies', ['Kyverno']],
  ['policies.kubewarden.io', 'clusteradmissionpolicies', ['Kubewarden']],
  ['cilium.io', 'tracingpolicies', ['Tetragon']],
  ['cilium.io', 'ciliumnetworkpolicies', ['Cilium']],
  ['cilium.io', 'others', []],
  ['', 'pods', []],
  ['..', '', []],
  ['__proto__', 'constructor', []],
])('by the API %s, %s', (group, plural, expected) => {
  expect(names(productsOfApi(group, plural))).toEqual(expected);
});

test('by labels of the object or of its pods', () => {
  const pod = { spec: { containers: [{ name: 'it', image: 'registry.example.com/own/it' }] } };
  expect(ofDaemonSet({}, pod)).toEqual([]);
  expect(ofDaemonSet({ labels: { 'k8s-app': 'calico-node' } }, pod)).toEqual(['Calico']);
  expect(ofDaemonSet({}, { ...pod, metadata: { labels: { 'app.kubernetes.io/name': 'falco' } } })).toEqual(['Falco']);
  expect(ofDaemonSet({ labels: { team: 'falco' } }, pod)).toEqual([]);
});

test('by the name that its maker gives it, in its namespace alone', () => {
  const pod = { spec: { containers: [{ name: 'it', image: 'registry.example.com/release@sha256:1' }] } };
  expect(ofDaemonSet({ name: 'ovnkube-node', namespace: 'openshift-ovn-kubernetes' }, pod)).toEqual(['OVN-Kubernetes']);
  expect(ofDaemonSet({ name: 'ovnkube-node', namespace: 'shop' }, pod)).toEqual([]);
});

test('by what runs for as long as the pod does, each product once', () => {
  const [falco, promtail] = [
    { name: 'a', image: 'falcosecurity/falco' },
    { name: 'b', image: 'grafana/promtail' },
  ];
  expect(ofDaemonSet({ labels: { 'k8s-app': 'falco' } }, { spec: { containers: [falco, promtail] } })).toEqual(['Falco', 'Promtail']);
  expect(ofDaemonSet({}, { spec: { initContainers: [{ ...falco, restartPolicy: 'Always' }], containers: [] } })).toEqual(['Falco']);
  expect(ofDaemonSet({}, { spec: { initContainers: [falco], containers: [] } })).toEqual([]);
});

test('every row can be recognised, and says what becomes of policies exactly where that is asked', () => {
  for (const { name, roles, networkPolicy, images = [], labels = [], workloads = [], apis = [] } of knownProducts) {
    expect(images.length + labels.length + workloads.length + apis.length, name).toBeGreaterThan(0);
    expect(networkPolicy !== undefined, name).toBe(roles.includes('network plugin') || roles.includes('network policy engine'));
    for (const image of images) expect(names(productsOfImage(`registry.example.com/mirror/${image}:1`)), image).toContain(name);
    for (const api of apis) {
      const [first = '', ...rest] = api.split('.');
      expect(names([...productsOfApi(api, 'any'), ...productsOfApi(rest.join('.'), first)]), api).toContain(name);
    }
  }
  expect(new Set(names(knownProducts)).size).toBe(knownProducts.length);
});
