import type { AnyControl, Input } from '../core/index.ts';
import { startEvaluation, type Evaluation, type Part, type Policy } from '../evaluate/index.ts';
import { isWorkflow } from '../kube/argo-workflow.ts';
import { templatePaths, type PodTemplateKind } from '../kube/pod-templates.ts';
import { readHanded, type HandedOutcome, type HandedPortion } from '../sources/cluster/handed.ts';
import { readPortion, type DocumentOptions, type Helper, type Judged, type Portion, type StartHelper } from '../sources/manifests/index.ts';

/** Of a file, or of a cluster. */
export type AnyPortion = Portion | HandedPortion;

/** What a helper must know of a run: plain data, which passes from one thread to another. */
export interface Run {
  readonly policy: Policy;
  readonly podTemplates: readonly PodTemplateKind[];
}

/** Prepares the second thread of a run; undefined where there can be none. */
export type StartSecondThread = (run: Run) => StartAnyHelper | undefined;

type StartAnyHelper = <What>(...heard: Parameters<StartHelper<Part, AnyPortion, What>>) => Helper<AnyPortion>;

/** Reads and judges portions of files, each for itself. */
export function portionJudge(controls: readonly AnyControl[], run: Run): (portion: Portion) => Judged<Part> {
  return judgeBy(controls, run, readPortion);
}

/** The same of what a cluster has. */
export function handedJudge(controls: readonly AnyControl[], run: Run): (portion: HandedPortion) => Judged<Part, HandedOutcome> {
  return judgeBy(controls, run, readHanded);
}

/** The same of either. */
export function anyJudge(controls: readonly AnyControl[], run: Run): (portion: AnyPortion) => Judged<Part> {
  return judgeBy(controls, run, (portion, options) => ('kind' in portion ? readHanded(portion, options) : readPortion(portion, options)));
}

function judgeBy<Of, What>(
  controls: readonly AnyControl[],
  { policy, podTemplates }: Run,
  read: (portion: Of, options: DocumentOptions) => What,
): (portion: Of) => Judged<Part, What> {
  const evaluation = startEvaluation(controls, policy);
  const options = { reads: readsOf(evaluation), podTemplates, sink: (input: Input) => evaluation.add(input) };
  return (portion) => {
    const outcome = read(portion, options);
    return { outcome, part: evaluation.take() };
  };
}

/** The kinds that are worth reading: pods may stand in more of them than controls ask for. */
export function readsOf(evaluation: Evaluation): (group: string, kind: string) => boolean {
  return (group, kind) => evaluation.reads(group, kind) || templatePaths(group, kind).length > 0 || isWorkflow(group, kind);
}
