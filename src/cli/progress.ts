import type { SingleBar } from 'cli-progress';

const patience = 500;

export interface Progress<Done> {
  readonly report: (done: Done) => void;
  readonly stop: () => void;
}

/** Of reading files. */
export function startProgress(): Progress<{ readonly files: number; readonly bytes: number }> {
  const { report, stop } = startLine('reading: {files} files, {megabytes} MB');
  return { report: ({ files, bytes }) => report({ files, megabytes: Math.round(bytes / 1e6) }), stop };
}

/** Of reading a cluster. */
export function startClusterProgress(): Progress<Readonly<Record<'objects' | 'kinds' | 'ofKinds', number>>> {
  return startLine('reading: {kinds} of {ofKinds} kinds, {objects} objects');
}

/** Of reading several clusters. */
export function startFleetProgress(): Progress<Readonly<Record<'clusters' | 'ofClusters' | 'objects', number>>> {
  return startLine('reading: {clusters} of {ofClusters} clusters, {objects} objects');
}

/** A line on standard error, for a person who waits: only on a terminal, and only when the work takes longer than half a second. */
function startLine(format: string): Progress<Readonly<Record<string, number>>> {
  const start = Date.now();
  let bar: SingleBar | undefined;
  let loading = false;
  let stopped = false;
  let latest: Readonly<Record<string, number>> = {};

  async function load(): Promise<void> {
    loading = true;
    // Loading it takes a tenth of a small scan, which is done before anybody waits.
    const { isatty } = process.getBuiltinModule('node:tty');
    if (!isatty(2)) return;
    const { default: cliProgress } = await import('cli-progress');
    if (stopped) return;
    bar = new cliProgress.SingleBar({ stream: process.stderr, format, clearOnComplete: true, hideCursor: false, fps: 5 });
    bar.start(1, 0, latest);
  }

  return {
    report(done) {
      latest = done;
      bar?.update(0, done);
      if (!loading && Date.now() - start > patience) void load();
    },
    stop() {
      stopped = true;
      bar?.stop();
    },
  };
}
