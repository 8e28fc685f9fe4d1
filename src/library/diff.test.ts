import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newRepository, type TestRepository } from '../../test/git/repository.ts';
import { baselineOf, formatBaseline } from '../compare/baseline.ts';
import { formatJson } from '../report/json.ts';
import { diff, readDiffInputs, type DiffOptions, type SettingsPlace } from './diff.ts';
import { readPolicyFile } from './policy-file.ts';
import { scan } from './scan.ts';

const pod = (name: string, more = ''): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: shop}\nspec: {${more}containers: [{name: ${name}, image: ${name}}]}\n`;

let repository: TestRepository;
let cwd: string;

beforeAll(async () => {
  repository = newRepository();
  cwd = repository.top;
  repository.commit({ 'deploy/web.yaml': pod('web', 'hostNetwork: true, '), 'deploy/api.yaml': pod('api'), 'notes.txt': 'x' });
  repository.git('tag', 'v1');
  repository.commit({ 'deploy/api.yaml': pod('api', 'hostNetwork: true, ') });
  repository.git('branch', 'deploy');
  repository.write({ 'deploy/web.yaml': pod('web'), 'other/api.yaml': pod('api') });
  const report = await scan({ cwd, paths: ['deploy'], ...policy });
  writeFileSync(join(cwd, 'now.json'), [...formatJson(report)].join(''));
  writeFileSync(join(cwd, 'restricted.json'), [...formatJson({ ...report, target: { ...report.target, profile: 'restricted' } })].join(''));
  writeFileSync(join(cwd, 'known.jsonl'), [...formatBaseline(baselineOf(report))].join(''));
  writeFileSync(join(cwd, 'narrow.json'), [...formatJson({ ...report, baseline: { file: 'x', known: 3, gone: 0 } })].join(''));
  mkdirSync(join(cwd, 'main'));
});

afterAll(() => repository.remove());

const policy: DiffOptions = { only: ['pod-security/host-network'] };

async function compared(operands: readonly [string, string], paths: readonly string[] = [], git = false): Promise<string> {
  const inputs = await readDiffInputs(operands, paths, git, cwd);
  const { before, after, new: fresh, fixed, unchanged, moved } = await diff(...inputs, { ...policy, cwd });
  const told = [
    ...fresh.map(({ finding }) => `+${finding.file}`),
    ...fixed.map(({ file }) => `-${file}`),
    ...moved.map(({ finding, from }) => `${from.file}>${finding.file}`),
    ...unchanged.map(({ file }) => `=${file}`),
  ];
  return `${before.kind} ${after.kind} ${told.join(' ')}`;
}

describe('what is compared', () => {
  test('are two revisions of the working directory, or of paths', async () => {
    expect(await compared(['v1', 'HEAD'])).toBe('revision revision +deploy/api.yaml =deploy/web.yaml');
    expect(await compared(['v1', 'HEAD'], ['deploy/web.yaml'])).toBe('revision revision =deploy/web.yaml');
    expect(await compared(['v1', 'main'], [], true)).toBe('revision revision +deploy/api.yaml =deploy/web.yaml');
  });

  test('is a revision of the path beside it', async () => {
    expect(await compared(['v1', './deploy/'])).toBe('revision files +deploy/api.yaml -deploy/web.yaml');
    expect(await compared(['./deploy', 'v1'])).toBe('files revision +deploy/web.yaml -deploy/api.yaml');
  });

  test('are two folders, whose files are called alike below them', async () => {
    expect(await compared(['./deploy', 'other/'])).toBe('files files -deploy/api.yaml');
    expect(await compared(['other', './deploy'])).toBe('files files +deploy/api.yaml');
    expect(await compared(['./deploy/api.yaml', 'deploy/api.yaml'])).toBe('files files =deploy/api.yaml');
  });

  test('is a report beside what there is, or beside another report', async () => {
    expect(await compared(['now.json', './deploy'])).toBe('report files =deploy/api.yaml');
    expect(await compared(['v1', 'now.json'])).toBe('revision report +deploy/api.yaml -deploy/web.yaml');
    expect(await compared(['now.json', 'now.json'])).toBe('report report =deploy/api.yaml');
  });

  test('is a revision that holds nothing there', async () => {
    repository.write({ 'fresh/pod.yaml': pod('fresh', 'hostNetwork: true, ') });
    expect(await compared(['v1', 'fresh'])).toBe('revision files +fresh/pod.yaml');
  });
});

describe('what is refused', () => {
  test.each([
    [['deploy', 'other'], 'deploy is a path here and a revision'],
    [['main', 'HEAD'], 'plimsoll diff --git main HEAD'],
    [['nothing', 'HEAD'], 'no file, no folder and no revision'],
    [['known.jsonl', 'other'], 'is a baseline'],
    [['narrow.json', 'other'], 'leaves out 3 findings'],
    [['now.json', 'restricted.json'], 'was judged for profile nsa'],
  ] as const)('%j: %s', async (operands, why) => {
    await expect(compared(operands)).rejects.toThrow(why);
  });
});

test('a report is compared with what is judged as it was', async () => {
  const inputs = await readDiffInputs(['restricted.json', 'other'], [], false, cwd);
  expect((await diff(...inputs, { cwd })).after.profile).toBe('restricted');
});

describe('settings', () => {
  const waiver = `waivers:
  - {control: pod-security/host-network, owner: ops, reason: needed, until: "2999-01-01", name: web}
`;
  const settings = async (place: SettingsPlace): Promise<DiffOptions> => ({ ...(await readPolicyFile(place)), ...policy });

  async function told(operands: readonly [string, string], folder: TestRepository): Promise<readonly unknown[]> {
    const inputs = await readDiffInputs(operands, ['deploy'], true, folder.top);
    const { new: fresh, fixed, unsettled, unchanged, notes } = await diff(...inputs, { settings, cwd: folder.top });
    return [
      ...fresh.map(({ finding }) => `+${finding.resource.name}`),
      ...fixed.map(({ resource }) => `-${resource.name}`),
      ...unsettled.map(({ finding, because }) => `${because} ${finding.resource.name}`),
      ...unchanged.map(({ resource, severity }) => `=${resource.name} ${severity}`),
      ...notes,
    ];
  }

  const others = 'the settings (plimsoll.yaml) are others before and after: each side was judged by its own';

  test('are of each revision those that stood in it, up to the top of the repository', async () => {
    const other = newRepository();
    try {
      other.commit({ 'deploy/web.yaml': pod('web', 'hostNetwork: true, ') });
      other.git('tag', 'v1');
      other.commit({ 'plimsoll.yaml': waiver });
      other.git('tag', 'v2');
      other.commit({ 'notes.txt': 'x' });
      other.git('tag', 'v3');
      expect(await told(['v1', 'v2'], other)).toEqual(['waived web', others]);
      expect(await told(['v2', 'v1'], other)).toEqual(['+web', others]);
      expect(await told(['v2', 'v3'], other)).toEqual([]);
      other.commit({ 'plimsoll.yaml': 'severities: {pod-security/host-network: low}\nprofile: restricted\n' });
      other.git('tag', 'v4');
      expect(await told(['v1', 'v4'], other)).toEqual([
        '=web low',
        others,
        'the settings say profile nsa before: both sides were judged for restricted',
      ]);
      other.commit({ 'plimsoll.yaml': 'nothing: true\n' });
      await expect(told(['HEAD', 'v1'], other)).rejects.toMatchObject({
        lines: [expect.any(String), 'plimsoll.yaml:1:1 of HEAD', 'name settings for both sides: --config FILE'],
      });
    } finally {
      other.remove();
    }
  });
});
