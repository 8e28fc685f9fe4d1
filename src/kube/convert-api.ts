import { decline, formatPath, remove, set, type Declined, type Edit, type Path, type Repair } from '../core/index.ts';
import { fieldsUnknownTo } from './known-fields.ts';

type Value = Readonly<Record<string, unknown>>;

/** The oldest versions left more to the API server than `apps/v1` does. */
const workloadDefaults: ReadonlySet<string> = new Set(['extensions/v1beta1', 'apps/v1beta1']);

/**
 * What turns an object of a removed version into one of `replacement`, as the API server converts it: equal meaning is
 * written out where defaults differ. Declined where the old version does not hold what the new one asks for.
 */
export function convertApi(object: Value, replacement: string): Repair | Declined {
  const { kind, apiVersion } = object;
  const renamed = set(['apiVersion'], replacement);
  switch (kind) {
    case 'Deployment':
    case 'DaemonSet':
    case 'ReplicaSet':
    case 'StatefulSet':
      return workload(object, renamed);
    case 'Ingress':
      return ingress(object, renamed);
    case 'PodDisruptionBudget':
      return budget(object, renamed);
    case 'HorizontalPodAutoscaler':
      return apiVersion === 'autoscaling/v2beta1' ? autoscaler(object, renamed) : { edits: [renamed] };
    case 'MutatingWebhookConfiguration':
    case 'ValidatingWebhookConfiguration':
      return webhooks(object, renamed);
    case 'PriorityLevelConfiguration':
      return priorityLevel(object, renamed);
    default:
      return sameInBoth.has(String(kind)) ? { edits: [renamed] } : byItsFields(object, String(kind), replacement, renamed);
  }
}

/** Compared by hand, defaults included: their versions differ in name alone. */
const sameInBoth: ReadonlySet<string> = new Set([
  'CronJob',
  'NetworkPolicy',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'IngressClass',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'APIService',
  'CSIDriver',
  'StorageClass',
  'PriorityClass',
  'RuntimeClass',
  'FlowSchema',
]);

/** Of the others the fields tell whether the new version holds what is written; defaults may differ. */
function byItsFields(object: Value, kind: string, replacement: string, renamed: Edit): Repair | Declined {
  const [first] = fieldsUnknownTo({ ref: { apiVersion: replacement, kind, name: '' }, object, podTemplates: [] }, Infinity) ?? [];
  if (first === undefined) return { edits: [renamed], safety: 'review' };
  return decline(`${replacement} has no field ${formatPath(first.path).slice(0, 60)}: write anew what it says`);
}

/** kustomize finds the object that a patch is for by its version too. */
const partOfAnother = decline('this is a patch: it must name the version of the object that it changes');

/** The selector was once taken from the labels of the template; `rollbackTo` and `templateGeneration` were orders of clients. */
function workload(object: Value, renamed: Edit): Repair | Declined {
  const edits = [renamed];
  const spec = mapOf(object['spec']);
  if (spec['template'] === undefined) return partOfAnother;
  if (spec['selector'] === undefined) {
    const labels = mapOf(mapOf(mapOf(spec['template'])['metadata'])['labels']);
    if (Object.keys(labels).length === 0) return decline('apps/v1 needs a selector, and the template has no labels to select');
    edits.push(set(['spec', 'selector', 'matchLabels'], { ...labels }));
  }
  for (const field of ['rollbackTo', 'templateGeneration']) if (spec[field] !== undefined) edits.push(remove(['spec', field]));
  // They kept all old revisions, replaced pods on deletion only, or waited for ever: not what their author sees in apps/v1.
  return workloadDefaults.has(String(object['apiVersion'])) ? { edits, safety: 'review' } : { edits };
}

/** No path type meant `ImplementationSpecific`. */
function ingress(object: Value, renamed: Edit): Repair | Declined {
  const spec = mapOf(object['spec']);
  const edits: Edit[] = [renamed];
  const { backend } = spec;
  if (backend !== undefined) {
    const converted = convertedBackend(mapOf(backend));
    if (converted === undefined) return nameless;
    edits.push(set(['spec', 'defaultBackend'], converted), remove(['spec', 'backend']));
  }
  for (const [rule, { http }] of listOf(spec['rules']).entries()) {
    for (const [index, path] of listOf(mapOf(http)['paths']).entries()) {
      const at: Path = ['spec', 'rules', rule, 'http', 'paths', index];
      if (path['pathType'] === undefined) edits.push(set([...at, 'pathType'], 'ImplementationSpecific'));
      const old = mapOf(path['backend']);
      const converted = convertedBackend(old);
      if (converted === undefined) return nameless;
      if (old['serviceName'] === undefined) continue;
      edits.push(set([...at, 'backend', 'service'], converted['service']));
      for (const field of ['serviceName', 'servicePort']) edits.push(remove([...at, 'backend', field]));
    }
  }
  return { edits };
}

const nameless = decline('a backend names neither a service with its port nor a resource');

function convertedBackend({ serviceName, servicePort, resource, service }: Value): Value | undefined {
  if (service !== undefined) return { service };
  if (typeof serviceName !== 'string') return resource === undefined ? undefined : { resource };
  if (typeof servicePort !== 'number' && typeof servicePort !== 'string') return undefined;
  const port = typeof servicePort === 'number' || /^\d+$/.test(servicePort) ? { number: Number(servicePort) } : { name: servicePort };
  return { service: { name: serviceName, port }, ...(resource === undefined ? {} : { resource }) };
}

function budget(object: Value, renamed: Edit): Repair | Declined {
  const { selector } = mapOf(object['spec']);
  if (selector !== undefined && Object.values(mapOf(selector)).every((part) => listOrMapIsEmpty(part)))
    return decline('an empty selector meant no pods and means all pods of the namespace in policy/v1: name the pods');
  return { edits: [renamed] };
}

function listOrMapIsEmpty(value: unknown): boolean {
  return typeof value !== 'object' || value === null || Object.keys(value).length === 0;
}

/** Metrics of resources are told from a share and an amount by `target`; those of pods and objects name their source anew. */
function autoscaler(object: Value, renamed: Edit): Repair | Declined {
  const edits: Edit[] = [renamed];
  for (const [index, { type, resource }] of listOf(mapOf(object['spec'])['metrics']).entries()) {
    if (type !== 'Resource')
      return decline(`metrics of type "${String(type)}" name their source otherwise in autoscaling/v2: write them anew`);
    const { targetAverageUtilization, targetAverageValue } = mapOf(resource);
    const at = ['spec', 'metrics', index, 'resource'];
    if (targetAverageUtilization !== undefined)
      edits.push(
        set([...at, 'target'], { type: 'Utilization', averageUtilization: targetAverageUtilization }),
        remove([...at, 'targetAverageUtilization']),
      );
    else if (targetAverageValue !== undefined)
      edits.push(set([...at, 'target'], { type: 'AverageValue', averageValue: targetAverageValue }), remove([...at, 'targetAverageValue']));
    else return decline('a metric has no target');
  }
  return { edits };
}

/** Defaults of v1beta1 that are others in v1. */
const webhookDefaults: readonly (readonly [field: string, value: unknown])[] = [
  ['admissionReviewVersions', ['v1beta1']],
  ['failurePolicy', 'Ignore'],
  ['matchPolicy', 'Exact'],
  ['timeoutSeconds', 30],
];

function webhooks(object: Value, renamed: Edit): Repair | Declined {
  const edits: Edit[] = [renamed];
  if (object['webhooks'] === undefined) return partOfAnother;
  for (const [index, webhook] of listOf(object['webhooks']).entries()) {
    const { sideEffects } = webhook;
    if (sideEffects !== 'None' && sideEffects !== 'NoneOnDryRun')
      return decline('v1 takes webhooks without side effects only: their author knows whether sideEffects is None or NoneOnDryRun');
    for (const [field, value] of webhookDefaults) if (webhook[field] === undefined) edits.push(set(['webhooks', index, field], value));
  }
  return { edits };
}

function priorityLevel(object: Value, renamed: Edit): Repair | Declined {
  const at = ['spec', 'limited'];
  const { assuredConcurrencyShares: shares, nominalConcurrencyShares } = mapOf(mapOf(object['spec'])['limited']);
  // Zero meant the default of 30 and means zero in v1.
  if (shares === 0 || nominalConcurrencyShares === 0) return decline('shares of 0 meant 30 and mean none in v1: write what is meant');
  if (shares === undefined) return { edits: [renamed] };
  return { edits: [renamed, set([...at, 'nominalConcurrencyShares'], shares), remove([...at, 'assuredConcurrencyShares'])] };
}

function mapOf(value: unknown): Value {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Value) : {};
}

function listOf(value: unknown): readonly Value[] {
  return Array.isArray(value) ? value.map(mapOf) : [];
}
