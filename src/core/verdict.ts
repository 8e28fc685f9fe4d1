import type { Location } from './resource.ts';
import type { Path } from './path.ts';
import type { Evidence } from '../guidance/recommendation.ts';

export type Severity = 'critical' | 'high' | 'medium' | 'low';

/** Worst first: the order of every list of severities. */
export const severities: readonly Severity[] = ['critical', 'high', 'medium', 'low'];

/**
 * A place remembered while its file was read, for subjects that are judged after the text is gone.
 * `path` counts from the root of the resource that `resource` indexes (the engine's own numbering).
 */
export interface Anchor {
  readonly resource: number;
  readonly path: Path;
  readonly location: Location;
}

/** Relative to the subject for local subjects; an anchor for joined ones. */
export type Where = Path | Anchor;

export interface Place {
  readonly where: Where;
  /** Subject first, then the fact, then the consequence; lower case, no full stop, at most 110 characters. */
  readonly message: string;
  /** Where one instance is better or worse than the control's own severity. */
  readonly severity?: Severity;
}

export type Verdict =
  | { readonly verdict: 'pass'; readonly needs?: readonly Evidence[] }
  | { readonly verdict: 'fail'; readonly places: readonly Place[] }
  | { readonly verdict: 'unknown'; readonly places: readonly Place[]; readonly needs: readonly Evidence[] }
  | { readonly verdict: 'not-applicable'; readonly reason: string };

export const pass: Verdict = { verdict: 'pass' };

/**
 * The subject does all that a manifest can show, and the recommendation asks for more: `needs` names the evidence for the
 * rest. Nothing is wrong with the subject, but the entry of the catalogue does not count as held.
 */
export function passSoFar(needs: readonly Evidence[]): Verdict {
  return { verdict: 'pass', needs };
}

/** The subject does not do what the recommendation asks. */
export function fail(where: Where, message: string, severity?: Severity): Verdict {
  return { verdict: 'fail', places: [severity === undefined ? { where, message } : { where, message, severity }] };
}

/** As `fail`, for one subject that is at fault in several places. With no place at all the subject passes. */
export function failAt(places: readonly Place[]): Verdict {
  return places.length === 0 ? pass : { verdict: 'fail', places };
}

/** Nobody can say from what was read; `needs` names the evidence that would settle it. */
export function unknown(where: Where, message: string, needs: readonly Evidence[]): Verdict {
  return { verdict: 'unknown', places: [{ where, message }], needs };
}

/** The recommendation does not concern this subject. */
export function notApplicable(reason: string): Verdict {
  return { verdict: 'not-applicable', reason };
}
