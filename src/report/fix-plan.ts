import { compareText, groupBy, type AppliedFix, type DeclinedFix, type FixReport, type FixValue, type Severity } from '../core/index.ts';
import { anyValue, preamble, quoted, quotedList, records } from './json.ts';
import { counted } from './outcome.ts';
import { countBySeverity } from './grouping.ts';
import { excepted, heading, labelled, pageOf, row, severityParts, skipped, unread, type Page } from './page.ts';
import { printable } from './printable.ts';
import type { ControlText } from './text.ts';

/** What a stage asks of whoever goes through it, in the order of the plan. */
export type Effort = 'free' | 'test' | 'value' | 'person';

/** What one control settles, or would settle, in one namespace. */
export interface PlanItem {
  readonly control: string;
  readonly codes: readonly string[];
  readonly count: number;
  readonly objects: number;
  readonly bySeverity: Readonly<Record<Severity, number>>;
  /** What may break and how to prove that it does not; why nobody did it; what a person does. One or none of each. */
  readonly risks: readonly string[];
  readonly reasons: readonly string[];
  readonly needs: readonly string[];
}

export interface PlanNamespace {
  /** Absent for objects without one, and for those that live outside namespaces. */
  readonly namespace?: string;
  readonly count: number;
  readonly items: readonly PlanItem[];
}

export interface Stage {
  readonly effort: Effort;
  readonly title: string;
  readonly count: number;
  readonly namespaces: readonly PlanNamespace[];
  /** What to type; absent where no command does it. */
  readonly command?: string;
}

type Entry = AppliedFix | DeclinedFix;

const titles: Readonly<Record<Effort, string>> = {
  free: 'Free: fixes that keep what a workload does',
  test: 'Needs a test: fixes that may change what a workload does',
  value: 'Needs a value that only you know',
  person: 'Needs a person: no machine may do it',
};

/**
 * Orders all that fails into stages by what each asks of people: nothing, a test, a value, a decision. It does not matter
 * whether the report was made with `--review`. `command` is how the user called: `plimsoll fix deploy`.
 */
export function planOf(report: FixReport, command: string): Stage[] {
  const entries: Record<Effort, Entry[]> = { free: [], test: [], value: [], person: [] };
  for (const fix of report.fixes) entries[fix.safety === 'safe' ? 'free' : 'test'].push(fix);
  for (const fix of report.declined) entries[fix.because === 'review' ? 'test' : fix.because === 'value' ? 'value' : 'person'].push(fix);
  const keys = new Set(entries.value.flatMap((entry) => ('needs' in entry ? (entry.needs ?? []) : [])));
  const commands: Readonly<Record<Effort, string | undefined>> = {
    free: `${command} --write`,
    test: `${command} --write --review`,
    value: keys.size === 0 ? undefined : `${command} --write --review ${[...keys].map((key) => `--value ${key}=…`).join(' ')}`,
    person: undefined,
  };
  return (Object.keys(entries) as Effort[]).flatMap((effort): Stage[] => {
    const those = entries[effort];
    if (those.length === 0) return [];
    const toType = commands[effort];
    const stage = { effort, title: titles[effort], count: those.length, namespaces: namespacesOf(those) };
    return [toType === undefined ? stage : { ...stage, command: toType }];
  });
}

function namespacesOf(entries: readonly Entry[]): PlanNamespace[] {
  const groups = groupBy(entries, ({ resource }) => (resource.kind === 'Namespace' ? resource.name : (resource.namespace ?? '')));
  return [...groups]
    .sort(([a], [b]) => compareText(a, b))
    .map(([namespace, those]) => {
      const items = [...groupBy(those, ({ control }) => control).values()]
        .map(itemOf)
        .sort((a, b) => compareSeverity(a, b) || b.count - a.count);
      return { ...(namespace === '' ? {} : { namespace }), count: those.length, items };
    });
}

function itemOf(entries: readonly Entry[]): PlanItem {
  const { control, codes } = entries[0]!;
  const distinct = (texts: readonly string[]): string[] => [...new Set(texts)].filter((text) => text !== '');
  const objects = new Set(entries.map(({ file, resource }) => [file, resource.kind, resource.namespace, resource.name].join('\n')));
  return {
    control,
    codes,
    count: entries.length,
    objects: objects.size,
    bySeverity: countBySeverity(entries),
    risks: distinct(entries.flatMap(({ safety, risk = '' }) => (safety === 'review' ? [risk] : []))),
    reasons: distinct(entries.flatMap((entry) => ('because' in entry && entry.because !== 'review' ? [entry.reason] : []))),
    needs: distinct(entries.flatMap((entry) => ('needs' in entry ? (entry.needs ?? []) : []))),
  };
}

function compareSeverity(a: PlanItem, b: PlanItem): number {
  const worst = (['critical', 'high', 'medium', 'low'] as const).find(
    (severity) => a.bySeverity[severity] > 0 !== b.bySeverity[severity] > 0,
  );
  return worst === undefined ? 0 : b.bySeverity[worst] - a.bySeverity[worst];
}

export interface PlanTextOptions {
  readonly color: boolean;
  readonly width: number;
  /** Every reason of every control. */
  readonly all: boolean;
  /** How the user called, without what it should do: `plimsoll fix deploy`. */
  readonly command: string;
  control(id: string): Pick<ControlText, 'title' | 'remedy'> | undefined;
  value(key: string): FixValue | undefined;
}

interface PlanPage extends Page {
  readonly options: PlanTextOptions;
  /** Controls whose title, risk and reasons were printed already, by stage. */
  readonly explained: Set<string>;
}

/** The plan for a person. */
export function* formatPlanText(report: FixReport, options: PlanTextOptions): Generator<string, void> {
  const page: PlanPage = { ...pageOf(options), options, explained: new Set() };
  const { colors } = page;
  const stages = planOf(report, options.command);
  for (const [index, stage] of stages.entries()) {
    yield heading(`${index + 1}. ${stage.title}: ${stage.count}`, page);
    if (stage.command !== undefined) yield `\n  ${colors.bold(printable(stage.command))}\n`;
    for (const { namespace, count, items } of stage.namespaces) {
      yield `\n${colors.bold(namespace === undefined ? 'Without a namespace' : `Namespace ${printable(namespace)}`)}: ${count}\n\n`;
      for (const item of items) yield* itemText(item, stage.effort, page);
    }
  }
  yield* unread(report, page);
  yield* skipped(report, page);
  yield* excepted(report, page);
  yield heading('Summary', page);
  yield '\n';
  for (const { effort, count, namespaces } of stages) {
    const bySeverity = { critical: 0, high: 0, medium: 0, low: 0 };
    for (const { items } of namespaces)
      for (const item of items)
        for (const severity of Object.keys(bySeverity) as Severity[]) bySeverity[severity] += item.bySeverity[severity];
    yield row(effort, [counted(count, 'finding'), ...severityParts(bySeverity, colors)], page);
  }
  if (stages.length === 0) yield row('To do', ['nothing'], page);
  const next = stages.find(({ command }) => command !== undefined)?.command ?? 'plimsoll scan';
  yield `\nnext: ${colors.bold(printable(next))}\n`;
}

const textsShown = 3;

function* itemText(item: PlanItem, effort: Effort, page: PlanPage): Generator<string, void> {
  const { options, explained, colors } = page;
  const { control, codes, count, objects } = item;
  const about = options.control(control);
  const where = `${control} ${codes.join(' ')}, in ${counted(objects, 'object')}`;
  yield labelled(`${count} ×`, where, page);
  if (explained.has(`${effort} ${control}`)) return;
  explained.add(`${effort} ${control}`);
  if (about !== undefined) yield labelled('', printable(about.title), page);
  const shown = (texts: readonly string[]): readonly string[] => (options.all ? texts : texts.slice(0, textsShown));
  for (const risk of shown(item.risks)) yield labelled('risk', printable(risk), page, colors.dim);
  for (const reason of shown(item.reasons)) yield labelled('why', printable(reason), page, colors.dim);
  if (effort === 'person' && about?.remedy !== undefined && !item.reasons.includes(about.remedy))
    yield labelled('do', printable(about.remedy), page, colors.dim);
  for (const key of item.needs) {
    const value = options.value(key);
    const meaning = value === undefined ? '' : `: ${value.about} (for instance ${value.example})`;
    yield labelled('give', printable(`--value ${key}=…${meaning}`), page, colors.cyan);
  }
}

/** The plan as JSON: what every JSON report begins with, and the stages, a namespace of one a line. */
export function* formatPlanJson(report: FixReport, command: string): Generator<string, void> {
  yield* preamble(report);
  const stages = planOf(report, command);
  yield stages.length === 0 ? '  "stages": []\n}\n' : '  "stages": [\n';
  for (const [index, { effort, title, count, namespaces, command: toType }] of stages.entries()) {
    const head = `"effort":"${effort}","title":${quoted(title)},"count":${count}${toType === undefined ? '' : `,"command":${quoted(toType)}`}`;
    yield `    {${head},\n`;
    yield* records('      ', 'namespaces', namespaces, namespaceRecord, true);
    yield `    }${index === stages.length - 1 ? '\n  ]\n}' : ','}\n`;
  }
}

function namespaceRecord({ namespace, count, items }: PlanNamespace): string {
  const named = namespace === undefined ? '' : `"namespace":${quoted(namespace)},`;
  return `{${named}"count":${count},"items":[${items.map(itemRecord).join(',')}]}`;
}

function itemRecord({ control, codes, count, objects, bySeverity, risks, reasons, needs }: PlanItem): string {
  return (
    `{"control":${quoted(control)},"codes":${quotedList(codes)},"count":${count},"objects":${objects},"bySeverity":${anyValue(bySeverity)},` +
    `"risks":${quotedList(risks)},"reasons":${quotedList(reasons)},"needs":${quotedList(needs)}}`
  );
}
