import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
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
while True:
    try:
        piece = os.read(terminal, 65536)
    except OSError:
        break
    if not piece:
        break
    os.write(1, piece)
os.waitpid(pid, 0)
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

/**
 * What the command writes for people while the API server keeps what `isLate` asks for to itself: on a terminal until `until`
 * has been shown, elsewhere for long enough to show something.
 */
async function shown({ isLate, until }: { isLate: (url: URL) => boolean; until?: RegExp }): Promise<string> {
  const waiting: (() => void)[] = [];
  let isWaitedFor = true;
  const answer = (): void => {
    isWaitedFor = false;
    for (const late of waiting.splice(0)) late();
  };
  const intercept: Intercept = (request, response, url) => {
    if (!isLate(url) || !isWaitedFor) return false;
    waiting.push(() => api?.answer(request, response));
    if (until === undefined) setTimeout(answer, 400);
    return true;
  };
  api = await startFakeApi({ kinds: holding(pods), intercept });
  const command = [node, inject('commandLine'), 'scan', '--cluster', '--kubeconfig', api.kubeconfig, '-o', 'json'];
  const [program = '', ...args] = until === undefined ? command : ['python3', '-c', driver, ...command];
  const child = spawn(program, args, { env: { PATH: process.env['PATH'] ?? '', TERM: 'xterm' }, stdio: ['ignore', 'pipe', 'pipe'] });
  let written = '';
  (until === undefined ? child.stderr : child.stdout).setEncoding('utf8').on('data', (piece: string) => {
    written += piece;
    if (until?.test(written) === true) answer();
  });
  child.stdout.resume();
  await once(child, 'close');
  return written;
}

describe.skipIf(!hasTerminals)('on a terminal', () => {
  test('who waits for the first answer sees it', async () => {
    const until = /asking the API server/;
    expect(await shown({ isLate: ({ pathname }) => pathname === '/version', until })).toMatch(until);
  });

  test('the kinds and objects that were read, and nothing is left of it in the end', async () => {
    const until = /reading \[=+-+\] \d+ of \d+ kinds, 500 objects/;
    const output = await shown({ isLate: ({ searchParams }) => searchParams.get('continue') === '500', until });
    expect(output).toMatch(until);
    // To the first column, and erase the line.
    expect(output.trimEnd().endsWith('\u001b[1G\u001b[2K')).toBe(true);
  });
});

test('elsewhere there is no progress', async () => {
  expect(await shown({ isLate: ({ pathname }) => pathname === '/version' })).toBe('');
});
