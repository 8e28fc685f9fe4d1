import { expect, test } from 'vitest';
import { buildRbac, isLiveInNamespace, subjectKey, type Grant, type Holder } from '../../src/kube/rbac/index.ts';
import { runs } from '../runs.ts';
import { random } from '../upstream/random.ts';
import { factsOf } from './facts-of.ts';
import { naiveGrants, naiveHolders, wayText } from './naive.ts';
import { randomWorld } from './random-world.ts';

const worlds = runs(30, 1000);
const wayOf = ({ binding, subject, rule }: Grant): string => wayText(binding, subject, rule);
const holderOf = ({ subject, grants }: Holder): string => `${subjectKey(subject)}: ${grants.map(wayOf).join(' ')}`;

test.each([11, 12, 13, 14])('the index answers as looking at every binding does, %i', (seed) => {
  const next = random(seed);
  const differences: unknown[] = [];
  let allowed = 0;
  let asked = 0;
  for (let number = 0; number < worlds; number++) {
    const world = randomWorld(next, { id: 'w', questions: 3, valid: number % 4 === 0 });
    const facts = factsOf(...world.manifests);
    const rbac = buildRbac(facts);
    const compare = (what: unknown, found: readonly string[], expected: readonly string[]): void => {
      if (found.join('\n') !== expected.join('\n')) differences.push({ number, what, found, expected });
    };
    for (const { subject, question } of world.questions) {
      const { grants } = rbac.can(subject, question, ['w-g1']);
      compare({ can: subject, question }, grants.map(wayOf), naiveGrants(facts, subject, question, ['w-g1']));
      compare({ whoCan: question }, rbac.whoCan(question).map(holderOf), naiveHolders(facts, question));
      asked++;
      if (grants.length > 0) allowed++;
      if ('url' in question) continue;
      const { namespace: _, ...anywhere } = question;
      const { everywhere, namespaces } = rbac.whoCanWhere(anywhere);
      compare({ everywhere: anywhere }, everywhere.map(holderOf), naiveHolders(facts, anywhere));
      for (const namespace of world.namespaces) {
        const here = naiveHolders(facts, { ...anywhere, namespace }, (binding) => binding.namespace !== undefined);
        compare({ namespace, anywhere }, (namespaces.get(namespace) ?? []).map(holderOf), isLiveInNamespace(anywhere) ? here : []);
      }
    }
    const [{ subject }] = world.questions as [(typeof world.questions)[0]];
    compare({ effective: subject }, rbac.effective(subject).map(wayOf), naiveGrants(facts, subject, 'everything'));
  }
  expect(differences.slice(0, 3)).toEqual([]);
  // Worlds where hardly anything is allowed, or nearly everything, would prove little.
  expect(allowed / asked).toBeGreaterThan(0.15);
  expect(allowed / asked).toBeLessThan(0.7);
});
