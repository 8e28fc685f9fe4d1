import { createHash } from 'node:crypto';
import { isObject } from '../../kube/shape-reader.ts';
import { readJson } from '../../kube/yaml/index.ts';
import type { Answer, Connection } from '../cluster/index.ts';
import { jsonStream, type ListHeader } from '../manifests/json-stream.ts';
import { oneLine } from '../manifests/reasons.ts';
import type { Part, RecordedAnswer } from './manifest.ts';
import { pack } from './member.ts';
import type { Spool } from './spool.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What a recording keeps of an object. */
export type Keep = (object: Fields) => Fields;

export interface Recording {
  /** To read the cluster with: what it answers is recorded. */
  readonly connection: Connection;
  /**
   * In an order of their own, so that equal answers make equal files; what is recorded afterwards is not in it.
   * @throws what went wrong while it was recorded, an error of the system for instance.
   */
  finish(): Recorded;
}

export interface Recorded {
  readonly answers: readonly RecordedAnswer[];
  readonly parts: readonly Part[];
  /** A part as it is to stand in the file. */
  read(part: number): Buffer;
}

/** Records what the server answers while somebody reads; the parts wait in the spool. */
export function startRecording(connection: Connection, keep: Keep, spool: Spool): Recording {
  const answers: Spooled[] = [];
  /** Tokens tell which object is next in a form of the server's own; a number does as well. */
  const pages = new Map<string, Map<string, number>>();
  /** The first thing that went wrong with the recording, which is no reason for the reading to stop. */
  let failure: Error | undefined;

  function pageOf(path: string, token: string | undefined): number | undefined {
    if (token === undefined || token === '') return undefined;
    const ofPath = pages.get(path) ?? new Map<string, number>();
    pages.set(path, ofPath);
    const page = ofPath.get(token) ?? ofPath.size + 1;
    ofPath.set(token, page);
    return page;
  }

  async function hear(url: string, answer: Answer): Promise<void> {
    const { pathname: path, searchParams } = new URL(url, 'http://server');
    const page = pageOf(path, searchParams.get('continue') ?? undefined);
    const asked = { path, ...(page === undefined ? {} : { page }) };
    // Its place among equal questions is where it began to be heard.
    const place = answers.push({ ...asked, said: { tooLarge: true } }) - 1;
    if (answer.type !== 'ok') {
      const next = answer.type === 'refused' && answer.status === 410 ? pageOf(path, continueOf(answer.body)) : undefined;
      answers[place] = { ...asked, said: noAnswer(answer), ...(next === undefined ? {} : { next }) };
      return;
    }
    const { said, list, lines } = searchParams.has('limit') ? pageLines(answer.body, keep) : singleLine(answer.body, keep);
    // What breaks a page off is said in place of the next one.
    const next = said === undefined ? pageOf(path, list?.continue) : pageOf(path, `broken off at ${place}`);
    answers[place] = {
      ...asked,
      said: { part: 0 },
      ...(list === undefined ? {} : { list: headOf(list) }),
      ...(next === undefined ? {} : { next }),
      spooled: await store(lines),
    };
    if (said !== undefined && next !== undefined) answers.push({ path, page: next, said });
  }

  async function store(lines: readonly string[]): Promise<SpooledPart> {
    const text = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    const bytes = await pack(text);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { start: spool.add(bytes), part: { bytes: bytes.length, sha256, size: text.length, objects: lines.length } };
  }

  return {
    connection: {
      ...connection,
      async answer(url, ask) {
        const answer = await ask();
        try {
          await hear(url, answer);
        } catch (error) {
          failure ??= error as Error;
        }
        return answer;
      },
    },
    finish() {
      if (failure !== undefined) throw failure;
      const sorted = answers
        .map((answer, index) => ({ answer, index }))
        .sort((a, b) => Number(a.answer.path > b.answer.path) - Number(a.answer.path < b.answer.path) || a.index - b.index);
      const spooled: SpooledPart[] = [];
      const numbered = sorted.map(({ answer: { spooled: stored, ...answer } }): RecordedAnswer =>
        stored === undefined ? answer : { ...answer, said: { part: spooled.push(stored) - 1 } },
      );
      return {
        answers: numbered,
        parts: spooled.map(({ part }) => part),
        read(index) {
          const { start, part } = spooled[index]!;
          return spool.read(start, part.bytes);
        },
      };
    },
  };
}

interface SpooledPart {
  readonly start: number;
  readonly part: Part;
}

type Spooled = RecordedAnswer & { readonly spooled?: SpooledPart };

function noAnswer(answer: Exclude<Answer, { readonly type: 'ok' }>): RecordedAnswer['said'] {
  if (answer.type === 'too large') return { tooLarge: true };
  if (answer.type === 'failed') return { failed: answer.reason, cause: answer.cause };
  const status = parsed(answer.body);
  const { message } = isObject(status) ? status : {};
  return { status: answer.status, message: typeof message === 'string' ? oneLine(message) : '' };
}

interface Lines {
  readonly lines: readonly string[];
  readonly list: ListHeader | undefined;
  /** Why there are no more of them. */
  readonly said: { readonly failed: string; readonly cause: 'lasting' } | undefined;
}

/** The items of a page, as far as it can be read. */
function pageLines(body: Buffer, keep: Keep): Lines {
  const items: unknown[] = [];
  const found: { list: ListHeader | undefined; failed: string | undefined; single: string | undefined } = {
    list: undefined,
    failed: undefined,
    single: undefined,
  };
  const rest = jsonStream(1, {
    wanted: () => true,
    object(slice) {
      found.single = slice.text;
      return true;
    },
    item(slice, _index, _header, _named, statusOf) {
      // By the limits of whoever reads it later.
      const read = readJson(slice.text, 1);
      const item = 'error' in read ? null : read.value;
      const status = parsed(statusOf());
      items.push(isObject(item) && status !== undefined ? { ...item, status } : item);
    },
    list: (header) => (found.list = header),
    unread: (_line, reason) => (found.failed = reason),
  }).take({ bytes: body, start: 0, end: body.length }, true);
  const { list, single: other } = found;
  const empty = parsed(other);
  const header = list ?? (isObject(empty) && (empty['items'] ?? undefined) === undefined ? headerOf(empty) : undefined);
  const failed = typeof rest === 'object' ? 'the answer is not JSON' : found.failed;
  const why = failed ?? (header?.kind?.endsWith('List') === true ? undefined : 'the answer is no list');
  return {
    lines: items.map((item) => JSON.stringify(isObject(item) ? keep(named(item, header)) : null, exactly)),
    // A page that breaks off shows no moment.
    list: why === undefined ? header : { apiVersion: header?.apiVersion, kind: header?.kind },
    said: why === undefined ? undefined : { failed: why, cause: 'lasting' },
  };
}

/** JSON has no integers that are too large for a number; no field that rules read holds one. */
function exactly(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}

/** Go writes a list that was never filled as null. */
function headerOf({ apiVersion, kind }: Fields): ListHeader {
  return { apiVersion: typeof apiVersion === 'string' ? apiVersion : undefined, kind: typeof kind === 'string' ? kind : undefined };
}

/** Items of the API server's own kinds do not say what they are. */
function named(item: Fields, header: ListHeader | undefined): Fields {
  const { apiVersion = header?.apiVersion, kind = header?.kind?.replace(/List$/, '') } = item;
  return { apiVersion, kind, ...item };
}

function headOf({ apiVersion = '', kind = '', resourceVersion }: ListHeader): NonNullable<RecordedAnswer['list']> {
  return { apiVersion, kind, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
}

/** Fields of answers that tell which versions and kinds there are. */
const ofDiscovery: ReadonlySet<string> = new Set([
  'apiVersion',
  'freshness',
  'gitVersion',
  'groups',
  'items',
  'kind',
  'metadata',
  'name',
  'namespaced',
  'preferredVersion',
  'resource',
  'resources',
  'responseKind',
  'scope',
  'verbs',
  'version',
  'versions',
]);

/** An answer that is no list: an object, or what the server says of itself. */
function singleLine(body: Buffer, keep: Keep): Lines {
  const value = parsed(body);
  const { metadata } = isObject(value) ? value : {};
  const isNamed = isObject(metadata) && typeof metadata['name'] === 'string';
  const line = isObject(value) ? [JSON.stringify(isNamed ? keep(value) : onlyDiscovery(value))] : [];
  return { lines: line, list: undefined, said: undefined };
}

function onlyDiscovery(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(onlyDiscovery);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => ofDiscovery.has(key))
      .map(([key, inner]) => [key, onlyDiscovery(inner)]),
  );
}

function continueOf(body: Buffer): string | undefined {
  const status = parsed(body);
  const metadata = isObject(status) ? status['metadata'] : undefined;
  const token = isObject(metadata) ? metadata['continue'] : undefined;
  return typeof token === 'string' ? token : undefined;
}

function parsed(text: Buffer | string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text.toString());
  } catch {
    // What is no JSON says nothing.
    return undefined;
  }
}
