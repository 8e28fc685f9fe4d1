import { compareText, formatPath, type Edit, type Path } from '../core/index.ts';

type Collection = Record<string | number, unknown>;

/** A value after edits. */
export interface Merged {
  readonly value: unknown;
  /** The list or map of the original that each new one was made from. */
  readonly origins: ReadonlyMap<object, object>;
  /** Of each new map in which keys have other names: the name in it by the name in the original. */
  readonly renames: ReadonlyMap<object, ReadonlyMap<string, string>>;
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
  const place: Place = { path: [], contradictions: [], origins: new Map(), renames: new Map() };
  const value = applyGroup(object, root, false, place);
  const { origins, renames } = place;
  const [contradiction] = place.contradictions;
  return contradiction === undefined ? { value, origins, renames } : { value, origins, renames, contradiction };
}

/** Where the merging stands. */
interface Place {
  /** Grows and shrinks with the way down. */
  readonly path: (string | number)[];
  readonly contradictions: string[];
  readonly origins: Map<object, object>;
  readonly renames: Map<object, ReadonlyMap<string, string>>;
}

function contradict({ path, contradictions }: Place): void {
  contradictions.push(`two edits want something different of ${formatPath(path)}`);
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
    if (isFixed || below.size > 0 || own.some(({ op }) => op !== 'remove')) contradict(place);
    result = undefined;
  }
  if (chosen !== undefined && !same(value, chosen.value)) {
    if (isFixed) contradict(place);
    result = chosen.value;
  }
  if (sets.length > 1 && sets.some((edit) => !same(edit.value, chosen?.value))) contradict(place);
  if (below.size > 0) result = applyBelow(result, below, given || chosen !== undefined, place);
  const appended = own.flatMap((edit) => (edit.op === 'append' ? [edit.value] : []));
  if (appended.length > 0) {
    if ((below.size > 0 || sets.length > 0) && !Array.isArray(result)) contradict(place);
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
  const renames = Array.isArray(children) ? none : renamesIn(children, below, changed, place);
  if (changed.size === 0 && renames.size === 0) return value;
  if (Array.isArray(children)) {
    const items = (children as unknown[]).map((item, index) => (changed.has(index) ? changed.get(index) : item));
    return items.filter((item) => item !== undefined);
  }
  if (renames.size > 0) return withRenames(children, changed, renames, place);
  const edited = { ...children };
  for (const [step, child] of changed) {
    if (child === undefined) delete edited[step];
    else setOwn(edited, String(step), child);
  }
  return edited;
}

const none: ReadonlyMap<string, string> = new Map();

/** Which keys of a map get which other names. */
function renamesIn(
  children: Collection,
  below: Group['below'],
  changed: ReadonlyMap<string | number, unknown>,
  place: Place,
): ReadonlyMap<string, string> {
  const renames = new Map<string, string>();
  const taken = new Set<string>();
  for (const [step, { own }] of below) {
    const name = own.find((edit) => edit.op === 'rename')?.to;
    if (name === undefined || name === step || !Object.hasOwn(children, step)) continue;
    place.path.push(step);
    if (taken.has(name) || own.some((edit) => edit.op !== 'rename' || edit.to !== name)) contradict(place);
    place.path[place.path.length - 1] = name;
    if (Object.hasOwn(children, name)) place.contradictions.push(`${formatPath(place.path)} is there already`);
    // Another edit may ask for what the renamed field says.
    const value = changed.has(step) ? changed.get(step) : children[step];
    if (changed.has(name) && !same(changed.get(name), value)) contradict(place);
    place.path.pop();
    taken.add(name);
    renames.set(String(step), name);
  }
  return renames;
}

/** The renamed keys keep their places. */
function withRenames(
  children: Collection,
  changed: ReadonlyMap<string | number, unknown>,
  renames: ReadonlyMap<string, string>,
  { renames: known }: Place,
): Collection {
  const edited: Collection = {};
  for (const key of new Set([...Object.keys(children), ...[...changed.keys()].map(String)])) {
    const value = changed.has(key) ? changed.get(key) : children[key];
    if (value !== undefined) setOwn(edited, renames.get(key) ?? key, value);
  }
  known.set(edited, renames);
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
