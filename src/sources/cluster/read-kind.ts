import type { Refusal } from './connect.ts';
import type { Job, Part, Verb } from './jobs.ts';
import { getPage, pageSize, readList, type Place } from './read-list.ts';
import { resourceName } from './object-names.ts';
import { kindReader } from './read-page.ts';
import { getSingle, readSingle } from './read-single.ts';
import { deadlineOf, miss, tellUnread, type Reading } from './reading.ts';
import type { Answer } from './requests.ts';
import { isMade } from './wanted-kinds.ts';

/** Asks for what comes first of a kind. */
export function start(reading: Reading, { kind: { asking }, verb, parts: [first] }: Job): Promise<Answer> {
  const path = first?.path ?? '';
  const deadline = deadlineOf(reading);
  return verb === 'get' ? getSingle(reading, path, deadline) : getPage(reading, { path, asking, deadline }, '', pageSize);
}

/** Reads all objects of a kind, or tells why not. */
export async function readKind(
  reading: Reading,
  job: Job,
  first: Promise<Answer>,
  onPage: (objects: number) => void,
): Promise<Refusal | undefined> {
  const { kind, found, verb, parts } = job;
  const resource = resourceName(found);
  const { podTemplates, replicasByName, owners, handing } = reading;
  const { asking } = kind;
  // What is made from a template waits until it is known that there is one.
  if (isMade(kind) && !reading.templatesKnown) await handing.settle();
  const reader = kindReader({ kind: found, asking, podTemplates, replicasByName, owners, handing });
  // It may have waited long for its turn.
  const deadline = deadlineOf(reading);
  /** The parts that were not read, by the reason. */
  const failures = new Map<string, Part[]>();
  for (const [index, part] of parts.entries()) {
    const { path } = part;
    const place: Place = {
      reading,
      reader,
      path,
      asking,
      deadline,
      resource,
      isReplica: isMade(kind),
      onPage: () => onPage(reading.documents + reader.documents()),
    };
    const ended = await (verb === 'get' ? readSingle : readList)(place, index === 0 ? first : undefined);
    if (typeof ended === 'object') return ended;
    if (ended !== undefined) failures.set(ended, [...(failures.get(ended) ?? []), part]);
  }
  const tookTemplates = reader.tookTemplates();
  if (tookTemplates) reading.templatesKnown = false;
  reader.finish((damaged) => {
    if (tookTemplates) reading.templatesKnown = true;
    if (failures.size > 0 || damaged) miss(reading, kind, resource);
  });
  reading.documents += reader.documents();
  for (const [why, failed] of failures) tellUnread(reading, resource, `${verb} ${resource}${placesOf(verb, failed)}`, why);
  await handing.pause();
  return undefined;
}

const mostNamed = 5;

function placesOf(verb: Verb, parts: readonly Part[]): string {
  const names = parts.flatMap(({ namespace }) => (namespace === undefined ? [] : [namespace]));
  if (names.length === 0) return '';
  const named = [...names.slice(0, mostNamed), ...(names.length > mostNamed ? [`${names.length - mostNamed} more`] : [])].join(', ');
  if (verb === 'get') return ` ${named}`;
  return names.length === 1 ? ` in namespace ${named}` : ` in namespaces ${named}`;
}
