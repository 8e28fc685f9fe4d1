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

/** Fields of Kubernetes' own kinds in which no name of such an object stands, whatever is below. Whoever else has a field of that name may mean another. */
const plain: ReadonlySet<string> = new Set([
  'affinity',
  'dnsConfig',
  'dnsPolicy',
  'hostAliases',
  'nodeSelector',
  'restartPolicy',
  'schedulerName',
  'securityContext',
  'tolerations',
  'topologySpreadConstraints',
  'imagePullPolicy',
  'livenessProbe',
  'ports',
  'readinessProbe',
  'resources',
  'startupProbe',
  'terminationMessagePath',
  'terminationMessagePolicy',
  'workingDir',
  'strategy',
  'updateStrategy',
  'apiGroups',
  'verbs',
]);

/** Longer texts are files and scripts. */
const longest = 512;
const deepest = 64;
/** An object that mentions more is a list of something. */
const most = 5000;

/**
 * Of all texts of an object but its own name and labels: each as a whole, and the words of it. `isTyped`: the fields of the
 * object are those of Kubernetes' own types.
 */
export function mentionsOf(object: Readonly<Record<string, unknown>>, isTyped: boolean): Mentions {
  const found: Found = { codes: [], number: ++objects };
  for (const key of Object.keys(object)) {
    const value = object[key];
    if (key === 'metadata') collect(isObject(value) ? value['annotations'] : undefined, found, 0, false);
    // Of nothing else do texts and numbers stand there.
    else if (typeof value === 'object' && !skipped.has(key)) collect(value, found, 0, isTyped);
  }
  // At once: a text that is put together piece by piece keeps its pieces. So many arguments are not too many for a call.
  return String.fromCharCode(...found.codes);
}

interface Found {
  readonly codes: number[];
  /** Of the object, counted by this process. */
  readonly number: number;
}

function collect(value: unknown, found: Found, depth: number, isTyped: boolean): void {
  if (typeof value === 'string') addWords(value, found);
  else if (typeof value !== 'object' || value === null || depth >= deepest) return;
  else if (!Array.isArray(value)) collectFields(value as Readonly<Record<string, unknown>>, found, depth, isTyped);
  else for (let index = 0; index < value.length; index++) collect(value[index], found, depth + 1, isTyped);
}

function collectFields(object: Readonly<Record<string, unknown>>, found: Found, depth: number, isTyped: boolean): void {
  const keys = Object.keys(object);
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index]!;
    const { hash, isSkipped, isPlain } = keyOf(key);
    if (isSkipped || (isTyped && isPlain) || (key === 'name' && namesItself(object))) continue;
    // Names may be keys: of annotations, of lists by name.
    if (depth > 0 && !isTyped) add(hash, found);
    const value = object[key];
    if (typeof value === 'string') addWords(value, found);
    else if (typeof value === 'object') collect(value, found, depth + 1, isTyped && key !== 'annotations');
  }
}

/** Variables, mounts, containers and ports: `name` is their own. */
function namesItself(object: Readonly<Record<string, unknown>>): boolean {
  const { value, valueFrom } = object;
  if (value !== undefined || valueFrom !== undefined) return true;
  const { mountPath, image, containerPort } = object;
  return mountPath !== undefined || image !== undefined || containerPort !== undefined;
}

const basis = 0x811c9dc5 | 0;
const prime = 0x01000193;

/** FNV-1a, with a sign: V8 keeps such numbers in place, where larger ones would be an object each. */
export function hashOf(text: string): number {
  let hash = basis;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), prime);
  return hash;
}

interface Key {
  readonly hash: number;
  readonly isSkipped: boolean;
  readonly isPlain: boolean;
}

/** Most keys are fields, the same in every object. */
const keyOf = remembering((key): Key => ({ hash: hashOf(key), isSkipped: skipped.has(key), isPlain: plain.has(key) }));

/**
 * Hashes that were found last, by their lowest bits, each with the number of its object: most of what an object mentions
 * twice it mentions twice in a row. One that is told twice all the same takes memory and is no harm.
 */
const lately = new Int32Array(1024);
const latelyOf = new Int32Array(1024);
let objects = 0;

function add(hash: number, { codes, number }: Found): void {
  const slot = hash & 1023;
  if (lately[slot] === hash && latelyOf[slot] === number) return;
  if (codes.length >= 2 * most) return;
  lately[slot] = hash;
  latelyOf[slot] = number;
  codes.push(hash >>> 16, hash & 0xffff);
}

function addWords(text: string, found: Found): void {
  if (text.length > longest) return;
  let word = basis;
  let from = 0;
  let isPath = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (isOfName(code)) word = Math.imul(word ^ code, prime);
    else {
      if (index > from) add(word, found);
      word = basis;
      from = index + 1;
      // The one character that no name of an object has in it.
      isPath ||= code === 47;
    }
  }
  if (from < text.length) add(word, found);
  if (from > 0 && !isPath) add(hashOf(text), found);
}

/** Letters in lower case, digits, `-` and `.`. */
function isOfName(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code === 45 || code === 46;
}

/** Calls back for each hash. */
export function eachMention(mentions: Mentions, call: (hash: number) => void): void {
  for (let index = 0; index + 1 < mentions.length; index += 2) call((mentions.charCodeAt(index) << 16) | mentions.charCodeAt(index + 1));
}
