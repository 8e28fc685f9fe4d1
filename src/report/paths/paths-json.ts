import type { PathsReport, PlanReport } from '../../core/index.ts';

/** A report as JSON, keys in a fixed order; a list of objects has one on a line. */
export function* formatPathsJson(report: PathsReport | PlanReport): Generator<string, void> {
  const fields = Object.entries({ schemaVersion: 1, ...report });
  yield '{\n';
  for (const [index, [key, value]] of fields.entries()) {
    const comma = index === fields.length - 1 ? '\n' : ',\n';
    if (!Array.isArray(value) || value.length === 0) {
      yield `  ${JSON.stringify(key)}: ${JSON.stringify(value)}${comma}`;
      continue;
    }
    const lines = value.map((item) => `    ${JSON.stringify(item)}`);
    yield `  ${JSON.stringify(key)}: [\n${lines.join(',\n')}\n  ]${comma}`;
  }
  yield '}\n';
}
