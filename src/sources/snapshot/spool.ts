import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFully } from './recognise.ts';

/** Bytes that wait on the disk until they are needed. */
export interface Spool {
  /** Where they begin. */
  add(bytes: Uint8Array): number;
  read(start: number, length: number): Buffer;
  close(): void;
}

/** In a folder that only this user can enter, and that is gone as soon as the system lets it go. */
export function openSpool(): Spool {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-'));
  const descriptor = openSync(join(folder, 'parts'), 'wx+', 0o600);
  // Windows keeps what is open: there it goes when it is closed.
  const gone = process.platform !== 'win32';
  if (gone) rmSync(folder, { recursive: true });
  let end = 0;
  return {
    add(bytes) {
      const start = end;
      for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at, bytes.length - at, start + at);
      end += bytes.length;
      return start;
    },
    read: (start, length) => readFully(descriptor, start, length),
    close() {
      closeSync(descriptor);
      if (!gone) rmSync(folder, { recursive: true });
    },
  };
}
