import { closeSync, openSync, realpathSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { OptionError } from '../options/option-error.ts';

const pieceSize = 64 * 1024;

/** Gathers small chunks into pieces that are worth a write each. */
function* pieces(chunks: Iterable<string>): Generator<string, void> {
  let piece = '';
  for (const chunk of chunks) {
    piece += chunk;
    if (piece.length < pieceSize) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

/**
 * Writes to a stream as fast as it takes. A reader that went away (`| head`) ends the writing without an error.
 * @throws OptionError where the stream cannot be written for another reason (a full disk).
 */
export async function writeStream(stream: Writable, chunks: Iterable<string>): Promise<void> {
  for (const piece of pieces(chunks)) {
    const failure = await new Promise<NodeJS.ErrnoException | null | undefined>((resolve) => {
      stream.once('error', resolve);
      stream.write(piece, (error) => {
        stream.off('error', resolve);
        resolve(error);
      });
    });
    if (failure === null || failure === undefined) continue;
    if (failure.code === 'EPIPE' || failure.code === 'ERR_STREAM_DESTROYED') return;
    throw new OptionError([`standard output cannot be written (${failure.code ?? failure.message})`]);
  }
}

/** A line on standard error. Where nobody listens there is nobody to tell about it. */
export function tell(text: string): void {
  if (process.stderr.listenerCount('error') === 0) process.stderr.on('error', () => undefined);
  process.stderr.write(text);
}

/**
 * Writes a file so that nobody ever sees half of it: beside the file first, then renamed over it. What is no regular file
 * (a device, a pipe) is written directly.
 * @throws OptionError in three lines where it cannot be written.
 */
export function writeFile(file: string, chunks: Iterable<string>): void {
  try {
    const target = targetOf(file);
    if (target.direct) {
      writeChunks(target.path, chunks);
      return;
    }
    const temporary = join(dirname(target.path), `.${basename(target.path)}.${process.pid}.tmp`);
    const interrupted = (): void => {
      rmSync(temporary, { force: true });
      process.exit(130);
    };
    process.once('SIGINT', interrupted);
    try {
      writeChunks(temporary, chunks);
      renameSync(temporary, target.path);
    } finally {
      rmSync(temporary, { force: true });
      process.off('SIGINT', interrupted);
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new OptionError([`the output cannot be written (${code})`, file, 'name a file in a folder that exists and can be written']);
  }
}

function writeChunks(path: string, chunks: Iterable<string>): void {
  const descriptor = openSync(path, 'w');
  try {
    for (const piece of pieces(chunks)) {
      const bytes = Buffer.from(piece);
      for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Follows a symbolic link, so that the link survives and its target is replaced. */
function targetOf(file: string): { readonly path: string; readonly direct: boolean } {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return { path: file, direct: false };
  return { path: realpathSync(file), direct: !stat.isFile() };
}
