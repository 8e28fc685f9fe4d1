import { formatPath, type Edit, type Path } from '../core/index.ts';

type Collection = Record<string | number, unknown>;

/**
 * The object after the edits; the original stays as it is, and what no edit changes is the same object in both. Every path
 * is one of the original, so that the order of the edits does not matter: a list's item leaves at the end, and what is
 * appended is sorted. A path through something that is neither a map nor a list is left alone: the typed decoder has
 * refused such objects before. Of edits that contradict each other (see `contradiction`) one wins.
 */
export function applyEdits(object: unknown, edits: readonly Edit[]): unknown {
  return merge(object, edits, []);
}

/** The first path of which two edits want something different, in words; `undefined` where they agree. */
export function contradiction(object: unknown, edits: readonly Edit[]): string | undefined {
  const contradictions: Path[] = [];
  merge(object, edits, contradictions);
  return contradictions[0] === undefined ? undefined : `two edits want something different of ${formatPath(contradictions[0])}`;
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
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

function merge(object: unknown, edits: readonly Edit[], contradictions: Path[]): unknown {
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
  return applyGroup(object, root, { path: [], given: false, contradictions });
}

interface Place {
  readonly path: Path;
  /** Whether the value here was set by an edit further out. */
  readonly given: boolean;
  readonly contradictions: Path[];
}

/** The value after the edits; `undefined` where it is to be absent. From the outside in: what is set, what is set in that, what is added. */
function applyGroup(value: unknown, { own, below }: Group, place: Place): unknown {
  let result = value;
  const sets = own.filter((edit) => edit.op === 'set');
  const removed = own.some(({ op }) => op === 'remove');
  const chosen = sets[0];
  if (removed) {
    if (own.some(({ op }) => op !== 'remove') || below.size > 0 || (place.given && value !== undefined))
      place.contradictions.push(place.path);
    result = undefined;
  }
  if (chosen !== undefined) {
    if (sets.some((edit) => !same(edit.value, chosen.value)) || (place.given && value !== undefined && !same(value, chosen.value)))
      place.contradictions.push(place.path);
    if (!same(value, chosen.value)) result = chosen.value;
  }
  if (below.size > 0) result = applyBelow(result, below, { ...place, given: place.given || chosen !== undefined });
  const appended = own.flatMap((edit) => (edit.op === 'append' ? [edit.value] : []));
  return appended.length > 0 ? withItems(result, appended) : result;
}

function withItems(value: unknown, items: readonly unknown[]): unknown[] {
  const list = Array.isArray(value) ? (value as unknown[]) : [];
  const missing = items.filter((item, index) => ![...list, ...items.slice(0, index)].some((other) => same(item, other)));
  return missing.length === 0 ? list : [...list, ...missing.toSorted((a, b) => compareText(canonical(a), canonical(b)))];
}

function applyBelow(value: unknown, below: ReadonlyMap<string | number, Group>, place: Place): unknown {
  if (value !== undefined && value !== null && typeof value !== 'object') return value;
  const children = (value ?? {}) as Collection;
  const changed = new Map<string | number, unknown>();
  for (const [step, group] of below) {
    if (Array.isArray(children) && !(typeof step === 'number' && step < children.length)) continue;
    const child = Object.hasOwn(children, step) ? children[step] : undefined;
    const edited = applyGroup(child, group, { ...place, path: [...place.path, step] });
    if (edited !== child) changed.set(step, edited);
  }
  if (changed.size === 0) return value;
  if (Array.isArray(children)) {
    const items = (children as unknown[]).map((item, index) => (changed.has(index) ? changed.get(index) : item));
    return items.filter((item, index) => item !== undefined || !changed.has(index));
  }
  const kept = Object.entries(children).filter(([key]) => !changed.has(key) || changed.get(key) !== undefined);
  const edited = Object.fromEntries(kept.map(([key, child]) => [key, changed.has(key) ? changed.get(key) : child]));
  for (const [step, child] of changed) if (child !== undefined && !Object.hasOwn(edited, step)) define(edited, String(step), child);
  return edited;
}

/** As an own property, whatever it is called: assignment to `__proto__` would replace the prototype. */
function define(map: Collection, key: string, value: unknown): void {
  Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true });
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
