import type { IncomingMessage } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { oneLine } from '../manifests/reasons.ts';
import type { Connection, Impersonated } from './connect.ts';
import type { Patience } from './patience.ts';
import { within } from './within.ts';

export type Answer =
  | { readonly type: 'ok'; readonly body: Buffer }
  /** The API server has decided; trying again does not help, or has not helped. */
  | { readonly type: 'refused'; readonly status: number; readonly body: Buffer }
  /** The body is larger than was wanted. */
  | { readonly type: 'too large' }
  | { readonly type: 'failed'; readonly reason: string; readonly cause: Cause };

/** Why there is no answer. */
export type Cause =
  /** None came in time. */
  | 'silence'
  /** The server cannot be reached. */
  | 'absence'
  /** The connection broke. */
  | 'break'
  /** It will be the same next time. */
  | 'lasting';

export interface Get extends Body {
  readonly accept: string;
  /** In milliseconds since 1970. */
  readonly deadline: number;
}

/** How the body of an answer is taken. */
interface Body {
  readonly mostBytes: number;
  /** Overwrites what nobody may keep of an answer, before anybody sees it. */
  readonly redact?: (body: Buffer) => void;
  /** What may be written over (`giveBack`). */
  readonly spare?: Buffer[];
}

/**
 * How often to try. Conversion webhooks that are broken make 500 of each request, and programs behind an API that are gone
 * 503: waiting for them must not use up the time for everything else. Who says 429 promises to answer later.
 */
const attemptsByStatus: ReadonlyMap<number, number> = new Map([
  [408, 6],
  [429, Infinity],
  [500, 3],
  [502, 6],
  [503, 6],
  [504, 2],
]);
const attemptsByCause: Readonly<Record<Cause, number>> = { silence: 2, absence: Infinity, break: 6, lasting: 1 };
/** In pauses. */
const longestPause = 20;
const youth = 120;
/** Of what the API server says where it refuses. */
const longestRefusal = 1 << 16;

/** GETs a path, and tries again where that may help: overload, a server that starts anew, a connection that breaks. */
export function get(connection: Connection, path: string, asked: Get, patience: Patience): Promise<Answer> {
  const ask = (): Promise<Answer> => askServer(connection, path, asked, patience);
  return connection.answer === undefined ? ask() : connection.answer(path, ask);
}

/** As `get`, for what would become of a new object; nothing is stored. The answer is that of the server to the dry run. */
export function tryCreate(
  connection: Connection,
  path: string,
  object: object,
  as: Impersonated | undefined,
  asked: Omit<Get, 'accept'>,
  patience: Patience,
): Promise<Answer> {
  const { tryCreate: send } = connection;
  if (send === undefined) return Promise.resolve({ type: 'failed', reason: 'nobody can be asked any more', cause: 'lasting' });
  const creating: Connection = { ...connection, get: (_path, _accept, signal) => send(path, object, as, signal) };
  return askServer(creating, path, { ...asked, accept: '' }, patience);
}

async function askServer(connection: Connection, path: string, asked: Get, patience: Patience): Promise<Answer> {
  let renewed = false;
  /** Of those that are counted. */
  let attempts = 0;
  /** How the last attempt ended that did not run out of time. */
  let told: Answer | undefined;
  for (let round = 0; ; round++) {
    const { answer, after, credentials } = await inTurn(connection, path, asked, patience);
    if (answer !== silence) told = answer;
    if (answer.type === 'refused' && answer.status === 401 && !renewed) {
      renewed = true;
      try {
        await connection.renew(credentials);
      } catch {
        // The plugin that gave the first credentials gives no others: the refusal stands.
        return answer;
      }
      continue;
    }
    const most = attemptsFor(answer, connection, patience);
    if (most < Infinity) attempts++;
    const pause = Math.max(after, patience.pause * Math.min(longestPause, 2 ** round));
    if (attempts >= most || connection.closed.aborted || Date.now() + pause >= asked.deadline)
      // Where the time ran out in the midst of an attempt, the one before tells why.
      return answer === silence && Date.now() >= asked.deadline ? (told ?? answer) : answer;
    // Cut short where the connection is closed meanwhile: the next attempt says so.
    await setTimeout(pause, undefined, { signal: connection.closed }).catch(() => undefined);
  }
}

function attemptsFor(answer: Answer, { heard }: Connection, patience: Patience): number {
  if (answer.type === 'refused') {
    // An API server that starts anew refuses what it allows a moment later, when it has read the roles.
    const isYoung = heard.back !== undefined && Date.now() - heard.back < youth * patience.pause;
    return answer.status === 403 && isYoung ? Infinity : (attemptsByStatus.get(answer.status) ?? 1);
  }
  if (answer.type !== 'failed') return 1;
  // A server that never answered has another address, and one that is gone for long does not come back soon.
  if (answer.cause === 'absence' && (heard.last === undefined || Date.now() - heard.last > patience.kind)) return 1;
  return attemptsByCause[answer.cause];
}

interface Attempt {
  readonly answer: Answer;
  /** How long the API server wants to be left alone. */
  readonly after: number;
  /** Those it was made with. */
  readonly credentials: number;
}

async function inTurn(connection: Connection, path: string, asked: Get, patience: Patience): Promise<Attempt> {
  const end = await connection.turn();
  try {
    const left = asked.deadline - Date.now();
    return left > 0
      ? await within(Math.min(patience.request, left), connection.closed, (signal) => once(connection, path, asked, signal))
      : { answer: silence, after: 0, credentials: connection.credentials() };
  } finally {
    end();
  }
}

async function once(connection: Connection, path: string, { accept, ...how }: Get, signal: AbortSignal): Promise<Attempt> {
  const credentials = connection.credentials();
  try {
    const response = await connection.get(path, accept, signal);
    heardOf(connection);
    const status = response.statusCode ?? 0;
    const ok = status === 200 || status === 201;
    const body = await bodyOf(response, ok ? how : { mostBytes: longestRefusal });
    if (body === undefined)
      return { answer: ok ? { type: 'too large' } : { type: 'refused', status, body: Buffer.alloc(0) }, after: 0, credentials };
    return { answer: ok ? { type: 'ok', body } : { type: 'refused', status, body }, after: retryAfter(response), credentials };
  } catch (error) {
    const answer = signal.aborted ? silence : failure(error);
    if (answer.cause === 'absence' || answer.cause === 'break') connection.heard.gone = connection.heard.last !== undefined;
    return { answer, after: 0, credentials };
  }
}

function heardOf({ heard }: Connection): void {
  heard.last = Date.now();
  if (heard.gone === true) heard.back = heard.last;
  heard.gone = false;
}

async function bodyOf(response: IncomingMessage, { mostBytes, redact, spare = [] }: Body): Promise<Buffer | undefined> {
  let body = spare.pop() ?? Buffer.allocUnsafeSlow(64 << 10);
  let size = 0;
  let whole: Buffer | undefined;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      const end = size + chunk.length;
      if (end > body.length && end <= mostBytes) {
        const longer = Buffer.allocUnsafeSlow(Math.max(end, 2 * body.length));
        body.copy(longer, 0, 0, size);
        if (redact !== undefined) body.fill(0);
        body = longer;
      }
      if (end <= mostBytes) chunk.copy(body, size);
      if (redact !== undefined) chunk.fill(0);
      size = end;
      if (size <= mostBytes) continue;
      response.destroy();
      return undefined;
    }
    if (!response.complete) throw new Error('aborted');
    whole = body.subarray(0, size);
    redact?.(whole);
    return whole;
  } finally {
    if (whole === undefined && redact !== undefined) body.fill(0);
  }
}

/** Of larger bodies the memory is not kept for others. */
const usualBytes = 8 << 20;

/** Lets the next answers be written over a body that nobody reads any more: new memory for each would wait to be collected. */
export function giveBack(spare: Buffer[], body: Buffer): void {
  if (body.buffer.byteLength <= usualBytes) spare.push(Buffer.from(body.buffer as ArrayBuffer));
}

/** In seconds; the API server never sends a date. */
function retryAfter({ headers }: IncomingMessage): number {
  const seconds = Number(headers['retry-after'] ?? 0);
  return Number.isFinite(seconds) && seconds > 0 ? 1000 * seconds : 0;
}

type Failed = Extract<Answer, { readonly type: 'failed' }>;

const silence: Failed = { type: 'failed', reason: 'no answer in time', cause: 'silence' };
const broken: Failed = { type: 'failed', reason: 'the connection broke off', cause: 'break' };

const byCode: Readonly<Record<string, Failed>> = {
  ECONNREFUSED: { type: 'failed', reason: 'nobody listens there (ECONNREFUSED)', cause: 'absence' },
  ENOTFOUND: { type: 'failed', reason: 'its name is not known (ENOTFOUND)', cause: 'absence' },
  EAI_AGAIN: { type: 'failed', reason: 'its name cannot be looked up now (EAI_AGAIN)', cause: 'absence' },
  EHOSTUNREACH: { type: 'failed', reason: 'there is no way to it (EHOSTUNREACH)', cause: 'absence' },
  ENETUNREACH: { type: 'failed', reason: 'there is no way to it (ENETUNREACH)', cause: 'absence' },
  ETIMEDOUT: { type: 'failed', reason: 'no answer in time', cause: 'absence' },
  ERR_SSL_WRONG_VERSION_NUMBER: { type: 'failed', reason: 'it does not speak TLS', cause: 'lasting' },
  EPROTO: { type: 'failed', reason: 'it does not speak TLS', cause: 'lasting' },
  ECONNRESET: broken,
  EPIPE: broken,
};

function failure(error: unknown): Failed {
  const { code, message = '' } = error as { readonly code?: unknown; readonly message?: string };
  if (typeof code !== 'string') return message === 'aborted' ? broken : { type: 'failed', reason: oneLine(message), cause: 'break' };
  const known = byCode[code];
  if (known !== undefined) return known;
  if (/CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL|HOSTNAME_MISMATCH/.test(code))
    return { type: 'failed', reason: `its certificate is not trusted (${oneLine(code)})`, cause: 'lasting' };
  return { type: 'failed', reason: oneLine(code), cause: /^(?:ERR|HPE)_/.test(code) ? 'lasting' : 'break' };
}
