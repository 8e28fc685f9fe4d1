import type { Command } from './command.ts';
import { severityChoices } from './options.ts';
import { askedNamespace, explainRules, format, systemToo, whereFrom } from './rights-options.ts';

export const grants: Command = {
  name: 'grants',
  summary: 'List who holds dangerous rights, and why',
  operands: '--dangerous [PATH…|-]',
  completes: 'files',
  pathsFrom: 0,
  about: [
    'Lists who holds what the guidance warns of: reading Secrets, running commands in containers, making pods, impersonation, bind and escalate, the API of kubelets, certificates, webhooks, tokens, and everything at once. Each with the binding, the role and the rule.',
    'The rights are computed as the API server does it, wildcards and subresources included, and never from names. What Kubernetes itself gives its own components is counted, and listed with --system.',
  ],
  options: [
    { name: 'dangerous', about: 'What the guidance warns of' },
    { ...askedNamespace, about: 'Where manifests without a namespace are taken to be applied' },
    {
      name: 'fail-on',
      value: 'SEVERITY',
      choices: [...severityChoices, 'none'],
      about: 'Exit with 1 where somebody holds a right of this severity or worse: critical, high, medium, low, none (default)',
    },
    explainRules,
    systemToo,
    format,
    ...whereFrom,
  ],
  examples: [
    { command: 'plimsoll grants --dangerous deploy/', about: 'by the manifests in a folder' },
    { command: 'plimsoll grants --dangerous --cluster --explain', about: 'in the cluster of kubectl, with the rules' },
    { command: 'plimsoll grants --dangerous deploy/ --fail-on critical', about: 'in a pipeline' },
  ],
  notes: [
    {
      title: 'Exit codes',
      lines: [
        ['0', 'listed, with what is unknown at the end'],
        ['1', 'with --fail-on: somebody who is listed holds such a right'],
        ['2', 'wrong arguments, or what was read is not all of it'],
      ],
    },
  ],
};
