import type { Path, PodTemplate } from '../core/index.ts';

/**
 * Where objects of a kind keep a pod template, which is an object with `metadata` and `spec`. The path is written
 * `spec.template`; `*` stands for every value of a map, `[*]` for every item of a list; empty is the object itself.
 */
export interface PodTemplateKind {
  /** The group of the apiVersion, empty for the core group. */
  readonly group: string;
  readonly kind: string;
  readonly path: string;
}

/** Kinds of Kubernetes itself, and those of common controllers, whose API makes pods from a template. */
export const podTemplateKinds: readonly PodTemplateKind[] = [
  { group: '', kind: 'Pod', path: '' },
  { group: '', kind: 'PodTemplate', path: 'template' },
  { group: '', kind: 'ReplicationController', path: 'spec.template' },
  { group: 'apps', kind: 'ReplicaSet', path: 'spec.template' },
  { group: 'apps', kind: 'Deployment', path: 'spec.template' },
  { group: 'apps', kind: 'StatefulSet', path: 'spec.template' },
  { group: 'apps', kind: 'DaemonSet', path: 'spec.template' },
  { group: 'extensions', kind: 'ReplicaSet', path: 'spec.template' },
  { group: 'extensions', kind: 'Deployment', path: 'spec.template' },
  { group: 'extensions', kind: 'DaemonSet', path: 'spec.template' },
  { group: 'batch', kind: 'Job', path: 'spec.template' },
  { group: 'batch', kind: 'CronJob', path: 'spec.jobTemplate.spec.template' },

  // With spec.workloadRef instead of a template the Deployment it names is judged.
  { group: 'argoproj.io', kind: 'Rollout', path: 'spec.template' },
  { group: 'serving.knative.dev', kind: 'Service', path: 'spec.template' },
  { group: 'serving.knative.dev', kind: 'Configuration', path: 'spec.template' },
  { group: 'serving.knative.dev', kind: 'Revision', path: '' },
  { group: 'keda.sh', kind: 'ScaledJob', path: 'spec.jobTargetRef.template' },
  { group: 'apps.openshift.io', kind: 'DeploymentConfig', path: 'spec.template' },
  { group: 'jobset.x-k8s.io', kind: 'JobSet', path: 'spec.replicatedJobs[*].template.spec.template' },

  { group: 'kubeflow.org', kind: 'Notebook', path: 'spec.template' },
  { group: 'kubeflow.org', kind: 'PyTorchJob', path: 'spec.pytorchReplicaSpecs.*.template' },
  { group: 'kubeflow.org', kind: 'TFJob', path: 'spec.tfReplicaSpecs.*.template' },
  { group: 'kubeflow.org', kind: 'MPIJob', path: 'spec.mpiReplicaSpecs.*.template' },
  { group: 'kubeflow.org', kind: 'XGBoostJob', path: 'spec.xgbReplicaSpecs.*.template' },
  { group: 'kubeflow.org', kind: 'PaddleJob', path: 'spec.paddleReplicaSpecs.*.template' },
  { group: 'kubeflow.org', kind: 'JAXJob', path: 'spec.jaxReplicaSpecs.*.template' },
  {
    group: 'trainer.kubeflow.org',
    kind: 'TrainingRuntime',
    path: 'spec.template.spec.replicatedJobs[*].template.spec.template',
  },
  {
    group: 'trainer.kubeflow.org',
    kind: 'ClusterTrainingRuntime',
    path: 'spec.template.spec.replicatedJobs[*].template.spec.template',
  },
];

/** Steps of a template's path; `*` stands for every value. */
export type TemplatePath = readonly string[];

/** Steps of `spec.workers[*].template`, or undefined for what is no such path. */
export function parseTemplatePath(path: string): TemplatePath | undefined {
  if (path === '') return [];
  const steps = path.replaceAll('[*]', '.*').split('.');
  return steps.every((step) => /^[^\s[\]]+$/.test(step)) ? steps : undefined;
}

const pathsByKind = new Map<string, TemplatePath>();

/** The paths to the pod templates of a kind: of the table above, and of the kinds that a user adds. */
export function templatePaths(group: string, kind: string, extra: readonly PodTemplateKind[] = []): readonly TemplatePath[] {
  if (pathsByKind.size === 0) for (const row of podTemplateKinds) pathsByKind.set(`${row.group}/${row.kind}`, parseTemplatePath(row.path)!);
  const own = pathsByKind.get(`${group}/${kind}`);
  const paths = own === undefined ? [] : [own];
  for (const row of extra) {
    if (row.kind !== kind || row.group !== group) continue;
    const path = parseTemplatePath(row.path);
    if (path !== undefined && path.join('.') !== own?.join('.')) paths.push(path);
  }
  return paths;
}

/** The path of the object's own field for a path inside a pod template (see PodTemplate.map); any other path as it is. */
export function realPath(templates: readonly PodTemplate[], path: Path): Path {
  for (const { map, specPath, metadataPath } of templates) {
    if (map !== undefined && (startsWith(path, specPath) || startsWith(path, metadataPath))) return map(path);
  }
  return path;
}

function startsWith(path: Path, prefix: Path): boolean {
  return path.length >= prefix.length && prefix.every((step, index) => path[index] === step);
}

const maxDepth = 64;

/**
 * Where an object of a kind that is in no table holds what looks like a pod spec: a `containers` list with an item that
 * names an `image`. The first such place, or undefined; nothing is looked for deeper than 64 levels.
 */
export function hasEmbeddedPod(value: unknown): Path | undefined {
  const steps: (string | number)[] = [];
  return findEmbeddedPod(value, steps, new Set()) ? steps : undefined;
}

/** What aliases of YAML share is looked at once. */
function findEmbeddedPod(value: unknown, steps: (string | number)[], seen: Set<unknown>): boolean {
  if (typeof value !== 'object' || value === null || steps.length > maxDepth || seen.has(value)) return false;
  seen.add(value);
  const stepInto = (item: unknown, step: string | number): boolean => {
    steps.push(step);
    if (findEmbeddedPod(item, steps, seen)) return true;
    steps.pop();
    return false;
  };
  if (Array.isArray(value)) return value.some(stepInto);
  const object = value as Record<string, unknown>;
  if (Array.isArray(object['containers']) && object['containers'].some(hasImage)) return true;
  return Object.keys(object).some((key) => stepInto(object[key], key));
}

function hasImage(container: unknown): boolean {
  return typeof container === 'object' && container !== null && typeof (container as Record<string, unknown>)['image'] === 'string';
}
