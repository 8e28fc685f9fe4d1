import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeFile, writeStream } from './output.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-output-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('a file appears whole, with nothing left beside it', async () => {
  const file = join(folder, 'report.json');
  await writeFile(file, ['a', 'b'.repeat(100_000), 'ü']);
  expect(readFileSync(file, 'utf8')).toBe(`a${'b'.repeat(100_000)}ü`);
  expect(readdirSync(folder)).toEqual(['report.json']);
});

test('when the report fails half-way, what stood there before still stands', async () => {
  const file = join(folder, 'kept.json');
  writeFileSync(file, 'before');
  function* broken(): Generator<string> {
    yield 'x'.repeat(100_000);
    throw new RangeError('broken');
  }
  await expect(writeFile(file, broken())).rejects.toThrow('broken');
  expect(readFileSync(file, 'utf8')).toBe('before');
  expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

test('a symbolic link stays one, and its target is written', async () => {
  const link = join(folder, 'link.json');
  writeFileSync(join(folder, 'target.json'), 'before');
  symlinkSync('target.json', link);
  await writeFile(link, ['after']);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(folder, 'target.json'), 'utf8')).toBe('after');
});

test('a folder that does not exist is told in three lines', async () => {
  const file = join(folder, 'absent', 'report.json');
  await expect(writeFile(file, ['x'])).rejects.toThrow(`the output cannot be written: it or its folder is not there\n${file}\n`);
  expect(existsSync(file)).toBe(false);
});

test('a reader that goes away ends the writing', async () => {
  let taken = 0;
  const stream = new Writable({
    write(_chunk, _encoding, done) {
      taken++;
      done(taken > 1 ? Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }) : null);
    },
  });
  stream.on('error', () => undefined);
  let made = 0;
  function* endless(): Generator<string> {
    for (; made < 1000; made++) yield 'x'.repeat(70_000);
  }
  await writeStream(stream, endless());
  expect(taken).toBe(2);
  expect(made).toBeLessThan(5);
});

test('a full disk is told', async () => {
  const stream = new Writable({
    write(_chunk, _encoding, done) {
      done(Object.assign(new Error('write ENOSPC'), { code: 'ENOSPC' }));
    },
  });
  stream.on('error', () => undefined);
  await expect(writeStream(stream, ['x'])).rejects.toThrow('standard output cannot be written (ENOSPC)');
});
