import type { Command } from './command.ts';
import { askedNamespace, format, subjectNotes, systemToo, whereFrom } from './rights-options.ts';

export const permissions: Command = {
  name: 'permissions',
  summary: 'List what somebody may do, by namespace',
  operands: 'SUBJECT [PATH…|-]',
  pathsFrom: 1,
  about: [
    'Lists every rule that counts for a user, a group or a service account, below the binding that gives it: everywhere, and namespace by namespace. Groups that Kubernetes adds count too, and are named.',
  ],
  options: [
    { name: 'group', value: 'NAME', repeatable: true, about: 'A group that the subject is a member of (may be given several times)' },
    { ...askedNamespace, about: 'Where manifests without a namespace are taken to be applied' },
    systemToo,
    format,
    ...whereFrom,
  ],
  examples: [
    { command: 'plimsoll permissions sa:shop/web deploy/', about: 'by the manifests in a folder' },
    { command: 'plimsoll permissions alice --group dev --cluster', about: 'in the cluster of kubectl' },
  ],
  notes: [
    subjectNotes,
    {
      title: 'Exit codes',
      lines: [
        ['0', 'listed, with what is unknown at the end'],
        ['2', 'wrong arguments, or what was read is not all of it'],
      ],
    },
  ],
};
