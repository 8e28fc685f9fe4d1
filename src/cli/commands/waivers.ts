import type { Command } from './command.ts';
import { color, help, inventoryOptions, noColor, noInlineWaivers } from './options.ts';

export const waiverFormats: readonly string[] = ['text', 'json'];

export const waivers: Command = {
  name: 'waivers',
  summary: 'List who waives which findings until when',
  operands: '[PATH…|-]',
  completes: 'files',
  pathsFrom: 0,
  about: [
    'Scans, and lists the waivers of the policy file (plimsoll.yaml), of annotations and of comments: who answers for what until when, how many findings each of them waives, and which are expired, unused, too broad or malformed.',
    'docs/waivers.md shows how to write one.',
  ],
  options: [
    {
      name: 'output',
      short: 'o',
      value: 'FORMAT[=FILE]',
      repeatable: true,
      formats: waiverFormats,
      about: 'Format, text (default) or json, and the file to write it to; may be given several times',
    },
    ...inventoryOptions,
    noInlineWaivers,
    color,
    noColor,
    help,
  ],
  examples: [
    { command: 'plimsoll waivers', about: 'those of the working directory' },
    { command: 'plimsoll waivers --cluster', about: 'those that live objects bring along' },
    { command: 'plimsoll waivers deploy/ -o json', about: 'for a reminder to their owners' },
  ],
  notes: [
    {
      title: 'Exit codes',
      lines: [
        ['0', 'every waiver is in order'],
        ['1', 'some are expired, unused, too broad or malformed'],
        ['2', 'the work could not be done: wrong arguments, unreadable input, nothing to scan'],
      ],
    },
  ],
};
