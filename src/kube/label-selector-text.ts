import { labelMatcher, type SelectorError } from './label-selector.ts';
import type { LabelSelector, LabelSelectorRequirement } from './types.ts';

const requirement =
  /^\s*(?:(?<absent>!)\s*(?<absentKey>[^\s!=,()]+)|(?<key>[^\s!=,()]+)(?:\s*(?<sign>==|=|!=)\s*(?<value>[^\s!=,()]*)|\s+(?<operator>in|notin)\s*\((?<values>[^()]*)\))?)\s*(?:,|$)/;

/**
 * A selector as kubectl takes it: `app=web,tier in (a,b),!canary`.
 * Source: Parse of k8s.io/apimachinery v0.37 (pkg/labels/selector.go), without comparisons of numbers, which only nodes have.
 */
export function parseLabelSelector(text: string): LabelSelector | SelectorError {
  const matchExpressions: LabelSelectorRequirement[] = [];
  for (let rest = text; rest.trim() !== '';) {
    const found = requirement.exec(rest);
    if (found?.groups === undefined) return { error: `${JSON.stringify(rest.trim())} is no label selector` };
    const { absentKey, key = absentKey ?? '', sign, value = '', operator, values = '' } = found.groups;
    if (absentKey !== undefined) matchExpressions.push({ key, operator: 'DoesNotExist' });
    else if (sign !== undefined) matchExpressions.push({ key, operator: sign === '!=' ? 'NotIn' : 'In', values: [value] });
    else if (operator === undefined) matchExpressions.push({ key, operator: 'Exists' });
    else {
      const listed = values.split(',').map((item) => item.trim());
      matchExpressions.push({ key, operator: operator === 'in' ? 'In' : 'NotIn', values: listed });
    }
    rest = rest.slice(found[0].length);
  }
  const selector = { matchExpressions };
  const matcher = labelMatcher(selector);
  return typeof matcher === 'function' ? selector : matcher;
}
