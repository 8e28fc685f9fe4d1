import type { Command, Option } from './command.ts';
import { help, inventoryOptions } from './options.ts';

/** What can be generated: the first word behind `generate`. */
export const generators: readonly string[] = ['network-policies'];

const ofNetworkPolicies: readonly Option[] = [
  { name: 'output', short: 'o', value: 'FOLDER', completes: 'files', about: 'One file for each namespace, instead of standard output' },
  {
    name: 'check',
    about:
      'Compute what the policies do: whether all that is evidenced passes, and what will be cut; print that, and with --output write only if it passes',
  },
  {
    name: 'api-server',
    value: 'ADDRESS',
    repeatable: true,
    about: 'Address or block of the API server (default: as the cluster says, else the ranges for private use)',
  },
  {
    name: 'nodes',
    value: 'ADDRESS',
    repeatable: true,
    about: 'Address or block of the nodes (default: the ranges for private use)',
  },
  { name: 'system', about: 'Also for the namespaces of the system' },
  { name: 'all', about: 'List every remark' },
  { name: 'quiet', short: 'q', about: 'The policies alone' },
];

export const generate: Command = {
  name: 'generate',
  summary: 'Generate network policies',
  operands: 'network-policies [PATH…|-]',
  words: generators,
  completes: 'files',
  about: [
    'network-policies: denies both directions by default in every namespace, allows DNS as the cluster has it, and the connections that manifests give evidence for: Services in variables, arguments and ConfigMaps, backends of Ingresses and Gateways, webhooks, scraping, existing policies. Each allow has its evidence above it. Existing policies are respected and not repeated.',
    'Manifests show less traffic than there is: read the result, and compare it with recorded traffic.',
  ],
  options: [...ofNetworkPolicies, ...inventoryOptions, help],
  examples: [
    { command: 'plimsoll generate network-policies deploy/', about: 'to read' },
    { command: 'plimsoll generate network-policies deploy/ -o policies/', about: 'a file for each namespace' },
    { command: 'plimsoll generate network-policies deploy/ --check', about: 'what passes, and what will be cut' },
    { command: 'plimsoll generate network-policies --cluster -n shop', about: 'for what runs in a namespace' },
  ],
  notes: [
    {
      title: 'Exit codes',
      lines: [
        ['0', 'the policies are written, or the check passes'],
        ['1', 'with --check: a connection that is evidenced would not pass'],
        ['2', 'the work could not be done: wrong arguments, unreadable input, a file that could not be written'],
      ],
    },
  ],
};
