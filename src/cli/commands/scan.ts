import { formats } from '../../report/formats/index.ts';
import type { Command } from './command.ts';
import {
  color,
  config,
  help,
  namespace,
  noColor,
  noInlineWaivers,
  ofCluster,
  severityChoices,
  whatIsJudged,
  whichControls,
} from './options.ts';

export const scanFormats: readonly string[] = ['text', ...formats.map(({ name }) => name)];

export const scan: Command = {
  name: 'scan',
  summary: 'Judge Kubernetes manifests',
  operands: '[PATH…|-]',
  completes: 'files',
  pathsFrom: 0,
  about: [
    'Reads files, folders (recursively; .gitignore and .plimsollignore are obeyed), globs, and - for standard input; without a path the working directory. Judges every object by the NSA/CISA Kubernetes Hardening Guidance, offline.',
    'What was read is taken for the whole desired state, so that a missing default-deny policy is a finding; --partial says that it is a part.',
    'With --cluster it judges what runs in a cluster instead: asks the API server, as kubectl would, for the objects that controls read. It only ever reads, and of Secrets the metadata alone; what --verify-enforcement sends stores nothing. Each workload is judged once, at its top owner. Several clusters are compared in one report. A snapshot of a cluster is judged as the cluster, and several of them are compared too.',
  ],
  options: [
    {
      name: 'output',
      short: 'o',
      value: 'FORMAT[=FILE]',
      repeatable: true,
      formats: scanFormats,
      about:
        'Format, text (default) or one of those below, and the file to write it to, with {cluster} in its name one for each; may be given several times',
    },
    {
      name: 'fail-on',
      value: 'SEVERITY',
      choices: [...severityChoices, 'none'],
      about: 'Exit with 1 for findings of this severity or worse: critical, high (default), medium, low, none',
    },
    {
      name: 'min-severity',
      value: 'SEVERITY',
      choices: severityChoices,
      about: 'Leave out findings below: critical, high, medium, low (default)',
    },
    {
      name: 'cluster',
      value: '[CONTEXT]',
      optional: true,
      repeatable: true,
      about: 'Judge a cluster instead of manifests: that of this context of the kubeconfig, or the current one; several are compared',
    },
    ...ofCluster,
    ...whichControls('Judge by'),
    ...whatIsJudged.map((option) =>
      option === namespace
        ? { ...option, repeatable: true, about: `${option.about}; with --cluster: judge this namespace only (may be given several times)` }
        : option,
    ),
    {
      name: 'baseline',
      value: 'FILE',
      completes: 'files',
      about: 'Report only what this file does not know: what is new fails the run, and what is known is counted',
    },
    {
      name: 'write-baseline',
      value: '[FILE]',
      optional: true,
      about: 'Accept what fails now: write it to FILE (default: that of --baseline, else plimsoll-baseline.jsonl)',
    },
    {
      name: 'changed-since',
      value: 'REV',
      about: 'Report only what changed since this revision of git and HEAD parted, with what that changed elsewhere',
    },
    { name: 'allow-unreadable', about: 'Unreadable documents do not fail the run as long as others can be read' },
    { name: 'watch', about: 'Go on, and print what is new and what is gone whenever something changes, until Ctrl+C' },
    noInlineWaivers,
    { name: 'all', about: 'List every place, and what passes too' },
    { name: 'quiet', short: 'q', about: 'Findings alone, one line each' },
    config,
    color,
    noColor,
    help,
  ],
  examples: [
    { command: 'plimsoll scan deploy/', about: 'a folder' },
    { command: 'plimsoll scan --cluster', about: 'what runs in the cluster of kubectl' },
    { command: 'plimsoll scan --cluster staging --cluster production', about: 'two clusters, and what differs' },
    { command: "plimsoll scan --all-contexts -o text -o 'html={cluster}.html'", about: 'all clusters, and a page for each' },
    { command: 'plimsoll scan --cluster --watch', about: 'what changes there' },
    { command: 'plimsoll scan --cluster --print-rbac | kubectl apply -f -', about: 'the permissions for that' },
    { command: 'plimsoll scan staging.plimsoll', about: 'a snapshot of a cluster (plimsoll snapshot)' },
    { command: 'plimsoll scan chart/ --values production.yaml --namespace shop', about: 'a Helm chart' },
    { command: 'plimsoll scan -o text -o sarif=plimsoll.sarif', about: 'for people and for code scanning at once' },
    { command: 'plimsoll scan deploy/ --write-baseline', about: 'accept how things are' },
    { command: 'plimsoll scan deploy/ --baseline plimsoll-baseline.jsonl', about: 'and see what is new from then on' },
    { command: 'plimsoll scan deploy/ --changed-since origin/main', about: 'what this branch changes' },
    { command: 'plimsoll scan --only POD,NET-02 --fail-on medium', about: 'a chapter and one recommendation' },
  ],
  notes: [
    { title: 'Formats', lines: [['text', 'for a person'], ...formats.map(({ name, about }) => [name, about] as const)] },
    {
      title: 'Exit codes',
      lines: [
        ['0', 'no finding at or above --fail-on'],
        ['1', 'findings at or above --fail-on'],
        [
          '2',
          'the work could not be done: wrong arguments, unreadable input, a cluster that was not read, or not to its end, nothing to scan',
        ],
      ],
    },
  ],
};
