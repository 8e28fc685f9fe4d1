import { controls } from '../controls/index.ts';
import { controlNames } from '../options/policy-options.ts';
import { commands, type Command, type Option } from './commands/index.ts';
import { writeStream } from './output.ts';

/** What the shell is to do besides, as kubectl's completion has it (github.com/spf13/cobra, ShellCompDirective). */
const directives = { files: 0, nothing: 4 } as const;

interface Offer {
  /** Words, each with what it is behind a tab where that is worth telling. */
  readonly words: readonly string[];
  readonly besides: keyof typeof directives;
}

const nothing: Offer = { words: [], besides: 'nothing' };
const files: Offer = { words: [], besides: 'files' };

/** `kubectl_complete-plimsoll WORD…`: kubectl asks what may stand in the place of the last word, which is empty or begun. */
export async function runPluginCompletion(words: readonly string[]): Promise<number> {
  const { words: offered, besides } = offer(words);
  await writeStream(process.stdout, [[...offered, `:${directives[besides]}`].map((line) => `${line}\n`).join('')]);
  return 0;
}

/** What may stand in the place of the last of these words, which follow `kubectl plimsoll`. */
export function offer(words: readonly string[]): Offer {
  const begun = words.at(-1) ?? '';
  const [name] = words;
  if (words.length < 2)
    return beginning(begun, [...commands.map(({ name: each, summary }) => `${each}\t${summary}`), '--help', '--version']);
  const command = commands.find((each) => each.name === name);
  if (command === undefined) return nothing;
  const [, flag, value] = /^(--[a-z-]+)=(.*)$/.exec(begun) ?? [];
  if (flag !== undefined) return valueOf(optionOf(command, flag), value ?? '');
  const before = words.length > 2 ? optionOf(command, words.at(-2) ?? '') : undefined;
  if (before?.value !== undefined && before.optional !== true) return valueOf(before, begun);
  if (begun.startsWith('-'))
    return beginning(
      begun,
      command.options.map(({ name: each, about }) => `--${each}\t${about}`),
    );
  if (command.words !== undefined && words.length === 2) return beginning(begun, command.words);
  if (command.completes === 'files') return files;
  return beginning(begun, command.completes === 'controls' ? sortedControls() : []);
}

function optionOf(command: Command, word: string): Option | undefined {
  return command.options.find(({ name, short }) => word === `--${name}` || (short !== undefined && word === `-${short}`));
}

function valueOf(option: Option | undefined, begun: string): Offer {
  if (option === undefined) return nothing;
  if (option.completes === 'files') return files;
  if (option.completes === 'controls') return beginning(begun, sortedControls());
  return beginning(begun, option.formats ?? option.choices ?? []);
}

function sortedControls(): string[] {
  return [...new Set(controlNames(controls))].sort();
}

function beginning(begun: string, words: readonly string[]): Offer {
  return { words: words.filter((word) => word.startsWith(begun)), besides: 'nothing' };
}
