import { describe, expect, test } from 'vitest';
import { imageMatches, imageName, lastPartOf, parseImageReference, type ImageReference } from './image-reference.ts';

const sha = `sha256:${'0a'.repeat(32)}`;

function parsed(image: string): ImageReference {
  const result = parseImageReference(image);
  if ('error' in result) throw new Error(`${image}: ${result.error}`);
  return result;
}

describe('names', () => {
  test.each<[string, string]>([
    ['nginx', 'docker.io/library/nginx'],
    ['nginx:1.27', 'docker.io/library/nginx:1.27'],
    ['bitnami/redis', 'docker.io/bitnami/redis'],
    ['docker.io/nginx', 'docker.io/library/nginx'],
    ['index.docker.io/library/nginx', 'docker.io/library/nginx'],
    ['localhost/app', 'localhost/app'],
    ['localhost:5000/app:v1', 'localhost:5000/app:v1'],
    ['registry.example.com:5000/team/app', 'registry.example.com:5000/team/app'],
    ['Registry/app', 'Registry/app'],
    ['team/sub/app', 'docker.io/team/sub/app'],
    ['[::1]:5000/app:v1', '[::1]:5000/app:v1'],
    [`nginx@${sha}`, `docker.io/library/nginx@${sha}`],
    [`example.com/app:1@${sha}`, `example.com/app:1@${sha}`],
    ['a--b/c__d:x_y', 'docker.io/a--b/c__d:x_y'],
  ])('%s is %s', (image, name) => {
    expect(imageName(parsed(image))).toBe(name);
  });

  test('keep tag and digest apart', () => {
    expect(parsed(`example.com/app:1@${sha}`)).toEqual({ registry: 'example.com', repository: 'app', tag: '1', digest: sha });
    expect(parsed('example.com:80/app')).toEqual({ registry: 'example.com:80', repository: 'app' });
  });
});

describe('what no runtime can pull', () => {
  test.each([
    '',
    ' nginx',
    'Nginx',
    'nginx:',
    'nginx:a b',
    'nginx@sha256:abc',
    `nginx@md5:${'0'.repeat(32)}`,
    'nginx@',
    'a..b/c/',
    '/nginx',
    'example.com/',
    'example.com//app',
    '-bad.example.com/app',
    'example.com:port/app',
    '0a'.repeat(32),
    'x'.repeat(256),
    '{{ .Values.image }}',
    '$(IMAGE)',
    `nginx:${'t'.repeat(129)}`,
  ])('is an error: %j', (image) => {
    expect(parseImageReference(image)).toHaveProperty('error');
  });
});

describe('an entry of an allow list', () => {
  test.each<[boolean, string, string]>([
    [true, 'registry.example.com/team/app:1', 'registry.example.com'],
    [true, 'registry.example.com/team/app:1', 'Registry.Example.com/'],
    [true, 'registry.example.com/team/app', 'registry.example.com/team'],
    [true, 'registry.example.com/team/app', 'registry.example.com/team/app'],
    [true, 'registry.example.com/team/app', 'registry.example.com/team/*'],
    [false, 'registry.example.com/team-b/app', 'registry.example.com/team'],
    [false, 'registry.example.com.evil.net/team/app', 'registry.example.com'],
    [false, 'evilregistry.example.com/app', 'registry.example.com'],
    [false, 'registry.example.com:5000/app', 'registry.example.com'],
    [true, 'registry.example.com:5000/app', 'registry.example.com:5000'],
    [true, 'eu.registry.example.com/app', '*.example.com'],
    [false, 'example.com/app', '*.example.com'],
    [false, 'badexample.com/app', '*.example.com'],
    [true, 'eu.example.com/team/app', '*.example.com/team'],
    [false, 'eu.example.com/team-b/app', '*.example.com/team'],
    [true, 'nginx:1', 'docker.io'],
    [true, 'nginx:1', 'index.docker.io'],
    [true, 'nginx:1', 'nginx'],
    [true, 'nginx:1', 'docker.io/nginx'],
    [true, 'nginx:1', 'docker.io/library'],
    [false, 'someone/nginx', 'nginx'],
    [true, 'bitnami/redis', 'bitnami'.concat('/redis')],
    [false, 'quay.io/bitnami/redis', 'bitnami/redis'],
    [false, 'nginx', ''],
  ])('%s: %s by %s', (expected, image, entry) => {
    expect(imageMatches(parsed(image), entry)).toBe(expected);
  });
});

test('the last part of a name is told without taking it apart', () => {
  const images = ['nginx', 'a/b:1', 'r:5000/a/b', `r:5000/a/b:1@${sha}`, `b@${sha}`, 'a/b@x/y:z', '', 'a/'];
  expect(images.map(lastPartOf)).toEqual(['nginx', 'b', 'b', 'b', 'b', 'b', '', '']);
});
