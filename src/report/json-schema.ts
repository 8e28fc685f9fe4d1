import { z } from 'zod';
import { diffReportDefinition, fixReportDefinition, fleetReportDefinition, reportDefinition } from './json-definition.ts';
import { pathsDefinitions } from './paths/paths-definition.ts';
import { reachDefinition } from './reach/reach-definition.ts';
import { rightsDefinition } from './rights-definition.ts';

/** The JSON Schema of the report of `plimsoll scan`, as text for docs/report.schema.json. */
export function reportSchema(): string {
  return schemaText(reportDefinition);
}

/** The JSON Schema of the report of several clusters, as text for docs/fleet-report.schema.json. */
export function fleetReportSchema(): string {
  return schemaText(fleetReportDefinition);
}

/** The JSON Schema of the report of `plimsoll fix`, as text for docs/fix-report.schema.json. */
export function fixReportSchema(): string {
  return schemaText(fixReportDefinition);
}

/** The JSON Schema of the report of `plimsoll diff`, as text for docs/diff-report.schema.json. */
export function diffReportSchema(): string {
  return schemaText(diffReportDefinition);
}

/** The JSON Schema of the reports about rights, as text for docs/rights.schema.json. */
export function rightsSchema(): string {
  return schemaText(rightsDefinition);
}

/** The JSON Schema of the reports about attack paths, as text for docs/paths.schema.json. */
export function pathsSchema(): string {
  return schemaText(pathsDefinitions);
}

/** The JSON Schema of what `plimsoll reach` prints, as text for docs/reach.schema.json. */
export function reachSchema(): string {
  return schemaText(reachDefinition);
}

/**
 * In draft 2020-12. Objects stay open: a later version may add keys, and a consumer that follows the schema must not break
 * then.
 */
function schemaText(definition: z.ZodType): string {
  const { id: _, ...schema } = z.toJSONSchema(definition, { target: 'draft-2020-12', io: 'input' });
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}
