import type { AnyControl, Edit, Fixing, Given, Location, Params, Path, Proposal, Repair, ResourceRef, Verdict } from '../core/index.ts';
import { fingerprint } from './fingerprint.ts';

/** Who wants to know how failing subjects can be repaired, and what people said that no manifest tells. */
export interface ProposalSink {
  readonly given: Given;
  /** By control id and the key of the fix's value. */
  readonly values: Readonly<Record<string, Readonly<Record<string, string>>>>;
  propose(proposal: Proposal): void;
}

/** What a proposal is about. */
export interface Failure {
  readonly control: AnyControl;
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
}

/** A proposal that does not know its place yet. */
export type UnplacedProposal = Omit<Proposal, 'line' | 'origin'>;

/** What the control's fix wants for a failing subject; undefined where it has none. */
export function proposalFor(failure: Failure): UnplacedProposal | undefined {
  const { control, fixing, subject, verdict, ref, container, file, path, steps, whole } = failure;
  const { fix } = control;
  const [place] = verdict.places;
  if (fix === undefined || place === undefined) return undefined;
  const wanted = fix.edits(subject, fixing);
  const repair: Repair = 'declined' in wanted ? { edits: [] } : 'edits' in wanted ? wanted : { edits: wanted };
  return {
    control: control.id,
    codes: control.decides,
    severity: place.severity ?? control.severity,
    safety: repair.safety ?? fix.safety,
    risk: fix.risk,
    resource: ref,
    ...(container === undefined ? {} : { container }),
    file,
    path,
    message: place.message,
    fingerprint: fingerprint(control.id, ref, steps),
    edits: repair.edits.map((edit): Edit => ({ ...edit, path: whole(edit.path) })),
    companions: repair.companions ?? [],
    ...('declined' in wanted ? { declined: wanted.declined, ...needsOf(control, wanted.needs) } : {}),
  };
}

function needsOf(control: AnyControl, needs: readonly string[] | undefined): { readonly needs?: readonly string[] } {
  return needs === undefined ? {} : { needs: needs.map((key) => `${control.id}.${key}`) };
}

/** The proposal with the place of its finding and of its object. */
export function placed(proposal: UnplacedProposal, { line }: Location, origin: Location): Proposal {
  return { ...proposal, line, origin };
}
