// `npm run test:upstream`, `npm run test:cluster`: the tests of one configuration of vitest, where there is Go to build what
// they compare with. Plain JavaScript, because Node 20 does not run TypeScript.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';

const [folder, ...rest] = process.argv.slice(2);

const go = spawnSync('go', ['version'], { encoding: 'utf8' });
if (go.error !== undefined || go.status !== 0) {
  const ci = (process.env['CI'] ?? '') !== '';
  console.error(
    `The tests in ${folder} are skipped: they compare with Kubernetes' own code, and there is no Go to build it with (https://go.dev/dl, 1.26 or newer).${
      ci ? ' On CI that is a failure.' : ''
    }`,
  );
  process.exit(ci ? 1 : 0);
}

const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
const run = spawnSync(process.execPath, [vitest, 'run', '--config', `${folder}/vitest.config.ts`, ...rest], {
  cwd: join(import.meta.dirname, '..'),
  stdio: 'inherit',
});
process.exit(run.status ?? 1);
