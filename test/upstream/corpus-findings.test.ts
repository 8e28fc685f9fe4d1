import { join } from 'node:path';
import { expect, test } from 'vitest';
import { controls } from '../../src/controls/index.ts';
import { scan, type Report } from '../../src/index.ts';
import { corpora, corporaFolder } from './corpora.ts';

const file = '../../docs/corpora.md';

/**
 * What every control says about real manifests, as numbers: a change of a control shows what it does to the world.
 * After a change that is meant: `npm run test:upstream -- -u corpus-findings`, and read the difference.
 */
test.skipIf(corpora.length === 0)('findings per control and corpus are those of the committed table', async () => {
  const reports = new Map<string, Report>();
  for (const name of corpora) reports.set(name, await scan({ paths: ['.'], cwd: join(corporaFolder, name) }));
  await expect(table(reports)).toMatchFileSnapshot(file);
});

function table(reports: ReadonlyMap<string, Report>): string {
  const names = [...reports.keys()];
  const head = (title: string) => [`| ${title} | ${names.join(' | ')} |`, `|---|${'---:|'.repeat(names.length)}`];
  const row = (title: string, cell: (report: Report) => number | string) => `| ${title} | ${[...reports.values()].map(cell).join(' | ')} |`;
  const count = (report: Report, id: string, verdict: string) =>
    report.findings.filter((finding) => finding.control === id && finding.verdict === verdict).length;
  return [
    '# Findings in real manifests',
    '',
    'Made and checked by `npm run test:upstream`: what a scan with default options says about public projects. Failing findings, and in brackets unknown ones.',
    '',
    ...head('Read'),
    row('files', ({ inputs }) => inputs.files),
    row('documents', ({ inputs }) => inputs.documents),
    row('objects judged or kept for joins', ({ inputs }) => inputs.resources),
    row('skipped entries', ({ inputs }) => inputs.skipped.length),
    row('unread entries', ({ inputs }) => inputs.unread.length),
    row('workloads', ({ workloads }) => workloads.length),
    row('of them restricted', ({ workloads }) => workloads.filter(({ podSecurityLevel }) => podSecurityLevel === 'restricted').length),
    row('of them baseline', ({ workloads }) => workloads.filter(({ podSecurityLevel }) => podSecurityLevel === 'baseline').length),
    '',
    ...head('Control'),
    ...controls.map(({ id }) =>
      row(id, (report) => {
        const unknown = count(report, id, 'unknown');
        return `${count(report, id, 'fail')}${unknown > 0 ? ` (${unknown})` : ''}`;
      }),
    ),
    '',
  ].join('\n');
}
