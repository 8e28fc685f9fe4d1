import { isAscii, isUtf8 } from 'node:buffer';
import { kindName } from '../../core/index.ts';
import { isObject } from '../../kube/shape-reader.ts';
import { kindsWithStatus } from '../../kube/status-kinds.ts';
import type { JsonSlice, ListHeader } from '../manifests/json-stream.ts';
import { parsed } from './json-answer.ts';
import type { ServedKind } from './served-kinds.ts';

/*
 * API servers write the fields of Go's structs in their order and without spaces, so that items of a list begin and end with
 * the same words, which are found many times faster than each byte is looked at. No text can hold any of these words: a quote
 * that follows a comma or a brace has no backslash in front of it, and one that ends a text has no letter behind it. Could they
 * stand deeper inside of an item? Not in those of the kinds below, whose structs have no list of objects with metadata, and no
 * `status` but their own. A page that is written otherwise has no landmarks, and is cut byte by byte.
 */

const kinds: ReadonlySet<string> = new Set([
  'ConfigMap',
  'Endpoints',
  'Namespace',
  'Pod',
  'Service',
  'ServiceAccount',
  'DaemonSet.apps',
  'Deployment.apps',
  'ReplicaSet.apps',
  'CronJob.batch',
  'Job.batch',
  'Ingress.networking.k8s.io',
  'NetworkPolicy.networking.k8s.io',
  'RoleBinding.rbac.authorization.k8s.io',
  'ClusterRoleBinding.rbac.authorization.k8s.io',
]);

const words = {
  item: Buffer.from('},{"metadata":{"name":"'),
  endOfList: Buffer.from('],"'),
  spec: Buffer.from('},"spec":{'),
  status: Buffer.from('},"status":{'),
  lastApplied: Buffer.from('"kubectl.kubernetes.io/last-applied-configuration":"'),
  nextAnnotation: Buffer.from('","'),
  endOfAnnotations: Buffer.from('"},"'),
};
/** Words that begin with a rare letter are found faster: of these it stands behind what comes first. */
const managedFields = { before: ',"managed', word: Buffer.from('Fields":[{') };
const endOfMetadata = { before: '}', word: Buffer.from(']},"') };

/** From the first to the second, which is exclusive. */
type Range = readonly [start: number, end: number];

interface Place {
  readonly item: Range;
  /** What nobody reads, in order. */
  readonly gaps: readonly Range[];
  readonly status: Range | undefined;
}

/** Shorter ones are as soon read. */
const worthLeavingOut = 256;

/**
 * Cuts a page with a list as `jsonStream` does, where it has landmarks; else the answer is undefined, and nothing was taken.
 * Where in the page something stood is not told: nobody asks that of an answer.
 */
export function cutByLandmarks(
  bytes: Buffer,
  { group, kind }: ServedKind,
  take: (slice: JsonSlice, index: number, status: () => string | undefined) => void,
): ListHeader | undefined {
  if (!kinds.has(kindName(group, kind))) return undefined;
  const encoding = isAscii(bytes) ? 'latin1' : isUtf8(bytes) ? 'utf8' : undefined;
  const head = headOf(bytes);
  const places = encoding === undefined || head?.header.kind !== `${kind}List` ? undefined : placesOf(bytes, head.length, kind);
  if (places === undefined) return undefined;
  for (const [index, { item, gaps, status }] of places.entries()) {
    const parts: string[] = [];
    let from = item[0];
    for (const [start, end] of gaps) {
      parts.push(bytes.toString(encoding, from, start));
      from = end;
    }
    parts.push(bytes.toString(encoding, from, item[1]));
    // Joined it is one flat text, where a sum would be made of its parts for every look at it.
    const slice: JsonSlice = { text: parts.join(''), line: 1, column: 1, gaps: [] };
    take(slice, index, () => (status === undefined ? undefined : bytes.toString(encoding, ...status)));
  }
  return head?.header;
}

const listHead = /^\{"kind":"(\w+)","apiVersion":"([\w./-]+)","metadata":(\{[^{}]*\}),"items":\[(?=\{"metadata":\{"name":")/;

/** What stands in front of the first item. */
function headOf(bytes: Buffer): { readonly length: number; readonly header: ListHeader } | undefined {
  const head = listHead.exec(bytes.toString('latin1', 0, 8192));
  const metadata = head === null ? undefined : parsed(Buffer.from(head[3]!, 'latin1'));
  if (head === null || !isObject(metadata)) return undefined;
  const { continue: token, resourceVersion } = metadata;
  const header = {
    apiVersion: head[2],
    kind: head[1],
    ...(typeof token === 'string' && token !== '' ? { continue: token } : {}),
    ...(typeof resourceVersion === 'string' && resourceVersion !== '' ? { resourceVersion } : {}),
  };
  return { length: head[0].length, header };
}

/** All items from the first one on, or none. */
function placesOf(bytes: Buffer, first: number, kind: string): Place[] | undefined {
  const tail = /\]\}\s*$/.exec(bytes.toString('latin1', Math.max(0, bytes.length - 16)));
  if (tail === null) return undefined;
  const behind = bytes.length - tail[0].length;
  const nextItem = finder(bytes, words.item);
  const nextFields = finder(bytes, managedFields.word);
  const nextStatus = finder(bytes, words.status);
  const keepsStatus = kindsWithStatus.has(kind);
  const places: Place[] = [];
  for (let start = first; start <= behind;) {
    const end = Math.min(nextItem(start) + 1, behind);
    if (bytes[end - 1] !== closeBrace) return undefined;
    const gaps: Range[] = [];
    const fields = nextFields(start);
    if (fields < end) {
      const inFront = bytes.subarray(start, fields);
      // Those of a template stand in its spec.
      if (!endsWith(bytes, fields, managedFields.before) || inFront.includes(words.spec)) return undefined;
      const applied = inFront.indexOf(words.lastApplied);
      if (applied !== -1) {
        const gap = annotationAt(bytes, start + applied + words.lastApplied.length, fields);
        if (gap === undefined) return undefined;
        if (gap[1] - gap[0] >= worthLeavingOut) gaps.push(gap);
      }
      // The last of the metadata.
      const fieldsEnd = bytes.indexOf(endOfMetadata.word, fields);
      if (!endsWith(bytes, fieldsEnd, endOfMetadata.before) || !isLetter(bytes[fieldsEnd + endOfMetadata.word.length])) return undefined;
      // Nor does another list stand behind it.
      if (fieldsEnd >= end || bytes.subarray(fields, fieldsEnd).includes(words.endOfList)) return undefined;
      gaps.push([fields + managedFields.word.length - 1, fieldsEnd]);
    }
    const behindSpec = nextStatus(gaps.at(-1)?.[1] ?? start);
    const status: Range | undefined = behindSpec < end ? [behindSpec + words.status.length - 1, end - 1] : undefined;
    if (status !== undefined) {
      if (bytes[status[1] - 1] !== closeBrace) return undefined;
      if (!keepsStatus) gaps.push([status[0] + 1, status[1] - 1]);
    }
    places.push({ item: [start, end], gaps, status });
    if (end === behind) return places;
    start = end + 1;
  }
  return undefined;
}

const backslash = 92;
const closeBrace = 125;

function isLetter(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 97 && byte <= 122) || (byte >= 65 && byte <= 90));
}

function endsWith(bytes: Buffer, end: number, word: string): boolean {
  return end >= word.length && bytes.toString('latin1', end - word.length, end) === word;
}

/** The text of an annotation that begins at `start`; undefined where it is not clear that it ends in front of `end`. */
function annotationAt(bytes: Buffer, start: number, end: number): Range | undefined {
  const near = bytes.subarray(start, end);
  const [next, last] = [near.indexOf(words.nextAnnotation), near.indexOf(words.endOfAnnotations)];
  const length = next === -1 ? last : last === -1 ? next : Math.min(next, last);
  // The text itself may end with a quote and a comma.
  return length < 1 || near[length - 1] === backslash ? undefined : [start, start + length];
}

/** Finds the same word again and again, and looks at no byte twice; behind the last one it answers with the length. */
function finder(bytes: Buffer, word: Buffer): (from: number) => number {
  let at = -1;
  return (from) => {
    if (at < from) at = bytes.indexOf(word, from);
    if (at === -1) at = bytes.length;
    return at;
  };
}
