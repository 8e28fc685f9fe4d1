import type { Command } from './command.ts';
import { color, config, help, noColor, noInlineWaivers, whatIsJudged, whichControls } from './options.ts';

export const fixFormats: readonly string[] = ['text', 'patch', 'json', 'sarif', 'jsonpatch', 'kustomize'];

export const fix: Command = {
  name: 'fix',
  summary: 'Repair Kubernetes manifests',
  operands: '[PATH…|-]',
  completes: 'files',
  about: [
    'Shows what would change, as a unified diff, and writes nothing; --write does it. Only the needed bytes change: comments, layout and line ends stay. Every fix is tried out first, and withdrawn where its control would still fail or anything else would get worse.',
    'Safe fixes keep what a workload does. --review adds those that may change it, each with what it may break.',
  ],
  options: [
    { name: 'write', short: 'w', about: 'Write the files; with - the fixed text goes to standard output' },
    { name: 'review', about: 'Fixes too that may change what a workload does' },
    { name: 'interactive', short: 'i', about: 'Ask about each fix, and write what was accepted' },
    { name: 'plan', about: 'No diff: what to do in which order, by stage and namespace' },
    {
      name: 'output',
      short: 'o',
      value: 'FORMAT[=FILE]',
      repeatable: true,
      formats: fixFormats,
      about: 'Format, text (default), patch, json, sarif, jsonpatch or kustomize=FOLDER, and where to write it; may be given several times',
    },
    {
      name: 'value',
      value: 'CONTROL.KEY=VALUE',
      repeatable: true,
      completes: 'values',
      about: 'A value that only you know; what is needed is listed',
    },
    {
      name: 'digests',
      value: 'FILE',
      completes: 'files',
      about: 'Digests of images: lines of name:tag@sha256:…, a map, a lock file, or what docker images --digests prints',
    },
    { name: 'images', value: 'FILE', completes: 'files', about: 'Users of images: a map, or what docker inspect prints' },
    {
      name: 'resources',
      value: 'FILE',
      completes: 'files',
      about: 'Requests and limits of containers, and limits and quotas of namespaces',
    },
    { name: 'atomic', about: 'Where files are written: all of them or none' },
    ...whichControls('Fix'),
    ...whatIsJudged,
    { name: 'allow-unreadable', about: 'Unreadable documents do not fail the run as long as others can be read' },
    noInlineWaivers,
    { name: 'all', about: 'List every finding that stays, each in its place' },
    { name: 'quiet', short: 'q', about: 'The diff alone' },
    config,
    color,
    noColor,
    help,
  ],
  examples: [
    { command: 'plimsoll fix deploy/', about: 'what would change' },
    { command: 'plimsoll fix --write --review deploy/', about: 'also what may change a workload' },
    { command: 'helm template chart/ | plimsoll fix --write - > fixed.yaml', about: 'a filter' },
    { command: 'plimsoll fix -o patch=fixes.patch', about: 'for git apply' },
    { command: 'plimsoll fix --interactive --review --only POD', about: 'one by one, a chapter' },
    { command: 'plimsoll fix --review --only POD-01 --value POD-01.user=10001', about: 'with a value' },
  ],
  notes: [
    {
      title: 'Exit codes',
      lines: [
        ['0', 'nothing to fix, or all of it written'],
        ['1', 'there is something to fix'],
        ['2', 'the work could not be done: wrong arguments, unreadable input, a file that could not be written'],
        ['130', 'Ctrl+C ended --interactive; nothing is written'],
      ],
    },
  ],
};
