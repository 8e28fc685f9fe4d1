import { controls as ownControls } from '../controls/index.ts';
import type { AnyControl, Report } from '../core/index.ts';
import { startEvaluation } from '../evaluate/index.ts';
import type { ObservedApiServer } from '../kube/api-server.ts';
import type { PodTemplateKind } from '../kube/pod-templates.ts';
import { policyOf, type PolicyOptions } from '../options/policy-options.ts';
import { readVersion } from '../options/target.ts';
import {
  clusterRole,
  connect,
  observedServer,
  probeAnonymous,
  patienceOf,
  readCluster,
  serverVersion,
  type Connection,
  type ConnectionOptions,
  type HandedSharing,
  type Patience,
} from '../sources/cluster/index.ts';
import { startSharing } from '../sources/manifests/index.ts';
import { addAdmissionConfig } from './admission-config.ts';
import { granted } from './granted.ts';
import { handedJudge, type StartSecondThread } from './portion-judge.ts';
import { startVerification, verificationRole, type VerificationOptions } from './verification.ts';

export interface ScanClusterOptions extends Omit<PolicyOptions, 'namespace' | 'partial'>, ConnectionOptions {
  /** Judge these namespaces only, without what stands outside of namespaces; default: the whole cluster. */
  readonly namespaces?: readonly string[];
  /** Also read the names of the keys in Secrets: their values are then sent, and overwritten where they come in. */
  readonly readSecretKeys?: boolean;
  /** Also send two requests without credentials, to see whether the API server takes such (`/version`, `/api`). */
  readonly probeAnonymous?: boolean;
  /** Kinds with pod templates besides those that are known. */
  readonly podTemplates?: readonly PodTemplateKind[];
  /** Files with what the API server's own configuration says of admission: its AdmissionConfiguration, which no API shows. */
  readonly admissionConfig?: readonly string[];
  /**
   * Ask the API server as well what it does with pods that break the rules, in every namespace outside of the system. These are
   * requests to create pods, each a dry run: nothing is stored, nothing runs, and the audit log shows them.
   */
  readonly verifyEnforcement?: VerificationOptions;
  /** The controls to judge by; default: all of this package. */
  readonly controls?: readonly AnyControl[];
  /** How long to wait, in milliseconds; default: 900 s for the cluster (`all`), a third of that for a kind, 60 s for a request. */
  readonly patience?: Partial<Patience>;
  /** Called now and then while reading. */
  readonly onProgress?: (done: { readonly objects: number; readonly kinds: number; readonly ofKinds: number }) => void;
}

/**
 * Judges what runs in a cluster, as `plimsoll scan --cluster` does: reads it through its API, only ever with `get` and
 * `list`, and of Secrets the metadata alone. Kubernetes' version is that of the API server unless the options name one. What
 * the user may not read is listed in `inputs.unread` of the report, and no verdict is made from its absence.
 *
 * @example
 * import { scanCluster } from 'plimsoll';
 *
 * const report = await scanCluster({ context: 'staging', namespaces: ['shop'] });
 *
 * @throws OptionError where an option is wrong, or the cluster cannot be asked at all.
 */
export async function scanCluster(options: ScanClusterOptions = {}): Promise<Report> {
  checkScan(options);
  return judgeCluster(granted<Connection>(await connect(options)), options);
}

/** As `scanCluster`, by the controls of this package, and with a second thread for large clusters. The report is the same. */
export async function scanClusterInTwoThreads(
  options: Omit<ScanClusterOptions, 'controls'>,
  secondThread: StartSecondThread,
): Promise<Report> {
  checkScan(options);
  return judgeCluster(granted<Connection>(await connect(options)), options, undefined, { from: worthSharing, secondThread });
}

/** Objects that are judged from which on a second thread is worth its own start and warming up. */
const worthSharing = 1000;

/** The first thread asks and cuts besides, and tells replicas, of which little is judged: until then the second has enough to do. */
const mostWaiting = 32;

/** When a second thread is asked to help. */
export interface Help {
  /** From how many objects on. */
  readonly from: number;
  readonly secondThread: StartSecondThread;
}

/** @throws OptionError where an option is wrong, whatever the cluster. */
export function checkScan({ controls = ownControls, ...options }: ScanClusterOptions): void {
  for (const namespace of options.namespaces ?? []) policyOf({ ...options, namespace }, controls, true);
  policyOf(options, controls, true);
  if (options.verifyEnforcement !== undefined) startVerification(options.verifyEnforcement, options.namespaces);
}

/**
 * Judges what a connection leads to, and closes it. `onObserved` hears what was observed of the server itself.
 * @throws OptionError where the cluster cannot be asked at all.
 */
export async function judgeCluster(
  connection: Connection,
  options: ScanClusterOptions,
  onObserved?: (server: ObservedApiServer) => void,
  help?: Help,
): Promise<Report> {
  const { controls = ownControls, namespaces, podTemplates = [], admissionConfig = [], onProgress } = options;
  const patience = patienceOf(options.patience);
  let sharing: HandedSharing | undefined;
  try {
    const version = granted<string>(await serverVersion(connection, patience));
    const policy = policyOf({ ...options, kubernetesVersion: options.kubernetesVersion ?? version }, controls, true);
    const evaluation = startEvaluation(controls, policy);
    await addAdmissionConfig(evaluation, admissionConfig);
    const { context, recorded } = connection;
    const asked =
      options.probeAnonymous === true && recorded === undefined ? { anonymous: await probeAnonymous(connection, patience) } : {};
    const { verifyEnforcement } = options;
    const verification =
      verifyEnforcement && recorded === undefined ? startVerification(verifyEnforcement, namespaces, options.systemNamespaces) : undefined;
    // The verification looks at every object itself.
    const share =
      help === undefined || verification !== undefined
        ? {}
        : {
            share: {
              from: help.from,
              start: (): HandedSharing | undefined => {
                const run = { policy, podTemplates };
                const start = help.secondThread(run);
                if (start !== undefined)
                  sharing = startSharing(handedJudge(controls, run), (part) => evaluation.join(part), start, mostWaiting);
                return sharing;
              },
            },
          };
    const seen = { version, ...connection.sighting(), ...asked };
    const totals = granted(
      await readCluster(
        connection,
        {
          kinds: [...new Set([...evaluation.kinds, ...(recorded?.alsoRead ?? verification?.kinds ?? [])])],
          podTemplates,
          // Controls of others may read more of them.
          replicasByName: options.controls === undefined,
          readSecretKeys: options.readSecretKeys === true,
          ...(namespaces === undefined ? {} : { namespaces: [...new Set(namespaces)] }),
          patience,
          ...share,
          ...(onProgress === undefined ? {} : { onProgress }),
        },
        (input) => {
          verification?.take(input);
          evaluation.add(input);
        },
      ),
    );
    // What comes now takes the most memory.
    await sharing?.end();
    const verified = await verification?.run(connection, { version: policy.version, patience, unlisted: totals.unlisted });
    const observed = recorded?.observed ?? { ...seen, ...(verified === undefined ? {} : { enforcement: verified }) };
    onObserved?.(observed);
    evaluation.add(observedServer(context, { ...observed, apis: totals.apis }));
    return evaluation.finish({
      files: 0,
      documents: totals.documents,
      cluster: {
        context,
        version,
        ...(namespaces === undefined ? {} : { namespaces: [...new Set(namespaces)] }),
        ...(recorded === undefined ? {} : { snapshot: { taken: recorded.taken, tool: recorded.tool } }),
      },
      unlisted: totals.unlisted,
      assumptions: [
        consistency(totals.moments, namespaces),
        ...(admissionConfig.length > 0
          ? []
          : ['the API server has no settings of its own for Pod Security (--admission-config names them)']),
        ...totals.restarted.map((resource) => `nothing of ${resource} changed while they were read: their pages are of different moments`),
      ],
    });
  } finally {
    connection.close();
    await sharing?.end();
  }
}

/** How far what was read is the state of one moment. */
function consistency(moments: readonly [string, string] | undefined, namespaces: readonly string[] | undefined): string {
  if (moments !== undefined && moments[0] === moments[1]) return `all that was read is of one moment, resourceVersion ${moments[0]}`;
  const of = namespaces === undefined ? '' : ' of each namespace';
  const which = moments === undefined ? '' : ` (resourceVersion ${moments[0]} to ${moments[1]})`;
  return `nothing changed while it was read: each kind${of} is shown as of one moment, and kinds as of different ones${which}`;
}

/** Kinds that `scanCluster` reads with these options, those with pod templates not among them. */
export function kindsOfScan(options: ScanClusterOptions): readonly string[] {
  const { controls = ownControls, namespaces, verifyEnforcement } = options;
  const { kinds } = startEvaluation(controls, policyOf(options, controls, true));
  const verified = verifyEnforcement === undefined ? [] : startVerification(verifyEnforcement, namespaces).kinds;
  return [...new Set([...kinds, ...verified])];
}

/** The permissions that `scanCluster`, or with `watch` `watchCluster`, needs with these options, as the YAML of a ClusterRole. */
export function clusterRoleFor(options: Omit<ScanClusterOptions, keyof ConnectionOptions> & { readonly watch?: boolean }): string {
  const { namespaces, podTemplates = [], watch = false, verifyEnforcement } = options;
  const version = readVersion(options.kubernetesVersion).minor;
  const role = clusterRole(kindsOfScan(options), podTemplates, { command: 'scan', version, inNamespaces: namespaces !== undefined, watch });
  return verifyEnforcement === undefined ? role : role + verificationRole(verifyEnforcement);
}
