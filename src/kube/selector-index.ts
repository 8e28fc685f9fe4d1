import { groupBy } from '../core/index.ts';
import { labelMatcher, type LabelMatcher, type Labels } from './label-selector.ts';
import type { LabelSelector } from './types.ts';

/** Answers which of many selectors match some labels without trying all of them. */
export interface SelectorIndex<T> {
  /** In the order of the items. */
  matching(labels: Labels): T[];
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
  const byLabel = new Map<string, Entry<T>[]>();
  const others: Entry<T>[] = [];
  for (const [order, item] of items.entries()) {
    const selector = selectorOf(item);
    const matches = labelMatcher(selector);
    if (typeof matches !== 'function') continue;
    const entry = { item, order, matches };
    const demanded = demandedLabels(selector);
    if (demanded === undefined) others.push(entry);
    for (const label of demanded ?? []) {
      const listed = byLabel.get(label);
      if (listed === undefined) byLabel.set(label, [entry]);
      else listed.push(entry);
    }
  }
  return {
    matching(labels) {
      const tried = Object.entries(labels).map(([key, value]) => byLabel.get(labelText(key, value)) ?? []);
      return [others, ...tried]
        .flat()
        .filter(({ matches }) => matches(labels))
        .toSorted((a, b) => a.order - b.order)
        .map(({ item }) => item);
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
function demandedLabels({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string[] | undefined {
  const [first] = Object.entries(matchLabels);
  if (first !== undefined) return [labelText(...first)];
  const listed = matchExpressions.find(({ operator }) => operator === 'In');
  return listed === undefined ? undefined : [...new Set(listed.values)].map((value) => labelText(listed.key ?? '', value));
}

function labelText(key: string, value: string): string {
  return `${key}=${value}`;
}
