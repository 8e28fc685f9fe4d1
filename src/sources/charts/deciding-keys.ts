import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatPath, type Finding, type Path, type SetBy } from '../../core/index.ts';
import { isObject } from '../../kube/shape-reader.ts';
import { readDocument, type ReadDocument } from '../../kube/yaml/index.ts';
import { setOwn } from '../../kube/yaml/document.ts';
import { builtObjects, objectOf, parsePath, placeIn, valueAt, type BuiltObject } from './built-objects.ts';
import type { RenderedDocument } from './rendered.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** A file of values, and how reports name it. */
export interface ValuesFile {
  readonly path: string;
  readonly file: string;
  /** What it holds, where it stands in an archive. */
  readonly text?: string;
}

export interface Probing {
  /** What the chart renders to. */
  readonly documents: readonly RenderedDocument[];
  /** The values that it was rendered with, the later over the earlier. */
  readonly values: readonly ValuesFile[];
  /** Whether a word stands in its templates: what they never name, no switch turns on. */
  readonly names: (word: string) => boolean;
  /** What it renders to with one more file of values; undefined where it does not. */
  readonly render: (values: string) => Promise<readonly RenderedDocument[] | undefined>;
}

/** For how long a chart is rendered for this; how often is said at each step. */
const longest = 10_000;

/** A field that is looked for, in the object as it was rendered. */
interface Place {
  readonly finding: Finding;
  readonly object: BuiltObject;
  readonly path: Path;
  readonly value: unknown;
}

/** A key of the values with another value. */
interface Probe {
  readonly key: Path;
  readonly value: unknown;
}

/**
 * The keys of values that decide where findings are, each found by rendering the chart with another value for it: where that
 * turns up, or what was there changes. Only where it is one key alone.
 */
export async function decidingKeys(
  findings: readonly Finding[],
  { documents, values, names, render }: Probing,
): Promise<ReadonlyMap<Finding, SetBy>> {
  const answer = new Map<Finding, SetBy>();
  const files = values.flatMap(readValues);
  if (files.length === 0) return answer;
  const merged = files.reduce<unknown>((all, { document }) => mergedValues(all, document.value), {});
  const { maps, scalars } = keysOf(merged);
  const objects = builtObjects(documents);
  const places = findings.flatMap((finding): Place[] => {
    const object = objectOf(finding, objects);
    const path = parsePath(finding.path);
    return object === undefined || path.length === 0 ? [] : [{ finding, object, path, value: valueAt(object.value, path) }];
  });
  const made = temporaryFolder();
  // Findings stand at their templates without the keys.
  if (typeof made !== 'string') return answer;
  const folder = made;
  const end = Date.now() + longest;
  let renders = 0;
  let allowed = 0;
  /** Lets the next step render so often. */
  const allow = (more: number): void => void (allowed = renders + more);

  async function rendered(probes: readonly Probe[]): Promise<readonly BuiltObject[] | undefined> {
    if (renders >= allowed || Date.now() > end) return undefined;
    const file = join(folder, `${renders++}.yaml`);
    writeFileSync(file, JSON.stringify(nested(probes)));
    const probed = await render(file);
    return probed && builtObjects(probed);
  }

  /** Renders with all of them at once; where that fails, with one half and the other. */
  async function probe(probes: readonly Probe[], look: (objects: readonly BuiltObject[], probes: readonly Probe[]) => void): Promise<void> {
    if (probes.length === 0) return;
    const found = await rendered(probes);
    if (found !== undefined) return look(found, probes);
    if (probes.length === 1 || renders >= allowed) return;
    const half = probes.length >> 1;
    await probe(probes.slice(0, half), look);
    await probe(probes.slice(half), look);
  }

  /** Turns switches all at once; those among which one does something by halves, down to the one that does it. */
  async function turn(switches: readonly Probe[], open: readonly Place[]): Promise<void> {
    if (switches.length === 0 || open.length === 0 || renders >= allowed) return;
    const found = await rendered(switches);
    const changed =
      found === undefined
        ? open
        : open.filter((place) => objectOf(place.finding, found) === undefined || !isSame(valueIn(place, found), place.value));
    const [only, another] = switches;
    if (only !== undefined && another === undefined) {
      if (found !== undefined) for (const place of changed) if (objectOf(place.finding, found) !== undefined) told(place, only.key);
      return;
    }
    const half = switches.length >> 1;
    await turn(switches.slice(0, half), changed);
    await turn(switches.slice(half), changed);
  }

  const keys = new Map<Place, Path[]>();
  const told = (place: Place, key: Path): void => void keys.set(place, [...(keys.get(place) ?? []), key]);
  /** A value that nothing else has turns up in the place of those that its key decides. */
  const lookForMarks = (found: readonly BuiltObject[], probes: readonly Probe[]): void => {
    const byMark = new Map(probes.map((each) => [markOf(each), each.key]));
    for (const place of places) {
      const now = valueIn(place, found);
      if (typeof now !== 'string' && typeof now !== 'number') continue;
      for (const [mark] of String(now).matchAll(/plimsoll-\d+-mark|77\d{6}77/g)) {
        const key = byMark.get(mark);
        if (key !== undefined) told(place, key);
      }
    }
  };
  try {
    allow(6);
    await probe(marksForValues(places, scalars), lookForMarks);
    const [likely, others] = marksForAbsent(places, maps, merged);
    allow(8);
    await probe(likely, lookForMarks);
    allow(3);
    await probe(others, lookForMarks);
    allow(7);
    const open = places.filter((place) => !keys.has(place) && isSwitched(place, names));
    const switches = scalars.filter(({ key, value }) => typeof value === 'boolean' && names(String(key.at(-1))));
    const turned = (value: boolean): Probe[] =>
      switches.flatMap((each) => (each.value === value ? [{ key: each.key, value: !value }] : []));
    await turn(turned(false), open);
    // What a switch takes away with its whole object is not told by it.
    await turn(
      turned(true),
      open.filter(({ value }) => typeof value === 'boolean'),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  for (const [{ finding }, found] of keys) {
    const [key, another] = found;
    if (key !== undefined && another === undefined) answer.set(finding, { key: formatPath(key), ...placeOfKey(key, files) });
  }
  return answer;
}

type Decide = (findings: readonly Finding[]) => Promise<ReadonlyMap<Finding, SetBy>>;

/** Asks about each place once: a chart that is watched is judged again and again. */
export function rememberingKeys(decide: Decide): Decide {
  const known = new Map<string, SetBy | undefined>();
  const nameOfPlace = ({ file, resource, path }: Finding): string => JSON.stringify([file, resource.kind, resource.name, path]);
  return async (findings) => {
    const fresh = findings.filter((finding) => !known.has(nameOfPlace(finding)));
    const found = fresh.length === 0 ? new Map<Finding, SetBy>() : await decide(fresh);
    for (const finding of fresh) known.set(nameOfPlace(finding), found.get(finding));
    return new Map(
      findings.flatMap((finding) => {
        const setBy = known.get(nameOfPlace(finding));
        return setBy === undefined ? [] : [[finding, setBy] as const];
      }),
    );
  };
}

/** Whether a switch can be behind it: it is one, or it is absent and templates know of it. */
function isSwitched({ value, path }: Place, names: Probing['names']): boolean {
  if (value === undefined) return path.every((step) => typeof step === 'number' || names(step));
  return typeof value === 'boolean';
}

/** Marks for every value that a place may have its own from, whole or in part. */
function marksForValues(places: readonly Place[], scalars: readonly Probe[]): Probe[] {
  const wanted = places.flatMap(({ value }) => (typeof value === 'string' || typeof value === 'number' ? [String(value)] : []));
  const isWanted = (value: unknown): boolean => {
    const text = String(value);
    return typeof value !== 'boolean' && value !== null && wanted.some((each) => each === text || (text.length > 1 && each.includes(text)));
  };
  const fits = scalars.filter(({ value }) => (Array.isArray(value) ? value.some(isWanted) : isWanted(value)));
  return fits.map(({ key, value }, index) => {
    const mark = typeof value === 'number' ? 7_700_000_077 + index * 100 : `plimsoll-${index}-mark`;
    return { key, value: Array.isArray(value) ? value.map(() => mark) : mark };
  });
}

/** The mark in a probe. */
function markOf({ value }: Probe): string {
  return String(Array.isArray(value) ? value[0] : value);
}

// Maps of words for objects: what is put into them is read by nobody who matters here.
const ofWords = /(?:annotations|labels|selector)$/i;

/**
 * Marks for what is absent, in every map of the values that may be put in around it: first those whose name is like that of a
 * field on the way there.
 */
function marksForAbsent(places: readonly Place[], maps: readonly Path[], merged: unknown): readonly [likely: Probe[], others: Probe[]] {
  const names = new Map<string, readonly string[]>();
  const around = new Set<string>();
  for (const { value, path, object } of places) {
    if (value !== undefined) continue;
    let present = path.length - 1;
    while (present > 0 && valueAt(object.value, path.slice(0, present)) === undefined) present--;
    for (let from = present; from < path.length; from++) {
      const name = path.slice(from).map(String);
      names.set(name.join('\n'), name);
    }
    for (const step of path.slice(-3)) if (typeof step === 'string') around.add(step.toLowerCase());
  }
  const [likely, others]: [Probe[], Probe[]] = [[], []];
  for (const map of maps) {
    const own = String(map.at(-1) ?? '').toLowerCase();
    if (ofWords.test(own)) continue;
    const probes = own === '' || [...around].some((step) => own.includes(step)) ? likely : others;
    for (const name of names.values()) {
      // What is there and is a map has its own turn.
      if (valueAt(merged, [...map, name[0]!]) !== undefined) continue;
      probes.push({ key: [...map, ...name], value: `plimsoll-${likely.length + others.length}-mark` });
    }
  }
  return [likely.slice(0, mostProbes), others.slice(0, mostProbes)];
}

const mostProbes = 2000;

function valueIn({ finding, object, path }: Place, objects: readonly BuiltObject[]): unknown {
  const now = objectOf(finding, objects);
  return now && valueAt(now.value, placeIn(now.value, object.value, path));
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

interface ReadValues {
  readonly file: string;
  readonly document: ReadDocument;
}

const largest = 4 << 20;

function readValues({ path, file, text }: ValuesFile): ReadValues[] {
  try {
    if (text === undefined ? statSync(path).size > largest : text.length > largest) return [];
    const document = readDocument(text ?? readFileSync(path, 'utf8'), 1);
    return 'error' in document || !isObject(document.value) ? [] : [{ file, document }];
  } catch {
    // A chart needs no values.
    return [];
  }
}

function mergedValues(below: unknown, above: unknown): unknown {
  if (!isObject(below) || !isObject(above)) return above;
  const merged: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    // As Helm merges: null takes a key away.
    setOwn(merged, key, Object.hasOwn(merged, key) ? mergedValues(merged[key], value) : value);
  }
  return merged;
}

const mostKeys = 2000;
const deepest = 12;

/** The maps of the values, and the keys with a value: a list of texts is one. */
function keysOf(values: unknown): { readonly maps: readonly Path[]; readonly scalars: readonly Probe[] } {
  const maps: Path[] = [];
  const scalars: Probe[] = [];
  const open = (value: unknown, key: Path): void => {
    if (maps.length + scalars.length >= mostKeys || key.length > deepest) return;
    if (isObject(value)) {
      maps.push(key);
      for (const [name, child] of Object.entries(value)) open(child, [...key, name]);
    } else if (!Array.isArray(value) || (value.length > 0 && value.every((item) => typeof item === 'string'))) scalars.push({ key, value });
  };
  open(values, []);
  return { maps, scalars };
}

function nested(probes: readonly Probe[]): unknown {
  const root: Record<string, unknown> = {};
  for (const { key, value } of probes) {
    let map = root;
    for (const step of key.slice(0, -1)) {
      const next = Object.hasOwn(map, step) ? map[step] : undefined;
      const child: Record<string, unknown> = isObject(next) ? next : {};
      if (child !== next) setOwn(map, String(step), child);
      map = child;
    }
    const last = String(key.at(-1));
    if (!Object.hasOwn(map, last)) setOwn(map, last, value);
  }
  return root;
}

/** Where a key stands: in the last file that has it, else where it would in the first. */
function placeOfKey(key: Path, files: readonly ReadValues[]): { readonly file: string; readonly line: number } {
  const has = files.filter(({ document }) => valueAt(document.value, key) !== undefined);
  const { file, document } = has.at(-1) ?? files[0]!;
  return { file, line: document.locate([key])[0]?.line ?? 1 };
}
