/**
 * `npm run mutation [-- FILE…]`: changes the code in small ways and counts how often a test notices. Prints the score of
 * each folder and the mutants that survived; with files (globs), mutates those alone.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Mutant {
  readonly status: string;
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly location: { readonly start: { readonly line: number; readonly column: number } };
}

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const files = process.argv.slice(2);
const { status } = spawnSync('npx', ['stryker', 'run', ...(files.length > 0 ? ['--mutate', files.join(',')] : [])], {
  cwd: root,
  stdio: ['ignore', 'ignore', 'inherit'],
});
if (status !== 0) process.exit(status ?? 1);

const report = JSON.parse(readFileSync(join(root, 'reports/mutation/mutation.json'), 'utf8')) as {
  files: Record<string, { mutants: Mutant[] }>;
};
const folders = new Map<string, { noticed: number; survived: number }>();
for (const [file, { mutants }] of Object.entries(report.files)) {
  const folder = dirname(file);
  const score = folders.get(folder) ?? { noticed: 0, survived: 0 };
  for (const { status: fate, mutatorName, replacement, location } of mutants) {
    if (fate === 'Killed' || fate === 'Timeout') score.noticed++;
    if (fate !== 'Survived' && fate !== 'NoCoverage') continue;
    score.survived++;
    process.stdout.write(
      `${file}:${location.start.line}:${location.start.column} ${fate.toLowerCase()}: ${mutatorName} ${(replacement ?? '').replaceAll(/\s+/g, ' ').slice(0, 80)}\n`,
    );
  }
  folders.set(folder, score);
}
for (const [folder, { noticed, survived }] of folders) {
  const total = noticed + survived;
  process.stdout.write(
    `${folder}: ${noticed} of ${total} mutants noticed (${total === 0 ? '–' : `${((100 * noticed) / total).toFixed(1)} %`})\n`,
  );
}
