import type { ComparedControl, ComparedRow, FleetReport } from '../core/index.ts';
import { formatJson, quoted, quotedList, records } from './json.ts';

/** The report of several clusters as JSON, by the contract of docs/fleet-report.schema.json: one record a line, in pieces. */
export function* formatFleetJson({ schemaVersion, tool, clusters, ...compared }: FleetReport): Generator<string, void> {
  yield `{\n"schemaVersion": ${schemaVersion},\n"tool": {"name":${quoted(tool.name)},"version":${quoted(tool.version)}},\n"clusters": [\n`;
  for (const [index, cluster] of clusters.entries()) {
    const { name, alsoNamed } = cluster;
    yield `{"name":${quoted(name)},${alsoNamed === undefined ? '' : `"alsoNamed":${quotedList(alsoNamed)},`}`;
    if ('report' in cluster) {
      yield '"report":\n';
      yield* formatJson(cluster.report);
    } else yield `"failure":${quotedList(cluster.failure)}`;
    yield index === clusters.length - 1 ? '}\n' : '},\n';
  }
  yield '],\n';
  yield* records('', 'recommendations', compared.recommendations, rowRecord);
  yield* records('', 'controls', compared.controls, controlRecord);
  yield `"summary": ${JSON.stringify(compared.summary)}\n}\n`;
}

function rowRecord({ code, title, chapter, states, alike }: ComparedRow): string {
  return `{"code":${quoted(code)},"title":${quoted(title)},"chapter":${quoted(chapter)},"states":${JSON.stringify(states)},"alike":${alike}}`;
}

function controlRecord({ control, codes, severity, failing }: ComparedControl): string {
  return `{"control":${quoted(control)},"codes":${quotedList(codes)},"severity":"${severity}","failing":${JSON.stringify(failing)}}`;
}
