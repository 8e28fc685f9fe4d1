import type { FixReport, ObjectPatch, ResourceRef } from '../core/index.ts';
import { withCompanions, type PlainObject } from './companions.ts';
import { patchBetween } from './json-patch.ts';

/**
 * What a report changes, as JSON Patches: one for each object, in the order of the report. A new object is a patch of
 * nothing that adds the whole of it (RFC 6902 calls the whole document by the empty path).
 */
export function objectPatches(report: FixReport): ObjectPatch[] {
  const changes = report.objects.map(({ resource, before, after }): ObjectPatch => ({
    target: resource,
    patch: patchBetween(before, after),
  }));
  const made = newObjects(report).map((object): ObjectPatch => ({
    target: refOf(object),
    patch: [{ op: 'add', path: '', value: object }],
  }));
  return [...changes, ...made];
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
