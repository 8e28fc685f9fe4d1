import { isObject } from '../../kube/shape-reader.ts';
import { parsed } from './json-answer.ts';
import type { Answer } from './requests.ts';

/**
 * The list, and the moment from which it can be watched, where the answer to a request is the first page of one. Secrets are
 * not watched: what they hold may stand in their annotations too.
 */
export function listRead(path: string, answer: Answer): readonly [path: string, resourceVersion: string] | undefined {
  const [list = '', query] = path.split('?', 2);
  const asked = new URLSearchParams(query);
  if (answer.type !== 'ok' || !asked.has('limit') || asked.has('continue') || list.endsWith('/secrets')) return undefined;
  const resourceVersion = momentOf(answer.body);
  return resourceVersion === undefined ? undefined : [list, resourceVersion];
}

/** Go writes the metadata of typed lists in front of their items; custom resources come with theirs behind. */
function momentOf(body: Buffer): string | undefined {
  const head = /^\{"kind":"\w+","apiVersion":"[\w./-]+","metadata":(\{[^{}]*\})/.exec(body.toString('latin1', 0, 8192));
  const tail = /"metadata":(\{[^{}]*\})\}\s*$/.exec(body.toString('latin1', Math.max(0, body.length - 8192)));
  const text = head?.[1] ?? tail?.[1];
  const metadata = text === undefined ? undefined : parsed(Buffer.from(text, 'latin1'));
  const resourceVersion = isObject(metadata) ? metadata['resourceVersion'] : undefined;
  return typeof resourceVersion === 'string' && resourceVersion !== '' ? resourceVersion : undefined;
}
