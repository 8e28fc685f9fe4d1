import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { controls } from '../controls/index.ts';
import { apiGroup, isObserved, nowhere, type AnyControl, type Finding } from '../core/index.ts';
import { startEvaluation } from '../evaluate/index.ts';
import { decode } from '../kube/decode.ts';
import { isOfComponents } from '../kube/scope.ts';
import { policyOf } from '../options/policy-options.ts';
import { findCredentials, formats } from '../subjects/credentials.ts';
import { exampleObjects } from '../testing/index.ts';
import { redactor } from './index.ts';
import { standInFor } from './stand-in.ts';
import { runs } from '../../test/runs.ts';

type Fields = Record<string, unknown>;

/** Twelve letters that tell of equality alone, here by counting. */
const numbers = new Map<string, number>();
function tagOf(text: string): string {
  const number = numbers.get(text) ?? numbers.size;
  numbers.set(text, number);
  return number
    .toString(16)
    .padStart(12, '0')
    .replaceAll(/./g, (digit) => 'abcdefghijklmnop'[parseInt(digit, 16)]!);
}

const redact = redactor([], tagOf);

function findingsOf(control: AnyControl, objects: readonly Fields[]): readonly Finding[] {
  const own = control.examples().params;
  const params = own === undefined ? {} : { params: { [control.id]: own } };
  const evaluation = startEvaluation([control], policyOf({ all: true, ...params }, [control]));
  for (const object of objects) {
    const decoded = decode(object);
    if ('refused' in decoded) throw new Error(decoded.refused);
    const file = `cluster/${decoded.ref.kind}/${decoded.ref.name}`;
    evaluation.add({ type: 'resource', resource: { ...decoded, file, locate: (paths) => paths.map(() => nowhere) } });
  }
  return evaluation.finish({ files: 0, documents: objects.length }).findings;
}

/** What was observed of the server, and the files of its components, are not read from it. */
function isServed(apiVersion: string): boolean {
  return !isObserved({ apiVersion }) && !isOfComponents(apiGroup(apiVersion));
}

describe('no verdict changes', () => {
  // What only manifests are judged by is in no cluster.
  for (const control of controls.filter(({ manifestsOnly }) => manifestsOnly === undefined)) {
    const { pass, fail, unknown = {}, notApplicable = {} } = control.examples();
    test(control.id, () => {
      for (const [name, example] of [pass, fail, unknown, notApplicable].flatMap((examples) => Object.entries(examples))) {
        const objects = exampleObjects(control, example);
        const redactedObjects = objects.map((object) => (isServed(String(object['apiVersion'])) ? redact(object) : object));
        expect(findingsOf(control, redactedObjects), `${name}: what the control reads must be kept, in src/redact`).toEqual(
          findingsOf(control, objects),
        );
      }
    });
  }
});

/** Put together here, so that no scanner of repositories takes the tests for a leak. */
const joined = (...parts: string[]): string => parts.join('');
const tag = 'ponmlkjihgfe';
const random = 'q7Zt0pXc4LmB2vRk9sWy5dGhJ8nF3aQe1TuO';

describe('where a credential stood', () => {
  test.each(formats.map(({ starts, kind, rest }) => ({ starts, kind, rest })))('stands another one: $kind $starts', ({ starts, kind }) => {
    const found = [{ kind, prefix: starts.slice(0, 4), severity: 'high' as const }];
    const literal = { kind: 'key' as const, name: 'settings.yaml' };
    const text = standInFor(literal, found, tag);
    expect(findCredentials({ ...literal, value: text })).toEqual(found);
    expect(standInFor(literal, found, 'abcdefghijkl')).not.toBe(text);
  });

  test.each([
    ['variable', 'API_TOKEN', random],
    ['variable', 'DB_PASSWORD', 'tr0ub4dor'],
    ['variable', 'AWS_SECRET_ACCESS_KEY', `${random}/+`],
    ['variable', 'CLIENT_SECRET', random],
    ['variable', 'URL', 'postgres://shop:tr0ub4dor@db/shop'],
    ['argument', '--admin-password', random],
    ['argument', '', 'export DB_PASSWORD=tr0ub4dor && run'],
    ['argument', '', `run --api-key=${random}`],
    ['annotation', 'shop.example.com/api-token', random],
    ['annotation', 'notes', `token: ${random}`],
    ['key', 'settings.yaml', 'db:\n  user: shop\n  password: tr0ub4dor\n'],
    ['key', 'password.txt', `client_secret = ${random}\n`],
    ['key', 'app.yaml', `db:\n  password: tr0ub4dor\n  token: ${random}\n  api_key: ${random}\n`],
    ['key', 'password', `secret: ${random}\ntoken: ${random}\n`],
    ['key', 'run.sh', `API_KEY=${random}\n`],
    [
      'key',
      'id_rsa',
      joined('-----BEGIN ', 'RSA PRIVATE KEY-----\n', 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKjMIIE'),
    ],
    [
      'key',
      'all',
      joined(
        'gh',
        'p_',
        random,
        '\npostgres://shop:tr0ub4dor@db/shop\n',
        `${btoa('{"alg":"RS256"}')}.eyJzdWIiOiJhZG1pbiJ9.c2lnbmF0dXJlLW9mLWl0`,
      ),
    ],
  ] as const)('of a %s %s', (kind, name, value) => {
    const found = findCredentials({ kind, name, value });
    expect(found).not.toEqual([]);
    const text = standInFor({ kind, name }, found, tag);
    expect(findCredentials({ kind, name, value: text })).toEqual(found);
    expect(text).not.toContain(random.slice(0, 6));
    expect(text).not.toContain('tr0ub4dor');
    expect(standInFor({ kind, name }, found, 'abcdefghijkl')).not.toBe(text);
  });
});

describe('what is gone', () => {
  const secret = joined('s3cr', 'et-', 'Zm9v-Qx7');
  const container = {
    name: 'web',
    image: 'web:1',
    env: [
      { name: 'GREETING', value: secret },
      { name: 'DB_PASSWORD', value: secret },
      { name: 'EMPTY', value: '' },
    ],
    args: ['--verbose', `--password=${secret}`, '--api-token', `${secret}${random}`],
    livenessProbe: { httpGet: { httpHeaders: [{ name: 'Authorization', value: secret }] }, exec: { command: ['check', secret] } },
    lifecycle: { preStop: { exec: { command: ['bye', secret] } } },
  };
  const volumes = [
    { name: 'a', csi: { driver: 'x', volumeAttributes: { key: secret } } },
    { name: 'b', flexVolume: { driver: 'y', options: { key: secret } } },
  ];
  const annotations = {
    'kubectl.kubernetes.io/last-applied-configuration': `{"a":"${secret}"}`,
    'kapp.k14s.io/original': `{"a":"${secret}"}`,
    'shop.example.com/password': secret,
    'nginx.ingress.kubernetes.io/configuration-snippet': secret,
    'kubernetes.io/token': `${secret}${random}`,
  };
  const metadata = {
    name: 'web',
    namespace: 'shop',
    uid: 'u',
    resourceVersion: '7',
    labels: { app: 'web' },
    annotations,
    managedFields: [{ manager: secret }],
    ownerReferences: [{ kind: 'X', name: 'x', uid: 'v', controller: true, blockOwnerDeletion: true }],
  };
  const spec = { containers: [container], initContainers: [container], volumes };

  test.each<[string, Fields]>([
    ['a pod', { apiVersion: 'v1', kind: 'Pod', metadata, spec, status: { phase: 'Running', message: secret } }],
    ['a workload', { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { template: { metadata, spec } } }],
    [
      'a ConfigMap',
      { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { a: secret, DB_PASSWORD: secret }, binaryData: { b: btoa(secret) } },
    ],
    ['a Secret', { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', data: { a: btoa(secret) }, stringData: { b: secret } }],
    [
      'a workflow',
      {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Workflow',
        metadata,
        spec: {
          arguments: { parameters: [{ name: 'a', value: secret, default: secret }] },
          templates: [
            { name: 'x', container },
            { name: 'y', script: { ...container, source: secret } },
          ],
        },
      },
    ],
    [
      'an object of another kind',
      { apiVersion: 'shop.example.com/v1', kind: 'Shop', metadata, spec: { password: secret, url: `redis://:${secret}@cache` } },
    ],
    ['what cannot be decoded', { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: secret, volumes } }],
  ])('no secret is left of %s', (_, object) => {
    const kept = redact(structuredClone(object));
    const text = JSON.stringify(kept);
    expect(text).not.toContain(secret);
    expect(text).not.toContain(btoa(secret));
    expect(text).not.toContain(random);
    expect(kept).toMatchObject({ kind: object['kind'], metadata: { name: 'web', namespace: 'shop', uid: 'u' } });
  });

  test('and what tells objects and decides stays', () => {
    expect(redact({ apiVersion: 'v1', kind: 'Pod', metadata, spec, status: { phase: 'Running', podIP: '10.0.0.1' } })).toMatchObject({
      metadata: { labels: { app: 'web' }, ownerReferences: [{ kind: 'X', name: 'x', uid: 'v', controller: true }] },
      spec: {
        containers: [
          {
            env: [
              { name: 'GREETING', value: expect.stringMatching(/^redacted-[a-p]{12}$/) },
              { name: 'DB_PASSWORD', value: expect.any(String) },
              { name: 'EMPTY', value: '' },
            ],
            args: ['--verbose', expect.stringMatching(/^--password=/), '--api-token', expect.any(String)],
          },
        ],
      },
      status: { phase: 'Running' },
    });
  });

  test('no secret is left of anything, wherever it stands, and nothing stops it', () => {
    const place = fc.constantFrom(
      'env',
      'httpHeaders',
      'volumeAttributes',
      'data',
      'binaryData',
      'stringData',
      'parameters',
      'flexVolume',
      'exec',
    );
    const around = fc.constantFrom('spec', 'template', 'containers', 'x', '__proto__', 'metadata', 'annotations');
    const kinds = fc.constantFrom(
      ['v1', 'Pod'],
      ['v1', 'Secret'],
      ['v1', 'ConfigMap'],
      ['apps/v1', 'Deployment'],
      ['a.example/v1', 'Some'],
    );
    const value = fc.oneof(fc.constant(`password=${secret}`), fc.constant([{ name: 'n', value: secret }]), fc.jsonValue({ maxDepth: 3 }));
    const property = fc.property(
      kinds,
      fc.array(around, { maxLength: 4 }),
      place,
      value,
      fc.jsonValue(),
      ([apiVersion, kind], path, key, held, other) => {
        let nested: unknown = JSON.parse(`{${JSON.stringify(key)}:${JSON.stringify(held)},"other":${JSON.stringify(other)}}`);
        for (const step of path) nested = JSON.parse(`{${JSON.stringify(step)}:${JSON.stringify(nested)}}`);
        const object = { apiVersion, kind, metadata: { name: 'n' }, ...(nested as object) };
        const text = JSON.stringify(redact(object));
        expect(JSON.parse(text)).toMatchObject({ apiVersion, kind });
        expect(text).not.toContain(`password=${secret}`);
        if (key === 'env') expect(text).not.toContain(`"value":"${secret}"`);
      },
    );
    fc.assert(property, { seed: 9, numRuns: runs(100, 2000) });
  });

  test('a key that is called __proto__ is one like any other', () => {
    const object = JSON.parse(
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","__proto__":{"x":1}},"data":{"__proto__":"b"}}',
    ) as Fields;
    expect(JSON.stringify(redact(object))).toBe('{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"__proto__":""}}');
  });
});
