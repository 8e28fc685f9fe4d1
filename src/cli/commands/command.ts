// The command line as plain data: parsing, help, misspelling advice and shell completion are all made from it. A framework
// would do the same and cost more start-up time than the whole budget of `plimsoll --version`.

export interface Option {
  /** The long name, without dashes. */
  readonly name: string;
  readonly short?: string;
  /** What stands for the value in help; a switch has none. */
  readonly value?: string;
  /** It may stand without its value; the next word is the value unless it is an option. */
  readonly optional?: true;
  readonly repeatable?: boolean;
  /** The values that are accepted. */
  readonly choices?: readonly string[];
  /** What a shell offers for the value besides `choices`. */
  readonly completes?: 'files' | 'controls' | 'values';
  /** Values that may be followed by `=FILE`. */
  readonly formats?: readonly string[];
  readonly about: string;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** As help shows them: `[PATH…|-]`. */
  readonly operands: string;
  /** Words that are accepted as the first operand. */
  readonly words?: readonly string[];
  readonly completes?: 'files' | 'controls';
  /** How many operands stand before those that are paths; only of commands that can read a cluster instead. */
  readonly pathsFrom?: number;
  readonly about: readonly string[];
  readonly options: readonly Option[];
  readonly examples: readonly { readonly command: string; readonly about: string }[];
  /** Titles and lines after the options, for instance the exit codes. */
  readonly notes?: readonly { readonly title: string; readonly lines: readonly (readonly [string, string])[] }[];
}
