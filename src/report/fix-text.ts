import {
  severities,
  type AppliedFix,
  type DeclinedFix,
  type FileRepair,
  type FixReport,
  type FixValue,
  type ObjectRepair,
} from '../core/index.ts';
import { fixOutcome, nextFixCommand } from './fix-outcome.ts';
import { counted } from './outcome.ts';
import { excepted, heading, labelled, margin, pageOf, placed, resourceName, row, skipped, tally, unread, type Page } from './page.ts';
import { printable } from './printable.ts';
import { masked, secretLines } from './secret-lines.ts';
import type { ControlText } from './text.ts';
import { changedLines, hunkHeader, hunksOf, unifiedDiff, type Hunk, type HunkLine } from './unified-diff.ts';
import { clipped, wrapped } from './wrap.ts';

export interface FixTextOptions {
  readonly color: boolean;
  /** Cells of a line; prose is wrapped there, lines of files are cut off there. */
  readonly width: number;
  /** A person looks on. Elsewhere, and without colour, the text is a patch: bytes as they are, prose as comments. */
  readonly terminal: boolean;
  /** Every place of what is not fixed. */
  readonly all: boolean;
  /** The diff alone. */
  readonly quiet: boolean;
  /** The files hold the fixes already, but for so many that could not be written. */
  readonly written: boolean;
  readonly refused: number;
  readonly atomic: boolean;
  /** The person has seen each fix, and was asked about it. */
  readonly asked: boolean;
  readonly allowUnreadable: boolean;
  /** How the user called, without what it should do: `plimsoll fix deploy`. */
  readonly command: string;
  control(id: string): Pick<ControlText, 'title' | 'remedy'> | undefined;
  /** What `--value` takes under this key: `pod-security/non-root-user.user`. */
  value(key: string): FixValue | undefined;
}

interface FixPage extends Page {
  readonly options: FixTextOptions;
  readonly report: FixReport;
  /** Controls whose title and risk were printed already, each with how safe its fix is: `review pod-security/privileged`. */
  readonly explained: Set<string>;
}

/**
 * What `plimsoll fix` would change or has changed, for a person. On a terminal everything from input is printable and secrets
 * are hidden. Elsewhere the same text is a patch that `git apply` takes: lines of files stand in it byte for byte, and all
 * else is a comment, for a diff that cannot be applied helps nobody.
 */
export function* formatFixText(report: FixReport, options: FixTextOptions): Generator<string, void> {
  const page: FixPage = { ...pageOf(options), options, report, explained: new Set() };
  const isPatch = !options.terminal && !options.color;
  const prose = isPatch ? commented : (pieces: Iterable<string>): Iterable<string> => pieces;
  const notes = notesByFile(report);
  for (const repair of options.asked ? [] : report.files) {
    const ofFile = notes.get(repair.file) ?? [];
    if (options.quiet && isPatch) yield* unifiedDiff([repair], sections(ofFile));
    else if (options.quiet) yield* shownFile(repair, [], page);
    else if (isPatch) {
      yield* commented(fileHead(repair, ofFile, page));
      yield* unifiedDiff([repair], sections(ofFile));
    } else yield* shownFile(repair, ofFile, page);
  }
  if (options.quiet) return;
  yield* prose(rest(page));
}

function* rest(page: FixPage): Generator<string, void> {
  const { report } = page;
  yield* recreated(page);
  yield* notFixed(page);
  yield* unread(report, page);
  yield* skipped(report, page);
  yield* excepted(report, page);
  yield* summary(page);
}

function* commented(pieces: Iterable<string>): Generator<string, void> {
  for (const piece of pieces) yield piece.replaceAll(/^(.*)\n/gm, (_, line: string) => (line === '' ? '#\n' : `# ${line}\n`));
}

/** What is to be said of a part of a file: of an object that is changed, or (without one) of what is new in it. */
interface Note {
  readonly object?: ObjectRepair;
  readonly fixes: readonly AppliedFix[];
}

function notesByFile({ files, objects, fixes }: FixReport): Map<string, Note[]> {
  const ofObject = new Map<ObjectRepair, AppliedFix[]>(objects.map((object) => [object, []]));
  const ofNew = new Map<string, AppliedFix[]>(files.map(({ file }) => [file, []]));
  for (const fix of fixes) {
    if (fix.object !== undefined) ofObject.get(objects[fix.object]!)?.push(fix);
    if (fix.object === undefined || fix.companions.length > 0) ofNew.get(fix.companionFile ?? fix.file)?.push(fix);
  }
  const notes = new Map<string, Note[]>();
  for (const [file, made] of ofNew) notes.set(file, made.length === 0 ? [] : [{ fixes: made }]);
  for (const [object, made] of [...ofObject].reverse()) notes.get(object.file)?.unshift({ object, fixes: made });
  return notes;
}

/** What `@@` says of a line: the object around it. */
function sections(notes: readonly Note[]): (file: string, line: number) => string | undefined {
  return (_, line) => {
    const resource = noteAt(notes, line)?.object?.resource;
    return resource === undefined ? undefined : printable(`${resource.kind}/${resource.name}`);
  };
}

/** The note of the object around a line that counts from 0. Objects stand in their order, and what is new behind them. */
function noteAt(notes: readonly Note[], line: number): Note | undefined {
  let low = 0;
  let high = notes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((notes[middle]!.object?.line ?? Infinity) <= line + 1) low = middle + 1;
    else high = middle;
  }
  const note = notes[low - 1];
  return note?.object !== undefined && line < note.object.endLine ? note : undefined;
}

function* fileHead(repair: FileRepair, notes: readonly Note[], page: FixPage): Generator<string, void> {
  yield heading(`${printable(repair.file)}${repair.before === undefined ? ' (new)' : ''}`, page);
  for (const note of notes) yield* noteText(note, page);
  const shown = shownSecrets(repair, page.report);
  if (shown > 0)
    yield `\n${labelled('secret', `the patch repeats ${counted(shown, 'line')} with secrets: keep it where they are kept`, page)}`;
  yield '\n';
}

/** How many lines with secrets a patch of this file repeats. */
export function shownSecrets(repair: FileRepair, report: FixReport): number {
  const secret = secretLines(repair, report);
  if (secret.size === 0) return 0;
  let count = 0;
  for (const { lines } of hunksOf(repair)) for (const { sign, line } of lines) if (sign !== '+' && secret.has(line)) count++;
  return count;
}

/** The diff of a file as a terminal shows it: each hunk below what is to be said of the objects in it. */
function* shownFile(repair: FileRepair, notes: readonly Note[], page: FixPage): Generator<string, void> {
  yield heading(`${printable(repair.file)}${repair.before === undefined ? ' (new)' : ''}`, page);
  const open = new Set(notes);
  const section = sections(notes);
  const secret = secretLines(repair, page.report);
  const about = function* (those: Iterable<Note | undefined>): Generator<string, void> {
    for (const note of those) if (note !== undefined && open.delete(note)) yield* noteText(note, page);
  };
  for (const hunk of hunksOf(repair)) {
    const changed = changedLines(hunk);
    const touched = new Set(changed.map((line) => noteAt(notes, line)));
    // What belongs to no object is new.
    if (touched.delete(undefined) && notes.at(-1)?.object === undefined) touched.add(notes.at(-1));
    yield* about(touched);
    yield `\n${page.colors.cyan(clipped(hunkHeader(hunk, section('', changed[0]!)), page.width))}\n`;
    yield* shownLines(hunk, repair, secret, page);
  }
  yield* about([...open]);
}

/** The hunks of a file as a terminal shows them, without secrets. */
export function* shownHunks(repair: FileRepair, report: FixReport, page: Page): Generator<string, void> {
  const secret = secretLines(repair, report);
  for (const hunk of hunksOf(repair)) {
    yield `\n${page.colors.cyan(hunkHeader(hunk, undefined))}\n`;
    yield* shownLines(hunk, repair, secret, page);
  }
}

function* shownLines(
  { lines }: Hunk,
  { before = '' }: FileRepair,
  secret: ReturnType<typeof secretLines>,
  page: Page,
): Generator<string, void> {
  const { colors, width } = page;
  const endsWithReturn = before.includes('\r\n');
  // Where a line with a secret is replaced, the secret may stand in the new line too.
  let replacesSecret = false;
  for (const { sign, text, line, from } of withStarts(lines, width)) {
    if (sign !== '+') replacesSecret = (replacesSecret || secret.has(line)) && sign === '-';
    const hidden = sign === '+' ? (replacesSecret ? 'value' : undefined) : secret.get(line);
    const bare = text.replace(endsWithReturn ? /\r?\n$/ : /\n$/, '');
    const kept = hidden === undefined ? (from === 0 ? '' : '…') + bare.slice(from, from + longest(width)) : masked(bare, hidden);
    yield `${signColor(sign, colors)(sign + clipped(printable(kept), (sign === ' ' ? width : longest(width)) - 1))}\n`;
    if (!text.endsWith('\n')) yield `${colors.dim('\\ No newline at end of file')}\n`;
  }
}

/** A changed line may take several lines of the terminal; a line of context is cut off at the first. */
function longest(width: number): number {
  return 4 * width;
}

/** The lines, and where to begin showing each: near the change, where a line is too long to be shown whole (JSON on one line). */
function* withStarts(lines: readonly HunkLine[], width: number): Generator<HunkLine & { readonly from: number }, void> {
  let removed: HunkLine[] = [];
  let partner = 0;
  for (const [index, line] of lines.entries()) {
    if (line.sign !== '+' && lines[index - 1]?.sign !== line.sign) {
      const end = lines.findIndex(({ sign }, at) => at > index && sign !== '-');
      removed = line.sign === '-' ? lines.slice(index, end < 0 ? undefined : end) : [];
      partner = 0;
    }
    const other = line.sign === '-' ? lines[index + removed.length] : line.sign === '+' ? removed[partner++] : undefined;
    yield { ...line, from: other === undefined || line.text.length <= longest(width) ? 0 : startOfChange(line.text, other.text, width) };
  }
}

function startOfChange(text: string, other: string, width: number): number {
  let same = 0;
  while (same < text.length && text[same] === other[same]) same++;
  return Math.max(0, same - width);
}

function signColor(sign: HunkLine['sign'], { green, red }: Page['colors']): (text: string) => string {
  return { '+': green, '-': red, ' ': String }[sign];
}

/** Which controls the changes of an object serve; at the first time also what each asks for and what it may break. */
function* noteText({ object, fixes }: Note, page: FixPage): Generator<string, void> {
  const { colors, options, explained } = page;
  yield `\n${colors.bold(object === undefined ? 'New objects' : resourceName(object.resource))}\n`;
  yield '\n';
  for (const those of byControl(fixes)) {
    const [first] = those;
    const { control, codes, safety, risk } = first!;
    const name = `${control} ${codes.join(' ')}${those.length > 1 ? `, ${counted(those.length, 'place')}` : ''}`;
    const paint = safety === 'safe' ? colors.green : colors.yellow;
    const title = options.control(control)?.title;
    if (title === undefined || explained.has(`${safety} ${control}`)) yield labelled(safety, name, page, paint);
    else {
      yield labelled(safety, printable(title), page, paint);
      yield placed(`${printable(first!.file)}:${first!.line}`, name, page);
      if (safety !== 'safe' && risk !== '') yield labelled('risk', printable(risk), page, colors.dim);
    }
    const conflicts = [...new Set(those.flatMap((fix) => fix.conflicts ?? []))];
    if (conflicts.length > 0 && !explained.has(`conflict ${control}`)) {
      yield conflictText(conflicts, page);
      explained.add(`conflict ${control}`);
    }
    explained.add(`${safety} ${control}`);
  }
}

export function conflictText(conflicts: readonly string[], page: Page): string {
  return labelled(
    'order',
    printable(`carried out first, the fix of ${conflicts.join(' or ')} leads to another result`),
    page,
    page.colors.dim,
  );
}

/** Fixes, or what is not fixed, in one list for each control: worst first, then in their order. */
function byControl<Item extends Pick<DeclinedFix, 'control' | 'severity' | 'safety'>>(items: readonly Item[]): Item[][] {
  const controls = new Map<string, Item[]>();
  for (const item of items) {
    // A safe first step of a fix and the one that goes further are two things.
    const name = `${item.control} ${item.safety ?? ''}`;
    const those = controls.get(name);
    if (those === undefined) controls.set(name, [item]);
    else those.push(item);
  }
  const worst = (those: readonly Item[]): number => Math.min(...new Set(those.map(({ severity }) => severities.indexOf(severity))));
  return [...controls.values()].sort((a, b) => worst(a) - worst(b));
}

function* recreated(page: FixPage): Generator<string, void> {
  const { report, colors, options } = page;
  const objects = new Map<string, { readonly name: string; readonly place: string; readonly fields: Set<string> }>();
  for (const { recreates = [], resource, file, line } of report.fixes) {
    if (recreates.length === 0) continue;
    const name = resourceName(resource);
    const known = objects.get(`${file}\n${name}`) ?? { name, place: `${printable(file)}:${line}`, fields: new Set() };
    objects.set(`${file}\n${name}`, known);
    for (const field of recreates) known.fields.add(printable(field));
  }
  if (objects.size === 0) return;
  yield heading(`Needs re-creation: ${counted(objects.size, 'object')}`, page);
  yield `\n${wrapped(
    'The API server refuses to change these fields of an object that is there: delete it and create it again',
    page.width - 2,
  )
    .map((line) => `  ${line}\n`)
    .join('')}\n`;
  const all = [...objects.values()];
  const shown = options.all ? all : all.slice(0, entriesShown);
  for (const { name, place, fields } of shown) {
    yield labelled('', name, page);
    yield placed(place, [...fields].join(', '), page);
  }
  if (shown.length < all.length) yield labelled('', `and ${all.length - shown.length} more (--all lists them)`, page, colors.dim);
}

const entriesShown = 8;
const placesShown = 4;

const reasons: Readonly<Record<DeclinedFix['because'], string>> = {
  review: 'Wait for --review, because they may change what a workload does',
  value: 'Wait for a value that only you know',
  person: 'Wait for a decision of a person',
  waived: 'Left, because somebody answers for them',
  withdrawn: 'Withdrawn, because they did not survive their own verification',
  text: 'Left out, because the text of the file leaves no place',
};

function* notFixed(page: FixPage): Generator<string, void> {
  const { report, colors, options } = page;
  // Of what nobody was asked about, only fixes that were accepted and came to nothing are news.
  const declined = report.declined.filter(({ because }) => !options.asked || because === 'withdrawn' || because === 'text');
  if (declined.length === 0) return;
  yield heading(`Not fixed: ${counted(declined.length, 'finding')}`, page);
  for (const because of Object.keys(reasons) as DeclinedFix['because'][]) {
    const those = declined.filter((each) => each.because === because);
    if (those.length === 0) continue;
    yield `\n${wrapped(`${reasons[because]}: ${those.length}`, page.width)
      .map((line) => `${colors.bold(line)}\n`)
      .join('')}`;
    yield* declinedControls(those, page);
  }
}

function* declinedControls(declined: readonly DeclinedFix[], page: FixPage): Generator<string, void> {
  const controls = byControl(declined);
  const shown = page.options.all || controls.length <= entriesShown + 1 ? controls : controls.slice(0, entriesShown);
  for (const those of shown) yield* declinedControl(those, page);
  const left = controls.slice(shown.length);
  if (left.length > 0) {
    const count = left.reduce((sum, those) => sum + those.length, 0);
    yield `\n${labelled('', `and ${count} more of ${counted(left.length, 'control')} (--all lists them)`, page)}`;
  }
}

function* declinedControl(those: readonly DeclinedFix[], page: FixPage): Generator<string, void> {
  const { colors, options } = page;
  const { control, codes, because, needs = [], risk = '' } = those[0]!;
  const about = options.control(control);
  const name = `${control} ${codes.join(' ')}`;
  yield `\n${labelled(`${those.length} ×`, printable(about?.title ?? those[0]!.message), page)}`;
  if (because === 'review') {
    yield labelled('', name, page, colors.dim);
    if (!page.explained.has(`review ${control}`)) yield labelled('risk', printable(risk), page, colors.dim);
    page.explained.add(`review ${control}`);
  } else {
    yield labelled('', name, page, colors.dim);
    const told = tally(those.map(({ reason, file, line }) => ({ reason, count: 1, where: `${file}:${line}` })));
    for (const { reason, count } of told.slice(0, options.all ? undefined : placesShown)) {
      const text = reason === '' ? (about?.remedy ?? 'a person decides') : reason;
      yield labelled('why', printable(told.length > 1 ? `${count} ×: ${text}` : text), page, colors.dim);
    }
    if (because === 'person' && about?.remedy !== undefined && told.every(({ reason }) => reason !== about.remedy && reason !== ''))
      yield labelled('do', printable(about.remedy), page, colors.dim);
    for (const key of needs) yield valueText(key, page);
  }
  yield* places(those, page);
}

/** What to type, and what it means: an example beside it, never in it, because what is copied ends up in a file. */
function valueText(key: string, page: FixPage): string {
  const value = page.options.value(key);
  const about = value === undefined ? '' : `: ${value.about} (for instance ${value.example})`;
  return labelled('give', printable(`--value ${key}=…${about}`), page, page.colors.cyan);
}

function* places(those: readonly DeclinedFix[], page: FixPage): Generator<string, void> {
  const shown = page.options.all || those.length <= placesShown + 1 ? those : those.slice(0, placesShown);
  for (const { file, line, resource, container } of shown) {
    const what = container === undefined ? resourceName(resource) : `container "${printable(container)}" of ${resourceName(resource)}`;
    yield placed(`${printable(file)}:${line}`, what, page);
  }
  if (shown.length < those.length) yield labelled('', `and ${those.length - shown.length} more (--all lists them)`, page);
}

function* summary(page: FixPage): Generator<string, void> {
  const { report, colors, options } = page;
  const { target, inputs } = report;
  yield heading('Summary', page);
  yield '\n';
  const bySafety = (safety: AppliedFix['safety']): number => report.fixes.filter((fix) => fix.safety === safety).length;
  const kinds = [
    [bySafety('safe'), 'safe', colors.green],
    [report.fixes.length - bySafety('safe'), 'to review', colors.yellow],
  ] as const;
  const fixes = kinds.filter(([count]) => count > 0).map(([count, word, paint]) => paint(`${count} ${word}`));
  yield row('Fixes', fixes.length === 0 ? ['none'] : [...fixes, `in ${counted(report.files.length, 'file')}`], page);
  yield row('Findings', [`${report.summary.before} before`, `${report.summary.after} after`], page);
  const { review, value, person, withdrawn, text, waived } = report.summary.declined;
  const left = [
    [review, 'wait for --review'],
    [value, 'wait for a value'],
    [person, 'wait for a person'],
    [withdrawn, 'withdrawn'],
    [waived, 'waived'],
    [text, 'without a place in the text'],
  ] as const;
  const open = left.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  if (open.length > 0) yield row('Not fixed', open, page);
  const read = [counted(inputs.files, 'file'), counted(inputs.documents, 'document'), counted(inputs.resources, 'object')];
  yield row('Read', inputs.unread.length === 0 ? read : [...read, colors.red(`${inputs.unread.length} unread`)], page);
  yield row(
    'Judged for',
    [`Kubernetes ${target.kubernetesVersion}${target.assumed ? ' (assumed)' : ''}`, `profile ${target.profile}`],
    page,
  );
  const result = fixOutcome(report, options);
  const word = result.exitCode === 0 ? colors.green('done') : colors.red(result.exitCode === 1 ? 'to do' : 'not done');
  yield `\n${word}: ${wrapped(`${result.reason} (exit code ${result.exitCode})`, page.width - margin).join('\n  ')}\n`;
  yield `next: ${colors.bold(printable(nextFixCommand(report, options.command, options.written && options.refused === 0)))}\n`;
}
