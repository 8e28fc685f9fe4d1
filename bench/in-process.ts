import { podControls } from './pod-controls.ts';
import { allPairs } from './network.ts';
import { buildBindings, everyDangerousQuestion, oneQuestion } from './rbac.ts';

/** What is measured inside this process, for it is too short for a process of its own. */
export interface InProcessJob {
  readonly name: string;
  readonly about: string;
  /** Seconds. */
  readonly reach: number;
  /** Seconds that it takes, warm. */
  readonly measure: () => number;
}

export const inProcess: readonly InProcessJob[] = [
  { name: 'pod-controls', about: 'all controls of pods and containers on one pod, in the process', reach: 10e-6, measure: podControls },
  {
    name: 'reach-pairs',
    about: 'who reaches whom, all pairs of 10,000 pods under 2,000 policies, in the process',
    reach: 0.7,
    measure: allPairs,
  },
  { name: 'rbac-build', about: 'the index of 50,000 role bindings, in the process', reach: 0.3, measure: buildBindings },
  { name: 'rbac-question', about: 'one question to it, `can` and `who-can` in turns', reach: 0.001, measure: oneQuestion },
  { name: 'rbac-sweep', about: 'all dangerous questions to it, for 500 namespaces', reach: 1, measure: everyDangerousQuestion },
];
