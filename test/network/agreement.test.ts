import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildNetwork } from '../../src/kube/network/index.ts';
import { oracle } from './oracle.ts';
import { factsOf, somePairs, somePorts, worlds } from './worlds.ts';
import { runs } from '../runs.ts';

test('the engine says of every port what the definition says, read literally', () => {
  fc.assert(
    fc.property(worlds, fc.nat(), ({ objects, profile }, seed) => {
      const network = buildNetwork(factsOf(objects), profile);
      const { ask } = oracle(objects, profile);
      const questions = somePairs(network.endpoints, seed, 4).flatMap(([from, to]) =>
        somePorts.map((port) => [from, to, ...port] as const),
      );
      const answers = questions.map((question) => [...question, network.verdict(...question)]);
      expect(answers).toEqual(questions.map((question) => [...question, ask(...question)]));
    }),
    { seed: 20_260, numRuns: runs(40, 5000) },
  );
}, 3_600_000);
