import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildNetwork } from '../../src/kube/network/index.ts';
import { oracle } from './oracle.ts';
import { crowdedWorlds, factsOf, somePairs, somePorts, worlds } from './worlds.ts';
import { runs } from '../runs.ts';

test.each([
  ['in small worlds', worlds, 40, 5000],
  ['under very many policies', crowdedWorlds, 2, 200],
] as const)(
  'the engine says of every port what the definition says, read literally: %s',
  (_, generated, short, long) => {
    fc.assert(
      fc.property(generated, fc.nat(), ({ objects, profile }, seed) => {
        const network = buildNetwork(factsOf(objects), profile);
        const { ask } = oracle(objects, profile);
        const questions = somePairs(network.endpoints, seed, 4).flatMap(([from, to]) =>
          somePorts.map((port) => [from, to, ...port] as const),
        );
        const answers = questions.map((question) => [...question, network.verdict(...question)]);
        expect(answers).toEqual(questions.map((question) => [...question, ask(...question)]));
      }),
      { seed: 20_260, numRuns: runs(short, long) },
    );
  },
  3_600_000,
);
