import { knownBy, type Metadata } from '../../core/index.ts';
import type { Container, PodSpec } from '../types.ts';
import { asAdmitted } from './admitted.ts';
import { exemptOnWindows, newestMinor, relaxedByUserNamespace } from './allowed-values.ts';
import { checks, type Check } from './checks.ts';
import { decidingText, readDeciding } from './deciding.ts';
import type { Level } from './namespace-labels.ts';

/** A check that a pod fails; reason and detail are those of Pod Security admission, equal to the byte. */
export interface Violation {
  /** Upstream's id of the check. */
  readonly check: string;
  readonly level: 'baseline' | 'restricted';
  readonly reason: string;
  readonly detail: string;
}

const none: readonly Violation[] = [];

/**
 * Evaluates a pod against a level of the Pod Security Standards as of Kubernetes 1.`minor`, in the order of admission:
 * level restricted includes the checks of baseline that no stricter one replaces. The pod is taken as it stands; a manifest
 * goes through `asAdmitted` first. Nothing violated: an empty list.
 */
export function podSecurity(spec: PodSpec, metadata: Metadata, level: 'baseline' | 'restricted', minor: number): readonly Violation[] {
  const pod = { spec, metadata, containers: everyContainer(spec), minor };
  const windows = exemptOnWindows(spec, minor);
  const userNamespace = relaxedByUserNamespace(spec, minor);
  let violations: Violation[] | undefined;
  for (const check of activeChecks(level, minor)) {
    if (windows && check.exemptOnWindows === true) continue;
    if (userNamespace && check.relaxedByUserNamespace === true) continue;
    const refusal = check.refuse(pod);
    if (refusal === undefined) continue;
    (violations ??= []).push({ check: check.id, level: check.level, reason: refusal.reason, detail: refusal.detail });
  }
  return violations ?? none;
}

/**
 * The strictest level whose policies of Kubernetes 1.`minor` let the pod in, after the defaulting of the API server, and the
 * checks that keep it from the next stricter one (none for restricted).
 */
export function podSecurityLevel(spec: PodSpec, metadata: Metadata, minor: number): PodSecurityVerdict {
  return levels(minor)(decidingText(spec, metadata), () => judgeLevel(spec, metadata, minor));
}

/** As `podSecurityLevel`, by the part that decides, as `decidingPart` writes it. */
export function levelOfPart(part: string, minor: number): PodSecurityVerdict {
  return levelsOfParts(minor)(part, () => {
    const { spec, metadata } = readDeciding(part);
    return judgeLevel(spec, metadata, minor);
  });
}

/** As `podSecurity` after the defaulting of the API server, by the part that decides, as `decidingPart` writes it. */
export function violationsOfPart(part: string, level: 'baseline' | 'restricted', minor: number): readonly Violation[] {
  const known = level === 'baseline' ? baselineOfParts : restrictedOfParts;
  return known(minor)(part, () => {
    const { spec, metadata } = readDeciding(part);
    return podSecurity(asAdmitted(spec, metadata), metadata, level, minor);
  });
}

/** What is known by minor: the pods of a workload, and many workloads, are alike in what decides. */
function knownByMinor<T extends {}>(): (minor: number) => ReturnType<typeof knownBy<T>> {
  const byMinor = new Map<number, ReturnType<typeof knownBy<T>>>();
  return (minor) => {
    let known = byMinor.get(minor);
    if (known === undefined) byMinor.set(minor, (known = knownBy(1_000, 4_096)));
    return known;
  };
}

const levels = knownByMinor<PodSecurityVerdict>();
const levelsOfParts = knownByMinor<PodSecurityVerdict>();
const baselineOfParts = knownByMinor<readonly Violation[]>();
const restrictedOfParts = knownByMinor<readonly Violation[]>();

export interface PodSecurityVerdict {
  readonly level: Level;
  readonly restrictedBy: readonly string[];
}

function judgeLevel(spec: PodSpec, metadata: Metadata, minor: number): PodSecurityVerdict {
  const pod = asAdmitted(spec, metadata);
  // Restricted first: it exempts Windows pods from a check that baseline, which it replaces, does not.
  const restricted = podSecurity(pod, metadata, 'restricted', minor);
  if (restricted.length === 0) return { level: 'restricted', restrictedBy: [] };
  const baseline = podSecurity(pod, metadata, 'baseline', minor);
  if (baseline.length === 0) return { level: 'baseline', restrictedBy: restricted.map((violation) => violation.check) };
  return { level: 'privileged', restrictedBy: baseline.map((violation) => violation.check) };
}

/** The sentence that a refused pod is answered with: `reason (detail), reason (detail)`. */
export function violationMessage(violations: readonly Violation[]): string {
  return violations.map(({ reason, detail }) => (detail === '' ? reason : `${reason} (${detail})`)).join(', ');
}

const active = new Map<string, readonly Check[]>();

/** The checks of a level as of 1.`minor`, overrides applied, in the order of admission. */
export function activeChecks(level: 'baseline' | 'restricted', minor: number): readonly Check[] {
  const key = `${level} ${Math.min(minor, newestMinor)}`;
  const known = active.get(key);
  if (known !== undefined) return known;
  const candidates = checks.filter((check) => check.since <= minor && (level === 'restricted' || check.level === 'baseline'));
  const overridden = new Set(candidates.map((check) => check.overrides));
  const listed = candidates.filter((check) => !overridden.has(check.id));
  active.set(key, listed);
  return listed;
}

/** In the order of admission: init, regular, ephemeral. */
function everyContainer({ initContainers, containers, ephemeralContainers }: PodSpec): readonly Container[] {
  if (initContainers === undefined && ephemeralContainers === undefined) return containers ?? [];
  return [...(initContainers ?? []), ...(containers ?? []), ...(ephemeralContainers ?? [])];
}
