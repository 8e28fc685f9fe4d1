import type { Command, Option } from './command.ts';
import { color, help, inventoryOptions, noColor } from './options.ts';

/** What a question about rights says of its namespace; it is not what is read. */
export const askedNamespace: Option = {
  name: 'namespace',
  short: 'n',
  value: 'NAME',
  about: 'The namespace that is asked about; manifests without a namespace are taken to be applied there',
};

export const format: Option = {
  name: 'output',
  short: 'o',
  value: 'FORMAT[=FILE]',
  formats: ['text', 'json'],
  about: 'Format, text (default) or json, and the file to write it to',
};

/** Where rights are read from, and how the answer looks. */
export const whereFrom: readonly Option[] = [...inventoryOptions.filter(({ name }) => name !== 'namespace'), color, noColor, help];

/** Options about the resource that is asked for. */
export const subresource: Option = {
  name: 'subresource',
  value: 'NAME',
  about: 'A subresource, like log or exec; what stands behind the slash of RESOURCE is then a name',
};

export const explainRules: Option = { name: 'explain', about: 'Each with the rule that gives it' };

export const systemToo: Option = { name: 'system', about: 'Also what Kubernetes itself gives' };

export const subjectNotes: NonNullable<Command['notes']>[number] = {
  title: 'Subjects',
  lines: [
    ['user:NAME', 'a user; so is any other word'],
    ['group:NAME', 'whoever is a member of the group'],
    ['sa:NS/NAME', 'a service account, also written system:serviceaccount:NS:NAME'],
  ],
};

export const resourceNotes: NonNullable<Command['notes']>[number] = {
  title: 'Resources',
  lines: [
    ['pods', 'also po or Pod, as kubectl takes them; deployments.apps with a group'],
    ['pods/web', 'the object of that name'],
    ['pods/exec', 'a subresource; pods/web/exec of one object'],
    ['/healthz', 'a path that is no resource'],
    ['*', 'everything'],
  ],
};
