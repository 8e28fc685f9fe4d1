import { remembering } from '../core/index.ts';
import { isObject } from '../kube/shape-reader.ts';

/**
 * The names that an object mentions, as hashes packed into a text: two characters each, which take four bytes. Two names of
 * one hash are as good as one, and then something counts as mentioned that is not.
 */
export type Mentions = string;

/** Fields that refer to no object by its name, or to one that is known otherwise. */
const skipped: ReadonlySet<string> = new Set([
  'apiVersion',
  'kind',
  'status',
  'image',
  'labels',
  'matchLabels',
  'selector',
  'managedFields',
  'ownerReferences',
  'openAPIV3Schema',
  'caBundle',
  'kubectl.kubernetes.io/last-applied-configuration',
]);

/** Marks of things whose own name stands in `name`: containers, ports, mounts, variables. */
const named: readonly string[] = ['image', 'containerPort', 'mountPath', 'value', 'valueFrom'];

/** Longer texts are files and scripts. */
const longest = 512;
const deepest = 64;
/** An object that mentions more is a list of something. */
const most = 5000;

/** Of all texts of an object but its own name and labels: each as a whole, and the words of it. */
export function mentionsOf(object: Readonly<Record<string, unknown>>): Mentions {
  const found = new Set<number>();
  for (const [key, value] of Object.entries(object)) {
    if (key === 'metadata') collect(isObject(value) ? value['annotations'] : undefined, found, 0);
    // Of nothing else do texts and numbers stand there.
    else if (typeof value !== 'object') continue;
    else if (!skipped.has(key)) collect(value, found, 0);
  }
  const codes: number[] = [];
  for (const hash of found) codes.push(hash >>> 16, hash & 0xffff);
  // At once: a text that is put together piece by piece keeps its pieces. So many arguments are not too many for a call.
  return String.fromCharCode(...codes);
}

function collect(value: unknown, found: Set<number>, depth: number): void {
  if (typeof value === 'string') {
    if (value.length <= longest && found.size < most) addWords(value, found);
  } else if (Array.isArray(value)) {
    if (depth < deepest) for (const item of value) collect(item, found, depth + 1);
  } else if (isObject(value) && depth < deepest) {
    for (const key of Object.keys(value)) {
      if (skipped.has(key) || (key === 'name' && named.some((mark) => value[mark] !== undefined))) continue;
      // Names may be keys: of annotations, of lists by name.
      if (depth > 0) found.add(hashOfKey(key));
      collect(value[key], found, depth + 1);
    }
  }
}

const basis = 0x811c9dc5 | 0;
const prime = 0x01000193;

/** FNV-1a, with a sign: V8 keeps such numbers in place, where larger ones would be an object each. */
export function hashOf(text: string): number {
  let hash = basis;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), prime);
  return hash;
}

/** Most keys are fields, the same in every object. */
const hashOfKey = remembering(hashOf);

function addWords(text: string, found: Set<number>): void {
  let whole = basis;
  let word = basis;
  let from = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    whole = Math.imul(whole ^ code, prime);
    if (isOfName(code)) word = Math.imul(word ^ code, prime);
    else {
      if (index > from) found.add(word);
      word = basis;
      from = index + 1;
    }
  }
  found.add(whole);
  if (from > 0 && from < text.length) found.add(word);
}

/** Letters in lower case, digits, `-` and `.`. */
function isOfName(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code === 45 || code === 46;
}

/** Calls back for each hash. */
export function eachMention(mentions: Mentions, call: (hash: number) => void): void {
  for (let index = 0; index + 1 < mentions.length; index += 2) call((mentions.charCodeAt(index) << 16) | mentions.charCodeAt(index + 1));
}
