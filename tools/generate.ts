/**
 * Writes every generated file, or with `--check` says which are out of date (exit code 1). Run by `npm run generate`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { controls } from '../src/controls/index.ts';
import { clusterRoleFor } from '../src/library/scan-cluster.ts';
import { policySchema } from '../src/options/policy-shape.ts';
import {
  diffReportSchema,
  fixReportSchema,
  fleetReportSchema,
  pathsSchema,
  reachSchema,
  reportSchema,
  rightsSchema,
} from '../src/report/json-schema.ts';
import { controlsIndex } from './controls-index.ts';
import { exampleFindings, exampleFindingsPage } from './example-findings.ts';
import { judgedFields } from './judged-fields.ts';
import { pageModule } from './page.ts';
import { readmeFiles } from './readme.ts';
import { referencePages } from './reference.ts';
import { techniquesPage } from './techniques.ts';
import { thirdParty } from './third-party.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const checkOnly = process.argv.includes('--check');

let stale = 0;

function put(path: string, text: string): void {
  const target = join(root, path);
  if (existsSync(target) && readFileSync(target, 'utf8') === text) return;
  stale++;
  if (checkOnly) {
    process.stdout.write(`${path} is out of date: run npm run generate\n`);
    return;
  }
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
  process.stdout.write(`wrote ${path}\n`);
}

/** Removes pages of what is gone. */
function removeOthers(folder: string, pages: ReadonlyMap<string, string>): void {
  if (!existsSync(join(root, folder))) return;
  for (const entry of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
    const path = `${folder}/${entry.replaceAll('\\', '/')}`;
    if (!path.endsWith('.md') || pages.has(path)) continue;
    stale++;
    if (checkOnly) process.stdout.write(`${path} has no source any more: run npm run generate\n`);
    else rmSync(join(root, path));
  }
}

const index = controlsIndex(root);
const indexWasCurrent = readFileSync(join(root, 'src/controls/index.ts'), 'utf8') === index;
put('src/controls/index.ts', index);
put('src/report/html/page.generated.ts', await pageModule(root));
if (indexWasCurrent) {
  const examples = exampleFindings(controls);
  put('src/editor/judged-fields.generated.ts', judgedFields(controls, examples));
  const pages = referencePages(controls)
    .set('docs/reference/examples.md', exampleFindingsPage(controls, examples))
    .set('docs/reference/techniques.md', techniquesPage());
  for (const [path, text] of pages) put(path, text);
  removeOthers('docs/reference', pages);
  put(
    'deploy/cluster-role.yaml',
    `# The rights of a scan, as \`plimsoll scan --cluster --print-rbac\` prints them.\n${clusterRoleFor({})}`,
  );
  put('docs/report.schema.json', reportSchema());
  put('docs/fix-report.schema.json', fixReportSchema());
  put('docs/fleet-report.schema.json', fleetReportSchema());
  put('docs/diff-report.schema.json', diffReportSchema());
  put('docs/paths.schema.json', pathsSchema());
  put('docs/reach.schema.json', reachSchema());
  put('docs/rights.schema.json', rightsSchema());
  put('docs/policy.schema.json', policySchema());
  for (const [path, text] of await readmeFiles(root)) put(path, text);
  put('THIRD-PARTY.md', await thirdParty());
} else if (!checkOnly) {
  // This process has loaded the controls of the old list: what is made of them needs a second run.
  process.exitCode =
    spawnSync(process.execPath, [join(root, 'tools/run.mjs'), join(root, 'tools/generate.ts')], { stdio: 'inherit' }).status ?? 1;
}
if (checkOnly && stale > 0) process.exitCode = 1;
