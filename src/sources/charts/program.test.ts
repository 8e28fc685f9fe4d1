import { expect, test } from 'vitest';
import { run } from './program.ts';

const node = process.execPath;

test('what prints without end is ended', async () => {
  const endless = ['-e', 'const line = "x".repeat(1 << 16); (function more() { process.stdout.write(line, more); })()'];
  expect(await run(node, endless, { bytes: 1 << 20, milliseconds: 30_000 })).toEqual({ refused: 'it prints more than 1 MB' });
});

test('what takes too long is ended', async () => {
  expect(await run(node, ['-e', 'setTimeout(() => {}, 60_000)'], { bytes: 1, milliseconds: 300 })).toEqual({
    refused: 'it takes longer than 0.3 seconds',
  });
});

test('what cannot be started is no reason to fail', async () => {
  expect(await run('/nowhere/helm', [])).toEqual({ refused: expect.stringContaining('ENOENT') });
});
