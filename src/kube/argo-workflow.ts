import type { Path } from '../core/index.ts';
import { isObject } from './shape-reader.ts';

/**
 * Argo Workflows (argoproj.io/v1alpha1) write a pod not as one PodSpec: each item of `templates` that runs a container is a
 * pod, its fields stand on the template, in `templateDefaults` or on the workflow, in this order of precedence, and its
 * containers under `container`, `script` or `containerSet`, with `sidecars` beside them.
 */
export interface WorkflowPod {
  /** Where the template stands. */
  readonly path: Path;
  /** As a pod template: `metadata` and `spec`. Values are the object's own. */
  readonly template: Record<string, unknown>;
  /** From a path inside `template`, put behind `path`, to the path of the object's own field. */
  readonly map: (path: Path) => Path;
}

const specPaths: Readonly<Record<string, Path>> = {
  Workflow: ['spec'],
  WorkflowTemplate: ['spec'],
  ClusterWorkflowTemplate: ['spec'],
  CronWorkflow: ['spec', 'workflowSpec'],
};

/** Fields with one name and meaning on the template, the workflow and the PodSpec. */
const podFields = [
  'automountServiceAccountToken',
  'hostNetwork',
  'hostAliases',
  'nodeSelector',
  'priorityClassName',
  'schedulerName',
  'securityContext',
  'serviceAccountName',
  'tolerations',
] as const;

/** Fields that a template does not have: the controller takes them from the workflow. */
const workflowOnly: ReadonlySet<string> = new Set(['hostNetwork']);

export function isWorkflow(group: string, kind: string): boolean {
  return group === 'argoproj.io' && Object.hasOwn(specPaths, kind);
}

/** The pods of a workflow. What has an unexpected type is handed on as it is, for the typed decoder to refuse. */
export function workflowPods(kind: string, object: Record<string, unknown>): WorkflowPod[] {
  const specPath = specPaths[kind] ?? [];
  let spec: unknown = object;
  for (const step of specPath) spec = isObject(spec) ? spec[String(step)] : undefined;
  if (!isObject(spec)) return [];
  const workflow = { value: spec, path: specPath };
  const pods: WorkflowPod[] = [];
  if (Array.isArray(spec['templates'])) {
    for (const [index, template] of spec['templates'].entries()) {
      const pod = podOf(workflow, template, [...specPath, 'templates', index]);
      if (pod !== undefined) pods.push(pod);
    }
  }
  return pods;
}

interface Placed {
  readonly value: Record<string, unknown>;
  readonly path: Path;
}

function podOf(workflow: Placed, value: unknown, path: Path): WorkflowPod | undefined {
  if (!isObject(value)) return undefined;
  const template = { value, path };
  const defaults = workflow.value['templateDefaults'];
  const layers = isObject(defaults) ? [template, { value: defaults, path: [...workflow.path, 'templateDefaults'] }] : [template];

  const lists: Record<string, readonly { readonly value: unknown; readonly path: Path }[]> = {
    containers: [...mainContainers(layers), ...items(layers, 'sidecars')],
    initContainers: items(layers, 'initContainers'),
    volumes: [...items([workflow], 'volumes'), ...items(layers, 'volumes')],
  };
  if (mainContainers(layers).length === 0) return undefined;

  const spec: Record<string, unknown> = {};
  for (const [field, entries] of Object.entries(lists)) if (entries.length > 0) spec[field] = entries.map((entry) => entry.value);
  const places = new Map<string, Path>();
  for (const field of podFields) {
    const owners = workflowOnly.has(field) ? [workflow] : [...layers, workflow];
    const owner = owners.find((layer) => present(layer.value[field]));
    places.set(field, [...(owner ?? owners[0]!).path, field]);
    if (owner !== undefined) spec[field] = owner.value[field];
  }

  const podMetadata = layers.find((layer) => present(layer.value['metadata']));
  const shared = workflow.value['podMetadata'];
  const metadataPath =
    podMetadata === undefined && isObject(shared) ? [...workflow.path, 'podMetadata'] : [...(podMetadata ?? template).path, 'metadata'];
  const metadata = podMetadata?.value['metadata'] ?? shared ?? {};

  function map(inner: Path): Path {
    const [part, field, index, ...rest] = inner.slice(path.length);
    if (part === 'metadata') return [...metadataPath, ...inner.slice(path.length + 1)];
    if (part !== 'spec' || typeof field !== 'string') return path;
    const entry = typeof index === 'number' ? lists[field]?.[index] : undefined;
    if (entry !== undefined) return [...entry.path, ...rest];
    if (field === 'containers') return path;
    return [...(places.get(field) ?? [...path, field]), ...inner.slice(path.length + 2)];
  }
  return { path, template: { metadata, spec }, map };
}

/** `container`, `script` and `containerSet` exclude each other. The controller names the only container `main`. */
function mainContainers(layers: readonly Placed[]): { readonly value: unknown; readonly path: Path }[] {
  for (const { value, path } of layers) {
    for (const field of ['container', 'script']) {
      const container = value[field];
      if (!present(container)) continue;
      return [{ value: isObject(container) ? { name: 'main', ...container } : container, path: [...path, field] }];
    }
    const set = value['containerSet'];
    if (isObject(set)) return items([{ value: set, path: [...path, 'containerSet'] }], 'containers');
  }
  return [];
}

/** The list of the first layer that has it. */
function items(layers: readonly Placed[], field: string): { readonly value: unknown; readonly path: Path }[] {
  for (const { value, path } of layers) {
    const list = value[field];
    if (Array.isArray(list)) return list.map((item: unknown, index) => ({ value: item, path: [...path, field, index] }));
  }
  return [];
}

function present(value: unknown): boolean {
  return value !== undefined && value !== null;
}
