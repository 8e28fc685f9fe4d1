import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { hardenedObjects } from '../../src/testing/hardened.ts';
import { node, plimsoll, type Outcome, type RunOptions } from './run.ts';

const outside = mkdtempSync(join(tmpdir(), 'plimsoll-fix-'));
const folder = join(outside, 'manifests');
afterAll(() => rmSync(outside, { recursive: true }));
beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
});

/** One fix is safe, since the user is a number; others are for review. */
const pod = `apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
spec:
  containers:
    - name: web   # the only one
      image: registry.example/web:1.0
      securityContext: { runAsUser: 10001 }
`;
const repaired = pod.replace('10001 }', '10001, runAsNonRoot: true }');

function put(name: string, content: string | Uint8Array = pod): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
}

function read(name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

function fix(args: readonly string[], options: RunOptions = {}): Outcome {
  return plimsoll(['fix', ...args], { cwd: folder, ...options });
}

describe('what is fixed', () => {
  test('without more the diff of safe fixes is shown, nothing is written, and the exit code is 1', () => {
    put('pod.yaml');
    const { status, stdout, stderr } = fix([]);
    expect([status, stderr, read('pod.yaml')]).toEqual([1, '', pod]);
    expect(stdout).toContain(
      '\n-      securityContext: { runAsUser: 10001 }\n+      securityContext: { runAsUser: 10001, runAsNonRoot: true }\n',
    );
    expect(stdout).not.toContain('\n+      readOnlyRootFilesystem');
    expect(stdout).toMatch(/\n# to do: 1 fix in 1 file not written, findings \d+ → \d+ \(exit code 1\)\n# next: plimsoll fix --write\n$/);
  });

  test('--write writes it, and a second run has nothing left to do', () => {
    put('pod.yaml');
    expect(fix(['--write']).status).toBe(0);
    expect(read('pod.yaml')).toBe(repaired);
    const again = fix(['--write']);
    expect([again.status, read('pod.yaml')]).toEqual([0, repaired]);
    expect(again.stdout).toContain('Fixes         none');
  });

  test('--review adds the rest, objects beside it too; a second run has nothing left to do', () => {
    put('pod.yaml');
    expect(fix(['--review']).status).toBe(1);
    expect(fix(['--review', '--write']).status).toBe(0);
    const first = read('pod.yaml');
    expect(first.startsWith(pod.slice(0, pod.indexOf('      securityContext')))).toBe(true);
    expect(first).toContain('readOnlyRootFilesystem: true');
    expect(first).toContain('kind: NetworkPolicy');
    const again = fix(['--review', '--write']);
    expect([again.status, read('pod.yaml')]).toEqual([0, first]);
    expect(again.stdout).toContain('Fixes         none');
  });

  test('the next command repeats what was asked for', () => {
    put('my pod.yaml');
    expect(fix(['my pod.yaml', '--only', 'POD-0*', '--review']).stdout).toContain(
      "next: plimsoll fix 'my pod.yaml' --review --only 'POD-0*' --write\n",
    );
  });

  test('--plan orders it, as text and as JSON, and writes nothing', () => {
    put('pod.yaml');
    const text = fix(['--plan']);
    expect([text.status, read('pod.yaml')]).toEqual([1, pod]);
    expect(text.stdout).toMatch(/1\. Free[^]*plimsoll fix --write\n[^]*2\. Needs a test[^]*plimsoll fix --write --review\n/);
    const { stages } = JSON.parse(fix(['--plan', '-o', 'json']).stdout) as { stages: { effort: string; command?: string }[] };
    expect(stages.slice(0, 2)).toMatchObject([
      { effort: 'free', command: 'plimsoll fix --write' },
      { effort: 'test', command: 'plimsoll fix --write --review' },
    ]);
  });

  test.each([
    [['--only', 'POD-01'], true],
    [['--skip', 'POD-01'], false],
  ])('%j', (args, fixed) => {
    put('pod.yaml');
    expect(fix([...args, '--write']).status).toBe(0);
    expect(read('pod.yaml')).toBe(fixed ? repaired : pod);
  });

  test('values, digests, images and resources become fixes', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    put('pod.yaml', pod.replace('      securityContext: { runAsUser: 10001 }\n', ''));
    put('facts/digests', `registry.example/web:1.0@${digest}\n`);
    put('facts/images.yaml', 'registry.example/web:1.0: "65532"\n');
    put('facts/resources.yaml', 'defaults: { requests: { cpu: 100m, memory: 64Mi }, limits: { memory: 64Mi } }\n');
    const facts = ['--digests', 'facts/digests', '--images', 'facts/images.yaml', '--resources', 'facts/resources.yaml'];
    expect(fix(['pod.yaml', '--review', '--write', ...facts]).status).toBe(0);
    expect(read('pod.yaml')).toContain(`image: registry.example/web:1.0@${digest}\n`);
    expect(read('pod.yaml')).toContain('runAsNonRoot: true');
    expect(read('pod.yaml')).toContain('memory: 64Mi');
    put('pod.yaml', pod.replace('      securityContext: { runAsUser: 10001 }\n', ''));
    expect(fix(['pod.yaml', '--review', '--write', '--value', 'POD-01.user=10002']).status).toBe(0);
    expect(read('pod.yaml')).toContain('runAsUser: 10002');
  });
});

describe('outputs', () => {
  test('several at once: files, a kustomize folder and standard output', () => {
    put('pod.yaml');
    const outputs = ['patch=a.patch', 'json=a.json', 'sarif=a.sarif', 'text=a.txt', 'kustomize=component', 'jsonpatch'].flatMap((each) => [
      '-o',
      each,
    ]);
    const { status, stdout } = fix(outputs);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject([{ target: { kind: 'Pod', name: 'web' }, patch: expect.any(Array) }]);
    expect(JSON.parse(read('a.json'))).toMatchObject({ schemaVersion: 1, summary: { fixes: 1 } });
    expect(JSON.parse(read('a.sarif'))).toMatchObject({ version: '2.1.0' });
    expect(read('a.txt')).toContain('to do: 1 fix');
    expect(read('component/kustomization.yaml')).toContain('kind: Component');
    expect(readdirSync(join(folder, 'component/patches'))).toEqual(['shop-pod-web.yaml']);
    expect(spawnSync('git', ['apply', 'a.patch'], { cwd: folder }).status).toBe(0);
    expect(read('pod.yaml')).toBe(repaired);
  });

  test.each(['text', 'patch'])('-o %s in a pipe is a patch that git apply takes', (format) => {
    put('pod.yaml');
    put('a.patch', fix(['-o', format]).stdout);
    const { status, stderr } = spawnSync('git', ['apply', 'a.patch'], { cwd: folder, encoding: 'utf8' });
    expect([status, stderr, read('pod.yaml')]).toEqual([0, '', repaired]);
  });

  test('where the text does not say it, standard error says what could not be read, and what there is to do', () => {
    put('pod.yaml');
    put('b.yaml', 'apiVersion: v1\nkind: Pod\nspec: [unclosed\n');
    const { status, stderr } = fix(['-q', '-o', 'patch']);
    expect(status).toBe(2);
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(/^plimsoll: could not be read: b\.yaml:\d: /),
      'plimsoll: 1 document could not be read (--allow-unreadable accepts that); 1 fix in 1 file not written',
      '',
    ]);
    expect(fix(['-o', 'patch=a.patch', '--allow-unreadable'])).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(/^plimsoll: 1 fix in 1 file not written, findings \d+ → \d+\n$/) as string,
    });
  });

  test('files that were written are shown as the diff that was made', () => {
    put('pod.yaml');
    const { status, stdout } = fix(['--write', '-o', 'json']);
    expect([status, (JSON.parse(stdout) as { files: unknown[] }).files.length]).toEqual([0, 1]);
  });

  test('--quiet is the diff alone', () => {
    put('pod.yaml');
    expect(fix(['--quiet']).stdout).toMatch(/^diff --git a\/pod.yaml b\/pod.yaml\n[^#]*# the only one\n[^#]*$/);
  });

  test('secrets of the file are hidden in what is coloured for a terminal, whichever control is asked for', () => {
    put('pod.yaml', `${pod}      env: [{ name: DB_PASSWORD, value: hunter2-hunter2 }]\n`);
    const { stdout } = fix(['--color', '--only', 'POD-01']);
    expect(stdout).toContain('(hidden: a secret)');
    expect(stdout).not.toContain('hunter2');
  });

  test('no name and no comment steers the terminal', () => {
    put('po\u001b[31md.yaml', pod.replaceAll('name: web', 'name: "we\\e[31mb"').replace('the only one', 'the \u202eonly one'));
    // oxlint-disable-next-line no-control-regex
    const steering = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/;
    for (const args of [['--color'], ['--plan'], ['-o', 'json'], ['-o', 'jsonpatch']]) {
      const { stdout } = fix([...args, '--review']);
      expect(stdout.length).toBeGreaterThan(100);
      // oxlint-disable-next-line no-control-regex
      expect(stdout.replaceAll(/\u001b\[\d+m/g, '')).not.toMatch(steering);
    }
    expect(fix(['--review']).stdout).toContain('diff --git "a/po\\033[31md.yaml"');
  });

  test('prose fits a narrow terminal, and NO_COLOR is obeyed', () => {
    put('pod.yaml');
    const { stdout } = fix(['--color', '--review'], { env: { COLUMNS: '40' } });
    // oxlint-disable-next-line no-control-regex
    const lines = stdout.replaceAll(/\u001b\[\d+m/g, '').split('\n');
    expect(lines.filter((line) => line.length > 40 && !/^[+-]|pod-security|network-separation|Judged for/.test(line))).toEqual([]);
    expect(fix([], { env: { NO_COLOR: '1', FORCE_COLOR: '1' } }).stdout).not.toContain('\u001b');
  });

  test('a reader that goes away ends nothing but the output', async () => {
    for (let index = 0; index < 40; index++) put(`${index}.yaml`, pod + '# x\n'.repeat(2000));
    const child = spawn(node, [inject('commandLine'), 'fix', '--review', '-o', 'json'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    child.stdout.once('data', () => child.stdout.destroy());
    const status = await new Promise((resolve) => child.once('exit', resolve));
    expect([status, stderr]).toEqual([1, '']);
  });
});

describe('standard input', () => {
  test('gives a diff, and with --write the fixed text alone', () => {
    expect(fix(['-'], { input: pod }).status).toBe(1);
    expect(fix(['--write', '-'], { input: pod })).toEqual({ status: 0, stdout: repaired, stderr: '' });
  });

  test.each([
    ['already fixed', 0, repaired],
    ['not Kubernetes', 2, 'a: b'],
    ['empty', 2, ''],
    ['of a kind that no control reads, in a DOS file', 2, '\ufeffapiVersion: v1\r\nkind: Binding\r\nmetadata:\r\n  name: a'],
    ['partly unreadable', 2, `${pod}---\napiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: [unclosed\n`],
    ['partly refused by the API server', 2, `${pod}---\napiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: {}}\n`],
  ])('passes unchanged where it is %s', (_, status, input) => {
    const outcome = fix(['--write', '-'], { input });
    expect([outcome.status, outcome.stdout, outcome.stderr !== '']).toEqual([status, input, status === 2]);
  });

  test('that is no UTF-8 passes byte for byte, with exit code 2', () => {
    const input = Buffer.concat([Buffer.from(pod), Buffer.from([0x23, 0xff, 0xfe, 0x0a])]);
    const result = spawnSync(node, [inject('commandLine'), 'fix', '--write', '-'], { input });
    expect([result.status, result.stdout.equals(input)]).toEqual([2, true]);
  });

  test('keeps CRLF, byte order mark and the missing end of line where it is fixed', () => {
    const dos = (text: string): string => `\ufeff${text.trimEnd().replaceAll('\n', '\r\n')}`;
    expect(fix(['--write', '-'], { input: dos(pod) }).stdout).toBe(dos(repaired));
  });

  test('with --allow-unreadable is fixed as far as it can be read', () => {
    const rest = '---\napiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: [unclosed\n';
    expect(fix(['--write', '-', '--allow-unreadable'], { input: pod + rest })).toMatchObject({ status: 0, stdout: repaired + rest });
  });

  test('has no place for a new file', () => {
    const input =
      '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","namespace":"shop"},"spec":{"containers":[{"name":"a","image":"a"}]}}';
    const { stdout, status } = fix(['--write', '-', '--review'], { input });
    expect([status, (JSON.parse(stdout) as { kind: string }).kind]).toEqual([0, 'Pod']);
    expect(stdout).not.toContain('serviceAccountName');
  });
});

describe('files are written with care', () => {
  test('a file that cannot be written is named, the others are written, and the exit code is 2', () => {
    put('a.yaml');
    chmodSync(put('b.yaml'), 0o444);
    const { status, stdout, stderr } = fix(['--write']);
    expect([status, stderr]).toEqual([2, 'plimsoll: not written: b.yaml: it is read-only\n']);
    expect(stdout).toContain('not done: 1 of 2 files could not be written (exit code 2)');
    expect([read('a.yaml'), read('b.yaml')]).toEqual([repaired, pod]);
  });

  test('with --atomic none is written then', () => {
    put('a.yaml');
    chmodSync(put('b.yaml'), 0o444);
    expect(fix(['--write', '--atomic']).status).toBe(2);
    expect([read('a.yaml'), read('b.yaml'), readdirSync(folder)]).toEqual([pod, pod, ['a.yaml', 'b.yaml']]);
  });

  test('--atomic leaves nothing but the files', () => {
    put('a.yaml');
    const { status } = fix(['--write', '--atomic']);
    expect([status, read('a.yaml'), readdirSync(folder)]).toEqual([0, repaired, ['a.yaml']]);
  });

  test('a link out of the given folder is neither followed nor written', () => {
    mkdirSync(join(outside, 'other'), { recursive: true });
    writeFileSync(join(outside, 'other/real.yaml'), pod);
    symlinkSync('../other/real.yaml', join(folder, 'link.yaml'));
    symlinkSync('../other', join(folder, 'linked'));
    put('own.yaml');
    const { status, stdout } = fix(['--write']);
    expect(status).toBe(2);
    expect(stdout).toContain('a symbolic link out of the folder');
    expect([readFileSync(join(outside, 'other/real.yaml'), 'utf8'), read('own.yaml')]).toEqual([pod, repaired]);
  });

  test('a link that is named is written where it points, and stays a link', () => {
    put('real.yaml');
    symlinkSync('real.yaml', join(folder, 'link.yaml'));
    expect(fix(['--write', 'link.yaml']).status).toBe(0);
    expect([read('real.yaml'), lstatSync(join(folder, 'link.yaml')).isSymbolicLink()]).toEqual([repaired, true]);
  });

  test('globs', () => {
    put('a/one.yaml');
    put('b/two.yaml');
    put('b/two.yml');
    expect(fix(['--write', '*/*.yaml']).status).toBe(0);
    expect([read('a/one.yaml'), read('b/two.yaml'), read('b/two.yml')]).toEqual([repaired, repaired, pod]);
  });

  test('Helm templates, generated files and lock files are left alone, and told', () => {
    put('chart/Chart.yaml', 'apiVersion: v2\nname: a\nversion: 1.0.0\n');
    put('chart/templates/pod.yaml', pod.replace('name: web', 'name: {{ .Values.name }}'));
    put('generated.yaml', `# Code generated by a tool. DO NOT EDIT.\n${pod}`);
    put('images.lock.yaml');
    const before = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const { status, stdout } = fix(['--write', '--no-render']);
    expect(status).toBe(0);
    for (const told of ['Helm template: render the chart first', 'generated, as its first lines say', 'a lock file'])
      expect(stdout).toContain(told);
    for (const { parentPath, name } of before) expect(readFileSync(join(parentPath, name), 'utf8')).not.toContain('runAsNonRoot');
  });

  test('nothing is touched where nothing is to be fixed', () => {
    const path = put('hardened.yaml', hardenedObjects);
    utimesSync(path, 1, 1);
    expect(fix(['--write', '--review']).status).toBe(0);
    expect([lstatSync(path).mtimeMs, read('hardened.yaml')]).toEqual([1000, hardenedObjects]);
  });
});

describe('what goes wrong is said in a few lines, and nothing is written', () => {
  test.each([
    [['--wriet'], '--write'],
    [['--write', '--plan'], '--plan writes nothing'],
    [['--atomic'], '--atomic is about writing'],
    [['--plan', '-o', 'sarif'], '--output text or json'],
    [['-o', 'jsn'], 'json'],
    [['-o', 'kustomize'], 'kustomize=FOLDER'],
    [['-o', 'patch', '-o', 'json'], 'standard output'],
    [['-o', 'patch=nowhere/a.patch'], 'nowhere/a.patch'],
    [['-o', 'kustomize=pod.yaml'], 'pod.yaml'],
    [['--write', '-', '-o', 'json'], '--output'],
    [['--write', '-', 'pod.yaml'], 'no other path'],
    [['--interactive'], '--interactive needs a terminal'],
    [['--value', 'x'], 'CONTROL.KEY=VALUE'],
    [['--value', 'pod-security/non-root-user.usr=1'], 'pod-security/non-root-user.user'],
    [['--value', 'pod-security/no-root-user.user=1'], 'pod-security/non-root-user'],
    [['--digests', 'nowhere'], 'nowhere'],
    [['--digests', 'pod.yaml'], 'pod.yaml:1'],
    [['--images', 'pod.yaml'], 'pod.yaml:'],
    [['--resources', 'pod.yaml'], 'pod.yaml:1'],
    [['--resources', '.'], 'a folder'],
    [['--only', 'POD-011'], 'POD-01'],
  ])('%j', (args, told) => {
    put('pod.yaml');
    const { status, stdout, stderr } = fix(args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(told);
    expect(stderr).not.toContain('internal error');
    expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(3);
    expect(read('pod.yaml')).toBe(pod);
  });

  test.each([['nowhere.yaml'], ['*.nope'], ['empty']])('%s', (path) => {
    mkdirSync(join(folder, 'empty'));
    const { status, stdout } = fix([path, '--write']);
    expect([status, stdout.includes('not done')]).toEqual([2, true]);
  });
});
