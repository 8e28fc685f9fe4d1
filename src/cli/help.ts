import { wrapped } from '../report/wrap.ts';
import { findCommand } from './arguments.ts';
import { asCalled } from './called-as.ts';
import { commands, type Command, type Option } from './commands/index.ts';
import { writeStream } from './output.ts';
import { terminalOf } from './terminal.ts';

const summary = 'Judges Kubernetes manifests by the NSA/CISA Kubernetes Hardening Guidance: every recommendation accounted for, offline.';

/** `plimsoll help [COMMAND]`, and every --help. */
export async function runHelp(name: string | undefined): Promise<number> {
  const { width } = terminalOf({ has: () => false });
  await writeStream(process.stdout, [asCalled(name === undefined ? overview(width) : commandHelp(findCommand(name), width))]);
  return 0;
}

/** What `plimsoll --help` prints. */
export function overview(width: number): string {
  const room = Math.min(width, 100);
  return [
    `${wrapped(summary, room).join('\n')}\n`,
    `Usage: plimsoll COMMAND [OPTION…] [OPERAND…]\n`,
    'Commands',
    ...commands.map(({ name, summary: about }) => entry(name, about, 14, room)),
    '',
    'Options',
    entry('--version', 'Show the version', 14, room),
    entry('-h, --help', 'Show this help', 14, room),
    '',
    'Start with',
    entry('plimsoll scan examples', 'judge a folder', 40, room),
    entry('plimsoll help scan', 'its options, with examples', 40, room),
    '',
  ].join('\n');
}

/** The help of one command. */
export function commandHelp(command: Command, width: number): string {
  const room = Math.min(width, 100);
  const names = command.options.map(optionName);
  const column = Math.min(Math.max(...names.map((name) => name.length)) + 2, 34);
  return [
    `${command.summary}\n`,
    `${wrapped(`Usage: plimsoll ${command.name} [OPTION…] ${command.operands}`.trimEnd(), room).join('\n         ')}\n`,
    ...command.about.map((paragraph) => `${wrapped(paragraph, room).join('\n')}\n`),
    'Options',
    ...command.options.map((option, index) => entry(names[index] ?? '', option.about, column, room)),
    '',
    ...(command.notes ?? []).flatMap(({ title, lines }) => {
      const widest = Math.max(...lines.map(([name]) => name.length));
      return [title, ...lines.map(([name, about]) => entry(name, about, Math.max(4, widest + 2), room)), ''];
    }),
    ...(command.examples.length === 0 ? [] : ['Examples', ...command.examples.flatMap((example) => exampleLines(example, room)), '']),
  ].join('\n');
}

function optionName({ name, short, value }: Option): string {
  const long = value === undefined ? `--${name}` : `--${name} ${value}`;
  return short === undefined ? `    ${long}` : `-${short}, ${long}`;
}

function exampleLines({ command, about }: Command['examples'][number], room: number): string[] {
  if (about === '') return [`  ${command}`];
  const beside = `  ${command}  # ${about}`;
  return beside.length <= room ? [beside] : [`  # ${about}`, `  ${command}`];
}

/** A name and what it is, beside each other or, where the terminal is narrow, below each other. */
function entry(name: string, about: string, column: number, room: number): string {
  const below = room - column - 2 < 30 || name.length > column - 1;
  const lines = wrapped(about, room - (below ? 8 : column + 2));
  if (below) return [`  ${name}`, ...lines.map((line) => `        ${line}`)].join('\n');
  return lines.map((line, index) => `  ${(index === 0 ? name : '').padEnd(column)}${line}`).join('\n');
}
