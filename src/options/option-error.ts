/**
 * What a user asked for cannot be done as asked. `lines` are printed as they are: for a misspelt word what is wrong and
 * the nearest correct spelling, for bad input what, where, and what to do. It is thrown by `scan` and by the commands.
 */
export class OptionError extends Error {
  readonly lines: readonly string[];

  constructor(lines: readonly string[]) {
    super(lines.join('\n'));
    this.name = 'OptionError';
    this.lines = lines;
  }
}
