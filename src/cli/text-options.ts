import { controls } from '../controls/index.ts';
import { chapters } from '../guidance/index.ts';
import type { OutcomeOptions } from '../report/outcome.ts';
import type { TextOptions } from '../report/text.ts';
import type { Arguments } from './arguments.ts';
import { terminalOf, type Terminal } from './terminal.ts';

const byId = new Map(controls.map((control) => [control.id, control]));

/** How the text of a scan looks, by the options and the terminal; in a file as on none. */
export function textOptions(given: Arguments, failing: OutcomeOptions, onStdout: boolean): TextOptions {
  const elsewhere: Terminal = { color: given.has('color'), width: 100, terminal: false };
  return {
    ...(onStdout ? terminalOf(given) : elsewhere),
    ...failing,
    all: given.has('all'),
    quiet: given.has('quiet'),
    chapters,
    control: (id) => byId.get(id),
  };
}
