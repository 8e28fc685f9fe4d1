import { setFlagsFromString } from 'node:v8';
import { version } from '../core/version.ts';

// Everything but the version loads when it is needed: `plimsoll --version` and a plain `scan` start fast.

/** Exit code for work that could not be done. */
const notDone = 2;

async function run(argv: readonly string[]): Promise<number> {
  const [first, ...rest] = argv;
  if (first === '--version' || first === '-V') {
    process.stdout.write(`${version}\n`);
    return 0;
  }
  compileLessEagerly();
  const { findCommand, parseArguments } = await import('./arguments.ts');
  if (first === undefined || first === '--help' || first === '-h') return (await import('./help.ts')).runHelp(undefined);
  const command = findCommand(first);
  const given = parseArguments(command, rest);
  if (given.has('help')) return (await import('./help.ts')).runHelp(command.name);
  switch (command.name) {
    case 'scan':
      return (await import('./scan.ts')).runScan(given);
    case 'explain':
      return (await import('./explain.ts')).runExplain(given);
    case 'list':
      return (await import('./list.ts')).runList(given);
    case 'completion':
      return (await import('./completion.ts')).runCompletion(given);
    default:
      return (await import('./help.ts')).runHelp(given.operands[0]);
  }
}

/** What went wrong, in lines for a person; never a stack trace. */
async function complain(error: unknown): Promise<void> {
  const { OptionError } = await import('../options/option-error.ts');
  const { printable } = await import('../report/printable.ts');
  const { tell } = await import('./output.ts');
  const lines = error instanceof OptionError ? error.lines : defect(error);
  const indented = lines.map((line, index) => `${index === 0 ? 'plimsoll: ' : '          '}${printable(line)}\n`);
  tell(indented.join(''));
  process.exitCode = notDone;
}

function defect(error: unknown): string[] {
  const message = error instanceof Error ? error.message : String(error);
  return [
    `internal error: ${message.slice(0, 300)}`,
    `this is a defect of plimsoll ${version}: report it with the command and, if you may share it, the input`,
  ];
}

// A reader that goes away (`| head`) ends the output, not the run: the exit code still says what was found.
/**
 * A scan runs much code a few times. On Node 20 half of its CPU time would go into V8 optimizing code that is about to be
 * done: the baseline compiler at once and the optimizing one later take about 30 % off a scan of 5 MB. From Node 22 on V8
 * has a compiler in between, and these settings make nothing faster there.
 */
function compileLessEagerly(): void {
  if (!process.versions.node.startsWith('20.')) return;
  setFlagsFromString('--always-sparkplug');
  setFlagsFromString('--interrupt-budget=300000');
}

process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  if (code !== 'EPIPE') process.exitCode = notDone;
});
process.on('uncaughtException', (error) => void complain(error));

run(process.argv.slice(2)).then(
  (exitCode) => (process.exitCode ??= exitCode),
  (error: unknown) => complain(error),
);
