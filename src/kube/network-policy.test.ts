import { describe, expect, test } from 'vitest';
import { allowsEveryAddress, allowsEverything, directionsOf, rulesOf, selectsEveryPod, type Direction } from './network-policy.ts';
import type { NetworkPolicyPeer, NetworkPolicySpec } from './types.ts';

describe('the directions of a policy', () => {
  test.each<[NetworkPolicySpec, Direction[]]>([
    [{}, ['ingress']],
    [{ egress: [] }, ['ingress']],
    [{ egress: [{}] }, ['ingress', 'egress']],
    [{ policyTypes: [], egress: [{}] }, ['ingress', 'egress']],
    [{ policyTypes: ['Ingress'], egress: [{}] }, ['ingress']],
    [{ policyTypes: ['Egress'] }, ['egress']],
    [{ policyTypes: ['Egress', 'Ingress'] }, ['ingress', 'egress']],
    [{ policyTypes: ['Nonsense'] }, []],
  ])('%j: %j', (spec, directions) => {
    expect(directionsOf(spec)).toEqual(directions);
  });
});

test.each<[boolean, NetworkPolicySpec]>([
  [true, {}],
  [true, { podSelector: {} }],
  [true, { podSelector: { matchLabels: {}, matchExpressions: [] } }],
  [false, { podSelector: { matchLabels: { app: 'web' } } }],
  [false, { podSelector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] } }],
])('every pod is selected: %s, by %j', (every, spec) => {
  expect(selectsEveryPod(spec)).toBe(every);
});

test('rules of both directions have one form', () => {
  const peer: NetworkPolicyPeer = { podSelector: {} };
  const spec: NetworkPolicySpec = { ingress: [{ from: [peer] }, {}], egress: [{ to: [peer], ports: [{ port: 53 }] }, {}] };
  expect(rulesOf(spec, 'ingress')).toEqual([
    { peers: [peer], ports: [] },
    { peers: [], ports: [] },
  ]);
  expect(rulesOf(spec, 'egress')).toEqual([
    { peers: [peer], ports: [{ port: 53 }] },
    { peers: [], ports: [] },
  ]);
  expect([rulesOf({}, 'ingress'), rulesOf({}, 'egress')]).toEqual([[], []]);
});

test('a rule allows everything if it names neither peers nor ports', () => {
  expect(allowsEverything({ peers: [], ports: [] })).toBe(true);
  expect(allowsEverything({ peers: [{}], ports: [] })).toBe(false);
  expect(allowsEverything({ peers: [], ports: [{ port: 80 }] })).toBe(false);
});

describe('every address is allowed', () => {
  const allows = (...peers: NetworkPolicyPeer[]): boolean => allowsEveryAddress({ peers, ports: [] });

  test.each(['0.0.0.0/0', '::/0', '0:0::/0'])('by the block %s', (cidr) => {
    expect(allows({ ipBlock: { cidr } })).toBe(true);
    expect(allows({ podSelector: {} }, { ipBlock: { cidr, except: [] } })).toBe(true);
  });

  test.each(['10.0.0.0/8', '0.0.0.0/1', '0.0.0.0/01', 'x0.0.0.0/0', '0.0.0.0/0x', '/0', ''])('not by the block %j', (cidr) => {
    expect(allows({ ipBlock: { cidr } })).toBe(false);
  });

  test('not where something is taken out, on some ports, or without a block', () => {
    expect(allows({ ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] } })).toBe(false);
    expect(allows({ podSelector: {} }, { ipBlock: {} })).toBe(false);
    expect(allowsEveryAddress({ peers: [{ ipBlock: { cidr: '0.0.0.0/0' } }], ports: [{ port: 443 }] })).toBe(false);
  });
});
