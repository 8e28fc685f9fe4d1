import type { Command } from './command.ts';
import { color, help, noColor, severityChoices } from './options.ts';

export const list: Command = {
  name: 'list',
  summary: 'List controls or recommendations',
  operands: 'controls|recommendations [PATTERN…]',
  words: ['controls', 'recommendations'],
  completes: 'controls',
  about: ['A pattern is a control id, a code (POD-12), a chapter (POD, pod-security) or a glob (NET-*).'],
  options: [
    { name: 'severity', value: 'SEVERITY', choices: severityChoices, about: 'Controls of this severity' },
    {
      name: 'evidence',
      value: 'EVIDENCE',
      choices: ['manifest', 'cluster', 'node', 'events', 'image', 'cloud', 'person'],
      about: 'Recommendations that it can decide: manifest, cluster, node, events, image, cloud, person',
    },
    { name: 'undecided', about: 'Recommendations that no control of this version decides' },
    { name: 'output', short: 'o', value: 'FORMAT', choices: ['text', 'json'], about: 'text (default) or json' },
    color,
    noColor,
    help,
  ],
  examples: [
    { command: 'plimsoll list controls --severity critical', about: '' },
    { command: 'plimsoll list recommendations NET', about: 'a chapter' },
  ],
};
