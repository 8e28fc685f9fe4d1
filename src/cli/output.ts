import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { reasonOf, replaceFile } from '../files/index.ts';
import { OptionError } from '../options/option-error.ts';
import { pieces } from '../report/pieces.ts';
import { untilInterrupted } from './interrupt.ts';

/** Worth a write. */
const pieceSize = 64 * 1024;

/**
 * Writes to a stream as fast as it takes. A reader that went away (`| head`) ends the writing without an error.
 * @throws OptionError where the stream cannot be written for another reason (a full disk).
 */
export async function writeStream(stream: Writable, chunks: Iterable<string>): Promise<void> {
  for (const bytes of bytesOf(chunks)) {
    const failure = await new Promise<NodeJS.ErrnoException | null | undefined>((resolve) => {
      stream.once('error', resolve);
      stream.write(bytes, (error) => {
        stream.off('error', resolve);
        resolve(error);
      });
    });
    if (failure === null || failure === undefined) continue;
    if (failure.code === 'EPIPE' || failure.code === 'ERR_STREAM_DESTROYED') return;
    throw new OptionError([`standard output cannot be written (${failure.code ?? failure.message})`]);
  }
}

let hasTold = false;

/** Whether nothing waits for a reader that is slow. Only who has written to standard error looks at it: making its stream takes time. */
export function isAllWritten(): boolean {
  return process.stdout.writableLength === 0 && (!hasTold || process.stderr.writableLength === 0);
}

/** A line on standard error. Where nobody listens there is nobody to tell about it. */
export function tell(text: string): void {
  hasTold = true;
  if (process.stderr.listenerCount('error') === 0) process.stderr.on('error', () => undefined);
  process.stderr.write(text);
}

/**
 * Writes a file so that nobody ever sees half of it. What is no regular file (a device, a pipe) is written directly.
 * @throws OptionError in three lines where it cannot be written.
 */
export async function writeFile(file: string, chunks: Iterable<string>): Promise<void> {
  try {
    const stat = statSync(file, { throwIfNoEntry: false });
    const direct = stat !== undefined && !stat.isFile();
    await untilInterrupted(() => (direct ? writeDirectly(file, chunks) : replaceFile(file, bytesOf(chunks))));
  } catch (error) {
    throw new OptionError([
      `the output cannot be written: ${reasonOf(error)}`,
      file,
      'name a file in a folder that exists and can be written',
    ]);
  }
}

function writeDirectly(file: string, chunks: Iterable<string>): void {
  const descriptor = openSync(file, 'w');
  try {
    for (const bytes of bytesOf(chunks)) for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
  } finally {
    closeSync(descriptor);
  }
}

/** In one memory, which is written over when the next bytes are asked for: new ones for each piece would wait to be collected. */
function* bytesOf(chunks: Iterable<string>): Generator<Uint8Array, void> {
  let memory = Buffer.allocUnsafeSlow(2 * pieceSize);
  for (const piece of pieces(chunks, pieceSize)) {
    // No character of a string has more than three bytes in UTF-8.
    if (memory.length < 3 * piece.length) memory = Buffer.allocUnsafeSlow(3 * piece.length);
    yield memory.subarray(0, memory.write(piece));
  }
}
