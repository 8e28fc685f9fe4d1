import type { Command, Option } from './command.ts';
import { config, help, ofCluster } from './options.ts';

/** What is not about recording. */
const ofScansAlone: ReadonlySet<string> = new Set(['all-contexts', 'allow-partial', 'admission-config', 'watch']);

/** Those of `ofCluster` that say which cluster, and how it is asked. */
const ofRecording: readonly Option[] = ofCluster
  .filter(({ name }) => !ofScansAlone.has(name))
  .map((option) => ({ ...option, about: capital(option.about.replace(/^With --cluster(?: alone)?(?: and --as)?: /, '')) }));

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

export const snapshot: Command = {
  name: 'snapshot',
  summary: 'Record a cluster, to judge it elsewhere',
  operands: '',
  about: [
    'Records what a scan of a cluster reads in a file that plimsoll scan judges anywhere, without the cluster: the report is the same. Questions about reach, paths and rights can be put to it too. It only ever reads.',
    'Values of Secrets, variables and ConfigMaps are not in it; a credential that a control finds elsewhere is replaced by another one of its kind. Before it is written the recording is judged, and must give the same report as the cluster. What it still tells (names, images, arguments) is for few: only you may read the file.',
  ],
  options: [
    { name: 'output', short: 'o', value: 'FILE', completes: 'files', about: 'Where to write it' },
    { name: 'force', short: 'f', about: 'Overwrite the file if there is one' },
    { name: 'cluster', value: '[CONTEXT]', optional: true, about: 'Which cluster (default: that of the current context)' },
    ...ofRecording,
    { name: 'namespace', short: 'n', value: 'NAME', repeatable: true, about: 'Record this namespace only (may be given several times)' },
    { name: 'allow-partial', about: 'What could not be read does not fail the run' },
    { name: 'quiet', short: 'q', about: 'Say nothing where all went well' },
    config,
    help,
  ],
  examples: [
    { command: 'plimsoll snapshot --cluster -o staging.plimsoll', about: 'the cluster of kubectl' },
    { command: 'plimsoll scan staging.plimsoll', about: 'its report, anywhere' },
    { command: 'plimsoll snapshot --cluster production -n shop -o shop.plimsoll', about: 'a namespace of another one' },
  ],
  notes: [
    {
      title: 'Exit codes',
      lines: [
        ['0', 'the snapshot is written'],
        ['2', 'it is not written; or it is, and something could not be read (--allow-partial accepts that)'],
      ],
    },
  ],
};
