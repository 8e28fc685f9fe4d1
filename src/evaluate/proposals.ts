import {
  decline,
  type AnyControl,
  type Declined,
  type Edit,
  type Fixing,
  type Given,
  type Location,
  type Params,
  type Path,
  type Proposal,
  type Repair,
  type ResourceRef,
  type Severity,
  type Verdict,
} from '../core/index.ts';
import { fingerprint } from './fingerprint.ts';

/** Who wants to know how failing subjects can be repaired, and what people said that no manifest tells. */
export interface ProposalSink {
  readonly given: Given;
  /** By control id and the key of the fix's value. */
  readonly values: Readonly<Record<string, Readonly<Record<string, string>>>>;
  propose(proposal: Proposal): void;
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
  /** The first place as the finding names it. */
  readonly path: string;
  readonly steps: readonly string[];
  /** From a path of the subject to one of the object. */
  readonly whole: (path: Path) => Path;
  /** The same from a path of the PodSpec around the subject. */
  readonly wholePod: (path: Path) => Path;
  /** Where the finding stands, and where the `metadata` of its object does: known when the object has been judged. */
  readonly line: number;
  readonly origin: Location;
}

/** The API server lets ephemeral containers be added, and never changed or removed (pkg/apis/core/validation, since 1.16). */
const unchangeable: Declined = decline(
  'an ephemeral container cannot be changed: delete the pod, and debug with a profile that is restricted',
);

type Writable = { -readonly [K in keyof Proposal]: Proposal[K] };

/** What the control's fix wants for a failing subject; undefined where it has none. */
export function proposalFor(failure: Failure): Writable | undefined {
  const { control, severity, fixing, subject, verdict, ref, container, file, path, steps, whole, wholePod, line, origin } = failure;
  const { fix } = control;
  const [place] = verdict.places;
  if (fix === undefined || place === undefined) return undefined;
  const wanted = path.includes('ephemeralContainers[') ? unchangeable : fix.edits(subject, fixing);
  const repair: Repair = 'declined' in wanted ? { edits: [] } : 'edits' in wanted ? wanted : { edits: wanted };
  // Thousands of them: one object each, without copies on the way.
  const proposal: Writable = {
    control: control.id,
    codes: control.decides,
    severity: severity ?? place.severity ?? control.severity,
    safety: repair.safety ?? fix.safety,
    risk: fix.risk,
    resource: ref,
    file,
    line,
    path,
    message: place.message,
    fingerprint: fingerprint(control.id, ref, steps),
    origin,
    edits: [...repair.edits.map(moved(whole)), ...(repair.podEdits ?? []).map(moved(wholePod))],
    companions: repair.companions ?? [],
  };
  if (container !== undefined) proposal.container = container;
  if (!('declined' in wanted)) return proposal;
  proposal.declined = wanted.declined;
  if (wanted.needs !== undefined) proposal.needs = wanted.needs.map((key) => `${control.id}.${key}`);
  return proposal;
}

function moved(whole: (path: Path) => Path): (edit: Edit) => Edit {
  return (edit) => ({ ...edit, path: whole(edit.path) });
}
