import { waiverAnnotation } from '../core/index.ts';
import { transportAnnotations } from '../kube/transport-security.ts';

/** The parts of `metadata` that rules and the reading of a cluster need. */
export const keptMetadata: ReadonlySet<string> = new Set([
  'name',
  'generateName',
  'namespace',
  'uid',
  'labels',
  'annotations',
  'ownerReferences',
  'creationTimestamp',
  'deletionTimestamp',
]);

/** Those that a Secret comes with; what the reading has overwritten of the others is no longer of its type (`sources/cluster/asking.ts`). */
export const keptMetadataOfSecrets: ReadonlySet<string> = new Set(['name', 'namespace', 'uid', 'labels', 'annotations']);

/** The parts of an owner reference that lead to the owner. */
export const keptOfOwners: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'name', 'uid', 'controller']);

/** What the reading of a cluster needs of `status` besides the conditions: whether something still runs. Rules read all of it of `kindsWithStatus`. */
export const keptStatus: ReadonlySet<string> = new Set(['phase', 'replicas']);
export const keptOfConditions: ReadonlySet<string> = new Set(['type', 'status']);

/** Parts of the status of a node that are long, and that no rule reads. */
export const longStatus: ReadonlySet<string> = new Set(['images', 'volumesAttached', 'volumesInUse']);

/** Annotations by which something is configured, by the end of their domain. The values of all others are for people and for tools. */
const configuring =
  /(?:^|\.)(?:kubernetes\.io|k8s\.io|istio\.io|linkerd\.io|cilium\.io|projectcalico\.org|openshift\.io|gke\.io|cloud\.google\.com)\//;
/** They hold copies of objects and pieces of configuration files. */
const copying = /^kubectl\.kubernetes\.io\/|(?:^|\.)ingress\.kubernetes\.io\//;
const longestAnnotation = 512;
/** Who answers for what until when is what a snapshot is judged by too. */
const longestWaivers = 8192;

/** Whether the value of an annotation is kept, as long as there is no credential in it. */
export function keepsAnnotation(name: string, value: string): boolean {
  if (name === waiverAnnotation) return value.length <= longestWaivers;
  if (value.length > longestAnnotation) return false;
  return transportAnnotations.has(name) || (configuring.test(name) && !copying.test(name));
}
