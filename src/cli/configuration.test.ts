import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { OptionError } from '../options/option-error.ts';
import { readConfiguration, type Configuration } from './configuration.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-configuration-'));
const file = join(folder, 'plimsoll.yaml');
afterAll(() => rmSync(folder, { recursive: true }));

function read(text: string): Promise<Configuration> {
  writeFileSync(file, text);
  return readConfiguration(file);
}

async function complaint(text: string): Promise<readonly string[]> {
  try {
    await read(text);
  } catch (error) {
    if (error instanceof OptionError) return error.lines;
    throw error;
  }
  throw new Error('nothing was refused');
}

test('kinds and parameters are read', async () => {
  const text = `podTemplates:
  - { group: example.org, kind: Worker, path: "spec.workers[*].template" }
params:
  POD-10: { allowed: [80, "443"], strict: true, name: x }
`;
  expect(await read(text)).toEqual({
    podTemplates: [{ group: 'example.org', kind: 'Worker', path: 'spec.workers[*].template' }],
    params: { 'POD-10': { allowed: ['80', '443'], strict: true, name: 'x' } },
  });
});

test('an empty file has no settings', async () => {
  expect(await read('# later\n')).toEqual({ podTemplates: [], params: {} });
});

test.each([
  ['parms: {}', ['unknown key parms', file, 'did you mean params?']],
  ['- a', ['the file is no mapping', file, 'write keys and values']],
  ['podTemplates: [{ kinds: Worker }]', ['unknown key podTemplates[0].kinds', file, 'did you mean kind?']],
  ['podTemplates: {}', ['podTemplates is no list', file, 'begin each item with -']],
  [
    'podTemplates: [{ kind: Worker, path: "a b" }]',
    ['podTemplates[0].path is no path', file, 'write where the template stands, for instance spec.workers[*].template'],
  ],
  [
    'params: { POD-10: { allowed: { a: 1 } } }',
    ['params.POD-10.allowed has a value of the wrong kind', file, 'write a list of texts, or true or false'],
  ],
  ['__proto__: { polluted: true }', ['unknown key __proto__', file, 'the keys are podTemplates, params']],
])('%s is refused in three lines', async (text, lines) => {
  expect(await complaint(text)).toEqual(lines);
});

test('what is no YAML is refused with its place', async () => {
  const [what, where] = await complaint('params: [unclosed');
  expect(what).toBe('the settings are not YAML');
  expect(where).toMatch(/plimsoll\.yaml:1:\d+$/);
});

test('aliases that multiply are refused', async () => {
  const levels = Array.from({ length: 12 }, (_, index) => `l${index + 1}: &l${index + 1} [${`*l${index},`.repeat(9)}]`);
  expect((await complaint(`l0: &l0 [x]\n${levels.join('\n')}`))[0]).toBe('the settings repeat aliases without end');
});

test('a file that is named must be there, and one that is not named need not', async () => {
  await expect(readConfiguration(join(folder, 'absent.yaml'))).rejects.toThrow('the settings cannot be read (ENOENT)');
  expect(await readConfiguration(undefined)).toEqual({ podTemplates: [], params: {} });
});
