import type { ObservedApiServer } from '../../kube/api-server.ts';
import { isObservation } from '../../kube/observed-shape.ts';
import type { PodTemplateKind } from '../../kube/pod-templates.ts';
import { isObject } from '../../kube/shape-reader.ts';
import type { Cause } from '../cluster/index.ts';

/** The newest format that this version reads and writes. It grows when an older reader would misunderstand a newer file. */
export const snapshotFormat = 1;

/** What stands at the beginning of a snapshot: who recorded what, of which cluster, when, and where it is in the file. */
export interface Manifest {
  readonly plimsoll: 'snapshot';
  readonly format: number;
  /** The version of the tool that recorded it. */
  readonly tool: string;
  /** When the recording began, as ISO 8601 has it, in UTC. */
  readonly taken: string;
  /** The context of the kubeconfig. */
  readonly context: string;
  /** The version of the API server. */
  readonly server: string;
  /** Who was impersonated. */
  readonly as?: string;
  readonly asGroups?: readonly string[];
  /** Only these were recorded; absent for all of them. */
  readonly namespaces?: readonly string[];
  /** Kinds with pod templates that the user added. */
  readonly podTemplates: readonly PodTemplateKind[];
  /** The names of the keys in Secrets were recorded, not only which of them hold tokens. */
  readonly secretKeys: boolean;
  /** Kinds that were read for what was observed, as in `ClusterOptions.kinds`. */
  readonly alsoRead: readonly string[];
  /** What was observed of the API server itself. */
  readonly observed: ObservedApiServer;
  /** What was read, and how many objects of it, for whoever reads the manifest. */
  readonly kinds: readonly { readonly resource: string; readonly objects: number }[];
  /** What should have been read and could not be. */
  readonly unread: readonly { readonly file: string; readonly reason: string }[];
  /** In the order in which equal questions were answered. */
  readonly answers: readonly RecordedAnswer[];
  /** They follow the manifest in this order. */
  readonly parts: readonly Part[];
}

/** What the API server answered to a path. */
export interface RecordedAnswer {
  /** Without its query. */
  readonly path: string;
  /** The number of the page; absent for the first one, and for what is no list. */
  readonly page?: number;
  /** Which part holds what it said, or why none does. */
  readonly said:
    | { readonly part: number }
    | { readonly status: number; readonly message: string }
    | { readonly failed: string; readonly cause: Cause }
    | { readonly tooLarge: true };
  /** What the list says of itself; absent for what is no list. */
  readonly list?: RecordedList;
  /** The number of the page that follows. */
  readonly next?: number;
}

export interface RecordedList {
  readonly apiVersion: string;
  readonly kind: string;
  readonly resourceVersion?: string;
}

/** A member of the file: lines of JSON, one object each. */
export interface Part {
  /** As it stands in the file. */
  readonly bytes: number;
  /** Of the bytes as they stand in the file, in hexadecimal. */
  readonly sha256: string;
  /** When it is unpacked, in bytes. */
  readonly size: number;
  readonly objects: number;
}

/** The beginning of every manifest, whatever its format. */
export const manifestStart = '{"plimsoll":"snapshot","format":';

/** A cluster of two million objects. More is no recording of a cluster. */
const mostBytes = 4 * 2 ** 30;

/** Of a part: a page of a list has some hundred. */
const mostObjects = 100_000;

/** A manifest by its text, or what is wrong with it. */
export function readManifest(text: string, longestPart: number): Manifest | { readonly wrong: string } {
  const value = parsed(text);
  if (!isObject(value) || value['plimsoll'] !== 'snapshot') return { wrong: 'its manifest is not one' };
  const { format } = value;
  if (typeof format === 'number' && format > snapshotFormat)
    return { wrong: `its format is ${format}, and this version of plimsoll reads up to ${snapshotFormat}` };
  if (!isManifest(value)) return { wrong: 'its manifest is damaged' };
  const { parts, answers } = value;
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  if (size > mostBytes || parts.some((part) => part.size > longestPart || part.bytes > longestPart))
    return { wrong: `it would unpack to ${Math.ceil(size / 2 ** 20)} MB, more than any cluster fills` };
  if (answers.some(({ said }) => 'part' in said && said.part >= parts.length))
    return { wrong: 'its manifest names parts that it does not have' };
  return value;
}

/** How many objects were recorded of each resource, `deployments.apps`, as permissions name it. */
export function kindsOf(answers: readonly RecordedAnswer[], parts: readonly Part[]): Manifest['kinds'] {
  const counts = new Map<string, number>();
  for (const { path, said, list } of answers) {
    if (list === undefined || !('part' in said)) continue;
    const [, group, plural] = /^\/(?:api|apis\/([^/]+))\/[^/]+(?:\/namespaces\/[^/]+)?\/([^/]+)$/.exec(path) ?? [];
    const resource = group === undefined ? String(plural) : `${plural}.${group}`;
    counts.set(resource, (counts.get(resource) ?? 0) + (parts[said.part]?.objects ?? 0));
  }
  return [...counts].map(([resource, objects]) => ({ resource, objects }));
}

/** Too new a format is no damage. */
export function isTooNew(text: string): boolean {
  const value = parsed(text);
  return isObject(value) && typeof value['format'] === 'number' && value['format'] > snapshotFormat;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is no JSON is no manifest.
    return undefined;
  }
}

const causes: ReadonlySet<unknown> = new Set<Cause>(['silence', 'absence', 'break', 'lasting']);

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const fields =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isObject(value) && Object.entries(checks).every(([key, check]) => check(Object.hasOwn(value, key) ? value[key] : undefined));

const isSaid: Check = (value) =>
  fields({ part: isCount })(value) ||
  fields({ status: isCount, message: isText })(value) ||
  fields({ failed: isText, cause: (cause) => causes.has(cause) })(value) ||
  fields({ tooLarge: (flag) => flag === true })(value);

const name: Check = (value) => typeof value === 'string' && /^[A-Za-z0-9./-]{0,300}$/.test(value);

const manifestCheck = fields({
  format: (value) => isCount(value) && (value as number) >= 1,
  tool: isText,
  taken: (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value),
  context: isText,
  server: isText,
  as: maybe(isText),
  asGroups: maybe(listOf(isText)),
  namespaces: maybe(listOf(isText)),
  podTemplates: listOf(fields({ group: isText, kind: isText, path: isText })),
  secretKeys: (value) => typeof value === 'boolean',
  alsoRead: listOf(isText),
  observed: isObservation,
  unread: listOf(fields({ file: isText, reason: isText })),
  answers: listOf(
    fields({
      path: isText,
      page: maybe(isCount),
      said: isSaid,
      list: maybe(fields({ apiVersion: name, kind: name, resourceVersion: maybe(name) })),
      next: maybe(isCount),
    }),
  ),
  parts: listOf(
    fields({
      bytes: isCount,
      sha256: (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value),
      size: isCount,
      objects: (value) => isCount(value) && (value as number) <= mostObjects,
    }),
  ),
});

function isManifest(value: Readonly<Record<string, unknown>>): value is Readonly<Record<string, unknown>> & Manifest {
  return manifestCheck(value);
}
