import type { Command } from './command.ts';
import { whichCluster } from './options.ts';
import { askedNamespace, format, whereFrom } from './rights-options.ts';

export const rbac: Command = {
  name: 'rbac',
  summary: 'Say who gains and loses rights by a change',
  operands: '--diff BEFORE AFTER',
  completes: 'files',
  about: [
    'Compares the roles and bindings of two files, folders or snapshots by what they come to: whom they give what. A rule that is written otherwise, or a right that somebody has in another way too, is no change.',
    'What members of a group gain or lose by the group is told of the group.',
  ],
  options: [
    { name: 'diff', about: 'Compare two sides' },
    { name: 'fail-on-gain', about: 'Exit with 1 where somebody gains a right' },
    { ...askedNamespace, about: 'Where manifests without a namespace are taken to be applied' },
    format,
    // What a snapshot lacks may be accepted.
    ...whereFrom.filter(({ name }) => name === 'allow-partial' || (name !== 'cluster' && !whichCluster.has(name))),
  ],
  examples: [
    { command: 'plimsoll rbac --diff main/deploy deploy', about: 'two folders' },
    { command: 'plimsoll rbac --diff monday.plimsoll friday.plimsoll', about: 'two snapshots of a cluster' },
    { command: 'plimsoll rbac --diff main/deploy deploy --fail-on-gain', about: 'in a pipeline' },
  ],
  notes: [
    {
      title: 'Exit codes',
      lines: [
        ['0', 'compared'],
        ['1', 'with --fail-on-gain: somebody gains a right'],
        ['2', 'wrong arguments, or what was read is not all of it'],
      ],
    },
  ],
};
