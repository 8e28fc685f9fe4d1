import { createHash } from 'node:crypto';
import { isObject } from '../../kube/shape-reader.ts';

/** What an event of a watch says. */
export interface Event {
  readonly type: /** Something that a scan may read has changed, or may have. */
    | 'changed'
    /** Nothing has. */
    | 'same'
    /** The state from which the watch was to go on is gone: the list has to be read again. */
    | 'expired'
    /** The server ends the watch. */
    | 'error';
  /** From where the watch goes on. */
  readonly resourceVersion?: string;
}

export interface Changes {
  /** Reads an event, a line of an answer. */
  event(line: string): Event;
}

/** What is remembered of each object is some bytes; where there are more, one is taken for changed too often. */
const mostObjects = 200_000;
/** The clock of an API server tells seconds, and several API servers have several clocks. */
const clockSlack = 60_000;

/**
 * Tells events after which a scan would read something else from the many that only say how a workload is doing. Events
 * carry metadata alone: what manages a field notes when it changed it (`managedFields`), for the status apart from the rest.
 *
 * `since` is when the list was read, by the clock of the server, in milliseconds since 1970: an object that nobody changed
 * after that is as it was read.
 */
export function startChanges(since: number): Changes {
  const digests = new Map<string, string>();

  function changed({ uid, ...rest }: Readonly<Record<string, unknown>>, kind: unknown): boolean {
    if (typeof uid !== 'string') return true;
    if (kind === 'DELETED') {
      digests.delete(uid);
      return true;
    }
    const digest = digestOf(rest);
    const before = digests.get(uid);
    if (digests.size >= mostObjects) digests.clear();
    digests.set(uid, digest);
    if (kind !== 'MODIFIED') return true;
    if (before !== undefined) return before !== digest;
    return !(lastChange(rest) < since - clockSlack);
  }

  function read(line: string): Event {
    const event: unknown = JSON.parse(line);
    if (!isObject(event) || !isObject(event['object'])) return { type: 'changed' };
    const { type, object } = event;
    if (type === 'ERROR') return { type: object['code'] === 410 ? 'expired' : 'error' };
    const metadata = isObject(object['metadata']) ? object['metadata'] : {};
    const { resourceVersion } = metadata;
    const at = typeof resourceVersion === 'string' ? { resourceVersion } : {};
    if (type === 'BOOKMARK') return { type: 'same', ...at };
    const same = (type === 'MODIFIED' && isLock(metadata)) || !changed(metadata, type);
    return { type: same ? 'same' : 'changed', ...at };
  }

  return {
    event(line) {
      try {
        return read(line);
      } catch {
        // What cannot be read (no JSON, or too deep) may be anything.
        return { type: 'changed' };
      }
    },
  };
}

/** Whoever leads writes his name into it every other second. */
function isLock({ annotations }: Readonly<Record<string, unknown>>): boolean {
  return isObject(annotations) && Object.hasOwn(annotations, 'control-plane.alpha.kubernetes.io/leader');
}

function digestOf({
  labels,
  annotations,
  ownerReferences,
  generation,
  deletionTimestamp,
  ...rest
}: Readonly<Record<string, unknown>>): string {
  const managed = managers(rest);
  // Where nobody notes what he changes, every change counts.
  const noted = managed.length > 0 ? managed : rest['resourceVersion'];
  return createHash('sha256')
    .update(JSON.stringify([labels, annotations, ownerReferences, generation, deletionTimestamp, noted]))
    .digest('base64url')
    .slice(0, 20);
}

function managers({ managedFields }: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>[] {
  return Array.isArray(managedFields) ? managedFields.filter(isObject).filter(({ subresource }) => subresource !== 'status') : [];
}

/** When anything but the status was changed last; NaN where that is not known. */
function lastChange(metadata: Readonly<Record<string, unknown>>): number {
  const managed = managers(metadata);
  return managed.length === 0 ? NaN : Math.max(...managed.map(({ time }) => (typeof time === 'string' ? Date.parse(time) : NaN)));
}
