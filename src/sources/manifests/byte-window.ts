import { isAscii, isUtf8 } from 'node:buffer';

/**
 * The part of a file that is in memory: `bytes` from `start` to `end`. One buffer serves file after file; a reader moves
 * `start` forward, new bytes come in at `end`.
 */
export interface ByteWindow {
  bytes: Buffer;
  start: number;
  end: number;
}

/** Reads the bytes of one file or stream as they come into the window. */
export interface ByteReader {
  /**
   * Consumes what it can. `final` says that no more bytes will come. Answers `more` to be called again with more bytes,
   * `stop` if the rest is not to be read.
   */
  take(window: ByteWindow, final: boolean): 'more' | 'stop';
  /** Gives up the document at the window's start, which is longer than the window may become. */
  giveUp(window: ByteWindow): 'more' | 'stop';
}

export interface WindowLimits {
  /** Bytes that are read and decoded at once. */
  readonly chunk: number;
  /** Bytes of the longest document, or item of a list in JSON. */
  readonly document: number;
}

/**
 * Chunks of 1 MB keep decoded text small: one character outside of Latin-1 doubles the memory of the whole string. The
 * longest document is far beyond the 3 MB that an API server takes in one request.
 */
export const windowLimits: WindowLimits = { chunk: 1 << 20, document: 64 << 20 };

export function newWindow(limits: WindowLimits): ByteWindow {
  return { bytes: Buffer.allocUnsafeSlow(limits.chunk), start: 0, end: 0 };
}

/** Empties the window for the next file, and gives back what a long document has made it grow to. */
export function resetWindow(window: ByteWindow, limits: WindowLimits): void {
  window.start = 0;
  window.end = 0;
  if (window.bytes.length > 8 * limits.chunk) window.bytes = Buffer.allocUnsafeSlow(limits.chunk);
}

/**
 * Makes room at the end of a full window. It grows by doubling, so that a reader that starts anew with every call still
 * does linear work. False if a document is longer than the limit.
 */
export function makeRoom(window: ByteWindow, limits: WindowLimits): boolean {
  const { bytes, start, end } = window;
  const held = end - start;
  const capacity = bytes.length;
  if (held > capacity / 2) {
    if (held >= limits.document) return false;
    window.bytes = Buffer.allocUnsafeSlow(Math.min(2 * capacity, Math.max(limits.document, capacity + 1)));
  }
  bytes.copy(window.bytes, 0, start, end);
  window.start = 0;
  window.end = held;
  return window.end < window.bytes.length;
}

/** The text of bytes in UTF-8, or undefined if they are not UTF-8. */
export function decodeUtf8(bytes: Buffer): string | undefined {
  if (isAscii(bytes)) return bytes.toString('latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}

export const tooLong = 'a document of more than 64 MB';

export function countLineFeeds(bytes: Buffer, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; at++) if (bytes[at] === 10) count++;
  return count;
}
