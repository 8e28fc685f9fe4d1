import { isObject } from '../../kube/shape-reader.ts';
import type { Answer, Connection } from '../cluster/index.ts';
import type { Manifest, RecordedAnswer } from './manifest.ts';

/** The lines of a part, or why there are none: then nothing of the snapshot counts. */
export type ReadPart = (part: number) => Promise<readonly string[]>;

/**
 * A connection that answers as the API server did when it was recorded. What was recorded of the whole cluster also answers
 * questions about one namespace.
 */
export function replay(manifest: Manifest, readPart: ReadPart, close: () => void): Connection {
  const recorded = byPath(manifest.answers);
  /** How often each question was asked before. */
  const asked = new Map<string, number>();
  const closing = new AbortController();

  function find(path: string, page: number): { readonly answer: RecordedAnswer; readonly narrow: Narrow | undefined } | undefined {
    const answers = recorded.get(path);
    const whole = answers === undefined ? wholeOf(path) : undefined;
    const equal = (answers ?? recorded.get(whole?.path ?? '') ?? []).filter((answer) => (answer.page ?? 0) === page);
    const key = `${path} ${page}`;
    const before = asked.get(key) ?? 0;
    asked.set(key, before + 1);
    const answer = equal[Math.min(before, equal.length - 1)];
    return answer === undefined ? undefined : { answer, narrow: whole?.narrow };
  }

  async function answerTo(url: string): Promise<Answer> {
    const { pathname: path, searchParams } = new URL(url, 'http://recording');
    const found = find(path, Number(searchParams.get('continue') ?? 0));
    if (found === undefined) return notRecorded;
    const { answer, narrow } = found;
    if (narrow?.name !== undefined) return one(path, answer, narrow.name);
    if (!('part' in answer.said)) return noAnswer(answer);
    const lines = await readPart(answer.said.part);
    if (!searchParams.has('limit')) return { type: 'ok', body: Buffer.from(lines[0] ?? '') };
    const wanted = narrow === undefined ? lines : lines.filter((line) => metadataOf(line)['namespace'] === narrow.namespace);
    return { type: 'ok', body: pageBody(answer, wanted) };
  }

  /** Looks for an object through the pages of a list. */
  async function one(path: string, first: RecordedAnswer, name: string): Promise<Answer> {
    let answer: RecordedAnswer | undefined = first;
    for (const seen = new Set<number>(); answer !== undefined && !seen.has(answer.page ?? 0);) {
      seen.add(answer.page ?? 0);
      if (!('part' in answer.said)) return noAnswer(answer);
      const line = (await readPart(answer.said.part)).find((each) => metadataOf(each)['name'] === name);
      if (line !== undefined) return { type: 'ok', body: Buffer.from(line) };
      answer = answer.next === undefined ? undefined : find(path, answer.next)?.answer;
    }
    return { type: 'refused', status: 404, body: Buffer.alloc(0) };
  }

  return {
    context: manifest.context,
    answer: (url) => answerTo(url),
    // Nothing of this is asked where something answers in place of the server.
    turn: () => Promise.resolve(() => undefined),
    heard: { last: undefined },
    get: () => Promise.reject(new Error('a recording has no server')),
    credentials: () => 0,
    renew: () => Promise.resolve(),
    sighting: () => undefined,
    recorded: { taken: manifest.taken, tool: manifest.tool, observed: manifest.observed, alsoRead: manifest.alsoRead },
    close() {
      if (closing.signal.aborted) return;
      closing.abort();
      close();
    },
    closed: closing.signal,
  };
}

function noAnswer({ said, next }: RecordedAnswer): Answer {
  if ('failed' in said) return { type: 'failed', reason: said.failed, cause: said.cause };
  if ('status' in said) return { type: 'refused', status: said.status, body: statusBody(said.message, next) };
  return { type: 'too large' };
}

const notRecorded: Answer = {
  type: 'failed',
  reason: 'the snapshot does not hold it: take it anew with this version of plimsoll',
  cause: 'lasting',
};

function byPath(answers: readonly RecordedAnswer[]): Map<string, RecordedAnswer[]> {
  const found = new Map<string, RecordedAnswer[]>();
  for (const answer of answers) {
    const before = found.get(answer.path);
    if (before === undefined) found.set(answer.path, [answer]);
    else before.push(answer);
  }
  return found;
}

/** A part of a list. */
interface Narrow {
  readonly namespace?: string;
  readonly name?: string;
}

/** The list of the whole cluster in which that of a namespace, or a namespace by its name, is contained. */
function wholeOf(path: string): { readonly path: string; readonly narrow: Narrow } | undefined {
  const [, base, namespace, plural] = /^(\/api\/v1|\/apis\/[^/]+\/[^/]+)\/namespaces\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? [];
  if (base === undefined || namespace === undefined) return undefined;
  if (plural !== undefined) return { path: `${base}/${plural}`, narrow: { namespace } };
  return { path: `${base}/namespaces`, narrow: { name: namespace } };
}

function metadataOf(line: string): Readonly<Record<string, unknown>> {
  try {
    const object: unknown = JSON.parse(line);
    return isObject(object) && isObject(object['metadata']) ? object['metadata'] : {};
  } catch {
    // What is no JSON is in no namespace.
    return {};
  }
}

/** As the API server writes lists of its own kinds: what stands in front of the items says what they are and what follows. */
function pageBody({ list, next }: RecordedAnswer, lines: readonly string[]): Buffer {
  const { apiVersion = '', kind = '', resourceVersion } = list ?? {};
  const metadata = {
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(next === undefined ? {} : { continue: String(next) }),
  };
  const head = JSON.stringify({ kind: kind || 'List', apiVersion: apiVersion || 'v1', metadata });
  return Buffer.from(`${head.slice(0, -1)},"items":[${lines.join(',')}]}`);
}

function statusBody(message: string, next: number | undefined): Buffer {
  const metadata = next === undefined ? {} : { continue: String(next) };
  return Buffer.from(JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata, message }));
}
