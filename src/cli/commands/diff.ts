import type { Command } from './command.ts';
import { color, config, help, noColor, severityChoices, whatIsJudged, whichControls } from './options.ts';

export const diffFormats: readonly string[] = ['text', 'json', 'markdown'];

export const diff: Command = {
  name: 'diff',
  summary: 'Compare two reports, folders or revisions of git',
  operands: 'BEFORE AFTER [PATH…]',
  completes: 'files',
  about: [
    'Says which findings are new, which are fixed, which have only moved and how many are unchanged. Each side is a JSON report (scan -o json=FILE), a file, a folder or a snapshot, which is judged now, or a revision of git.',
    'With paths behind them both sides are revisions, of these paths. Else a name is a path if there is one, and a revision if there is none; a name that could be both is refused. A revision beside a path is the revision of that path.',
  ],
  options: [
    { name: 'git', about: 'Both sides are revisions, of the working directory where no path is given' },
    {
      name: 'output',
      short: 'o',
      value: 'FORMAT[=FILE]',
      repeatable: true,
      formats: diffFormats,
      about: 'Format, text (default), json or markdown, and the file to write it to; may be given several times',
    },
    {
      name: 'fail-on',
      value: 'SEVERITY',
      choices: [...severityChoices, 'none'],
      about:
        'Exit with 1 for new findings of this severity or worse: critical, high, medium, low, none (default: failOn of the policy file, else none)',
    },
    {
      name: 'min-severity',
      value: 'SEVERITY',
      choices: severityChoices,
      about: 'Of what is judged now leave out findings below: critical, high, medium, low (default)',
    },
    ...whichControls('Judge by'),
    ...whatIsJudged,
    { name: 'allow-unreadable', about: 'Unreadable documents do not fail the run' },
    { name: 'all', about: 'List what is unchanged too' },
    { name: 'quiet', short: 'q', about: 'What is new (+), fixed (-) and not known any more (?) alone, one line each' },
    config,
    color,
    noColor,
    help,
  ],
  examples: [
    { command: 'plimsoll diff main HEAD deploy/', about: 'two revisions of a folder' },
    { command: 'plimsoll diff main deploy/', about: 'what lies on the disk beside a revision' },
    { command: 'plimsoll diff monday.json friday.json --fail-on high', about: 'two reports, in a pipeline' },
    { command: 'plimsoll diff staging/ production/', about: 'two folders' },
    { command: 'plimsoll diff --git main HEAD -o markdown=comment.md', about: 'for a pull request' },
  ],
  notes: [
    {
      title: 'Exit codes',
      lines: [
        ['0', 'compared'],
        ['1', 'new findings at or above --fail-on'],
        ['2', 'wrong arguments, nothing to compare, or what was read is not all of it'],
      ],
    },
  ],
};
