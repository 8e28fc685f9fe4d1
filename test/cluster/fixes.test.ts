import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { controls } from '../../src/controls/index.ts';
import { applyEdits } from '../../src/fix/apply.ts';
import { fix } from '../../src/index.ts';
import { collectRepairs, read } from '../../src/testing/control-proofs.ts';
import { exampleYaml } from '../../src/testing/example.ts';
import { corpora, corporaFolder } from '../upstream/corpora.ts';
import type { ApiObject, Json, Status } from './api-client.ts';
import { asAdmin } from './control-plane.ts';
import { makeNamespace } from './namespace.ts';

/*
 * No fix gives the server a reason to refuse an object that it did not have before, and every object that a fix adds is one
 * that it takes.
 */

const admin = asAdmin(inject('address'));

/** What fixes do: objects before and after, and new ones. */
interface Fixed {
  readonly changed: readonly { readonly before: Json; readonly after: Json; readonly place: string }[];
  readonly added: readonly Json[];
}

interface Counts {
  /** Objects that the server takes, before and after. */
  accepted: number;
  /** Objects of a version that it no longer serves, brought to one that it does, and taken there. */
  moved: number;
  /** Objects that it refuses, after the fix for nothing that it did not refuse before. */
  refused: number;
  /** Of kinds that it does not serve. */
  unserved: number;
}

/** What the server has against an object, which may have no field that it does not know: nothing where it takes it. */
async function complaints(object: Json, namespace: string): Promise<string[]> {
  const { status, body } = await admin.create<Status>(object as ApiObject, { namespace, dryRun: true, strict: true });
  // That there is one of this name comes to light last.
  if (status === 201 || body.reason === 'AlreadyExists') return [];
  const causes = body.details?.causes ?? [];
  return causes.length === 0 ? [body.message ?? ''] : causes.map(({ field, reason }) => `${field}: ${reason}`);
}

async function isServed({ apiVersion, kind }: Json): Promise<boolean> {
  return (await admin.resource(String(apiVersion), String(kind))) !== undefined;
}

async function prove({ changed, added }: Fixed): Promise<Counts> {
  const namespace = await makeNamespace(admin);
  const counts = { accepted: 0, moved: 0, refused: 0, unserved: 0 };
  const broken: object[] = [];
  await Promise.all(
    changed.map(async ({ before, after, place }) => {
      if (!(await isServed(after))) {
        counts.unserved++;
        return;
      }
      const wasServed = await isServed(before);
      const known = wasServed ? await complaints(before, namespace) : [];
      const left = await complaints(after, namespace);
      const fresh = left.filter((each) => !known.includes(each));
      if (fresh.length > 0) broken.push({ place, fresh });
      else if (left.length > 0) counts.refused++;
      else counts[wasServed ? 'accepted' : 'moved']++;
    }),
  );
  for (const object of added) {
    const refused = await complaints(object, namespace);
    if (refused.length > 0) broken.push({ object, refused });
  }
  expect(broken).toEqual([]);
  return counts;
}

async function fixedIn(folder: string): Promise<Fixed> {
  const { objects, fixes } = await fix({ paths: ['.'], cwd: folder, review: true });
  return {
    changed: objects.map(({ before, after, file, line }) => ({ before, after, place: `${file}:${line}` })),
    added: fixes.flatMap(({ companions }) => companions),
  };
}

/** The failing examples of every control, each repaired by its own fix alone. */
function fixedExamples(): Fixed {
  const changed: Fixed['changed'][number][] = [];
  const added: Json[] = [];
  for (const control of controls.filter((each) => each.fix !== undefined)) {
    for (const [name, example] of Object.entries(control.examples().fail)) {
      const yaml = exampleYaml(control, example);
      const resources = read(yaml);
      for (const { resource, edits, companions } of collectRepairs(control, yaml)) {
        const before = resources[resource]!.object;
        if (edits.length > 0) changed.push({ before, after: applyEdits(before, edits) as Json, place: `${control.id}: ${name}` });
        added.push(...companions);
      }
    }
  }
  return { changed, added };
}

describe('the server takes what fixes make of', () => {
  test('the examples of the controls', async () => {
    const fixed = fixedExamples();
    expect(new Set(fixed.added.map(({ kind }) => kind)).size).toBeGreaterThan(3);
    const { accepted } = await prove(fixed);
    expect(accepted).toBeGreaterThan(fixed.changed.length * 0.8);
  });

  test('the examples of the project', async () => {
    const fixed = await fixedIn(join(import.meta.dirname, '../../examples'));
    expect(await prove(fixed)).toEqual({ accepted: fixed.changed.length, moved: 0, refused: 0, unserved: 0 });
  });

  test.each(corpora)('%s', async (name) => {
    const fixed = await fixedIn(join(corporaFolder, name));
    const counts = await prove(fixed);
    console.log(`${name}: ${JSON.stringify({ changed: fixed.changed.length, added: fixed.added.length, ...counts })}`);
    expect(counts.accepted).toBeGreaterThan(fixed.changed.length / 4);
  });
});
