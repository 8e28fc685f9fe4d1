import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { node, patience } from './run.ts';

/** Runs a command on a terminal of its own, types one key after each question, and ends as the command does. */
const driver = `
import json, os, pty, sys
keys, command = json.loads(sys.argv[1]), sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
shown, answered = b'', 0
while True:
    try:
        piece = os.read(terminal, 65536)
    except OSError:
        break
    if not piece:
        break
    shown += piece
    while keys and shown.count(b'e,?]? ') > answered:
        answered += 1
        os.write(terminal, keys.pop(0).encode())
_, status = os.waitpid(pid, 0)
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(status))
`;

const hasTerminals = spawnSync('python3', ['-c', 'import os, pty; os.waitstatus_to_exitcode; os.close(pty.openpty()[0])']).status === 0;

const outside = mkdtempSync(join(tmpdir(), 'plimsoll-terminal-'));
const cwd = join(outside, 'manifests');
afterAll(() => rmSync(outside, { recursive: true }));

const pod = (name: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\nspec:\n  containers:\n    - { name: a, image: a, securityContext: { runAsUser: 1 } }\n`;
const repaired = (name: string): string => pod(name).replace('runAsUser: 1', 'runAsUser: 1, runAsNonRoot: true');

beforeEach(() => {
  rmSync(cwd, { recursive: true, force: true });
  mkdirSync(cwd);
  for (const name of ['a', 'b']) writeFileSync(join(cwd, `${name}.yaml`), pod(name));
});

function answer(keys: readonly string[], ...args: string[]): { readonly status: number | null; readonly shown: string } {
  const command = [node, inject('commandLine'), 'fix', '--interactive', '--only', 'POD-01', ...args];
  const { PATH = '', HOME = '' } = process.env;
  const { status, stdout } = spawnSync('python3', ['-c', driver, JSON.stringify(keys), ...command], {
    cwd,
    encoding: 'utf8',
    env: { PATH, HOME, TERM: 'xterm' },
    timeout: patience,
  });
  return { status, shown: stdout };
}

function contents(): Record<string, string> {
  return Object.fromEntries(readdirSync(cwd).map((name) => [name, readFileSync(join(cwd, name), 'utf8')]));
}

describe.skipIf(!hasTerminals)('plimsoll fix --interactive on a terminal (needs python3 to make one)', () => {
  test('writes what was accepted and nothing else, and says how it ended', () => {
    const { status, shown } = answer(['n\r', 'y\r']);
    expect([status, contents()]).toEqual([0, { 'a.yaml': pod('a'), 'b.yaml': repaired('b') }]);
    expect(shown).toContain('\u001b[32m+    - { name: a, image: a, securityContext: { runAsUser: 1, runAsNonRoot: true } }\u001b[39m');
    expect(shown).toContain('1 fix in 1 file written');
  });

  test('Ctrl+C ends with 130 and writes nothing', () => {
    const { status } = answer(['y\r', '\u0003']);
    expect([status, contents()]).toEqual([130, { 'a.yaml': pod('a'), 'b.yaml': pod('b') }]);
  });

  test('Ctrl+D leaves the rest as it is', () => {
    const { status } = answer(['y\r', '\u0004'], '--atomic');
    expect([status, contents()]).toEqual([0, { 'a.yaml': repaired('a'), 'b.yaml': pod('b') }]);
  });

  test('does not read manifests from where it reads answers', () => {
    const { status, shown } = answer([], '-');
    expect([status, shown]).toEqual([2, expect.stringContaining('name files')]);
  });
});
