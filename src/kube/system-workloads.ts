import type { Resource } from '../core/index.ts';
import type { PodSpec } from './types.ts';

/** Namespaces that Kubernetes makes for itself; `kube-node-lease` since 1.14. */
export const systemNamespaces: readonly string[] = ['kube-system', 'kube-public', 'kube-node-lease'];

/** The only one of them that holds pods: the others are for objects that everybody may read, and for the leases of nodes. */
const namespaceOfSystemPods = 'kube-system';

/** Labels by which cluster installers mark what they own. */
const ownerLabels: readonly string[] = [
  'addonmanager.kubernetes.io/mode',
  'kubernetes.io/cluster-service',
  'eks.amazonaws.com/component',
  'kubernetes.azure.com/managedby',
];

/** Where Kubernetes itself and the makers of network and storage plugins publish their images. */
const ownerImages: readonly string[] = [
  'registry.k8s.io/',
  'k8s.gcr.io/',
  'gke.gcr.io/',
  'mcr.microsoft.com/oss/kubernetes/',
  'docker.io/calico/',
  'calico/',
  'quay.io/calico/',
  'quay.io/cilium/',
  'docker.io/flannel/',
  'flannel/',
  'ghcr.io/flannel-io/',
];

/** Amazon publishes per region: the account and the host's end are what stays. */
const amazonImage = /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com\/(eks|amazon-k8s-cni)/;

/**
 * Why a workload counts as a part of the system, or `undefined`. The namespace alone is not enough, or anything could
 * hide there: an owner's label or the source of every image must say so too. Names never count. Of the namespaces that the
 * user has `named` it is.
 */
export function systemReason(resource: Resource, namespace: string | undefined, named: readonly string[] = []): string | undefined {
  if (resource.podTemplates.length === 0 || namespace === undefined) return undefined;
  if (named.includes(namespace)) return `system workload: namespace ${namespace}, named by systemNamespaces`;
  if (namespace !== namespaceOfSystemPods) return undefined;
  const label = ownerLabels.find((owner) => resource.metadata.labels?.[owner] !== undefined);
  if (label !== undefined) return `system workload: namespace ${namespace}, label ${label}`;
  const images = resource.podTemplates.flatMap(({ spec }) => imagesOf(spec as PodSpec));
  if (images.length > 0 && images.every(isOwnerImage)) return `system workload: namespace ${namespace}, images of its maker`;
  return undefined;
}

/** Whether it depends on more than the namespace if a workload there counts as a part of the system. */
export function mayHoldSystemPods(namespace: string): boolean {
  return namespace === namespaceOfSystemPods;
}

function imagesOf(spec: PodSpec): string[] {
  return [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])].map(({ image }) => image ?? '');
}

function isOwnerImage(image: string): boolean {
  return ownerImages.some((source) => image.startsWith(source)) || amazonImage.test(image);
}
