import { describe, expect, test } from 'vitest';
import { allowedMetadata } from './metadata-addresses.ts';
import type { PolicyRule } from './network-policy.ts';

const rule = (fields: Partial<PolicyRule>): PolicyRule => ({ peers: [], ports: [], ...fields });
const block = (cidr: string, ...except: string[]): PolicyRule => rule({ peers: [{ ipBlock: { cidr, except } }] });

describe('a rule lets pods reach a metadata service', () => {
  test.each<[string, PolicyRule, boolean]>([
    ['every peer', rule({}), true],
    ['every address', block('0.0.0.0/0'), true],
    ['the address alone', block('169.254.169.254/32'), true],
    ['every address but the link-local ones', block('0.0.0.0/0', '169.254.0.0/16'), true],
    ['every address but all of the services', block('0.0.0.0/0', '169.254.0.0/16', '168.63.129.16/32', '100.64.0.0/10'), false],
    ['IPv6', block('::/0'), true],
    ['IPv6 without local addresses', block('::/0', 'fc00::/7'), false],
    ['a private network', block('10.0.0.0/8'), false],
    ['a block that nobody can read', block('10.0.0/8'), true],
    ['pods', rule({ peers: [{ namespaceSelector: {} }, { podSelector: {} }] }), false],
    ['HTTPS', rule({ ports: [{ port: 443 }] }), false],
    ['DNS', rule({ ports: [{ port: 53, protocol: 'UDP' }, { port: 53 }] }), false],
    ['HTTP', rule({ ports: [{ port: 80, protocol: 'TCP' }] }), true],
    ['a range of ports', rule({ ports: [{ port: 1, endPort: 1024 }] }), true],
    ['all of TCP', rule({ ports: [{ protocol: 'TCP' }] }), true],
    ['all of UDP', rule({ ports: [{ protocol: 'UDP' }] }), false],
    ['a named port', rule({ ports: [{ port: 'http' }] }), false],
  ])('%s', (_, given, expected) => {
    expect(allowedMetadata(given) !== undefined).toBe(expected);
  });
});

test.each(['169.254.169.254', '169.254.169.252', '169.254.170.2', '169.254.170.23', '168.63.129.16', '100.100.100.200'])(
  '%s is one of a metadata service',
  (address) => {
    expect(allowedMetadata(block(`${address}/32`))).toBe(address);
  },
);

test.each(['fd00:ec2::254', 'fd00:ec2::23'])('%s is one of a metadata service', (address) => {
  expect(allowedMetadata(block(`${address}/128`))).toBe(address);
});
