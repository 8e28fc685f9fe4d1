import { buffer } from 'node:stream/consumers';
import { controls as ownControls } from '../controls/index.ts';
import {
  groupBy,
  nothingGiven,
  nowhere,
  type AnyControl,
  type AppliedFix,
  type Edit,
  type FileRepair,
  type FixReport,
  type Given,
  type Proposal,
  type ResourceRef,
  type SetBy,
} from '../core/index.ts';
import { leftOut, mayTakePart, settingsByFile, type Policy } from '../evaluate/index.ts';
import { objectKey } from '../fix/companions.ts';
import { fixReport, nameOf, type Refusal, type Rejudgement } from '../fix/fix-report.ts';
import { textRepairer, type Accepted } from '../fix/repair-text.ts';
import { openText } from '../fix/text-file.ts';
import { fixConflicts } from '../fix/conflicts.ts';
import { culprits, newFailures, passing, problems, type Problem, type Prospect } from '../fix/verify.ts';
import { policyOf } from '../options/policy-options.ts';
import { withDeciding } from './deciding.ts';
import { judgeRepeatedly } from './repeated-judgement.ts';
import { openFiles, standardInputName, type CompanionFiles, type RepairedTexts, type Texts } from './open-files.ts';
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

/** Why what is rendered is not edited, and what to change instead. */
function templateRefused(setBy: SetBy | undefined): string {
  const what = 'rendered from this file, and only a person edits what is rendered';
  return setBy === undefined ? what : `${what}: ${setBy.key} in ${setBy.file}:${setBy.line} decides it`;
}

const asTheyAre: Texts = new Map();

/** How often fixes that become possible by others, or by the withdrawal of others, are looked for. */
const mostRounds = 16;

/**
 * Repairs manifests: works out which texts change how, tries the changed texts out, and withdraws what makes anything worse.
 * Nothing is written: `files` of the report holds the texts before and after.
 *
 * @throws OptionError where an option is wrong: an unknown control, version, parameter, value.
 */
export async function fix(given: FixOptions = {}): Promise<FixReport> {
  const { controls: allControls = ownControls, cwd = process.cwd() } = given;
  // Charts are not edited: what they render to stays the same.
  const options: FixOptions = given.charts === undefined ? given : { ...given, charts: { ...given.charts, memory: new Map() } };
  const chosen = policyOf(options, allControls);
  // Waivers are no manifests.
  const controls = allControls.filter(({ subject }) => subject.reads.waivers !== true);
  // A fix is verified against all controls, whichever of them are to be fixed.
  const { waiving, ...verified } = verifiedBy(chosen);
  const policy: Policy = verified;
  const settingsOf = settingsByFile(chosen);
  const isSelected = (id: string, file: string): boolean => {
    const control = controls.find((each) => each.id === id);
    return control !== undefined && leftOut(control, settingsOf(file)) === undefined;
  };
  const selected = new Set(
    controls.filter((control) => leftOut(control, chosen) === undefined || mayTakePart(control, chosen)).map(({ id }) => id),
  );
  const standardInput = options.paths?.includes('-') === true ? await buffer(options.stdin ?? process.stdin) : undefined;
  const held = new Map(options.contents);
  if (standardInput !== undefined) held.set(standardInputName, standardInput);
  const files = openFiles(cwd, held);

  const conflicts = fixConflicts(controls);
  /** The objects of the files as they are, and what names them: only needed where a fix makes an object. */
  const met: ResourceRef[] = [];
  let names: ReadonlySet<string> | undefined;
  const isThere = (companion: Proposal['companions'][number]): boolean =>
    (names ??= new Set(met.map((ref) => objectKey({ ...ref, metadata: ref })))).has(objectKey(companion));

  const said = { given: options.given ?? nothingGiven.given, values: options.values ?? {} };
  const { before, again, totals } = await judgeRepeatedly(
    {
      options,
      controls,
      policy,
      first: { ...policy, ...(waiving === undefined ? {} : { waiving }) },
      said,
      files,
      contentsOf: (texts) => contentsOf(texts, held),
      isWanted: ({ control, file }) => selected.has(control) && (chosen.paths === undefined || isSelected(control, file)),
    },
    { propose: conflicts.note, met: (ref) => met.push(ref) },
  );

  const { rendered } = totals;
  const { findings } = await withDeciding(before.report, totals);
  const deciding = new Map(findings.flatMap(({ fingerprint, setBy }) => (setBy === undefined ? [] : [[fingerprint, setBy] as const])));

  /** Who passed these controls before: asked only where it matters, because it lists every subject. */
  async function passedBefore(only: readonly string[]): Promise<ReadonlySet<string>> {
    return passing((await judge(options, controls, { ...policy, only, all: true }, held)).findings);
  }

  const refusals = new Map<string, Refusal>();
  /** Of refusals by the text, how many fixes stood there before: beside more of them there may be a place. */
  const crowds = new Map<string, number>();
  /** By subject: a fix that would also change what nobody asked to have changed is not carried out. */
  const waived = new Map<string, Refusal>();
  for (const finding of before.report.findings) {
    if (finding.waived === undefined) continue;
    const { owner, until, reason } = finding.waived;
    const refusal: Refusal = { because: 'waived', reason: `waived by ${owner} until ${until}: ${reason}` };
    refusals.set(nameOf(finding), refusal);
    waived.set(subjectOf(finding), refusal);
  }
  const isRefused = ({ proposal }: Accepted): boolean => refusals.has(nameOf(proposal));
  let accepted: Accepted[] = [];
  let texts: RepairedTexts = new Map();
  let companionFiles: CompanionFiles = new Map();
  let now: Rejudgement = {
    findings: before.report.findings,
    fresh: [],
    workloads: { before: [], now: [] },
    unread: before.report.inputs.unread,
    proposals: before.proposals,
    movedPlaces: false,
  };

  /** Carries out what is accepted, and looks at the result. */
  async function carryOut(fresh: readonly Accepted[] = []): Promise<void> {
    const crowd = accepted.length;
    accepted = [...accepted, ...fresh];
    for (;;) {
      const repaired = files.repair(accepted);
      ({ texts, companionFiles } = repaired);
      if (repaired.refused.size === 0) break;
      for (const [{ proposal }, reason] of repaired.refused) {
        refusals.set(nameOf(proposal), { because: 'text', reason });
        crowds.set(nameOf(proposal), crowd);
      }
      accepted = accepted.filter((each) => !isRefused(each));
    }
    now = await again(texts);
  }

  function withdraw(withdrawn: readonly Accepted[], reason: string): void {
    for (const { proposal } of withdrawn) refusals.set(nameOf(proposal), { because: 'withdrawn', reason });
    // What was proposed for an object as they would have left it is out of date: it may be proposed again.
    const rounds = new Map(withdrawn.map((each) => [placeOf(each), each.round]));
    accepted = accepted.filter((each) => !isRefused(each) && each.round <= (rounds.get(placeOf(each)) ?? each.round));
  }

  let round = 0;
  /** Fixes make others possible: no container that is privileged may forbid privilege escalation. */
  async function carryOutAll(): Promise<void> {
    for (; round < mostRounds; round++) {
      const known = groupBy(accepted, ({ proposal }) => editName(proposal));
      const fresh: Accepted[] = [];
      for (const [name, crowd] of crowds) if (crowd < accepted.length && crowds.delete(name)) refusals.delete(name);
      for (const proposal of now.proposals) {
        const refusal = waived.size === 0 ? undefined : waived.get(subjectOf(proposal));
        if (refusal !== undefined) {
          refusals.set(nameOf(proposal), refusal);
          continue;
        }
        const edited = decided(proposal, options);
        if (edited === 'left') refusals.set(nameOf(proposal), { because: 'person', reason: 'left as it is by your answer' });
        if (edited === undefined || edited === 'left' || refusals.has(nameOf(proposal))) continue;
        const found = rendered.has(edited.file)
          ? { refused: templateRefused(deciding.get(edited.fingerprint)) }
          : edited.companions.some(isThere)
            ? { refused: 'an object of this name is there already and says something else' }
            : files.find(edited, now.movedPlaces ? texts : asTheyAre);
        if ('refused' in found) {
          refusals.set(nameOf(proposal), { because: 'text', reason: found.refused });
          continue;
        }
        const each = { proposal: edited, target: found, round };
        // There may be several objects of one name.
        if (known.get(editName(edited))?.some((other) => placeOf(other) === placeOf(each)) !== true) fresh.push(each);
      }
      if (fresh.length === 0) break;
      await carryOut(withoutWaiting(fresh, controls));
    }
  }

  /** Who passed before, of each control that was asked about. */
  const passed = new Map<string, ReadonlySet<string>>();
  async function worse(prospect: Prospect): Promise<Problem[]> {
    const fresh = newFailures(before.report, prospect, accepted);
    const unknown = [...new Set(fresh.map(({ control }) => control))].filter((control) => !passed.has(control));
    const answer = unknown.length === 0 ? new Set<string>() : await passedBefore(unknown);
    for (const control of unknown) passed.set(control, answer);
    // What did not concern the subject before, or could not be told, has come to light: nothing was broken.
    const broken = fresh.filter(({ control, subject }) => passed.get(control)?.has(subject));
    return [...problems(before.report, prospect, accepted), ...broken];
  }

  /** The names of the problems that are left when some fixes are left out. */
  async function problemsWithout(left: ReadonlySet<Accepted>): Promise<ReadonlySet<string>> {
    const tried = files.repair(accepted.filter((each) => !left.has(each)));
    return new Set((await worse(await again(tried.texts))).map(({ name }) => name));
  }

  await carryOutAll();
  while (accepted.length > 0) {
    const wrong = await worse(now);
    if (wrong.length === 0) break;
    for (const { suspects, reason } of await culprits(wrong, problemsWithout)) withdraw(suspects, reason);
    await carryOut();
    await carryOutAll();
  }
  const repairs = [...texts].map(([file, { text, edits }]): FileRepair => ({ file, before: files.text(file), after: text, edits }));
  const conflictsOf = conflicts.among(accepted.map(({ proposal }) => proposal));
  return fixReport({
    before,
    now,
    accepted,
    refusals,
    files: repairs,
    companionFiles,
    controls,
    selected,
    documentsOf: files.documents,
    ownEditsOf: (file) => texts.get(file)?.ownEdits ?? [],
    conflictsOf,
  });
}

/**
 * Leaves out what may become unnecessary by others of the same object (`Fix.waitsFor`), and what was asked for before its
 * fields had the names that Kubernetes knows: `securitycontext` says already what `securityContext` seems to lack. The next
 * round asks again.
 */
function withoutWaiting(fresh: readonly Accepted[], controls: readonly AnyControl[]): Accepted[] {
  const waitsFor = new Map(controls.map(({ id, fix: { waitsFor: others = [] } = {} }) => [id, others]));
  const places = new Set(fresh.map((each) => placeOf(each, each.proposal.control)));
  const renamed = new Set(fresh.filter(renames).map((each) => placeOf(each)));
  return fresh.filter(
    (each) =>
      !waitsFor.get(each.proposal.control)?.some((other) => places.has(placeOf(each, other))) &&
      (renames(each) || !renamed.has(placeOf(each))),
  );
}

function renames({ proposal }: Accepted): boolean {
  return proposal.edits.some(({ op }) => op === 'rename');
}

/** What a control judges as one. */
function subjectOf({ control, file, resource, container = '' }: Pick<Proposal, 'control' | 'file' | 'resource' | 'container'>): string {
  return JSON.stringify([control, file, container, resource.apiVersion, resource.kind, resource.namespace, resource.name]);
}

/** All controls, everywhere, with the parameters and severities that are wanted. */
function verifiedBy(chosen: Policy): Policy {
  const { paths, ...policy } = chosen;
  const all = { ...policy, profile: 'nsa', only: [], skip: [], minSeverity: 'low', all: false } as const;
  if (paths === undefined) return all;
  return { ...all, paths: paths.map(({ profile: _1, only: _2, skip: _3, ...rest }) => rest) };
}

/** The object of a proposal, and what else is to tell proposals for it apart. */
function placeOf({ proposal, target }: Accepted, control = ''): string {
  return JSON.stringify([control, proposal.file, target]);
}

function contentsOf(texts: Texts, held: ReadonlyMap<string, Uint8Array>): Map<string, Uint8Array> {
  const contents = new Map(held);
  for (const [file, { text }] of texts) contents.set(file, Buffer.from(text));
  return contents;
}

/** The proposal as it is to be carried out; undefined where nobody was asked, and `left` where the answer was no. */
function decided(proposal: Proposal, options: FixOptions): Proposal | 'left' | undefined {
  if (proposal.declined !== undefined) return undefined;
  if (proposal.safety !== 'safe' && options.review !== true) return undefined;
  const decision = options.decide?.(proposal) ?? true;
  if (typeof decision === 'boolean') return decision ? proposal : 'left';
  return { ...proposal, edits: decision };
}

function editName(proposal: Proposal): string {
  return `${nameOf(proposal)}\n${JSON.stringify([proposal.edits, proposal.companions])}`;
}

/** The files as they would be with one fix of the report alone. */
export function previewFix(report: FixReport, applied: AppliedFix): FileRepair[] {
  const repair = report.files.find(({ file }) => file === applied.file);
  // All that it adds goes to a file that is to be made.
  if (repair?.before === undefined) return report.files.filter(({ file }) => file === applied.companionFile);
  const accepted = { proposal: { ...applied, origin: nowhere }, target: applied.target, round: 0 };
  const { text, edits, newFile } = textRepairer(openText(repair.before))([accepted]);
  const made = newFile === undefined ? [] : [{ file: newFile.file, before: undefined, after: newFile.text, edits: [] }];
  return [{ ...repair, after: text, edits }, ...made];
}
