import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PolicyChange, Protocol, ReachAnswer, ReachEndpoint } from '../../src/core/reach.ts';
import { applyEdits } from '../../src/fix/apply.ts';
import { buildNetwork, diffNetworks, type Network } from '../../src/kube/network/index.ts';
import { factsOf, somePairs, somePorts, worlds, type GeneratedWorld, type KubernetesObject } from './worlds.ts';
import { runs } from '../runs.ts';

const numRuns = runs(12, 500);

type Question = readonly [ReachEndpoint, ReachEndpoint, Protocol, number];

function networkOf({ objects, profile }: GeneratedWorld): Network {
  return buildNetwork(factsOf(objects), profile);
}

function questionsOf(network: Network, seed: number): Question[] {
  return somePairs(network.endpoints, seed, 8).flatMap(([from, to]) =>
    somePorts.map(([protocol, port]) => [from, to, protocol, port] as const),
  );
}

function verdicts(network: Network, questions: readonly Question[]): ReachAnswer[] {
  return questions.map((question) => network.verdict(...question));
}

function holds(check: (world: GeneratedWorld, seed: number) => void): void {
  fc.assert(fc.property(worlds, fc.nat(), check), { seed: 7_411, numRuns });
}

const policies = (objects: readonly KubernetesObject[]): number[] =>
  objects.flatMap(({ kind }, index) => (kind === 'NetworkPolicy' ? [index] : []));

type Spec = Readonly<Record<string, unknown>>;

describe('answers', () => {
  test('stay the same when a policy is added that selects nothing', () => {
    holds((world, seed) => {
      const before = networkOf(world);
      const nobody: KubernetesObject = {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'nobody', namespace: 'shop' },
        spec: { podSelector: { matchLabels: { app: 'nobody' } }, policyTypes: ['Ingress', 'Egress'] },
      };
      const after = networkOf({ ...world, objects: [...world.objects, nobody] });
      const questions = questionsOf(before, seed);
      expect(verdicts(after, questions)).toEqual(verdicts(before, questions));
      expect(diffNetworks(factsOf(world.objects), factsOf([...world.objects, nobody]), world.profile).cells).toEqual([]);
    });
  });

  test('close nothing when a rule is added to a policy', () => {
    const order: readonly ReachAnswer[] = ['denied', 'unknown', 'allowed'];
    const rules = {
      ingress: { from: [{ podSelector: {} }], ports: [{ port: 80 }] },
      egress: { to: [{ namespaceSelector: {} }, { ipBlock: { cidr: '10.0.0.0/8' } }] },
    };
    holds((world, seed) => {
      const before = networkOf(world);
      const objects = world.objects.map((object) => {
        if (object.kind !== 'NetworkPolicy') return object;
        const spec = object['spec'] as Spec;
        const types = spec['policyTypes'] as readonly string[] | undefined;
        const egress = types?.includes('Egress') ?? ((spec['egress'] as unknown[] | undefined) ?? []).length > 0;
        const more = egress ? { egress: [...((spec['egress'] as unknown[] | undefined) ?? []), rules.egress] } : {};
        return { ...object, spec: { ...spec, ...more, ingress: [...((spec['ingress'] as unknown[] | undefined) ?? []), rules.ingress] } };
      });
      const after = networkOf({ ...world, objects });
      const questions = questionsOf(before, seed);
      const [was, is] = [verdicts(before, questions), verdicts(after, questions)];
      expect(questions.filter((_, index) => order.indexOf(is[index]!) < order.indexOf(was[index]!))).toEqual([]);
    });
  });

  test('stay the same when a selector of every namespace becomes a list of all their names', () => {
    holds((world, seed) => {
      const before = networkOf(world);
      const names = [...new Set([...world.objects.flatMap(({ metadata }) => metadata.namespace ?? []), 'shop', 'tools', 'data'])];
      const split = (peer: Spec): Spec[] => {
        if (JSON.stringify(peer['namespaceSelector']) !== '{}') return [peer];
        return names.map((name) => ({ ...peer, namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } }));
      };
      const rulesOf = (rules: unknown, side: string): unknown =>
        (rules as Spec[] | undefined)?.map((rule) =>
          rule[side] === undefined ? rule : { ...rule, [side]: (rule[side] as Spec[]).flatMap(split) },
        );
      const objects = world.objects.map((object) => {
        if (object.kind !== 'NetworkPolicy') return object;
        const { ingress, egress, ...spec } = object['spec'] as Spec;
        return {
          ...object,
          spec: {
            ...spec,
            ...(ingress === undefined ? {} : { ingress: rulesOf(ingress, 'from') }),
            ...(egress === undefined ? {} : { egress: rulesOf(egress, 'to') }),
          },
        };
      });
      const after = networkOf({ ...world, objects });
      const questions = questionsOf(before, seed);
      expect(verdicts(after, questions)).toEqual(verdicts(before, questions));
    });
  });

  test('do not depend on the order of the objects', () => {
    holds((world, seed) => {
      const before = networkOf(world);
      const turned = [...world.objects].reverse();
      const after = networkOf({ ...world, objects: [...turned.slice(seed % turned.length), ...turned.slice(0, seed % turned.length)] });
      const questions = questionsOf(before, seed);
      expect(verdicts(after, questions)).toEqual(verdicts(before, questions));
    });
  });

  test('are the same in rows of groups as pair by pair', () => {
    holds((world) => {
      const network = networkOf(world);
      for (const { from, to } of network.rows()) {
        for (const [index, number] of to.entries()) {
          const [sender, receiver] = [network.groups[from]![0]!, network.groups[index]!.at(-1)!];
          if (sender === receiver) continue;
          const { allowed, denied } = network.connection(number);
          const pair = network.between(sender, receiver);
          expect({ from: sender, to: receiver, allowed, denied }).toEqual({
            from: sender,
            to: receiver,
            allowed: pair.allowed,
            denied: pair.denied,
          });
        }
      }
    });
  });

  test('name a reason for whatever is unknown', () => {
    holds((world, seed) => {
      const network = networkOf(world);
      const reasons = somePairs(network.endpoints, seed, 20).flatMap(([from, to]) =>
        network.between(from, to).unknown.map(({ because }) => because),
      );
      expect(reasons.filter((because) => because === '' || because.includes('several things'))).toEqual([]);
    });
  });
});

describe('explain', () => {
  test('says what verdict says', () => {
    holds((world, seed) => {
      const network = networkOf(world);
      const questions = questionsOf(network, seed).slice(0, 20);
      expect(questions.map((question) => network.explain(...question).answer)).toEqual(verdicts(network, questions));
    });
  });

  test('names changes that turn the answer round', () => {
    const counts = { allowed: 0, denied: 0, none: 0 };
    holds((world, seed) => {
      const network = networkOf(world);
      for (const question of questionsOf(network, seed).filter((_, index) => index % 9 === seed % 9)) {
        const { answer, changes, layers } = network.explain(...question);
        if (answer === 'unknown') continue;
        if (changes.length === 0) {
          counts.none++;
          continue;
        }
        counts[answer]++;
        const after = networkOf({ ...world, objects: changed(world.objects, changes) });
        const wanted = answer === 'allowed' ? 'denied' : 'allowed';
        expect({ question, changes, layers, answer: after.verdict(...question) }).toEqual({ question, changes, layers, answer: wanted });
      }
    });
    expect(counts.allowed).toBeGreaterThan(counts.none / 4);
    expect(counts.denied).toBeGreaterThan(counts.none / 4);
  });

  test('names no change without which the answer turns round too', () => {
    holds((world, seed) => {
      const network = networkOf(world);
      for (const question of questionsOf(network, seed).filter((_, index) => index % 9 === seed % 9)) {
        const { answer, changes } = network.explain(...question);
        if (answer === 'unknown' || changes.length < 2) continue;
        const wanted = answer === 'allowed' ? 'denied' : 'allowed';
        for (const one of changes) {
          const others = changes.filter((each) => each !== one);
          const after = networkOf({ ...world, objects: changed(world.objects, others) });
          expect({ question, changes, one, turned: after.verdict(...question) === wanted }).toEqual({
            question,
            changes,
            one,
            turned: false,
          });
        }
      }
    });
  });
});

function changed(objects: readonly KubernetesObject[], changes: readonly PolicyChange[]): KubernetesObject[] {
  const made = changes.flatMap(({ creates }) => (creates === undefined ? [] : [creates as KubernetesObject]));
  const edited = objects.map((object) => {
    const change = changes.find(
      ({ kind, name, namespace, creates }) =>
        creates === undefined && kind === object.kind && name === object.metadata.name && namespace === object.metadata.namespace,
    );
    return change === undefined ? object : (applyEdits(object, change.edits) as KubernetesObject);
  });
  return [...edited, ...made];
}

test('policies are generated', () => {
  expect(fc.sample(worlds, { seed: 1, numRuns: 20 }).some(({ objects }) => policies(objects).length > 2)).toBe(true);
});
