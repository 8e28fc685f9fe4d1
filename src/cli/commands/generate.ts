import type { Command, Option } from './command.ts';
import { help, inventoryOptions } from './options.ts';

/** What can be generated: the first word behind `generate`. */
export const generators: readonly string[] = ['network-policies', 'role'];

const ofNetworkPolicies: readonly Option[] = [
  {
    name: 'output',
    short: 'o',
    value: 'PATH',
    completes: 'files',
    about: 'Instead of standard output: a folder with one file for each namespace; of a role the file',
  },
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

const ofRole: readonly Option[] = [
  { name: 'for', value: 'SUBJECT', about: 'role: for whom, as user:NAME, group:NAME or sa:NAMESPACE/NAME' },
  {
    name: 'from',
    value: 'LOG',
    repeatable: true,
    completes: 'files',
    about: 'role: an audit log in JSON, also compressed, a folder of them, or - (may be given several times)',
  },
  { name: 'name', value: 'NAME', about: 'role: what roles and bindings are called (default: NAME-observed)' },
  {
    name: 'names',
    value: 'WHICH',
    choices: ['auto', 'all', 'none'],
    about: 'role: limit rules to the names that were asked for: auto (default; few, and not made up by controllers), all, none',
  },
  { name: 'everybody', about: 'role: grant what Kubernetes permits everybody too' },
  { name: 'json', about: 'role: the whole report as JSON instead of YAML' },
];

export const generate: Command = {
  name: 'generate',
  summary: 'Generate network policies, or a least role',
  operands: 'network-policies|role [PATH…|-]',
  words: generators,
  completes: 'files',
  about: [
    'network-policies: denies both directions by default in every namespace, allows DNS as the cluster has it, and the connections that manifests give evidence for: Services in variables, arguments and ConfigMaps, backends of Ingresses and Gateways, webhooks, scraping, existing policies. Each allow has its evidence above it. Existing policies are respected and not repeated.',
    'role: the least rights for what somebody was seen to do in audit logs of the API server: a Role with its binding for each namespace, and a ClusterRole for what is outside of them. With manifests or a cluster it lists what the subject is granted and did not use.',
    'Manifests show less traffic than there is: read the result, and compare it with recorded traffic.',
  ],
  options: [...ofNetworkPolicies, ...ofRole, ...inventoryOptions, help],
  examples: [
    { command: 'plimsoll generate network-policies deploy/', about: 'to read' },
    { command: 'plimsoll generate network-policies deploy/ -o policies/', about: 'a file for each namespace' },
    { command: 'plimsoll generate network-policies deploy/ --check', about: 'what passes, and what will be cut' },
    { command: 'plimsoll generate network-policies --cluster -n shop', about: 'for what runs in a namespace' },
    {
      command: 'plimsoll generate role --for sa:shop/web --from /var/log/audit/ --cluster',
      about: 'what it needs, and what it has beyond',
    },
  ],
  notes: [
    {
      title: 'Exit codes',
      lines: [
        ['0', 'what was asked for is written, or the check passes'],
        ['1', 'with --check: a connection that is evidenced would not pass'],
        ['2', 'the work could not be done: wrong arguments, unreadable input, a file that could not be written'],
      ],
    },
  ],
};
