import { controls } from '../controls/index.ts';
import { secondThreadMark } from './second-thread-mark.ts';
import { anyJudge, type AnyPortion, type Run, type StartSecondThread } from '../library/portion-judge.ts';

type WorkerThreads = typeof import('node:worker_threads');

// Most scans have no second thread: an import would load these modules for all of them.
const workerThreads = (): WorkerThreads => process.getBuiltinModule('node:worker_threads');

/** Starts the file that this program was started with again, as the second thread of a scan; where there is a processor for it. */
export function secondThread(file: string): StartSecondThread {
  return (run) => {
    // What is remembered of a large file is large: the heap, or both of them, must not grow to a multiple of it.
    process.getBuiltinModule('node:v8').setFlagsFromString('--heap-growing-percent=25');
    if (process.getBuiltinModule('node:os').availableParallelism() < 2) return undefined;
    return (answered, lost) => {
      const worker = new (workerThreads().Worker)(file, {
        argv: [secondThreadMark],
        workerData: run,
        resourceLimits: { maxYoungGenerationSizeMb: 12 },
      });
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
