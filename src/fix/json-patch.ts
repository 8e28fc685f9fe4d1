import type { Edit, JsonPatchOperation, Path } from '../core/index.ts';
import { applyEdits, canonical, same, valueAt } from './apply.ts';

/** The edits as a JSON Patch for this object: what `kubectl patch --type=json` takes. */
export function toJsonPatch(object: unknown, edits: readonly Edit[]): JsonPatchOperation[] {
  return patchBetween(object, applyEdits(object, edits), edits);
}

type Values = Readonly<Record<string, unknown>>;

/**
 * The JSON Patch that turns one value into the other. Indexes of lists only mean something while the list is as it was, so
 * before a named item is changed or removed, the patch tests that it is still that item: it fails rather than hit another.
 * `edits` are those that led there: of them the renames become moves.
 */
export function patchBetween(before: unknown, after: unknown, edits: readonly Edit[] = []): JsonPatchOperation[] {
  const renames = new Map(edits.flatMap((edit) => (edit.op === 'rename' ? [[pointer(edit.path), edit.to]] : [])));
  return [...differences(before, after, [], renames)];
}

/** The new name of a key by where it stands, in terms of the names around it after the edits. */
type Renames = ReadonlyMap<string, string>;

function* differences(before: unknown, after: unknown, path: Path, renames: Renames): Generator<JsonPatchOperation, void> {
  if (before === after) return;
  if (isMap(before) && isMap(after)) yield* mapDifferences(before, after, path, renames);
  else if (Array.isArray(before) && Array.isArray(after)) yield* listDifferences(before, after, path, renames);
  else if (!same(before, after)) yield { op: 'replace', path: pointer(path), value: after };
}

function* mapDifferences(before: Values, after: Values, path: Path, renames: Renames): Generator<JsonPatchOperation, void> {
  const moved = new Map<string, string>();
  for (const key of Object.keys(before)) {
    if (Object.hasOwn(after, key)) continue;
    const from = pointer([...path, key]);
    const name = renames.get(from);
    if (name === undefined || !Object.hasOwn(after, name) || Object.hasOwn(before, name)) yield { op: 'remove', path: from };
    else {
      moved.set(name, key);
      yield { op: 'move', from, path: pointer([...path, name]) };
    }
  }
  for (const [key, value] of Object.entries(after)) {
    const old = moved.get(key) ?? key;
    if (Object.hasOwn(before, old)) yield* differences(before[old], value, [...path, key], renames);
    else yield { op: 'add', path: pointer([...path, key]), value };
  }
}

/** Items that stay are changed where they stand, then items leave from the end, then new ones come in their order. */
function* listDifferences(
  before: readonly unknown[],
  after: readonly unknown[],
  path: Path,
  renames: Renames,
): Generator<JsonPatchOperation, void> {
  const origins = originsOf(before, after);
  if (origins === undefined) {
    yield { op: 'replace', path: pointer(path), value: after };
    return;
  }
  for (const [index, origin] of origins.entries()) {
    if (origin === undefined) continue;
    const changes = [...differences(before[origin], after[index], [...path, origin], renames)];
    if (changes.length > 0) yield* tested(before[origin], after[index], [...path, origin]);
    yield* changes;
  }
  const kept = new Set(origins);
  for (let index = before.length - 1; index >= 0; index--) {
    if (kept.has(index)) continue;
    yield* tested(before[index], before[index], [...path, index]);
    yield { op: 'remove', path: pointer([...path, index]) };
  }
  for (const [index, origin] of origins.entries()) {
    if (origin !== undefined) continue;
    const last = origins.slice(index).every((each) => each === undefined);
    yield { op: 'add', path: last ? `${pointer(path)}/-` : pointer([...path, index]), value: after[index] };
  }
}

/**
 * For every item of the list after, which item of the list before it was; undefined for a new one. Items keep their places
 * where the list stays as long and the names stay as they are; else they are known by their names, or by being equal.
 * Undefined where that leaves doubt.
 */
function originsOf(before: readonly unknown[], after: readonly unknown[]): (number | undefined)[] | undefined {
  if (before.length === after.length && before.every((item, index) => nameOf(item) === nameOf(after[index]))) return [...before.keys()];
  const [old = [], fresh = []] = [before, after].map((list) => list.map((item) => nameOf(item) ?? `=${canonical(item)}`));
  const places = new Map(old.map((identity, index) => [identity, index]));
  const origins = fresh.map((identity) => places.get(identity));
  const kept = origins.filter((origin) => origin !== undefined);
  const isOrdered = kept.every((origin, index) => index === 0 || kept[index - 1]! < origin);
  const isClear = places.size === old.length && new Set(fresh).size === fresh.length;
  return isClear && isOrdered ? origins : undefined;
}

function nameOf(item: unknown): string | undefined {
  const name = isMap(item) ? item['name'] : undefined;
  return typeof name === 'string' ? name : undefined;
}

/**
 * Makes sure that an item of a list is still the one that is meant: by its name, else by a field of it that stays. Not by
 * the whole of it, because the API server adds what is not said.
 */
function* tested(item: unknown, after: unknown, path: Path): Generator<JsonPatchOperation, void> {
  if (!isMap(item)) {
    yield { op: 'test', path: pointer(path), value: item };
    return;
  }
  const stays = (key: string): boolean => isMap(after) && item[key] === after[key] && typeof item[key] !== 'object';
  const key = nameOf(item) === undefined ? Object.keys(item).find(stays) : 'name';
  if (key !== undefined) yield { op: 'test', path: pointer([...path, key]), value: item[key] };
}

function isMap(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A JSON Pointer (RFC 6901). */
function pointer(path: Path): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/**
 * Applies the operations that `patchBetween` makes.
 * @throws Error where a test fails.
 */
export function applyJsonPatch(object: unknown, operations: readonly JsonPatchOperation[]): unknown {
  return operations.reduce((patched, operation) => {
    if (operation.op !== 'move') return applyOperation(patched, steps(operation.path), operation);
    const { from, path } = operation;
    const value = valueAt(patched, steps(from));
    const without = applyOperation(patched, steps(from), { op: 'remove', path: from });
    return applyOperation(without, steps(path), { op: 'add', path, value });
  }, object);
}

type InPlace = Exclude<JsonPatchOperation, { readonly op: 'move' }>;

function steps(path: string): string[] {
  return path
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function applyOperation(value: unknown, path: readonly string[], operation: InPlace): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return replaced(value, operation);
  if (Array.isArray(value)) {
    const list = value as readonly unknown[];
    const index = step === '-' ? list.length : Number(step);
    if (rest.length === 0 && operation.op === 'add') return list.toSpliced(index, 0, operation.value);
    if (rest.length === 0 && operation.op === 'remove') return list.toSpliced(index, 1);
    return list.map((item, at) => (at === index ? applyOperation(item, rest, operation) : item));
  }
  if (!isMap(value)) throw new Error(`there is no ${operation.path}`);
  const { [step]: child, ...others } = value;
  if (rest.length === 0 && operation.op === 'remove') return others;
  return { ...value, [step]: applyOperation(child, rest, operation) };
}

function replaced(value: unknown, operation: InPlace): unknown {
  if (operation.op === 'test' && !same(value, operation.value)) throw new Error(`${operation.path} is not what it was`);
  if (operation.op === 'remove' || operation.op === 'test') return value;
  return operation.value;
}
