import type { Refusal } from './connect.ts';
import type { Job } from './jobs.ts';
import { getPage, pageSize, readList, type Place } from './read-list.ts';
import { kindReader, resourceName } from './read-page.ts';
import { getSingle, readSingle } from './read-single.ts';
import { deadlineOf, giveUp, miss, type Reading } from './reading.ts';
import type { Answer } from './requests.ts';

/** Asks for what comes first of a kind. */
export function start(reading: Reading, { verb, paths: [path = ''] }: Job): Promise<Answer> {
  const deadline = deadlineOf(reading);
  return verb === 'get' ? getSingle(reading, path, deadline) : getPage(reading, path, '', pageSize, deadline);
}

/** Reads all objects of a kind, or tells why not. */
export async function readKind(reading: Reading, job: Job, first: Promise<Answer>, onPage: () => void): Promise<Refusal | undefined> {
  const { kind, found, verb, paths } = job;
  const resource = resourceName(found);
  const { podTemplates, covered, sink } = reading;
  const reader = kindReader({ kind: found, podTemplates, covered, sink });
  // It may have waited long for its turn.
  const deadline = deadlineOf(reading);
  let failure: string | undefined;
  for (const [index, path] of paths.entries()) {
    const place: Place = { reading, reader, path, deadline, onPage, resource };
    const ended = await (verb === 'get' ? readSingle : readList)(place, index === 0 ? first : undefined);
    if (typeof ended === 'object') return ended;
    failure ??= ended;
  }
  const { documents, damaged } = reader.finish();
  reading.documents += documents;
  if (failure !== undefined) giveUp(reading, kind, verb, resource, failure);
  else if (damaged) miss(reading, kind, resource);
  return undefined;
}
