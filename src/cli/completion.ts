import { controls } from '../controls/index.ts';
import { OptionError } from '../options/option-error.ts';
import { controlNames } from '../options/policy-options.ts';
import { oneOf } from '../options/spelling.ts';
import type { Arguments } from './arguments.ts';
import { commands, type Option } from './commands/index.ts';
import { writeStream } from './output.ts';

/** `plimsoll completion bash|zsh|fish`. */
export async function runCompletion(given: Arguments): Promise<number> {
  const [shell] = given.operands;
  if (shell === undefined) throw new OptionError(['for which shell?', 'write plimsoll completion bash, zsh or fish']);
  oneOf('shell', shell, ['bash', 'zsh', 'fish']);
  await writeStream(process.stdout, [
    completionScript(shell as 'bash' | 'zsh' | 'fish', { controls: controlNames(controls), values: valueNames() }),
  ]);
  return 0;
}

/** What `--value` takes, up to the value. */
function valueNames(): string[] {
  return controls.flatMap(({ id, fix }) => Object.keys(fix?.values ?? {}).map((key) => `${id}.${key}=`));
}

/** What may be written for a control, and for a value of a fix. */
export interface CompletionNames {
  readonly controls: readonly string[];
  readonly values: readonly string[];
}

/** The script of a shell. All values are plain words, so none is quoted. */
export function completionScript(shell: 'bash' | 'zsh' | 'fish', { controls: names, values }: CompletionNames): string {
  const sorted: CompletionNames = { controls: [...new Set(names)].sort(), values: values.toSorted() };
  if (shell === 'bash') return bash(sorted);
  return shell === 'zsh' ? zsh(sorted) : fish(sorted);
}

function wordsFor(option: Option, names: CompletionNames): readonly string[] {
  if (option.completes === 'controls' || option.completes === 'values') return names[option.completes];
  return option.formats ?? option.choices ?? [];
}

function flags({ name, short }: Option): string[] {
  return short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`];
}

function bash(names: CompletionNames): string {
  const cases = commands.map((command) => {
    const values = command.options.flatMap((option) => {
      // What may stand alone is followed by anything.
      if (option.value === undefined || option.optional === true) return [];
      const words = wordsFor(option, names);
      const reply =
        words.length > 0
          ? `${option.completes === 'values' ? 'compopt -o nospace; ' : ''}${bashReply(words)}`
          : option.completes === 'files'
            ? 'compopt -o default'
            : ':';
      return [`        ${flags(option).join('|')}) ${reply}; return ;;`];
    });
    const { words = [], completes } = command;
    const first = words.length === 0 ? '' : `\n      if [[ $COMP_CWORD -eq 2 ]]; then ${bashReply(words)}; return; fi`;
    const operands = completes === 'files' ? 'compopt -o default' : completes === 'controls' ? bashReply(names.controls) : ':';
    return `    ${command.name})
      case "$prev" in
${values.join('\n')}
      esac
      if [[ "$cur" == -* ]]; then ${bashReply(command.options.flatMap(flags))}; return; fi${first}
      ${operands} ;;`;
  });
  return `# Completion of plimsoll for bash.
_plimsoll() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  # Bash takes the sign in --option=value for a word of its own.
  if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  if [[ $COMP_CWORD -eq 1 ]]; then
    ${bashReply([...commands.map(({ name }) => name), '--help', '--version'])}
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
}
complete -F _plimsoll plimsoll
`;
}

function bashReply(words: readonly string[]): string {
  return `COMPREPLY=($(compgen -W "${words.join(' ')}" -- "$cur"))`;
}

function zsh(names: CompletionNames): string {
  const cases = commands.map((command) => {
    const specs = command.options.map((option) => {
      const words = wordsFor(option, names);
      const action = words.length > 0 ? `(${words.join(' ')})` : option.completes === 'files' ? '_files' : ' ';
      const value =
        option.value === undefined
          ? ''
          : `${option.optional === true ? ':' : ''}:${option.value
              .toLowerCase()
              .replaceAll(/[^a-z]+/g, ' ')
              .trim()}:${action}`;
      // With `=` and `+` the value may follow in the same word or in the next one.
      const [equals, plus] = option.value === undefined ? ['', ''] : ['=', '+'];
      const long = `--${option.name}${equals}`;
      const both = `{-${option.short}${plus},${long}}'`;
      const forms = option.short === undefined ? `'${repeat(option)}${long}` : `${repeat(option) === '' ? '' : "'*'"}${both}`;
      return `        ${forms}[${option.about.replaceAll(/[[\]:']/g, ' ')}]${value}'`;
    });
    const { words = [], completes } = command;
    const operands = [
      ...(words.length === 0 ? [] : [`'1:operand:(${words.join(' ')})'`]),
      ...(completes === 'files' ? ["'*:path:_files'"] : completes === 'controls' ? [`'*:control:(${names.controls.join(' ')})'`] : []),
    ];
    return `      ${command.name})
        _arguments -s \\
${[...specs, ...operands.map((operand) => `        ${operand}`)].join(' \\\n')}
        ;;`;
  });
  return `#compdef plimsoll
# Completion of plimsoll for zsh.
_plimsoll() {
  local context state line
  _arguments -C '(-h --help)'{-h,--help}'[Show help]' '--version[Show the version]' '1:command:(${commands.map(({ name }) => name).join(' ')})' '*::operand:->operands'
  if [[ $state == operands ]]; then
    case $words[1] in
${cases.join('\n')}
    esac
  fi
}
# Read from $fpath this file is the body of the function, and it is only then called.
if [[ $funcstack[1] == _plimsoll ]]; then _plimsoll "$@"; else compdef _plimsoll plimsoll; fi
`;
}

function repeat({ repeatable }: Option): string {
  return repeatable === true ? '*' : '';
}

function fish(names: CompletionNames): string {
  const lines = commands.flatMap((command) => {
    const condition = `__fish_seen_subcommand_from ${command.name}`;
    const { words = [], completes } = command;
    const place = (comparison: string): string => `${condition}; and test (count (commandline -opc)) ${comparison}`;
    return [
      `complete -c plimsoll -n __fish_use_subcommand -f -a ${command.name} -d '${command.summary}'`,
      ...command.options.map((option) => {
        const values = wordsFor(option, names);
        const short = option.short === undefined ? '' : ` -s ${option.short}`;
        const value =
          option.value === undefined || option.optional === true
            ? ''
            : values.length > 0
              ? ` -x -a '${values.join(' ')}'`
              : option.completes === 'files'
                ? ' -r -F'
                : ' -x';
        return `complete -c plimsoll -n '${condition}' -l ${option.name}${short}${value} -d '${option.about.replaceAll("'", ' ')}'`;
      }),
      ...(words.length === 0 ? [] : [`complete -c plimsoll -n '${place('-eq 2')}' -f -a '${words.join(' ')}'`]),
      ...(completes === 'files'
        ? []
        : [
            `complete -c plimsoll -n '${place(words.length === 0 ? '-ge 2' : '-gt 2')}' -f${completes === 'controls' ? ` -a '${names.controls.join(' ')}'` : ''}`,
          ]),
    ];
  });
  return `# Completion of plimsoll for fish.\n${lines.join('\n')}\n`;
}
