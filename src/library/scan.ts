import { controls as ownControls } from '../controls/index.ts';
import type { AnyControl, Report } from '../core/index.ts';
import { startEvaluation, type Policy, type ProposalSink } from '../evaluate/index.ts';
import { isWorkflow } from '../kube/argo-workflow.ts';
import { templatePaths, type PodTemplateKind } from '../kube/pod-templates.ts';
import { policyOf, type PolicyOptions } from '../options/policy-options.ts';
import { readManifests } from '../sources/manifests/index.ts';

export interface ScanOptions extends PolicyOptions {
  /** Files, folders, globs, or `-` for standard input; default: the working directory. */
  readonly paths?: readonly string[];
  /** Relative paths are resolved against it, and files below it are reported relative to it; default: that of the process. */
  readonly cwd?: string;
  /** What `-` names; default: the standard input of the process. */
  readonly stdin?: NodeJS.ReadableStream;
  /** Kinds with pod templates besides those that are known. */
  readonly podTemplates?: readonly PodTemplateKind[];
  /** The controls to judge by; default: all of this package. A company adds its own here. */
  readonly controls?: readonly AnyControl[];
  /** Called now and then while reading. */
  readonly onProgress?: (done: { readonly files: number; readonly bytes: number }) => void;
}

/**
 * Reads Kubernetes manifests and judges them by the Kubernetes Hardening Guidance, as `plimsoll scan` does. Input that
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
  const { controls = ownControls } = options;
  return judge(options, controls, policyOf(options, controls));
}

/** What a fix needs besides: who hears of proposals, and what files are to hold. */
interface Trial {
  readonly sink: ProposalSink;
  readonly contents: ReadonlyMap<string, Uint8Array>;
}

/** Reads what the options name and judges it. */
export async function judge(options: ScanOptions, controls: readonly AnyControl[], policy: Policy, trial?: Trial): Promise<Report> {
  const { paths = ['.'], cwd = process.cwd(), podTemplates, onProgress } = options;
  const evaluation = startEvaluation(controls, policy, trial?.sink);
  const read = await readManifests(
    {
      paths,
      cwd,
      reads: (group, kind) => evaluation.reads(group, kind) || templatePaths(group, kind).length > 0 || isWorkflow(group, kind),
      ...(paths.includes('-') ? { stdin: options.stdin ?? process.stdin } : {}),
      ...(podTemplates === undefined ? {} : { podTemplates }),
      ...(onProgress === undefined ? {} : { onProgress }),
      ...(trial === undefined ? {} : { contents: trial.contents }),
    },
    (input) => evaluation.add(input),
  );
  return evaluation.finish(read);
}
