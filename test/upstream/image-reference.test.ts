import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseImageReference } from '../../src/kube/image-reference.ts';
import { startOracle, type Oracle } from './oracle.ts';
import { random, type Random } from './random.ts';

/*
 * Image names against github.com/distribution/reference, which the kubelet asks: both refuse or both find the same parts.
 *
 * One difference, on purpose: of a first part such as `a_b.c`, which is neither a host nor of Docker Hub, upstream makes an
 * image of a registry without a name; nothing can be pulled from there, and here it is an error.
 */

let oracle: Oracle;
beforeAll(() => {
  oracle = startOracle();
});
afterAll(() => oracle.close());

function pick<T>(items: readonly T[], next: Random): T {
  return items[Math.floor(next() * items.length)]!;
}

const hosts = [
  '',
  '',
  '',
  'docker.io/',
  'index.docker.io/',
  'localhost/',
  'localhost:5000/',
  'a.b:80/',
  'Foo/',
  'foo/',
  'FOO.bar/',
  '[::1]/',
];
const oddHosts = [
  '[fe80::1]:5000/',
  '-a.b/',
  'a..b/',
  'a.b-/',
  'a_b.c/',
  'a.b:/',
  'a:b/',
  '[::1/',
  '[xyz]/',
  'a.b:80:90/',
  'LOCALHOST/',
  '/',
];
const parts = ['nginx', 'a', 'a-b', 'a--b', 'a__b', 'a.b', '0'];
const oddParts = ['a___b', 'a..b', 'a-', '-a', '_a', 'Nginx', 'a_-b', 'é', '0a'.repeat(32), '', 'a b', 'x'.repeat(127), 'x'.repeat(260)];
const tags = ['', '', ':1', ':latest', ':a-b.c_d', ':_x'];
const oddTags = [':', ':-x', ':.x', `:${'t'.repeat(128)}`, `:${'t'.repeat(129)}`, ':a b', ':a/b', ':1:2', ':é'];
const hex = (length: number): string => '0a'.repeat(length / 2);
const digests = ['', '', '', '', `@sha256:${hex(64)}`, `@sha512:${hex(128)}`, `@sha384:${hex(96)}`];
const oddDigests = [
  '@',
  '@sha256',
  `@sha256:${hex(62)}`,
  `@sha256:${hex(64).toUpperCase()}`,
  `@md5:${hex(32)}`,
  `@a+b:${hex(64)}`,
  `@sha256:${hex(64)}:1`,
];

test('40,000 image names have the same parts', async () => {
  const next = random(5);
  const mostly = (usual: readonly string[], odd: readonly string[]): string => pick(next() < 0.93 ? usual : odd, next);
  const images = Array.from({ length: 40_000 }, () => {
    const path = Array.from({ length: 1 + Math.floor(next() * 3) }, () => mostly(parts, oddParts)).join('/');
    const image = mostly(hosts, oddHosts) + path + mostly(tags, oddTags) + mostly(digests, oddDigests);
    if (next() > 0.05) return image;
    const at = Math.floor(next() * (image.length + 1));
    return image.slice(0, at) + pick([':', '/', '@', '.', 'A', ' ', '[', ']', '-', '\n'], next) + image.slice(at);
  });
  const answers = await oracle.ask<{ registry: string; repository: string; tag: string; digest: string }>(
    'image',
    images.map((image) => ({ image })),
  );
  let accepted = 0;
  const different = images.filter((image, index) => {
    const here = parseImageReference(image);
    const there = answers[index]!;
    if ('error' in here) return there.error === undefined && there.registry !== '';
    accepted++;
    const { registry, repository, tag = '', digest = '' } = here;
    return (
      JSON.stringify([registry, repository, tag, digest]) !== JSON.stringify([there.registry, there.repository, there.tag, there.digest])
    );
  });
  expect(different.slice(0, 5)).toEqual([]);
  expect(accepted).toBeGreaterThan(15_000);
  expect(accepted).toBeLessThan(35_000);
});
