import type { AnyControl, Input } from '../core/index.ts';
import { startEvaluation, type Evaluation, type Part, type Policy } from '../evaluate/index.ts';
import { isWorkflow } from '../kube/argo-workflow.ts';
import { templatePaths, type PodTemplateKind } from '../kube/pod-templates.ts';
import { readPortion, type Judged, type Portion, type StartHelper } from '../sources/manifests/index.ts';

export type { Portion };

/** What a helper must know of a run: plain data, which passes from one thread to another. */
export interface Run {
  readonly policy: Policy;
  readonly podTemplates: readonly PodTemplateKind[];
}

/** Prepares the second thread of a run; undefined where there can be none. */
export type StartSecondThread = (run: Run) => StartHelper<Part> | undefined;

/** Reads and judges portions of files, each for itself. */
export function portionJudge(controls: readonly AnyControl[], { policy, podTemplates }: Run): (portion: Portion) => Judged<Part> {
  const evaluation = startEvaluation(controls, policy);
  const options = { reads: readsOf(evaluation), podTemplates, sink: (input: Input) => evaluation.add(input) };
  return (portion) => {
    const outcome = readPortion(portion, options);
    return { outcome, part: evaluation.take() };
  };
}

/** The kinds that are worth reading: pods may stand in more of them than controls ask for. */
export function readsOf(evaluation: Evaluation): (group: string, kind: string) => boolean {
  return (group, kind) => evaluation.reads(group, kind) || templatePaths(group, kind).length > 0 || isWorkflow(group, kind);
}
