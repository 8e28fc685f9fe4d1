import type { SingleBar } from 'cli-progress';

const patience = 500;

export interface Progress {
  readonly report: (done: { readonly files: number; readonly bytes: number }) => void;
  readonly stop: () => void;
}

/** A line on standard error, for a person who waits: only on a terminal, and only when the work takes longer than half a second. */
export function startProgress(): Progress {
  const start = Date.now();
  let bar: SingleBar | undefined;
  let loading = false;
  let stopped = false;

  async function load(): Promise<void> {
    loading = true;
    // Loading it takes a tenth of a small scan, which is done before anybody waits.
    const { isatty } = process.getBuiltinModule('node:tty');
    if (!isatty(2)) return;
    const { default: cliProgress } = await import('cli-progress');
    if (stopped) return;
    const format = 'reading: {files} files, {megabytes} MB';
    bar = new cliProgress.SingleBar({ stream: process.stderr, format, clearOnComplete: true, hideCursor: false, fps: 5 });
    bar.start(1, 0, { files: 0, megabytes: 0 });
  }

  return {
    report({ files, bytes }) {
      bar?.update(0, { files, megabytes: Math.round(bytes / 1e6) });
      if (!loading && Date.now() - start > patience) void load();
    },
    stop() {
      stopped = true;
      bar?.stop();
    },
  };
}
