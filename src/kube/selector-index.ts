import { groupBy } from '../core/index.ts';
import { labelMatcher, type LabelMatcher, type Labels } from './label-selector.ts';
import type { LabelSelector } from './types.ts';

/** Answers which of many selectors match some labels without trying all of them. */
export interface SelectorIndex<T> {
  /** In the order of the items. */
  matching(labels: Labels): readonly T[];
  /** What that costs, in selectors that are tried. */
  cost(labels: Labels): number;
}

interface Entry<T> {
  readonly item: T;
  readonly order: number;
  readonly matches: LabelMatcher;
}

/**
 * Items whose selector demands a label with one of some values are only tried on labels that have it, so that thousands of
 * policies and of workloads in one namespace stay affordable. A selector that the API server refuses matches nothing.
 */
export function indexSelectors<T>(items: readonly T[], selectorOf: (item: T) => LabelSelector): SelectorIndex<T> {
  const byLabel = new Map<string, Map<string, Entry<T>[]>>();
  const others: Entry<T>[] = [];
  for (const [order, item] of items.entries()) {
    const selector = selectorOf(item);
    const matches = labelMatcher(selector);
    if (typeof matches !== 'function') continue;
    const entry = { item, order, matches };
    const demanded = demandedLabels(selector);
    if (demanded === undefined) others.push(entry);
    for (const [key, value] of demanded ?? []) {
      let byValue = byLabel.get(key);
      if (byValue === undefined) byLabel.set(key, (byValue = new Map<string, Entry<T>[]>()));
      const listed = byValue.get(value);
      if (listed === undefined) byValue.set(value, [entry]);
      else listed.push(entry);
    }
  }
  const listedFor = (labels: Labels, key: string, byValue: ReadonlyMap<string, readonly Entry<T>[]>): readonly Entry<T>[] | undefined =>
    Object.hasOwn(labels, key) ? byValue.get(labels[key] ?? '') : undefined;
  return {
    cost(labels) {
      // To look for a label is much less than to try a selector.
      let cost = others.length + byLabel.size / 16;
      for (const [key, byValue] of byLabel) cost += listedFor(labels, key, byValue)?.length ?? 0;
      return cost;
    },
    matching(labels) {
      const found: Entry<T>[] = [];
      const tryAll = (entries: readonly Entry<T>[]): void => {
        for (const entry of entries) if (entry.matches(labels)) found.push(entry);
      };
      tryAll(others);
      for (const [key, byValue] of byLabel) {
        const listed = listedFor(labels, key, byValue);
        if (listed !== undefined) tryAll(listed);
      }
      if (found.length > 1) found.sort((a, b) => a.order - b.order);
      return found.map(({ item }) => item);
    },
  };
}

/** An index for each namespace that has items. */
export function indexByNamespace<T, Namespace extends string | undefined>(
  items: readonly T[],
  namespaceOf: (item: T) => Namespace,
  selectorOf: (item: T) => LabelSelector,
): Map<Namespace, SelectorIndex<T>> {
  return new Map([...groupBy(items, namespaceOf)].map(([namespace, list]) => [namespace, indexSelectors(list, selectorOf)]));
}

/** Labels one of which every match bears; undefined where the selector demands none. */
function demandedLabels({ matchLabels = {}, matchExpressions = [] }: LabelSelector): [key: string, value: string][] | undefined {
  const [first] = Object.entries(matchLabels);
  if (first !== undefined) return [first];
  const listed = matchExpressions.find(({ operator }) => operator === 'In');
  return listed === undefined ? undefined : [...new Set(listed.values)].map((value) => [listed.key ?? '', value]);
}
