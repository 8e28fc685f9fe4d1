import { indexByNamespace, indexSelectors } from '../kube/selector-index.ts';
import type { RememberedPod } from './remembered-workload.ts';
import type { GatewayWay, WayIn } from './way-in.ts';

/** What stands behind the Gateways of Istio. */
export interface MeshFronts {
  /** Pods that serve one. */
  readonly pods: ReadonlySet<RememberedPod>;
  /** Keys of Gateways whose pods only Services lead to that are reached from the private network alone. */
  readonly internal: ReadonlySet<string>;
  /** Those of them to which an Ingress or a Route leads all the same. */
  readonly behindOthers: ReadonlySet<string>;
}

/** The pods that Gateways of Istio select, and whether anybody outside gets to them. Where none was read, somebody may. */
export function meshFronts(memories: readonly WayIn[]): MeshFronts {
  const gateways = memories.filter(
    (memory): memory is GatewayWay => memory.type === 'gateway' && Object.keys(memory.selector ?? {}).length > 0,
  );
  const pods = new Set<RememberedPod>();
  if (gateways.length === 0) return { pods, internal: new Set(), behindOthers: new Set() };
  const serves = indexSelectors(gateways, ({ selector = {} }) => ({ matchLabels: selector }));
  const services = indexByNamespace(
    memories.flatMap((memory) => (memory.type === 'service' ? [memory] : [])),
    ({ namespace }) => namespace,
    ({ service }) => ({ matchLabels: service.selector }),
  );
  const routed = new Set(memories.flatMap((memory) => (memory.type === 'route' && memory.entrance !== undefined ? memory.services : [])));
  const behindOthers = new Set<string>();
  const reached = new Set<string>();
  const shut = new Set<string>();
  for (const memory of memories) {
    if (memory.type !== 'workload') continue;
    for (const pod of memory.pods) {
      const served = serves.matching(pod.labels);
      if (served.length === 0) continue;
      pods.add(pod);
      const leading = services.get(memory.namespace)?.matching(pod.labels) ?? [];
      const isShut = !pod.onHost && leading.length > 0 && leading.every(({ service }) => service.entrance?.internal ?? !service.exposes);
      for (const { key } of served) (isShut ? shut : reached).add(key);
      if (leading.some(({ namespace, service }) => routed.has(`${namespace ?? ''}/${service.name}`)))
        for (const { key } of served) behindOthers.add(key);
    }
  }
  return { pods, internal: new Set([...shut].filter((key) => !reached.has(key))), behindOthers };
}
