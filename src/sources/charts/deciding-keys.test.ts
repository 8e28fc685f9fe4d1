import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Finding } from '../../core/index.ts';
import { readDocument } from '../../kube/yaml/index.ts';
import { decidingKeys, rememberingKeys } from './deciding-keys.ts';
import type { RenderedDocument } from './rendered.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-keys-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

// oxlint-disable-next-line typescript/no-explicit-any
type Values = any;

/** A chart whose template is a function; it throws for values that it cannot take. */
type Chart = (values: Values) => object;

function documentsOf(spec: object): RenderedDocument[] {
  const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec };
  return [{ file: 'web.yaml', text: stringify(object), locate: (paths, own) => own(paths), lineOf: Number }];
}

function finding(path: string): Finding {
  const resource = { apiVersion: 'v1', kind: 'Pod', name: 'web' };
  return { file: 'web.yaml', resource, path } as Finding;
}

function merged(below: Values, above: Values): Values {
  if (typeof below !== 'object' || typeof above !== 'object' || Array.isArray(above)) return above;
  return {
    ...below,
    ...Object.fromEntries(Object.entries(above).map(([key, value]) => [key, key in below ? merged(below[key], value) : value])),
  };
}

/** The key and the line that decide a path, and how often it was rendered. */
async function deciding(values: string, chart: Chart, path: string): Promise<unknown> {
  const file = join(folder, 'values.yaml');
  writeFileSync(file, values);
  const own = (readDocument(values, 1) as { value: Values }).value;
  let renders = 0;
  const one = finding(path);
  const found = await decidingKeys([one], {
    documents: documentsOf(chart(own)),
    values: [{ path: file, file: 'values.yaml' }],
    names: () => true,
    render(more) {
      renders++;
      try {
        return Promise.resolve(documentsOf(chart(merged(own, JSON.parse(readFileSync(more, 'utf8'))))));
      } catch {
        return Promise.resolve(undefined);
      }
    },
  });
  expect(renders).toBeLessThanOrEqual(24);
  const setBy = found.get(one);
  return setBy && `${setBy.key} ${setBy.file}:${setBy.line}`;
}

describe('the key that decides a field', () => {
  test('is the one whose value turns up there', async () => {
    const values = 'a: 1\nweb:\n  user: 0\nother: 0\n';
    expect(await deciding(values, ({ web }) => ({ runAsUser: web.user }), 'spec.runAsUser')).toBe('web.user values.yaml:3');
    expect(await deciding('image: nginx\ntag: "1"\n', ({ image }) => ({ image: `${image}:latest` }), 'spec.image')).toBe(
      'image values.yaml:1',
    );
  });

  test('is that of a list too', async () => {
    const values = 'capabilities:\n  add: [NET_ADMIN, SYS_TIME]\n';
    expect(await deciding(values, ({ capabilities }) => capabilities, 'spec.add[1]')).toBe('capabilities.add values.yaml:2');
  });

  test('is the switch that turns it', async () => {
    const values = 'a: true\nb: {host: true}\nc: false\n';
    expect(await deciding(values, ({ b }) => ({ hostNetwork: b.host }), 'spec.hostNetwork')).toBe('b.host values.yaml:2');
    expect(await deciding(values, ({ c }) => (c ? { runAsNonRoot: true } : {}), 'spec.runAsNonRoot')).toBe('c values.yaml:3');
  });

  test('is the key that a map of the values has no value for', async () => {
    const values = 'a: {}\n# what the container may do\nsecurityContext: {}\n';
    const chart: Chart = ({ securityContext }) => ({ containers: [{ name: 'web', securityContext }] });
    expect(await deciding(values, chart, 'spec.containers[0].securityContext.runAsNonRoot')).toBe(
      'securityContext.runAsNonRoot values.yaml:3',
    );
    const whole: Chart = ({ web }) => ({ securityContext: web?.securityContext });
    expect(await deciding('web:\n  b: 1\n', whole, 'spec.securityContext.runAsNonRoot')).toBe(
      'web.securityContext.runAsNonRoot values.yaml:1',
    );
  });

  test('is found beside keys that the chart does not take otherwise', async () => {
    const chart: Chart = ({ a, b }) => {
      if (typeof a !== 'number' || a > 5) throw new Error('a');
      return { x: b };
    };
    expect(await deciding('a: 1\nb: 1\n', chart, 'spec.x')).toBe('b values.yaml:2');
  });

  test('is none where it takes two, or where no key does', async () => {
    expect(await deciding('a: nginx\nb: "1.2"\n', ({ a, b }) => ({ image: `${a}:${b}` }), 'spec.image')).toBeUndefined();
    expect(await deciding('a: nginx\n', () => ({ image: 'nginx' }), 'spec.image')).toBeUndefined();
    expect(await deciding('', () => ({ image: 'nginx' }), 'spec.image')).toBeUndefined();
  });

  test('may have any name', async () => {
    const values = '__proto__: 7\n"a.b": 8\n';
    expect(await deciding(values, (all) => ({ x: all['a.b'] }), 'spec.x')).toBe('["a.b"] values.yaml:2');
    expect(({} as Values)['7']).toBeUndefined();
  });
});

test('a place is asked about once', async () => {
  const asked: string[] = [];
  const decide = rememberingKeys((findings) => {
    asked.push(findings.map(({ path }) => path).join(' '));
    return Promise.resolve(new Map(findings.map((each) => [each, { key: each.path, file: 'v', line: 1 }])));
  });
  await decide([finding('a')]);
  const [again, fresh] = [finding('a'), finding('b')];
  const found = await decide([again, fresh]);
  expect([asked, found.get(again)?.key, found.get(fresh)?.key]).toEqual([['a', 'b'], 'a', 'b']);
});
