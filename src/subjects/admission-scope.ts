import { labelMatcher } from '../kube/label-selector.ts';
import type { LabelSelector } from '../kube/types.ts';
import type { NamespaceFacts } from './namespace-facts.ts';

/** Does each selector let a namespace in? An absent one lets all in, one that the API server would refuse none. */
export function isInside({ labels }: NamespaceFacts, selectors: readonly (LabelSelector | undefined)[]): boolean {
  return selectors.every((selector) => {
    const matches = labelMatcher(selector ?? {});
    return typeof matches === 'function' && matches(labels);
  });
}

/**
 * The namespaces that no list of selectors lets in although nothing else refuses the worst pods there, for a message:
 * `namespace "shop"`, `namespace "shop" and 2 more`; undefined where there are none.
 */
export function outsideOfAll(
  namespaces: readonly NamespaceFacts[],
  lists: readonly (readonly (LabelSelector | undefined)[])[],
  allowed: readonly string[],
): string | undefined {
  const isOutside = (each: NamespaceFacts): boolean => !lists.some((selectors) => isInside(each, selectors));
  const outside = namespaces.filter((each) => !each.enforces && !allowed.includes(each.name) && isOutside(each));
  const [first, ...rest] = outside.map(({ name }) => name).sort();
  if (first === undefined) return undefined;
  return rest.length === 0 ? `namespace "${first}"` : `namespace "${first}" and ${rest.length} more`;
}
