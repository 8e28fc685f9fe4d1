import { bothOf } from '../compare/changed.ts';
import type { Report } from '../core/index.ts';
import { changedSince } from '../library/changed-since.ts';
import { policyFileName } from '../library/policy-file.ts';
import type { ScanOptions } from '../library/scan.ts';
import { OptionError } from '../options/option-error.ts';
import type { OutcomeOptions } from '../report/outcome.ts';
import type { Arguments } from './arguments.ts';
import { baselineOption } from './baseline.ts';
import { untilInterrupted } from './interrupt.ts';

/**
 * What is left of a report: what has changed since a revision, and of that what a baseline does not know.
 * @throws OptionError where options exclude each other, or what they name cannot be read.
 */
export async function narrowed(
  given: Arguments,
  options: ScanOptions,
  failing: OutcomeOptions,
  snapshots: readonly string[],
): Promise<(report: Report) => Promise<Report>> {
  const revision = given.value('changed-since');
  const isOfCluster = given.has('cluster') || given.has('all-contexts') || snapshots.length > 0;
  if (revision !== undefined && isOfCluster)
    throw new OptionError(['a cluster has no revisions', 'compare its reports: plimsoll diff BEFORE.json AFTER.json']);
  if (given.has('all-contexts') || given.values('cluster').length > 1 || snapshots.length > 1)
    throw new OptionError(['a baseline is that of one cluster', 'scan them one after the other, each with its own baseline']);
  if (given.has('write-baseline')) {
    if (given.has('watch'))
      throw new OptionError([
        '--watch and --write-baseline exclude each other',
        'write the baseline first, then follow with --watch --baseline FILE',
      ]);
    if (revision !== undefined)
      throw new OptionError(['--changed-since and --write-baseline exclude each other', 'a baseline is that of all that is scanned']);
  }
  const unknown = given.has('baseline') || given.has('write-baseline') ? baselineOption(given, options, failing) : undefined;
  const named = given.value('config');
  const settings = named === undefined ? { name: policyFileName } : { file: named };
  // What is taken out of git is on the disk for a moment: nothing of it stays there.
  const changed = revision === undefined ? undefined : await untilInterrupted(() => changedSince(options, revision, settings));
  return async (report) => {
    const since = changed?.(report) ?? report;
    const fresh = (await unknown?.(report)) ?? report;
    return since === report ? fresh : bothOf(fresh, since);
  };
}
