import { parseArgs, type ParseArgsConfig } from 'node:util';
import { OptionError } from '../options/option-error.ts';
import { advice, nearest, oneOf } from '../options/spelling.ts';
import { commands, type Command, type Option } from './commands/index.ts';

/** The command of this name. @throws OptionError with the nearest correct spelling. */
export function findCommand(name: string): Command {
  const command = commands.find((each) => each.name === name);
  if (command !== undefined) return command;
  const what = name.startsWith('-') ? `option ${name}` : `command "${name}"`;
  const words = [...commands.map((each) => each.name), '--help', '--version'];
  throw new OptionError([`unknown ${what}`, advice(nearest(name, words), 'plimsoll --help lists the commands')]);
}

/** The arguments of a command, checked against its table. */
export interface Arguments {
  readonly operands: readonly string[];
  /** Is the switch on? */
  has(name: string): boolean;
  /** The value of an option: the last one given. */
  value(name: string): string | undefined;
  /** All values of a repeatable option, in their order. */
  values(name: string): readonly string[];
}

/**
 * Reads the arguments of a command. An option may stand before or behind operands; `--` ends the options.
 * @throws OptionError with the nearest correct spelling where an option or a value is not known.
 */
export function parseArguments(command: Command, argv: readonly string[]): Arguments {
  const given = new Map<string, string[]>();
  const operands: string[] = [];
  const config = { args: [...argv], options: optionsOf(command), strict: false, allowPositionals: true, tokens: true } as const;
  const { tokens } = parseArgs(config);
  /** Where an operand stands that was the value of the option before it. */
  let taken = -1;
  for (const [index, token] of tokens.entries()) {
    if (token.kind === 'positional' && index !== taken) operands.push(token.value);
    if (token.kind !== 'option') continue;
    const option = command.options.find(({ name }) => name === token.name);
    if (option === undefined) throw unknownOption(command, token.rawName);
    const next = tokens[index + 1];
    const follows = option.optional === true && token.value === undefined && next?.kind === 'positional' && next.value !== '-';
    if (follows) taken = index + 1;
    const value = follows ? next.value : checkedValue(option, token.rawName, token.value, token.inlineValue === true);
    given.set(option.name, [...(given.get(option.name) ?? []), value]);
  }
  return {
    operands,
    has: (name) => given.has(name),
    value: (name) => given.get(name)?.at(-1),
    values: (name) => given.get(name) ?? [],
  };
}

function optionsOf(command: Command): NonNullable<ParseArgsConfig['options']> {
  return Object.fromEntries(
    command.options.map(({ name, short, value, optional }) => [
      name,
      // What may stand alone must not swallow an option.
      {
        type: value === undefined || optional === true ? 'boolean' : 'string',
        multiple: true,
        ...(short === undefined ? {} : { short }),
      } as const,
    ]),
  );
}

function checkedValue(option: Option, rawName: string, value: string | undefined, inline: boolean): string {
  if (option.value === undefined) {
    if (inline) throw new OptionError([`${rawName} takes no value`, `write ${rawName} alone`]);
    return '';
  }
  if (option.optional === true) {
    if (value === '') throw new OptionError([`${rawName}= names nothing`, `write ${rawName} alone, or ${rawName} ${option.value}`]);
    return value ?? '';
  }
  // Without this, `--namespace --partial` would name a namespace "--partial".
  const forgotten = value === undefined || (!inline && value.startsWith('-') && value !== '-');
  if (forgotten) throw new OptionError([`${rawName} needs a value`, `write ${rawName} ${option.value}`]);
  return option.choices === undefined ? value : oneOf(`value for ${rawName}:`, value, option.choices);
}

function unknownOption(command: Command, rawName: string): OptionError {
  const names = command.options.map(({ name }) => name);
  const meant = rawName.startsWith('--') ? nearest(rawName.slice(2), names) : undefined;
  return new OptionError([
    `unknown option ${rawName}`,
    advice(meant === undefined ? undefined : `--${meant}`, `plimsoll help ${command.name} lists the options`),
  ]);
}
