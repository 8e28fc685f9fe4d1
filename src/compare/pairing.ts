import { apiGroup, severities, type Finding, type ResourceRef, type Severity } from '../core/index.ts';

/** What is remembered of an earlier finding: by a baseline, or by a whole report. */
export interface Earlier {
  readonly fingerprint: string;
  readonly severity: Severity;
  readonly path: string;
  /** The object in words: those of `objectWords`. */
  readonly object: string;
  /** Where it stood, as the later findings would say it; absent where nobody wrote it down. */
  readonly file?: string;
}

export interface Pairing<E> {
  /** The same finding, then and now; in the order of now. */
  readonly pairs: readonly (readonly [earlier: E, later: Finding])[];
  /** Earlier findings that are none any more, in their order. */
  readonly gone: readonly E[];
  /** Findings that were none before, in their order. */
  readonly fresh: readonly Finding[];
}

/**
 * Says which finding of now is which of then: those of one fingerprint. Where several findings are equal but for their
 * place (two overlays with the same object), only their number is in the fingerprint, and the number says nothing: those
 * in the same file are the same, and one in another file only where its object has left the old one. `standing` are all
 * that tell of objects now, and so where each of them stands.
 */
export function pairFindings<E extends Earlier>(
  earlier: readonly E[],
  later: readonly Finding[],
  standing: readonly Pick<Finding, 'file' | 'resource'>[],
): Pairing<E> {
  const places = placesOf(standing);
  const stays = ({ object, file }: Earlier): boolean => file !== undefined && places.has(`${object}\0${file}`);
  const found = new Map<Finding, E>();
  let open = earlier;
  for (const { before: keyThen, after: keyNow } of passes) {
    if (open.length === 0 || found.size === later.length) break;
    const waiting = new Map<string, Finding[]>();
    // Backwards, so that the first one is taken off the end.
    for (const finding of later.toReversed()) {
      if (found.has(finding)) continue;
      const key = keyNow(finding);
      const equal = waiting.get(key);
      if (equal === undefined) waiting.set(key, [finding]);
      else equal.push(finding);
    }
    open = open.filter((one) => {
      const key = keyThen(one, stays);
      const finding = key === undefined ? undefined : waiting.get(key)?.pop();
      if (finding !== undefined) found.set(finding, one);
      return finding === undefined;
    });
  }
  return {
    pairs: later.flatMap((finding) => (found.has(finding) ? [[found.get(finding)!, finding] as const] : [])),
    gone: open,
    fresh: later.filter((finding) => !found.has(finding)),
  };
}

/** How a finding is looked for, and what then was of it; nothing where it cannot be said. */
interface Pass {
  readonly before: (one: Earlier, stays: (one: Earlier) => boolean) => string | undefined;
  readonly after: (finding: Finding) => string;
}

/** From the surest to the least sure. */
const passes: readonly Pass[] = [
  {
    before: ({ fingerprint, file, path }) => (file === undefined ? undefined : print(fingerprint, file, path)),
    after: ({ fingerprint, file, path }) => print(fingerprint, file, path),
  },
  {
    before: ({ fingerprint, file }) => (file === undefined ? undefined : print(fingerprint, file)),
    after: ({ fingerprint, file }) => print(fingerprint, file),
  },
  {
    before: (one, stays) => (stays(one) ? undefined : print(one.fingerprint, one.path)),
    after: ({ fingerprint, path }) => print(fingerprint, path),
  },
  {
    before: (one, stays) => (stays(one) ? undefined : print(one.fingerprint)),
    after: ({ fingerprint }) => print(fingerprint),
  },
];

function print(fingerprint: string, ...more: readonly string[]): string {
  return [withoutNumber(fingerprint), ...more].join('\0');
}

/** Equal findings are numbered: the second one ends in `-2`. */
export function withoutNumber(fingerprint: string): string {
  return fingerprint.replace(/-\d+$/, '');
}

/** Is it worse now than it was then? */
export function isWorse(earlier: Pick<Earlier, 'severity'>, later: Pick<Finding, 'severity'>): boolean {
  return severities.indexOf(later.severity) < severities.indexOf(earlier.severity);
}

/**
 * An object in words for people, the same from one scan to the next: pods that a controller made have random names, so
 * their owner stands for them, as in their fingerprints.
 */
export function objectWords({ apiVersion, kind, namespace, name, owner }: ResourceRef): string {
  const group = apiGroup(apiVersion);
  const what = `${kind}${group === '' ? '' : `.${group}`}${owner === undefined ? '' : ` of ${owner.kind}`}`;
  return `${what} ${namespace === undefined ? '' : `${namespace}/`}${owner?.name ?? name}`;
}

/** Each object with each file that it stands in. */
function placesOf(standing: readonly Pick<Finding, 'file' | 'resource'>[]): Set<string> {
  const places = new Set<string>();
  let before: ResourceRef | undefined;
  let place = '';
  for (const { resource, file } of standing) {
    // Findings come in runs on one object; one that joins objects may stand in the file of another.
    if (resource === before && file === place) continue;
    before = resource;
    place = file;
    places.add(`${objectWords(resource)}\0${file}`);
  }
  return places;
}
