import {
  sharedText,
  type Anchor,
  type AnchorOf,
  type PodTemplate,
  type Resource,
  type ResourceRef,
  type SubjectContext,
} from '../core/index.ts';
import { runsIngressController } from '../kube/ingress-controllers.ts';
import type { Labels } from '../kube/label-selector.ts';
import { placementText } from '../kube/node-placement.ts';
import type { Container, PodSpec } from '../kube/types.ts';
import { podResources, podShape, type PodResources, type PodShape } from './pod-shape.ts';

/** What joined subjects remember of an object with pods: one for all kinds of them, because a dump has tens of thousands. */
export interface RememberedWorkload {
  readonly type: 'workload';
  readonly namespace: string | undefined;
  readonly ref: ResourceRef;
  /** One for each pod template. */
  readonly pods: readonly [RememberedPod, ...RememberedPod[]];
}

export interface RememberedPod {
  readonly type: 'pod';
  readonly ref: ResourceRef;
  readonly labels: Labels;
  readonly shape: PodShape;
  readonly resources: PodResources;
  /** As JSON: most pods of a cluster are placed alike. */
  readonly placement: string;
  /** Of the ports of its containers, ephemeral ones left out, with spaces between: most pods of a cluster name the same few. */
  readonly portNames: string;
  /** Images of the regular containers, for a DaemonSet: what they are elsewhere need not be remembered. */
  readonly images: readonly string[];
  readonly takesTrafficIn: boolean;
  /** It opens ports of its node. */
  readonly onHost: boolean;
  /** The PodSpec. */
  readonly at: Anchor;
  /** What of it decides where the pod runs, else the PodSpec. */
  readonly placedAt: Anchor;
  /** Where the pod asks for the network of the host; undefined if it does not. */
  readonly hostNetworkAt: Anchor | undefined;
}

let last: { readonly resource: Resource; readonly anchor: AnchorOf; readonly workload: RememberedWorkload | undefined } | undefined;

/** Undefined for what has no pods. Whoever asks for the same object next gets the same answer. */
export function rememberedWorkload(resource: Resource, anchor: AnchorOf, context: SubjectContext): RememberedWorkload | undefined {
  if (resource.podTemplates.length === 0) return undefined;
  if (last?.resource !== resource || last.anchor !== anchor) last = { resource, anchor, workload: workloadOf(resource, anchor, context) };
  return last.workload;
}

function workloadOf(resource: Resource, anchor: AnchorOf, context: SubjectContext): RememberedWorkload {
  const { ref, podTemplates } = resource;
  const pods = podTemplates.map((template) => podOf(ref, template, anchor)) as [RememberedPod, ...RememberedPod[]];
  const namespace = context.namespaceOf(resource);
  return { type: 'workload', namespace: namespace === undefined ? undefined : sharedText(namespace), ref, pods };
}

const noImages: readonly string[] = [];
const noLabels: Labels = {};

function podOf(ref: ResourceRef, { metadata, spec, specPath }: PodTemplate, anchor: AnchorOf): RememberedPod {
  const { containers = [], hostNetwork, nodeName, nodeSelector, affinity, tolerations }: PodSpec = spec;
  const labels = metadata.labels ?? noLabels;
  const at = anchor(specPath);
  const placedBy =
    nodeName !== undefined && nodeName !== ''
      ? 'nodeName'
      : nodeSelector !== undefined
        ? 'nodeSelector'
        : affinity?.nodeAffinity !== undefined
          ? 'affinity'
          : tolerations !== undefined
            ? 'tolerations'
            : undefined;
  return {
    type: 'pod',
    ref,
    labels,
    shape: podShape(spec, metadata),
    resources: podResources(spec),
    placement: placementText(spec),
    portNames: portNamesOf(spec),
    images: ref.kind === 'DaemonSet' ? containers.map(({ image = '' }) => image) : noImages,
    takesTrafficIn: runsIngressController(labels, containers),
    onHost: hostNetwork === true || containers.some(opensHostPort),
    at,
    placedAt: placedBy === undefined ? at : anchor([...specPath, placedBy]),
    hostNetworkAt: hostNetwork === true ? anchor([...specPath, 'hostNetwork']) : undefined,
  };
}

function opensHostPort({ ports }: Container): boolean {
  return ports !== undefined && ports.some(({ hostPort = 0 }) => hostPort !== 0);
}

function portNamesOf({ containers, initContainers }: PodSpec): string {
  let text = '';
  for (const list of [containers, initContainers]) {
    if (list === undefined) continue;
    for (const { ports } of list) {
      if (ports === undefined) continue;
      for (const { name } of ports) if (name !== undefined && name !== '') text = text === '' ? name : `${text} ${name}`;
    }
  }
  return sharedText(text);
}
