import { json, mostBytes } from './json-answer.ts';
import type { Ended, Place } from './read-list.ts';
import type { Reading } from './reading.ts';
import { whyNot } from './refusals.ts';
import { get, type Answer } from './requests.ts';

/** Asks for an object by its name. */
export function getSingle({ connection, patience }: Reading, path: string, deadline: number): Promise<Answer> {
  return get(connection, path, { accept: json, mostBytes, deadline }, patience);
}

/** Reads a namespace that was asked for by its name. */
export async function readSingle({ reading, reader, path, deadline }: Place, first: Promise<Answer> | undefined): Promise<Ended> {
  const answer = await (first ?? getSingle(reading, path, deadline));
  if (answer.type === 'ok') return reader.object(answer.body)?.failed;
  if (answer.type === 'refused' && answer.status === 404)
    return { refused: [`the cluster has no namespace "${path.slice(path.lastIndexOf('/') + 1)}"`, 'kubectl get namespaces lists them'] };
  return whyNot(answer);
}
