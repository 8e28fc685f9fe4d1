import type { SingleBar } from 'cli-progress';

export interface Progress<Done> {
  readonly report: (done: Done) => void;
  readonly stop: () => void;
}

/** What a line of progress shows. */
interface Shown {
  readonly text: string;
  /** What is done, and of how much, where a bar shows it. */
  readonly done?: number;
  readonly of?: number;
}

/** Reading is over before anybody waits, or has something to report by then. */
const afterReading = 500;
/** Who asks a server waits from the first moment, and may wait for long before anything is to report, or before there is time for it. */
const afterAsking = 0;

/** Of reading files. */
export function startProgress(): Progress<{ readonly files: number; readonly bytes: number }> {
  return startLine('{text}', afterReading, undefined, ({ files, bytes }) => ({
    text: `reading: ${files} files, ${Math.round(bytes / 1e6)} MB`,
  }));
}

/** Of reading a cluster. */
export function startClusterProgress(): Progress<Readonly<Record<'objects' | 'kinds' | 'ofKinds', number>>> {
  return startLine(barred, afterAsking, asking, ({ objects, kinds, ofKinds }) => ({
    text: `${kinds} of ${ofKinds} kinds, ${objects} objects`,
    done: kinds,
    of: ofKinds,
  }));
}

/** Of reading several clusters. */
export function startFleetProgress(): Progress<Readonly<Record<'clusters' | 'ofClusters' | 'objects', number>>> {
  return startLine(barred, afterAsking, asking, ({ clusters, ofClusters, objects }) => ({
    text: `${clusters} of ${ofClusters} clusters, ${objects} objects`,
    done: clusters,
    of: ofClusters,
  }));
}

const barred = 'reading [{bar}] {text}';
const asking: Shown = { text: 'asking the API server' };

/**
 * A line on standard error, for a person who waits: only on a terminal, and only when the work takes longer than `after`, in
 * milliseconds. It then shows `first` where nothing was reported by then; without `first` it waits for a report.
 */
function startLine<Done>(format: string, after: number, first: Shown | undefined, show: (done: Done) => Shown): Progress<Done> {
  let bar: SingleBar | undefined;
  let latest = first;
  let due = false;
  let stopped = false;

  const timer = setTimeout(() => {
    due = true;
    if (latest !== undefined) void load();
  }, after);
  // Whoever ends the process otherwise does not wait for it.
  timer.unref();

  async function load(): Promise<void> {
    due = false;
    // Loading it takes a tenth of a small scan, which is done before anybody waits.
    const { isatty } = process.getBuiltinModule('node:tty');
    if (!isatty(2)) return;
    const { default: cliProgress } = await import('cli-progress');
    if (stopped || latest === undefined) return;
    const { text, done = 0, of = 1 } = latest;
    bar = new cliProgress.SingleBar({ stream: process.stderr, format, barsize: 24, clearOnComplete: true, hideCursor: false, fps: 5 });
    // It draws this at once, and what comes later now and then.
    bar.start(of, done, { text });
  }

  return {
    report(done) {
      latest = show(done);
      if (due) void load();
      bar?.setTotal(latest.of ?? 1);
      bar?.update(latest.done ?? 0, { text: latest.text });
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      bar?.stop();
    },
  };
}
