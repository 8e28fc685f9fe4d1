import { closeSync, constants, openSync, readSync } from 'node:fs';

// Every scan looks at what it is given whether it is a snapshot: this file loads nothing that only snapshots need.

/** Everything in front of the compressed data of a member: the fixed header, the length of the extra field, the field. */
export const headerLength = 20;
export const fieldId = 'Pl';

/** How long the member is that begins with these bytes; undefined where none of this tool does. */
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

/** What no checksum of gzip covers has one form alone. */
export function isPlain(head: Uint8Array): boolean {
  return head.subarray(4, 10).every((byte, index) => byte === plainHeader[index]);
}

/** No time, nothing of the compression, no system. */
export const plainHeader: readonly number[] = [0, 0, 0, 0, 0, 255];

/** Whether a file is a snapshot, by what it begins with, whatever it is called; false for what cannot be read at all. */
export function isSnapshot(path: string): boolean {
  try {
    const descriptor = openWithoutWaiting(path);
    try {
      return lengthOf(readFully(descriptor, 0, headerLength)) !== undefined;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // Whoever reads it says why it cannot be read.
    return false;
  }
}

/** A pipe would wait for whoever writes into it. */
export function openWithoutWaiting(path: string): number {
  return openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
}

/** As many bytes as there are, up to `length`. */
export function readFully(descriptor: number, start: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let read = 0;
  while (read < length) {
    const count = readSync(descriptor, bytes, read, length - read, start + read);
    if (count === 0) break;
    read += count;
  }
  return bytes.subarray(0, read);
}
