import { createHash } from 'node:crypto';
import type { Report } from '../core/index.ts';
import type { FollowedSettings } from '../library/followed-settings.ts';
import type { FoundPolicy } from '../library/policy-file.ts';
import type { ScanOptions } from '../library/scan.ts';
import { watchCluster, type WatchClusterOptions } from '../library/watch-cluster.ts';
import { watchManifests } from '../library/watch-manifests.ts';
import { OptionError } from '../options/option-error.ts';
import { formatChanges } from '../report/changes-text.ts';
import { isEmpty, startComparing, type Changes } from '../report/changes.ts';
import { outcome } from '../report/outcome.ts';
import { printable } from '../report/printable.ts';
import type { Arguments } from './arguments.ts';
import { onInterruption } from './interrupt.ts';
import { manifestOptions } from './manifest-options.ts';
import { tell, writeFile, writeStream } from './output.ts';
import type { Output } from './outputs.ts';
import { startClusterProgress } from './progress.ts';
import type { Settings } from './scan.ts';
import { clusterScan } from './scan-cluster.ts';
import { namedContexts } from './which-cluster.ts';
import { textOptions } from './text-options.ts';

/** Where nothing was judged before it was ended: as a shell tells that Ctrl+C ended a command. */
const interrupted = 130;

/**
 * `plimsoll scan --watch` of a cluster or of manifests: the report, then what changes, until a signal ends it or nobody reads any more. Files
 * are written anew for each report. Answers with the exit code of the last report, or 2 where nothing could be read
 * after it.
 */
export async function runWatch(
  given: Arguments,
  outputs: readonly Output[],
  inTheBeginning: Settings,
  policyFile: FollowedPolicyFile,
): Promise<number> {
  const onStdout = outputs.find(({ file }) => file === undefined)?.format;
  if (onStdout !== undefined && onStdout !== 'text' && onStdout !== 'json')
    throw new OptionError([`${onStdout} has no end with --watch`, `write it to a file: --output ${onStdout}=FILE`]);
  const ending = new AbortController();
  const end = (): void => ending.abort();
  const forget = onInterruption(end);
  process.stdout.once('error', end);
  const progress = startClusterProgress();
  const written = new Map<string, string>();
  let exitCode = interrupted;
  let compare: ((report: Report) => Changes | undefined) | undefined;
  let settings = inTheBeginning;
  const changed = changesOf(inTheBeginning, policyFile, (other) => void (settings = other));
  try {
    const reports = await reportsOf(given, inTheBeginning.policyFile, policyFile.places, changed, {
      signal: ending.signal,
      onFailure([what = '', ...todo]) {
        exitCode = 2;
        tell(`plimsoll: ${printable([what, ...todo].join('; '))}\n`);
      },
      onLost: (path, why) => tell(`plimsoll: ${printable(`changes of ${path} are only seen when all is read again: ${why}`)}\n`),
      onProgress: (done) => compare === undefined && progress.report(done),
    });
    for await (const whole of reports) {
      progress.stop();
      const { failing, narrow, formatted } = settings;
      const report = await narrow(whole);
      const format = formatted(report);
      for (const { file, format: name } of outputs) {
        if (file === undefined) continue;
        const digest = digestOf(await format(name, false));
        // Writing what is there already would be a change in a folder that is followed.
        if (written.get(file) !== digest) await writeFile(file, await format(name, false));
        written.set(file, digest);
      }
      const changes = compare?.(report);
      // What stood before is only kept where it is told.
      compare ??= onStdout === 'text' ? startComparing(report) : nothingToCompare;
      if (onStdout === 'json') await writeStream(process.stdout, inOneLine(await format('json', true)));
      else if (onStdout === 'text' && changes === undefined) {
        await writeStream(process.stdout, await format('text', true));
        if (!given.has('quiet')) tell(`\nfollowing the ${given.has('cluster') ? 'cluster' : 'files'}; Ctrl+C ends it\n`);
      } else if (onStdout === 'text' && changes !== undefined && !isEmpty(changes))
        await writeStream(process.stdout, formatChanges(changes, report, timeOfDay(), textOptions(given, failing, true)));
      ({ exitCode } = outcome(report, failing));
    }
  } finally {
    progress.stop();
    forget();
    process.stdout.off('error', end);
  }
  return exitCode;
}

/** The policy file, which may change too. */
export interface FollowedPolicyFile {
  readonly places: readonly string[];
  /** Throws OptionError where it is wrong. */
  readonly read: () => Promise<FoundPolicy>;
  readonly settingsOf: (policyFile: FoundPolicy) => Promise<Settings>;
}

/** Answers with another policy file where it has changed. What is wrong is told once, and what was right before holds on. */
function changesOf(
  { policyFile }: Settings,
  { read, settingsOf }: FollowedPolicyFile,
  onSettings: (settings: Settings) => void,
): () => Promise<FoundPolicy | undefined> {
  let last = JSON.stringify(policyFile);
  let told = '';
  return async () => {
    try {
      const found = await read();
      told = '';
      const now = JSON.stringify(found);
      if (now === last) return undefined;
      onSettings(await settingsOf(found));
      last = now;
      return found;
    } catch (error) {
      if (!(error instanceof OptionError)) throw error;
      const text = printable([...error.lines, 'the settings before hold on'].join('; '));
      if (text !== told) tell(`plimsoll: ${text}\n`);
      told = text;
      return undefined;
    }
  };
}

type Following = Required<Pick<WatchClusterOptions, 'signal' | 'onFailure' | 'onLost' | 'onProgress'>>;

async function reportsOf(
  given: Arguments,
  policyFile: FoundPolicy,
  files: readonly string[],
  changed: () => Promise<FoundPolicy | undefined>,
  { onProgress, ...following }: Following,
): Promise<AsyncIterable<Report>> {
  /** As options of what is followed. */
  const settings = <Options>(optionsOf: (policyFile: FoundPolicy) => Options): FollowedSettings<Options> => ({
    files,
    async changed() {
      const found = await changed();
      return found && optionsOf(found);
    },
  });
  if (given.has('cluster')) {
    const [context] = await namedContexts(given);
    const optionsOf = (found: FoundPolicy): WatchClusterOptions => ({
      ...clusterScan(given, found),
      ...(context === undefined ? {} : { context }),
      onProgress,
    });
    return watchCluster({ ...optionsOf(policyFile), ...following, settings: settings(optionsOf) });
  }
  const optionsOf = (found: FoundPolicy): ScanOptions => manifestOptions(given, found);
  return watchManifests({ ...optionsOf(policyFile), ...following, settings: settings(optionsOf) });
}

function digestOf(chunks: Iterable<string>): string {
  const hash = createHash('sha256');
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}

function nothingToCompare(): undefined {
  return undefined;
}

/** So that each line is a report: only the layout of our JSON has line ends. */
function* inOneLine(chunks: Iterable<string>): Generator<string, void> {
  for (const chunk of chunks) yield chunk.replaceAll(/\n */g, '');
  yield '\n';
}

function timeOfDay(): string {
  return new Date().toTimeString().slice(0, 8);
}
