import type { ServedApi } from '../../kube/api-server.ts';
import { isObject } from '../../kube/shape-reader.ts';

/** A kind that the API server can list. */
export interface ServedKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** As paths and permissions name it: `deployments`. */
  readonly plural: string;
  readonly namespaced: boolean;
}

export interface Served {
  readonly kinds: readonly ServedKind[];
  /** Groups that exist, and whose kinds the API server cannot tell now: the program behind them does not answer. */
  readonly silent: readonly string[];
  /** All that it serves besides the core group, whether rules read objects of it or not. */
  readonly apis: readonly ServedApi[];
}

/** Asks for the kinds of all groups in one answer: since Kubernetes 1.26. Older servers answer with the list of their groups. */
export const aggregatedDiscovery: string = [
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList',
  'application/json',
].join(',');

/** What it says becomes part of paths. */
const plain = /^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/;
const plainKind = /^[A-Za-z][A-Za-z0-9]{0,62}$/;

/** Reads an answer to `/api` or `/apis`; undefined for one that is not aggregated. */
export function readAggregated(answer: unknown): Omit<Served, 'apis'> | undefined {
  if (!isObject(answer) || answer['kind'] !== 'APIGroupDiscoveryList') return undefined;
  const kinds: ServedKind[] = [];
  const silent: string[] = [];
  for (const item of objects(answer['items'])) {
    const group = isObject(item['metadata']) ? (text(item['metadata']['name']) ?? '') : '';
    if (group !== '' && !plain.test(group)) continue;
    const known = new Set<string>();
    // The preferred version comes first.
    for (const each of objects(item['versions'])) {
      if (each['freshness'] === 'Stale') silent.push(group);
      for (const resource of objects(each['resources'])) {
        const { responseKind, verbs } = resource;
        add(kinds, known, {
          group,
          version: text(each['version']),
          kind: isObject(responseKind) ? text(responseKind['kind']) : undefined,
          plural: text(resource['resource']),
          namespaced: resource['scope'] === 'Namespaced',
          verbs,
        });
      }
    }
  }
  return { kinds, silent: [...new Set(silent)] };
}

/** Versions of an answer to `/api` or `/apis` of a server without aggregated discovery, preferred ones first. */
export function groupVersions(answer: unknown): { readonly group: string; readonly version: string }[] {
  if (!isObject(answer)) return [];
  if (Array.isArray(answer['versions'])) return versionsOf('', answer['versions']);
  return objects(answer['groups']).flatMap(({ name, preferredVersion, versions }) => {
    const group = text(name) ?? '';
    if (!plain.test(group)) return [];
    const preferred = isObject(preferredVersion) ? [preferredVersion['version']] : [];
    return versionsOf(group, [...preferred, ...objects(versions).map(({ version }) => version)]);
  });
}

function versionsOf(group: string, versions: readonly unknown[]): { readonly group: string; readonly version: string }[] {
  const plainOnes = versions.filter((version): version is string => typeof version === 'string' && plain.test(version));
  return [...new Set(plainOnes)].map((version) => ({ group, version }));
}

/** Reads an answer to `/apis/GROUP/VERSION`; `known` are the kinds that earlier versions of the group had. */
export function readResourceList(answer: unknown, group: string, version: string, known: Set<string>): ServedKind[] {
  const kinds: ServedKind[] = [];
  for (const { name, kind, namespaced, verbs } of objects(isObject(answer) ? answer['resources'] : undefined))
    add(kinds, known, { group, version, kind: text(kind), plural: text(name), namespaced: namespaced === true, verbs });
  return kinds;
}

interface Found {
  readonly group: string;
  readonly version: string | undefined;
  readonly kind: string | undefined;
  readonly plural: string | undefined;
  readonly namespaced: boolean;
  readonly verbs: unknown;
}

/** Every kind once, in the first version that has it. Subresources have a slash in their name. */
function add(kinds: ServedKind[], known: Set<string>, { group, version, kind, plural, namespaced, verbs }: Found): void {
  if (version === undefined || kind === undefined || plural === undefined) return;
  if (!plain.test(version) || !plainKind.test(kind) || !plain.test(plural) || known.has(kind)) return;
  if (!Array.isArray(verbs) || !verbs.includes('list')) return;
  known.add(kind);
  kinds.push({ group, version, kind, plural, namespaced });
}

function objects(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
