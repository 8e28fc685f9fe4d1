import { spawnSync, type SpawnSyncOptions } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildWriter } from './build-writer.ts';

/** What only a process of its own can show: other users, limits, signals. */
const outside = mkdtempSync(join(tmpdir(), 'plimsoll-process-'));
const folder = join(outside, 'manifests');
let writer = '';
afterAll(() => rmSync(outside, { recursive: true }));
beforeAll(async () => {
  chmodSync(outside, 0o755);
  writer = await buildWriter(outside);
});
beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
});

function put(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const ways: readonly { readonly way: string; readonly options: readonly string[] }[] = [
  { way: 'each file by itself', options: [] },
  { way: 'all or none', options: ['--atomic'] },
];

/** Runs the writer and answers what it refused. */
function refusals(options: SpawnSyncOptions = {}, command: readonly string[] = [process.execPath, writer, folder]): string {
  const [file = '', ...args] = command;
  const { stderr } = spawnSync(file, args, { ...options, encoding: 'utf8' });
  return stderr.replaceAll(`${folder}/`, '');
}

describe.skipIf(process.getuid?.() !== 0)('with users (needs root to become one)', () => {
  const nobody = 65_534;
  const asNobody = { uid: nobody, gid: nobody };

  function ofNobody(path: string): string {
    chownSync(path, nobody, nobody);
    return path;
  }

  test('root leaves a file to its owner and group', () => {
    const path = put('a.yaml', 'old');
    chownSync(path, 1234, 5678);
    chmodSync(path, 0o640);
    expect(refusals()).toBe('');
    const { uid, gid, mode } = statSync(path);
    expect([uid, gid, mode & 0o7777]).toEqual([1234, 5678, 0o640]);
    expect(readFileSync(path, 'utf8')).toBe('# fixed\nold');
  });

  test('another user writes an own file in an own folder', () => {
    ofNobody(folder);
    const path = ofNobody(put('a.yaml', 'old'));
    expect(refusals(asNobody)).toBe('');
    expect(readFileSync(path, 'utf8')).toBe('# fixed\nold');
  });

  test.each([
    ['it may not write', 0o644, [0, 0], 'this user may not write it'],
    ['of somebody else, although all may write it', 0o666, [0, 0], 'it belongs to a user or group that a new file could not be given to'],
    ['of a group it is not in', 0o664, [nobody, 0], 'it belongs to a user or group that a new file could not be given to'],
  ] as const)('another user leaves a file %s', (_, mode, [user, group], reason) => {
    ofNobody(folder);
    const path = put('a.yaml', 'old');
    chmodSync(path, mode);
    chownSync(path, user, group);
    expect(refusals(asNobody)).toBe(`a.yaml: ${reason}\n`);
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['a.yaml']);
  });

  test.each(ways)('another user leaves a file in a folder it may not write, $way', ({ options }) => {
    const path = ofNobody(put('a.yaml', 'old'));
    expect(refusals(asNobody, [process.execPath, writer, folder, ...options])).toBe('a.yaml: its folder cannot be written by this user\n');
    expect(readFileSync(path, 'utf8')).toBe('old');
  });
});

test.each(ways)('a limit of the system leaves the old file and nothing else, $way', ({ options }) => {
  const large = 'x'.repeat(100_000);
  put('large.yaml', large);
  put('small.yaml', 'old');
  const command = `ulimit -f 16; exec '${process.execPath}' '${writer}' '${folder}' ${options.join(' ')}`;
  expect(refusals({}, ['/bin/sh', '-c', command])).toBe('large.yaml: the file would be larger than is allowed here\n');
  expect(readFileSync(join(folder, 'large.yaml'), 'utf8')).toBe(large);
  expect(readFileSync(join(folder, 'small.yaml'), 'utf8')).toBe(options[0] === undefined ? '# fixed\nold' : 'old');
  expect(readdirSync(folder).sort()).toEqual(['large.yaml', 'small.yaml']);
});

test.each(
  ways.flatMap((way) => [
    { ...way, signal: 'SIGINT' as const },
    { ...way, signal: 'SIGTERM' as const },
  ]),
)('$signal ends the writing between two files and leaves nothing behind, $way', ({ signal, options }) => {
  const names = Array.from({ length: 1000 }, (_, index) => `${index}.yaml`);
  for (const name of names) put(name, 'old');
  expect(spawnSync(process.execPath, [writer, folder, ...options, signal]).signal).toBe(signal);
  expect(readdirSync(folder).sort()).toEqual(names.sort());
  const contents = names.map((name) => readFileSync(join(folder, name), 'utf8'));
  const expected = options[0] === undefined ? ['# fixed\nold', 'old'] : ['old'];
  expect([...new Set(contents)].sort()).toEqual(expected);
});
