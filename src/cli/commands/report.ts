import { formats } from '../../report/formats/index.ts';
import type { Command, Option } from './command.ts';
import { color, help, noColor, severityChoices } from './options.ts';
import { scanFormats } from './scan.ts';

const formatNote = {
  title: 'Formats',
  lines: [['text', 'for a person'], ...formats.map(({ name, about }) => [name, about] as const)],
} as const;

const exitCodes = {
  title: 'Exit codes',
  lines: [
    ['0', 'written; with --fail-on: no finding at or above it'],
    ['1', 'findings at or above --fail-on'],
    ['2', 'the work could not be done: wrong arguments, no report, nothing was judged; with --fail-on also for input that was not read'],
  ],
} as const;

function outputAnd(output: string): readonly Option[] {
  return [
    { name: 'output', short: 'o', value: 'FORMAT[=FILE]', repeatable: true, formats: scanFormats, about: output },
    {
      name: 'fail-on',
      value: 'SEVERITY',
      choices: [...severityChoices, 'none'],
      about: 'Exit as the scan would: with 1 for findings of this severity or worse, with 2 for unread input (default: none, for neither)',
    },
    { name: 'allow-unreadable', about: 'With --fail-on: unread input does not fail the run' },
    { name: 'all', about: 'List every place, and what passes too, where the report has it' },
    { name: 'quiet', short: 'q', about: 'Findings alone, one line each' },
    color,
    noColor,
    help,
  ];
}

export const report: Command = {
  name: 'report',
  summary: 'Write a report in other formats',
  operands: 'REPORT.json|-',
  completes: 'files',
  about: [
    'Writes the report of an earlier plimsoll scan --output json in any format of scan, without scanning again; also one of several clusters.',
  ],
  options: outputAnd('Format, text (default) or one of those below, and the file to write it to; may be given several times'),
  examples: [
    { command: 'plimsoll report report.json -o junit=junit.xml -o csv=findings.csv', about: 'several at once' },
    { command: 'plimsoll scan -o json | plimsoll report - -o markdown', about: 'what a pipe brings' },
    { command: 'plimsoll report report.json --fail-on high', about: 'a gate behind the jobs that scan' },
  ],
  notes: [formatNote, exitCodes],
};

export const merge: Command = {
  name: 'merge',
  summary: 'Make one report of several',
  operands: 'REPORT.json…',
  completes: 'files',
  about: [
    'Merges reports of plimsoll scan --output json: of several folders, of the jobs of a pipeline, of parts of one cluster. What stands in several of them counts once, at its worst; a recommendation has its worst state. The report says what it was made of. Reports of other profiles or other clusters are refused.',
  ],
  options: outputAnd('Format, json (default) or another one of those below, and the file to write it to; may be given several times'),
  examples: [
    { command: 'plimsoll merge shop.json bank.json -o json=all.json', about: 'two folders' },
    { command: 'plimsoll merge reports/*.json -o text -o sarif=all.sarif --fail-on high', about: 'the gate of a pipeline' },
  ],
  notes: [formatNote, exitCodes],
};
