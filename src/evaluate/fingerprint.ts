import { apiGroup, type Path, type ResourceRef } from '../core/index.ts';

/**
 * A name for a finding that stays the same when lines move, list items are reordered and files are renamed: it is made of
 * the control, the object and the place, where a list item counts by its `name` rather than its index. 16 hex digits.
 */
export function fingerprint(control: string, ref: ResourceRef, steps: readonly string[]): string {
  const words = [0, 0];
  hash(control, ref, steps, words, 0);
  return hexOf(words, 0);
}

/** The fingerprint as two numbers of 32 bits, written to `words` at `at`: a list of very many takes little memory. */
export function hash(control: string, ref: ResourceRef, steps: readonly string[], words: { [at: number]: number }, at: number): void {
  low = 0x811c9dc5;
  high = 0x9e3779b9;
  mix(control);
  mixLine(apiGroup(ref.apiVersion));
  mixLine(ref.kind);
  mixLine(ref.namespace ?? '');
  // Names of pods are random: those of an owner have to do, also from one rollout to the next.
  mixLine(ref.owner === undefined ? ref.name : `${ref.owner.kind}/${ref.owner.name}`);
  for (const step of steps) mixLine(step);
  words[at] = high;
  words[at + 1] = low;
}

/** How a fingerprint is written. */
export function hexOf(words: { readonly [at: number]: number }, at: number): string {
  return hex(words[at]!) + hex(words[at + 1]!);
}

/** The steps of a path, list items by name where they have one. */
export function stableSteps(object: unknown, path: Path): string[] {
  const steps: string[] = [];
  let value = object;
  for (const step of path) {
    value = childOf(value, step);
    const name = typeof step === 'number' ? childOf(value, 'name') : step;
    steps.push(typeof name === 'string' ? name : String(step));
  }
  return steps;
}

function childOf(value: unknown, step: string | number): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
  return (value as Record<string | number, unknown>)[step];
}

// Two 32-bit multiplicative hashes over the lines; a collision would merge two entries of a baseline, nothing worse.
let low = 0;
let high = 0;

// One loop without calls: most scans are over before V8 would have inlined them.
function mix(text: string): void {
  let first = low;
  let second = high;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    first = Math.imul(first ^ code, 0x01000193);
    second = Math.imul(second ^ code, 0x85ebca6b);
    second ^= second >>> 13;
  }
  low = first;
  high = second;
}

function mixLine(text: string): void {
  mix('\n');
  mix(text);
}

const bytes = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function hex(word: number): string {
  return bytes[word >>> 24]! + bytes[(word >>> 16) & 255]! + bytes[(word >>> 8) & 255]! + bytes[word & 255]!;
}
