import { OptionError } from '../options/option-error.ts';
import { advice, nearest } from '../options/spelling.ts';
import type { Arguments } from './arguments.ts';
import { generators } from './commands/generate.ts';

/** `plimsoll generate`: the first word says what. Answers with the exit code. */
export async function runGenerate(given: Arguments): Promise<number> {
  const [what, ...paths] = given.operands;
  switch (what) {
    case 'network-policies':
      return (await import('./generate-network-policies.ts')).runGenerateNetworkPolicies(given, paths);
    case 'role':
      return (await import('./generate-role.ts')).runGenerateRole(given, paths);
    case undefined:
      throw new OptionError(['what is to be generated?', `write plimsoll generate ${generators.join(' or ')}`]);
    default:
      throw new OptionError([
        `plimsoll cannot generate "${what}"`,
        advice(nearest(what, generators), `it can generate ${generators.join(', ')}`),
      ]);
  }
}
