import { describe, expect, test } from 'vitest';
import type { Given } from '../../core/index.ts';
import { OptionError } from '../option-error.ts';
import { readGiven, type GivenFiles } from './index.ts';

const a = `sha256:${'a'.repeat(64)}`;
const b = `sha256:${'b'.repeat(64)}`;

function given(kind: keyof GivenFiles, text: string): Given {
  return readGiven({ [kind]: { file: 'facts', text } });
}

/** The three lines of the error. */
function complaint(kind: keyof GivenFiles, text: string): readonly string[] {
  try {
    given(kind, text);
  } catch (error) {
    if (error instanceof OptionError) return error.lines;
    throw error;
  }
  return [];
}

describe('digests', () => {
  test.each([
    ['a map', `nginx:1.27: ${a}\n`],
    ['a map with the full name', `docker.io/library/nginx:1.27: ${a}\n`],
    ['JSON', JSON.stringify({ 'index.docker.io/library/nginx:1.27': a })],
    ['a list', `- nginx:1.27@${a}\n`],
    ['lines', `# pinned on Monday\n\nnginx:1.27@${a}\r\nredis:8 ${b}\n`],
    [
      'a kustomization',
      `kind: Kustomization\nimages:\n  - { name: web, newName: nginx, newTag: "1.27", digest: "${a}" }\n  - { name: other, newTag: "2" }\n`,
    ],
    ['a kustomization that means every tag', `images: [{ name: nginx, digest: "${a}" }]`],
    [
      'an ImagesLock',
      `apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages:\n  - image: index.docker.io/library/nginx@${a}\n    annotations: { kbld.carvel.dev/id: "nginx:1.27" }\n  - image: web@${b}\n    annotations: { kbld.carvel.dev/id: "web@${b}" }\n`,
    ],
    [
      'what kbld locks',
      `kind: Config\noverrides:\n  - { image: "nginx:1.27", newImage: "index.docker.io/library/nginx@${a}", preresolved: true }\n  - { image: web, newImage: other }\n`,
    ],
    [
      'the table of the images of an engine',
      `REPOSITORY   TAG    DIGEST    IMAGE ID   CREATED   SIZE\nnginx   1.27   ${a}   0123   2 days ago   180MB\nbuilt   <none>   <none>   0456   now   1MB\n`,
    ],
  ])('may be %s', (_, text) => {
    expect(given('digests', text).digestOf('nginx:1.27')).toBe(a);
    expect(given('digests', text).digestOf('docker.io/library/nginx:1.27')).toBe(a);
    expect(given('digests', text).digestOf('registry.example.com/nginx:1.27')).toBeUndefined();
  });

  test('of a name without a tag are those of latest', () => {
    const { digestOf } = given('digests', `web: ${a}`);
    expect(digestOf('web')).toBe(a);
    expect(digestOf('web:latest')).toBe(a);
    expect(digestOf('web:1')).toBeUndefined();
  });

  test('are not offered for an image that has one, or for what is no image', () => {
    const { digestOf } = given('digests', `web: ${a}`);
    expect(digestOf(`web@${b}`)).toBeUndefined();
    expect(digestOf('{{ image }}')).toBeUndefined();
  });

  test.each([
    [
      `nginx:1.27: ${a}\nNGINX:1: ${a}`,
      ['"NGINX:1" is no image: the repository must be lower case', 'facts:2', 'write it as manifests do: registry.example.com/web:1.4.2'],
    ],
    ['nginx: sha256:abc', ['"sha256:abc" is no digest', 'facts:1', 'write sha256: and 64 hexadecimal digits in lower case']],
    ['nginx: 5', ['nginx has no digest', 'facts:1', 'write image: sha256:…']],
    [
      `images: [{ image: "nginx@${a}" }]`,
      ['a locked image lacks the name that it stands for', 'facts:1', 'write annotations: { kbld.carvel.dev/id: name:tag }'],
    ],
    ['- nginx\n', ['[0] is no image with its digest', 'facts:1', 'write name:tag@sha256:…']],
    [`web@${a}\nnonsense\n`, ['"nonsense" is no image with its digest', 'facts:2', 'write name:tag@sha256:…']],
    [`web@${a}\nweb:latest@${b}\n`, ['"web:latest" has two digests', 'facts:2', 'keep the one that is meant']],
    [`a: ${a}\na: ${b}\n`, ['a stands twice', 'facts:2', 'keep one of them']],
    ['just text', ['the file is neither a map nor a list', 'facts:1', 'write image: digest, one on each line']],
    ['a: 1\n---\nb: 2\n', ['the file has more than one document', 'facts:3', 'keep one of them']],
  ])('%j is refused', (text, lines) => {
    expect(complaint('digests', text)).toEqual(lines);
  });

  test('files beyond any use, and what is no YAML, are refused', () => {
    expect(complaint('digests', ' '.repeat(17 * 1024 * 1024))[0]).toBe('the file is longer than 16 MiB');
    expect(complaint('digests', 'a: [')).toHaveLength(3);
    expect(complaint('digests', `__proto__: ${a}`)[0]).toMatch('is no image');
    expect(complaint('digests', '')).toEqual([]);
  });
});

describe('images', () => {
  test.each([
    ['a map to the user', 'web:1: "10001:10002"'],
    ['a map to the configuration', 'web:1: { User: "10001:10002" }'],
    ['a map to what crane prints', 'web:1: { architecture: amd64, config: { User: "10001:10002" } }'],
    ['what docker inspect prints', JSON.stringify([{ RepoTags: ['web:1'], RepoDigests: [], Config: { User: '10001:10002' } }])],
  ])('may be %s', (_, text) => {
    expect(given('images', text).imageOf('docker.io/library/web:1')).toEqual({ user: '10001:10002' });
    expect(given('images', text).imageOf('web:2')).toBeUndefined();
  });

  test('of a digest are found by it, and by the tag beside it', () => {
    const text = JSON.stringify([{ RepoTags: ['web:1'], RepoDigests: [`web@${a}`], Config: { User: '10001' } }]);
    expect(given('images', text).imageOf(`web@${a}`)).toEqual({ user: '10001' });
    expect(given('images', text).imageOf(`web:1@${b}`)).toEqual({ user: '10001' });
    expect(given('images', text).imageOf(`web@${b}`)).toBeUndefined();
  });

  test('without a user run as root', () => {
    expect(given('images', 'web: { config: {} }').imageOf('web')).toEqual({ user: '' });
    expect(given('images', 'web: 10001').imageOf('web')).toEqual({ user: '10001' });
  });

  test.each([
    ['[{ Config: {} }]', ['[0] has no name in RepoTags or RepoDigests', 'facts:1', 'write the image as a map: web:1.4.2: { User: … }']],
    ['web: {}', ['web has no User and no config', 'facts:1', 'write { User: "10001" }, or what crane config prints']],
    ['web: { User: [1] }', ['the user of web is no text', 'facts:1', 'write "10001" or a name']],
    [
      '{"architecture": "amd64", "config": {}}',
      [
        'the configuration of an image does not say whose it is',
        'facts:1',
        'write it below the name of the image: web:1.4.2: { config: … }',
      ],
    ],
    ['[5]', ['[0] is no image', 'facts:1', 'write what docker inspect prints']],
    ['text', ['the file is neither a map nor a list', 'facts:1', 'write image: { User: … }, or what docker inspect prints']],
  ])('%j is refused', (text, lines) => {
    expect(complaint('images', text)).toEqual(lines);
  });
});

describe('resources', () => {
  const profile = `
defaults:
  requests: { cpu: 100m, memory: 128Mi }
  limits: { memory: 256Mi }
workloads:
  agent:
    "*": { limits: { memory: 64Mi } }
quota: { pods: 20 }
namespaces:
  shop:
    defaults: { limits: { memory: 1Gi } }
    limitRange: { default: { memory: 512Mi } }
    claims: { max: { storage: 10Gi } }
    workloads:
      web:
        web: { requests: { cpu: 1 } }
        "*": {}
`;

  test('the nearest entry counts, as a whole', () => {
    const { resourcesOf } = given('resources', profile);
    const of = (namespace: string | undefined, workload: string, container: string) => resourcesOf({ namespace, workload, container });
    expect(of('shop', 'web', 'web')).toEqual({ requests: { cpu: '1' } });
    expect(of('shop', 'web', 'proxy')).toEqual({});
    expect(of('shop', 'agent', 'agent')).toEqual({ limits: { memory: '64Mi' } });
    expect(of('shop', 'other', 'x')).toEqual({ limits: { memory: '1Gi' } });
    expect(of(undefined, 'other', 'x')).toEqual({ requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } });
    expect(of('__proto__', 'constructor', 'toString')).toEqual(of(undefined, 'other', 'x'));
  });

  test('a namespace has its own and those of all', () => {
    const { namespaceResources } = given('resources', profile);
    expect(namespaceResources('shop')).toEqual({
      quota: { pods: '20' },
      limitRange: { default: { memory: '512Mi' } },
      claims: { max: { storage: '10Gi' } },
    });
    expect(namespaceResources('other')).toEqual({ quota: { pods: '20' } });
    expect(given('resources', 'defaults: {}').namespaceResources('shop')).toBeUndefined();
  });

  test.each([
    ['default: {}', ['unknown key default', 'facts:1', 'did you mean defaults?']],
    [
      'namespaces:\n  shop:\n    namespaces: {}',
      ['unknown key namespaces.shop.namespaces', 'facts:3', 'the keys are defaults, workloads, limitRange, claims, quota'],
    ],
    ['claims: { max: { memory: 1Gi } }', ['claims.max.memory is no resource', 'facts:1', 'for instance cpu, memory or ephemeral-storage']],
    ['defaults: { limits: { memory: 1 GB } }', ['defaults.limits.memory is no quantity', 'facts:1', 'for instance 100m or 256Mi']],
    ['defaults: { limits: { memory: -1 } }', ['defaults.limits.memory is no quantity', 'facts:1', 'for instance 100m or 256Mi']],
    [
      'defaults: { limits: { ram: 1Gi } }',
      ['defaults.limits.ram is no resource', 'facts:1', 'for instance cpu, memory or ephemeral-storage'],
    ],
    [
      'defaults: { requests: { cpu: 2 }, limits: { cpu: 500m } }',
      ['defaults requests more cpu than its limit', 'facts:1', 'the API server refuses that: raise the limit'],
    ],
    ['defaults: 5', ['defaults is no mapping', 'facts:1', 'write keys and values']],
    ['[]', ['the file is no mapping', 'facts:1', 'write keys and values']],
  ])('%j is refused', (text, lines) => {
    expect(complaint('resources', text)).toEqual(lines);
  });
});

test('where no file is named, nothing is given', () => {
  const { digestOf, imageOf, resourcesOf, namespaceResources } = readGiven({});
  expect(digestOf('web')).toBeUndefined();
  expect(imageOf('web')).toBeUndefined();
  expect(resourcesOf({ namespace: 'a', workload: 'b', container: 'c' })).toBeUndefined();
  expect(namespaceResources('a')).toBeUndefined();
});
