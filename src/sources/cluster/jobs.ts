import { resourceName } from './object-names.ts';
import { miss, tellUnread, type Reading } from './reading.ts';
import type { Served, ServedKind } from './served-kinds.ts';
import { pluralOf, type WantedKind } from './wanted-kinds.ts';

export type Verb = 'get' | 'list';

/** The objects of one kind. */
export interface Job {
  readonly kind: WantedKind;
  readonly found: ServedKind;
  /** What its paths are: lists, or single objects. */
  readonly verb: Verb;
  /** One for the cluster, or for each namespace. */
  readonly parts: readonly Part[];
}

export interface Part {
  readonly path: string;
  readonly namespace?: string;
}

/** What there is to read, in the order of the wanted kinds. What cannot be read at all is told at once. */
export function jobsOf(
  reading: Reading,
  wanted: readonly WantedKind[],
  { kinds, silent }: Served,
  namespaces: readonly string[] | undefined,
): Job[] {
  const jobs: Job[] = [];
  for (const kind of wanted) {
    const served = kinds.filter((each) => each.group === kind.group && (kind.kind === '*' || each.kind === kind.kind));
    if (served.length === 0) {
      const resource = resourceName({ group: kind.group, plural: pluralOf(kind.kind) });
      const why = kind.own
        ? 'the API server does not serve it'
        : silent.includes(kind.group)
          ? 'the program behind this API does not answer'
          : undefined;
      if (why === undefined) continue;
      tellUnread(reading, resource, `list ${resource}`, why);
      miss(reading, kind, resource);
      continue;
    }
    for (const found of served) {
      if (namespaces === undefined) jobs.push({ kind, found, verb: 'list', parts: [{ path: listPath(found) }] });
      else if (found.namespaced) {
        const parts = namespaces.map((namespace) => ({ path: listPath(found, namespace), namespace }));
        jobs.push({ kind, found, verb: 'list', parts });
      } else if (found.group === '' && found.kind === 'Namespace') {
        const parts = namespaces.map((namespace) => ({ path: `${listPath(found)}/${encodeURIComponent(namespace)}`, namespace }));
        jobs.push({ kind, found, verb: 'get', parts });
      } else {
        // Only a part was asked for: nothing is wrong, and yet what depends on the rest cannot be decided. The pods of these
        // kinds are in no namespace that was asked for.
        miss(reading, { ...kind, podTemplates: false }, resourceName(found));
      }
    }
  }
  return jobs;
}

function listPath({ group, version, plural }: ServedKind, namespace?: string): string {
  const base = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return namespace === undefined ? `${base}/${plural}` : `${base}/namespaces/${encodeURIComponent(namespace)}/${plural}`;
}
