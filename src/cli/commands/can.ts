import type { Command } from './command.ts';
import { askedNamespace, format, resourceNotes, subjectNotes, subresource, whereFrom } from './rights-options.ts';

export const can: Command = {
  name: 'can',
  summary: 'Say whether somebody may do something, and why',
  operands: 'SUBJECT VERB RESOURCE [PATH…|-]',
  pathsFrom: 3,
  about: [
    'Answers by the roles and bindings of manifests, of a cluster (--cluster) or of a snapshot, exactly as the API server evaluates them, and names the binding, the role and the rule that permit it.',
    'Without --namespace it asks about all namespaces at once. A no names the rules that come nearest, and where it may.',
  ],
  options: [
    askedNamespace,
    subresource,
    { name: 'group', value: 'NAME', repeatable: true, about: 'A group that the subject is a member of (may be given several times)' },
    { name: 'explain', about: 'Every way that permits it, and every rule that comes near' },
    format,
    { name: 'quiet', short: 'q', about: 'The exit code alone' },
    ...whereFrom,
  ],
  examples: [
    { command: 'plimsoll can sa:shop/web get secrets -n shop deploy/', about: 'by the manifests in a folder' },
    { command: 'plimsoll can alice create pods/exec -n shop --cluster', about: 'in the cluster of kubectl' },
    { command: 'plimsoll can group:dev list nodes --explain', about: 'and why' },
  ],
  notes: [
    subjectNotes,
    resourceNotes,
    {
      title: 'Exit codes',
      lines: [
        ['0', 'yes'],
        ['1', 'no'],
        ['2', 'nobody can say: wrong arguments, no such resource, or what was read is not all of it'],
      ],
    },
  ],
};
