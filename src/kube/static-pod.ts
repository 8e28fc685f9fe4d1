import type { Resource } from '../core/index.ts';
import { isObject } from './shape-reader.ts';

/**
 * The node whose kubelet runs a static pod, of which the API shows a picture (the mirror pod): deleting or changing that
 * changes nothing. Only the kubelet's own word counts: the annotation, and the node as the owner, which the API server lets
 * nobody else's node write (plugin NodeRestriction).
 * Source: pkg/kubelet/pod/mirror_client.go of Kubernetes 1.37.
 */
export function nodeOfStaticPod({ ref, metadata, object }: Resource): string | undefined {
  if (ref.kind !== 'Pod' || metadata.annotations?.['kubernetes.io/config.mirror'] === undefined) return undefined;
  const owners = isObject(object['metadata']) ? object['metadata']['ownerReferences'] : undefined;
  const spec = object['spec'];
  const node = isObject(spec) ? spec['nodeName'] : undefined;
  if (!Array.isArray(owners) || typeof node !== 'string') return undefined;
  return owners.some((owner) => isObject(owner) && owner['kind'] === 'Node' && owner['name'] === node) ? node : undefined;
}
