/** The process that `npm run test:crash` kills: gives every manifest of a folder another content. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf, undoInterrupted, writeFiles } from '../../src/files/index.ts';

const [folder = '.', ...options] = process.argv.slice(2);
try {
  undoInterrupted([folder]);
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'));
  const changes = paths.map((name) => {
    const path = join(folder, name);
    const before = readFileSync(path);
    return { path, before, after: Buffer.concat([Buffer.from('# fixed\n'), before]) };
  });
  const { refused } = await writeFiles(changes, { roots: [folder], atomic: options.includes('--atomic') });
  for (const { path, reason } of refused) console.error(`${path}: ${reason}`);
  process.exitCode = refused.length === 0 ? 0 : 1;
} catch (error) {
  console.error(reasonOf(error));
  process.exitCode = 1;
}
