import {
  kindName,
  nowhere,
  type Anchor,
  type AnchorOf,
  type Input,
  type Location,
  type Path,
  type Resource,
  type Skipped,
  type Unread,
} from '../core/index.ts';
import { isWorkflow } from '../kube/argo-workflow.ts';
import { realPath, templatePaths, type PodTemplateKind } from '../kube/pod-templates.ts';
import { isClusterScoped } from '../kube/scope.ts';
import { OptionError } from '../options/option-error.ts';
import { checkNamespace, readVersion } from '../options/target.ts';
import type { ConnectionOptions, Patience } from '../sources/cluster/index.ts';
import { readManifests } from '../sources/manifests/index.ts';
import { renderingOf, type ChartOptions } from './chart-options.ts';
import { snapshotsAmong } from './snapshot-among.ts';

/** What is read: manifests or a snapshot by `paths`, else a cluster. */
export interface InventoryOptions {
  /** Files, folders, globs, `-`, or one snapshot; default: the working directory. */
  readonly paths?: readonly string[];
  /** Relative paths are resolved against it, and files below it are reported relative to it; default: that of the process. */
  readonly cwd?: string;
  /** What `-` names; default: the standard input of the process. */
  readonly stdin?: NodeJS.ReadableStream;
  /** Instead of paths. */
  readonly cluster?: ConnectionOptions & { readonly patience?: Partial<Patience> };
  /** Of a cluster or a snapshot: these alone, without what stands outside of namespaces. */
  readonly namespaces?: readonly string[];
  /** Of manifests: where objects without a namespace will be applied. */
  readonly namespace?: string;
  /** Default: that of the cluster, or the oldest one still supported. */
  readonly kubernetesVersion?: string;
  /** How Helm charts among the paths are rendered, with the `helm` of the user; absent: they are not, which the report says. */
  readonly charts?: ChartOptions;
  /** Kinds with pod templates besides those that are known. */
  readonly podTemplates?: readonly PodTemplateKind[];
  /** Called now and then while a cluster is read. */
  readonly onProgress?: (done: { readonly objects: number; readonly kinds: number; readonly ofKinds: number }) => void;
}

/** As in `Reads` (core/subject.ts). */
export interface InventoryKinds {
  readonly podTemplates: boolean;
  /** `Namespace` in the core group, else `Role.rbac.authorization.k8s.io`. */
  readonly kinds: readonly string[];
}

/** One object, only valid while it is handed over: what is needed of it must be kept as small plain data. */
export interface Seen {
  readonly resource: Resource;
  /** Where it is or will be; undefined where nobody says, and for what stands outside of namespaces. */
  readonly namespace: string | undefined;
  /** Places that outlive its text; their lines are known when everything was read. */
  readonly anchor: AnchorOf;
}

/** How the reading went. */
export interface Inventory {
  /** What was read, for a person: `3 files`, `the cluster staging`. */
  readonly source: string;
  /** The minor of Kubernetes: 35 for 1.35. */
  readonly version: number;
  readonly live: boolean;
  readonly files: number;
  readonly documents: number;
  readonly skipped: readonly Skipped[];
  /** What should have been read and could not be. */
  readonly unread: readonly Unread[];
  /** Kinds of a cluster that were not listed, or not to their end, as permissions name them: `pods`, `roles.rbac.authorization.k8s.io`. */
  readonly unlisted: readonly string[];
  /** The file that an anchor points into, or the name of the object in a cluster. */
  fileOf(anchor: Anchor): string;
}

/**
 * Reads objects without judging them, each handed over once and in the order of a scan: files by their names, a
 * cluster kind by kind. Pods of a cluster that are as their owner's template says have `madeFrom.alike`.
 *
 * @throws OptionError where an option is wrong, or the cluster cannot be asked at all.
 */
export async function readInventory(options: InventoryOptions, kinds: InventoryKinds, visit: (seen: Seen) => void): Promise<Inventory> {
  const { paths = ['.'], cwd = process.cwd(), cluster } = options;
  const [snapshot, another] = cluster === undefined ? snapshotsAmong(paths, cwd) : [];
  if (another !== undefined) throw new OptionError(['several snapshots are several clusters', 'name one of them']);
  for (const name of [options.namespace, ...(options.namespaces ?? [])]) checkNamespace(name);
  const { minor: version } = readVersion(options.kubernetesVersion);
  const fold = startFold(options, visit);
  if (cluster !== undefined || snapshot !== undefined) {
    const { clusterInventory, snapshotInventory } = await import('./cluster-inventory.ts');
    return snapshot === undefined ? clusterInventory(options, kinds, fold) : snapshotInventory(snapshot, options, kinds, fold);
  }

  const wanted = new Set(kinds.kinds);
  const { podTemplates = [] } = options;
  const totals = await readManifests(
    {
      paths,
      cwd,
      podTemplates,
      reads: (group, kind) =>
        wanted.has(kindName(group, kind)) || (kinds.podTemplates && (templatePaths(group, kind).length > 0 || isWorkflow(group, kind))),
      ...(paths.includes('-') ? { stdin: options.stdin ?? process.stdin } : {}),
      ...renderingOf(options),
    },
    fold.add,
  );
  const { files, documents } = totals;
  const source = `${files} ${files === 1 ? 'file' : 'files'}`;
  return { ...fold.result(), source, version, live: false, files, documents, unlisted: [] };
}

/** Takes what a source yields. */
export interface Fold {
  readonly add: (input: Input) => void;
  readonly result: () => Pick<Inventory, 'skipped' | 'unread' | 'fileOf'>;
}

type Remembered = { -readonly [K in keyof Anchor]: Anchor[K] };

function startFold({ namespace }: InventoryOptions, visit: (seen: Seen) => void): Fold {
  const files: string[] = [];
  const skipped: Skipped[] = [];
  const unread: Unread[] = [];

  function hand(resource: Resource): void {
    files.push(resource.file);
    const places: Path[] = [];
    const anchors: Remembered[] = [];
    const anchor = (place: Path): Anchor => {
      const path = realPath(resource.podTemplates, place);
      const remembered: Remembered = { resource: files.length - 1, path, location: nowhere };
      places.push(path);
      anchors.push(remembered);
      return remembered;
    };
    const stated = resource.ref.namespace ?? (isClusterScoped(resource.ref) ? undefined : namespace);
    visit({ resource, namespace: stated, anchor });
    if (places.length === 0) return;
    const locations: readonly Location[] = resource.locate(places);
    for (const [index, remembered] of anchors.entries()) remembered.location = locations[index] ?? nowhere;
  }

  return {
    add(input) {
      if (input.type === 'resource') hand(input.resource);
      if (input.type === 'skipped') skipped.push(input);
      if (input.type === 'unread') unread.push(input);
    },
    result: () => ({ skipped, unread, fileOf: ({ resource }) => files[resource] ?? '' }),
  };
}
