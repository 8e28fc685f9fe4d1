import type { Declined, Edit } from './edit.ts';
import type { Params, ParamValues } from './params.ts';
import type { SubjectKind } from './subject.ts';
import type { Severity, Verdict } from './verdict.ts';

/** Other catalogues that ask for the same. */
export interface Mappings {
  /** The level of the Pod Security Standards that contains the rule. */
  readonly pss?: 'baseline' | 'restricted';
  /** Numbers of the CIS Kubernetes Benchmark 1.12. */
  readonly cis?: readonly string[];
  /** MITRE ATT&CK techniques. */
  readonly attack?: readonly string[];
}

/** What `evaluate` and `edits` know besides the subject. */
export interface Judging<P extends Params> {
  /** The minor of the target version: 35 for Kubernetes 1.35. */
  readonly version: number;
  readonly params: ParamValues<P>;
  /** What was read is a part of the desired state: what is absent may exist elsewhere. */
  readonly partial: boolean;
}

/** `safe`: keeps what the workload does; `review`: may change it; `shown`: needs a value from a person. */
export type FixSafety = 'safe' | 'review' | 'shown';

export interface Fix<S, P extends Params> {
  readonly safety: FixSafety;
  /** What may break, and how to prove that it does not. */
  readonly risk: string;
  /** Paths are relative to the subject. Only called for subjects that fail. */
  edits(subject: S, judging: Judging<P>): readonly Edit[] | Declined;
}

/** A failing example of a control before and after its fix, as YAML of the changed objects; or why no machine may repair it. */
export type FixExample = { readonly before: string; readonly after: string } | { readonly declined: string };

/**
 * One tweak of the hardened examples each (testing/hardened.ts): YAML that is merged over them, where a list replaces a
 * list and `null` removes a key. For containers it is merged over the container (its `$pod` over the pod, for what the
 * container inherits), for pod templates over the pod spec (its `metadata` over the template's). Examples of whole objects
 * are documents, each merged over the object of its kind and name (the first of its kind without a name), added if there is
 * none, and removed by `$patch: delete`.
 */
export interface Examples {
  /** Values of the control's parameters in all of its examples; the defaults otherwise. */
  readonly params?: Readonly<Record<string, readonly string[] | boolean>>;
  readonly pass: Readonly<Record<string, string>>;
  readonly fail: Readonly<Record<string, string>>;
  readonly unknown?: Readonly<Record<string, string>>;
  readonly notApplicable?: Readonly<Record<string, string>>;
}

export interface Control<S = never, P extends Params = Params> {
  /** Chapter folder and file name: `pod-security/privilege-escalation`. */
  readonly id: string;
  /** Codes of the recommendations that it decides. */
  readonly decides: readonly string[];
  /** What must be true, as one sentence without a full stop. */
  readonly title: string;
  readonly why: string;
  readonly severity: Severity;
  readonly also: Mappings;
  readonly subject: SubjectKind<S>;
  readonly params: P;
  evaluate(subject: S, judging: Judging<P>): Verdict;
  readonly fix?: Fix<S, P>;
  /** What a person does where no machine can: one sentence. */
  readonly remedy?: string;
  readonly examples: Examples;
  /** Other controls that the failing examples cannot help failing: host network also breaks the rule on metadata. */
  readonly alsoFails?: readonly string[];
  /**
   * It fails as a consequence of what other controls find (a namespace refuses what is not hardened): the failing examples
   * of all others may fail it.
   */
  readonly consequence?: true;
}

type ControlDefinition<S, P extends Params> = Omit<Control<S, P>, 'params'> & { readonly params?: P };

/** Types a control's literal: the subject decides what `evaluate` and `fix` see, `params` what `judging.params` holds. */
export function defineControl<S, const P extends Params>(definition: ControlDefinition<S, P>): AnyControl {
  return { params: {}, ...definition } as AnyControl;
}

/** A control with its subject's type hidden, as the engine holds it: it only ever hands a control subjects of its own kind. */
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyControl = Control<any>;
