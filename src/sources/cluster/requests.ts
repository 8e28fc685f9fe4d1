import type { IncomingMessage } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { oneLine } from '../manifests/reasons.ts';
import type { Connection } from './connect.ts';

export type Answer =
  | { readonly type: 'ok'; readonly body: Buffer }
  /** The API server has decided; trying again does not help. */
  | { readonly type: 'refused'; readonly status: number; readonly body: Buffer }
  /** The body is larger than was wanted. */
  | { readonly type: 'too large' }
  /** No answer, also after several attempts. `lasting` says that the first one told why there will be none. */
  | { readonly type: 'failed'; readonly reason: string; readonly lasting: boolean };

export interface Get {
  readonly accept: string;
  /** Of the body. */
  readonly mostBytes: number;
  /** In milliseconds since 1970. */
  readonly deadline: number;
}

/** Times in milliseconds. */
export interface Patience {
  /** For one request. */
  readonly request: number;
  /** For one kind, with all pages and attempts. */
  readonly kind: number;
  /** For the whole cluster. */
  readonly all: number;
  /** Before the second attempt; it doubles with each. */
  readonly pause: number;
}

export const defaultPatience: Patience = { request: 60_000, kind: 180_000, all: 900_000, pause: 250 };

const attempts = 6;
const retried: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
/** Of what the API server says where it refuses. */
const longestRefusal = 1 << 16;

/** GETs a path, and tries again where that may help: overload, a server that starts anew, a connection that breaks. */
export function get(connection: Connection, path: string, asked: Get, patience: Patience): Promise<Answer> {
  const ask = (): Promise<Answer> => askServer(connection, path, asked, patience);
  return connection.answer === undefined ? ask() : connection.answer(path, ask);
}

async function askServer(connection: Connection, path: string, asked: Get, patience: Patience): Promise<Answer> {
  let renewed = false;
  for (let attempt = 1; ; attempt++) {
    const left = asked.deadline - Date.now();
    if (left <= 0) return { type: 'failed', reason: 'no answer in time', lasting: false };
    const { answer, after } = await once(connection, path, asked, Math.min(patience.request, left));
    if (answer.type === 'refused' && answer.status === 401 && !renewed) {
      renewed = true;
      try {
        await connection.renew();
      } catch {
        // The plugin that gave the first credentials gives no others: the refusal stands.
        return answer;
      }
      continue;
    }
    const again = answer.type === 'refused' ? retried.has(answer.status) : answer.type === 'failed' && !answer.lasting;
    const pause = Math.max(after, patience.pause * 2 ** (attempt - 1));
    if (!again || attempt >= attempts || connection.closed.aborted || Date.now() + pause >= asked.deadline) return answer;
    // Cut short where the connection is closed meanwhile: the next attempt says so.
    await setTimeout(pause, undefined, { signal: connection.closed }).catch(() => undefined);
  }
}

interface Attempt {
  readonly answer: Answer;
  /** How long the API server wants to be left alone. */
  readonly after: number;
}

async function once(connection: Connection, path: string, { accept, mostBytes }: Get, time: number): Promise<Attempt> {
  const signal = AbortSignal.any([AbortSignal.timeout(time), connection.closed]);
  try {
    const response = await connection.get(path, accept, signal);
    const status = response.statusCode ?? 0;
    const ok = status === 200;
    const body = await bodyOf(response, ok ? mostBytes : longestRefusal);
    if (body === undefined) return { answer: ok ? { type: 'too large' } : { type: 'refused', status, body: Buffer.alloc(0) }, after: 0 };
    return { answer: ok ? { type: 'ok', body } : { type: 'refused', status, body }, after: retryAfter(response) };
  } catch (error) {
    return { answer: signal.aborted ? { type: 'failed', reason: 'no answer in time', lasting: false } : failure(error), after: 0 };
  }
}

async function bodyOf(response: IncomingMessage, mostBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes) {
      response.destroy();
      return undefined;
    }
    chunks.push(chunk);
  }
  if (!response.complete) throw new Error('the connection broke off');
  return Buffer.concat(chunks, size);
}

/** In seconds; the API server never sends a date. */
function retryAfter({ headers }: IncomingMessage): number {
  const seconds = Number(headers['retry-after'] ?? 0);
  return Number.isFinite(seconds) && seconds > 0 ? 1000 * seconds : 0;
}

const byCode: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there (ECONNREFUSED)',
  ECONNRESET: 'the connection broke off',
  EPIPE: 'the connection broke off',
  ENOTFOUND: 'its name is not known (ENOTFOUND)',
  ETIMEDOUT: 'no answer in time',
  EHOSTUNREACH: 'there is no way to it (EHOSTUNREACH)',
};

function failure(error: unknown): Answer {
  const { code, message = '' } = error as { readonly code?: unknown; readonly message?: string };
  if (typeof code === 'string' && /CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL|HOSTNAME_MISMATCH/.test(code))
    return { type: 'failed', reason: `its certificate is not trusted (${oneLine(code)})`, lasting: true };
  if (typeof code === 'string') return { type: 'failed', reason: byCode[code] ?? oneLine(code), lasting: code.startsWith('ERR_') };
  return { type: 'failed', reason: message === 'aborted' ? 'the connection broke off' : oneLine(message), lasting: false };
}
