import { compareText, formatPath, type Edit, type Path } from '../core/index.ts';

type Collection = Record<string | number, unknown>;

/** A value after edits. */
export interface Merged {
  readonly value: unknown;
  /** The list or map of the original that each new one was made from. */
  readonly origins: ReadonlyMap<object, object>;
  /** What two of the edits quarrel about, in words; absent where they agree. */
  readonly contradiction?: string;
}

/** The object after the edits, see `mergeEdits`; of edits that contradict each other one wins. */
export function applyEdits(object: unknown, edits: readonly Edit[]): unknown {
  return mergeEdits(object, edits).value;
}

/** The same text for the same value, integers of any size included; the order of keys counts. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? `${item}n` : item)) ?? '';
}

/** The edits of one value and of what is below it. */
interface Group {
  readonly own: Edit[];
  readonly below: Map<string | number, Group>;
}

/**
 * The object after the edits; the original stays as it is, and what no edit changes is the same object in both. Every path
 * is one of the original, so that the order of the edits does not matter: a list's item leaves at the end, and what is
 * appended is sorted. A path through something that is neither a map nor a list is left alone: the typed decoder has
 * refused such objects before.
 */
export function mergeEdits(object: unknown, edits: readonly Edit[]): Merged {
  const root: Group = { own: [], below: new Map() };
  for (const edit of edits) {
    let group = root;
    for (const step of edit.path) {
      let next = group.below.get(step);
      if (next === undefined) group.below.set(step, (next = { own: [], below: new Map() }));
      group = next;
    }
    group.own.push(edit);
  }
  const contradictions: Path[] = [];
  const origins = new Map<object, object>();
  const value = applyGroup(object, root, false, { path: [], contradictions, origins });
  const [first] = contradictions;
  return first === undefined
    ? { value, origins }
    : { value, origins, contradiction: `two edits want something different of ${formatPath(first)}` };
}

/** Where the merging stands. */
interface Place {
  /** Grows and shrinks with the way down. */
  readonly path: (string | number)[];
  readonly contradictions: Path[];
  readonly origins: Map<object, object>;
}

/**
 * The value after the edits; `undefined` where it is to be absent. From the outside in: what is set, what is set in that,
 * what is added. `given` says that an edit further out has set the value.
 */
function applyGroup(value: unknown, { own, below }: Group, given: boolean, place: Place): unknown {
  let result = value;
  const sets = own.filter((edit) => edit.op === 'set');
  const chosen = sets[0];
  const isFixed = given && value !== undefined;
  if (own.some(({ op }) => op === 'remove')) {
    if (isFixed || below.size > 0 || own.some(({ op }) => op !== 'remove')) place.contradictions.push([...place.path]);
    result = undefined;
  }
  if (chosen !== undefined && !same(value, chosen.value)) {
    if (isFixed) place.contradictions.push([...place.path]);
    result = chosen.value;
  }
  if (sets.length > 1 && sets.some((edit) => !same(edit.value, chosen?.value))) place.contradictions.push([...place.path]);
  if (below.size > 0) result = applyBelow(result, below, given || chosen !== undefined, place);
  const appended = own.flatMap((edit) => (edit.op === 'append' ? [edit.value] : []));
  if (appended.length > 0) {
    if ((below.size > 0 || sets.length > 0) && !Array.isArray(result)) place.contradictions.push([...place.path]);
    result = withItems(result, appended);
  }
  if (result !== value && isObject(result) && isObject(value)) place.origins.set(result, value);
  return result;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function withItems(value: unknown, items: readonly unknown[]): unknown[] {
  const list = Array.isArray(value) ? (value as unknown[]) : [];
  const missing = items.filter((item, index) => ![...list, ...items.slice(0, index)].some((other) => same(item, other)));
  return missing.length === 0 ? list : [...list, ...missing.toSorted((a, b) => compareText(canonical(a), canonical(b)))];
}

function applyBelow(value: unknown, below: Group['below'], given: boolean, place: Place): unknown {
  if (value !== undefined && value !== null && typeof value !== 'object') return value;
  const children = (value ?? {}) as Collection;
  const changed = new Map<string | number, unknown>();
  for (const [step, group] of below) {
    if (Array.isArray(children) && !(typeof step === 'number' && step < children.length)) continue;
    const child = Object.hasOwn(children, step) ? children[step] : undefined;
    place.path.push(step);
    const edited = applyGroup(child, group, given, place);
    place.path.pop();
    if (edited !== child) changed.set(step, edited);
  }
  if (changed.size === 0) return value;
  if (Array.isArray(children)) {
    const items = (children as unknown[]).map((item, index) => (changed.has(index) ? changed.get(index) : item));
    return items.filter((item) => item !== undefined);
  }
  const edited = { ...children };
  for (const [step, child] of changed) {
    if (child === undefined) delete edited[step];
    else setOwn(edited, String(step), child);
  }
  return edited;
}

/** As an own property, whatever it is called: assignment to `__proto__` would replace the prototype. */
function setOwn(map: Collection, key: string, value: unknown): void {
  if (key !== '__proto__') map[key] = value;
  else Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true });
}

/** Whether two values are the same object to Kubernetes: the order of keys does not matter. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, index) => same(item, b[index]));
  const [left, right] = [a as Collection, b as Collection];
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => Object.hasOwn(right, key) && same(left[key], right[key]));
}

/** The value at a path; `undefined` where there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Record<string | number, unknown>)[step];
  }
  return at;
}
