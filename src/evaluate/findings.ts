import {
  formatPath,
  remembering,
  severities,
  type AnyControl,
  type Finding,
  type Location,
  type Path,
  type Place,
  type ResourceRef,
  type Severity,
  type Verdict,
} from '../core/index.ts';
import { fingerprint } from './fingerprint.ts';

/** What a finding is about, with its place found. */
export interface Spot {
  readonly ref: ResourceRef;
  readonly file: string;
  readonly container: string | undefined;
  readonly path: Path;
  /** The path in a form that survives reordering (fingerprint.ts). */
  readonly steps: readonly string[];
  readonly location: Location;
}

/** Gathers what verdicts have to say, and in the end sorts it and tells equal fingerprints apart. */
export interface Findings {
  /** The places of a verdict that become findings: none for a pass unless all subjects are wanted. */
  placesOf(verdict: Verdict): readonly Place[];
  add(control: AnyControl, verdict: Verdict['verdict'], place: Place, spot: Spot): void;
  settle(): Finding[];
}

export function startFindings(minSeverity: Severity, all: boolean): Findings {
  const lowest = severities.indexOf(minSeverity);
  const found: Finding[] = [];
  // Equal texts are one and the same string, or a large report would mostly be made of copies.
  const shared = remembering((text) => text);
  return {
    placesOf(verdict) {
      if (verdict.verdict === 'fail' || verdict.verdict === 'unknown') return verdict.places;
      if (!all) return [];
      return [{ where: [], message: verdict.verdict === 'pass' ? 'holds' : verdict.reason }];
    },

    add(control, verdict, place, spot) {
      const severity = place.severity ?? control.severity;
      if (severities.indexOf(severity) > lowest) return;
      const { line, column, endLine, endColumn } = spot.location;
      const finding: { -readonly [K in keyof Finding]: Finding[K] } = {
        control: control.id,
        codes: control.decides,
        severity,
        verdict,
        resource: spot.ref,
        path: shared(formatPath(spot.path)),
        file: spot.file,
        line,
        column,
        endLine,
        endColumn,
        message: shared(place.message),
        fingerprint: fingerprint(control.id, spot.ref, spot.steps),
      };
      if (spot.container !== undefined) finding.container = spot.container;
      if (verdict === 'fail' && control.fix !== undefined) finding.fix = control.fix.safety;
      found.push(finding);
    },

    settle() {
      // Stable: findings at one place stay in the order of the controls.
      found.sort((a, b) => compareText(a.file, b.file) || a.line - b.line || a.column - b.column);
      const seen = new Map<string, number>();
      for (const [index, finding] of found.entries()) {
        const earlier = seen.get(finding.fingerprint) ?? 0;
        seen.set(finding.fingerprint, earlier + 1);
        if (earlier > 0) found[index] = { ...finding, fingerprint: `${finding.fingerprint}-${earlier + 1}` };
      }
      return found;
    },
  };
}

/** By UTF-16 code units: the same everywhere, whatever the locale. */
function compareText(a: string, b: string): number {
  return Number(a > b) - Number(a < b);
}
