import type { Declined, Edit, FixSafety, Repair } from './edit.ts';
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

/** A value that only a person knows: `--value CONTROL.KEY=…`. */
export interface FixValue {
  readonly about: string;
  /** How one looks: `10001`. */
  readonly example: string;
}

/** What `edits` knows besides: what people said that no manifest tells. */
export interface Fixing<P extends Params> extends Judging<P> {
  /** By the keys of the fix's `values`; absent where nobody gave one. */
  readonly values: Readonly<Record<string, string>>;
  readonly given: Given;
}

/** Facts that people hand over in files, for all fixes alike. */
export interface Given {
  /** `sha256:…` of an image as a manifest names it (`--digests FILE`). */
  digestOf(reference: string): string | undefined;
  /** What the configuration of an image says (`--images FILE`). */
  imageOf(reference: string): ImageFacts | undefined;
  /** Resources of a container by namespace, workload and container name (`--resources FILE`); undefined where none fit. */
  resourcesOf(container: ContainerName): ResourceFacts | undefined;
  /** Limits, quotas for a namespace from the same file. */
  namespaceResources(namespace: string | undefined): NamespaceFacts | undefined;
}

/** Where nobody said anything. */
export const nothingGiven: Pick<Fixing<Params>, 'values' | 'given'> = {
  values: {},
  given: { digestOf: () => undefined, imageOf: () => undefined, resourcesOf: () => undefined, namespaceResources: () => undefined },
};

export interface ContainerName {
  readonly namespace: string | undefined;
  readonly workload: string;
  readonly container: string;
}

export interface ImageFacts {
  /** The `User` of its configuration as it stands there: `10001`, `10001:10001`, `nginx`, `''`. */
  readonly user?: string;
}

/** Quantities as Kubernetes writes them. */
export interface ResourceFacts {
  readonly requests?: Readonly<Record<string, string>>;
  readonly limits?: Readonly<Record<string, string>>;
}

export interface NamespaceFacts {
  /** An item of `spec.limits` of a LimitRange, type Container. */
  readonly limitRange?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The same of type PersistentVolumeClaim. */
  readonly claims?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** `spec.hard` of a ResourceQuota. */
  readonly quota?: Readonly<Record<string, string>>;
}

export interface Fix<S, P extends Params> {
  /** Of most of its repairs; one of them may say otherwise (`Repair`). */
  readonly safety: FixSafety;
  /** What may break, and how to prove that it does not. */
  readonly risk: string;
  readonly values?: Readonly<Record<string, FixValue>>;
  /**
   * Controls whose fix of the same object may make this one unnecessary: it is asked for again when theirs is done. Where only
   * one of them is carried out, the report says that the order would have mattered.
   */
  readonly waitsFor?: readonly string[];
  /** Paths are relative to the subject. Only called for subjects that fail. */
  edits(subject: S, fixing: Fixing<P>): readonly Edit[] | Repair | Declined;
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
  readonly params?: Readonly<Record<string, readonly string[] | boolean | number>>;
  /** What people said, in all of its examples: values of the fix, and facts from files. */
  readonly said?: { readonly values?: Readonly<Record<string, string>>; readonly given?: Partial<Given> };
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
  /** Of the kinds that its subject reads, those that decide here; all of them where it does not say. */
  readonly decidedBy?: readonly string[];
  /** Kinds whose objects may excuse what fails: where they were not read, nothing fails, and what would is undecided. */
  readonly excusedBy?: readonly string[];
  /** For local subjects: it judges the system's own workloads too, because what it looks for is a part of the system. */
  readonly judgesSystem?: true;
  /** Every cluster has subjects of it: where none was read they were not looked at, and its entries are open. */
  readonly inEveryCluster?: true;
  /** Verdicts that it has no proof for: what it sees is evidence. It has no examples of them. */
  readonly never?: readonly ('pass' | 'fail')[];
  /** Why it says nothing about a live cluster. */
  readonly manifestsOnly?: string;
  readonly params: P;
  evaluate(subject: S, judging: Judging<P>): Verdict;
  /**
   * Whether a subject of a joined kind passes, without evidence that is still needed, whatever else is read: `subject` holds
   * what its own object says. Most subjects of a large input are settled so and need not be remembered.
   */
  passesAlone?(subject: Partial<S>, judging: Judging<P>): boolean;
  readonly fix?: Fix<S, P>;
  /** What a person does where no machine can: one sentence. */
  readonly remedy?: string;
  /** Made when they are asked for: no scan needs them, and they are half of what a control holds. */
  readonly examples: () => Examples;
  /** Other controls that its examples cannot help failing: host network also breaks the rule on metadata. */
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
