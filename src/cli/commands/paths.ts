import type { Command, Option } from './command.ts';
import { color, help, inventoryOptions, noColor } from './options.ts';

export const pathsFormats: readonly string[] = ['text', 'json', 'dot', 'mermaid', 'html'];
export const planFormats: readonly string[] = ['text', 'json'];

const ends: readonly Option[] = [
  {
    name: 'from',
    value: 'ENTRY',
    repeatable: true,
    about:
      'Where an attacker begins: internet (default), NAMESPACE/WORKLOAD, ns:NAME (any pod of it), sa:NAMESPACE/NAME, user:NAME, group:NAME',
  },
  {
    name: 'to',
    value: 'GOAL',
    repeatable: true,
    about:
      'Where he must not come: cluster-admin (default), secrets (reading all), node, namespace:NAME (making pods there), cloud-credentials',
  },
];

function output(formats: readonly string[], listed: string): Option {
  return {
    name: 'output',
    short: 'o',
    value: 'FORMAT[=FILE]',
    repeatable: true,
    formats,
    about: `Format, ${listed}, and the file to write it to; may be given several times`,
  };
}

const unreadNote = [
  '2',
  'the answer is incomplete (unreadable input, or what was not read decides), or the work could not be done',
] as const;

export const paths: Command = {
  name: 'paths',
  summary: 'How somebody gets from an entry to a goal, step by step',
  operands: '[PATH…|-]',
  completes: 'files',
  pathsFrom: 0,
  about: [
    'Puts together who can reach what, what leaves a container, and who may do what, and shows the shortest ways from an entry to a goal, each step with what shows that it can be taken and what breaks it. Programs count as having holes where somebody can connect to them.',
    'A step that depends on what was not read is marked, and never left out: what leads over one is a possible path.',
  ],
  options: [
    ...ends,
    { name: 'limit', value: 'NUMBER', about: 'Paths that are shown of each goal (default: 3)' },
    output(pathsFormats, 'text (default), json, dot, mermaid or html'),
    ...inventoryOptions,
    { name: 'all', about: 'Everything that breaks a step, and the documents that describe it' },
    color,
    noColor,
    help,
  ],
  examples: [
    { command: 'plimsoll paths deploy/', about: 'from the internet to cluster-admin' },
    { command: 'plimsoll paths --cluster --from ns:shop --to node --to secrets', about: 'what any pod of a namespace leads to' },
    { command: 'plimsoll paths deploy/ --from user:jane -o html=paths.html', about: 'a page to pass on' },
  ],
  notes: [
    {
      title: 'Exit codes',
      lines: [['0', 'no path'], ['1', 'a path'], unreadNote],
    },
  ],
};

export const plan: Command = {
  name: 'plan',
  summary: 'The fewest changes that break every path',
  operands: '[PATH…|-]',
  completes: 'files',
  pathsFrom: 0,
  about: [
    'Computes the fewest changes that break every path from the entries to the goals, in the order to do them in, with the proof that fewer would not do. They are carried out on a copy of what was read, to show that no path is left; nothing is changed.',
  ],
  options: [
    ...ends,
    {
      name: 'prefer',
      value: 'WHAT',
      choices: ['fewest', 'safest'],
      about:
        'fewest (default): as few changes as there can be, the safest of those; safest: the least risk and cost together, however many',
    },
    { name: 'certain', about: 'Leave paths alone that depend on what was not read' },
    { name: 'close-entries', about: 'Services, Ingresses and routes may be closed too; otherwise the entries are what they are' },
    output(planFormats, 'text (default) or json'),
    ...inventoryOptions,
    { name: 'all', about: 'Everything one by one' },
    color,
    noColor,
    help,
  ],
  examples: [
    { command: 'plimsoll plan deploy/', about: 'what to change first' },
    { command: 'plimsoll plan --cluster --from ns:shop --to cluster-admin --to node', about: 'to keep what happens in a namespace there' },
    { command: 'plimsoll plan deploy/ --prefer safest -o json', about: 'for a program' },
  ],
  notes: [
    {
      title: 'Exit codes',
      lines: [
        ['0', 'there is no path'],
        ['1', 'there is a path, and a plan'],
        ['2', 'no known change breaks every path, the input could not all be read, or the work could not be done'],
      ],
    },
  ],
};
