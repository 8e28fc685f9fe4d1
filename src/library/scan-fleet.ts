import type { FleetCluster, FleetReport } from '../core/index.ts';
import { fleetReport } from '../evaluate/fleet.ts';
import { OptionError } from '../options/option-error.ts';
import { advice, nearest } from '../options/spelling.ts';
import { connect, readContexts, type Connection, type Contexts } from '../sources/cluster/index.ts';
import { granted } from './granted.ts';
import { checkScan, judgeCluster, type ScanClusterOptions } from './scan-cluster.ts';

export interface ScanFleetOptions extends Omit<ScanClusterOptions, 'context' | 'onProgress'> {
  /** Contexts of the kubeconfig; default: all of them, in the order of their names. */
  readonly contexts?: readonly string[];
  /** Called now and then while reading. */
  readonly onProgress?: (done: { readonly clusters: number; readonly ofClusters: number; readonly objects: number }) => void;
}

/**
 * Clusters that are read at the same time: one that does not answer holds up few others, and no more than so many pages and
 * evaluations are in memory.
 */
const atOnce = 3;

/**
 * Judges several clusters and says what differs between them, as `plimsoll scan --cluster A --cluster B` does. Each is
 * judged as `scanCluster` judges it; one that cannot be asked is listed with the reason, and the others are judged all the
 * same. Contexts that lead to the same cluster as the same user are judged once. Credentials are asked for one after the
 * other, because a plugin may have a person log in.
 *
 * @example
 * import { scanFleet } from 'plimsoll';
 *
 * const { recommendations } = await scanFleet({ contexts: ['staging', 'production'] });
 * for (const { code, states, alike } of recommendations) if (!alike) console.log(code, ...states);
 *
 * @throws OptionError where an option is wrong, or a context is not in the kubeconfig.
 */
export async function scanFleet({ contexts, onProgress, ...options }: ScanFleetOptions = {}): Promise<FleetReport> {
  checkScan(options);
  const members = membersOf(granted<Contexts>(await readContexts(options.kubeconfig)), contexts);
  const objects = members.map(() => 0);
  let clusters = 0;
  const progress = (): void =>
    onProgress?.({ clusters, ofClusters: members.length, objects: objects.reduce((sum, count) => sum + count, 0) });

  let before: Promise<unknown> = Promise.resolve();
  const connected = (context: string): Promise<Connection> => {
    const connection = before.then(async () => granted<Connection>(await connect({ ...options, context })));
    before = connection.catch(() => undefined);
    return connection;
  };

  const judged = await inTurns(members, async ({ name, alsoNamed }, index): Promise<FleetCluster> => {
    const named = alsoNamed.length === 0 ? { name } : { name, alsoNamed };
    const onObjects = (done: { readonly objects: number }): void => {
      objects[index] = done.objects;
      progress();
    };
    try {
      return { ...named, report: await judgeCluster(await connected(name), { ...options, onProgress: onObjects }) };
    } catch (error) {
      if (!(error instanceof OptionError)) throw error;
      return { ...named, failure: error.lines };
    } finally {
      clusters++;
      progress();
    }
  });
  return fleetReport(judged);
}

interface Member {
  readonly name: string;
  readonly alsoNamed: readonly string[];
}

/** @throws OptionError with the nearest spelling of a context that is not known. */
function membersOf({ names, leadsTo }: Contexts, wanted: readonly string[] = names): Member[] {
  const members = new Map<string, { readonly name: string; readonly alsoNamed: string[] }>();
  for (const name of new Set(wanted)) {
    if (!names.includes(name))
      throw new OptionError([
        `the kubeconfig has no context "${name}"`,
        advice(nearest(name, names), `it has: ${names.join(', ') || 'none'}`),
      ]);
    const known = members.get(leadsTo(name));
    if (known === undefined) members.set(leadsTo(name), { name, alsoNamed: [] });
    else known.alsoNamed.push(name);
  }
  if (members.size === 0) throw new OptionError(['the kubeconfig has no context', 'name another one with --kubeconfig FILE']);
  return [...members.values()];
}

/** Does the work for each item, some of them at once; the results have the order of the items. */
async function inTurns<T, R>(items: readonly T[], work: (item: T, index: number) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const rest = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of rest) results[index] = await work(item, index);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
