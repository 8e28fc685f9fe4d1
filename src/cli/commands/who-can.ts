import type { Command } from './command.ts';
import { askedNamespace, explainRules, format, resourceNotes, subresource, systemToo, whereFrom } from './rights-options.ts';

export const whoCan: Command = {
  name: 'who-can',
  summary: 'List everybody who may do something, and why',
  operands: 'VERB RESOURCE [PATH…|-]',
  pathsFrom: 2,
  about: [
    'Lists users, groups and service accounts by the roles and bindings of manifests, of a cluster (--cluster) or of a snapshot, each with the binding and the role that permit it.',
    'Without --namespace it asks about all namespaces: who may everywhere, and who in which of them.',
  ],
  options: [
    askedNamespace,
    { name: 'all-namespaces', short: 'A', about: 'Ask about all namespaces, as without --namespace' },
    subresource,
    explainRules,
    systemToo,
    format,
    ...whereFrom,
  ],
  examples: [
    { command: 'plimsoll who-can get secrets deploy/', about: 'by the manifests in a folder' },
    { command: 'plimsoll who-can create pods/exec -n shop --cluster', about: 'in a namespace of the cluster of kubectl' },
    { command: "plimsoll who-can '*' '*' --cluster", about: 'who may do everything' },
  ],
  notes: [
    resourceNotes,
    {
      title: 'Exit codes',
      lines: [
        ['0', 'listed, with what is unknown at the end'],
        ['2', 'wrong arguments, no such resource, or what was read is not all of it'],
      ],
    },
  ],
};
