import { describe, expect, test } from 'vitest';
import type { ReachEndpoint } from '../core/index.ts';
import { OptionError } from './option-error.ts';
import { endpointsNamed, readPort, type KnownEndpoints } from './reach-endpoints.ts';

const workload = (namespace: string, name: string, kind = 'Deployment') => ({ type: 'workload', kind, namespace, name }) as const;
const web = workload('shop', 'web');
const job = workload('shop', 'web', 'Job');
const db = workload('data', 'db', 'StatefulSet');
const known: KnownEndpoints = {
  endpoints: [web, job, db, { type: 'virtual', name: 'internet' }],
  labelsOf: ({ name }) => [{ 'app.kubernetes.io/name': name, tier: name === 'db' ? 'back' : 'front' }],
};

function named(text: string): readonly ReachEndpoint[] {
  return endpointsNamed(text, '--from', known);
}

function refused(text: string): string {
  try {
    named(text);
  } catch (error) {
    if (error instanceof OptionError) return error.lines.join(' | ');
  }
  return 'taken';
}

describe('ends of connections', () => {
  test.each<[string, readonly ReachEndpoint[]]>([
    ['shop/web', [web, job]],
    ['shop/job/web', [job]],
    ['shop/', [web, job]],
    ['app.kubernetes.io/name=db', [db]],
    ['tier in (front, back),tier!=front', [db]],
    ['internet', [{ type: 'virtual', name: 'internet' }]],
    ['metadata', [{ type: 'virtual', name: 'metadata' }]],
    ['10.0.0.0/8', [{ type: 'cidr', cidr: '10.0.0.0/8' }]],
    ['10.1.2.3', [{ type: 'cidr', cidr: '10.1.2.3/32' }]],
    ['fd00::1', [{ type: 'cidr', cidr: 'fd00::1/128' }]],
    ['fd00::/8', [{ type: 'cidr', cidr: 'fd00::/8' }]],
  ])('%s', (text, wanted) => expect(named(text)).toEqual(wanted));

  test.each([
    ['shpo/web', 'did you mean shop/web?'],
    ['shop/wbe', 'did you mean shop/web?'],
    ['internett', 'did you mean internet?'],
    ['db', 'did you mean data/db?'],
    ['tier=frnt', 'did you mean tier=front?'],
    ['zzzzzz', 'NAMESPACE/NAME'],
    ['a b', 'no label selector'],
    ['10.0.0.300', 'no address'],
    ['10.0.0.0/33', 'no address'],
  ])('%s is refused with advice', (text, wanted) => expect(refused(text)).toContain(wanted));
});

describe('ports', () => {
  test.each([
    ['443', { protocol: 'TCP', port: 443 }],
    ['53/udp', { protocol: 'UDP', port: 53 }],
  ])('%s', (text, wanted) => expect(readPort(text)).toEqual(wanted));
  test.each(['0', '65536', 'http', '80/ICMP', '80-90', ''])('%j is none', (text) => expect(() => readPort(text)).toThrow(OptionError));
});
