import { setMaxListeners } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { startChanges, type Changes, type Event } from './changes.ts';
import type { Connection } from './connect.ts';
import { within } from './within.ts';

interface Watcher {
  /** Something of a list has changed, or it is not known any more whether. */
  readonly changed: (path: string) => void;
  /** A list cannot be followed. */
  readonly lost: (path: string, why: string) => void;
}

interface Watches {
  /**
   * Follows lists from the resourceVersion that they were read at, begun at the time `begun`; those that are followed
   * already go on as they do.
   */
  follow(lists: ReadonlyMap<string, string>, begun: number): void;
}

/** Metadata alone: whatever a list holds, no content of an object is ever sent. */
const metadataOnly = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
/** For how long a watch is asked for, in seconds; the server may end it sooner. A connection that died unnoticed ends then. */
const duration = 290;
const spare = 30_000;
/** Each is a connection. Namespaces times kinds may be many; what is not followed is seen when all is read again. */
const mostWatches = 100;
/** An event may be as large as the metadata of an object. */
const longestLine = 4 << 20;
const longestPause = 30_000;
/** A server that ends watches sooner would be asked all the time. */
const shortest = 5_000;

/** Watches lists over a connection until that is closed: reconnects where a watch ends, and waits longer each time it fails. */
export function startWatches(connection: Connection, watcher: Watcher, pause: number): Watches {
  // Each watch that waits listens to it, and Node would take so many for a leak.
  setMaxListeners(0, connection.closed);
  const followed = new Set<string>();
  const refused = new Set<string>();

  function lose(path: string, why: string): void {
    if (refused.has(path)) return;
    refused.add(path);
    watcher.lost(path, why);
  }

  async function followList(path: string, from: string, begun: number): Promise<void> {
    let resourceVersion = from;
    let changes: Changes | undefined;
    let failures = 0;
    let renewed = false;
    let connected = begun;
    const read = (line: string | undefined, response: IncomingMessage): Event['type'] => {
      changes ??= startChanges(serverTime(response) - (connected - begun));
      const event: Event = line === undefined ? { type: 'changed' } : changes.event(line);
      if (event.resourceVersion !== undefined) {
        ({ resourceVersion } = event);
        failures = 0;
      }
      if (event.type === 'changed') watcher.changed(path);
      return event.type;
    };
    while (!connection.closed.aborted) {
      connected = Date.now();
      const credentials = connection.credentials();
      const { end, status } = await within(1000 * duration + spare, connection.closed, (signal) =>
        watchOnce(connection, signal, path, resourceVersion, read),
      );
      if (end === 'expired') {
        // What happened meanwhile is not known: the list that is read next is where it goes on.
        watcher.changed(path);
        return;
      }
      if (status === 401 && !renewed) {
        renewed = true;
        await connection.renew(credentials).catch(() => undefined);
        continue;
      }
      renewed &&= status !== 200;
      if (status !== undefined && isFinal(status)) {
        // A kind that is gone, or a permission.
        if (changes !== undefined) watcher.changed(path);
        lose(path, status === 403 ? 'the user has no permission' : `the API server answers ${status}`);
        return;
      }
      failures = end === 'closed' && Date.now() - connected > shortest ? 0 : failures + 1;
      await setTimeout(Math.min(longestPause, pause * 2 ** failures), undefined, { signal: connection.closed }).catch(() => undefined);
    }
  }

  return {
    follow(lists, begun) {
      for (const [path, resourceVersion] of lists) {
        if (followed.has(path)) continue;
        if (followed.size >= mostWatches) {
          lose(path, `more than ${mostWatches} lists are not followed`);
          continue;
        }
        followed.add(path);
        void followList(path, resourceVersion, begun).finally(() => followed.delete(path));
      }
    },
  };
}

/** Trying again does not help. */
function isFinal(status: number): boolean {
  return status >= 400 && status < 500 && ![401, 408, 429].includes(status);
}

/** How a watch ended: by itself, because its state is gone, or because something failed. */
type End = 'closed' | 'expired' | 'failed';

/** `read` is called for each line, without one for what is too long, and says what it was. */
async function watchOnce(
  { get }: Connection,
  signal: AbortSignal,
  path: string,
  resourceVersion: string,
  read: (line: string | undefined, response: IncomingMessage) => Event['type'],
): Promise<{ readonly end: End; readonly status?: number }> {
  const query = new URLSearchParams({
    watch: '1',
    allowWatchBookmarks: 'true',
    resourceVersion,
    timeoutSeconds: String(duration),
    // A pod that finishes leaves what is watched, so that its end is an event as its deletion is.
    ...(/^\/api\/v1\/(?:namespaces\/[^/]+\/)?pods$/.test(path) ? { fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed' } : {}),
  });
  try {
    const response = await get(`${path}?${query.toString()}`, metadataOnly, signal);
    const status = response.statusCode ?? 0;
    if (status !== 200) {
      response.destroy();
      return { end: status === 410 ? 'expired' : 'failed', status };
    }
    for await (const line of linesOf(response)) {
      const type = read(line, response);
      if (type === 'expired') return { end: 'expired' };
      if (type === 'error') return { end: 'failed' };
    }
    return { end: 'closed', status };
  } catch {
    // Whatever broke, asking again is all that can be done.
    return { end: 'failed' };
  }
}

/** Whole lines; undefined for one that is too long. */
async function* linesOf(response: IncomingMessage): AsyncGenerator<string | undefined, void> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      size += end - from;
      parts.push(chunk.subarray(from, end));
      yield size > longestLine ? undefined : Buffer.concat(parts).toString('utf8');
      parts = [];
      size = 0;
      from = end + 1;
    }
    size += chunk.length - from;
    // What is too long is not kept, only counted.
    if (size > longestLine) parts = [];
    else parts.push(chunk.subarray(from));
  }
}

/** By its own clock, in seconds; ours where it does not say. */
function serverTime({ headers }: IncomingMessage): number {
  const time = Date.parse(headers.date ?? '');
  return Number.isNaN(time) ? Date.now() : time;
}
