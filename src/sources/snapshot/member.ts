import { gunzip, gzip } from 'node:zlib';
import { promisify } from 'node:util';

// A snapshot is a row of gzip members (RFC 1952), so that every tool that reads gzip reads it. Each tells its own length in
// an extra field, as BGZF does, so that one can be read without those before it.

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** Everything before the compressed data: the fixed header, the length of the extra field, the field. */
export const headerLength = 20;
const fixed = 10;
const extraFlag = 4;
const unknownSystem = 255;
const fieldId = 'Pl';

/** No member is longer, compressed or not: what is larger was not written by this tool. */
export const longestMember: number = 64 << 20;

/** The same bytes for the same text, wherever and whenever. */
export async function pack(text: Uint8Array): Promise<Buffer> {
  const plain = await compress(text);
  const header = Buffer.alloc(headerLength);
  plain.copy(header, 0, 0, fixed);
  header[3] = extraFlag;
  header.writeUInt32LE(0, 4);
  header[9] = unknownSystem;
  header.writeUInt16LE(8, 10);
  header.write(fieldId, 12, 'latin1');
  header.writeUInt16LE(4, 14);
  header.writeUInt32LE(plain.length - fixed + headerLength, 16);
  return Buffer.concat([header, plain.subarray(fixed)]);
}

/** How long a member is that begins with these bytes, in bytes; undefined where none of this tool does. */
export function lengthOf(head: Uint8Array): number | undefined {
  if (head.length < headerLength) return undefined;
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.length);
  const own =
    bytes.readUInt32BE(0) === 0x1f8b0804 &&
    bytes.readUInt16LE(10) === 8 &&
    bytes.toString('latin1', 12, 14) === fieldId &&
    bytes.readUInt16LE(14) === 4;
  return own ? bytes.readUInt32LE(16) : undefined;
}

/** The text of a member; undefined where it is damaged, or is longer than it may be. */
export async function unpack(member: Uint8Array, mostBytes: number): Promise<Buffer | undefined> {
  try {
    return await decompress(member, { maxOutputLength: Math.max(1, mostBytes) });
  } catch {
    // Whatever is wrong with it, there is no way to what it held.
    return undefined;
  }
}
