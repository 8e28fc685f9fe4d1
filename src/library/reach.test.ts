import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReachChange, ReachEndpoint } from '../core/index.ts';
import { readInventory } from './inventory.ts';
import { compareReach, reachPairs, startReachReading, type ReachWorld } from './reach.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-reach-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const workload = (namespace: string, name: string, spec = '', replicas = 1): string => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {${spec}containers: [{name: c, image: c, ports: [{name: http, containerPort: 8080}]}]}
---`;
const policy = (namespace: string, name: string, spec: string): string => `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: ${name}, namespace: ${namespace}}
spec: ${spec}
---`;
const workloads =
  workload('shop', 'web', '', 3) +
  workload('shop', 'api') +
  workload('shop', 'job') +
  workload('data', 'db') +
  workload('data', 'agent', 'hostNetwork: true, ');
const policies =
  policy('data', 'deny', '{podSelector: {}, policyTypes: [Ingress, Egress]}') +
  policy('data', 'web', '{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{namespaceSelector: {}}], ports: [{port: http}]}]}') +
  policy(
    'shop',
    'block',
    '{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]}]}',
  );
const service = `
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80, targetPort: http}]}
---`;

async function worldOf(text: string, plugin?: string): Promise<ReachWorld> {
  writeFileSync(join(folder, 'all.yaml'), text);
  const reading = startReachReading();
  const inventory = await readInventory({ paths: [folder] }, reading.kinds, reading.visit);
  return reading.finish(inventory, plugin);
}

describe('pairs', () => {
  test.each(['generic', 'calico', 'cilium', 'flannel'])('of rows are those that are asked one by one: %s', async (plugin) => {
    const world = await worldOf(workloads + policies + service, plugin);
    const { endpoints } = world;
    const isWorkload = ({ type }: ReachEndpoint): boolean => type === 'workload';
    const isSilent = (end: ReachEndpoint): boolean => end.type === 'virtual' && end.name === 'metadata';
    const each = [...reachPairs(world, { from: endpoints, to: endpoints })].filter(
      ({ from, to }) => (isWorkload(from) || isWorkload(to)) && !isSilent(from),
    );
    const texts = (pairs: Iterable<object>): string[] => Array.from(pairs, (pair) => JSON.stringify(pair)).sort();
    expect(texts(reachPairs(world, {}))).toEqual(texts(each));
    expect(each.length).toBeGreaterThan(60);
  });

  test('of one port say nothing of others', async () => {
    const world = await worldOf(workloads + policies, 'cilium');
    for (const { allowed, denied, unknown } of reachPairs(world, { port: { protocol: 'TCP', port: 8080 } }))
      expect([...allowed, ...denied, ...unknown]).toMatchObject([{ protocol: 'TCP', ports: '8080' }]);
  });
});

describe('a comparison', () => {
  const between = ({ from, to }: ReachChange): string => [from, to].map((end) => (end.type === 'workload' ? end.name : end.type)).join(' ');

  test('has the pairs that differ when each state is asked', async () => {
    const [before, after] = [await worldOf(workloads, 'cilium'), await worldOf(workloads + policies, 'cilium')];
    const changed = new Set(Array.from(compareReach(before, after).changes(), between));
    expect(changed).toContain('api db');
    expect(changed).not.toContain('api job');
    for (const change of compareReach(before, after).changes()) expect(change.opened).toEqual([]);
    const back = [...compareReach(after, before).changes()];
    expect(new Set(back.map(between))).toEqual(changed);
    for (const change of back) expect(change.closed).toEqual([]);
  });

  test('lists workloads that come, and does not compare them', async () => {
    const [before, after] = [await worldOf(workloads), await worldOf(workloads + workload('shop', 'new'))];
    const { added, removed, changes } = compareReach(before, after);
    expect([added, removed, [...changes()]]).toEqual([[{ type: 'workload', kind: 'Deployment', namespace: 'shop', name: 'new' }], [], []]);
  });
});
