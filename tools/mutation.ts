/**
 * `npm run mutation [-- GROUP…]`: changes the code in small ways and counts how often a test notices. Prints the changes that
 * survived and the score of each group. Without groups: all of them, which takes hours on a small machine.
 * `controls` runs every control; `pod-security/host-ports` runs that one. What survives for a reason stands in docs/mutation.md.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { controls } from '../src/controls/index.ts';

/** What is changed, and the tests that have to notice: a change to module-level data runs all of them, so they are few. */
interface Group {
  readonly name: string;
  readonly mutate: readonly string[];
  readonly tests: readonly string[];
  /** Runs the proofs of this control alone. */
  readonly control?: string;
}

const rulesOfKubernetes = [
  'effective-resources',
  'host-paths',
  'image-reference',
  'kubernetes-version',
  'label-selector',
  'network-policy',
  'quantity',
  'system-workloads',
];

const fixing = ['object-repairs', 'repair-text', 'text-file', 'verify'];

const groups: readonly Group[] = [
  { name: 'pod-security-standards', mutate: ['src/kube/pod-security/*.ts'], tests: ['src/kube/pod-security/*.test.ts'] },
  { name: 'verdicts', mutate: ['src/evaluate/*.ts', 'src/core/verdict.ts'], tests: ['src/evaluate/*.test.ts', 'src/core/*.test.ts'] },
  {
    name: 'kubernetes-rules',
    mutate: rulesOfKubernetes.map((name) => `src/kube/${name}.ts`),
    tests: rulesOfKubernetes.map((name) => `src/kube/${name}.test.ts`),
  },
  {
    name: 'fixing',
    mutate: fixing.map((name) => `src/fix/${name}.ts`),
    tests: fixing.map((name) => `src/fix/${name}.test.ts`),
  },
  {
    name: 'fix-rounds',
    mutate: ['src/library/fix.ts', 'src/library/open-files.ts'],
    tests: ['src/library/fix-rounds.test.ts'],
  },
  ...controls.map(({ id }) => ({
    name: id,
    mutate: [`src/controls/${id}.ts`],
    tests: ['src/testing/*.test.ts', 'src/controls/**/*.test.ts'],
    control: id,
  })),
];

interface Mutant {
  readonly status: string;
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly location: { readonly start: { readonly line: number; readonly column: number } };
}

interface Score {
  noticed: number;
  survived: number;
}

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

function run({ mutate, tests, control }: Group): Score {
  const files = [...mutate, '!src/**/*.test.ts', '!src/**/*.generated.ts'].join(',');
  const env = { ...process.env, PLIMSOLL_MUTATION_TESTS: tests.join(','), ...(control === undefined ? {} : { PLIMSOLL_CONTROL: control }) };
  // The module-level data of a control are texts and examples, which other checks read.
  const args = ['stryker', 'run', '--mutate', files, ...(control === undefined ? [] : ['--ignoreStatic'])];
  const { status } = spawnSync('npx', args, { cwd: root, env, stdio: ['ignore', 2, 'inherit'] });
  if (status !== 0) process.exit(status ?? 1);
  const report = JSON.parse(readFileSync(join(root, 'reports/mutation/mutation.json'), 'utf8')) as {
    files: Record<string, { mutants: Mutant[] }>;
  };
  const score = { noticed: 0, survived: 0 };
  for (const [file, { mutants }] of Object.entries(report.files)) {
    for (const { status: fate, mutatorName, replacement = '', location } of mutants) {
      if (fate === 'Killed' || fate === 'Timeout') score.noticed++;
      if (fate === 'Survived' || fate === 'NoCoverage') score.survived++;
      // A change that ends in no time counts as noticed, but on a busy machine it may only have been slow: it is shown.
      if (fate !== 'Survived' && fate !== 'NoCoverage' && fate !== 'Timeout') continue;
      const { line, column } = location.start;
      const change = `${mutatorName}: ${replacement.replaceAll(/\s+/g, ' ').slice(0, 100)}`;
      process.stdout.write(`${file}:${line}:${column} ${fate.toLowerCase()}: ${change}\n`);
    }
  }
  return score;
}

function percent({ noticed, survived }: Score): string {
  return noticed + survived === 0 ? '–' : `${((100 * noticed) / (noticed + survived)).toFixed(1)} %`;
}

const wanted = process.argv.slice(2);
const chosen = groups.filter(
  ({ name, control }) => wanted.length === 0 || wanted.includes(name) || (control !== undefined && wanted.includes('controls')),
);
if (chosen.length === 0) {
  process.stderr.write(`no such group; known are: controls, ${groups.map(({ name }) => name).join(', ')}\n`);
  process.exit(2);
}
for (const group of chosen) {
  const score = run(group);
  process.stdout.write(`| ${group.name} | ${score.noticed + score.survived} | ${score.noticed} | ${percent(score)} |\n`);
}
