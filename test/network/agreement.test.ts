import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildNetwork } from '../../src/kube/network/index.ts';
import { oracle } from './oracle.ts';
import { factsOf, somePairs, somePorts, worlds } from './worlds.ts';

const numRuns = process.env['PLIMSOLL_LONG'] === '1' ? 50_000 : 1500;

test('the engine says of every port what the definition says, read literally', () => {
  fc.assert(
    fc.property(worlds, fc.nat(), ({ objects, profile }, seed) => {
      const network = buildNetwork(factsOf(objects), profile);
      const { ask } = oracle(objects, profile);
      for (const [from, to] of somePairs(network.endpoints, seed, 6))
        for (const [protocol, port] of somePorts) {
          const [is, should] = [network.verdict(from, to, protocol, port), ask(from, to, protocol, port)];
          if (is !== should) expect({ from, to, protocol, port, answer: is }).toEqual({ from, to, protocol, port, answer: should });
        }
    }),
    { seed: 20_260, numRuns },
  );
});
