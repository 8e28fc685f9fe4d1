import type { ReadDocument, RefusedDocument } from './document.ts';
import { readFast } from './fast.ts';
import { readFully } from './fallback.ts';
import { readJson } from './json.ts';
import { documentLimit, tooLong } from './limits.ts';

export type { Layout, LayoutKey, ReadDocument, RefusedDocument } from './document.ts';
export { readJson } from './json.ts';
export { mayRepeatKeys, repeatedKeys } from './repeated-keys.ts';
export { splitDocuments } from './split.ts';

/**
 * Reads one document as kubectl and the API server do (sigs.k8s.io/yaml v1.6.0), or says why they refuse it. A document
 * that is empty or holds comments only has the value null. A document that is JSON is read as such.
 *
 * The text must have been decoded strictly: Go refuses bytes that are not UTF-8.
 */
export function readDocument(text: string, firstLine: number): ReadDocument | RefusedDocument {
  if (text.length > documentLimit) return { error: tooLong, line: firstLine };
  if (/^[\t-\r ]*\{/.test(text)) {
    const json = readJson(text, firstLine);
    if (!('error' in json)) return json;
  }
  return readFast(text, firstLine) ?? readFully(text, firstLine);
}
