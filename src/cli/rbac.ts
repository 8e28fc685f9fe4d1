import { rightsDifference } from '../library/rights/difference.ts';
import { OptionError } from '../options/option-error.ts';
import { formatRightsDiff } from '../report/rights-diff-text.ts';
import { formatRightsJson } from '../report/rights-json.ts';
import type { Arguments } from './arguments.ts';
import { writeRights } from './rights-output.ts';
import { takeRights } from './rights.ts';

/** `plimsoll rbac --diff`: answers with the exit code. */
export async function runRbac(given: Arguments): Promise<number> {
  const [before, after, ...more] = given.operands;
  if (!given.has('diff') || before === undefined || after === undefined || more.length > 0)
    throw new OptionError(['what is to be compared?', 'write plimsoll rbac --diff BEFORE AFTER: files, folders or snapshots']);
  if (before === '-' && after === '-') throw new OptionError(['standard input cannot be both', 'write one of them to a file']);
  const was = await takeRights(given, [before], false);
  const is = await takeRights(given, [after], false);
  const report = rightsDifference(was.rights, is.rights);
  await writeRights(given, {
    text: (terminal) => formatRightsDiff(report, terminal),
    json: () => formatRightsJson(report),
  });
  // Nothing bound at all is a side like any other, as long as it was read.
  if (!was.whole || !is.whole) return 2;
  return given.has('fail-on-gain') && report.changes.some(({ gained }) => gained.length > 0) ? 1 : 0;
}
