import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { byteOrder, findFiles, type Found } from './find-files.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-find-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(...files: readonly string[]): void {
  for (const file of files) writeText(file, '');
}

function writeText(file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

async function find(...paths: readonly string[]): Promise<string[]> {
  return (await findFiles(paths, folder)).map(line);
}

function line(found: Found): string {
  if (found.type === 'stdin') return 'stdin';
  if (found.type === 'read') return found.file + (found.chartTemplate ? ' (chart)' : '');
  if (found.type === 'chart' || found.type === 'overlay') return `${found.type} ${found.file}: ${found.inside.map(line).join(' ')}`;
  return `${found.type} ${found.file}: ${found.reason}${found.type === 'skipped' && found.count > 1 ? ` x${found.count}` : ''}`;
}

describe('folders', () => {
  test('are read recursively, in byte order of the whole path, manifests only', async () => {
    write('b/z.yaml', 'b.yaml', 'a/c.json', 'a.yml', 'B.yaml', 'README.md', 'a/Makefile', 'a/x.yaml.bak');
    expect(await find('.')).toEqual([
      'B.yaml',
      'a.yml',
      'a/c.json',
      'b.yaml',
      'b/z.yaml',
      'skipped .: files that do not end in .yaml, .yml or .json x3',
    ]);
  });

  test('node_modules and .git are not entered and count as one each', async () => {
    write('node_modules/p/a.yaml', 'sub/node_modules/q/b.yaml', '.git/c.yaml', 'd.yaml');
    expect(await find('.')).toEqual([
      'skipped .git: .git folders are not entered',
      'd.yaml',
      'skipped node_modules: node_modules folders are not entered',
      'skipped sub/node_modules: node_modules folders are not entered',
    ]);
  });

  test('ignore files nest, the nearest rule decides, and what they leave out is counted', async () => {
    writeText('.gitignore', '*.tmp.yaml\n/build/\nsecret.yaml\n');
    writeText('sub/.gitignore', '!secret.yaml\n');
    writeText('sub/deep/.plimsollignore', 'other.yaml\n');
    write('a.tmp.yaml', 'build/b.yaml', 'secret.yaml', 'sub/secret.yaml', 'sub/build/c.yaml', 'sub/deep/other.yaml', 'sub/deep/d.yaml');
    expect(await find('.')).toEqual([
      'sub/build/c.yaml',
      'sub/deep/d.yaml',
      'sub/secret.yaml',
      'skipped .gitignore: files and folders that this file leaves out x3',
      'skipped sub/deep/.plimsollignore: files and folders that this file leaves out',
      'skipped .: files that do not end in .yaml, .yml or .json x3',
    ]);
  });

  test('.plimsollignore takes back what .gitignore of the same folder leaves out', async () => {
    writeText('.gitignore', 'rendered/\n');
    writeText('.plimsollignore', '!rendered/\n');
    write('rendered/a.yaml');
    expect(await find('.')).toContain('rendered/a.yaml');
  });

  test('a rule made of stars does not hang the search', async () => {
    writeText('.gitignore', `${'*a'.repeat(60)}b\n`);
    write(`${'a'.repeat(200)}.yaml`);
    expect(await find('.')).toContain(`${'a'.repeat(200)}.yaml`);
  });

  test('what ignore files leave out is read when it is named', async () => {
    writeText('.gitignore', '*\n');
    write('a.yaml', 'b.conf');
    expect(await find('a.yaml', 'b.conf')).toEqual(['a.yaml', 'b.conf']);
  });

  test('an upper-case name is not left out by a lower-case rule', async () => {
    writeText('.gitignore', 'secret.yaml\n');
    write('Secret.yaml');
    expect(await find('.')).toContain('Secret.yaml');
  });

  test('templates of a Helm chart are marked, also when the walk starts inside the chart', async () => {
    write('chart/Chart.yaml', 'chart/templates/sub/a.yaml', 'chart/values.yaml', 'templates/b.yaml');
    expect(await find('.')).toEqual(['chart/Chart.yaml', 'chart/templates/sub/a.yaml (chart)', 'chart/values.yaml', 'templates/b.yaml']);
    expect(await find('chart/templates/sub')).toEqual(['chart/templates/sub/a.yaml (chart)']);
  });
});

describe('charts that are to be rendered', () => {
  async function render(...paths: readonly string[]): Promise<string[]> {
    return (await findFiles(paths, folder, true)).map(line);
  }

  test('hold the files that they are rendered from, and nothing else of their folder', async () => {
    write('a.yaml', 'b/Chart.yaml', 'b/values.yaml', 'b/templates/x.yaml', 'b/templates/y/z.yaml', 'b/crds/c.yaml', 'b/examples/e.yaml');
    expect(await render('.')).toEqual([
      'a.yaml',
      'chart b: b/crds/c.yaml b/templates/x.yaml (chart) b/templates/y/z.yaml (chart)',
      'b/Chart.yaml',
      'b/examples/e.yaml',
      'b/values.yaml',
    ]);
  });

  test('hold their dependencies, which are not rendered alone; charts elsewhere in their folder are', async () => {
    write('Chart.yaml', 'charts/db/Chart.yaml', 'charts/db/templates/x.yaml', 'test/chart/Chart.yaml', 'test/chart/templates/y.yaml');
    expect(await render('.')).toEqual([
      'chart .: charts/db/Chart.yaml charts/db/templates/x.yaml (chart)',
      'Chart.yaml',
      'chart test/chart: test/chart/templates/y.yaml (chart)',
      'test/chart/Chart.yaml',
    ]);
  });

  test('are found once, under the first name that leads to them', async () => {
    write('a/Chart.yaml', 'a/templates/x.yaml', 'b.tgz');
    expect(await render('a', '.', 'b.tgz', './b.tgz')).toEqual([
      'chart a: a/templates/x.yaml (chart)',
      'a/Chart.yaml',
      'skipped .: files that do not end in .yaml, .yml or .json',
      'chart b.tgz: ',
    ]);
  });

  test('are archives where they were named alone', async () => {
    write('in/b.tgz', 'in/a.tar.gz');
    expect(await render('in')).toEqual(['skipped in: files that do not end in .yaml, .yml or .json x2']);
    expect(await render('in/a.tar.gz')).toEqual(['chart in/a.tar.gz: ']);
    expect(await find('in/a.tar.gz')).toEqual(['in/a.tar.gz']);
  });

  test('are left out by ignore files as any folder is', async () => {
    writeText('.gitignore', 'out/\n');
    write('out/Chart.yaml', 'out/templates/x.yaml');
    expect((await render('.')).join()).not.toContain('chart');
  });
});

describe('kustomizations that are to be built', () => {
  async function render(...paths: readonly string[]): Promise<string[]> {
    return (await findFiles(paths, folder, true)).map(line);
  }

  beforeEach(() => {
    writeText('base/kustomization.yaml', 'resources: [a.yaml]');
    writeText('prod/kustomization.yaml', 'resources: [../base, own.yaml]\npatches: [{path: patch.yaml}]');
    write('base/a.yaml', 'base/other.yaml', 'prod/own.yaml', 'prod/patch.yaml', 'prod/sub/other.yaml');
  });

  test('hold the files of their folder that they are built from; all others are read', async () => {
    expect(await render('prod')).toEqual(['overlay prod: prod/kustomization.yaml prod/own.yaml prod/patch.yaml', 'prod/sub/other.yaml']);
  });

  test('are those that were named: which overlay is installed, a folder does not say', async () => {
    expect((await render('.')).join()).not.toContain('overlay');
    expect((await find('prod')).join()).not.toContain('overlay');
  });

  test('are not built alone where an overlay of them was named too', async () => {
    expect(await render('base', 'prod')).toEqual([
      'skipped base: built as a part of prod, which was named too x2',
      'base/other.yaml',
      'overlay prod: prod/kustomization.yaml prod/own.yaml prod/patch.yaml',
      'prod/sub/other.yaml',
    ]);
  });
});

describe('with all kustomizations that folders hold', () => {
  async function build(...paths: readonly string[]): Promise<string[]> {
    return (await findFiles(paths, folder, true, true)).map(line);
  }

  beforeEach(() => {
    writeText('base/kustomization.yaml', 'resources: [a.yaml]');
    write('base/a.yaml', 'base/other.yaml', 'plain.yaml');
    for (const name of ['dev', 'prod']) {
      writeText(`overlays/${name}/kustomization.yaml`, 'resources: [../../base, own.yaml]');
      write(`overlays/${name}/own.yaml`);
    }
  });

  test('those are built that no other one builds upon, and what they take in is not read again', async () => {
    expect(await build('.')).toEqual([
      'skipped base: built as a part of overlays/dev',
      'base/other.yaml',
      'overlay overlays/dev: base/a.yaml base/kustomization.yaml overlays/dev/kustomization.yaml overlays/dev/own.yaml',
      'overlay overlays/prod: overlays/prod/kustomization.yaml overlays/prod/own.yaml',
      'plain.yaml',
    ]);
    expect(await build('overlays', 'base')).toEqual([
      'overlay overlays/dev: overlays/dev/kustomization.yaml overlays/dev/own.yaml',
      'overlay overlays/prod: overlays/prod/kustomization.yaml overlays/prod/own.yaml',
      'skipped base: built as a part of overlays/dev x2',
      'base/other.yaml',
    ]);
  });

  test('one that cannot be built keeps its files, but for those of others', async () => {
    writeText('overlays/dev/kustomization.yaml', 'resources: [../../base, own.yaml, "https://example.com/x"]');
    expect(await build('.')).toEqual([
      'skipped base: built as a part of overlays/prod',
      'base/other.yaml',
      'overlay overlays/dev: overlays/dev/kustomization.yaml overlays/dev/own.yaml',
      'overlay overlays/prod: base/a.yaml base/kustomization.yaml overlays/prod/kustomization.yaml overlays/prod/own.yaml',
      'plain.yaml',
    ]);
  });

  test('components that nobody names, objects of Flux, and what is left out or belongs to a chart are none', async () => {
    writeText('part/kustomization.yaml', 'kind: Component\nresources: [a.yaml]');
    writeText('flux/kustomization.yaml', 'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization');
    writeText('out/kustomization.yaml', 'resources: []');
    writeText('chart/templates/kustomization.yaml', 'resources: []');
    writeText('.plimsollignore', 'out\nbase\noverlays\n');
    write('chart/Chart.yaml', 'part/a.yaml');
    expect((await build('.')).filter((each) => !each.startsWith('skipped'))).toEqual([
      'chart chart: chart/templates/kustomization.yaml (chart)',
      'chart/Chart.yaml',
      'flux/kustomization.yaml',
      'part/a.yaml',
      'part/kustomization.yaml',
      'plain.yaml',
    ]);
  });
});

describe('names', () => {
  test('are relative to the working folder below it and as written outside of it', async () => {
    write('in/a.yaml', 'out/b.yaml');
    const found = await findFiles([join(folder, 'in'), '../out', join(folder, 'out/b.yaml')], join(folder, 'in'));
    expect(found.map(line)).toEqual(['a.yaml', '../out/b.yaml']);
    expect((await findFiles([join(folder, 'out')], join(folder, 'in'))).map(line)).toEqual([`${folder}/out/b.yaml`]);
  });

  test('a file named twice is read once, whatever the names are', async () => {
    write('a/b.yaml');
    symlinkSync('a', join(folder, 'link'));
    expect(await find('a/b.yaml', './a/../a/b.yaml', 'a', 'link', 'link/b.yaml')).toEqual(['a/b.yaml']);
  });

  test('what does not exist is unread', async () => {
    write('file.yaml');
    expect(await find('missing.yaml', 'file.yaml/x', '', 'nul\0byte')).toEqual([
      'unread missing.yaml: no such file or folder',
      'unread file.yaml/x: no such file or folder',
      'unread .: no such file or folder',
      'unread nul\0byte: it cannot be read (ERR_INVALID_ARG_VALUE)',
    ]);
  });

  test('standard input is read once', async () => {
    expect(await find('-', '-')).toEqual(['stdin']);
  });
});

describe('patterns', () => {
  test('are expanded where nothing has that name, without ignore files and endings', async () => {
    writeText('.gitignore', 'b.yaml\n');
    write('b.yaml', 'a.tpl', 'x/c.yaml', '[b].yaml');
    expect(await find('*.yaml')).toEqual(['[b].yaml', 'b.yaml']);
    expect(await find('[b].yaml')).toEqual(['[b].yaml']);
    expect(await find('*.{tpl,none}', '**/c.yaml')).toEqual(['a.tpl', 'x/c.yaml']);
    expect(await find(`${folder}/x/*.yaml`)).toEqual(['x/c.yaml']);
  });

  test('that match nothing are unread', async () => {
    expect(await find('*.nothing')).toEqual(['unread *.nothing: no file matches this pattern']);
  });

  test('do not reach into node_modules, and say so', async () => {
    write('a.yaml', 'node_modules/p/b.yaml', 'node_modules/q/c.yaml');
    expect(await find('**/*.yaml')).toEqual(['a.yaml', 'skipped node_modules: node_modules folders are not entered x2']);
  });
});

describe('symbolic links', () => {
  test('a named link is followed', async () => {
    write('real/a.yaml');
    symlinkSync('real', join(folder, 'folder'));
    symlinkSync('real/a.yaml', join(folder, 'file'));
    expect(await find('folder')).toEqual(['folder/a.yaml']);
    expect(await find('file')).toEqual(['file']);
  });

  test('inside folders a file is read under its own name, or under the link if it has no other', async () => {
    write('real.yaml', 'plain');
    symlinkSync('real.yaml', join(folder, 'a.yaml'));
    symlinkSync('plain', join(folder, 'b.yaml'));
    expect(await find('.')).toEqual([
      'skipped a.yaml: a symbolic link to a file that is read itself',
      'b.yaml',
      'real.yaml',
      'skipped .: files that do not end in .yaml, .yml or .json',
    ]);
  });

  test('loops, dangling links, links to folders and links out of the folder end as entries', async () => {
    write('in/x.yaml', 'out/secret.yaml');
    symlinkSync('..', join(folder, 'in/up'));
    symlinkSync('.', join(folder, 'in/self'));
    symlinkSync('nowhere', join(folder, 'in/dangling.yaml'));
    symlinkSync('loop-b.yaml', join(folder, 'in/loop-a.yaml'));
    symlinkSync('loop-a.yaml', join(folder, 'in/loop-b.yaml'));
    symlinkSync('../out/secret.yaml', join(folder, 'in/secret.yaml'));
    expect(await find('in')).toEqual([
      'unread in/dangling.yaml: a symbolic link to nothing',
      'unread in/loop-a.yaml: a loop of symbolic links',
      'unread in/loop-b.yaml: a loop of symbolic links',
      'unread in/secret.yaml: a symbolic link out of the folder: name the file to have it read',
      'skipped in/self: a symbolic link to a folder that is read itself',
      'skipped in/up: a symbolic link to another folder: name it to have it read',
      'in/x.yaml',
    ]);
    expect(await find('in/dangling.yaml', 'in/loop-a.yaml')).toEqual([
      'unread in/dangling.yaml: a symbolic link to nothing',
      'unread in/loop-a.yaml: a loop of symbolic links',
    ]);
  });
});

describe('what is no regular file', () => {
  test.skipIf(process.platform === 'win32')('a named pipe is not opened', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe.yaml')]);
    const reason = 'unread pipe.yaml: a named pipe, not a file: pipe it into "-"';
    expect(await find('.')).toEqual([reason]);
    expect(await find('pipe.yaml')).toEqual([reason]);
  });

  test.skipIf(process.platform === 'win32')('a device is not opened', async () => {
    symlinkSync('/dev/zero', join(folder, 'zero.yaml'));
    expect(await find('.', '/dev/zero')).toEqual(['unread zero.yaml: a device, not a file', 'unread /dev/zero: a device, not a file']);
  });
});

test('byte order is that of UTF-8', () => {
  const names = ['a', 'a-b', 'a/b', 'ab', 'é', '\uFFFD', '😀', '😀a', ''];
  const sorted = names.toSorted(byteOrder);
  expect(sorted).toEqual(names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
});
