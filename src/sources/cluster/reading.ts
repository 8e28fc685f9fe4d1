import { kindName } from '../../core/index.ts';
import type { PodTemplateKind } from '../../kube/pod-templates.ts';
import type { Connection } from './connect.ts';
import type { Handing } from './handing.ts';
import type { Owners } from './owners.ts';
import type { Patience } from './patience.ts';
import type { WantedKind } from './wanted-kinds.ts';

/** What is known of a cluster while it is read. */
export interface Reading {
  readonly connection: Connection;
  readonly patience: Patience;
  /** Of it all, in milliseconds since 1970. */
  readonly end: number;
  readonly owners: Owners;
  readonly podTemplates: readonly PodTemplateKind[];
  /** As in `ClusterOptions`. */
  readonly replicasByName: boolean;
  readonly handing: Handing;
  /** Memory of pages that were read. */
  readonly spare: Buffer[];
  documents: number;
  /** Whether it is known of all workloads whose templates were taken as they stand that they can be judged. */
  templatesKnown: boolean;
  /** Resources whose pages are not all of one moment. */
  readonly restarted: string[];
  readonly unlisted: UnlistedKind[];
  /** The resourceVersions of all lists. */
  readonly moments: Set<string>;
}

export interface UnlistedKind {
  /** As in `ClusterOptions.kinds`. */
  readonly kind: string;
  readonly podTemplates: boolean;
  /** As permissions name it: `networkpolicies.networking.k8s.io`. */
  readonly resource: string;
}

/** When to give up on what is begun now. */
export function deadlineOf({ end, patience }: Reading): number {
  return Math.min(end, Date.now() + patience.kind);
}

/** Something is wrong: what should have been read was not. */
export function tellUnread({ handing }: Reading, resource: string, what: string, why: string): void {
  handing.tell({ type: 'unread', file: `cluster/${resource}`, line: 1, reason: `${what}: ${why}` });
}

/** What is absent of this kind may exist. */
export function miss({ unlisted }: Reading, kind: WantedKind, resource: string): void {
  unlisted.push({ kind: kindName(kind.group, kind.kind), podTemplates: kind.podTemplates, resource });
}
