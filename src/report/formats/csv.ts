import { remembering, type Finding, type FleetReport, type Report } from '../../core/index.ts';
import { plainText } from './plain-text.ts';

const ownColumns = [
  'severity',
  'verdict',
  'control',
  'codes',
  'apiVersion',
  'kind',
  'namespace',
  'name',
  'container',
  'path',
  'file',
  'line',
  'column',
  'message',
  'fix',
  'waivedUntil',
  'waivedBy',
  'waivedBecause',
  'waiverTicket',
  'fingerprint',
] as const;

type Column = (typeof ownColumns)[number] | 'cluster';
type Row = { readonly [K in Column]?: string | number };

/** The findings as a table (RFC 4180), a row each in the order of the report; before them what could not be read. */
export function* formatCsv(report: Report): Generator<string, void> {
  yield* table(ownColumns, rowsOf(report));
}

/** Those of several clusters as one table, with the cluster in the first column. */
export function* formatFleetCsv({ clusters }: FleetReport): Generator<string, void> {
  yield* table(
    ['cluster', ...ownColumns],
    (function* (): Generator<Row, void> {
      for (const cluster of clusters) {
        const { name } = cluster;
        if ('report' in cluster) for (const row of rowsOf(cluster.report)) yield { cluster: name, ...row };
        else yield { cluster: name, verdict: 'unread', message: cluster.failure.join('; ') };
      }
    })(),
  );
}

function* table(columns: readonly Column[], rows: Iterable<Row>): Generator<string, void> {
  yield `${columns.join(',')}\r\n`;
  // Rows repeat most of what those before them say.
  const cell = remembering(cellOf);
  for (const row of rows) {
    const cells = columns.map((column) => {
      const value = row[column] ?? '';
      return typeof value === 'number' ? String(value) : cell(value);
    });
    yield `${cells.join(',')}\r\n`;
  }
}

function* rowsOf({ findings, inputs }: Report): Generator<Row, void> {
  for (const { file, line, reason } of inputs.unread) yield { verdict: 'unread', file, line, message: reason };
  for (const finding of findings) yield rowOf(finding);
}

function rowOf({ resource, codes, waived, ...finding }: Finding): Row {
  const { apiVersion, kind, namespace = '', name } = resource;
  const row = { ...finding, codes: codes.join(' '), apiVersion, kind, namespace, name };
  if (waived === undefined) return row;
  const { until, owner, reason, ticket = '' } = waived;
  return { ...row, waivedUntil: until, waivedBy: owner, waivedBecause: reason, waiverTicket: ticket };
}

// A spreadsheet takes what begins with these for a formula, the wide forms in East Asian locales too, and looks past spaces
// and quotes before them (owasp.org, CSV Injection). The apostrophe says that it is text.
const formula = /^["'\s]*[=+\-@\uff1d\uff0b\uff0d\uff20|%]/u;

function cellOf(value: string): string {
  const text = plainText(value);
  const harmless = formula.test(text) ? `'${text}` : text;
  // Quoted too where another locale's separator stands in it, which would else begin a cell of its own.
  return /[",;]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
