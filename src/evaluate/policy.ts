import type { AnyControl, FaultyWaiver, ParamValues, Params, Severity, WaiverRule } from '../core/index.ts';
import { systemNamespaces } from '../kube/system-workloads.ts';

export type Profile = 'nsa' | 'baseline' | 'restricted';

export const profiles: readonly Profile[] = ['nsa', 'baseline', 'restricted'];

/** What differs for the files that these globs name. */
export interface PathSettings {
  readonly paths: readonly string[];
  readonly profile?: Profile;
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly params?: Policy['params'];
  readonly severities?: Policy['severities'];
}

/** What people waive, and by which day it is judged. */
export interface Waiving {
  /** `2026-11-22`. */
  readonly today: string;
  /** Annotations and comments count. */
  readonly inline: boolean;
  /** All that the rules are about was read: one that nothing needs is unused. */
  readonly whole: boolean;
  readonly rules: readonly WaiverRule[];
  readonly faulty: readonly FaultyWaiver[];
}

/** What a user decides about a run. Values come checked: the command line refuses what does not fit. */
export interface Policy {
  /** The minor of the target version: 35 for Kubernetes 1.35. */
  readonly version: number;
  /** The target version as the report says it. */
  readonly kubernetesVersion: string;
  /** Nobody named the target version. */
  readonly versionAssumed: boolean;
  readonly profile: Profile;
  /** What was read is a part of the desired state: what is absent may exist elsewhere. */
  readonly partial: boolean;
  /** What was read is the state of a live cluster. */
  readonly live?: true;
  /** Where objects without a namespace will be applied, if that is known. */
  readonly namespace?: string;
  /** Patterns of controls (see selection.ts); empty: all of the profile. */
  readonly only: readonly string[];
  readonly skip: readonly string[];
  /** Findings below it are left out of the list; the ledger counts them all the same. */
  readonly minSeverity: Severity;
  /** Judge system workloads too. */
  readonly system: boolean;
  /** List passing subjects too. */
  readonly all: boolean;
  /** Values by control id and parameter name. */
  readonly params: Readonly<Record<string, Readonly<Record<string, readonly string[] | boolean | number>>>>;
  /** By control id: takes the place of what the control says, at each of its findings. */
  readonly severities?: Readonly<Record<string, Severity>>;
  /** Namespaces that count as the system's besides Kubernetes' own. */
  readonly systemNamespaces?: readonly string[];
  /** In order; of several that fit a file the last one says. */
  readonly paths?: readonly PathSettings[];
  /** Absolute folders: where relative names of files count from, and where globs do; with `/` between their parts. */
  readonly folders?: Folders;
  /** Absent where nothing can be waived, and nothing is said of waivers. */
  readonly waiving?: Waiving;
  /** What the verdicts take for granted besides what the engine itself assumes. */
  readonly assumptions: readonly string[];
  readonly toolVersion: string;
}

export interface Folders {
  readonly files: string;
  readonly globs: string;
}

/** A control's parameters: the user's values over the defaults. */
export function paramValues(control: AnyControl, policy: Pick<Policy, 'params' | 'systemNamespaces'>): ParamValues<Params> {
  const chosen = policy.params[control.id];
  const more = policy.systemNamespaces ?? [];
  // The list itself, wherever it is the default: of namespaces that are not judged, that may be exempt.
  const system = more.length === 0 ? systemNamespaces : [...systemNamespaces, ...more];
  return Object.fromEntries(
    Object.entries(control.params).map(([name, param]) => [
      name,
      chosen?.[name] ?? (param.default === systemNamespaces ? system : param.default),
    ]),
  );
}
