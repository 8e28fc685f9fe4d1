import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { nodeFileSystem, type FileSystem } from './file-system.ts';
import { writeFiles, type FileChange, type WriteResult } from './index.ts';

const outside = realpathSync(mkdtempSync(join(tmpdir(), 'plimsoll-files-')));
const folder = join(outside, 'root');
afterAll(() => rmSync(outside, { recursive: true }));

beforeEach(() => {
  rmSync(outside, { recursive: true });
  mkdirSync(folder, { recursive: true });
});

function put(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function change(path: string, before: string | undefined, after: string): FileChange {
  return { path, before: before === undefined ? undefined : Buffer.from(before), after: Buffer.from(after) };
}

function write(changes: readonly FileChange[], system?: FileSystem, roots: readonly string[] = [folder]): Promise<WriteResult> {
  return writeFiles(changes, { roots, atomic: false }, system);
}

function failing(call: keyof FileSystem, code: string): FileSystem {
  return {
    ...nodeFileSystem,
    [call]: () => {
      throw Object.assign(new Error(`${code}: ${call}`), { code, syscall: call });
    },
  };
}

async function refusal(changes: readonly FileChange[], system?: FileSystem, roots?: readonly string[]): Promise<string> {
  const { written, refused } = await write(changes, system, roots);
  expect(written).toEqual([]);
  expect(refused.map(({ path }) => path)).toEqual(changes.map(({ path }) => path));
  return refused.map(({ reason }) => reason).join('; ');
}

function read(name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

describe('a file that is written', () => {
  test('has its new content, and nothing is left beside it', async () => {
    const path = put('a.yaml', 'old');
    expect(await write([change(path, 'old', 'new')])).toEqual({ written: [path], refused: [] });
    expect(read('a.yaml')).toBe('new');
    expect(readdirSync(folder)).toEqual(['a.yaml']);
  });

  test.each([0o600, 0o644, 0o664, 0o755, 0o200 | 0o444])('keeps the permissions %o', async (mode) => {
    const path = put('a.yaml', 'old');
    chmodSync(path, mode);
    await write([change(path, 'old', 'new')]);
    expect(read('a.yaml')).toBe('new');
    expect(statSync(path).mode & 0o7777).toBe(mode);
  });

  test('is only ours to read until it has the permissions of the old one', async () => {
    const path = put('a.yaml', 'old');
    const modes: number[] = [];
    const watching: FileSystem = {
      ...nodeFileSystem,
      write(descriptor, bytes, from) {
        modes.push(nodeFileSystem.stat(descriptor).mode & 0o777);
        return nodeFileSystem.write(descriptor, bytes, from);
      },
    };
    await write([change(path, 'old', 'new')], watching);
    expect(modes).toEqual([0o600]);
  });

  test('is written whole where the system takes a byte at a time', async () => {
    const path = put('a.yaml', 'old');
    const slow: FileSystem = { ...nodeFileSystem, write: (to, bytes, from) => nodeFileSystem.write(to, bytes.subarray(from, from + 1), 0) };
    await write([change(path, 'old', 'longer than before')], slow);
    expect(read('a.yaml')).toBe('longer than before');
  });

  test('reaches the disk before it takes the place of the old one, and its folder after', async () => {
    const path = put('a.yaml', 'old');
    const calls: string[] = [];
    const watching: FileSystem = {
      ...nodeFileSystem,
      sync: (descriptor) => {
        calls.push(nodeFileSystem.stat(descriptor).isDirectory() ? 'sync folder' : 'sync file');
        nodeFileSystem.sync(descriptor);
      },
      rename: (from, to) => {
        calls.push('rename');
        nodeFileSystem.rename(from, to);
      },
    };
    await write([change(path, 'old', 'new')], watching);
    expect(calls).toEqual(['sync file', 'rename', 'sync folder']);
  });

  test('may be given by a link inside the roots, which stays a link', async () => {
    mkdirSync(join(folder, 'real'));
    const target = put('real/a.yaml', 'old');
    const link = join(folder, 'link.yaml');
    symlinkSync('real/a.yaml', link);
    expect((await write([change(link, 'old', 'new')])).written).toEqual([link]);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readFileSync(target, 'utf8')).toBe('new');
  });

  test('may be given by a root that is itself a link', async () => {
    writeFileSync(join(outside, 'elsewhere.yaml'), 'old');
    const link = join(folder, 'link.yaml');
    symlinkSync('../elsewhere.yaml', link);
    expect((await write([change(link, 'old', 'new')], nodeFileSystem, [link])).refused).toEqual([]);
    expect(readFileSync(join(outside, 'elsewhere.yaml'), 'utf8')).toBe('new');
  });
});

describe('a file that is made', () => {
  test('has the permissions that the umask leaves', async () => {
    const path = join(folder, 'new.yaml');
    expect((await write([change(path, undefined, 'new')])).refused).toEqual([]);
    expect(read('new.yaml')).toBe('new');
    expect(statSync(path).mode & 0o777).toBe(statSync(put('by-node.yaml', '')).mode & 0o777);
    expect(readdirSync(folder).sort()).toEqual(['by-node.yaml', 'new.yaml']);
  });

  test('overwrites nothing that is there', async () => {
    const path = put('new.yaml', 'of somebody else');
    expect(await refusal([change(path, undefined, 'new')])).toBe('a file of this name exists by now');
    expect(read('new.yaml')).toBe('of somebody else');
  });

  test('overwrites nothing that appears at the last moment', async () => {
    const path = join(folder, 'new.yaml');
    const racing: FileSystem = {
      ...nodeFileSystem,
      link(from, to) {
        writeFileSync(path, 'of somebody else');
        nodeFileSystem.link(from, to);
      },
    };
    expect(await refusal([change(path, undefined, 'new')], racing)).toBe('a file of this name exists by now');
    expect(read('new.yaml')).toBe('of somebody else');
    expect(readdirSync(folder)).toEqual(['new.yaml']);
  });

  test('does not follow a link that leads nowhere yet', async () => {
    symlinkSync('../stolen.yaml', join(folder, 'new.yaml'));
    expect(await refusal([change(join(folder, 'new.yaml'), undefined, 'new')])).toBe('a file of this name exists by now');
    expect(existsSync(join(outside, 'stolen.yaml'))).toBe(false);
  });

  test('may be a root that does not exist yet', async () => {
    const path = join(folder, 'new.yaml');
    expect((await write([change(path, undefined, 'new')], nodeFileSystem, [path])).refused).toEqual([]);
    expect(read('new.yaml')).toBe('new');
  });

  test('is refused where the file system has no hard links', async () => {
    const reason = await refusal([change(join(folder, 'new.yaml'), undefined, 'new')], failing('link', 'EPERM'));
    expect(reason).toBe('the file system has no hard links, without which this cannot be done safely');
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a file is refused, and stays as it was', () => {
  test('where it changed since it was read', async () => {
    const path = put('a.yaml', 'changed');
    expect(await refusal([change(path, 'old', 'new')])).toBe('it was changed since it was read');
    expect(read('a.yaml')).toBe('changed');
  });

  test('where it changed to as many bytes while the new content was written', async () => {
    const path = put('a.yaml', 'old');
    const racing: FileSystem = {
      ...nodeFileSystem,
      sync(descriptor) {
        writeFileSync(path, 'odd');
        nodeFileSystem.sync(descriptor);
      },
    };
    expect(await refusal([change(path, 'old', 'new')], racing)).toBe('it was changed since it was read');
    expect(read('a.yaml')).toBe('odd');
    expect(readdirSync(folder)).toEqual(['a.yaml']);
  });

  test('where its permissions changed while the new content was written', async () => {
    const path = put('a.yaml', 'old');
    const racing: FileSystem = {
      ...nodeFileSystem,
      sync(descriptor) {
        chmodSync(path, 0o600);
        nodeFileSystem.sync(descriptor);
      },
    };
    expect(await refusal([change(path, 'old', 'new')], racing)).toBe('it was changed since it was read');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('where it is read-only, also for root', async () => {
    const path = put('a.yaml', 'old');
    chmodSync(path, 0o444);
    expect(await refusal([change(path, 'old', 'new')])).toBe('it is read-only');
  });

  test('where another hard link would keep the old content', async () => {
    const path = put('a.yaml', 'old');
    linkSync(path, join(outside, 'other.yaml'));
    expect(await refusal([change(path, 'old', 'new')])).toMatch(/^it has 2 names \(hard links\)/);
  });

  test('where it is no regular file', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    mkdirSync(join(folder, 'folder'));
    expect(await refusal([change(pipe, '', 'new')])).toBe('it is not a regular file');
    expect(await refusal([change(join(folder, 'folder'), '', 'new')])).toBe('it is not a regular file');
    expect(await refusal([change('/dev/null', '', 'new')], nodeFileSystem, ['/dev'])).toBe('it is not a regular file');
  });

  test('where it is gone', async () => {
    expect(await refusal([change(join(folder, 'gone.yaml'), 'old', 'new')])).toBe('it or its folder is not there');
    expect(await refusal([change(join(folder, 'gone', 'new.yaml'), undefined, 'new')])).toBe('it or its folder is not there');
  });

  test('where a link makes it the same as another one of the run', async () => {
    const path = put('a.yaml', 'old');
    symlinkSync('a.yaml', join(folder, 'link.yaml'));
    const { written, refused } = await write([change(path, 'old', 'new'), change(join(folder, 'link.yaml'), 'old', 'other')]);
    expect(written).toEqual([path]);
    expect(refused).toEqual([
      { path: join(folder, 'link.yaml'), reason: 'it is the same file as another one of this run, through a link' },
    ]);
    expect(read('a.yaml')).toBe('new');
  });

  test.each([
    ['write', 'ENOSPC', 'the disk is full'],
    ['write', 'EDQUOT', 'the disk quota is used up'],
    ['open', 'EROFS', 'the file system is read-only'],
    ['open', 'EACCES', 'its folder cannot be written by this user'],
    ['sync', 'EIO', 'the disk reports an error'],
    ['changeMode', 'EPERM', 'the system does not permit it: the file or its folder is protected'],
    ['rename', 'EPERM', 'the system does not permit it: the file or its folder is protected'],
    ['access', 'EACCES', 'this user may not write it'],
    ['close', 'EWEIRD', 'the system answers EWEIRD'],
  ] as const)('where %s fails with %s', async (call, code, reason) => {
    const path = put('a.yaml', 'old');
    expect(await refusal([change(path, 'old', 'new')], failing(call, code))).toBe(reason);
    expect(read('a.yaml')).toBe('old');
    expect(readdirSync(folder)).toEqual(['a.yaml']);
  });

  test('where the writing was interrupted', async () => {
    const path = put('a.yaml', 'old');
    const result = await writeFiles([change(path, 'old', 'new')], { roots: [folder], atomic: false, signal: AbortSignal.abort() });
    expect(result).toEqual({ written: [], refused: [{ path, reason: 'the writing was interrupted' }] });
  });

  test('and the others are written', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => put(`${name}.yaml`, 'old')) as [string, string, string];
    chmodSync(b, 0o444);
    const { written, refused } = await write([a, b, c].map((path) => change(path, 'old', 'new')));
    expect(written).toEqual([a, c]);
    expect(refused).toEqual([{ path: b, reason: 'it is read-only' }]);
  });
});

describe('nothing outside the roots is written', () => {
  test.each(['../outside.yaml', 'sub/../../outside.yaml'])('by %s', async (name) => {
    const path = join(outside, 'outside.yaml');
    writeFileSync(path, 'old');
    mkdirSync(join(folder, 'sub'));
    expect(await refusal([change(`${folder}/${name}`, 'old', 'new')])).toBe('it is outside the given paths');
    expect(await refusal([change(`${folder}/${name}.new`, undefined, 'new')])).toBe('it is outside the given paths');
    expect(readFileSync(path, 'utf8')).toBe('old');
  });

  test('through a link to a file', async () => {
    const path = join(outside, 'outside.yaml');
    writeFileSync(path, 'old');
    symlinkSync('../outside.yaml', join(folder, 'link.yaml'));
    expect(await refusal([change(join(folder, 'link.yaml'), 'old', 'new')])).toBe('it is outside the given paths');
  });

  test('through a link to a folder', async () => {
    mkdirSync(join(outside, 'other'));
    writeFileSync(join(outside, 'other/a.yaml'), 'old');
    symlinkSync('../other', join(folder, 'link'));
    expect(await refusal([change(join(folder, 'link/a.yaml'), 'old', 'new')])).toBe('it is outside the given paths');
    expect(await refusal([change(join(folder, 'link/new.yaml'), undefined, 'new')])).toBe('it is outside the given paths');
  });

  test('in a folder whose name merely begins like a root', async () => {
    mkdirSync(`${folder}-2`);
    writeFileSync(`${folder}-2/a.yaml`, 'old');
    expect(await refusal([change(`${folder}-2/a.yaml`, 'old', 'new')])).toBe('it is outside the given paths');
  });

  test('beside a root that is a file', async () => {
    const root = put('a.yaml', 'old');
    const beside = put('b.yaml', 'old');
    expect(await refusal([change(beside, 'old', 'new')], nodeFileSystem, [root])).toBe('it is outside the given paths');
  });

  describe.each([
    ['where an open folder has a path of its own', nodeFileSystem],
    ['where it has none', failing('readLink', 'ENOENT')],
  ])('%s', (_, system) => {
    const swap = (): void => {
      renameSync(join(folder, 'sub'), join(folder, 'moved'));
      symlinkSync('../other', join(folder, 'sub'));
    };

    beforeEach(() => {
      mkdirSync(join(folder, 'sub'));
      mkdirSync(join(outside, 'other'));
      put('sub/a.yaml', 'old');
      writeFileSync(join(outside, 'other/a.yaml'), 'old');
    });

    test('by a folder that becomes a link before it is opened', async () => {
      const racing: FileSystem = {
        ...system,
        open(path, flags, mode) {
          if (path === join(folder, 'sub')) swap();
          return system.open(path, flags, mode);
        },
      };
      expect(await refusal([change(join(folder, 'sub/a.yaml'), 'old', 'new')], racing)).not.toBe('');
      expect(readFileSync(join(outside, 'other/a.yaml'), 'utf8')).toBe('old');
      expect(readdirSync(join(outside, 'other'))).toEqual(['a.yaml']);
    });

    test('by a folder above it that becomes a link before it is opened', async () => {
      mkdirSync(join(folder, 'sub/deep'));
      mkdirSync(join(outside, 'other/deep'));
      put('sub/deep/a.yaml', 'old');
      writeFileSync(join(outside, 'other/deep/a.yaml'), 'old');
      const racing: FileSystem = {
        ...system,
        open(path, flags, mode) {
          if (path === join(folder, 'sub/deep')) swap();
          return system.open(path, flags, mode);
        },
      };
      expect(await refusal([change(join(folder, 'sub/deep/a.yaml'), 'old', 'new')], racing)).toBe(
        'its folder was moved or replaced meanwhile',
      );
      expect(readFileSync(join(outside, 'other/deep/a.yaml'), 'utf8')).toBe('old');
      expect(readdirSync(join(outside, 'other/deep'))).toEqual(['a.yaml']);
    });

    test('by a folder that becomes a link while the new content is written', async () => {
      let swapped = false;
      const racing: FileSystem = {
        ...system,
        sync(descriptor) {
          if (!swapped) swap();
          swapped = true;
          system.sync(descriptor);
        },
      };
      expect(await refusal([change(join(folder, 'sub/a.yaml'), 'old', 'new')], racing)).toBe('its folder was moved or replaced meanwhile');
      expect(readFileSync(join(outside, 'other/a.yaml'), 'utf8')).toBe('old');
      expect(readdirSync(join(outside, 'other'))).toEqual(['a.yaml']);
    });
  });
});

describe('what a killed run left', () => {
  const temporary = `.plimsoll-${'0'.repeat(32)}.tmp`;
  const backup = `.plimsoll-${'0'.repeat(32)}.old`;
  const twoHoursLater: FileSystem = {
    ...nodeFileSystem,
    statName(path) {
      const stat = nodeFileSystem.statName(path);
      if (stat !== undefined) stat.ctimeMs -= 2 * 3_600_000;
      return stat;
    },
  };

  test('is removed when nothing that old can be at work', async () => {
    const path = put('a.yaml', 'old');
    put(temporary, 'half');
    await write([change(path, 'old', 'new')], twoHoursLater);
    expect(readdirSync(folder)).toEqual(['a.yaml']);
  });

  test('is left alone while it may be at work, or is of a person', async () => {
    const path = put('a.yaml', 'old');
    put(temporary, 'half');
    await write([change(path, 'old', 'new')]);
    expect(readdirSync(folder).sort()).toEqual([temporary, 'a.yaml']);
    put('.plimsoll-1.tmp', 'of a person');
    await write([change(path, 'new', 'newer')], twoHoursLater);
    expect(readdirSync(folder).sort()).toEqual(['.plimsoll-1.tmp', 'a.yaml']);
  });

  test('is removed when it is the second name of a file that was made', async () => {
    const path = put('a.yaml', 'old');
    linkSync(path, join(folder, temporary));
    expect((await write([change(path, 'old', 'new')])).refused).toEqual([]);
    expect(readdirSync(folder)).toEqual(['a.yaml']);
  });

  test.skipIf(process.getuid?.() !== 0)('stays when it is of another user (needs root to make one)', async () => {
    const path = put('a.yaml', 'old');
    chownSync(put(temporary, 'half'), 1234, 1234);
    await write([change(path, 'old', 'new')], twoHoursLater);
    expect(readdirSync(folder).sort()).toEqual([temporary, 'a.yaml']);
  });

  test('stays when it is the only name of an old content', async () => {
    const path = put('a.yaml', 'old');
    put(backup, 'older');
    await write([change(path, 'old', 'new')], twoHoursLater);
    expect(readdirSync(folder).sort()).toEqual([backup, 'a.yaml']);
  });

  test('is removed when it is the second name of a content that still stands', async () => {
    const path = put('a.yaml', 'old');
    linkSync(path, join(folder, backup));
    expect(await refusal([change(path, 'old', 'new')])).toMatch('it has 2 names');
    expect((await write([change(path, 'old', 'new')], twoHoursLater)).refused).toEqual([]);
    expect(readdirSync(folder)).toEqual(['a.yaml']);
  });
});
