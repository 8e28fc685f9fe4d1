import { gunzip, gzip } from 'node:zlib';
import { promisify } from 'node:util';
import { fieldId, headerLength, plainHeader } from './recognise.ts';

// A snapshot is a row of gzip members (RFC 1952), so that every tool that reads gzip reads it. Each tells its own length in
// an extra field, as BGZF does, so that one can be read without those before it.

const compress = promisify(gzip);
const decompress = promisify(gunzip);

const fixed = 10;
const extraFlag = 4;

/** No member is longer, compressed or not: what is larger was not written by this tool. */
export const longestMember: number = 64 << 20;

/** The same bytes for the same text, wherever and whenever. */
export async function pack(text: Uint8Array): Promise<Buffer> {
  const plain = await compress(text);
  const header = Buffer.alloc(headerLength);
  plain.copy(header, 0, 0, fixed);
  header[3] = extraFlag;
  header.set(plainHeader, 4);
  header.writeUInt16LE(8, 10);
  header.write(fieldId, 12, 'latin1');
  header.writeUInt16LE(4, 14);
  header.writeUInt32LE(plain.length - fixed + headerLength, 16);
  return Buffer.concat([header, plain.subarray(fixed)]);
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
