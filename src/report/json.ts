import {
  remembering,
  type ClusterTarget,
  type Excepted,
  type Drifted,
  type Finding,
  type LedgerRow,
  type MergedReport,
  type Report,
  type ResourceRef,
  type SetBy,
  type Skipped,
  type StaticPod,
  type Unread,
  type Waiver,
  type WaiverUse,
  type Workload,
} from '../core/index.ts';
import { pieces } from './pieces.ts';

/**
 * The report as JSON, by the contract of docs/report.schema.json: keys in a fixed order, one record a line. It is yielded
 * in pieces, so that a report of any size can be written without holding its text.
 */
export function* formatJson(report: Report): Generator<string, void> {
  const { summary, merged, baseline, changedSince } = report;
  yield* preamble(report);
  if (merged !== undefined) yield* records('  ', 'merged', merged, mergedRecord);
  if (baseline !== undefined) yield `  "baseline": {"file":${quoted(baseline.file)},"known":${baseline.known},"gone":${baseline.gone}},\n`;
  if (changedSince !== undefined)
    yield `  "changedSince": {"revision":${quoted(changedSince.revision)},"commit":${quoted(changedSince.commit)},"unchanged":${changedSince.unchanged}${changedSince.same === true ? ',"same":true' : ''}},\n`;
  yield* records('  ', 'findings', report.findings, findingRecords());
  yield* records('  ', 'workloads', report.workloads, workloadRecord);
  yield* records('  ', 'ledger', report.ledger, ledgerRecord);
  if (report.waivers !== undefined) yield* records('  ', 'waivers', report.waivers, waiverUseRecord);
  const { bySeverity, byState } = summary;
  yield (
    `  "summary": {"bySeverity":{"critical":${bySeverity.critical},"high":${bySeverity.high},"medium":${bySeverity.medium},"low":${bySeverity.low}},` +
      `"byState":{"pass":${byState.pass},"fail":${byState.fail},"unknown":${byState.unknown},"not-applicable":${byState['not-applicable']}}` +
      `${summary.waived === undefined ? '' : `,"waived":${summary.waived}`}}\n}\n`
  );
}

/** What every JSON report begins with: who wrote it, for what, and what was read. */
export function* preamble({
  schemaVersion,
  tool,
  target,
  inputs,
}: Pick<Report, 'schemaVersion' | 'tool' | 'target' | 'inputs'>): Generator<string, void> {
  yield (
    `{\n  "schemaVersion": ${schemaVersion},\n` +
      `  "tool": {"name":${quoted(tool.name)},"version":${quoted(tool.version)}},\n` +
      `  "target": {"kubernetesVersion":${quoted(target.kubernetesVersion)},"assumed":${target.assumed},"profile":${quoted(target.profile)},` +
      `"partial":${target.partial},${target.cluster === undefined ? '' : `"cluster":${clusterRecord(target.cluster)},`}"assumptions":${quotedList(target.assumptions)}},\n` +
      `  "inputs": {\n    "files": ${inputs.files},\n    "documents": ${inputs.documents},\n    "resources": ${inputs.resources},\n`
  );
  yield* records('    ', 'skipped', inputs.skipped, skippedRecord);
  yield* records('    ', 'unread', inputs.unread, unreadRecord);
  yield* records('    ', 'excepted', inputs.excepted, exceptedRecord);
  yield* records('    ', 'drifted', inputs.drifted, driftedRecord);
  yield* records('    ', 'staticPods', inputs.staticPods, staticPodRecord, true);
  yield '  },\n';
}

// oxlint-disable-next-line no-control-regex
const plain = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;
// What JSON allows and terminals, JavaScript and reviewers trip over: DEL, C1 controls, line separators, bidirectional controls.
const treacherous = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** A string as a JSON literal, with everything escaped that could steer a terminal or end a line. */
export function quoted(text: string): string {
  return plain.test(text) ? `"${text}"` : stringified(text);
}

/** Any value as JSON, escaped in the same way. */
export function stringified(value: string | object): string {
  return JSON.stringify(value).replace(treacherous, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The same for what manifests may hold: integers of any size. */
export function anyValue(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(anyValue).join(',')}]`;
  return `{${Object.entries(value)
    .map(([key, child]) => `${quoted(key)}:${anyValue(child)}`)
    .join(',')}}`;
}

/** A list of strings as a JSON literal. */
export function quotedList(texts: readonly string[]): string {
  return `[${texts.map(quoted).join(',')}]`;
}

/** An object of any shape: a field a line, and of lists of objects an item a line. */
export function* fieldByField(report: object): Generator<string, void> {
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

const pieceSize = 16 * 1024;

/** A list as a field, an item a line. Each piece that is yielded passes through several generators: they are of many lines. */
export function* records<T>(
  indent: string,
  key: string,
  items: readonly T[],
  record: (item: T) => string,
  last = false,
): Generator<string, void> {
  if (items.length === 0) {
    yield `${indent}"${key}": []${last ? '' : ','}\n`;
    return;
  }
  yield `${indent}"${key}": [\n`;
  yield* pieces(lines(indent, items, record), pieceSize);
  yield `${indent}]${last ? '' : ','}\n`;
}

function* lines<T>(indent: string, items: readonly T[], record: (item: T) => string): Generator<string, void> {
  const end = items.length - 1;
  for (let index = 0; index <= end; index++) yield `${indent}  ${record(items[index]!)}${index === end ? '' : ','}\n`;
}

export function reference({ apiVersion, kind, namespace, name, owner }: ResourceRef): string {
  const inNamespace = namespace === undefined ? '' : `"namespace":${quoted(namespace)},`;
  const owned = owner === undefined ? '' : `,"owner":${reference(owner)}`;
  return `{"apiVersion":${quoted(apiVersion)},"kind":${quoted(kind)},${inNamespace}"name":${quoted(name)}${owned}}`;
}

/** Findings come in runs on one object and repeat their control's part, so both are made once. */
export function findingRecords(): (finding: Finding) => string {
  const controls = new Map<string, string>();
  const literal = remembering(quoted);
  let lastReference: ResourceRef | undefined;
  let lastText = '';
  return (finding) => {
    let control = controls.get(finding.control);
    if (control === undefined) {
      control = `{"control":${quoted(finding.control)},"codes":${quotedList(finding.codes)},"severity":`;
      controls.set(finding.control, control);
    }
    if (finding.resource !== lastReference) {
      lastReference = finding.resource;
      lastText = reference(lastReference);
    }
    return (
      `${control}"${finding.severity}","verdict":"${finding.verdict}","resource":${lastText}` +
      (finding.container === undefined ? '' : `,"container":${literal(finding.container)}`) +
      `,"path":${literal(finding.path)},"file":${literal(finding.file)},"line":${finding.line},"column":${finding.column}` +
      `,"endLine":${finding.endLine},"endColumn":${finding.endColumn},"message":${literal(finding.message)}` +
      (finding.setBy === undefined ? '' : `,"setBy":${setByRecord(finding.setBy)}`) +
      (finding.fix === undefined ? '' : `,"fix":"${finding.fix}"`) +
      (finding.waived === undefined ? '' : `,"waived":{${waiverFields(finding.waived)}}`) +
      `,"fingerprint":${quoted(finding.fingerprint)}}`
    );
  };
}

function mergedRecord({ file, tool, kubernetesVersion, objects, findings, unread }: MergedReport): string {
  return (
    `{"file":${quoted(file)},"tool":${quoted(tool)},"kubernetesVersion":${quoted(kubernetesVersion)},` +
    `"objects":${objects},"findings":${findings},"unread":${unread}}`
  );
}

function waiverFields({ from, reason, owner, until, ticket, file, line }: Waiver): string {
  return (
    `"from":"${from}","reason":${quoted(reason)},"owner":${quoted(owner)},"until":${quoted(until)}` +
    `${ticket === undefined ? '' : `,"ticket":${quoted(ticket)}`},"file":${quoted(file)},"line":${line}`
  );
}

/** A waiver as a JSON literal. */
export function waiverUseRecord(use: WaiverUse): string {
  return `{"control":${quoted(use.control)},"state":"${use.state}","findings":${use.findings},${waiverFields(use)}}`;
}

function setByRecord({ key, file, line }: SetBy): string {
  return `{"key":${quoted(key)},"file":${quoted(file)},"line":${line}}`;
}

export function clusterRecord({ context, version, namespaces, snapshot }: ClusterTarget): string {
  const parts = namespaces === undefined ? '' : `,"namespaces":${quotedList(namespaces)}`;
  const recorded = snapshot === undefined ? '' : `,"snapshot":{"taken":${quoted(snapshot.taken)},"tool":${quoted(snapshot.tool)}}`;
  return `{"context":${quoted(context)},"version":${quoted(version)}${parts}${recorded}}`;
}

function skippedRecord({ file, line, reason, count }: Skipped): string {
  return `{"file":${quoted(file)},"line":${line},"reason":${quoted(reason)},"count":${count}}`;
}

export function unreadRecord({ file, line, reason }: Unread): string {
  return `{"file":${quoted(file)},"line":${line},"reason":${quoted(reason)}}`;
}

function exceptedRecord({ resource, file, line, reason }: Excepted): string {
  return `{"resource":${reference(resource)},"file":${quoted(file)},"line":${line},"reason":${quoted(reason)}}`;
}

function driftedRecord({ resource, file, line, count, differences, more }: Drifted): string {
  const fields = differences.map(({ path, change }) => `{"path":${quoted(path)},"change":"${change}"}`);
  return (
    `{"resource":${reference(resource)},"file":${quoted(file)},"line":${line},"count":${count},` +
    `"differences":[${fields.join(',')}]${more === undefined ? '' : `,"more":${more}`}}`
  );
}

function staticPodRecord({ resource, file, line, node }: StaticPod): string {
  return `{"resource":${reference(resource)},"file":${quoted(file)},"line":${line},"node":${quoted(node)}}`;
}

function workloadRecord({ resource, file, line, podSecurityLevel, restrictedBy }: Workload): string {
  return (
    `{"resource":${reference(resource)},"file":${quoted(file)},"line":${line},` +
    `"podSecurityLevel":"${podSecurityLevel}","restrictedBy":${quotedList(restrictedBy)}}`
  );
}

function ledgerRecord(row: LedgerRow): string {
  const { pass, fail, unknown, notApplicable } = row.subjects;
  return (
    `{"code":${quoted(row.code)},"title":${quoted(row.title)},"chapter":${quoted(row.chapter)},"origin":${quoted(row.origin)},"state":"${row.state}",` +
    `"subjects":{"pass":${pass},"fail":${fail},"unknown":${unknown},"notApplicable":${notApplicable}},` +
    `"needs":${quotedList(row.needs)},"controls":${quotedList(row.controls)}` +
    `${row.waived === undefined ? '' : `,"waived":{"findings":${row.waived.findings},"open":${row.waived.open}}`}${row.note === undefined ? '' : `,"note":${quoted(row.note)}`}}`
  );
}
