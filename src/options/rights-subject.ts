import type { RightsSubject } from '../core/index.ts';
import { OptionError } from './option-error.ts';

const accountPrefix = 'system:serviceaccount:';

/** Groups that Kubernetes makes up; no user is called so. */
const groups = /^system:(?:authenticated|unauthenticated|masters|nodes|monitoring|serviceaccounts(?::.*)?|bootstrappers(?::.*)?)$/;

/**
 * Whom a user means: `user:NAME`, `group:NAME`, `sa:NAMESPACE/NAME`, a user name as the API server has it
 * (`system:serviceaccount:NAMESPACE:NAME` is an account), or any other name, which is that of a user.
 * @throws OptionError for what is incomplete, or a group that is written as a user.
 */
export function readSubject(text: string): RightsSubject {
  const colon = text.indexOf(':');
  const rest = text.slice(colon + 1);
  switch (text.slice(0, Math.max(0, colon)).toLowerCase()) {
    case 'user':
      return { kind: 'User', name: named(text, rest) };
    case 'group':
      return { kind: 'Group', name: named(text, rest) };
    case 'sa':
    case 'serviceaccount':
      return account(text, rest, '/');
  }
  if (text.startsWith(accountPrefix)) return account(text, text.slice(accountPrefix.length), ':');
  if (groups.test(text)) throw new OptionError([`${text} is a group`, `write group:${text}, or user:${text} for a user of that name`]);
  return { kind: 'User', name: named(text, text) };
}

function named(text: string, name: string): string {
  if (name !== '') return name;
  throw new OptionError([`"${text}" names nobody`, 'write user:NAME, group:NAME or sa:NAMESPACE/NAME']);
}

function account(text: string, rest: string, separator: string): RightsSubject {
  const [namespace = '', name = '', more] = rest.split(separator);
  if (namespace !== '' && name !== '' && more === undefined) return { kind: 'ServiceAccount', namespace, name };
  throw new OptionError([`"${text}" names no service account`, 'write sa:NAMESPACE/NAME']);
}
