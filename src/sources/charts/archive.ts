import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Of all that is packed into a chart, dependencies that are archives themselves included. */
const mostBytes = 64 << 20;
const mostPacked = 32 << 20;
const deepest = 4;

/** The texts that a packed chart is rendered from, by their paths below its folder; none where it is no archive, or too large. */
export function archivedTexts(path: string): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  const bytes = bytesOf(path);
  if (bytes !== undefined) unpack(bytes, '', { texts, left: mostBytes }, 0);
  return texts;
}

/** Those of dependencies that lie as archives in the folder of a chart. */
export function dependencyTexts(folder: string): ReadonlyMap<string, string> {
  const unpacking = { texts: new Map<string, string>(), left: mostBytes };
  const place = join(folder, 'charts');
  for (const name of namesIn(place).sort()) {
    const bytes = archiveName.test(name) ? bytesOf(join(place, name)) : undefined;
    if (bytes !== undefined) unpack(bytes, 'charts/', unpacking, 1);
  }
  return unpacking.texts;
}

const archiveName = /\.(?:tgz|tar\.gz)$/;

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Most charts have no dependencies.
    return [];
  }
}

function bytesOf(path: string): Buffer | undefined {
  try {
    const stat = statSync(path);
    return stat.isFile() && stat.size <= mostPacked ? readFileSync(path) : undefined;
  } catch {
    // Helm says so.
    return undefined;
  }
}

interface Unpacking {
  readonly texts: Map<string, string>;
  /** Bytes that may still be unpacked. */
  left: number;
}

/** `prefix` leads to the folder in which the chart of the archive lies; for the chart itself it is empty, and its own name is left out. */
function unpack(packed: Buffer, prefix: string, unpacking: Unpacking, depth: number): void {
  let tar: Buffer;
  try {
    tar = gunzipSync(packed, { maxOutputLength: Math.max(1, unpacking.left) });
  } catch {
    // No archive, or more than anybody packs.
    return;
  }
  unpacking.left -= tar.length;
  for (const { name, bytes } of entriesOf(tar)) {
    const below = depth === 0 ? name.slice(name.indexOf('/') + 1) : prefix + name;
    const own = depth === 0 ? below : below.slice(below.indexOf('/', prefix.length) + 1);
    if (/^charts\/[^/]+$/.test(own) && archiveName.test(own)) {
      if (depth < deepest) unpack(bytes, below.slice(0, below.lastIndexOf('/') + 1), unpacking, depth + 1);
    } else if (/^(?:templates|crds|charts)\/|^values\.yaml$/.test(own)) unpacking.texts.set(below, bytes.toString('utf8'));
  }
}

interface Entry {
  readonly name: string;
  readonly bytes: Buffer;
}

const block = 512;

/** The files of a tar archive (POSIX.1-2001 pax, ustar, and GNU's long names), as far as it is one. */
function* entriesOf(tar: Buffer): Generator<Entry, void> {
  let named: string | undefined;
  for (let at = 0; at + block <= tar.length && tar[at] !== 0;) {
    const header = tar.subarray(at, at + block);
    const size = Number.parseInt(fieldOf(header, 124, 12).trim() || '0', 8);
    const start = at + block;
    // Sizes in another notation are those of files of 8 GiB and more.
    if (!Number.isSafeInteger(size) || size < 0 || start + size > tar.length) return;
    const bytes = tar.subarray(start, start + size);
    at = start + Math.ceil(size / block) * block;
    const type = String.fromCharCode(header[156]!);
    if (type === 'x') named = paxPath(bytes) ?? named;
    else if (type === 'L') named = fieldOf(bytes, 0, bytes.length);
    else {
      if (type === '0' || type === '\0') yield { name: (named ?? ownName(header)).replaceAll('\\', '/').replace(/^(?:\.\/)+/, ''), bytes };
      if (type !== 'g') named = undefined;
    }
  }
}

function ownName(header: Buffer): string {
  const name = fieldOf(header, 0, 100);
  const prefix = fieldOf(header, 257, 5) === 'ustar' ? fieldOf(header, 345, 155) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** Up to the first NUL. */
function fieldOf(bytes: Buffer, start: number, length: number): string {
  const field = bytes.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? field.length : end);
}

/** Of records `LENGTH KEY=VALUE\n` that of the path. */
function paxPath(records: Buffer): string | undefined {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(records.toString('utf8'))?.[1];
}
