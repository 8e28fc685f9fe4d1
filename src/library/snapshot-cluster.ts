import { createHash, createHmac, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { kindName, type Report, type Unread } from '../core/index.ts';
import { version as tool } from '../core/version.ts';
import { reasonOf, writePrivateFile } from '../files/index.ts';
import type { ObservedApiServer } from '../kube/api-server.ts';
import { OptionError } from '../options/option-error.ts';
import { readVersion } from '../options/target.ts';
import { redactor } from '../redact/index.ts';
import {
  clusterRole,
  connect,
  patienceOf,
  readCluster,
  wantedKinds,
  type Connection,
  type ConnectionOptions,
} from '../sources/cluster/index.ts';
import {
  kindsOf,
  linesOf,
  openSpool,
  packManifest,
  replay,
  snapshotFormat,
  startRecording,
  type Manifest,
} from '../sources/snapshot/index.ts';
import { firstDifference } from './first-difference.ts';
import { granted } from './granted.ts';
import { startPolicyGenerator } from './network-policies.ts';
import { startPathsReading } from './paths.ts';
import { startReachReading } from './reach.ts';
import { startRights } from './rights/rights.ts';
import { checkScan, judgeCluster, kindsOfScan, type ScanClusterOptions } from './scan-cluster.ts';
import { startVerification, verificationRole } from './verification.ts';

export interface SnapshotOptions extends Omit<
  ScanClusterOptions,
  'all' | 'minSeverity' | 'only' | 'profile' | 'skip' | 'system' | 'kubernetesVersion'
> {
  /** Where the snapshot is written; only its owner may read it. */
  readonly file: string;
  /** Replace a file that exists; default: refuse. */
  readonly overwrite?: boolean;
}

/** What a snapshot holds. */
export interface SnapshotSummary {
  /** The context of the kubeconfig. */
  readonly context: string;
  /** The version of the API server. */
  readonly version: string;
  /** When it was taken, in ISO 8601. */
  readonly taken: string;
  readonly objects: number;
  /** The length of the file in bytes, and its SHA-256 in hexadecimal. */
  readonly bytes: number;
  readonly sha256: string;
  /** What should have been recorded and could not be read, with the reason. */
  readonly unread: readonly Unread[];
}

/**
 * Records what a scan of a cluster reads, as `plimsoll snapshot --cluster` does, in a file that `scan` judges anywhere: all
 * kinds that any control reads, and those that questions about reach, paths and rights need, without values of Secrets, variables and ConfigMaps. Credentials that a control finds are
 * replaced by others of their kind. Before it is written the recording is judged, and must give the report of the cluster.
 *
 * @example
 * import { scan, snapshotCluster } from 'plimsoll';
 *
 * await snapshotCluster({ context: 'staging', file: 'staging.plimsoll' });
 * const report = await scan({ paths: ['staging.plimsoll'] });
 *
 * @throws OptionError where an option is wrong, the cluster cannot be asked, the file cannot be written, or the recording
 * would give another report than the cluster.
 */
export async function snapshotCluster(options: SnapshotOptions): Promise<SnapshotSummary> {
  const snapshot = await takeSnapshot(options);
  try {
    snapshot.write();
    return snapshot.summary;
  } finally {
    snapshot.close();
  }
}

/** A snapshot that waits to be written. */
export interface TakenSnapshot {
  readonly summary: SnapshotSummary;
  /** @throws OptionError where the file cannot be written. */
  write(): void;
  close(): void;
}

/** Records a cluster, and proves that the recording is as good as the cluster. */
export async function takeSnapshot(options: SnapshotOptions): Promise<TakenSnapshot> {
  const { file, overwrite = false, podTemplates = [], namespaces, onProgress, ...others } = options;
  checkTarget(file, overwrite);
  checkScan(options);
  const judging: ScanClusterOptions = { ...others, ...everything, podTemplates, ...(namespaces === undefined ? {} : { namespaces }) };
  const besides = kindsBesides(judging);
  const end = Date.now() + patienceOf(options.patience).all;
  const connection = granted<Connection>(await connect(options));
  const taken = new Date().toISOString().replace(/\.\d+/, '');
  const spool = started(openSpool);
  try {
    const recording = startRecording(connection, redactor(podTemplates, tags()), spool);
    let observed: ObservedApiServer = {};
    const progress = onProgress === undefined ? {} : { onProgress };
    // What is not judged is read afterwards.
    const open = { ...recording.connection, close: () => undefined };
    const live = await judgeCluster(open, { ...judging, ...progress }, (server) => (observed = server));
    const unread = [...live.inputs.unread, ...(await readBesides(open, besides, { ...judging, ...progress }, end))];
    // What was asked ahead may be answered only now.
    await setImmediate();
    const { answers, parts, read } = recording.finish();
    const { cluster, kubernetesVersion } = live.target;
    const manifest: Manifest = {
      plimsoll: 'snapshot',
      format: snapshotFormat,
      tool,
      taken,
      context: connection.context,
      server: cluster?.version ?? kubernetesVersion,
      ...(options.as === undefined ? {} : { as: options.as, asGroups: options.asGroups ?? [] }),
      ...(namespaces === undefined ? {} : { namespaces: [...new Set(namespaces)] }),
      podTemplates,
      secretKeys: options.readSecretKeys === true,
      alsoRead: options.verifyEnforcement === undefined ? [] : startVerification(options.verifyEnforcement, namespaces).kinds,
      observed,
      kinds: kindsOf(answers, parts),
      unread: unread.map(({ file: part, reason }) => ({ file: part, reason })),
      answers,
      parts,
    };
    const recorded = replay(
      manifest,
      async (part) => (await linesOf(read(part), parts[part]!)) ?? [],
      () => undefined,
    );
    const again = await judgeCluster(recorded, judging);
    const difference = firstDifference(live, withoutSnapshot(again));
    if (difference !== undefined)
      throw new OptionError([
        `the recording would give another report than the cluster: ${difference}`,
        'nothing is written',
        'take it again; if it stays so, scan the cluster itself and report this as a defect of plimsoll',
      ]);

    const head = await packManifest(manifest);
    const content = function* (): Generator<Uint8Array, void> {
      yield head;
      for (const part of parts.keys()) yield read(part);
    };
    const hash = createHash('sha256');
    let bytes = 0;
    for (const piece of content()) {
      hash.update(piece);
      bytes += piece.length;
    }
    const objects = parts.reduce((sum, part) => sum + part.objects, 0);
    return {
      summary: {
        context: manifest.context,
        version: manifest.server,
        taken,
        objects,
        bytes,
        sha256: hash.digest('hex'),
        unread,
      },
      write: () => write(file, content(), overwrite),
      close: () => spool.close(),
    };
  } catch (error) {
    spool.close();
    throw notRecorded(error);
  } finally {
    connection.close();
  }
}

/** Everything that any scan could ask for. */
const everything = { profile: 'nsa', only: [], skip: [], minSeverity: 'low', system: true, all: false } as const;

/** What no scan reads, and the commands that ask a snapshot who reaches what and who may do what. */
function kindsBesides(options: ScanClusterOptions): readonly string[] {
  const readings = [
    startPathsReading(true),
    startReachReading(),
    startRights({ definitions: true }),
    startPolicyGenerator({ live: true, check: true }),
  ];
  const asked = new Set(readings.flatMap(({ kinds }) => kinds.kinds));
  for (const { group, kind } of wantedKinds(kindsOfScan(options), options.podTemplates ?? [])) asked.delete(kindName(group, kind));
  return [...asked];
}

/** Has these kinds recorded, until `end`; tells what could not be read. */
async function readBesides(
  connection: Connection,
  kinds: readonly string[],
  { patience, namespaces, podTemplates = [], onProgress }: ScanClusterOptions,
  end: number,
): Promise<readonly Unread[]> {
  const unread: Unread[] = [];
  granted(
    await readCluster(
      connection,
      {
        kinds,
        workloads: false,
        podTemplates,
        patience: { ...patienceOf(patience), all: Math.max(0, end - Date.now()) },
        ...(namespaces === undefined ? {} : { namespaces: [...new Set(namespaces)] }),
        ...(onProgress === undefined ? {} : { onProgress }),
      },
      (input) => {
        if (input.type === 'unread') unread.push(input);
      },
    ),
  );
  return unread;
}

/** The permissions that `snapshotCluster` needs with these options, as the YAML of a ClusterRole. */
export function snapshotRoleFor(
  options: Omit<SnapshotOptions, keyof ConnectionOptions | 'file' | 'overwrite'> & Pick<ScanClusterOptions, 'kubernetesVersion'>,
): string {
  const { namespaces, podTemplates = [], verifyEnforcement } = options;
  const judging = { ...options, ...everything };
  const kinds = [...kindsOfScan(judging), ...kindsBesides(judging)];
  const role = clusterRole(kinds, podTemplates, {
    command: 'snapshot',
    version: readVersion(options.kubernetesVersion).minor,
    inNamespaces: namespaces !== undefined,
  });
  return verifyEnforcement === undefined ? role : role + verificationRole(verifyEnforcement);
}

function started<T>(start: () => T): T {
  try {
    return start();
  } catch (error) {
    throw notRecorded(error);
  }
}

/** What waits to be written needs room too. Defects stay what they are. */
function notRecorded(error: unknown): unknown {
  if (error instanceof OptionError) return error;
  try {
    return new OptionError([
      `the snapshot cannot be recorded: ${reasonOf(error)}`,
      tmpdir(),
      'name another folder for temporary files with TMPDIR',
    ]);
  } catch {
    return error;
  }
}

/**
 * Equal texts of one snapshot have equal tags, so that pods differ from their templates as they did. The key is never kept:
 * nobody can try out what a tag stands for, or compare two snapshots by them.
 */
function tags(): (text: string) => string {
  const key = randomBytes(32);
  return (text) =>
    createHmac('sha256', key)
      .update(text)
      .digest('hex')
      .slice(0, 12)
      .replaceAll(/./g, (digit) => 'abcdefghijklmnop'[parseInt(digit, 16)]!);
}

/** Before minutes are spent on reading. @throws OptionError */
function checkTarget(file: string, overwrite: boolean): void {
  if (!existsSync(dirname(file)))
    throw notWritten(file, 'its folder is not there', 'name a file in a folder that exists and can be written');
  if (!overwrite && existsSync(file)) throw exists(file);
}

function write(file: string, content: Iterable<Uint8Array>, overwrite: boolean): void {
  try {
    writePrivateFile(file, content, overwrite);
  } catch (error) {
    if (!overwrite && existsSync(file)) throw exists(file);
    throw notWritten(file, reasonOf(error), 'name a file in a folder that exists and can be written');
  }
}

function exists(file: string): OptionError {
  return notWritten(file, 'a file of this name exists already', 'name another one, or overwrite it with --force');
}

function notWritten(file: string, reason: string, todo: string): OptionError {
  return new OptionError([`the snapshot cannot be written: ${reason}`, file, todo]);
}

/** The report of a recording says that it is one. */
function withoutSnapshot(report: Report): Report {
  const { cluster } = report.target;
  if (cluster === undefined) return report;
  const { snapshot: _, ...live } = cluster;
  return { ...report, target: { ...report.target, cluster: live } };
}
