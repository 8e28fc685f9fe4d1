import { compareText, type Finding, type Report, type WaiverUse } from '../core/index.ts';
import { quoted, waiverUseRecord } from './json.ts';
import { counted } from './outcome.ts';
import { heading, labelled, pageOf, placed, row, type Page } from './page.ts';
import { printable } from './printable.ts';

/** Who waives what until when, and what is wrong with it. */
export interface WaiverList {
  readonly tool: Report['tool'];
  readonly waivers: readonly WaiverUse[];
  /** Findings about waivers: expired, unused, too broad, malformed. */
  readonly faults: readonly Finding[];
}

/** What a report says of waivers; `judges` tells which controls are about them. */
export function waiverList({ tool, waivers = [], findings }: Report, judges: (control: string) => boolean): WaiverList {
  return { tool, waivers, faults: findings.filter(({ control, verdict }) => verdict === 'fail' && judges(control)) };
}

const titles: Readonly<Record<WaiverUse['state'], string>> = {
  expired: 'Expired: what they waived counts again',
  unused: 'Unused: what they name does not fail there',
  active: 'Active',
  idle: 'Not decided here: what they name was not judged, or not all that they are about was read',
};

export interface WaiverTextOptions {
  readonly color: boolean;
  readonly width: number;
}

/** The list for a person: what somebody has to look at first. Whatever comes from input is made printable first. */
export function* formatWaiversText({ waivers, faults }: WaiverList, options: WaiverTextOptions): Generator<string, void> {
  const page = pageOf({ ...options, all: true });
  // Those that are told among the waivers are not told twice.
  const others = faults.filter(({ file, line }) => !waivers.some((each) => each.file === file && each.line === line && isStale(each)));
  if (others.length > 0) {
    yield heading(`To correct: ${others.length}`, page);
    for (const fault of others)
      yield `\n${labelled(fault.severity, printable(fault.message), page, page.colors.red)}${at(fault, fault.control, page)}`;
  }
  for (const state of ['expired', 'unused', 'active', 'idle'] as const) {
    const those = waivers.filter((each) => each.state === state);
    if (those.length === 0) continue;
    yield heading(`${titles[state]}: ${those.length}`, page);
    // What ends first is looked at first.
    for (const each of those.toSorted((a, b) => compareText(a.until, b.until))) yield* waiverText(each, page);
  }
  yield heading('Summary', page);
  yield '\n';
  const states = (['expired', 'unused', 'active', 'idle'] as const).flatMap((state) => {
    const number = waivers.filter((each) => each.state === state).length;
    return number === 0 ? [] : [`${number} ${state === 'idle' ? 'not decided here' : state}`];
  });
  yield row('Waivers', states.length === 0 ? ['none'] : states, page);
  const waived = waivers.reduce((total, { state, findings }) => total + (state === 'active' ? findings : 0), 0);
  if (waived > 0) yield row('Waived', [counted(waived, 'finding')], page);
  const next = waivers.filter(({ state }) => state !== 'expired').map(({ until }) => until);
  if (next.length > 0) yield row('Next to end', [next.toSorted(compareText)[0]!], page);
  if (faults.length > 0) yield row('To correct', [counted(faults.length, 'finding')], page);
}

function isStale({ state }: WaiverUse): boolean {
  return state === 'expired' || state === 'unused';
}

function* waiverText(waiver: WaiverUse, page: Page): Generator<string, void> {
  const { control, reason, owner, until, ticket, findings, from } = waiver;
  const where = ticket === undefined ? '' : `, ${ticket}`;
  yield `\n${labelled('until', printable(`${until}  ${control}: ${reason} (${owner}${where})`), page, page.colors.dim)}`;
  yield at(
    waiver,
    `${{ 'policy-file': 'policy file', annotation: 'annotation', comment: 'comment' }[from]}, ${counted(findings, 'finding')}`,
    page,
  );
}

function at({ file, line }: { readonly file: string; readonly line: number }, what: string, page: Page): string {
  return placed(`${printable(file)}:${line}`, what, page);
}

/** The list as JSON, a waiver a line. */
export function* formatWaiversJson({ tool, waivers, faults }: WaiverList): Generator<string, void> {
  yield `{\n  "schemaVersion": 1,\n  "tool": {"name":${quoted(tool.name)},"version":${quoted(tool.version)}},\n`;
  yield* lines('waivers', waivers.map(waiverUseRecord), true);
  yield* lines(
    'faults',
    faults.map(({ control, severity, file, line, message, fingerprint }) => {
      const about = `"control":${quoted(control)},"severity":"${severity}","file":${quoted(file)},"line":${line}`;
      return `{${about},"message":${quoted(message)},"fingerprint":${quoted(fingerprint)}}`;
    }),
    false,
  );
  yield '}\n';
}

function* lines(key: string, records: readonly string[], comma: boolean): Generator<string, void> {
  const list = records.length === 0 ? '[]' : `[\n    ${records.join(',\n    ')}\n  ]`;
  yield `  "${key}": ${list}${comma ? ',' : ''}\n`;
}
