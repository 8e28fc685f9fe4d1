import { podControls } from './pod-controls.ts';
import { allPairs } from './network.ts';
import { keystroke, save } from './typing.ts';
import { buildBindings, everyDangerousQuestion, oneQuestion } from './rbac.ts';

/** What is measured from inside a process: too short for one of its own, or one answer of one that goes on. */
export interface InProcessJob {
  readonly name: string;
  readonly about: string;
  /** Seconds. */
  readonly reach: number;
  /** A command does it, under the settings of V8 that commands have. */
  readonly byCommand?: true;
  /** Seconds that it takes, warm. */
  readonly measure: () => number | Promise<number>;
}

export const inProcess: readonly InProcessJob[] = [
  { name: 'pod-controls', about: 'all controls of pods and containers on one pod, in the process', reach: 10e-6, measure: podControls },
  {
    name: 'reach-pairs',
    about: 'who reaches whom, all pairs of 10,000 pods under 2,000 policies, in the process',
    reach: 0.7,
    byCommand: true,
    measure: allPairs,
  },
  { name: 'rbac-build', about: 'the index of 50,000 role bindings, in the process', reach: 0.3, byCommand: true, measure: buildBindings },
  { name: 'rbac-question', about: 'one question to it, `can` and `who-can` in turns', reach: 0.001, byCommand: true, measure: oneQuestion },
  {
    name: 'keystroke',
    about: '`lsp`: from a keystroke in a file of 500 lines among 100 manifests until its findings are in the editor',
    reach: 0.05,
    measure: keystroke,
  },
  { name: 'save', about: '`scan --watch`: from a save of one of 100 manifests until its news are written', reach: 0.2, measure: save },
  {
    name: 'rbac-sweep',
    about: 'all dangerous questions to it, for 500 namespaces',
    reach: 1,
    byCommand: true,
    measure: everyDangerousQuestion,
  },
];
