import { controllerLabels } from '../controller-labels.ts';
import { takesTrafficIn } from '../ingress-controllers.ts';
import { apiGroup, type AnchorOf, type PodTemplate, type Resource } from '../../core/index.ts';
import type { Protocol } from '../../core/reach.ts';
import { isObject } from '../shape-reader.ts';
import type { Container, NetworkPolicySpec, PodSpec } from '../types.ts';
import { adminPolicyFact } from './admin-policy-fact.ts';
import {
  namespaceNameLabel,
  type DeclaredPort,
  type EndpointsFact,
  type NetworkFact,
  type PodFact,
  type ServiceFact,
  type WorkloadFact,
} from './facts.ts';
import { opaqueKinds, opaquePolicyFact } from './opaque-policy-fact.ts';
import { policyPlaces } from './policy-places.ts';
import { gatewayFact, ingressFact, istioGatewayFact, istioGatewayKind, otherEntranceKinds, routeFact, routeKinds } from './route-fact.ts';
import { integerOf, listOf, protocolOf, recordOf, textOf } from '../untyped.ts';

/** What is read besides whatever has pod templates, as `Reads.kinds` names it. */
export const networkKinds: readonly string[] = [
  'Namespace',
  'Node',
  'Service',
  'Endpoints',
  'EndpointSlice.discovery.k8s.io',
  'Ingress.networking.k8s.io',
  'NetworkPolicy.networking.k8s.io',
  'AdminNetworkPolicy.policy.networking.k8s.io',
  'BaselineAdminNetworkPolicy.policy.networking.k8s.io',
  'ClusterNetworkPolicy.policy.networking.k8s.io',
  'Gateway.gateway.networking.k8s.io',
  ...routeKinds.map((kind) => `${kind}.gateway.networking.k8s.io`),
  ...otherEntranceKinds,
  ...opaqueKinds,
];

/**
 * What an object has to do with the network; undefined for what has nothing to do with it: pods that have ended, and those of
 * a cluster that are as their owner says, for which the owner stands.
 */
export function networkFact(resource: Resource, anchor: AnchorOf, namespace: string | undefined): NetworkFact | undefined {
  const { ref, object, podTemplates } = resource;
  const home = namespace ?? 'default';
  switch (`${ref.kind}.${apiGroup(ref.apiVersion)}`) {
    case 'Namespace.':
      return {
        type: 'namespace',
        name: ref.name,
        labels: { ...resource.metadata.labels, [namespaceNameLabel]: ref.name },
        at: anchor(['metadata', 'labels']),
      };
    case 'Node.': {
      const addresses = listOf(recordOf(object['status'])['addresses']).map(recordOf);
      return {
        type: 'node',
        name: ref.name,
        labels: { ...resource.metadata.labels },
        addresses: addresses.flatMap(({ type, address }) =>
          /^(?:In|Ex)ternalIP$/.test(textOf(type) ?? '') ? [textOf(address) ?? ''] : [],
        ),
        external: addresses.some(({ type }) => type === 'ExternalIP'),
      };
    }
    case 'Service.':
      return serviceFact(resource, anchor, home);
    case 'Endpoints.':
      return endpointsFact(resource, anchor, home);
    case 'EndpointSlice.discovery.k8s.io':
      return endpointSliceFact(resource, anchor, home);
    case 'NetworkPolicy.networking.k8s.io': {
      const spec: NetworkPolicySpec = object['spec'] ?? {};
      return {
        type: 'network-policy',
        namespace: home,
        name: ref.name,
        spec,
        at: anchor(['metadata', 'name']),
        places: policyPlaces(anchor, spec, 'ports'),
      };
    }
    case 'Ingress.networking.k8s.io':
      return ingressFact(resource, anchor, home);
    case 'Gateway.gateway.networking.k8s.io':
      return gatewayFact(resource, anchor, home);
    case istioGatewayKind:
      return istioGatewayFact(resource, anchor, home);
    default:
      break;
  }
  const other = adminPolicyFact(resource, anchor) ?? routeFact(resource, anchor, home) ?? opaquePolicyFact(resource, anchor, home);
  return other ?? (podTemplates.length > 0 ? workloadFact(resource, anchor, home) : undefined);
}

function workloadFact(resource: Resource, anchor: AnchorOf, namespace: string): WorkloadFact | undefined {
  const { ref, object, podTemplates, madeFrom, metadata } = resource;
  if (madeFrom?.alike === true || ref.kind === 'PodTemplate' || isTemplateForOthers(ref.kind)) return undefined;
  const phase = ref.kind === 'Pod' ? recordOf(object['status'])['phase'] : undefined;
  if (phase === 'Succeeded' || phase === 'Failed') return undefined;
  const owner = listOf(recordOf(metadata)['ownerReferences'])
    .map(recordOf)
    .find(({ controller }) => controller === true);
  const [kind, name] = [textOf(owner?.['kind']), textOf(owner?.['name'])];
  return {
    type: 'workload',
    kind: ref.kind,
    namespace,
    name: ref.name,
    pods: podTemplates.map((template) => podFact(resource, template)),
    ...(kind === undefined || name === undefined ? {} : { owner: { kind, name } }),
    at: anchor(podTemplates[0]?.metadataPath ?? []),
  };
}

/** Workflow templates and training runtimes: what is made of them is made elsewhere, under other names. */
function isTemplateForOthers(kind: string): boolean {
  return kind === 'ClusterWorkflowTemplate' || kind === 'ClusterTrainingRuntime';
}

function podFact({ ref, object }: Resource, { metadata, spec }: PodTemplate): PodFact {
  const pod = spec as PodSpec;
  const { nodeSelector = {}, affinity } = pod;
  const anywhere =
    Object.keys(nodeSelector).length === 0 && affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution === undefined;
  const addresses = ref.kind === 'Pod' ? listOf(recordOf(object['status'])['podIPs']).map((each) => textOf(recordOf(each)['ip'])) : [];
  const sidecars = (pod.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const containers = [...(pod.containers ?? []), ...sidecars];
  const controls = takesTrafficIn(
    metadata.labels ?? {},
    containers.flatMap(({ image }) => image ?? []),
  );
  return {
    labels: { ...metadata.labels, ...controllerLabels(ref) },
    ...(controls ? { takesTrafficIn: true } : {}),
    ports: containers.flatMap((container) => declaredPorts(container, pod.hostNetwork === true)),
    hostNetwork: pod.hostNetwork === true,
    many: mayBeMany(ref.kind, recordOf(object['spec'])),
    everyNode: ref.kind === 'DaemonSet' && anywhere,
    addresses: pod.hostNetwork === true ? [] : addresses.filter((address) => address !== undefined),
  };
}

/** One replica is the default of the API server for those that have them. */
function mayBeMany(kind: string, spec: Readonly<Record<string, unknown>>): boolean {
  switch (kind) {
    case 'Pod':
      return false;
    case 'Deployment':
    case 'ReplicaSet':
    case 'StatefulSet':
    case 'ReplicationController':
      return (integerOf(spec['replicas']) ?? 1) > 1;
    case 'Job':
      return (integerOf(spec['parallelism']) ?? 1) > 1;
    default:
      return true;
  }
}

function declaredPorts({ ports = [] }: Container, hostNetwork: boolean): DeclaredPort[] {
  return ports.flatMap(({ name, protocol, containerPort, hostPort }) => {
    const known = protocolOf(protocol);
    if (known === undefined || containerPort === undefined) return [];
    const open = hostNetwork ? containerPort : hostPort;
    return [
      {
        ...(name === undefined || name === '' ? {} : { name }),
        protocol: known,
        port: containerPort,
        ...(open === undefined || open === 0 ? {} : { hostPort: open }),
      },
    ];
  });
}

/** Whether annotations ask a cloud for a load balancer inside of the private network. */
export function isInternalBalancer(annotations: Readonly<Record<string, string>>): boolean {
  return internalBalancers.some(([key, value]) => annotations[key]?.startsWith(value) === true && annotations[key] !== 'false');
}

/** Annotations by which clouds are asked for a load balancer inside of the private network: key, then what its value begins with. */
const internalBalancers: readonly (readonly [string, string])[] = [
  ['service.beta.kubernetes.io/aws-load-balancer-internal', ''],
  ['service.beta.kubernetes.io/aws-load-balancer-scheme', 'internal'],
  ['service.beta.kubernetes.io/azure-load-balancer-internal', 'true'],
  ['networking.gke.io/load-balancer-type', 'Internal'],
  ['cloud.google.com/load-balancer-type', 'Internal'],
  ['service.beta.kubernetes.io/oci-load-balancer-internal', 'true'],
  ['service.beta.kubernetes.io/openstack-internal-load-balancer', 'true'],
];

function serviceFact({ ref, object, metadata }: Resource, anchor: AnchorOf, namespace: string): ServiceFact {
  const spec = recordOf(object['spec']);
  const { annotations = {} } = metadata;
  const type = textOf(spec['type']);
  const selector = isObject(spec['selector']) ? (spec['selector'] as Record<string, string>) : {};
  const texts = (value: unknown): string[] => listOf(value).flatMap((item) => textOf(item) ?? []);
  const { clusterIP } = spec;
  return {
    type: 'service',
    namespace,
    name: ref.name,
    service: type === 'NodePort' || type === 'LoadBalancer' || type === 'ExternalName' ? type : 'ClusterIP',
    ...(Object.keys(selector).length === 0 ? {} : { selector }),
    ports: listOf(spec['ports']).flatMap((item) => {
      const { name, protocol, port, targetPort, nodePort } = recordOf(item);
      const [known, number] = [protocolOf(protocol), integerOf(port)];
      if (known === undefined || number === undefined) return [];
      // An empty or a zero target is the port itself.
      const target = textOf(targetPort) ?? integerOf(targetPort);
      const [called, onNode] = [textOf(name), integerOf(nodePort)];
      return [
        {
          ...(called === undefined ? {} : { name: called }),
          protocol: known,
          port: number,
          target: target || number,
          ...(onNode === undefined || onNode === 0 ? {} : { nodePort: onNode }),
        },
      ];
    }),
    clusterIPs: [...new Set([...texts(spec['clusterIPs']), ...texts([clusterIP])])].filter((address) => address !== 'None'),
    externalIPs: texts(spec['externalIPs']),
    balancers: listOf(recordOf(recordOf(object['status'])['loadBalancer'])['ingress'])
      .map(recordOf)
      .flatMap(({ ip, hostname }) => texts([ip, hostname])),
    sourceRanges: texts(spec['loadBalancerSourceRanges']).map((range) => range.trim()),
    local: spec['externalTrafficPolicy'] === 'Local',
    internal: isInternalBalancer(annotations),
    at: anchor(['metadata', 'name']),
  };
}

function endpointsFact({ ref, object }: Resource, anchor: AnchorOf, namespace: string): EndpointsFact | undefined {
  const subsets = listOf(object['subsets']).map(recordOf);
  const addresses = subsets.flatMap(({ addresses: of }) => listOf(of).map(recordOf)).filter((address) => !isOfPod(address));
  if (addresses.length === 0) return undefined;
  return {
    type: 'endpoints',
    namespace,
    service: ref.name,
    addresses: addresses.flatMap(({ ip }) => textOf(ip) ?? []),
    ports: subsets.flatMap(({ ports }) => endpointPorts(ports)),
    at: anchor(['metadata', 'name']),
  };
}

function endpointSliceFact({ object, metadata }: Resource, anchor: AnchorOf, namespace: string): EndpointsFact | undefined {
  const service = metadata.labels?.['kubernetes.io/service-name'];
  const endpoints = listOf(object['endpoints'])
    .map(recordOf)
    .filter((endpoint) => !isOfPod(endpoint));
  if (service === undefined || endpoints.length === 0 || object['addressType'] === 'FQDN') return undefined;
  return {
    type: 'endpoints',
    namespace,
    service,
    addresses: endpoints.flatMap(({ addresses }) => listOf(addresses).flatMap((address) => textOf(address) ?? [])),
    ports: endpointPorts(object['ports']),
    at: anchor(['metadata', 'name']),
  };
}

/** The selector of the Service says so already. */
function isOfPod({ targetRef }: Readonly<Record<string, unknown>>): boolean {
  return recordOf(targetRef)['kind'] === 'Pod';
}

function endpointPorts(ports: unknown): { protocol: Protocol; port: number }[] {
  return listOf(ports).flatMap((item) => {
    const { protocol, port } = recordOf(item);
    const [known, number] = [protocolOf(protocol), integerOf(port)];
    return known === undefined || number === undefined ? [] : [{ protocol: known, port: number }];
  });
}
