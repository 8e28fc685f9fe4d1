import { version } from '../core/version.ts';
import { OptionError } from '../options/option-error.ts';
import { printable } from '../report/printable.ts';
import { findCommand, parseArguments, type Arguments } from './arguments.ts';
import { asCalled, isPlugin, isPluginCompletion } from './called-as.ts';
import type { Command } from './commands/index.ts';
import { isAllWritten, tell } from './output.ts';
import { secondThreadMark } from './second-thread-mark.ts';

// Each command loads what it needs, compiled ahead of time (main.ts): most of the program is controls, and few need those.

/** Exit code for work that could not be done. */
const notDone = 2;

/** Does what the arguments say and sets the exit code of the process; `file` is what was started. */
export function start(argv: readonly string[], file: string): void {
  process.on('uncaughtException', complain);
  run(argv, file).then(finish, complain);
}

/**
 * Where all is written the system takes down the process, at once. By itself Node would wait for what V8 still compiles, and
 * tidy up its memory.
 */
function finish(exitCode: number | undefined): void {
  process.exitCode ??= exitCode;
  // A second thread goes on until the first ends it.
  if (exitCode !== undefined && isAllWritten()) process.exit();
}

async function run(argv: readonly string[], file: string): Promise<number | undefined> {
  if (argv[0] === secondThreadMark && (await import('./second-thread.ts')).isSecondThread()) return undefined;
  if (isPluginCompletion) return (await import('./plugin-completion.ts')).runPluginCompletion(argv);
  const [first, ...rest] = argv;
  if (first === undefined || first === '--help' || first === '-h') return (await import('./help.ts')).runHelp(undefined);
  const command = findCommand(first);
  const given = isPlugin ? pluginArguments(command, rest) : parseArguments(command, rest);
  if (given.has('help')) return (await import('./help.ts')).runHelp(command.name);
  if (given.has('print-rbac') && command.name !== 'scan') return (await import('./print-rbac.ts')).printRole(command.name, given);
  switch (command.name) {
    case 'scan':
      return (await import('./scan.ts')).runScan(given, file);
    case 'diff':
      return (await import('./diff.ts')).runDiff(given);
    case 'fix':
      return (await import('./fix.ts')).runFix(given);
    case 'waivers':
      return (await import('./waivers.ts')).runWaivers(given, file);
    case 'snapshot':
      return (await import('./snapshot.ts')).runSnapshot(given);
    case 'can':
      return (await import('./can.ts')).runCan(given);
    case 'generate':
      return (await import('./generate.ts')).runGenerate(given);
    case 'reach':
      return (await import('./reach.ts')).runReach(given);
    case 'paths':
      return (await import('./paths.ts')).runPaths(given);
    case 'plan':
      return (await import('./paths.ts')).runPlan(given);
    case 'who-can':
      return (await import('./who-can.ts')).runWhoCan(given);
    case 'permissions':
      return (await import('./permissions.ts')).runPermissions(given);
    case 'grants':
      return (await import('./grants.ts')).runGrants(given);
    case 'rbac':
      return (await import('./rbac.ts')).runRbac(given);
    case 'explain':
      return (await import('./explain.ts')).runExplain(given);
    case 'report':
      return (await import('./report.ts')).runReport(given);
    case 'merge':
      return (await import('./report.ts')).runMerge(given);
    case 'list':
      return (await import('./list.ts')).runList(given);
    case 'lsp':
      return (await import('./lsp.ts')).runLsp(given);
    case 'completion':
      return (await import('./completion.ts')).runCompletion(given);
    default:
      return (await import('./help.ts')).runHelp(given.operands[0]);
  }
}

/** What is about a cluster anyway means that of kubectl where nothing else is named. */
function pluginArguments(command: Command, argv: readonly string[]): Arguments {
  const given = parseArguments(command, argv);
  const named = given.operands.length > (command.pathsFrom ?? 0) || given.has('cluster') || given.has('all-contexts');
  if (command.pathsFrom === undefined || named) return given;
  // Behind the operands, the first of which would else name the cluster.
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  return parseArguments(command, [...argv.slice(0, end), '--cluster', ...argv.slice(end)]);
}

/** What went wrong, in lines for a person; never a stack trace. */
function complain(error: unknown): void {
  const lines = error instanceof OptionError ? error.lines : defect(error);
  const indented = lines.map((line, index) => `${index === 0 ? 'plimsoll: ' : '          '}${printable(asCalled(line))}\n`);
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
