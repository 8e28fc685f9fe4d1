import type { Edit, Path } from '../core/index.ts';
import { applyEdits, inSequence, valueAt } from './apply.ts';

/** One operation of RFC 6902. */
export type JsonPatchOperation =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

/** The edits as a JSON Patch for this object: what `kubectl patch --type=json` takes. */
export function toJsonPatch(object: unknown, edits: readonly Edit[]): JsonPatchOperation[] {
  const operations: JsonPatchOperation[] = [];
  let current = object;
  for (const edit of inSequence(edits)) {
    const edited = applyEdits(current, [edit]);
    const operation = operationFor(current, edited, edit);
    if (operation !== undefined) operations.push(operation);
    current = edited;
  }
  return operations;
}

/** The smallest operation for one edit: RFC 6902 creates no parents, so a missing one is added with all it will hold. */
function operationFor(before: unknown, after: unknown, edit: Edit): JsonPatchOperation | undefined {
  if (JSON.stringify(before) === JSON.stringify(after)) return undefined;
  if (edit.op === 'remove') return { op: 'remove', path: pointer(edit.path) };
  for (let depth = 1; depth <= edit.path.length; depth++) {
    const path = edit.path.slice(0, depth);
    if (valueAt(before, path) === undefined) return { op: 'add', path: pointer(path), value: valueAt(after, path) };
  }
  if (edit.op === 'append') return { op: 'add', path: `${pointer(edit.path)}/-`, value: edit.value };
  return { op: 'replace', path: pointer(edit.path), value: edit.value };
}

/** A JSON Pointer (RFC 6901). */
function pointer(path: Path): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Applies the operations that `toJsonPatch` makes. */
export function applyJsonPatch(object: unknown, operations: readonly JsonPatchOperation[]): unknown {
  return operations.reduce((patched, operation) => applyOperation(patched, steps(operation.path), operation), object);
}

function steps(path: string): string[] {
  return path
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function applyOperation(value: unknown, path: readonly string[], operation: JsonPatchOperation): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return operation.op === 'remove' ? undefined : operation.value;
  if (Array.isArray(value)) {
    if (step === '-' && operation.op === 'add') return [...(value as unknown[]), operation.value];
    const index = Number(step);
    if (rest.length === 0 && operation.op === 'remove') return value.filter((_, at) => at !== index);
    return value.map((item: unknown, at) => (at === index ? applyOperation(item, rest, operation) : item));
  }
  if (typeof value !== 'object' || value === null) return value;
  const { [step]: child, ...others } = value as Record<string, unknown>;
  if (rest.length === 0 && operation.op === 'remove') return others;
  return { ...value, [step]: applyOperation(child, rest, operation) };
}
