import { whoCan } from '../library/rights/who-can.ts';
import { OptionError } from '../options/option-error.ts';
import { needsDefinition } from '../options/rights-resource.ts';
import { formatRightsJson } from '../report/rights-json.ts';
import { formatWhoCan } from '../report/who-can-text.ts';
import type { Arguments } from './arguments.ts';
import { requestOf } from './can.ts';
import { writeRights } from './rights-output.ts';
import { endOfList, takeRights } from './rights.ts';

/** `plimsoll who-can`: answers with the exit code. */
export async function runWhoCan(given: Arguments): Promise<number> {
  const [verb, what, ...paths] = given.operands;
  if (verb === undefined || what === undefined)
    throw new OptionError(['what, and on what?', 'write plimsoll who-can VERB RESOURCE, for instance plimsoll who-can get secrets']);
  if (given.has('all-namespaces') && given.has('namespace'))
    throw new OptionError(['--all-namespaces and --namespace exclude each other', 'leave out one of them']);
  const read = await takeRights(given, paths, needsDefinition(what));
  const { rights } = read;
  const report = whoCan(rights, requestOf(given, verb, what, rights));
  await writeRights(given, {
    text: (terminal) => formatWhoCan(report, { ...terminal, explain: given.has('explain'), system: given.has('system') }),
    json: () => formatRightsJson(report),
  });
  return endOfList(read);
}
