import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Finding, Report } from '../core/index.ts';
import { git, newRepository, type TestRepository } from '../../test/git/repository.ts';
import { changedSince } from './changed-since.ts';
import type { Settings } from './revision.ts';
import { scan, type ScanOptions } from './scan.ts';

const pod = (name: string, more = ''): string => `apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: shop}
spec:
  hostNetwork: true
  containers: [{name: ${name}, image: ${name}}]
${more}`;

const deny = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: shop}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
`;

const namespace = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n';

let repository: TestRepository;

beforeEach(() => {
  repository = newRepository({
    'deploy/web.yaml': `${pod('web')}---\n${pod('api')}`,
    'deploy/deny.yaml': deny,
    'deploy/shop.yaml': namespace,
  });
});

afterEach(() => {
  vi.unstubAllEnvs();
  repository.remove();
});

const policy: ScanOptions = { only: ['pod-security/host-network', 'network-separation/default-deny-ingress'] };

async function since(revision: string, more: ScanOptions = {}, settings: Settings = { name: 'plimsoll.yaml' }): Promise<Report> {
  const options = { ...policy, paths: ['deploy'], cwd: repository.top, ...more };
  return (await changedSince(options, revision, settings))(await scan(options));
}

function told({ findings }: Pick<Report, 'findings'>): string[] {
  return findings.map(({ file, resource, control }: Finding) => `${file} ${resource.name} ${control}`);
}

describe('what is reported', () => {
  test('is nothing where nothing has changed, and what has not is counted', async () => {
    const report = await since('HEAD');
    expect(told(report)).toEqual([]);
    expect(report.changedSince).toEqual({ revision: 'HEAD', commit: repository.git('rev-parse', 'HEAD').trim(), unchanged: 2, same: true });
    expect(report.summary.bySeverity).toEqual({ critical: 0, high: 0, medium: 0, low: 0 });
    expect(report.ledger.find(({ controls }) => controls.includes('pod-security/host-network'))?.state).toBe('fail');
  });

  test('is judged a second time as soon as a file is another one, has come or has gone, or the values of a chart are others', async () => {
    const isSame = async (more?: ScanOptions): Promise<boolean> => (await since('main', more)).changedSince?.same === true;
    const ofChart: ScanOptions = { paths: ['deploy/chart'], charts: { values: ['values.yaml'] } };
    repository.write({ 'deploy/notes.txt': 'x', 'deploy/web.yaml': `${pod('web')}---\n${pod('api')}`.replaceAll('\n', '\r\n') });
    expect(await isSame()).toBe(true);
    repository.write({ 'deploy/new.yaml': '# nothing\n' });
    expect(await isSame()).toBe(false);
    repository.commit({ 'deploy/chart/Chart.yaml': 'name: shop', 'deploy/chart/templates/_names.tpl': 'a' });
    repository.write({ 'values.yaml': 'a: 1\n' });
    expect(await isSame(ofChart)).toBe(false);
    repository.commit();
    expect(await isSame(ofChart)).toBe(true);
    repository.write({ 'deploy/chart/templates/_more.tpl': 'b' });
    expect(await isSame()).toBe(false);
    repository.commit({ 'deploy/base/kustomization.yaml': 'resources: []' });
    expect(await isSame()).toBe(false);
  });

  test('is what stands in documents that changed, old as it may be, in files that are not in git yet, and no other', async () => {
    repository.write({ 'deploy/web.yaml': `${pod('web')}---\n${pod('api', '  restartPolicy: Never\n')}`, 'deploy/new.yml': pod('new') });
    expect(told(await since('main'))).toEqual([
      'deploy/new.yml new pod-security/host-network',
      'deploy/web.yaml api pod-security/host-network',
    ]);
  });

  test('is what a file that was removed brought about elsewhere', async () => {
    repository.write({ 'deploy/deny.yaml': undefined });
    expect(told(await since('main'))).toEqual(['deploy/shop.yaml shop network-separation/default-deny-ingress']);
  });

  test('is not what only stands in another place: renamed files, reordered documents, other line ends', async () => {
    repository.write({ 'deploy/web.yaml': undefined, 'deploy/pods.yaml': `---\n${pod('api')}---\n${pod('web')}`.replaceAll('\n', '\r\n') });
    expect(told(await since('main'))).toEqual([]);
  });

  test('is a second object that equals one which was there', async () => {
    repository.write({ 'deploy/copy.yaml': pod('web') });
    expect(told(await since('main'))).toEqual(['deploy/copy.yaml web pod-security/host-network']);
  });

  test('is everything where the settings have changed', async () => {
    repository.write({ 'plimsoll.yaml': 'podTemplates: []\n' });
    expect(told(await since('main')).length).toBe(2);
    expect(told(await since('main', {}, { file: 'other.yaml' })).length).toBe(0);
    repository.write({ 'other.yaml': 'podTemplates: []\n' });
    expect(told(await since('main', {}, { file: 'other.yaml' })).length).toBe(2);
  });

  test('is what changed on this side, not on that of the revision', async () => {
    repository.git('checkout', '--quiet', '-b', 'feature');
    repository.commit({ 'deploy/mine.yaml': pod('mine') });
    repository.git('checkout', '--quiet', 'main');
    repository.commit({ 'deploy/web.yaml': namespace });
    repository.git('checkout', '--quiet', 'feature');
    expect(told(await since('main'))).toEqual(['deploy/mine.yaml mine pod-security/host-network']);
  });
});

describe('paths', () => {
  test('may be seen from below, from outside, by a link and from another working tree', async () => {
    repository.git('worktree', 'add', '--quiet', '../other');
    const parent = dirname(repository.top);
    symlinkSync(repository.top, join(parent, 'link'));
    for (const folder of [repository.top, join(parent, 'other')]) {
      mkdirSync(join(folder, 'deploy/new'), { recursive: true });
    }
    repository.write({ 'deploy/new/new.yaml': pod('new'), '../other/deploy/new/new.yaml': pod('new') });
    const found = async (cwd: string, path: string): Promise<string[]> =>
      told(await since('main', { cwd, paths: [path] })).map((text) => text.replace(/ .*/, ''));
    expect(await found(join(repository.top, 'deploy'), '.')).toEqual(['new/new.yaml']);
    expect(await found(join(repository.top, 'deploy/new'), '..')).toEqual(['../new/new.yaml']);
    expect(await found(parent, 'repository/deploy')).toEqual(['repository/deploy/new/new.yaml']);
    expect(await found(parent, 'link/deploy')).toEqual(['link/deploy/new/new.yaml']);
    expect(await found(parent, join(parent, 'other/deploy'))).toEqual(['other/deploy/new/new.yaml']);
    expect(await found(repository.top, 'deploy/**/*.yaml')).toEqual(['deploy/new/new.yaml']);
    expect(await found(repository.top, 'deploy/web.yaml')).toEqual([]);
  });
});

describe('what git is not asked to do', () => {
  test('run what the repository names', async () => {
    const mark = join(repository.top, 'mark');
    repository.commit({ '.gitattributes': '*.yaml filter=x\n', '.git/hooks/post-checkout': `#!/bin/sh\ntouch ${mark}\n` });
    for (const key of ['core.fsmonitor', 'core.sshCommand', 'core.pager', 'diff.external'])
      repository.git('config', key, `touch ${mark}; false`);
    repository.git('config', 'filter.x.smudge', `touch ${mark}`);
    repository.git('config', 'core.hooksPath', join(repository.top, '.git/hooks'));
    expect(told(await since('main'))).toEqual([]);
    expect(existsSync(mark)).toBe(false);
  });

  test('fetch what a partial clone lacks', async () => {
    repository.git('config', 'uploadpack.allowFilter', 'true');
    const clone = join(dirname(repository.top), 'clone');
    git(repository.top, 'clone', '--quiet', '--no-local', '--filter=blob:none', '--no-checkout', `file://${repository.top}`, clone);
    mkdirSync(join(clone, 'deploy'));
    await expect(since('main', { cwd: clone })).rejects.toThrow(/git cannot read files of [^]*--filter/);
    expect(git(clone, 'rev-list', '--objects', '--all', '--missing=print')).toContain('?');
  });

  test('look at the repository of a hook that runs it', async () => {
    vi.stubEnv('GIT_DIR', '/nowhere');
    vi.stubEnv('GIT_INDEX_FILE', '/nowhere/index');
    expect(told(await since('main'))).toEqual([]);
  });
});

describe('what cannot be done is said in a few lines', () => {
  const lines = async (revision: string, more?: ScanOptions): Promise<string> => {
    const error: unknown = await since(revision, more).catch((thrown: unknown) => thrown);
    return (error as Error).message;
  };

  test('for revisions that there are not', async () => {
    expect(await lines('nope')).toContain('the repository has no revision nope');
    expect(await lines('--upload-pack=touch x')).toContain('no revision --upload-pack');
    expect(await lines('HEAD:deploy')).toContain('no revision HEAD:deploy');
    repository.git('update-ref', 'refs/remotes/origin/release', 'HEAD');
    expect(await lines('release')).toContain('did you mean origin/release?');
  });

  test('for histories without anything in common, and for clones that end too early', async () => {
    repository.git('checkout', '--quiet', '--orphan', 'lonely');
    repository.commit({ 'deploy/other.yaml': namespace });
    expect(await lines('main')).toContain('main and HEAD have no commit in common');
    const clone = join(dirname(repository.top), 'shallow');
    git(repository.top, 'clone', '--quiet', '--depth=1', '--no-single-branch', '--branch=lonely', `file://${repository.top}`, clone);
    expect(await lines('origin/main', { cwd: clone })).toContain('this shallow clone ends before origin/main and HEAD meet');
    expect(await lines('HEAD~5', { cwd: clone })).toContain('fetch-depth: 0');
  });

  test('for folders without a repository, several repositories, standard input and a machine without git', async () => {
    const outside = dirname(repository.top);
    expect(await lines('main', { cwd: outside, paths: ['.'] })).toContain('is in no git repository');
    git(outside, 'init', '--quiet');
    expect(await lines('main', { cwd: outside, paths: ['.', 'repository'] })).toContain('in two repositories');
    expect(await lines('main', { paths: ['-'] })).toContain('standard input is in no revision');
    vi.stubEnv('PATH', '');
    expect(await lines('main')).toContain('git is not installed');
  });
});
