import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Path } from '../../src/core/index.ts';
import { decode } from '../../src/kube/decode.ts';
import { definitions, kinds } from '../../src/kube/known-fields.generated.ts';
import { fieldsUnknownTo } from '../../src/kube/known-fields.ts';
import { corporaFolder, corpora } from './corpora.ts';
import { corpusObjects } from './corpus-objects.ts';
import { startOracle, type Oracle } from './oracle.ts';
import { random, type Random } from './random.ts';

/*
 * The table of known fields against the Go types of Kubernetes 1.37, and what is found unknown by it against what the API
 * server's strict decoder (sigs.k8s.io/json) complains about, save directives of strategic merge patches.
 */

let oracle: Oracle;
beforeAll(() => {
  oracle = startOracle();
});
afterAll(() => oracle.close());

const newest = 37;

/** In the table, and not in the modules that the oracle is built of; alpha that is gone in 1.37. */
const typeless = /^apiregistration\.k8s\.io\/v1 APIService$/;

test('the table is what the sources of Kubernetes say today', () => {
  const root = join(import.meta.dirname, '../..');
  const { stdout, status } = spawnSync(process.execPath, ['tools/run.mjs', 'tools/known-fields.ts', '--check'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
});

interface GoField {
  readonly type?: string;
  readonly map?: boolean;
}

interface GoFields {
  readonly kinds: Readonly<Record<string, string>>;
  readonly types: Readonly<Record<string, Readonly<Record<string, GoField>>>>;
}

/** The fields of a definition in the newest minor, each with its definition. */
function fieldsOf(definition: string): Map<string, GoField> {
  const fields = new Map<string, GoField>();
  for (const text of definitions[definition]!.split(' ')) {
    const { name, until, map, of } = /^(?<name>\w+)(?:\+\d+)?(?:-(?<until>\d+))?(?::(?<map>\{?)(?<of>.+))?$/.exec(text)?.groups ?? {};
    if (name === undefined || (until !== undefined && Number(until) < newest)) continue;
    fields.set(name, of === undefined ? {} : { type: of, ...(map === '{' ? { map: true } : {}) });
  }
  return fields;
}

test('every field of every kind is one of its Go type, and the other way round', async () => {
  const [go] = (await oracle.ask<GoFields>('fields', [{}])) as [GoFields];
  const different: string[] = [];
  const met = new Set<string>();
  const compare = (definition: string, type: string): void => {
    if (met.has(`${definition} ${type}`)) return;
    met.add(`${definition} ${type}`);
    const here = fieldsOf(definition);
    const there = go.types[type]!;
    for (const name of new Set([...here.keys(), ...Object.keys(there)])) {
      const [ours, theirs] = [here.get(name), there[name]];
      if (ours === undefined || theirs === undefined)
        different.push(`${definition}.${name} is only ${ours === undefined ? 'there' : 'here'}`);
      else if ((ours.type === undefined) !== (theirs.type === undefined) || ours.map !== theirs.map)
        different.push(`${definition}.${name}: ${JSON.stringify([ours, theirs])}`);
      else if (ours.type !== undefined) compare(ours.type, theirs.type!);
    }
  };
  const served = Object.entries(kinds).filter(([kind]) => Object.hasOwn(go.kinds, kind));
  for (const [kind, definition] of served) compare(definition, go.kinds[kind]!);
  expect(different).toEqual([]);
  expect(served.length).toBeGreaterThan(60);
  const gone = Object.keys(kinds).filter((kind) => !Object.hasOwn(go.kinds, kind) && !typeless.test(kind));
  expect(gone.filter((kind) => !/\/v\d+(?:alpha|beta)/.test(kind))).toEqual([]);
});

interface Strict {
  readonly known: boolean;
  readonly complaints?: readonly string[];
}

/** As Go writes it: keys are not quoted. */
function goPath(path: Path): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .slice(1);
}

type Json = Record<string, unknown>;

/** Objects that are not found alike, and how many of them were compared, with how many fields. */
async function compared(texts: readonly string[]): Promise<{ different: string[]; objects: number; fields: number }> {
  const answers = await oracle.ask<Strict>(
    'strict',
    texts.map((json) => ({ json })),
  );
  const different: string[] = [];
  let objects = 0;
  let fields = 0;
  for (const [index, text] of texts.entries()) {
    const { error, known, complaints = [] } = answers[index]!;
    const here = decode(JSON.parse(text) as Json);
    if (error !== undefined || !known || 'refused' in here) continue;
    const { apiVersion, kind } = here.ref;
    if (!Object.hasOwn(kinds, `${apiVersion} ${kind}`)) continue;
    const found = (fieldsUnknownTo({ ...here, hasLastingFields: false }, newest) ?? []).map(({ path }) => goPath(path));
    const wanted = complaints
      .flatMap((complaint) => /^unknown field "(.*)"$/s.exec(complaint)?.[1] ?? [])
      .filter((path) => !/(?:^|\.)\$(?:patch|retainKeys|setElementOrder\/.*|deleteFromPrimitiveList\/.*)$/.test(path));
    objects++;
    fields += wanted.length;
    if (JSON.stringify(found.sort()) !== JSON.stringify(wanted.sort()))
      different.push(`${text}\n  here: ${found.join()}\n  there: ${wanted.join()}`);
  }
  return { different, objects, fields };
}

describe.skipIf(corpora.length === 0)('objects of other projects', () => {
  test('have the same unknown fields', async () => {
    const { different, objects, fields } = await compared(await corpusObjects(corporaFolder, oracle));
    expect(different).toEqual([]);
    expect(objects).toBeGreaterThan(2000);
    expect(fields).toBeGreaterThan(5);
  });

  test('have the same unknown fields when some of their keys are misspelt', async () => {
    const next = random(23);
    const small = (await corpusObjects(corporaFolder, oracle)).filter((text) => text.length < 6000);
    const texts = Array.from({ length: 20_000 }, () => JSON.stringify(misspelt(JSON.parse(pick(small, next)), next)));
    const { different, objects, fields } = await compared(texts);
    expect(different.slice(0, 5)).toEqual([]);
    expect(objects).toBeGreaterThan(5000);
    expect(fields).toBeGreaterThan(3000);
  });
});

function pick<T>(items: readonly T[], next: Random): T {
  return items[Math.floor(next() * items.length)]!;
}

/** The value with about one key in thirty written otherwise, at any depth; what names the kind stays. */
function misspelt(value: unknown, next: Random): unknown {
  if (Array.isArray(value)) return value.map((item) => misspelt(item, next));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key === 'apiVersion' || key === 'kind' || next() > 0.03 ? key : otherwise(key, next),
      misspelt(inner, next),
    ]),
  );
}

function otherwise(key: string, next: Random): string {
  const at = Math.floor(next() * key.length);
  const ways = [
    key.toLowerCase(),
    `${key.slice(0, 1).toUpperCase()}${key.slice(1)}`,
    key.slice(0, at) + key.slice(at + 1),
    `${key.slice(0, at)}x${key.slice(at)}`,
    `${key}s`,
    `${key} `,
    '',
  ];
  return pick(ways, next);
}
