import type { Input } from '../../core/resource.ts';
import type { ServedApi } from '../../kube/api-server.ts';
import type { PodTemplateKind } from '../../kube/pod-templates.ts';
import type { Connection, Refusal } from './connect.ts';
import { discover } from './discover.ts';
import { jobsOf } from './jobs.ts';
import { startOwners } from './owners.ts';
import { readKind, start } from './read-kind.ts';
import { startHanding, type Share } from './handing.ts';
import { fileOf } from './object-names.ts';
import type { Reading, UnlistedKind } from './reading.ts';
import type { Patience } from './patience.ts';
import { wantedKinds } from './wanted-kinds.ts';

export interface ClusterOptions {
  /** Kinds to read, as `NetworkPolicy.networking.k8s.io`. */
  readonly kinds: readonly string[];
  /** False: those with pod templates do not come besides. */
  readonly workloads?: boolean;
  /** Kinds with pod templates that the user adds. */
  readonly podTemplates: readonly PodTemplateKind[];
  /** Only these; what stands outside of namespaces is then left out. */
  readonly namespaces?: readonly string[];
  /** Also the names of the keys in Secrets, for which their values come over the network. */
  readonly readSecretKeys?: boolean;
  /** Pods whose texts show that they are as their owner's template says are not parsed: the sink gets them without pod templates. */
  readonly replicasByName?: boolean;
  readonly patience: Patience;
  /** With whom the objects are judged, if there are many; what they come to then goes where the sharing says. */
  readonly share?: Share;
  /** Called after each page. */
  readonly onProgress?: (done: ClusterProgress) => void;
}

export interface ClusterProgress {
  readonly objects: number;
  /** Kinds that were read to their end, and how many there are to read. */
  readonly kinds: number;
  readonly ofKinds: number;
}

export interface ClusterTotals {
  readonly documents: number;
  /** What the server serves besides the core group. */
  readonly apis: readonly ServedApi[];
  /** Kinds that were not read, or not to their end: what is absent of them may exist. */
  readonly unlisted: readonly UnlistedKind[];
  /** Kinds whose pages are not all of one moment. */
  readonly restarted: readonly string[];
  /** The first and the last resourceVersion of all lists; absent where the server tells none that can be compared. */
  readonly moments: readonly [string, string] | undefined;
}

/** Kinds whose first page is asked for while another one is read. */
const ahead = 3;

/**
 * Reads every object of a cluster that rules read and hands over one after the other: kinds in an order of their own,
 * owners before what they own, so that only the top owner is handed over and the others are skipped. What may not be
 * read, or not to its end, is an `unread` input and in `unlisted`. It only ever GETs, and of Secrets it keeps
 * their metadata, at most with the names of their keys.
 */
export async function readCluster(
  connection: Connection,
  options: ClusterOptions,
  sink: (input: Input) => void,
): Promise<ClusterTotals | Refusal> {
  const { patience, podTemplates, namespaces, share, onProgress } = options;
  const end = Date.now() + patience.all;
  const wanted = wantedKinds(options.kinds, podTemplates, options);
  const served = await discover(connection, wanted, end, patience);
  if ('refused' in served) return served;

  const reading: Reading = {
    connection,
    patience,
    end,
    owners: startOwners(fileOf),
    podTemplates,
    replicasByName: options.replicasByName === true,
    handing: startHanding({ podTemplates, sink }, share),
    spare: [],
    documents: 0,
    templatesKnown: true,
    restarted: [],
    unlisted: [],
    moments: new Set(),
  };
  const jobs = jobsOf(reading, wanted, served, namespaces);
  const started = jobs.slice(0, ahead).map((job) => start(reading, job));
  for (const [index, job] of jobs.entries()) {
    const next = jobs[index + ahead];
    if (next !== undefined) started.push(start(reading, next));
    const progress = (objects: number, kinds: number): void => onProgress?.({ objects, kinds, ofKinds: jobs.length });
    const refused = await readKind(reading, job, started[index]!, (objects) => progress(objects, index));
    if (refused !== undefined) return refused;
    progress(reading.documents, index + 1);
  }
  await reading.handing.settle();
  reading.spare.length = 0;
  return {
    documents: reading.documents,
    apis: served.apis,
    unlisted: reading.unlisted,
    restarted: reading.restarted,
    moments: span(reading.moments),
  };
}

/** Numbers of one order for all kinds, as Kubernetes keeps them in etcd; of other stores nothing is known. */
function span(moments: ReadonlySet<string>): readonly [string, string] | undefined {
  const numbers = [...moments];
  if (numbers.length === 0 || !numbers.every((each) => /^[1-9]\d{0,19}$/.test(each))) return undefined;
  const sorted = numbers.sort((a, b) => a.length - b.length || Number(a > b) - Number(a < b));
  return [sorted[0]!, sorted.at(-1)!];
}
