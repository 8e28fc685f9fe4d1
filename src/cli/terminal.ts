import type { Arguments } from './arguments.ts';

/** How text may look on standard output, or on standard error. */
export interface Terminal {
  readonly color: boolean;
  readonly width: number;
  readonly terminal: boolean;
}

// Where no terminal says how wide it is: wide enough for a finding a line, narrow enough for a CI log.
const widthElsewhere = 100;

/** What standard output (1) or standard error (2) can show, by the options, the environment (NO_COLOR, FORCE_COLOR, COLUMNS) and the terminal. */
export function terminalOf(given: Pick<Arguments, 'has'>, descriptor: 1 | 2 = 1): Terminal {
  // Only texts ask: an import would load it for every scan.
  const terminal = process.getBuiltinModule('node:tty').isatty(descriptor);
  // Absent where the output is no terminal, whatever its type says.
  const columns = terminal ? (descriptor === 1 ? process.stdout : process.stderr).columns : undefined;
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
