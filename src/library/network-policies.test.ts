import { array, assert, asyncProperty, boolean, integer, nat, record, type Arbitrary } from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { nowhere } from '../core/index.ts';
import type { ReachEndpoint } from '../core/reach.ts';
import { buildNetwork, networkFact, type NetworkFact } from '../kube/network/index.ts';
import { read } from '../testing/control-proofs.ts';
import { readInventory } from './inventory.ts';
import { startPolicyGenerator, type GeneratedNetworkPolicies, type NetworkPolicyOptions } from './network-policies.ts';
import { runs } from '../../test/runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-policies-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function generate(yaml: string, options: NetworkPolicyOptions = {}): Promise<GeneratedNetworkPolicies> {
  const generator = startPolicyGenerator({ check: true, ...options });
  writeFileSync(join(folder, 'all.yaml'), yaml);
  const inventory = await readInventory({ paths: ['all.yaml'], cwd: folder }, generator.kinds, generator.visit);
  expect(inventory.unread).toEqual([]);
  return generator.finish(inventory);
}

interface World {
  readonly namespaces: number;
  readonly workloads: readonly { readonly namespace: number; readonly port: number; readonly named: boolean; readonly replicas: number }[];
  /** From one workload to another. */
  readonly connections: readonly { readonly from: number; readonly to: number; readonly by: number }[];
}

const worlds: Arbitrary<World> = record({
  namespaces: integer({ min: 1, max: 3 }),
  workloads: array(
    record({
      namespace: nat(2),
      port: integer({ min: 1024, max: 1040 }),
      named: boolean(),
      replicas: integer({ min: 1, max: 2 }),
    }),
    { minLength: 1, maxLength: 6 },
  ),
  connections: array(record({ from: nat(5), to: nat(5), by: nat(4) }), { maxLength: 8 }),
});

const namespaceOf = (world: World, index: number): string => `ns-${world.workloads[index]!.namespace % world.namespaces}`;

/** Connections between workloads that there are, each once, none of a workload to itself. */
function wantedOf({ workloads, connections }: World): { readonly from: number; readonly to: number; readonly by: number }[] {
  const wanted = new Map<string, { readonly from: number; readonly to: number; readonly by: number }>();
  for (const { from, to, by } of connections)
    if (from < workloads.length && to < workloads.length && from !== to) wanted.set(`${from} ${to}`, { from, to, by });
  return [...wanted.values()];
}

function yamlOf(world: World): string {
  return world.workloads
    .map(({ port, named, replicas }, index) => {
      const namespace = namespaceOf(world, index);
      const variables = wantedOf(world)
        .filter(({ from }) => from === index)
        .map(({ to, by }, number) => {
          const full = `w${to}.${namespaceOf(world, to)}`;
          const value = [`${full}:80`, `http://${full}.svc.cluster.local/x`, `${full}.svc:80`, full, `${full}.svc`][by]!;
          return `{ name: V${number}_HOST, value: "${value}" }`;
        });
      return `
apiVersion: apps/v1
kind: Deployment
metadata: { name: w${index}, namespace: ${namespace} }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: w${index} } }
  template:
    metadata: { labels: { app: w${index}, all: same } }
    spec:
      containers: [{ name: main, image: a/b:1, ports: [{ name: main, containerPort: ${port} }], env: [${variables.join(', ')}] }]
---
apiVersion: v1
kind: Service
metadata: { name: w${index}, namespace: ${namespace} }
spec: { selector: { app: w${index} }, ports: [{ port: 80, targetPort: ${named ? 'main' : port} }] }
`;
    })
    .join('---');
}

function factsOf(yaml: string): NetworkFact[] {
  return read(yaml).flatMap((resource, index) => {
    return networkFact(resource, (path) => ({ resource: index, path, location: nowhere }), resource.ref.namespace) ?? [];
  });
}

test('what is evidenced passes, and nothing else does', async () => {
  await assert(
    asyncProperty(worlds, async (world) => {
      const yaml = yamlOf(world);
      const { files, review } = await generate(yaml);
      const wanted = wantedOf(world);
      expect(review.evidenced).toBe(wanted.length);
      expect(review.check).toMatchObject({ passing: wanted.length, failing: [], untold: [] });
      const network = buildNetwork([...factsOf(yaml), ...files.flatMap(({ text }) => factsOf(text.slice(text.indexOf('---\n') + 4)))]);
      const end = (index: number): ReachEndpoint => ({
        type: 'workload',
        kind: 'Deployment',
        namespace: namespaceOf(world, index),
        name: `w${index}`,
      });
      for (const from of world.workloads.keys())
        for (const [to, { port, replicas }] of world.workloads.entries())
          for (const asked of [port, 1041]) {
            const isWanted = asked === port && wanted.some((one) => one.from === from && one.to === to);
            // A pod always reaches itself.
            const expected = isWanted || (from === to && replicas === 1) ? 'allowed' : 'denied';
            expect(network.verdict(end(from), end(to), 'TCP', asked), `${from} to ${to} on ${asked}`).toBe(expected);
          }
    }),
    { seed: 7, numRuns: runs(10, 80) },
  );
});

test('policies that were generated are the same when they are generated again', async () => {
  await assert(
    asyncProperty(worlds, async (world) => {
      const yaml = yamlOf(world);
      const { files } = await generate(yaml);
      const again = await generate(`${yaml}${files.map(({ text }) => text.slice(text.indexOf('---\n'))).join('')}`);
      expect(again.files).toEqual(files);
    }),
    { seed: 8, numRuns: 8 },
  );
});

const pair = yamlOf({
  namespaces: 1,
  workloads: [
    { namespace: 0, port: 1024, named: false, replicas: 1 },
    { namespace: 0, port: 1025, named: false, replicas: 1 },
  ],
  connections: [{ from: 0, to: 1, by: 0 }],
});

test('a policy of the cluster that denies what is evidenced fails the check', async () => {
  const denied = `---
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: { name: never }
spec: { priority: 1, subject: { namespaces: {} }, ingress: [{ name: never, action: Deny, from: [{ namespaces: {} }] }] }
`;
  const { review } = await generate(pair + denied);
  expect(review.check?.failing).toMatchObject([
    { from: 'ns-0/w0', to: 'ns-0/w1', port: 'TCP 1025', because: 'policies of today deny it already' },
  ]);
});

test('what is cut is told by where it goes to', async () => {
  const { review } = await generate(pair);
  expect(review.check?.cut).toEqual([
    { to: 'ns-0/w0', port: 'TCP 1024', from: ['ns-0/w1'], sources: 1 },
    { to: 'internet', port: 'most ports', from: ['ns-0/w0', 'ns-0/w1'], sources: 2 },
    { to: 'metadata', port: 'most ports', from: ['ns-0/w0', 'ns-0/w1'], sources: 2 },
  ]);
});

test('whether the API server is reached is known where its address was told', async () => {
  const binding = `---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: b }
subjects: [{ kind: ServiceAccount, name: default, namespace: ns-0 }]
`;
  expect((await generate(pair + binding)).review.check?.untold).toHaveLength(2);
  expect((await generate(pair + binding, { apiServer: ['10.3.0.1'] })).review.check).toMatchObject({ passing: 3, untold: [] });
});

test('what a mesh and Knative lead elsewhere passes', async () => {
  const { files, review } = await generate(`
apiVersion: serving.knative.dev/v1
kind: Service
metadata: { name: hello, namespace: shop }
spec: { template: { spec: { containers: [{ image: registry.example.com/hello:1, ports: [{ containerPort: 8080 }] }] } } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: activator, namespace: knative-serving }
spec: { selector: { matchLabels: { app: activator } }, template: { metadata: { labels: { app: activator } }, spec: { containers: [{ name: a, image: registry.example.com/activator:1 }] } } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { selector: { matchLabels: { app: web } }, template: { metadata: { labels: { app: web } }, spec: { containers: [{ name: a, image: registry.example.com/web:1, ports: [{ containerPort: 8080 }] }] } } }
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { selector: { app: web }, ports: [{ port: 80, targetPort: 8080 }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: in, namespace: shop }
spec: { hosts: [shop.example.com], gateways: [edge/front], http: [{ route: [{ destination: { host: web } }] }] }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: front, namespace: edge }
spec: { selector: { istio: ingressgateway } }
`);
  const text = files.map((file) => file.text).join('\n');
  expect(text).toContain('serving.knative.dev/service: hello');
  expect(text).toContain('VirtualService "in" leads to it');
  expect(review.check?.failing).toEqual([]);
  expect(review.check?.passing).toBeGreaterThan(2);
});
