import { remembering } from '../core/index.ts';
import type { LabelSelector, LabelSelectorRequirement } from './types.ts';

/** A selector that the API server refuses, with the reason. */
export interface SelectorError {
  readonly error: string;
}

export type Labels = Readonly<Record<string, string>>;

/** Tells whether a set of labels is selected; absent labels are an empty set. */
export type LabelMatcher = (labels: Labels | undefined) => boolean;

const nothing: LabelMatcher = () => false;
const everything: LabelMatcher = () => true;

/**
 * The meaning of a selector, to be asked for many objects: an absent selector selects nothing, an empty one everything.
 * Source: LabelSelectorAsSelector of k8s.io/apimachinery v0.37 (pkg/apis/meta/v1), pkg/labels.
 */
export function labelMatcher(selector: LabelSelector | undefined): LabelMatcher | SelectorError {
  if (selector === undefined) return nothing;
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const matchers: LabelMatcher[] = [];
  for (const key of Object.keys(matchLabels)) {
    const value = matchLabels[key] ?? '';
    const error = faultOfKey(key) ?? faultOfValue(value);
    if (error !== undefined) return { error };
    matchers.push((labels) => has(labels, key) && (labels[key] ?? '') === value);
  }
  for (const requirement of matchExpressions) {
    const matcher = requirementMatcher(requirement);
    if (typeof matcher !== 'function') return matcher;
    matchers.push(matcher);
  }
  const [first = everything] = matchers;
  return matchers.length < 2 ? first : (labels) => matchers.every((matcher) => matcher(labels));
}

/** As `labelMatcher`, for one question. */
export function matches(selector: LabelSelector | undefined, labels: Labels | undefined): boolean | SelectorError {
  const matcher = labelMatcher(selector);
  return typeof matcher === 'function' ? matcher(labels) : matcher;
}

function requirementMatcher({ key = '', operator = '', values = [] }: LabelSelectorRequirement): LabelMatcher | SelectorError {
  const error = faultOfKey(key) ?? values.map(faultOfValue).find((fault) => fault !== undefined);
  if (error !== undefined) return { error };
  switch (operator) {
    case 'In':
    case 'NotIn': {
      if (values.length === 0) return { error: `operator ${operator} needs values` };
      const wanted = new Set(values);
      // A label that is absent is not in any set: NotIn selects the object.
      if (operator === 'NotIn') return (labels) => !has(labels, key) || !wanted.has(labels[key] ?? '');
      return (labels) => has(labels, key) && wanted.has(labels[key] ?? '');
    }
    case 'Exists':
    case 'DoesNotExist': {
      if (values.length > 0) return { error: `operator ${operator} takes no values` };
      const wanted = operator === 'Exists';
      return (labels) => has(labels, key) === wanted;
    }
    default:
      return { error: `${JSON.stringify(operator)} is not a valid label selector operator` };
  }
}

function faultOfKey(key: string): string | undefined {
  return isKnownKey(key) ? undefined : `${JSON.stringify(key)} is no label key`;
}

function faultOfValue(value: string): string | undefined {
  return isKnownValue(value) ? undefined : `${JSON.stringify(value)} is no label value`;
}

/** Labels come from files: a key such as `constructor` must not find what every object inherits. */
function has(labels: Labels | undefined, key: string): labels is Labels {
  return labels !== undefined && Object.hasOwn(labels, key);
}

const name = /^(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const subdomain = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;

/** A qualified name: an optional DNS prefix and `/`, then at most 63 characters. */
function isLabelKey(key: string): boolean {
  const parts = key.split('/');
  const last = parts.pop() ?? '';
  if (parts.length > 1 || last.length > 63 || !name.test(last)) return false;
  const [prefix] = parts;
  return prefix === undefined || (prefix.length <= 253 && subdomain.test(prefix));
}

function isLabelValue(value: string): boolean {
  return value === '' || (value.length <= 63 && name.test(value));
}

// The same few keys and values stand in many selectors.
const isKnownKey = remembering(isLabelKey);
const isKnownValue = remembering(isLabelValue);
