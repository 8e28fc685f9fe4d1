import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { controls as ownControls } from '../controls/index.ts';
import type { AnyControl, Report } from '../core/index.ts';
import { startEvaluation, type Evaluation, type Policy, type ProposalSink } from '../evaluate/index.ts';
import type { PodTemplateKind } from '../kube/pod-templates.ts';
import { OptionError } from '../options/option-error.ts';
import { policyOf, type PolicyOptions } from '../options/policy-options.ts';
import { readManifests, startSharing, type ManifestOptions, type ManifestTotals, type Sharing } from '../sources/manifests/index.ts';
import { snapshotsAmong } from './snapshot-among.ts';
import { withDeciding } from './deciding.ts';
import { renderingOf, type ChartOptions } from './chart-options.ts';
import { portionJudge, readsOf, type StartSecondThread } from './portion-judge.ts';

export interface ScanOptions extends PolicyOptions {
  /** Files, folders, globs, or `-` for standard input; default: the working directory. */
  readonly paths?: readonly string[];
  /** Relative paths are resolved against it, and files below it are reported relative to it; default: that of the process. */
  readonly cwd?: string;
  /** What `-` names; default: the standard input of the process. */
  readonly stdin?: NodeJS.ReadableStream;
  /** How Helm charts among the paths are rendered, with the `helm` of the user; absent: they are not, which the report says. */
  readonly charts?: ChartOptions;
  /** Kinds with pod templates besides those that are known. */
  readonly podTemplates?: readonly PodTemplateKind[];
  /** The controls to judge by; default: all of this package. A company adds its own here. */
  readonly controls?: readonly AnyControl[];
  /** What files are to hold, by the name that reports give them, whatever they do hold: texts of an editor. */
  readonly contents?: ReadonlyMap<string, Uint8Array>;
  /** Called now and then while reading. */
  readonly onProgress?: (done: { readonly files: number; readonly bytes: number }) => void;
}

/**
 * Reads Kubernetes manifests, or a snapshot of a cluster, and judges them by the Kubernetes Hardening Guidance, as
 * `plimsoll scan` does. Input that
 * cannot be read is listed in `inputs.unread` of the report and is no error; `outcome` turns a report into an exit code.
 *
 * @example
 * import { outcome, scan } from 'plimsoll';
 *
 * const report = await scan({ paths: ['examples'], kubernetesVersion: '1.36' });
 * for (const { severity, file, line, message } of report.findings) console.log(`${file}:${line} ${severity}: ${message}`);
 * console.log(outcome(report, { failOn: 'high', allowUnreadable: false }).reason);
 *
 * @throws OptionError where an option is wrong: an unknown control, version, parameter.
 */
export async function scan(options: ScanOptions = {}): Promise<Report> {
  const { controls = ownControls, paths = [], cwd } = options;
  const [snapshot, another] = snapshotsAmong(paths, cwd);
  if (another !== undefined) throw new OptionError(['several snapshots make several reports', 'scanSnapshots compares them']);
  if (snapshot !== undefined) return judgeSnapshot(options, snapshot);
  return judge(options, controls, policyOf(options, controls));
}

/** A snapshot stands for its cluster: of a part of it the namespace tells. */
async function judgeSnapshot(options: ScanOptions, file: string): Promise<Report> {
  const { namespace, partial, onProgress, ...others } = options;
  if (partial === true) throw new OptionError([`${file} is a snapshot of a cluster, which is whole`, 'namespace judges a part of it']);
  const { scanSnapshot } = await import('./scan-snapshot.ts');
  const report = await scanSnapshot({ ...others, file, ...(namespace === undefined ? {} : { namespaces: [namespace] }) });
  onProgress?.({ files: 1, bytes: statSync(resolve(options.cwd ?? '.', file)).size });
  return report;
}

/** Bytes of a file from which on a second thread is worth its own start and warming up. */
const worthSharing = 30e6;

/** As `scan`, by the controls of this package, and with a second thread for large files. The report is the same. */
export async function scanInTwoThreads(options: Omit<ScanOptions, 'controls'>, secondThread: StartSecondThread): Promise<Report> {
  const policy = policyOf(options, ownControls);
  const run = { policy, podTemplates: options.podTemplates ?? [] };
  const evaluation = startEvaluation(ownControls, policy);
  let sharing: Sharing | undefined;
  const share = (bytes: number): Sharing | undefined => {
    if (bytes < worthSharing) return undefined;
    const start = sharing === undefined ? secondThread(run) : undefined;
    if (start !== undefined) sharing = startSharing(portionJudge(ownControls, run), (part) => evaluation.join(part), start);
    return sharing;
  };
  // What comes when all is read takes the most memory.
  const totals = await readInto(options, evaluation, { share }).finally(() => sharing?.end());
  return withDeciding(evaluation.finish(totals), totals);
}

/** Reads what the options name and judges it; `contents` says what files are to hold, and a sink hears of fixes. */
export async function judge(
  options: ScanOptions,
  controls: readonly AnyControl[],
  policy: Policy,
  contents?: ReadonlyMap<string, Uint8Array>,
  sink?: ProposalSink,
): Promise<Report> {
  const evaluation = startEvaluation(controls, policy, sink);
  const totals = await readInto(options, evaluation, contents === undefined ? {} : { contents });
  return withDeciding(evaluation.finish(totals), totals);
}

/** Reads what the options name into an evaluation; `contents` says what files are to hold. */
export async function readInto(
  options: ScanOptions,
  evaluation: Evaluation,
  how: Pick<ManifestOptions, 'contents' | 'share'>,
): Promise<ManifestTotals> {
  const { paths = ['.'], cwd = process.cwd(), podTemplates, contents, onProgress } = options;
  return readManifests(
    {
      paths,
      cwd,
      reads: readsOf(evaluation),
      ...(paths.includes('-') ? { stdin: options.stdin ?? process.stdin } : {}),
      ...(podTemplates === undefined ? {} : { podTemplates }),
      ...(contents === undefined ? {} : { contents }),
      ...(onProgress === undefined ? {} : { onProgress }),
      ...renderingOf(options),
      ...how,
    },
    (input) => evaluation.add(input),
  );
}
