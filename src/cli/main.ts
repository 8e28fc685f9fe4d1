import nodeModule from 'node:module';
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
  keepCompiledCode();
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

/** From Node 22.1 on what was compiled in one run can start the next; where it cannot be kept, nothing happens. */
function keepCompiledCode(): void {
  (nodeModule as { enableCompileCache?: () => unknown }).enableCompileCache?.();
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
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  if (code !== 'EPIPE') process.exitCode = notDone;
});
process.on('uncaughtException', (error) => void complain(error));

run(process.argv.slice(2)).then(
  (exitCode) => (process.exitCode ??= exitCode),
  (error: unknown) => complain(error),
);
