import type { Asking } from './asking.ts';
import { continueOf } from './json-answer.ts';
import type { KindReader } from './read-page.ts';
import type { Reading } from './reading.ts';
import { whyNot, type NoAnswer } from './refusals.ts';
import { get, giveBack, type Answer } from './requests.ts';
import type { Refusal } from './connect.ts';

/** Of a page: one in flight for each of the kinds that are asked for ahead. */
const mostPageBytes = 48 << 20;
export const pageSize = 500;
const mostRestarts = 5;

/** Something that a path answers with, for a reader of its kind. */
export interface Place {
  readonly reading: Reading;
  readonly reader: KindReader;
  readonly path: string;
  readonly asking: Asking;
  readonly deadline: number;
  /** `deployments.apps` */
  readonly resource: string;
  /** Its objects are mostly made from the templates of others, and few of them judged. */
  readonly isReplica: boolean;
  readonly onPage: () => void;
}

/** Why it was not read to its end, if it was not; a refusal ends the scan. */
export type Ended = undefined | string | Refusal;

/** Asks for a page of a list; the first one has the token ''. */
export function getPage(
  { connection, patience, spare }: Reading,
  { path, asking: { accept, query, redact }, deadline }: Pick<Place, 'path' | 'asking' | 'deadline'>,
  token: string,
  limit: number,
): Promise<Answer> {
  const asked = new URLSearchParams({ ...query, limit: String(limit), ...(token === '' ? {} : { continue: token }) });
  const limits = { mostBytes: mostPageBytes, deadline, spare, ...(redact === undefined ? {} : { redact }) };
  return get(connection, `${path}?${asked.toString()}`, { accept, ...limits }, patience);
}

/** Reads the pages of a list, beginning with the answer to what was asked ahead. */
export async function readList(place: Place, first: Promise<Answer> | undefined): Promise<Ended> {
  const { reading, reader, isReplica, onPage, resource } = place;
  let limit = pageSize;
  let token = '';
  let tokens = new Set<string>();
  let restarts = 0;
  let shown: string | undefined;
  const mixed = (): void => {
    if (!reading.restarted.includes(resource)) reading.restarted.push(resource);
  };
  let answer = await (first ?? getPage(reading, place, token, limit));
  for (;;) {
    if (answer.type === 'ok') {
      // While this page is read the next one is on its way.
      const { token: early, behind } = inFront(answer.body);
      const following = early === undefined || tokens.has(early) ? undefined : getPage(reading, place, early, limit);
      if (!isReplica) reading.handing.expect(behind);
      const page = reader.page(answer.body);
      // Whoever hears of answers may keep them.
      if (reading.connection.answer === undefined) giveBack(reading.spare, answer.body);
      if ('failed' in page) return page.failed;
      onPage();
      await reading.handing.pause();
      const { resourceVersion } = page;
      if (resourceVersion !== undefined) {
        if (shown !== undefined && resourceVersion !== shown) mixed();
        shown = resourceVersion;
        reading.moments.add(resourceVersion);
      }
      if (page.next === undefined) return undefined;
      if (tokens.has(page.next)) return 'the API server gives the same page again and again';
      token = page.next;
      tokens.add(token);
      if (following !== undefined && early === token) {
        answer = await following;
        continue;
      }
    } else if (limit > 1 && (answer.type === 'too large' || (limit === pageSize && isSlow(answer)))) {
      limit = Math.max(1, limit >> 3);
    } else if (answer.type === 'refused' && answer.status === 410) {
      // The state that the first page showed is gone. The server may offer to go on at this place, in a later state.
      if (restarts++ === mostRestarts) return 'its pages expire faster than they can be read (410); scan again when less changes';
      token = continueOf(answer.body) ?? '';
      tokens = new Set();
      mixed();
    } else return whyNot(answer);
    answer = await getPage(reading, place, token, limit);
  }
}

/** A server that does not send a page in time may well send a smaller one. */
function isSlow(answer: NoAnswer): boolean {
  return answer.type === 'refused' ? answer.status === 504 : answer.type === 'failed' && answer.cause === 'silence';
}

/**
 * What asks for the next page, and how many objects come behind this one. Go writes the metadata of typed lists in front of
 * their items; custom resources come with theirs behind. API servers that cannot count what remains do not say it.
 */
function inFront(body: Buffer): { readonly token: string | undefined; readonly behind: number } {
  const head = /^\{"kind":"\w+","apiVersion":"[\w./-]+","metadata":(\{[^{}]*\})/.exec(body.toString('latin1', 0, 8192))?.[1];
  const token = head === undefined ? undefined : continueOf(Buffer.from(`{"metadata":${head}}`, 'latin1'));
  return { token, behind: token === undefined ? 0 : Number(/"remainingItemCount":(\d{1,9})[,}]/.exec(head ?? '')?.[1] ?? 1) };
}
