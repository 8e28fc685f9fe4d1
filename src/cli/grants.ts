import { dangerousGrants } from '../library/rights/grants.ts';
import { OptionError } from '../options/option-error.ts';
import { grantsOutcome } from '../report/grants-outcome.ts';
import { formatGrants } from '../report/grants-text.ts';
import type { FailOn } from '../report/outcome.ts';
import { formatRightsJson } from '../report/rights-json.ts';
import type { Arguments } from './arguments.ts';
import { tell } from './output.ts';
import { writeRights } from './rights-output.ts';
import { endOfList, takeRights } from './rights.ts';

/** `plimsoll grants --dangerous`: answers with the exit code. */
export async function runGrants(given: Arguments): Promise<number> {
  if (!given.has('dangerous'))
    throw new OptionError(['which grants?', 'write plimsoll grants --dangerous, or plimsoll permissions SUBJECT for those of somebody']);
  const read = await takeRights(given, given.operands, false);
  const { rights } = read;
  const report = dangerousGrants(rights);
  await writeRights(given, {
    text: (terminal) => formatGrants(report, { ...terminal, explain: given.has('explain'), system: given.has('system') }),
    json: () => formatRightsJson(report),
  });
  const end = endOfList(read);
  if (end !== 0) return end;
  const { exitCode, reason } = grantsOutcome(report, {
    failOn: (given.value('fail-on') ?? 'none') as FailOn,
    system: given.has('system'),
  });
  if (exitCode === 1 && given.value('output')?.includes('=') === true) tell(`plimsoll: ${reason}\n`);
  return exitCode;
}
