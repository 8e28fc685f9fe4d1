import { z } from 'zod';
import { reportDefinition } from './json-definition.ts';

/**
 * The JSON Schema (draft 2020-12) of the JSON report, as text for docs/report.schema.json. Objects stay open: a later
 * version may add keys, and a consumer that follows the schema must not break then.
 */
export function reportSchema(): string {
  const { id: _, ...schema } = z.toJSONSchema(reportDefinition, { target: 'draft-2020-12', io: 'input' });
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}
