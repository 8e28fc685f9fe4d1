import type { Edit, Path } from '../core/index.ts';

type Collection = Record<string | number, unknown>;

/**
 * The object after the edits, in their order; the original stays as it is. A path through something that is neither a map
 * nor a list is left alone: the typed decoder has refused such objects before.
 */
export function applyEdits(object: unknown, edits: readonly Edit[]): unknown {
  return edits.reduce((edited, edit) => applyAt(edited, edit.path, edit), object);
}

function applyAt(value: unknown, path: Path, edit: Edit): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return replaced(value, edit);
  if (value !== undefined && value !== null && !isCollection(value)) return value;
  const children: Collection = value ?? {};
  const exists = Object.hasOwn(children, step);
  if (edit.op === 'remove' && !exists) return value;
  if (edit.op === 'remove' && rest.length === 0) return without(children, step);
  return withChild(children, step, applyAt(exists ? children[step] : undefined, rest, edit));
}

function replaced(value: unknown, edit: Edit): unknown {
  if (edit.op === 'set') return edit.value;
  if (edit.op === 'remove') return undefined;
  const list = Array.isArray(value) ? value : [];
  return list.some((item) => JSON.stringify(item) === JSON.stringify(edit.value)) ? list : [...list, edit.value];
}

function isCollection(value: unknown): value is Collection {
  return typeof value === 'object' && value !== null;
}

function withChild(children: Collection, step: string | number, child: unknown): Collection {
  if (Array.isArray(children)) return children.map((item: unknown, index) => (index === step ? child : item)) as unknown as Collection;
  return { ...children, [step]: child };
}

function without(children: Collection, step: string | number): Collection {
  if (Array.isArray(children)) return children.filter((_, index) => index !== step) as unknown as Collection;
  const { [step]: _removed, ...rest } = children;
  return rest;
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
