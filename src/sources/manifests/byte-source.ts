import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { ByteWindow } from './byte-window.ts';
import { reasonOf, specialFile } from './reasons.ts';

/** Where bytes come from. */
export interface ByteSource {
  /** Bytes in all, where that is known. */
  readonly size?: number;
  /**
   * Fills the window to its end. Answers `full` if there may be more, `end` if there is not, else why it cannot be read on.
   */
  fill(window: ByteWindow): Filled | Promise<Filled>;
  close(): void | Promise<void>;
}

export type Filled = 'full' | 'end' | { readonly failed: string };

/**
 * Opens a regular file. Without waiting: what was a file a moment ago may be a named pipe now, and opening that would
 * wait for a writer forever.
 */
export function openFile(path: string): ByteSource | { readonly refused: string } {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    const code = (error as { readonly code?: unknown }).code;
    return { refused: code === 'ENOENT' ? 'deleted while the scan was running' : reasonOf(error) };
  }
  const stat = fstatSync(file);
  if (!stat.isFile()) {
    closeSync(file);
    return { refused: specialFile(stat) };
  }
  return {
    size: stat.size,
    fill(window) {
      try {
        while (window.end < window.bytes.length) {
          const count = readSync(file, window.bytes, window.end, window.bytes.length - window.end, null);
          if (count === 0) return 'end';
          window.end += count;
        }
        return 'full';
      } catch (error) {
        return { failed: reasonOf(error) };
      }
    },
    close() {
      closeSync(file);
    },
  };
}

export function openBytes(bytes: Uint8Array): ByteSource {
  let at = 0;
  return {
    fill(window) {
      const part = bytes.subarray(at, at + window.bytes.length - window.end);
      window.bytes.set(part, window.end);
      window.end += part.length;
      at += part.length;
      return at === bytes.length ? 'end' : 'full';
    },
    close() {},
  };
}

export function openStream(stream: NodeJS.ReadableStream): ByteSource {
  const parts = stream[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  return {
    async fill(window) {
      try {
        while (window.end < window.bytes.length) {
          if (rest.length === 0) {
            const next = await parts.next();
            if (next.done === true) return 'end';
            rest = typeof next.value === 'string' ? Buffer.from(next.value) : next.value;
          }
          const taken = rest.copy(window.bytes, window.end);
          window.end += taken;
          rest = rest.subarray(taken);
        }
        return 'full';
      } catch (error) {
        return { failed: reasonOf(error) };
      }
    },
    async close() {
      await parts.return?.();
    },
  };
}
