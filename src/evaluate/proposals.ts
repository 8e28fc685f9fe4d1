import {
  decline,
  formatPath,
  nowhere,
  type AnyControl,
  type Declined,
  type Edit,
  type Fixing,
  type Given,
  type Params,
  type Path,
  type Proposal,
  type Repair,
  type ResourceRef,
  type Severity,
  type Verdict,
} from '../core/index.ts';
import type { Spot } from './findings.ts';
import { fingerprint } from './fingerprint.ts';
import type { Run } from './run.ts';

/** Who wants to know how failing subjects can be repaired, and what people said that no manifest tells. */
export interface ProposalSink {
  readonly given: Given;
  /** By control id and the key of the fix's value. */
  readonly values: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** `number` is that of the resource, counting from 0 in the order of `met`. */
  propose(proposal: Proposal, number: number): void;
  /** Hears of every object, with the namespace that it will be applied to: none of them is made a second time. */
  met(resource: ResourceRef): void;
}

/** What a proposal is about. */
export interface Failure {
  readonly control: AnyControl;
  /** Takes the place of what the control says. */
  readonly severity: Severity | undefined;
  readonly fixing: Fixing<Params>;
  readonly subject: unknown;
  readonly verdict: Extract<Verdict, { verdict: 'fail' }>;
  readonly ref: ResourceRef;
  readonly container: string | undefined;
  readonly file: string;
  /** The first place. */
  readonly path: Path;
  /** From a path of the subject to one of the object. */
  readonly whole: (path: Path) => Path;
  /** The same from a path of the PodSpec around the subject. */
  readonly wholePod: (path: Path) => Path;
  /** And of the metadata beside it. */
  readonly wholeMetadata: (path: Path) => Path;
}

/** The API server lets ephemeral containers be added, and never changed or removed (pkg/apis/core/validation, since 1.16). */
const unchangeable: Declined = decline(
  'an ephemeral container cannot be changed: delete the pod, and debug with a profile that is restricted',
);

/** A proposal whose place is not known yet. */
export type Unplaced = { -readonly [K in keyof Proposal]: Proposal[K] };

/** What the control's fix wants for a failing subject; undefined where it has none. */
export function proposalFor(failure: Failure): Unplaced | undefined {
  const { control, severity, fixing, subject, verdict, ref, container, file, path, whole, wholePod, wholeMetadata } = failure;
  const { fix } = control;
  const [place] = verdict.places;
  if (fix === undefined || place === undefined) return undefined;
  const wanted = path.includes('ephemeralContainers') ? unchangeable : fix.edits(subject, fixing);
  const repair: Repair = 'declined' in wanted ? { edits: [] } : 'edits' in wanted ? wanted : { edits: wanted };
  // Thousands of them: one object each, without copies on the way.
  const proposal: Unplaced = {
    control: control.id,
    codes: control.decides,
    severity: severity ?? place.severity ?? control.severity,
    safety: repair.safety ?? fix.safety,
    risk: fix.risk,
    resource: ref,
    file,
    line: nowhere.line,
    path: '',
    message: place.message,
    fingerprint: '',
    origin: nowhere,
    edits: repair.edits.length === 0 ? noEdits : repair.edits.map(moved(whole)),
    companions: repair.companions ?? [],
  };
  if (container !== undefined) proposal.container = container;
  if (repair.podEdits !== undefined) proposal.edits = [...proposal.edits, ...repair.podEdits.map(moved(wholePod))];
  if (repair.metadataEdits !== undefined) proposal.edits = [...proposal.edits, ...repair.metadataEdits.map(moved(wholeMetadata))];
  if (!('declined' in wanted)) return proposal;
  proposal.declined = wanted.declined;
  if (wanted.needs !== undefined) proposal.needs = wanted.needs.map((key) => `${control.id}.${key}`);
  return proposal;
}

const noEdits: readonly Edit[] = [];

function moved(whole: (path: Path) => Path): (edit: Edit) => Edit {
  return (edit) => ({ ...edit, path: whole(edit.path) });
}

/** Proposes what the finding of that row, its place being found, is about. */
export function propose(
  { sink, findings, gathered }: Pick<Run, 'sink' | 'findings' | 'gathered'>,
  proposal: Unplaced,
  row: number | undefined,
  { path, steps, location, subject }: Pick<Spot, 'path' | 'steps' | 'location' | 'subject'>,
): void {
  const told = row === undefined ? undefined : findings.told(row);
  proposal.path = told?.path ?? formatPath(path);
  proposal.fingerprint = told?.fingerprint ?? fingerprint(proposal.control, proposal.resource, steps);
  proposal.line = location.line;
  proposal.origin = gathered.origins[subject] ?? nowhere;
  sink?.propose(proposal, subject);
}
