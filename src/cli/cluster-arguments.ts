import { OptionError } from '../options/option-error.ts';
import type { Arguments } from './arguments.ts';
import { ofCharts } from './commands/options.ts';

/** @throws OptionError where options of whoever asks a cluster lack each other, or exclude each other. */
export function checkClusterArguments(given: Arguments): void {
  if (given.has('allow-unreadable'))
    throw new OptionError([
      '--cluster and --allow-unreadable exclude each other',
      '--allow-partial accepts what cannot be read of a cluster',
    ]);
  refuseChartArguments(given, '--cluster');
  if (given.has('as-group') && !given.has('as'))
    throw new OptionError(['--as-group needs --as', 'the API server impersonates groups of a user only: add --as USER']);
  if (given.has('verify-as') && !given.has('verify-enforcement'))
    throw new OptionError(['--verify-as needs --verify-enforcement', 'it says as whom the dry runs of that are sent']);
  const named = given.values('cluster').find((name) => name !== '');
  if (given.has('context') && (named !== undefined || given.values('cluster').length > 1))
    throw new OptionError(['--context and --cluster name different clusters', 'write --cluster CONTEXT once for each of them']);
}

/** @throws OptionError where an option of charts stands beside what holds none. */
export function refuseChartArguments(given: Arguments, what: string): void {
  const stray = ofCharts.find(({ name }) => given.has(name));
  if (stray !== undefined) throw new OptionError([`--${stray.name} is about charts, and ${what} holds none`, `leave out --${stray.name}`]);
}
