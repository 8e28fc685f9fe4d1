import type { LeastRoleReport, RightsDiffReport, RightsInput } from '../core/index.ts';
import { fieldByField } from './json.ts';

/** A report about rights as JSON, by the contract of docs/rights.schema.json. */
export function formatRightsJson(report: RightsInput | LeastRoleReport | RightsDiffReport): Generator<string, void> {
  return fieldByField(report);
}
