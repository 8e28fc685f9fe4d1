import { stringify } from 'yaml';
import type { AnyControl, FixExample } from '../core/index.ts';
import { applyEdits } from '../fix/apply.ts';
import { collectEdits, read } from './control-proofs.ts';
import { exampleYaml } from './example.ts';

/** The first failing example that the control's fix repairs; undefined where it has no fix. Docs and `explain` show it. */
export function fixExample(control: AnyControl): FixExample | undefined {
  let declined: string | undefined;
  for (const example of Object.values(control.examples.fail)) {
    const yaml = exampleYaml(control, example);
    const before: unknown[] = read(yaml).map(({ object }) => object);
    const after = [...before];
    for (const { resource, edits } of collectEdits(control, yaml)) {
      if ('declined' in edits) declined ??= edits.declined;
      else after[resource] = applyEdits(after[resource], edits);
    }
    const changed = before.flatMap((object, index) => (object === after[index] ? [] : [index]));
    if (changed.length > 0) return { before: documents(before, changed), after: documents(after, changed) };
  }
  return declined === undefined ? undefined : { declined };
}

function documents(objects: readonly unknown[], numbers: readonly number[]): string {
  return numbers.map((number) => stringify(objects[number])).join('---\n');
}
