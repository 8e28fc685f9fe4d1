import { stringify } from 'yaml';
import type { AnyControl, FixExample } from '../core/index.ts';
import { applyEdits } from '../fix/apply.ts';
import { withCompanions } from '../fix/companions.ts';
import { collectRepairs, read } from './control-proofs.ts';
import { exampleYaml } from './example.ts';

/** The first failing example that the control's fix repairs; undefined where it has no fix. Docs and `explain` show it. */
export function fixExample(control: AnyControl): FixExample | undefined {
  let declined: string | undefined;
  for (const example of Object.values(control.examples().fail)) {
    const yaml = exampleYaml(control, example);
    const before: unknown[] = read(yaml).map(({ object }) => object);
    let after = [...before];
    for (const { resource, edits, companions, declined: reason } of collectRepairs(control, yaml)) {
      declined ??= reason;
      after[resource] = applyEdits(after[resource], edits);
      after = withCompanions(after, companions);
    }
    const changed = after.flatMap((object, index) => (object === before[index] ? [] : [index]));
    if (changed.length > 0) return { before: documents(before, changed), after: documents(after, changed) };
  }
  return declined === undefined ? undefined : { declined };
}

function documents(objects: readonly unknown[], numbers: readonly number[]): string {
  return numbers.flatMap((number) => (number < objects.length ? [stringify(objects[number])] : [])).join('---\n');
}
