import * as fc from 'fast-check';
import {
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { nodeFileSystem, type FileSystem } from './file-system.ts';
import { undoInterrupted, writeFiles, type FileChange, type Undone, type WriteResult } from './index.ts';
import { runs } from '../../test/runs.ts';

const outside = realpathSync(mkdtempSync(join(tmpdir(), 'plimsoll-interrupted-')));
const root = join(outside, 'root');
const journal = join(root, '.plimsoll-undo.json');
afterAll(() => rmSync(outside, { recursive: true }));
beforeEach(reset);

const files = ['a.yaml', 'sub/b.yaml', 'sub/c.yaml'] as const;
const made = 'sub/new.yaml';

function reset(): void {
  rmSync(outside, { recursive: true });
  mkdirSync(join(root, 'sub'), { recursive: true });
  for (const name of files) writeFileSync(join(root, name), `old ${name}`);
}

const changes: readonly FileChange[] = [
  ...files.map((name) => ({ path: join(root, name), before: Buffer.from(`old ${name}`), after: Buffer.from(`new ${name}`) })),
  { path: join(root, made), before: undefined, after: Buffer.from(`new ${made}`) },
];

/** Each file as `old`, `new`, or what else is there. */
function state(): string[] {
  return [...files, made].map((name) => {
    const content = existsSync(join(root, name)) ? readFileSync(join(root, name), 'utf8') : '';
    if (content === `new ${name}`) return 'new';
    return content === (name === made ? '' : `old ${name}`) ? 'old' : `broken: ${content}`;
  });
}

const allOld = ['old', 'old', 'old', 'old'];
const allNew = ['new', 'new', 'new', 'new'];

function leftovers(): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.plimsoll-'));
}

function write(atomic: boolean, system: FileSystem = quick, signal?: AbortSignal): Promise<WriteResult> {
  return writeFiles(changes, { roots: [root], atomic, ...(signal === undefined ? {} : { signal }) }, system);
}

/** Waits for no disk. */
const quick: FileSystem = { ...nodeFileSystem, sync: () => undefined };

/** What leaves everything as it is: a process that ends before such a call ends before the next one that does not. */
const reading = new Set(['close', 'list', 'read', 'readLink', 'realPath', 'stat', 'statName', 'access']);

/** Calls `before` with the number of each call, or of each that changes something. */
function watched(before: (call: number, name: string) => void, changing = false): FileSystem {
  let calls = 0;
  const entries = Object.entries(quick).map(([name, call]) => [
    name,
    (...given: unknown[]): unknown => {
      if (!changing || !reading.has(name)) before(calls++, name);
      return (call as (...given: unknown[]) => unknown)(...given);
    },
  ]);
  return Object.fromEntries(entries) as FileSystem;
}

class Killed extends Error {}

/** The process ends before the change of this number: neither it nor what would tidy up happens. */
function killedAt(end: number): FileSystem {
  return watched((call) => {
    if (call >= end) throw new Killed();
  }, true);
}

function failure(code: string, name: string): Error {
  return Object.assign(new Error(`${code}: ${name}`), { code, syscall: name });
}

async function callsOf(run: (system: FileSystem) => unknown, changing = false): Promise<number> {
  let calls = 0;
  await run(watched(() => calls++, changing));
  return calls;
}

async function killed(run: () => unknown): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
  }
}

describe('after a kill at any moment', () => {
  test('each file is old or new', async () => {
    const calls = await callsOf((system) => write(false, system), true);
    expect(state()).toEqual(allNew);
    expect(calls).toBeGreaterThan(20);
    const seen = new Set<string>();
    for (let end = 0; end < calls; end++) {
      reset();
      await killed(() => write(false, killedAt(end)));
      seen.add(state().join(' '));
    }
    expect([...seen]).toEqual([allOld.join(' '), 'new old old old', 'new new old old', 'new new new old', allNew.join(' ')]);
  });

  test('with atomic the next run finds all old or all new, and nothing in its way', async () => {
    const calls = await callsOf((system) => write(true, system), true);
    expect(state()).toEqual(allNew);
    const seen = new Set<string>();
    for (let end = 0; end < calls; end++) {
      reset();
      await killed(() => write(true, killedAt(end)));
      expect(state().filter((one) => one.startsWith('broken'))).toEqual([]);
      const { refused } = undoInterrupted([root], quick);
      expect(refused).toEqual([]);
      seen.add(state().join(' '));
      if (state()[0] === 'old') expect((await write(true)).refused).toEqual([]);
      expect(state()).toEqual(allNew);
      expect(leftovers().filter((name) => !name.endsWith('.tmp'))).toEqual([]);
    }
    expect([...seen]).toEqual([allOld.join(' '), allNew.join(' ')]);
  });

  test('also where the undoing is killed in turn', async () => {
    const calls = await callsOf((system) => write(true, system), true);
    const property = fc.asyncProperty(fc.nat(calls), fc.array(fc.nat(20), { maxLength: 3 }), async (end, ends) => {
      reset();
      await killed(() => write(true, killedAt(end)));
      for (const next of ends) await killed(() => undoInterrupted([root], killedAt(next)));
      expect(undoInterrupted([root], quick).refused).toEqual([]);
      expect([allOld, allNew]).toContainEqual(state());
    });
    await fc.assert(property, { seed: 4, numRuns: runs(25, 300) });
  });
});

describe('whatever call of the system fails', () => {
  test.each([false, true])('each file is as the answer says, and nothing is left (atomic: %s)', async (atomic) => {
    const calls = await callsOf((system) => write(atomic, system));
    const codes = ['EIO', 'ENOSPC', 'EPERM', 'EACCES', 'ENOENT', 'EEXIST', 'EXDEV'];
    for (let end = 0; end < calls; end++) {
      reset();
      const failing = watched((call, name) => {
        if (call === end) throw failure(codes[end % codes.length] ?? 'EIO', name);
      });
      const { written, refused } = await write(atomic, failing);
      expect(state()).toEqual(changes.map(({ path }) => (written.includes(path) ? 'new' : 'old')));
      if (atomic) expect([0, 4]).toContain(written.length);
      expect(refused.length > 0).toBe(written.length < 4);
      if (!existsSync(journal)) expect(undoInterrupted([root], quick)).toEqual({ restored: [], refused: [] });
    }
  });

  test('from that moment on, each file is old or new, and with atomic all are once the system works again', async () => {
    const calls = await callsOf((system) => write(true, system), true);
    for (let end = 0; end < calls; end++) {
      reset();
      const failing = watched((call, name) => {
        if (call >= end) throw failure('EROFS', name);
      }, true);
      await write(true, failing);
      expect(state().filter((one) => one.startsWith('broken'))).toEqual([]);
      expect(undoInterrupted([root], quick).refused).toEqual([]);
      expect([allOld, allNew]).toContainEqual(state());
    }
  });

  test('in any mix, each file is old or new', async () => {
    const mix = fc.record({ atomic: fc.boolean(), fails: fc.array(fc.nat(9), { minLength: 1, maxLength: 40 }) });
    const property = fc.asyncProperty(mix, async ({ atomic, fails }) => {
      reset();
      const failing = watched((call, name) => {
        if (fails[call % fails.length] === 0) throw failure('EIO', name);
      });
      const { written, refused } = await write(atomic, failing);
      expect(state().filter((one) => one.startsWith('broken'))).toEqual([]);
      if (!atomic) expect(state()).toEqual(changes.map(({ path }) => (written.includes(path) ? 'new' : 'old')));
      if (written.length < changes.length) expect(refused).not.toEqual([]);
      expect(undoInterrupted([root], quick).refused).toEqual([]);
      if (atomic) expect([allOld, allNew]).toContainEqual(state());
    });
    await fc.assert(property, { seed: 4, numRuns: runs(25, 300) });
  });
});

describe('all files or none', () => {
  test('all, with nothing left beside them', async () => {
    expect(await write(true)).toEqual({ written: changes.map(({ path }) => path), refused: [] });
    expect(state()).toEqual(allNew);
    expect(leftovers()).toEqual([]);
  });

  test('journal, contents and backups reach the disk before the first rename, and the renames before the journal goes', async () => {
    const calls: string[] = [];
    const watching: FileSystem = {
      ...nodeFileSystem,
      sync(descriptor) {
        calls.push(nodeFileSystem.stat(descriptor).isDirectory() ? 'sync folder' : 'sync file');
      },
      rename(from, to) {
        calls.push('rename');
        nodeFileSystem.rename(from, to);
      },
    };
    await writeFiles(changes.slice(0, 2), { roots: [root], atomic: true }, watching);
    const folders = ['sync folder', 'sync folder'];
    const journalled = ['sync file', 'sync folder'];
    const renamed = ['rename', 'rename'];
    expect(calls).toEqual([...journalled, 'sync file', 'sync file', ...folders, ...renamed, ...folders, 'rename', 'sync folder']);
  });

  test('no files are no reason to write a journal', async () => {
    expect(await writeFiles([], { roots: [root], atomic: true })).toEqual({ written: [], refused: [] });
    expect(leftovers()).toEqual([]);
  });

  test('none where some cannot be written, and all of those are told', async () => {
    writeFileSync(join(root, 'a.yaml'), 'changed');
    linkSync(join(root, 'sub/b.yaml'), join(root, 'other'));
    const { written, refused } = await write(true);
    expect(written).toEqual([]);
    expect(refused.map(({ path }) => path)).toEqual([join(root, 'a.yaml'), join(root, 'sub/b.yaml')]);
    expect(state().slice(2)).toEqual(['old', 'old']);
    expect(leftovers()).toEqual([]);
  });

  test('none where one is changed while the others are written: that change stays', async () => {
    const racing: FileSystem = {
      ...quick,
      rename(from, to) {
        quick.rename(from, to);
        if (to.endsWith('/b.yaml')) writeFileSync(join(root, 'sub/c.yaml'), 'changed');
      },
    };
    const { written, refused } = await write(true, racing);
    expect(written).toEqual([]);
    expect(refused).toEqual([{ path: join(root, 'sub/c.yaml'), reason: 'it was changed since it was read' }]);
    expect(state()).toEqual(['old', 'old', 'broken: changed', 'old']);
    expect(leftovers()).toEqual([]);
  });

  test('what is put back is the very file that was there', async () => {
    const inode = statSync(join(root, 'a.yaml')).ino;
    let renames = 0;
    const failing: FileSystem = {
      ...quick,
      rename(from, to) {
        if (++renames === 3) throw failure('EACCES', 'rename');
        quick.rename(from, to);
      },
    };
    await write(true, failing);
    expect(state()).toEqual(allOld);
    expect(statSync(join(root, 'a.yaml')).ino).toBe(inode);
    expect(statSync(join(root, 'a.yaml')).nlink).toBe(1);
  });

  test.each([1, 5, 9, 11])('none where the writing is interrupted at step %i', async (step) => {
    const controller = new AbortController();
    let steps = 0;
    const interrupted: FileSystem = {
      ...quick,
      open(path, flags, mode) {
        if (flags === 0 || ++steps === step + 8) controller.abort();
        return quick.open(path, flags, mode);
      },
    };
    const { written, refused } = await write(true, interrupted, controller.signal);
    expect(written).toEqual([]);
    expect(refused.map(({ reason }) => reason)).toEqual(['the writing was interrupted']);
    expect(state()).toEqual(allOld);
    expect(leftovers()).toEqual([]);
  });
});

describe('a run that was killed in the middle', () => {
  /** Two of four files have their new content. */
  async function killInTheMiddle(): Promise<void> {
    let renames = 0;
    const dying = watched((_, name) => {
      if (name === 'rename') renames++;
      if (renames > 2) throw new Killed();
    });
    await killed(() => write(true, dying));
    expect(state()).toEqual(['new', 'new', 'old', 'old']);
  }

  function blocked({ restored, refused }: Undone): string {
    expect(restored).toEqual([]);
    return refused.map(({ reason }) => reason).join('; ');
  }

  test('is undone by the next', async () => {
    await killInTheMiddle();
    expect(undoInterrupted([root])).toEqual({ restored: [join(root, 'a.yaml'), join(root, 'sub/b.yaml')], refused: [] });
    expect(state()).toEqual(allOld);
    expect(leftovers()).toEqual([]);
  });

  test('is undone although the folder was moved', async () => {
    await killInTheMiddle();
    renameSync(root, join(outside, 'moved'));
    expect(undoInterrupted([join(outside, 'moved')]).restored.length).toBe(2);
    renameSync(join(outside, 'moved'), root);
    expect(state()).toEqual(allOld);
  });

  test.each([false, true])('stops the next that does not undo it (atomic: %s)', async (atomic) => {
    await killInTheMiddle();
    const { written, refused } = await write(atomic);
    expect(written).toEqual([]);
    expect(refused[0]?.reason).toMatch('an earlier run was interrupted');
    expect(state()).toEqual(['new', 'new', 'old', 'old']);
  });

  test('is not undone for a part of its files: nothing outside the roots is written', async () => {
    await killInTheMiddle();
    expect(blocked(undoInterrupted([join(root, 'sub')]))).toMatch('it is outside the given paths (an earlier run was interrupted');
    expect(state()).toEqual(['new', 'new', 'old', 'old']);
  });

  test('is not undone where a person changed a file since', async () => {
    await killInTheMiddle();
    writeFileSync(join(root, 'sub/b.yaml'), 'by hand');
    expect(blocked(undoInterrupted([root]))).toMatch(/^it was changed since; its old content is in \.plimsoll-[0-9a-f]+\.old/);
    expect(state()).toEqual(['new', 'broken: by hand', 'old', 'old']);
  });

  test.skipIf(process.getuid?.() !== 0)('is nothing to us above the roots where it is of another user (needs root)', async () => {
    await killInTheMiddle();
    chownSync(journal, 1234, 1234);
    expect(undoInterrupted([join(root, 'sub')])).toEqual({ restored: [], refused: [] });
    expect(undoInterrupted([root]).restored.length).toBe(2);
  });

  test('counts as done when a person removes its journal', async () => {
    await killInTheMiddle();
    unlinkSync(journal);
    expect(undoInterrupted([root])).toEqual({ restored: [], refused: [] });
    expect(state()).toEqual(['new', 'new', 'old', 'old']);
  });

  test('is left alone while its process may live, but not for ever', async () => {
    await killInTheMiddle();
    writeFileSync(journal, readFileSync(journal, 'utf8').replace(`"process":${process.pid}`, `"process":${process.ppid}`));
    expect(blocked(undoInterrupted([root]))).toBe(`another run (process ${process.ppid}) is writing here: wait until it has ended`);
    const longAgo = Date.now() / 1000 - 3600;
    utimesSync(journal, longAgo, longAgo);
    expect(undoInterrupted([root]).restored.length).toBe(2);
  });
});

describe('a journal that somebody planted', () => {
  const name = (kind: string): string => `.plimsoll-${'0'.repeat(32)}.${kind}`;

  function plant(entry: object): void {
    const whole = { path: 'a.yaml', temporary: name('tmp'), backup: name('old'), fresh: false, after: '', ...entry };
    writeFileSync(journal, JSON.stringify({ plimsoll: 1, process: 1, files: [whole] }));
    const longAgo = Date.now() / 1000 - 3600;
    utimesSync(journal, longAgo, longAgo);
  }

  test.each([
    ['by going up', '../victim.yaml'],
    ['through a link', 'link/victim.yaml'],
    ['by a whole path', `${outside}/victim.yaml`],
  ])('leads to nothing outside the roots %s', (_, path) => {
    symlinkSync('..', join(root, 'link'));
    writeFileSync(join(outside, 'victim.yaml'), '');
    writeFileSync(join(outside, name('old')), 'evil');
    plant({ path, after: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' });
    expect(undoInterrupted([root]).refused.length).toBe(1);
    expect(readFileSync(join(outside, 'victim.yaml'), 'utf8')).toBe('');
    renameSync(journal, join(root, '.plimsoll-done.json'));
    undoInterrupted([root]);
    expect(existsSync(join(outside, name('old')))).toBe(true);
  });

  test('leads through no link, within the roots either', () => {
    symlinkSync('sub', join(root, 'link'));
    plant({ path: 'link/b.yaml' });
    expect(undoInterrupted([root]).refused[0]?.reason).toMatch('it leads through a link by now');
  });

  test.each([{ backup: 'a.yaml' }, { temporary: '../victim.yaml' }, { path: 1 }, { fresh: 'no' }, { after: null }])(
    'is refused where it names other files than ours: %j',
    (entry) => {
      plant(entry);
      expect(undoInterrupted([root]).refused.map(({ reason }) => reason)).toEqual(['it is no journal of an interrupted run: remove it']);
    },
  );

  test.each(['', '{', 'null', '[]', '{"plimsoll":2}', '{"plimsoll":1,"process":1,"files":[null]}'])('is refused where it is %j', (text) => {
    writeFileSync(journal, text);
    expect(undoInterrupted([root]).refused.map(({ reason }) => reason)).toEqual(['it is no journal of an interrupted run: remove it']);
  });
});
