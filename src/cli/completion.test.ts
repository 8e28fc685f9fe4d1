import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { commands } from './commands/index.ts';
import { completionScript } from './completion.ts';

const names = { controls: ['pod-security/privileged', 'POD-06'], values: ['pod-security/non-root-user.user='] };

test.each(['bash', 'zsh', 'fish'] as const)('%s offers every command, option, value and control', (shell) => {
  const script = completionScript(shell, names);
  for (const { name, options } of commands) {
    expect(script).toContain(name);
    for (const option of options) {
      expect(script).toContain(shell === 'fish' ? `-l ${option.name}` : `--${option.name}`);
      if (option.choices !== undefined) expect(script).toContain(option.choices.join(' '));
    }
  }
  expect(script).toContain('POD-06 pod-security/privileged');
  expect(script).toContain('pod-security/non-root-user.user=');
});

test.each(['bash', 'zsh', 'fish'] as const)('quotes are closed in the script of %s', (shell) => {
  for (const line of completionScript(shell, names).split('\n')) expect(line.split("'").length % 2, line).toBe(1);
});

test.each([
  [['sc'], 'scan'],
  [['scan', '--fail-on', ''], 'critical high medium low none'],
  [['scan', '--fail-on', '='], 'critical high medium low none'],
  [['scan', '--fail-on', '=', 'h'], 'high'],
  [['scan', '--only', 'POD'], 'POD-06'],
  [['generate', 'n'], 'network-policies'],
  [['generate', 'network-policies', ''], 'files'],
  [['scan', '-o', 'json', '=', 'x'], 'files'],
  [['list', ''], 'controls recommendations'],
  [['list', 'controls', 'pod'], 'pod-security/privileged'],
  [['completion', 'bash', ''], ''],
])('bash completes %j', (typed, offered) => {
  const words = ['plimsoll', ...typed].map((word) => `'${word}'`).join(' ');
  const asked = `compopt() { COMPREPLY=(files); }; COMP_WORDS=(${words}); COMP_CWORD=${typed.length}; _plimsoll; echo "\${COMPREPLY[*]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', `${completionScript('bash', names)}${asked}`], { encoding: 'utf8' });
  expect([stdout.trim(), stderr]).toEqual([offered, '']);
});
