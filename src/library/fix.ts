import { resolve } from 'node:path';
import { controls as ownControls } from '../controls/index.ts';
import {
  nothingGiven,
  type AnyControl,
  type AppliedFix,
  type DeclinedFix,
  type Edit,
  type FileRepair,
  type Finding,
  type FixReport,
  type Given,
  type Proposal,
  type Report,
} from '../core/index.ts';
import { leftOut, type Policy } from '../evaluate/index.ts';
import { objectRepairs } from '../fix/object-repairs.ts';
import { groupBy, repairText, type Accepted, type RepairedText } from '../fix/repair-text.ts';
import { notForEditing, openText, type TextFile } from '../fix/text-file.ts';
import { newFailures, passing, problems, type Problem } from '../fix/verify.ts';
import { policyOf } from '../options/policy-options.ts';
import { readText, strictText } from '../sources/manifests/read-text.ts';
import { judge, type ScanOptions } from './scan.ts';

export interface FixOptions extends ScanOptions {
  /** Fixes too that may change what a workload does; default: only those that do not. */
  readonly review?: boolean;
  /** Values that only a person knows, by control id and key. */
  readonly values?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Facts about images and resources; default: none. */
  readonly given?: Given;
  /**
   * Decides about each fix that would be carried out: no, yes, or yes with other edits. Asked again for the same one when the
   * fixes are tried out, so it must answer the same.
   */
  readonly decide?: (proposal: Proposal) => boolean | readonly Edit[];
}

/** How often fixes that become possible by other fixes are looked for. */
const mostRounds = 8;

/**
 * Repairs manifests: works out which texts change how, tries the changed texts out, and withdraws what makes anything worse.
 * Nothing is written: `files` of the report holds the texts before and after.
 *
 * @throws OptionError where an option is wrong: an unknown control, version, parameter, value.
 */
export async function fix(options: FixOptions = {}): Promise<FixReport> {
  const { controls = ownControls, cwd = process.cwd() } = options;
  const chosen = policyOf(options, controls);
  // A fix is verified against all controls, whichever of them are to be fixed.
  const policy: Policy = { ...chosen, profile: 'nsa', only: [], skip: [], minSeverity: 'low', all: false };
  const selected = new Set(controls.filter((control) => leftOut(control, chosen) === undefined).map(({ id }) => id));
  const standardInput = options.paths?.includes('-') === true ? await readAll(options.stdin ?? process.stdin) : undefined;
  const files = openFiles(cwd, standardInput);

  const sink = { given: options.given ?? nothingGiven.given, values: options.values ?? {} };

  async function attempt(texts: Texts): Promise<Judgement> {
    const proposals: Proposal[] = [];
    const propose = (proposal: Proposal): void => void (selected.has(proposal.control) && proposals.push(proposal));
    const contents = contentsOf(texts, standardInput);
    return { report: await judge(options, controls, policy, { sink: { ...sink, propose }, contents }), proposals };
  }

  /** Who passed before, of these controls: asked only where it matters, because it lists every subject. */
  async function passedBefore(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const trial = { sink: { ...sink, propose: () => undefined }, contents: contentsOf(new Map(), standardInput) };
    return passing((await judge(options, controls, { ...policy, only: ids, all: true }, trial)).findings);
  }

  const before = await attempt(new Map());
  const refusals = new Map<string, Refusal>();
  const isRefused = ({ proposal }: Accepted): boolean => refusals.has(nameOf(proposal));
  let accepted: Accepted[] = [];
  let texts: Texts = new Map();
  let now = before;

  /** Carries out what is accepted, and looks at the result. */
  async function carryOut(): Promise<void> {
    texts = repairFiles(files, accepted);
    for (const { refused } of texts.values())
      for (const [{ proposal }, reason] of refused) refusals.set(nameOf(proposal), { because: 'text', reason });
    accepted = accepted.filter((each) => !isRefused(each));
    now = await attempt(texts);
  }

  function withdraw(withdrawn: readonly Accepted[], reason: string): void {
    for (const { proposal } of withdrawn) refusals.set(nameOf(proposal), { because: 'withdrawn', reason });
    accepted = accepted.filter((each) => !isRefused(each));
  }

  /** Fixes make others possible: no container that is privileged may forbid privilege escalation. */
  for (let round = 0; round < mostRounds; round++) {
    const known = new Set(accepted.map(({ proposal }) => editName(proposal)));
    const fresh: Accepted[] = [];
    for (const proposal of now.proposals) {
      const edited = decided(proposal, options);
      if (edited === undefined || known.has(editName(edited)) || refusals.has(nameOf(proposal))) continue;
      const found = files.find(edited, texts);
      if ('refused' in found) refusals.set(nameOf(proposal), { because: 'text', reason: found.refused });
      else fresh.push({ proposal: edited, target: found, round });
    }
    if (fresh.length === 0) break;
    accepted = [...accepted, ...fresh];
    await carryOut();
  }

  let passed: ReadonlySet<string> | undefined;
  async function worse(report: Report): Promise<Problem[]> {
    const fresh = newFailures(before.report, report, accepted);
    if (fresh.length > 0) passed ??= await passedBefore(controls.map(({ id }) => id));
    // What did not concern the subject before, or could not be told, has come to light: nothing was broken.
    return [...problems(before.report, report, accepted), ...fresh.filter(({ subject }) => passed?.has(subject))];
  }

  for (let wrong = await worse(now.report); wrong.length > 0; wrong = await worse(now.report)) {
    for (const { suspects, reason } of await culprits(wrong)) withdraw(suspects, reason);
    await carryOut();
  }
  return reportOf({ before, now, accepted, texts, refusals, files, controls, selected });

  /** Narrows the suspects of each problem down to one, where leaving out that one is enough. All problems are tried at once. */
  async function culprits(wrong: readonly Problem[]): Promise<Problem[]> {
    const found: Problem[] = [];
    let open = wrong.filter(({ suspects }) => suspects.length > 1 && suspects.length <= mostSuspects);
    for (let turn = 0; open.some(({ suspects }) => turn < suspects.length); turn++) {
      const without = new Set(open.flatMap(({ suspects }) => suspects.slice(turn, turn + 1)));
      const report = (
        await attempt(
          repairFiles(
            files,
            accepted.filter((each) => !without.has(each)),
          ),
        )
      ).report;
      const left = new Set((await worse(report)).map(({ name }) => name));
      for (const problem of open)
        if (!left.has(problem.name) && turn < problem.suspects.length)
          found.push({ ...problem, suspects: problem.suspects.slice(turn, turn + 1) });
      open = open.filter(({ name }) => left.has(name));
    }
    const settled = new Set(found.map(({ name }) => name));
    return [...found, ...wrong.filter(({ name }) => !settled.has(name))];
  }
}

/** More suspects than that are not tried one by one. */
const mostSuspects = 30;

type Texts = ReadonlyMap<string, RepairedText>;

function contentsOf(texts: Texts, standardInput: Buffer | undefined): Map<string, Uint8Array> {
  const contents = new Map<string, Uint8Array>();
  if (standardInput !== undefined) contents.set('<stdin>', standardInput);
  for (const [file, { text }] of texts) contents.set(file, Buffer.from(text));
  return contents;
}

interface Judgement {
  readonly report: Report;
  readonly proposals: readonly Proposal[];
}

interface Refusal {
  readonly because: 'text' | 'withdrawn';
  readonly reason: string;
}

/** The proposal as it is to be carried out; undefined where it is not. */
function decided(proposal: Proposal, options: FixOptions): Proposal | undefined {
  if (proposal.declined !== undefined) return undefined;
  if (proposal.safety !== 'safe' && options.review !== true) return undefined;
  const decision = options.decide?.(proposal) ?? true;
  if (typeof decision === 'boolean') return decision ? proposal : undefined;
  return { ...proposal, edits: decision };
}

/** The same for the same finding of the same object, in whichever round. */
function nameOf({
  control,
  file,
  fingerprint,
  resource,
  container = '',
}: Pick<Proposal, 'control' | 'file' | 'fingerprint' | 'resource' | 'container'>): string {
  return [control, file, resource.kind, resource.namespace ?? '', resource.name, container, fingerprint].join('\n');
}

function editName(proposal: Proposal): string {
  return `${nameOf(proposal)}\n${JSON.stringify([proposal.edits, proposal.companions])}`;
}

async function readAll(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(Buffer.from(part as Uint8Array));
  return Buffer.concat(parts);
}

/** The texts of the files that fixes touch, read once. */
interface OpenFiles {
  get(file: string): TextFile;
  /** Where the object of a proposal stands, by the texts as they were tried last. */
  find(proposal: Proposal, texts: Texts): Accepted['target'] | { readonly refused: string };
}

function openFiles(cwd: string, standardInput: Buffer | undefined): OpenFiles {
  const opened = new Map<string, TextFile | { readonly refused: string }>();
  const tried = new Map<string, TextFile>();
  function open(file: string): TextFile | { readonly refused: string } {
    const known = opened.get(file);
    if (known !== undefined) return known;
    const read = file === '<stdin>' && standardInput !== undefined ? { text: strictText(standardInput) } : readText(resolve(cwd, file));
    const refused = 'refused' in read ? read.refused : notForEditing(file, read.text);
    const result = refused === undefined && 'text' in read ? openText(read.text) : { refused: refused ?? '' };
    opened.set(file, result);
    return result;
  }
  return {
    get(file) {
      const found = open(file);
      if ('refused' in found) throw new Error(`no text of ${file}`);
      return found;
    },
    find(proposal, texts) {
      const original = open(proposal.file);
      if ('refused' in original) return original;
      const text = texts.get(proposal.file)?.text ?? original.text;
      let current = text === original.text ? original : tried.get(proposal.file);
      if (current?.text !== text) tried.set(proposal.file, (current = openText(text)));
      return current.find(proposal.origin) ?? { refused: 'its object was not found again: the file has changed meanwhile' };
    },
  };
}

function repairFiles(files: OpenFiles, accepted: readonly Accepted[]): ReadonlyMap<string, RepairedText> {
  const byFile = new Map<string, Accepted[]>();
  for (const each of accepted) {
    const ofFile = byFile.get(each.proposal.file);
    if (ofFile === undefined) byFile.set(each.proposal.file, [each]);
    else ofFile.push(each);
  }
  return new Map([...byFile].map(([file, ofFile]) => [file, repairText(files.get(file), ofFile)]));
}

/** The files as they would be with one fix of the report alone. */
export function previewFix(report: FixReport, applied: AppliedFix): FileRepair[] {
  const repair = report.files.find(({ file }) => file === applied.file);
  if (repair?.before === undefined) return [];
  const { text, edits } = repairText(openText(repair.before), [
    { proposal: { ...applied, origin: nowhere }, target: applied.target, round: 0 },
  ]);
  return [{ ...repair, after: text, edits }];
}

const nowhere = { line: 1, column: 1, endLine: 1, endColumn: 1 };

interface Outcome {
  readonly before: Judgement;
  readonly now: Judgement;
  readonly accepted: readonly Accepted[];
  readonly texts: Texts;
  readonly refusals: ReadonlyMap<string, Refusal>;
  readonly files: OpenFiles;
  readonly controls: readonly AnyControl[];
  readonly selected: ReadonlySet<string>;
}

function reportOf({ before, now, accepted, texts, refusals, files, controls, selected }: Outcome): FixReport {
  const failing = (report: Report): Finding[] =>
    report.findings.filter(({ verdict, control }) => verdict === 'fail' && selected.has(control));
  // Lines as they are in the files that a person has at hand.
  const lines = new Map([...before.proposals, ...failing(before.report)].map((each) => [nameOf(each), each.line]));
  const lineOf = (each: Proposal | Finding): number => lines.get(nameOf(each)) ?? each.line;
  const byId = new Map(controls.map((control) => [control.id, control]));
  const declined = [
    ...now.proposals.map((proposal) => declinedProposal(proposal, refusals.get(nameOf(proposal)))),
    ...failing(now.report)
      .filter((finding) => finding.fix === undefined)
      .map((finding) => declinedFinding(finding, byId.get(finding.control)?.remedy ?? '')),
  ];
  const repaired = [...texts].map(([file, { text, edits }]): FileRepair => ({ file, before: files.get(file).text, after: text, edits }));
  const changed = repaired.filter(({ before: old, after }) => old !== after).toSorted((a, b) => compareText(a.file, b.file));
  const byFile = groupBy(accepted, ({ proposal }) => proposal.file);
  const objects = changed.flatMap((repair) => objectRepairs(repair, byFile.get(repair.file) ?? []));
  const numbers = new Map(objects.flatMap(({ accepted: ofObject }, number) => ofObject.map((each) => [each, number])));
  const counts = { review: 0, value: 0, person: 0, withdrawn: 0, text: 0 };
  for (const { because } of declined) counts[because]++;
  const { schemaVersion, tool, target, inputs } = before.report;
  return {
    schemaVersion,
    tool,
    target,
    inputs,
    files: changed,
    objects: objects.map(({ object }) => object),
    fixes: inOrder(accepted.map((each) => appliedFix(each, lineOf(each.proposal), numbers.get(each)))),
    declined: inOrder(declined.map((each) => ({ ...each, line: lines.get(nameOf(each)) ?? each.line }))),
    summary: { before: failing(before.report).length, after: failing(now.report).length, fixes: accepted.length, declined: counts },
  };
}

function inOrder<Item extends { readonly file: string; readonly line: number }>(items: readonly Item[]): Item[] {
  return items.toSorted((a, b) => compareText(a.file, b.file) || a.line - b.line);
}

/** By UTF-16 code units: the same everywhere, whatever the locale. */
function compareText(a: string, b: string): number {
  return Number(a > b) - Number(a < b);
}

function appliedFix({ proposal, target }: Accepted, line: number, object: number | undefined): AppliedFix {
  const { origin: _origin, declined: _declined, needs: _needs, ...applied } = proposal;
  return { ...applied, ...(object === undefined ? {} : { object }), line, target };
}

function declinedProposal(proposal: Proposal, refusal: Refusal | undefined): DeclinedFix {
  const { origin: _origin, edits: _edits, companions: _companions, declined, needs, safety, risk, ...about } = proposal;
  if (refusal !== undefined) return { ...about, ...refusal, safety, risk };
  if (declined === undefined) return { ...about, because: 'review', reason: risk, safety, risk };
  return needs === undefined ? { ...about, because: 'person', reason: declined } : { ...about, because: 'value', reason: declined, needs };
}

function declinedFinding(finding: Finding, reason: string): DeclinedFix {
  const { control, codes, severity, resource, container, file, line, path, message, fingerprint } = finding;
  const about = { control, codes, severity, resource, file, line, path, message, fingerprint };
  return { ...about, ...(container === undefined ? {} : { container }), because: 'person', reason };
}
