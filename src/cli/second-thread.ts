import { controls } from '../controls/index.ts';
import { secondThreadMark } from './second-thread-mark.ts';
import { anyJudge, type AnyPortion, type Run, type StartSecondThread } from '../library/portion-judge.ts';

type WorkerThreads = typeof import('node:worker_threads');

// Most scans have no second thread: an import would load these modules for all of them.
const workerThreads = (): WorkerThreads => process.getBuiltinModule('node:worker_threads');

/** By how much a heap may grow, in percent, before it is tidied up: what is remembered of much is large, and so would be a multiple. */
type Growth = 25 | 40;

/**
 * Starts the file that this program was started with again, as the second thread of a scan; where there is a processor for it.
 * Little is kept of the replicas of a cluster: to tidy up as often as for a dump would make V8 mark the same again and again.
 */
export function secondThread(file: string, growth: Growth = 25): StartSecondThread {
  /** The heap, or both of them. */
  const growSlowly = (): void => process.getBuiltinModule('node:v8').setFlagsFromString(`--heap-growing-percent=${growth}`);
  return (run) => {
    if (process.getBuiltinModule('node:os').availableParallelism() < 2) {
      growSlowly();
      return undefined;
    }
    return (answered, lost) => {
      const worker = new (workerThreads().Worker)(file, {
        argv: [secondThreadMark],
        workerData: run,
        resourceLimits: { maxYoungGenerationSizeMb: 12 },
      });
      // It has loaded the program: V8 takes code that was compiled ahead only under the flags of the build.
      worker.once('message', growSlowly);
      worker.on('message', ([number, judged]: Parameters<typeof answered>) => answered(number, judged));
      worker.on('messageerror', lost);
      worker.on('error', lost);
      worker.on('exit', lost);
      // A copy, nothing is transferred: the portion is kept until it was answered.
      return { post: (number, portion) => worker.postMessage([number, portion], []), end: () => worker.terminate() };
    };
  };
}

/** Judges what the first thread sends. False where this is the first thread. */
export function isSecondThread(): boolean {
  const { parentPort, workerData } = workerThreads();
  if (parentPort === null) return false;
  const judge = anyJudge(controls, workerData as Run);
  parentPort.on('message', ([number, portion]: readonly [number, AnyPortion]) => {
    const judged = judge(portion);
    parentPort.postMessage([number, judged], [judged.part.findings.rows.buffer]);
  });
  return true;
}
