import { apiGroup } from '../core/index.ts';

export type PlainObject = Readonly<Record<string, unknown>>;

/** Tells objects apart as the API server does, whatever version of their group they are written in. */
export function objectKey(object: PlainObject): string {
  const metadata = (object['metadata'] ?? {}) as PlainObject;
  return JSON.stringify([apiGroup(String(object['apiVersion'])), object['kind'], metadata['namespace'] ?? null, metadata['name'] ?? null]);
}

/** The objects with those companions behind them that are not among them; of equal companions the first. */
export function withCompanions(objects: readonly unknown[], companions: readonly PlainObject[]): unknown[] {
  const known = new Set(objects.map((object) => objectKey(object as PlainObject)));
  const added = companions.filter((companion) => {
    const key = objectKey(companion);
    if (known.has(key)) return false;
    known.add(key);
    return true;
  });
  return [...objects, ...added];
}
