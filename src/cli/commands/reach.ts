import type { Command } from './command.ts';
import { color, help, inventoryOptions, noColor } from './options.ts';

export const reachFormats: readonly string[] = ['text', 'json', 'dot', 'mermaid', 'svg', 'html'];

/** What the profiles of src/kube/network/profile.ts are called; a test compares. */
export const plugins: readonly string[] = ['generic', 'calico', 'cilium', 'flannel'];

const ends = 'NAMESPACE/NAME, NAMESPACE/, a label selector, an address range, internet, node, api-server, ingress-controller or metadata';

export const reach: Command = {
  name: 'reach',
  pathsFrom: 0,
  summary: 'Who can open connections to what',
  operands: '[PATH…|-]',
  completes: 'files',
  about: [
    'Computes from NetworkPolicies and the policies of policy.networking.k8s.io, and from Services, Ingresses and routes, which workload can open which connection: to other workloads, to the outside, to nodes, the API server and the metadata address, and who reaches it. What Kubernetes leaves to the network plugin, and what depends on policies of other kinds, is unknown, with the reason.',
    '--explain says of one port which rule lets a connection through, or what each rule misses and the smallest edit that would change it. --diff compares two states of the policies by their effect.',
  ],
  options: [
    { name: 'from', value: 'X', about: `Connections from this alone: ${ends}` },
    { name: 'to', value: 'Y', about: 'Connections to this alone: as --from' },
    { name: 'port', value: 'PORT[/UDP]', about: 'This port alone: 443 (TCP), 53/UDP' },
    { name: 'explain', about: 'With --from, --to and --port: every layer, the rule that decides, or what each rule misses' },
    { name: 'diff', about: 'Compare two folders, files or snapshots: plimsoll reach --diff BEFORE AFTER' },
    { name: 'fail-on-open', about: 'With --diff: exit with 1 if a connection is opened, or may be' },
    {
      name: 'output',
      short: 'o',
      value: 'FORMAT[=FILE]',
      repeatable: true,
      formats: reachFormats,
      about: 'Format, text (default), json, dot, mermaid, svg or html, and the file to write it to; may be given several times',
    },
    {
      name: 'plugin',
      value: 'NAME',
      choices: plugins,
      about:
        'The network plugin, where Kubernetes leaves it the choice: generic, calico, cilium, flannel (default: the one that is evident, else generic)',
    },
    ...inventoryOptions,
    { name: 'all', about: 'Every pair and every name' },
    color,
    noColor,
    help,
  ],
  examples: [
    { command: 'plimsoll reach deploy/', about: 'who can reach what' },
    { command: 'plimsoll reach --cluster -o html=reach.html', about: 'a picture of a cluster, to filter' },
    { command: 'plimsoll reach deploy/ --from internet --to shop/', about: 'what the world reaches in a namespace' },
    { command: 'plimsoll reach deploy/ --from shop/web --to data/db --port 5432 --explain', about: 'why, or why not' },
    { command: 'plimsoll reach --diff --fail-on-open main/ branch/', about: 'for a pipeline: what a change opens' },
  ],
  notes: [
    {
      title: 'Exit codes',
      lines: [
        ['0', 'the answer is printed'],
        ['1', 'with --fail-on-open: something is opened, or may be'],
        ['2', 'the work could not be done: wrong arguments, unknown names, unreadable input'],
      ],
    },
  ],
};
