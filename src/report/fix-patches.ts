import type { ObjectPatch } from '../core/index.ts';
import { quoted, stringified } from './json.ts';

/**
 * JSON Patches (RFC 6902) as one JSON array, an object a line: `{"target": …, "patch": [ … ]}`. A patch with the empty path
 * makes the object that it names.
 */
export function* formatJsonPatches(patches: Iterable<ObjectPatch>): Generator<string, void> {
  let separator = '[\n  ';
  for (const { target, patch } of patches) {
    yield `${separator}{"target":${stringified(target)},"patch":${json(patch)}}`;
    separator = ',\n  ';
  }
  yield separator.startsWith('[') ? '[]\n' : '\n]\n';
}

/** JSON with integers of any size, as manifests may hold them. */
function json(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(json).join(',')}]`;
  return `{${Object.entries(value)
    .map(([key, child]) => `${quoted(key)}:${json(child)}`)
    .join(',')}}`;
}
