/** A process that gives every manifest of a folder another content: `npm run test:crash` kills it. */
import { readdirSync, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import { untilInterrupted } from '../../src/cli/interrupt.ts';
import { undoInterrupted, writeFiles } from '../../src/files/index.ts';

const [folder = '.', ...options] = process.argv.slice(2);
const undone = undoInterrupted([folder]);
// Whoever sends it from outside may come too late.
const signal = options.find((option) => option.startsWith('SIG')) as NodeJS.Signals | undefined;
if (signal !== undefined) watch(folder, { persistent: false }).once('change', () => process.kill(process.pid, signal));
const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'));
const changes = paths.map((name) => {
  const path = join(folder, name);
  const before = readFileSync(path);
  return { path, before, after: Buffer.concat([Buffer.from('# fixed\n'), before]) };
});
await untilInterrupted(async (interrupted) => {
  const { refused } = await writeFiles(changes, { roots: [folder], atomic: options.includes('--atomic'), signal: interrupted });
  for (const { path, reason } of [...undone.refused, ...refused]) console.error(`${path}: ${reason}`);
  process.exitCode = refused.length === 0 ? 0 : 1;
});
