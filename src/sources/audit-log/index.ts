import { lstatSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import { compareText, type Unread } from '../../core/index.ts';
import type { AuditEvent } from '../../kube/audit-event.ts';
import { openFile, openStream, type ByteSource, type Filled } from '../manifests/byte-source.ts';
import { newWindow, windowLimits } from '../manifests/byte-window.ts';
import { reasonOf, specialFile } from '../manifests/reasons.ts';
import { readLine } from './read-event.ts';

export interface AuditLogOptions {
  /** Files, also compressed by gzip, folders of them, or `-` for standard input. */
  readonly paths: readonly string[];
  /** Relative paths are resolved against it. */
  readonly cwd: string;
  /** What `-` names. */
  readonly stdin?: NodeJS.ReadableStream;
  /** Called now and then. */
  readonly onProgress?: (done: { readonly files: number; readonly bytes: number }) => void;
}

/** What became of every line. */
export interface AuditLogTotals {
  readonly files: number;
  readonly events: number;
  /** Lines, or items of lists, that are no events; equal reasons in a file stand together, at the line of the first. */
  readonly unread: readonly (Unread & { readonly count: number })[];
}

/** A list of many events may stand in one line, objects included. */
const longestLine = 64 * 1024 * 1024;
const ofLogs = /\.(?:log|jsonl?|ndjson)(?:\.gz)?$/;

/**
 * Reads audit logs line by line and hands over one event after the other; what is none is counted. Never more than one line is
 * in memory. Rejects only for what `visit` throws.
 */
export async function readAuditLogs(options: AuditLogOptions, visit: (event: AuditEvent) => void): Promise<AuditLogTotals> {
  const unread = new Map<string, Unread & { count: number }>();
  const totals = { files: 0, events: 0 };
  let bytes = 0;
  const refuse = (file: string, line: number, reason: string): void => {
    const key = `${reason}\0${file}`;
    const before = unread.get(key);
    if (before === undefined) unread.set(key, { file, line, reason, count: 1 });
    else before.count++;
  };
  for (const { file, open } of logsOf(options)) {
    const opened = open();
    if ('refused' in opened) {
      refuse(file, 1, opened.refused);
      continue;
    }
    totals.files++;
    let line = 0;
    const failed = await eachLine(
      opened,
      (text) => {
        line++;
        if (text === undefined) return refuse(file, line, `longer than ${longestLine / 1024 / 1024} MiB`);
        if (text.trim() === '') return;
        const { events, refused } = readLine(text);
        for (const reason of refused) refuse(file, line, reason);
        for (const event of events) visit(event);
        totals.events += events.length;
      },
      (read) => options.onProgress?.({ files: totals.files, bytes: (bytes += read) }),
    );
    if (failed !== undefined) refuse(file, line + 1, failed);
  }
  return { ...totals, unread: [...unread.values()] };
}

interface Log {
  readonly file: string;
  readonly open: () => Bytes | { readonly refused: string };
}

function* logsOf({ paths, cwd, stdin }: AuditLogOptions): Generator<Log, void> {
  for (const path of paths) {
    if (path === '-') {
      yield { file: '<stdin>', open: () => openInput(stdin) };
      continue;
    }
    const real = resolve(cwd, path);
    const names = namesIn(real);
    if (names === undefined) yield { file: path, open: () => openLog(real) };
    else if (typeof names === 'string') yield { file: path, open: () => ({ refused: names }) };
    else for (const name of names) yield { file: `${path.replace(/[\\/]+$/, '')}/${name}`, open: () => openLog(join(real, name)) };
  }
}

/** The logs in a folder, or why there are none; undefined for what is no folder. */
function namesIn(path: string): string[] | string | undefined {
  try {
    const stat = statSync(path);
    if (stat.isFile()) return undefined;
    if (!stat.isDirectory()) return specialFile(stat);
    const names = readdirSync(path).filter((name) => ofLogs.test(name) && lstatSync(join(path, name)).isFile());
    return names.length === 0 ? 'a folder without logs (*.log, *.json, *.jsonl, *.gz)' : names.sort(compareText);
  } catch (error) {
    return reasonOf(error);
  }
}

/** Bytes that come one after the other. */
interface Bytes {
  readonly chunks: AsyncIterable<Buffer>;
  close(): void | Promise<void>;
}

/** The API server compresses the logs that it has put away (--audit-log-compress). */
function openLog(path: string): Bytes | { readonly refused: string } {
  const source = openFile(path);
  if ('refused' in source) return source;
  return { chunks: path.endsWith('.gz') ? unpacked(source) : chunksOf(source), close: () => source.close() };
}

function openInput(stdin: NodeJS.ReadableStream | undefined): Bytes | { readonly refused: string } {
  if (stdin === undefined) return { refused: 'there is no standard input' };
  const source = openStream(stdin);
  return { chunks: chunksOf(source), close: () => source.close() };
}

async function* unpacked(source: ByteSource): AsyncGenerator<Buffer, void> {
  // What fails is told to whoever reads on.
  const stream = pipeline(Readable.from(chunksOf(source)), createGunzip(), () => undefined);
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch {
    throw new Broken('not whole, or not compressed by gzip');
  }
}

/** Why a source cannot be read on. */
class Broken extends Error {}

async function* chunksOf(source: ByteSource): AsyncGenerator<Buffer, void> {
  for (let filled: Filled = 'full'; filled === 'full';) {
    const window = newWindow(windowLimits);
    filled = await source.fill(window);
    if (window.end > 0) yield window.bytes.subarray(0, window.end);
    if (typeof filled === 'object') throw new Broken(filled.failed);
  }
}

/** Hands over every line; undefined for one that is too long. Answers why the source cannot be read on, if it cannot. */
async function eachLine(
  { chunks, close }: Bytes,
  take: (text: string | undefined) => void,
  progressed: (bytes: number) => void,
): Promise<string | undefined> {
  let parts: Buffer[] = [];
  let length = 0;
  const end = (rest: Buffer): void => {
    const whole = length + rest.length;
    const line = whole > longestLine ? undefined : length === 0 ? rest.toString('utf8') : Buffer.concat([...parts, rest]).toString('utf8');
    parts = [];
    length = 0;
    take(line);
  };
  try {
    for await (const bytes of chunks) {
      progressed(bytes.length);
      // Whoever waits sees a line of progress only where timers have their turn.
      await setImmediate();
      let at = 0;
      for (let next = bytes.indexOf(10); next !== -1; next = bytes.indexOf(10, at)) {
        end(bytes.subarray(at, next));
        at = next + 1;
      }
      const rest = bytes.subarray(at);
      length += rest.length;
      // What is too long is not kept, only measured.
      if (length <= longestLine) parts.push(rest);
      else parts = [];
    }
    if (length > 0) end(Buffer.alloc(0));
    return undefined;
  } catch (error) {
    if (error instanceof Broken) return error.message;
    throw error;
  } finally {
    await close();
  }
}
