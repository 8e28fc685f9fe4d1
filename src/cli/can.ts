import type { RightsRequest } from '../core/index.ts';
import { can } from '../library/rights/can.ts';
import type { Rights } from '../library/rights/rights.ts';
import { OptionError } from '../options/option-error.ts';
import { checkVerb, needsDefinition, readTarget } from '../options/rights-resource.ts';
import { readSubject } from '../options/rights-subject.ts';
import { formatCan } from '../report/can-text.ts';
import { formatRightsJson } from '../report/rights-json.ts';
import type { Arguments } from './arguments.ts';
import { takeRights } from './rights.ts';
import { writeRights } from './rights-output.ts';

const exitCodes = { yes: 0, no: 1, unknown: 2 } as const;

/** `plimsoll can`: answers, and with the exit code too. */
export async function runCan(given: Arguments): Promise<number> {
  const [who, verb, what, ...paths] = given.operands;
  if (who === undefined || verb === undefined || what === undefined)
    throw new OptionError([
      'who, what and on what?',
      'write plimsoll can SUBJECT VERB RESOURCE, for instance plimsoll can sa:shop/web get secrets',
    ]);
  const subject = readSubject(who);
  const { rights, missing } = await takeRights(given, paths, needsDefinition(what));
  const request = requestOf(given, verb, what, rights);
  const report = can(rights, { subject, groups: given.values('group'), request }, missing);
  if (!given.has('quiet'))
    await writeRights(given, {
      text: (terminal) => formatCan(report, { ...terminal, explain: given.has('explain') }),
      json: () => formatRightsJson(report),
    });
  return exitCodes[report.answer];
}

/**
 * What the command line asks for.
 * @throws OptionError for a verb or a resource that nobody knows.
 */
export function requestOf(given: Arguments, verb: string, what: string, { rbac, defined }: Rights): RightsRequest {
  const target = readTarget(what, given.value('subresource'), defined);
  const used = new Set(rbac.roles.flatMap((role) => role.rules.flatMap((rule) => rule.verbs)));
  checkVerb(verb, target, used);
  const namespace = given.value('namespace');
  if ('url' in target) return { verb, ...target };
  const { namespaced, ...rest } = target;
  // A namespace is asked about in itself, and what stands outside of namespaces in none.
  const inItself =
    rest.group === '' &&
    rest.resource === 'namespaces' &&
    rest.name !== undefined &&
    verb !== 'create' &&
    verb !== 'list' &&
    verb !== 'watch';
  const where = inItself ? rest.name : namespaced === false ? undefined : namespace;
  return { verb, ...rest, ...(where === undefined ? {} : { namespace: where }) };
}
