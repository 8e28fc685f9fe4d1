// npm run test:upstream. Plain JavaScript, because Node 20 does not run TypeScript.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';

const go = spawnSync('go', ['version'], { encoding: 'utf8' });
if (go.error !== undefined || go.status !== 0) {
  const ci = (process.env['CI'] ?? '') !== '';
  console.error(
    `The upstream tests are skipped: they compare with Kubernetes' own code, and there is no Go to build it with (https://go.dev/dl, 1.26 or newer).${
      ci ? ' On CI that is a failure.' : ''
    }`,
  );
  process.exit(ci ? 1 : 0);
}

const root = join(import.meta.dirname, '..', '..');
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
const run = spawnSync(process.execPath, [vitest, 'run', '--config', 'test/upstream/vitest.config.ts', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(run.status ?? 1);
