import type { PathsReport, PlanReport } from '../../core/index.ts';
import { version } from '../../core/version.ts';
import { fieldByField } from '../json.ts';

/** What programs read of a report about paths. */
export type PathsJson<Report extends PathsReport | PlanReport> = {
  readonly schemaVersion: 1;
  readonly tool: { readonly name: 'plimsoll'; readonly version: string };
  readonly command: Report extends PlanReport ? 'plan' : 'paths';
} & Report;

/** A report about paths, or a plan, as JSON by the contract of docs/paths.schema.json. */
export function formatPathsJson(report: PathsReport | PlanReport): Generator<string, void> {
  const command = 'proof' in report ? 'plan' : 'paths';
  return fieldByField({ schemaVersion: 1, tool: { name: 'plimsoll', version }, command, ...report });
}
