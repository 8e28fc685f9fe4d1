import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { nowhere, type Resource } from '../core/index.ts';
import { runs } from '../../test/runs.ts';
import { podsInNamespace } from './pod-in-namespace.ts';

const context = { version: 35, partial: false, namespaceOf: ({ ref }: Pick<Resource, 'ref'>) => ref.namespace };

type Memories = Parameters<typeof podsInNamespace.subjects>[0];

function remembered(objects: readonly Resource[]): Memories {
  return objects.flatMap((each, resource) => {
    const memory = podsInNamespace.remember(
      each,
      (path) => ({ resource, path, location: nowhere }),
      context,
      () => false,
    );
    return memory === undefined ? [] : [memory];
  });
}

function object(apiVersion: string, kind: string, name: string, spec: object): Resource {
  return { ref: { apiVersion, kind, name, namespace: 'shop' }, metadata: {}, object: { spec }, podTemplates: [] } as unknown as Resource;
}

function pod(labels: Readonly<Record<string, string>>): Resource {
  const template = { metadata: { labels }, spec: {}, path: [], specPath: ['spec'], metadataPath: ['metadata'] };
  return { ...object('v1', 'Pod', Object.values(labels).join('-'), {}), podTemplates: [template] };
}

/** Selects nothing that is there, and has every question put to the engine all the same. */
const elsewhere = object('cilium.io/v2', 'CiliumNetworkPolicy', 'none', {
  endpointSelector: { matchLabels: { app: 'none' } },
  ingress: [{}],
});

const pods = [pod({ app: 'web' }), pod({ app: 'web', tier: 'front' }), pod({})];

function answers(objects: readonly Resource[]): unknown[] {
  return [...podsInNamespace.subjects(remembered(objects), context)].map(({ subject }) => ({
    ingress: subject.isolation('ingress'),
    egress: subject.isolation('egress'),
    metadata: subject.metadata(),
    policies: subject.policies.map(({ name }) => name),
  }));
}

const selector = fc.constantFrom({}, { matchLabels: { app: 'web' } }, { matchLabels: { app: 'web', tier: 'front' } });
const block = fc.constantFrom('0.0.0.0/0', '10.0.0.0/8', '169.254.0.0/16', '203.0.113.0/24', 'none');
const peer = fc.oneof(
  selector.map((podSelector) => ({ podSelector })),
  selector.map((namespaceSelector) => ({ namespaceSelector })),
  block.map((cidr) => ({ ipBlock: { cidr } })),
);
const port = fc.constantFrom({}, { port: 80 }, { port: 'http' }, { port: 1, endPort: 65535 });
const rule = (ends: 'from' | 'to'): fc.Arbitrary<object> =>
  fc.record({ [ends]: fc.array(peer, { maxLength: 2 }), ports: fc.array(port, { maxLength: 1 }) }, { requiredKeys: [] });
const policy = fc
  .record(
    {
      podSelector: fc.oneof(selector, fc.constant({ matchLabels: { '-': 'refused' } })),
      policyTypes: fc.constantFrom(['Ingress'], ['Egress'], ['Ingress', 'Egress'], []),
      ingress: fc.array(rule('from'), { maxLength: 2 }),
      egress: fc.array(rule('to'), { maxLength: 2 }),
    },
    { requiredKeys: ['policyTypes'] },
  )
  .map((spec) => object('networking.k8s.io/v1', 'NetworkPolicy', JSON.stringify(spec), spec));

test('what policies tell by themselves is what the engine says', () => {
  fc.assert(
    fc.property(fc.array(policy, { minLength: 1, maxLength: 3 }), (policies) => {
      expect(answers([...policies, ...pods])).toEqual(answers([elsewhere, ...policies, ...pods]));
    }),
    { seed: 7, numRuns: runs(300, 20_000) },
  );
});

test('pods without a policy are open, and a default keeps everything out', () => {
  const open = { ingress: 'open', egress: 'open', metadata: 'allowed', policies: [] };
  const deny = object('networking.k8s.io/v1', 'NetworkPolicy', 'deny', {
    podSelector: { matchLabels: { app: 'web' } },
    policyTypes: ['Ingress', 'Egress'],
  });
  const denied = { ingress: 'isolated', egress: 'isolated', metadata: 'denied', policies: ['deny'] };
  expect(answers(pods)).toEqual([open, open, open]);
  expect(answers([deny, ...pods])).toEqual([denied, denied, open]);
});
