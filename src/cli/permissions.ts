import { permissions } from '../library/rights/permissions.ts';
import { OptionError } from '../options/option-error.ts';
import { readSubject } from '../options/rights-subject.ts';
import { formatPermissions } from '../report/permissions-text.ts';
import { formatRightsJson } from '../report/rights-json.ts';
import type { Arguments } from './arguments.ts';
import { writeRights } from './rights-output.ts';
import { endOfList, takeRights } from './rights.ts';

/** `plimsoll permissions`: answers with the exit code. */
export async function runPermissions(given: Arguments): Promise<number> {
  const [who, ...paths] = given.operands;
  if (who === undefined)
    throw new OptionError(['whose?', 'write plimsoll permissions SUBJECT, for instance plimsoll permissions sa:shop/web']);
  const subject = readSubject(who);
  const read = await takeRights(given, paths, false);
  const { rights } = read;
  const report = permissions(rights, subject, given.values('group'));
  await writeRights(given, {
    text: (terminal) => formatPermissions(report, { ...terminal, system: given.has('system') }),
    json: () => formatRightsJson(report),
  });
  return endOfList(read);
}
