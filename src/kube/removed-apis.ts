import { apiGroup } from '../core/index.ts';

/** A version of an API that Kubernetes no longer serves, or will stop to serve. */
export interface RemovedApi {
  /** The first minor without it: 22 for Kubernetes 1.22. */
  readonly removedIn: number;
  /** The version to write instead; absent where nothing took its place. */
  readonly replacement?: string;
}

type Row = readonly [apiVersion: string, removedIn: number, replacement: string | undefined, kinds: readonly string[]];

/**
 * Kinds that people keep in manifests, by the versions that are gone (k8s.io/api, APILifecycleRemoved; the guide to
 * deprecated APIs for what its types no longer hold). Custom resource definitions are left out: to look at their versions,
 * every one of these very large objects would have to be read.
 */
const rows: readonly Row[] = [
  ['extensions/v1beta1', 16, 'apps/v1', ['Deployment', 'DaemonSet', 'ReplicaSet']],
  ['apps/v1beta1', 16, 'apps/v1', ['Deployment', 'StatefulSet']],
  ['apps/v1beta2', 16, 'apps/v1', ['Deployment', 'DaemonSet', 'ReplicaSet', 'StatefulSet']],
  ['extensions/v1beta1', 16, 'networking.k8s.io/v1', ['NetworkPolicy']],
  ['extensions/v1beta1', 16, undefined, ['PodSecurityPolicy']],
  ['extensions/v1beta1', 22, 'networking.k8s.io/v1', ['Ingress']],
  ['networking.k8s.io/v1beta1', 22, 'networking.k8s.io/v1', ['Ingress', 'IngressClass']],
  ['batch/v2alpha1', 21, 'batch/v1', ['CronJob']],
  ['batch/v1beta1', 25, 'batch/v1', ['CronJob']],
  ['policy/v1beta1', 25, 'policy/v1', ['PodDisruptionBudget']],
  ['policy/v1beta1', 25, undefined, ['PodSecurityPolicy']],
  ['rbac.authorization.k8s.io/v1beta1', 22, 'rbac.authorization.k8s.io/v1', ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding']],
  ['autoscaling/v2beta1', 25, 'autoscaling/v2', ['HorizontalPodAutoscaler']],
  ['autoscaling/v2beta2', 26, 'autoscaling/v2', ['HorizontalPodAutoscaler']],
  [
    'admissionregistration.k8s.io/v1beta1',
    22,
    'admissionregistration.k8s.io/v1',
    ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'],
  ],
  [
    'admissionregistration.k8s.io/v1beta1',
    34,
    'admissionregistration.k8s.io/v1',
    ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'],
  ],
  ['apiregistration.k8s.io/v1beta1', 22, 'apiregistration.k8s.io/v1', ['APIService']],
  ['storage.k8s.io/v1beta1', 22, 'storage.k8s.io/v1', ['CSIDriver', 'StorageClass']],
  ['scheduling.k8s.io/v1beta1', 22, 'scheduling.k8s.io/v1', ['PriorityClass']],
  ['node.k8s.io/v1beta1', 25, 'node.k8s.io/v1', ['RuntimeClass']],
  ['flowcontrol.apiserver.k8s.io/v1beta1', 26, 'flowcontrol.apiserver.k8s.io/v1', ['FlowSchema', 'PriorityLevelConfiguration']],
  ['flowcontrol.apiserver.k8s.io/v1beta2', 29, 'flowcontrol.apiserver.k8s.io/v1', ['FlowSchema', 'PriorityLevelConfiguration']],
  ['flowcontrol.apiserver.k8s.io/v1beta3', 32, 'flowcontrol.apiserver.k8s.io/v1', ['FlowSchema', 'PriorityLevelConfiguration']],
];

/** By `apiVersion kind`. */
export const removedApis: ReadonlyMap<string, RemovedApi> = new Map(
  rows.flatMap(([apiVersion, removedIn, replacement, kinds]) =>
    kinds.map((kind) => [`${apiVersion} ${kind}`, replacement === undefined ? { removedIn } : { removedIn, replacement }] as const),
  ),
);

/** The kinds of the table in every version, as subjects name what they read: `Ingress.networking.k8s.io`. */
export const kindsWithRemovedApis: readonly string[] = [
  ...new Set(
    rows.flatMap(([apiVersion, , replacement, kinds]) =>
      kinds.flatMap((kind) => [apiVersion, replacement ?? apiVersion].map((version) => `${kind}.${apiGroup(version)}`)),
    ),
  ),
];

/** The only one that came after versions before it were gone: others were served beside them for years. */
const replacementsSince: ReadonlyMap<string, number> = new Map([['flowcontrol.apiserver.k8s.io/v1', 29]]);

/** Whether a cluster of this minor serves what replaces a removed version. */
export function servesReplacement(replacement: string, minor: number): boolean {
  return minor >= (replacementsSince.get(replacement) ?? 0);
}

export function removedApi(apiVersion: string, kind: string): RemovedApi | undefined {
  return removedApis.get(`${apiVersion} ${kind}`);
}
