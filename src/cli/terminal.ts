import type { Arguments } from './arguments.ts';

/** How text may look on standard output. */
export interface Terminal {
  readonly color: boolean;
  readonly width: number;
  readonly terminal: boolean;
}

// Where no terminal says how wide it is: wide enough for a finding a line, narrow enough for a CI log.
const widthElsewhere = 100;

/** What standard output can show, by the options, the environment (NO_COLOR, FORCE_COLOR, COLUMNS) and the terminal. */
export function terminalOf(given: Pick<Arguments, 'has'>): Terminal {
  // Only texts ask: an import would load it for every scan.
  const terminal = process.getBuiltinModule('node:tty').isatty(1);
  // Absent where the output is no terminal, whatever its type says.
  const columns = terminal ? process.stdout.columns : undefined;
  const width = columns ?? Number(process.env['COLUMNS'] ?? widthElsewhere);
  return { terminal, color: wantsColor(given, terminal), width: Number.isInteger(width) && width > 0 ? width : widthElsewhere };
}

function wantsColor(given: Pick<Arguments, 'has'>, terminal: boolean): boolean {
  const { NO_COLOR: no = '', FORCE_COLOR: force = '', TERM: name } = process.env;
  if (given.has('no-color')) return false;
  if (given.has('color')) return true;
  if (no !== '') return false;
  if (force !== '') return force !== '0' && force !== 'false';
  return terminal && name !== 'dumb';
}
