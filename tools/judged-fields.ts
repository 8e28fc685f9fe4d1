import { isObserved, type AnyControl } from '../src/core/index.ts';
import { fieldName, readPath } from '../src/editor/field.ts';
import type { ExampleFinding } from './example-findings.ts';

/** The text of src/editor/judged-fields.generated.ts: the fields that controls complain about in their own examples. */
export function judgedFields(controls: readonly AnyControl[], findings: readonly ExampleFinding[]): string {
  const fields = new Map<string, Set<string>>();
  for (const { control, resource, path } of findings) {
    const field = isObserved(resource) ? undefined : fieldName(resource.kind, readPath(path));
    // A name is where something is told that has no field, and keys of data are the author's own.
    if (field !== undefined && !/\/(?:metadata\.name|name|(?:data|stringData)\..*)$/.test(field))
      fields.set(field, (fields.get(field) ?? new Set()).add(control));
  }
  const order = new Map(controls.map(({ id }, index) => [id, index]));
  const rows = [...fields]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([field, ids]) => `  ${JSON.stringify([field, ...[...ids].toSorted((a, b) => order.get(a)! - order.get(b)!)])},`);
  return [
    '// Made from the examples of the controls by `npm run generate`; do not edit.',
    '/** Fields by their names (field.ts), each with the controls that judge it. */',
    'export const judgedFields: readonly (readonly string[])[] = [',
    ...rows,
    '];',
    '',
  ].join('\n');
}
