import type { ObjectPatch } from '../core/index.ts';
import { anyValue, reference } from './json.ts';

/**
 * JSON Patches (RFC 6902) as one JSON array, an object a line: `{"target": …, "patch": [ … ]}`. A patch with the empty path
 * makes the object that it names.
 */
export function* formatJsonPatches(patches: Iterable<ObjectPatch>): Generator<string, void> {
  let separator = '[\n  ';
  for (const { target, patch } of patches) {
    yield `${separator}{"target":${reference(target)},"patch":${anyValue(patch)}}`;
    separator = ',\n  ';
  }
  yield separator.startsWith('[') ? '[]\n' : '\n]\n';
}
