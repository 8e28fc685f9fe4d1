import { remembering } from '../core/index.ts';
import { labelMatcher, type LabelMatcher, type Labels } from './label-selector.ts';
import type { NodeSelectorTerm, PodSpec, Taint, Toleration } from './types.ts';

/** What the scheduler goes by. */
export interface NodeFacts {
  readonly name: string;
  readonly labels: Labels;
  readonly taints: readonly Taint[];
}

/** What of a pod decides on which nodes it may land; small, and the same for most pods of a cluster. */
export type Placement = Pick<PodSpec, 'nodeName' | 'nodeSelector' | 'affinity' | 'tolerations'>;

/** Its JSON, the same text for pods that may land on the same nodes: most do. It keeps nothing of the pod. */
export function placementText({ nodeName, nodeSelector, affinity, tolerations }: PodSpec): string {
  // A pod that has its node passes by the scheduler, and then nothing else counts.
  if (nodeName !== undefined && nodeName !== '') return onNode(nodeName);
  const nodeAffinity = affinity?.nodeAffinity;
  const telling = tolerations?.filter(passesLastingTaints);
  const tolerating = telling !== undefined && telling.length > 0;
  if (nodeSelector === undefined && nodeAffinity === undefined && !tolerating) return anywhere;
  return shared(
    JSON.stringify({
      ...(nodeSelector === undefined ? {} : { nodeSelector }),
      ...(nodeAffinity === undefined ? {} : { affinity: { nodeAffinity } }),
      ...(tolerating ? { tolerations: telling } : {}),
    }),
  );
}

const anywhere = '{}';
const shared = remembering((text) => text, 1_000, 4_096);
const onNode = remembering((nodeName) => JSON.stringify({ nodeName }));

/** What the node controller sets and takes away by itself: nobody keeps workloads away by it for long. */
const passing = /^node(?:\.cloudprovider)?\.kubernetes\.io\//;

/** Every pod of a cluster tolerates for five minutes that its node is not ready: that is no way to a node that is tainted. */
export function passesLastingTaints({ key = '' }: Toleration): boolean {
  return key === '' || !passing.test(key);
}

/** The taints that keep pods away for good. `PreferNoSchedule` only asks. */
export function lastingTaints(taints: readonly Taint[]): readonly Taint[] {
  return taints.filter(({ key = '', effect }) => (effect === 'NoSchedule' || effect === 'NoExecute') && !passing.test(key));
}

/** Since 1.20 the first, before 1.24 also the second (k8s.io/kubernetes, cmd/kubeadm constants). */
const controlPlaneRoles: readonly string[] = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master'];

export function isControlPlane(labels: Labels): boolean {
  return controlPlaneRoles.some((role) => Object.hasOwn(labels, role));
}

/**
 * Whether a pod may land on a node, as far as labels and taints decide: a requirement that this does not know counts as met.
 * Source: k8s.io/component-helpers v0.37, scheduling/corev1 (tolerations) and nodeaffinity.
 */
export function landsOn({ nodeName, nodeSelector = {}, affinity, tolerations = [] }: Placement): (node: NodeFacts) => boolean {
  // The pod passes by the scheduler; only NoExecute would turn it away.
  if (nodeName !== undefined) return ({ name }) => name === nodeName;
  const selects = labelMatcher({ matchLabels: nodeSelector });
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const admits = terms?.map(termMatcher);
  return ({ name, labels, taints }) =>
    (typeof selects !== 'function' || selects(labels)) &&
    (admits === undefined || admits.some((matches) => matches(name, labels))) &&
    lastingTaints(taints).every((taint) => tolerations.some((toleration) => tolerates(toleration, taint)));
}

/** An empty term matches no node. */
function termMatcher({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm): (name: string, labels: Labels) => boolean {
  if (matchExpressions.length === 0 && matchFields.length === 0) return () => false;
  const byLabels = matcher(matchExpressions);
  // The only field that there is is the name.
  const byName = matcher(matchFields);
  return (name, labels) => byLabels(labels) && byName({ 'metadata.name': name });
}

function matcher(matchExpressions: NonNullable<NodeSelectorTerm['matchExpressions']>): LabelMatcher {
  const matchers = matchExpressions.map((expression) => labelMatcher({ matchExpressions: [expression] }));
  return (labels) => matchers.every((one) => typeof one !== 'function' || one(labels));
}

function tolerates({ key = '', operator = 'Equal', value = '', effect = '' }: Toleration, taint: Taint): boolean {
  if (effect !== '' && effect !== taint.effect) return false;
  if (key !== '' && key !== taint.key) return false;
  // Without a key only Exists is valid. Lt and Gt compare numbers, behind a gate that is off.
  return operator === 'Exists' || (key !== '' && (operator !== 'Equal' || value === (taint.value ?? '')));
}
