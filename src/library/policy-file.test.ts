import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OptionError } from '../options/option-error.ts';
import { readPolicyFile, type PolicyFileOptions } from './policy-file.ts';
import { scan } from './scan.ts';

let root: string;
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'plimsoll-policy-'))));
afterEach(() => rmSync(root, { recursive: true }));

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

/** The profile that tells which file was found. */
async function found(options: PolicyFileOptions = {}): Promise<string | undefined> {
  return (await readPolicyFile({ cwd: root, ...options })).profile;
}

describe('the file is found', () => {
  beforeEach(() => {
    write('plimsoll.yaml', 'profile: baseline\n');
    write('deploy/a/x.yaml', '');
    mkdirSync(join(root, '.git'));
  });

  test('from the path upwards, up to the root of the repository', async () => {
    for (const path of ['.', 'deploy', 'deploy/a/x.yaml', 'deploy/a/absent.yaml', 'deploy/**/*.yaml', '-'])
      expect(await found({ paths: [path] }), path).toBe('baseline');
    write('deploy/plimsoll.yaml', 'profile: restricted\n');
    expect(await found({ paths: ['deploy/a'] })).toBe('restricted');
    mkdirSync(join(root, 'deploy/a/.git'));
    expect(await found({ paths: ['deploy/a'] })).toBeUndefined();
  });

  test('by its name, whatever stands elsewhere', async () => {
    write('else.yaml', 'profile: restricted\n');
    expect(await found({ file: 'else.yaml' })).toBe('restricted');
    await expect(readPolicyFile({ cwd: root, file: 'absent.yaml' })).rejects.toThrow('the settings cannot be read');
  });

  test('and is one for all paths', async () => {
    write('deploy/plimsoll.yaml', 'profile: restricted\n');
    await expect(readPolicyFile({ cwd: root, paths: ['.', 'deploy'] })).rejects.toThrow(OptionError);
    expect(await found({ paths: ['deploy', 'deploy/a'] })).toBe('restricted');
  });
});

test('outside of a repository it is found up to the working directory, and from elsewhere in the folder itself alone', async () => {
  write('plimsoll.yaml', 'profile: baseline\n');
  write('below/x.yaml', '');
  expect(await found()).toBe('baseline');
  expect(await found({ paths: ['below'] })).toBe('baseline');
  expect(await readPolicyFile({ paths: ['.'], cwd: join(root, 'below') })).toEqual({});
});

test('what is larger than a mebibyte is refused', async () => {
  write('plimsoll.yaml', `# ${'x'.repeat(1 << 20)}\n`);
  await expect(readPolicyFile({ cwd: root })).rejects.toThrow('longer than 1 MiB');
});

describe('what it says takes effect', () => {
  const pod = (name: string, more = ''): string =>
    `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name}, namespace: shop }\nspec:\n  containers:\n    - name: c\n      image: registry.example/a:1\n      securityContext: { privileged: true }${more}\n`;
  const only = ['pod-security/privileged', 'governance'];
  const policy = (text: string): void => write('plimsoll.yaml', text);

  async function told(paths: readonly string[] = ['.']): Promise<readonly string[]> {
    const settings = await readPolicyFile({ cwd: root, paths });
    const { findings } = await scan({ only, today: '2026-11-22', ...settings, cwd: root, paths });
    return findings.map(
      ({ file, line, control, severity, waived }) => `${file}:${line} ${control} ${severity}${waived === undefined ? '' : ' waived'}`,
    );
  }

  beforeEach(() => {
    mkdirSync(join(root, '.git'));
    write('a.yaml', pod('a'));
    write('old/b.yaml', pod('b'));
  });

  test('severities, and those of a path', async () => {
    policy('severities: { POD: low }\npaths: [{ files: old, severities: { pod-security/privileged: medium } }]\n');
    expect(await told()).toEqual(['a.yaml:8 pod-security/privileged low', 'old/b.yaml:8 pod-security/privileged medium']);
  });

  test('waivers by globs from its folder, wherever the scan is started', async () => {
    policy('waivers:\n  - { control: pod-security/privileged, path: old/**, reason: x, owner: z, until: 2027-01-31 }\n');
    expect(await told()).toEqual(['a.yaml:8 pod-security/privileged critical', 'old/b.yaml:8 pod-security/privileged critical waived']);
    const settings = await readPolicyFile({ cwd: join(root, 'old') });
    const { findings } = await scan({ only, today: '2026-11-22', ...settings, cwd: join(root, 'old') });
    expect(findings.map(({ waived }) => waived?.file)).toEqual([join(root, 'plimsoll.yaml')]);
  });

  test('an unused waiver is told where all below the file was read, and not where only a part was', async () => {
    policy('waivers:\n  - { control: pod-security/privileged, name: c, reason: x, owner: z, until: 2027-01-31 }\n');
    expect(await told()).toContain('plimsoll.yaml:2 governance/unused-waivers low');
    expect(await told(['old'])).not.toContainEqual(expect.stringContaining('unused'));
  });

  test('comments, also of standard input', async () => {
    write('c.yaml', pod('c', ' # plimsoll: waive POD-02,pod-security/privileged until 2027-01-31, x (z)'));
    expect(await told(['c.yaml'])).toContain('c.yaml:8 pod-security/privileged critical waived');
  });

  test('namespaces of the system: their workloads are excepted', async () => {
    policy('systemNamespaces: [shop]\n');
    const settings = await readPolicyFile({ cwd: root });
    const { findings, inputs } = await scan({ only, ...settings, cwd: root });
    expect(findings).toEqual([]);
    expect(inputs.excepted.map(({ reason }) => reason)).toContain('system workload: namespace shop, named by systemNamespaces');
  });
});
