import type { FixReport, JsonPatchOperation, ObjectPatch, ResourceRef } from '../core/index.ts';
import { withCompanions, type PlainObject } from './companions.ts';
import { patchBetween } from './json-patch.ts';

/**
 * What a report changes, as JSON Patches: one for each object, in the order of the report. A new object is a patch of
 * nothing that adds the whole of it (RFC 6902 calls the whole document by the empty path).
 */
export function objectPatches(report: FixReport): ObjectPatch[] {
  const changes = report.objects.map(({ resource }, number): ObjectPatch => ({ target: resource, patch: patchOf(report, number) }));
  const made = newObjects(report).map((object): ObjectPatch => ({
    target: refOf(object),
    patch: [{ op: 'add', path: '', value: object }],
  }));
  return [...changes, ...made];
}

/** What is changed of one of the report's objects. */
export function patchOf({ objects, fixes }: FixReport, number: number): JsonPatchOperation[] {
  const { before, after } = objects[number]!;
  return patchBetween(
    before,
    after,
    fixes.filter(({ object }) => object === number).flatMap(({ edits }) => edits),
  );
}

/** Every companion once. */
export function newObjects({ fixes }: FixReport): PlainObject[] {
  const companions = fixes.flatMap((fix) => fix.companions);
  return withCompanions([], companions) as PlainObject[];
}

function refOf(object: PlainObject): ResourceRef {
  const { namespace, name } = (object['metadata'] ?? {}) as { readonly namespace?: string; readonly name?: string };
  const about = { apiVersion: String(object['apiVersion']), kind: String(object['kind']) };
  return { ...about, ...(namespace === undefined ? {} : { namespace }), name: name ?? '' };
}
