import type { ServedApi } from '../kube/api-server.ts';
import { exampleApiServer } from './api-server.ts';

/** A DaemonSet, or another workload, of the system; its name is that of its container. */
export interface ExampleWorkload {
  readonly kind?: 'DaemonSet' | 'Deployment';
  readonly name: string;
  readonly image: string;
  /** More fields of the pod and of the container, as YAML in one line. */
  readonly pod?: string;
  readonly container?: string;
  /** On how many nodes it is to run, and on how many it is ready; default: the status says neither. */
  readonly nodes?: readonly [desired: number, ready: number];
}

export const exampleCollector: ExampleWorkload = {
  name: 'logs',
  image: 'cr.fluentbit.io/fluent/fluent-bit:4.1.0',
  pod: 'volumes: [{ name: logs, hostPath: { path: /var/log } }]',
  nodes: [1, 1],
};

export const exampleSensor: ExampleWorkload = {
  name: 'sensor',
  image: 'docker.io/falcosecurity/falco:0.42.0',
  pod: 'hostPID: true',
  nodes: [1, 1],
};

/** Labels and further fields of a node, as YAML in one line. */
export interface ExampleNode {
  readonly labels?: string;
  readonly more?: string;
}

export interface ExampleCluster {
  readonly workloads?: readonly ExampleWorkload[];
  readonly nodes?: readonly ExampleNode[];
  readonly apis?: readonly ServedApi[];
}

/** A whole cluster for the examples of controls: an API server, nodes and parts of the system, with all that rules ask for. */
export function exampleCluster({
  workloads = [exampleCollector, exampleSensor],
  nodes = [{}],
  apis = [metricsApi],
}: ExampleCluster = {}): string {
  const server = exampleApiServer({ apis });
  return [server, ...nodes.map(nodeYaml), ...workloads.map(exampleWorkload)].join('\n---\n');
}

/** The examples of a control that tells what it sees of some tools, and is never sure. */
export function exampleSightings(image: string): Readonly<Record<'in the cluster' | 'among manifests' | 'nothing known in it', string>> {
  const seen: ExampleWorkload = { kind: 'Deployment', name: 'it', image };
  return {
    'in the cluster': exampleCluster({ workloads: [exampleCollector, exampleSensor, seen] }),
    'among manifests': exampleWorkload(seen),
    'nothing known in it': exampleCluster(),
  };
}

const metricsApi: ServedApi = { group: 'metrics.k8s.io', resource: 'pods' };

function nodeYaml({ labels = '', more = '' }: ExampleNode, index: number): string {
  return `apiVersion: v1\nkind: Node\nmetadata: { name: node-${index + 1}, labels: { ${labels} } }\n${more}`;
}

/** Marked as a part of the system, so that nothing else judges it. */
export function exampleWorkload({ kind = 'DaemonSet', name, image, pod = '', container = '', nodes }: ExampleWorkload): string {
  const status = nodes === undefined ? '' : `status: { desiredNumberScheduled: ${nodes[0]}, numberReady: ${nodes[1]} }\n`;
  return `apiVersion: apps/v1
kind: ${kind}
metadata: { name: ${name}, namespace: kube-system, labels: { kubernetes.io/cluster-service: "true" } }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [{ name: ${name}, image: "${image}", ${container} }], ${pod} }
${status}`;
}
