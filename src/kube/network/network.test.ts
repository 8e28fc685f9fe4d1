import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { apiGroup, nowhere, type Resource } from '../../core/index.ts';
import type { ReachEndpoint } from '../../core/reach.ts';
import { decode } from '../decode.ts';
import {
  buildNetwork,
  diffNetworks,
  networkFact,
  networkKinds,
  profiles,
  type Connection,
  type Network,
  type NetworkFact,
  type PluginProfile,
} from './index.ts';

/** The facts of a text of documents, as a source would hand them over. */
function factsOf(text: string): NetworkFact[] {
  return parseAllDocuments(text).flatMap((document, index) => {
    const decoded = decode(document.toJS() as Record<string, unknown>);
    if ('refused' in decoded) throw new Error(decoded.refused);
    const group = apiGroup(decoded.ref.apiVersion);
    const read = networkKinds.includes(group === '' ? decoded.ref.kind : `${decoded.ref.kind}.${group}`);
    if (!read && decoded.podTemplates.length === 0) throw new Error(`${decoded.ref.kind} is not read`);
    const resource: Resource = { ...decoded, file: 'world.yaml', locate: (paths) => paths.map(() => nowhere) };
    return networkFact(resource, (path) => ({ resource: index, path, location: nowhere }), decoded.ref.namespace) ?? [];
  });
}

function workload(name: string, namespace = 'shop', kind = 'Deployment'): ReachEndpoint {
  return { type: 'workload', kind, namespace, name };
}

function deployment(name: string, { namespace = 'shop', more = '', spec = '' } = {}): string {
  return `---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  ${spec === '' ? 'replicas: 1' : spec}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      ${more === '' ? 'terminationGracePeriodSeconds: 1' : more}
      containers: [{ name: main, image: registry.example.com/main:1, ports: [{ name: http, containerPort: 8080 }] }]
`;
}

const shop = `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { team: web } }
${deployment('web', { spec: 'replicas: 2' })}${deployment('db')}${deployment('agent', { namespace: 'tools' })}`;

function policy(name: string, spec: string, namespace = 'shop'): string {
  return `---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: ${name}, namespace: ${namespace} }\nspec: ${spec}\n`;
}

function between(text: string, from: ReachEndpoint, to: ReachEndpoint, profile?: PluginProfile): string {
  const network: Network = buildNetwork(factsOf(text), profile);
  const { allowed, denied, unknown }: Connection = network.between(from, to);
  const written = (list: readonly { protocol: string; ports: string }[]): string =>
    list.map(({ protocol, ports }) => `${protocol} ${ports}`).join(' ');
  return [`+ ${written(allowed)}`, `- ${written(denied)}`, `? ${written(unknown)}`].filter((part) => part.length > 2).join(' ');
}

const all = 'TCP 1-65535 UDP 1-65535 SCTP 1-65535';
const deny = policy('deny', '{ podSelector: {}, policyTypes: [Ingress, Egress] }');

describe('between', () => {
  test('without a policy everything is allowed, and with a default deny nothing', () => {
    expect(between(shop, workload('web'), workload('db'))).toBe(`+ ${all}`);
    expect(between(shop + deny, workload('web'), workload('db'))).toBe(`- ${all}`);
    expect(between(shop + deny, workload('agent', 'tools'), workload('db'))).toBe(`- ${all}`);
  });

  test('egress of one and ingress of the other both have to allow it', () => {
    const into = policy(
      'db',
      '{ podSelector: { matchLabels: { app: db } }, ingress: [{ from: [{ podSelector: {} }], ports: [{ port: http }] }] }',
    );
    const out = policy(
      'web',
      '{ podSelector: { matchLabels: { app: web } }, policyTypes: [Egress], egress: [{ ports: [{ port: 8000, endPort: 8090 }] }] }',
    );
    expect(between(shop + deny + into, workload('web'), workload('db'))).toBe(`- ${all}`);
    expect(between(shop + deny + into + out, workload('web'), workload('db'))).toBe(
      '+ TCP 8080 - TCP 1-8079,8081-65535 UDP 1-65535 SCTP 1-65535',
    );
  });

  test('a workload of one pod reaches itself, one of two pods only where policies let it', () => {
    expect(between(shop + deny, workload('db'), workload('db'))).toBe(`+ ${all}`);
    expect(between(shop + deny, workload('web'), workload('web'))).toBe(`- ${all}`);
  });

  test('a block may be about pods or not, as the plugin has it', () => {
    const block = policy('web', '{ podSelector: {}, policyTypes: [Egress], egress: [{ to: [{ ipBlock: { cidr: 10.0.0.0/8 } }] }] }');
    const named = (name: string): PluginProfile => profiles.find((profile) => profile.name === name)!;
    expect(between(shop + block, workload('web'), workload('db'))).toBe(`? ${all}`);
    expect(between(shop + block, workload('web'), workload('db'), named('cilium'))).toBe(`- ${all}`);
    expect(between(shop + block, workload('web'), { type: 'cidr', cidr: '10.1.0.0/16' })).toBe(`+ ${all}`);
    expect(between(shop + block, workload('web'), { type: 'cidr', cidr: '0.0.0.0/0' })).toBe(`? ${all}`);
    expect(between(shop + block, workload('web'), { type: 'virtual', name: 'metadata' })).toBe(`- ${all}`);
  });

  test('the world reaches what a load balancer leads to', () => {
    const service = `---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { type: LoadBalancer, externalTrafficPolicy: Local, selector: { app: web }, ports: [{ port: 80, targetPort: http }] }
`;
    const internet: ReachEndpoint = { type: 'virtual', name: 'internet' };
    expect(between(shop, internet, workload('web'))).toBe(`- ${all}`);
    expect(between(shop + service, internet, workload('web'))).toBe('+ TCP 8080 - TCP 1-8079,8081-65535 UDP 1-65535 SCTP 1-65535');
    expect(between(shop + service + deny, internet, workload('web'))).toBe(`- ${all}`);
  });

  test('what was not read is unknown', () => {
    expect(between(shop, workload('other'), workload('db'))).toBe(`? ${all}`);
  });
});

describe('diffNetworks', () => {
  test('lists what a policy closes, and between whom', () => {
    const { groups, cells } = diffNetworks(factsOf(shop), factsOf(shop + policy('db', '{ podSelector: { matchLabels: { app: db } } }')));
    const named = (group: number): string[] => (groups[group] ?? []).map((end) => (end.type === 'workload' ? end.name : end.type));
    expect(cells.map(({ from, to, closed, opened }) => [named(from), named(to), closed.length, opened.length])).toEqual([
      [['web', 'agent'], ['db'], 3, 0],
      [['virtual'], ['db'], 3, 0],
      [['virtual'], ['db'], 3, 0],
    ]);
  });
});
