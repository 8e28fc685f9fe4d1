import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, inject, test } from 'vitest';
import { holding, startFakeApi, type ApiObject, type FakeApi, type Intercept } from './fake-api-server.ts';
import { node } from '../cli/run.ts';

/** Runs a command whose standard error is a terminal, and tells what it showed there; its standard output goes nowhere. */
const driver = `
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.dup2(os.open('/dev/null', os.O_WRONLY), 1)
    os.execvp(sys.argv[1], sys.argv[1:])
shown = b''
while True:
    try:
        piece = os.read(terminal, 65536)
    except OSError:
        break
    if not piece:
        break
    shown += piece
os.waitpid(pid, 0)
sys.stdout.buffer.write(shown)
`;

const hasTerminals = spawnSync('python3', ['-c', 'import os, pty; os.close(pty.openpty()[0])']).status === 0;

const pods = Array.from({ length: 700 }, (_, index): ApiObject => ({
  kind: 'Pod',
  metadata: { name: `web-${index}`, namespace: 'shop' },
  spec: { containers: [{ name: 'web', image: 'registry.example.com/web:1' }] },
}));

let api: FakeApi | undefined;

afterEach(async () => {
  await api?.stop();
  api = undefined;
});

/** Lets a request wait, so that there is something to see. */
const late =
  (milliseconds: number, when: (url: URL) => boolean): Intercept =>
  (request, response, url) => {
    if (!when(url) || request.headers['x-waited'] !== undefined) return false;
    request.headers['x-waited'] = 'yes';
    setTimeout(() => api?.answer(request, response), milliseconds);
    return true;
  };

async function shown(intercept: Intercept, terminal: boolean): Promise<string> {
  api = await startFakeApi({ kinds: holding(pods), intercept });
  const command = [node, inject('commandLine'), 'scan', '--cluster', '--kubeconfig', api.kubeconfig, '-o', 'json'];
  const [program = '', ...args] = terminal ? ['python3', '-c', driver, ...command] : command;
  const child = spawn(program, args, { env: { PATH: process.env['PATH'] ?? '', TERM: 'xterm' }, stdio: ['ignore', 'pipe', 'pipe'] });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return terminal ? output : errors;
}

describe.skipIf(!hasTerminals)('on a terminal', () => {
  test('who waits for the first answer sees it', async () => {
    expect(
      await shown(
        late(600, ({ pathname }) => pathname === '/version'),
        true,
      ),
    ).toContain('asking the API server');
  });

  test('the kinds and objects that were read, and nothing is left of it in the end', async () => {
    const output = await shown(
      late(700, ({ searchParams }) => searchParams.get('continue') === '500'),
      true,
    );
    expect(output).toMatch(/reading \[=+-+\] \d+ of \d+ kinds, 500 objects/);
    // To the first column, and erase the line.
    expect(output.trimEnd().endsWith('\u001b[1G\u001b[2K')).toBe(true);
  });
});

test('elsewhere there is no progress', async () => {
  expect(
    await shown(
      late(400, ({ pathname }) => pathname === '/version'),
      false,
    ),
  ).toBe('');
});
