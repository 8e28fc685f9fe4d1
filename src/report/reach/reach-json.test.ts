import { describe, expect, test } from 'vitest';
import type { ReachEndpoint, ReachPair } from '../../core/index.ts';
import { reachSchema } from '../json-schema.ts';
import { formatReachJson } from './reach-json.ts';
import { validatorOf } from '../../../test/schema.ts';

const web: ReachEndpoint = { type: 'workload', kind: 'Deployment', namespace: 'shop', name: 'web' };
const internet: ReachEndpoint = { type: 'virtual', name: 'internet' };
const block: ReachEndpoint = { type: 'cidr', cidr: '10.0.0.0/8' };

function pair(from: ReachEndpoint, to: ReachEndpoint): ReachPair {
  return {
    from,
    to,
    allowed: [{ protocol: 'TCP', ports: '80-90,443' }],
    denied: [{ protocol: 'UDP', ports: '1-65535' }],
    unknown: [{ protocol: 'SCTP', ports: '1-65535', because: 'the plugin decides' }],
  };
}

describe('reachability as JSON', () => {
  test('has the keys that are promised, and no others', () => {
    expect(JSON.parse([...formatReachJson([pair(internet, web), pair(web, block)])].join(''))).toEqual({
      pairs: [
        {
          from: { virtual: 'internet' },
          to: { kind: 'Deployment', namespace: 'shop', name: 'web' },
          allowed: [{ protocol: 'TCP', ports: '80-90,443' }],
          denied: [{ protocol: 'UDP', ports: '1-65535' }],
          unknown: [{ protocol: 'SCTP', ports: '1-65535', because: 'the plugin decides' }],
        },
        expect.objectContaining({ from: { kind: 'Deployment', namespace: 'shop', name: 'web' }, to: { cidr: '10.0.0.0/8' } }),
      ],
    });
  });

  test('keeps the contract', () => {
    const validate = validatorOf(reachSchema());
    const rest: ReachEndpoint = { type: 'cidr', cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] };
    const value = JSON.parse([...formatReachJson([pair(internet, web), pair(web, rest)])].join('')) as { pairs: object[] };
    expect(validate(value), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ pairs: [{ ...value.pairs[0], from: { virtual: 'moon' } }] })).toBe(false);
    expect(validate({ pairs: [{ ...value.pairs[0], allowed: [{ protocol: 'TCP', ports: 'any' }] }] })).toBe(false);
  });

  test('is JSON where nothing was asked for too', () => expect(JSON.parse([...formatReachJson([])].join(''))).toEqual({ pairs: [] }));

  test('takes a pair only when the one before is written', () => {
    let taken = 0;
    function* pairs(): Generator<ReachPair> {
      for (;;) {
        taken++;
        yield pair(web, web);
      }
    }
    const text = formatReachJson(pairs());
    text.next();
    text.next();
    expect(taken).toBe(2);
  });

  test('escapes names that steer', () => {
    const named: ReachEndpoint = { type: 'workload', kind: 'Pod', namespace: 'a"\u202e', name: '\u001b[31m' };
    const [first] = formatReachJson([pair(named, web)]);
    expect(first).not.toContain('\u202e');
    expect(first).not.toContain('\u001b');
  });
});
