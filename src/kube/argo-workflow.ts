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

/** Of the group `argoproj.io`. */
export const workflowKinds: readonly string[] = Object.keys(specPaths);

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
  return list(spec['templates'], [...specPath, 'templates']).flatMap((template) => podsOf(workflow, template, 0));
}

/** Steps and tasks may hold a template of their own; Argo allows one inside another, and hostile input any number. */
const maxNesting = 16;

function podsOf(workflow: Placed, { value, path }: Item, nesting: number): WorkflowPod[] {
  if (!isObject(value) || nesting > maxNesting) return [];
  const dag = isObject(value['dag']) ? value['dag'] : {};
  const inline = [
    ...list(value['steps'], [...path, 'steps']).flatMap((parallel) => list(parallel.value, parallel.path)),
    ...list(dag['tasks'], [...path, 'dag', 'tasks']),
  ].flatMap((step) =>
    isObject(step.value) ? podsOf(workflow, { value: step.value['inline'], path: [...step.path, 'inline'] }, nesting + 1) : [],
  );
  const pod = podOf(workflow, value, path);
  return pod === undefined ? inline : [pod, ...inline];
}

interface Item {
  readonly value: unknown;
  readonly path: Path;
  /** The container of `templateDefaults`, and the fields that only it says. */
  readonly under?: { readonly path: Path; readonly fields: readonly string[] };
}

interface Placed {
  readonly value: Record<string, unknown>;
  readonly path: Path;
}

function podOf(workflow: Placed, value: Record<string, unknown>, path: Path): WorkflowPod | undefined {
  const template = { value, path };
  const defaults = workflow.value['templateDefaults'];
  const layers = isObject(defaults) ? [template, { value: defaults, path: [...workflow.path, 'templateDefaults'] }] : [template];

  const main = mainContainers(layers);
  if (main.length === 0) return undefined;
  const lists: Record<string, readonly Item[]> = {
    containers: [...main, ...items(layers, 'sidecars')],
    initContainers: items(layers, 'initContainers'),
    volumes: [...items([workflow], 'volumes'), ...items(layers, 'volumes')],
  };

  const spec: Record<string, unknown> = {};
  for (const [field, entries] of Object.entries(lists)) if (entries.length > 0) spec[field] = entries.map((entry) => entry.value);
  const places = new Map<string, Path>();
  for (const field of podFields) {
    const owners = workflowOnly.has(field) ? [workflow] : [...layers, workflow];
    const owner = owners.find((layer) => present(layer.value[field]));
    places.set(field, [...(owner ?? owners[0]!).path, field]);
    if (owner !== undefined) spec[field] = owner.value[field];
  }

  // Labels and annotations of the workflow are laid under those of the template.
  const holders = [...layers.map((layer) => within(layer, 'metadata')), within(workflow, 'podMetadata')];
  const metadata = Object.fromEntries(
    ['labels', 'annotations'].map((field) => [field, overlaid(holders.map((holder) => holder.value[field]))]),
  );

  function map(inner: Path): Path {
    const [part, field, index, ...rest] = inner.slice(path.length);
    if (part === 'metadata') {
      const holder = holders.find((candidate) => at(candidate.value, inner.slice(path.length + 1)) !== undefined) ?? holders[0]!;
      return [...holder.path, ...inner.slice(path.length + 1)];
    }
    if (part !== 'spec' || typeof field !== 'string') return path;
    const entry = typeof index === 'number' ? lists[field]?.[index] : undefined;
    if (entry !== undefined) return [...(entry.under?.fields.some((name) => name === rest[0]) ? entry.under.path : entry.path), ...rest];
    if (field === 'containers') return path;
    return [...(places.get(field) ?? [...path, field]), ...inner.slice(path.length + 2)];
  }
  return { path, template: { metadata, spec }, map };
}

/** `container`, `script` and `containerSet` exclude each other. The controller names the only container `main`. */
function mainContainers([template, defaults]: readonly Placed[]): Item[] {
  if (template === undefined) return [];
  const { value, path } = template;
  for (const field of ['container', 'script']) {
    const container = value[field];
    if (!present(container)) continue;
    const item = { value: container, path: [...path, field] };
    if (!isObject(container)) return [item];
    if (defaults === undefined) return [{ ...item, value: { name: 'main', ...container } }];
    const base = within(defaults, field);
    const under = { path: base.path, fields: Object.keys(base.value).filter((key) => !Object.hasOwn(container, key)) };
    return [{ ...item, value: { name: 'main', ...base.value, ...container }, under }];
  }
  return items([within(template, 'containerSet')], 'containers');
}

/** The list of the first layer that has it. */
function items(layers: readonly Placed[], field: string): Item[] {
  const layer = layers.find(({ value }) => Array.isArray(value[field]));
  return layer === undefined ? [] : list(layer.value[field], [...layer.path, field]);
}

function list(value: unknown, path: Path): Item[] {
  return Array.isArray(value) ? value.map((item: unknown, index) => ({ value: item, path: [...path, index] })) : [];
}

function within({ value, path }: Placed, field: string): Placed {
  const inner = value[field];
  return { value: isObject(inner) ? inner : {}, path: [...path, field] };
}

/** The maps laid over each other, the first on top; what is no map is handed on, to be refused. */
function overlaid(values: readonly unknown[]): unknown {
  const found = values.filter(present);
  return found.find((value) => !isObject(value)) ?? Object.fromEntries(found.reverse().flatMap((value) => Object.entries(value as object)));
}

function at(value: unknown, path: Path): unknown {
  let inner = value;
  for (const step of path) inner = isObject(inner) && Object.hasOwn(inner, step) ? inner[String(step)] : undefined;
  return inner;
}

function present(value: unknown): boolean {
  return value !== undefined && value !== null;
}
