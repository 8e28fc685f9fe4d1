import type { AnyControl, ParamValues, Params, Severity } from '../core/index.ts';

export type Profile = 'nsa' | 'baseline' | 'restricted';

export const profiles: readonly Profile[] = ['nsa', 'baseline', 'restricted'];

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
  readonly params: Readonly<Record<string, Readonly<Record<string, readonly string[] | boolean>>>>;
  /** What the verdicts take for granted besides what the engine itself assumes. */
  readonly assumptions: readonly string[];
  readonly toolVersion: string;
}

/** A control's parameters: the user's values over the defaults. */
export function paramValues(control: AnyControl, policy: Pick<Policy, 'params'>): ParamValues<Params> {
  const chosen = policy.params[control.id];
  return Object.fromEntries(Object.entries(control.params).map(([name, param]) => [name, chosen?.[name] ?? param.default]));
}
