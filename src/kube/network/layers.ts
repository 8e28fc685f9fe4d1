import { maybe, no, yes, type PodClass, type Truth } from './classes.ts';
import type { Governing, Layered } from './governing.ts';
import { readSet, writeSet, type PortSet, type PortSpace } from './port-space.ts';
import type { Rule } from './rules.ts';

/** What a layer of policies with priorities does with each port: all that may become of it. */
export interface Outcome {
  readonly accept: PortSet;
  readonly deny: PortSet;
  /** Left to the next layer. */
  readonly rest: PortSet;
}

/** The same as words, which the next question overwrites. */
type OutcomeWords = Readonly<Record<keyof Outcome, Int32Array>>;

/** The groups of a layer, each policy with what its rules match. */
export type Layer = readonly (readonly { readonly subject: Truth; readonly rules: readonly LayerRule[] }[])[];

interface LayerRule {
  readonly rule: Rule;
  readonly truths: Uint8Array;
}

export interface Layers {
  layerOf(groups: readonly (readonly Layered[])[]): Layer;
  outcome(layer: Layer, column: number, destination: PodClass | undefined): Outcome;
  /**
   * What the policies before and behind the NetworkPolicies make of an answer, in place; without NetworkPolicies the baseline
   * decides what the first leave open.
   */
  decide(answer: Int32Array, tiers: Tiers, column: number, destination: PodClass | undefined): void;
}

export interface Tiers {
  readonly admin: Layer;
  readonly baseline: Layer;
  readonly isolated: boolean;
}

/** The words of the ports of a rule: those of `low`, then those of `high`. */
type WordsAt = (rule: Rule, destination: PodClass | undefined) => Int32Array;

export function buildLayers({ all, width }: PortSpace, match: (rule: Rule) => Uint8Array, wordsAt: WordsAt): Layers {
  const every = new Int32Array(width);
  writeSet(all, every, 0, width);
  const outcomes = [outcomeWords(), outcomeWords()] as const;
  const [left, after, copy] = [new Int32Array(width), new Int32Array(width), new Int32Array(width)];

  function outcomeWords(): OutcomeWords {
    return { accept: new Int32Array(width), deny: new Int32Array(width), rest: new Int32Array(width) };
  }

  /** Whichever rule matches a port first decides; what perhaps matches perhaps decides, and may leave it to those behind. */
  function run(into: OutcomeWords, layer: Layer, column: number, destination: PodClass | undefined): OutcomeWords {
    into.accept.fill(0);
    into.deny.fill(0);
    into.rest.fill(0);
    left.set(every);
    for (const group of layer) {
      const alone = group.length === 1;
      if (!alone) after.set(left);
      // Which of those with the same priority comes first is undefined: any of them may.
      for (const { rules, subject } of group) {
        const open = alone ? left : copy;
        if (!alone) copy.set(left);
        for (let index = 0; index < rules.length; index++) {
          const { rule, truths } = rules[index]!;
          const matched = truths[column]!;
          if (matched === no) continue;
          const certain = matched === yes && subject !== maybe;
          const ports = wordsAt(rule, destination);
          const to = rule.action === 'Accept' ? into.accept : rule.action === 'Deny' ? into.deny : into.rest;
          for (let word = 0; word < width; word++) {
            to[word]! |= ports[width + word]! & open[word]!;
            if (certain) open[word]! &= ~ports[word]!;
          }
        }
        if (!alone) for (let word = 0; word < width; word++) after[word]! &= open[word]!;
      }
      if (!alone) left.set(after);
    }
    for (let word = 0; word < width; word++) into.rest[word]! |= left[word]!;
    return into;
  }

  return {
    layerOf: (groups) =>
      groups.map((group) => group.map(({ subject, rules }) => ({ subject, rules: rules.map((rule) => ({ rule, truths: match(rule) })) }))),
    outcome(layer, column, destination) {
      const { accept, deny, rest } = run(outcomes[0], layer, column, destination);
      return { accept: readSet(accept, 0, width), deny: readSet(deny, 0, width), rest: readSet(rest, 0, width) };
    },
    decide(answer, { admin, baseline, isolated }, column, destination) {
      if (!isolated) {
        const { accept, deny, rest } = run(outcomes[1], baseline, column, destination);
        for (let word = 0; word < width; word++) {
          answer[word] = every[word]! & ~deny[word]!;
          answer[width + word] = accept[word]! | rest[word]!;
        }
      }
      const first = run(outcomes[0], admin, column, destination);
      for (let word = 0; word < width; word++) {
        const rest = first.rest[word]!;
        answer[word] = every[word]! & ~(first.deny[word]! | (rest & ~answer[word]!));
        answer[width + word] = first.accept[word]! | (rest & answer[width + word]!);
      }
    },
  };
}

/** The rules of both layers, which are asked about each column. */
export function rulesInTiers({ admin, baseline }: Pick<Governing, 'admin' | 'baseline'>): number {
  return [...admin, ...baseline].flat().reduce((sum, { rules }) => sum + rules.length, 0);
}
