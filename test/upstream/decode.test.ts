import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decode } from '../../src/kube/decode.ts';
import { structs, roots } from '../../src/kube/shapes.generated.ts';
import { corpusObjects } from './corpus-objects.ts';
import { startOracle, type Oracle } from './oracle.ts';
import { random, type Random } from './random.ts';

/*
 * The typed decoder against sigs.k8s.io/json and k8s.io/api: both accept or both refuse, and what ours leaves of an object
 * decodes to the same as the object itself.
 *
 * Differences, on purpose:
 * - a null item of a map of bytes (Secret.data) is an empty string here and nil there: the same no bytes;
 * - integers of 64 bits beyond 2^53 are left to src/kube/decode.test.ts: JSON.parse cannot carry them here.
 */

type Json = Record<string, unknown>;

let oracle: Oracle;
beforeAll(() => {
  oracle = startOracle();
});
afterAll(() => oracle.close());

interface Answer {
  readonly object: unknown;
}

/** Texts of objects that the two do not treat alike, each with what was found. */
async function differences(texts: readonly string[], refusable = false): Promise<string[]> {
  const there = await oracle.ask<Answer>(
    'decode',
    texts.map((json) => ({ json })),
  );
  const found: string[] = [];
  const kept: { readonly text: string; readonly object: Json; readonly wanted: unknown }[] = [];
  for (const [index, text] of texts.entries()) {
    const here = decode(JSON.parse(text) as Json);
    const { error, object } = there[index]!;
    if ('refused' in here !== (error !== undefined)) {
      found.push(`${text}\n  here: ${'refused' in here ? here.refused : 'accepted'}\n  there: ${error ?? 'accepted'}`);
    } else if (!('refused' in here)) {
      kept.push({ text, object: here.object, wanted: object });
    }
  }
  // Had all been taken, or none, nothing would have been compared.
  if (refusable && (kept.length < texts.length * 0.1 || kept.length > texts.length * 0.9)) found.push(`${kept.length} accepted`);
  const again = await oracle.ask<Answer>(
    'decode',
    kept.map(({ object }) => ({ json: JSON.stringify(object) })),
  );
  for (const [index, { text, object, wanted }] of kept.entries()) {
    if (plain(again[index]!.object) !== plain(wanted)) found.push(`${text}\n  became ${JSON.stringify(object)}`);
    const twice = decode(object);
    if ('refused' in twice || twice.object !== object) found.push(`${text}\n  is not settled after decoding once`);
  }
  return found;
}

/** JSON in which no bytes are the empty string. */
function plain(value: unknown): string {
  return JSON.stringify(value, (key, inner: unknown) => {
    if ((key !== 'data' && key !== 'binaryData') || typeof inner !== 'object' || inner === null) return inner;
    return Object.fromEntries(Object.entries(inner).map(([name, bytes]) => [name, bytes ?? '']));
  });
}

const corpora = process.env['PLIMSOLL_CORPORA'] ?? join(import.meta.dirname, '../../../shared/corpora');

/** Of templates in kinds of other controllers Go's answer knows nothing. */
function hasGoType({ apiVersion, kind }: Json): boolean {
  const group = /^(?:([^/]*)\/)?/.exec(String(apiVersion))?.[1] ?? '';
  return Object.hasOwn(roots, `${group}/${String(kind)}`);
}

describe.skipIf(!existsSync(corpora))('objects of other projects', () => {
  test('decode alike', async () => {
    const objects = await corpusObjects(corpora, oracle);
    expect(objects.length).toBeGreaterThan(2000);
    expect(await differences(objects)).toEqual([]);
  });

  test('decode alike when they are broken', async () => {
    const next = random(7);
    const small = (await corpusObjects(corpora, oracle)).filter((text) => text.length < 6000 && hasGoType(JSON.parse(text) as Json));
    const texts = Array.from({ length: 20_000 }, () => broken(JSON.parse(pick(small, next)) as Json, next));
    expect((await differences(texts, true)).slice(0, 5)).toEqual([]);
  });
});

describe('objects made from the table of shapes', () => {
  test('decode alike', async () => {
    const next = random(11);
    const texts = Array.from({ length: 20_000 }, () => JSON.stringify(made(next)));
    expect((await differences(texts)).slice(0, 5)).toEqual([]);
  });

  test('decode alike when they are broken', async () => {
    const next = random(13);
    const texts = Array.from({ length: 20_000 }, () => broken(made(next), next));
    expect((await differences(texts, true)).slice(0, 5)).toEqual([]);
  });

  test('decode alike as templates of other controllers', async () => {
    const next = random(17);
    const templates = Array.from({ length: 5000 }, () => mutated(madeStruct('PodTemplateSpec', 5, next), next));
    const there = await oracle.ask<Answer>(
      'decode',
      templates.map((template) => ({ json: JSON.stringify(template), template: true })),
    );
    const different = templates.filter((template, index) => {
      // Absent, as the controller's own schema decides whether it may be.
      if (template === null) return false;
      const here = decode({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', spec: { template } });
      return 'refused' in here !== (there[index]!.error !== undefined);
    });
    expect(different.slice(0, 5)).toEqual([]);
  });
});

function pick<T>(items: readonly T[], next: Random): T {
  return items[Math.floor(next() * items.length)]!;
}

/** Versions that are no longer served; Ingress has a shape of its own in each. */
const olderVersions: Readonly<Record<string, readonly string[]>> = {
  'apps/Deployment': ['v1beta1', 'v1beta2'],
  'apps/StatefulSet': ['v1beta1', 'v1beta2'],
  'apps/ReplicaSet': ['v1beta2'],
  'apps/DaemonSet': ['v1beta2'],
  'batch/CronJob': ['v1beta1'],
  'policy/PodDisruptionBudget': ['v1beta1'],
  'rbac.authorization.k8s.io/ClusterRole': ['v1beta1'],
  'rbac.authorization.k8s.io/RoleBinding': ['v1beta1'],
};

/** A random object of a random kind, mostly well-formed. */
function made(next: Random): Json {
  const [key, name] = pick(Object.entries(roots), next);
  const [group = '', middle = '', last] = key.split('/');
  const older = olderVersions[key] ?? [];
  const version = last === undefined ? pick(['v1', ...older], next) : middle;
  const names = {
    apiVersion: group === '' ? version : `${group}/${group === 'extensions' ? 'v1beta1' : version}`,
    kind: last ?? middle,
  };
  return { ...(madeStruct(name, 6, next) as Json), ...(key === '*' ? { apiVersion: 'example.com/v1', kind: 'Thing' } : names) };
}

function madeStruct(name: string, depth: number, next: Random): unknown {
  const fields = structs[name]!.split(';').flatMap((group) => {
    const [code, ...names] = group.split(' ');
    return names.map((field) => ({ field, code: code! }));
  });
  const object: Json = {};
  if (depth === 0 || fields.length === 0) return object;
  const wanted = 1 + Math.floor(next() * Math.min(5, fields.length));
  for (let index = 0; index < wanted; index++) {
    const { field, code } = pick(fields, next);
    object[field] = madeValue(code, depth - 1, next);
  }
  // The way down to the containers, which random choice would rarely take.
  for (const { field, code } of fields) {
    if (/^(?:spec|template|jobTemplate|containers)$/.test(field) && next() < 0.7) object[field] ??= madeValue(code, depth - 1, next);
  }
  return object;
}

function madeValue(code: string, depth: number, next: Random): unknown {
  if (next() < 0.01) return null;
  if (code.startsWith('[')) return Array.from({ length: Math.floor(next() * 3) }, () => madeValue(code.slice(1), depth, next));
  if (code.startsWith('{')) {
    return Object.fromEntries(
      Array.from({ length: Math.floor(next() * 3) }, (_, index) => [`k${index}`, madeValue(code.slice(1), depth, next)]),
    );
  }
  const values = samples[code];
  if (values === undefined) return madeStruct(code, depth, next);
  const [right, odd] = values;
  return next() < 0.97 ? pick(right, next) : pick(odd, next);
}

/** Per type: values that are right, and values at the edge, right or wrong. */
const samples: Readonly<Record<string, readonly [readonly unknown[], readonly unknown[]]>> = {
  s: [
    ['', 'a', 'x y', 'é'],
    ['\u0000', '__proto__', 'true'],
  ],
  b: [
    [true, false],
    ['true', 0, 1],
  ],
  i: [
    [0, 1, -5, 80],
    [2 ** 31 - 1, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1, 1.5, 1e30, '1'],
  ],
  l: [
    [0, 1, -5, 1000],
    [2 ** 31, 2 ** 53, -(2 ** 53), 2 ** 62, 2 ** 64, 1.5, 1e18, 1e19, 1e-3],
  ],
  q: [
    ['1', '100m', '1Gi', 2, 0.5, '1e3', '-1k'],
    [
      '',
      ' 1',
      '1 ',
      '\t1',
      '\u00a01',
      '1\n',
      'm',
      '1GB',
      '1gi',
      '.',
      '+',
      '1e',
      '1e99',
      '0x1',
      '1_0',
      1e21,
      1e-7,
      -0,
      '1Ki5',
      'Inf',
      '1,5',
      true,
      '\\u0031',
    ],
  ],
  o: [
    [0, 80, 'http', '25%', ''],
    [2 ** 31, 1.5, true, [], {}],
  ],
  y: [
    ['', 'YQ==', 'YWJj'],
    ['YQ', 'YQ=', 'YQ==\n', 'Y Q==', '====', 'YQ==YQ==', 'YR==', 'a-_b', [1, 2], [256], [null], [1.5], ['a'], 'é'],
  ],
  t: [
    ['2024-01-02T03:04:05Z', '2024-02-29T23:59:59.123+02:00'],
    [
      '',
      '2024-01-02',
      '2023-02-29T00:00:00Z',
      '2024-13-01T00:00:00Z',
      '2024-01-02T3:04:05Z',
      '2024-01-02T03:04:05,5Z',
      '2024-01-02T03:04:60Z',
      '2024-01-02T24:00:00Z',
      '2024-01-02T03:04:05+24:60',
      '2024-01-02T03:04:05+25:00',
      '2024-01-02 03:04:05Z',
      '2024-01-02t03:04:05z',
      '2024-01-02T03:04:05',
      '2024-01-02T03:04:05.Z',
      1,
    ],
  ],
  u: [
    ['2024-01-02T03:04:05.123456Z', '2024-01-02T03:04:05.000000+02:00'],
    ['2024-01-02T03:04:05Z', '2024-01-02T03:04:05.123Z', '2024-01-02T03:04:05.1234567Z', '2024-01-02T03:04:05,123456Z', ''],
  ],
  r: [[null, 1, 'a', {}, [{ a: null }]], [true]],
};

const strange: readonly unknown[] = [
  null,
  true,
  false,
  0,
  1,
  -1,
  1.5,
  2 ** 31,
  2 ** 53,
  1e30,
  '',
  'a',
  '1',
  'true',
  [],
  {},
  [null],
  [1],
  ['a'],
  [{}],
  { a: null },
  { a: 1 },
  { a: 'b' },
  { a: {} },
];

/** As `mutated`; what is no object does not reach the decoder, and of another kind or version there may be no type in Go. */
function broken(value: Json, next: Random): string {
  const result = mutated(value, next);
  if (typeof result !== 'object' || result === null || Array.isArray(result)) return '{}';
  const object = result as Json;
  for (const key of ['apiVersion', 'kind']) if (typeof object[key] === 'string' && object[key] !== '') object[key] = value[key];
  return JSON.stringify(object);
}

/** The value with one to three random places replaced, removed or put under another name. */
function mutated(value: unknown, next: Random): unknown {
  let result = value;
  for (let times = 1 + Math.floor(next() * 3); times > 0; times--) result = mutatedOnce(result, next);
  return result;
}

function mutatedOnce(value: unknown, next: Random): unknown {
  if (typeof value !== 'object' || value === null || next() < 0.08) return pick(strange, next);
  const keys = Object.keys(value);
  if (keys.length === 0) return pick(strange, next);
  const key = pick(keys, next);
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Json;
  const before = copy[key];
  // Without its type the object would be of no kind, which the first lines of the decoder already decide.
  if ((key === 'apiVersion' || key === 'kind') && next() < 0.9) return value;
  const way = next();
  if (way < 0.03 && !Array.isArray(copy)) copy[key.toUpperCase()] = before;
  else if (way < 0.06 && !Array.isArray(copy)) delete copy[key];
  else copy[key] = mutatedOnce(before, next);
  return copy;
}
