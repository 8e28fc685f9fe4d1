import type { LeastRoleReport, RightsDiffReport, RightsInput } from '../core/index.ts';
import { anyValue } from './json.ts';

/**
 * A report about rights as JSON, by the contract of docs/rights.schema.json: a field a line, and of lists of objects an item a
 * line.
 */
export function* formatRightsJson(report: RightsInput | LeastRoleReport | RightsDiffReport): Generator<string, void> {
  const fields = Object.entries(report).filter(([, value]) => value !== undefined);
  yield '{\n';
  for (const [index, [key, value]] of fields.entries()) {
    const comma = index === fields.length - 1 ? '' : ',';
    if (!Array.isArray(value) || typeof value[0] !== 'object') {
      yield `  ${anyValue(key)}: ${anyValue(value)}${comma}\n`;
      continue;
    }
    yield `  ${anyValue(key)}: [\n`;
    for (const [at, item] of value.entries()) yield `    ${anyValue(item)}${at === value.length - 1 ? '' : ','}\n`;
    yield `  ]${comma}\n`;
  }
  yield '}\n';
}
