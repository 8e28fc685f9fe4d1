import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { sampleWaivedReport } from '../sample-report.ts';
import { formatCsv } from './csv.ts';
import { hostileReport } from './sample-hostile.ts';

function rows(report = sampleWaivedReport): Record<string, string>[] {
  return parse([...formatCsv(report)].join(''), { columns: true, record_delimiter: '\r\n' });
}

test('a parser reads a row for each finding, and for what could not be read', () => {
  const { findings, inputs } = sampleWaivedReport;
  expect(rows()).toHaveLength(findings.length + inputs.unread.length);
  expect(rows()[0]).toMatchObject({ verdict: 'unread', file: 'deploy/broken.yaml', line: '7', severity: '' });
  expect(rows()[1]).toMatchObject({
    severity: 'high',
    verdict: 'fail',
    codes: 'POD-12',
    namespace: 'shop',
    container: 'sidecar-0',
    message: findings[0]!.message,
    waivedUntil: '2027-01-31',
    waivedBy: 'team-logs',
    waiverTicket: 'SEC-812',
  });
});

test('no cell is a formula, and none ends its line', () => {
  const written = rows(hostileReport);
  expect(written).toHaveLength(hostileReport.findings.length + hostileReport.inputs.unread.length);
  const cells = written.flatMap((row) => Object.values(row));
  expect(cells.filter((cell) => /^["\s]*[=+\-@]/.test(cell))).toEqual([]);
  expect(cells.filter((cell) => /[\r\n]/.test(cell))).toEqual([]);
  expect(cells).toContain('\'=HYPERLINK("http://evil.example","x")');
});
