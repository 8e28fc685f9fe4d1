import {
  apiGroup,
  groupBy,
  isOpenFailure,
  type DiffReport,
  type DiffSide,
  type Finding,
  type MovedFinding,
  type Report,
  type UnsettledFinding,
} from '../core/index.ts';
import { version } from '../core/version.ts';
import { countBySeverity } from './baseline.ts';
import { earlierFindings, type EarlierFinding } from './changed.ts';
import { isWorse, objectWords, pairFindings } from './pairing.ts';

/** A side with its report. */
export interface Side {
  readonly side: DiffSide;
  readonly report: Report;
}

/**
 * What differs between two reports; `place` says what a file of the first is called in the second. A finding is the same
 * by its fingerprint, and a renamed object is the same where nothing else can be meant (`renamed`).
 */
export function differenceOf(before: Side, after: Side, place: (file: string) => string = String): DiffReport {
  const [old, now] = [before.report, after.report];
  const standing = [...now.findings, ...now.workloads];
  const { pairs, gone, fresh } = pairFindings(
    earlierFindings(old.findings.filter(isOpenFailure), place),
    now.findings.filter(isOpenFailure),
    standing,
  );
  const renames = renamed(gone, fresh, new Set(standing.map(({ resource }) => objectWords(resource))), old);
  const same = [...pairs, ...renames];
  const was = new Map(same.filter(([then, finding]) => isWorse(then, finding)).map(([{ severity }, finding]) => [finding, severity]));
  const paired = new Set(renames.map(([, finding]) => finding));
  const isNew = new Set(fresh.filter((finding) => !paired.has(finding)));
  const newOnes = now.findings.filter((finding) => isNew.has(finding) || was.has(finding));
  const moved = new Map(same.flatMap(([then, finding]): [Finding, MovedFinding][] => (was.has(finding) ? [] : movedFrom(then, finding))));
  const isSame = new Set(same.map(([, finding]) => finding));
  const unchanged = now.findings.filter((finding) => isSame.has(finding) && !was.has(finding) && !moved.has(finding));
  const renamedOnes = new Set(renames.map(([then]) => then));
  const { fixed, unsettled } = settled(
    gone.filter((each) => !renamedOnes.has(each)),
    now,
    old,
    standing,
  );
  return {
    schemaVersion: 1,
    tool: { name: 'plimsoll', version },
    before: before.side,
    after: after.side,
    notes: notesOf(before.side, after.side),
    new: newOnes.map((finding) => {
      const severity = was.get(finding);
      return severity === undefined ? { finding } : { finding, was: severity };
    }),
    fixed,
    moved: now.findings.flatMap((finding) => moved.get(finding) ?? []),
    unsettled,
    unchanged,
    ledger: rowsOf(old, now),
    summary: {
      new: countBySeverity(newOnes),
      fixed: countBySeverity(fixed),
      moved: moved.size,
      unsettled: unsettled.length,
      unchanged: unchanged.length,
    },
  };
}

function movedFrom(then: EarlierFinding, finding: Finding): [Finding, MovedFinding][] {
  const { file, line, resource } = then.finding;
  const other = objectWords(resource) === objectWords(finding.resource) ? {} : { resource };
  if (then.file === finding.file && line === finding.line && other.resource === undefined) return [];
  return [[finding, { finding, from: { file, line, ...other } }]];
}

/**
 * An object under another name: in a file one object of a kind is gone and one has come, neither stands anywhere else, and
 * what they fail is the same. Findings that only one of them has are new or fixed.
 */
function renamed(
  gone: readonly EarlierFinding[],
  fresh: readonly Finding[],
  objectsNow: ReadonlySet<string>,
  old: Report,
): (readonly [EarlierFinding, Finding])[] {
  const objectsThen = new Set([...old.findings, ...old.workloads].map(({ resource }) => objectWords(resource)));
  const left = groupBy(
    gone.filter(({ object }) => !objectsNow.has(object)),
    ({ finding, file }) => kindIn(finding, file ?? ''),
  );
  const come = groupBy(
    fresh.filter(({ resource }) => !objectsThen.has(objectWords(resource))),
    (finding) => kindIn(finding, finding.file),
  );
  return [...left].flatMap(([key, those]) => {
    const others = come.get(key) ?? [];
    const [names, newNames] = [new Set(those.map(({ object }) => object)), new Set(others.map(({ resource }) => objectWords(resource)))];
    if (names.size !== 1 || newNames.size !== 1) return [];
    const waiting = groupBy(others.toReversed(), placeInObject);
    return those.flatMap((then) => {
      const finding = waiting.get(placeInObject(then.finding))?.pop();
      return finding === undefined ? [] : [[then, finding] as const];
    });
  });
}

function kindIn({ resource: { apiVersion, kind } }: Finding, file: string): string {
  return [apiGroup(apiVersion), kind, file].join('\0');
}

function placeInObject({ control, path, container = '' }: Finding): string {
  return [control, path, container].join('\0');
}

/** What became of findings that are none any more. */
function settled(
  gone: readonly EarlierFinding[],
  now: Report,
  old: Report,
  standing: readonly Pick<Finding, 'file' | 'resource'>[],
): { readonly fixed: Finding[]; readonly unsettled: UnsettledFinding[] } {
  const open = now.findings.filter(({ verdict, waived }) => verdict === 'unknown' || waived !== undefined);
  const stillOpen = new Map(pairFindings(gone, open, standing).pairs);
  const before = new Set(old.inputs.unread.map(({ file }) => file));
  const isBlind = now.inputs.unread.some(({ file }) => !before.has(file));
  const judging = new Set(now.ledger.flatMap(({ controls, note }) => (note === undefined ? controls : [])));
  const fixed: Finding[] = [];
  const unsettled: UnsettledFinding[] = [];
  for (const each of gone) {
    const { finding } = each;
    const later = stillOpen.get(each);
    if (later !== undefined) unsettled.push({ finding, because: later.waived === undefined ? 'unknown' : 'waived' });
    else if (isBlind) unsettled.push({ finding, because: 'unread' });
    else if (!judging.has(finding.control)) unsettled.push({ finding, because: 'not-judged' });
    else fixed.push(finding);
  }
  return { fixed, unsettled };
}

function rowsOf(old: Report, now: Report): DiffReport['ledger'] {
  const states = new Map(old.ledger.map(({ code, state }) => [code, state]));
  return now.ledger.flatMap(({ code, title, state }) => {
    const before = states.get(code) ?? state;
    return before === state ? [] : [{ code, title, before, after: state }];
  });
}

function notesOf(before: DiffSide, after: DiffSide): string[] {
  const both = (one: string, other: string, what: string): string[] => (one === other ? [] : [`${what}: ${one} before, ${other} after`]);
  const input = ({ cluster }: DiffSide): string => (cluster === undefined ? 'manifests' : `cluster ${cluster.context}`);
  return [
    ...both(before.tool, after.tool, 'judged by different versions of plimsoll, which may have other controls'),
    ...both(before.kubernetesVersion, after.kubernetesVersion, 'judged for different versions of Kubernetes'),
    ...(before.cluster === undefined && after.cluster === undefined
      ? []
      : both(input(before), input(after), 'two kinds of input, or two clusters')),
    ...(before.resources === 0 ? ['nothing was there before'] : []),
    ...(after.resources === 0 ? ['nothing is there after'] : []),
  ];
}
