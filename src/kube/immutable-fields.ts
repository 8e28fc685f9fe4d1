import { apiGroup, formatPath, type Path, type ResourceRef } from '../core/index.ts';

/**
 * Fields that the API server refuses to change on an object that exists (the Validate*Update functions of Kubernetes 1.37,
 * pkg/apis/<group>/validation), by group and kind. `*` stands for any item; a path stands for everything below it, save what
 * `except` names.
 */
interface Frozen {
  readonly fields: readonly string[];
  readonly except?: readonly string[];
}

const selector: Frozen = { fields: ['spec.selector'] };
const roleRef: Frozen = { fields: ['roleRef'] };

const frozenByKind: ReadonlyMap<string, Frozen> = new Map<string, Frozen>([
  [
    '/Pod',
    {
      fields: ['spec'],
      // More tolerations, fewer gates and an earlier deadline; resources change by the subresource `resize` only.
      except: [
        'spec.containers.*.image',
        'spec.initContainers.*.image',
        'spec.activeDeadlineSeconds',
        'spec.tolerations',
        'spec.schedulingGates',
      ],
    },
  ],
  ['apps/Deployment', selector],
  ['apps/ReplicaSet', selector],
  ['apps/DaemonSet', selector],
  ['apps/StatefulSet', { fields: ['spec.selector', 'spec.volumeClaimTemplates', 'spec.serviceName', 'spec.podManagementPolicy'] }],
  [
    'batch/Job',
    {
      // Of a suspended Job some fields of the template may change; whether it is, and never ran, no manifest tells.
      fields: [
        'template',
        'selector',
        'completions',
        'completionMode',
        'podFailurePolicy',
        'backoffLimitPerIndex',
        'managedBy',
        'successPolicy',
      ].map((field) => `spec.${field}`),
    },
  ],
  [
    '/Service',
    { fields: ['spec.clusterIP', 'spec.clusterIPs.0', 'spec.ipFamilies.0', 'spec.loadBalancerClass', 'spec.healthCheckNodePort'] },
  ],
  // Of a bound claim the size may grow and the attributes class change.
  ['/PersistentVolumeClaim', { fields: ['spec'], except: ['spec.resources.requests', 'spec.volumeAttributesClassName'] }],
  [
    '/PersistentVolume',
    {
      fields: ['spec'],
      except: [
        'accessModes',
        'capacity',
        'claimRef',
        'mountOptions',
        'nodeAffinity',
        'persistentVolumeReclaimPolicy',
        'storageClassName',
        'volumeAttributesClassName',
      ].map((field) => `spec.${field}`),
    },
  ],
  ['/ResourceQuota', { fields: ['spec.scopes'] }],
  ['/Secret', { fields: ['type'] }],
  ['rbac.authorization.k8s.io/RoleBinding', roleRef],
  ['rbac.authorization.k8s.io/ClusterRoleBinding', roleRef],
  ['storage.k8s.io/StorageClass', { fields: ['provisioner', 'parameters', 'reclaimPolicy', 'volumeBindingMode'] }],
  ['storage.k8s.io/CSIDriver', { fields: ['spec.attachRequired', 'spec.volumeLifecycleModes'] }],
  ['storage.k8s.io/VolumeAttachment', { fields: ['spec'] }],
  ['networking.k8s.io/IngressClass', { fields: ['spec.controller'] }],
  ['scheduling.k8s.io/PriorityClass', { fields: ['value', 'preemptionPolicy'] }],
  ['node.k8s.io/RuntimeClass', { fields: ['handler'] }],
]);

/** The data of objects with `immutable: true`, and the mark itself. */
const frozenByMark: Frozen = { fields: ['data', 'binaryData', 'stringData', 'immutable'] };

/** Templates of pods keep them unchecked; a Pod must keep what it was made with (ValidatePodSpecificAnnotationUpdates). */
const frozenAnnotations = /^container\.apparmor\.security\.beta\.kubernetes\.io\//;

/**
 * The field that keeps a change at `path` from being applied to an object that exists: it
 * must be deleted and made again. Undefined where the API server takes the change. `object` is only asked whether it is
 * marked as immutable. A name and a namespace are not asked for: another one is another object.
 */
export function recreationNeeded(ref: ResourceRef, path: Path, object: Readonly<Record<string, unknown>> = {}): string | undefined {
  const group = apiGroup(ref.apiVersion);
  // The group that Deployments and Ingresses came from: the same objects.
  const kind = group === 'extensions' ? `apps/${ref.kind}` : `${group}/${ref.kind}`;
  const [first, second, third] = path;
  if (kind === '/Pod' && first === 'metadata' && second === 'annotations' && frozenAnnotations.test(String(third)))
    return formatPath(path.slice(0, 3));
  const isMarked = (kind === '/Secret' || kind === '/ConfigMap') && Object.hasOwn(object, 'immutable') && object['immutable'] === true;
  for (const frozen of [frozenByKind.get(kind), isMarked ? frozenByMark : undefined]) {
    if (frozen?.except?.some((field) => covers(field, path)) === true) continue;
    const found = frozen?.fields.find((field) => covers(field, path) || contains(path, field));
    if (found !== undefined) return found.replace(/\.\d+$/, '');
  }
  return undefined;
}

/** Whether the field is the place or above it. */
function covers(field: string, path: Path): boolean {
  const steps = field.split('.');
  return steps.length <= path.length && steps.every((step, index) => step === '*' || step === String(path[index]));
}

/** Whether the place is above the field: a change of the whole is one of its parts. */
function contains(path: Path, field: string): boolean {
  const steps = field.split('.');
  return path.length < steps.length && path.every((step, index) => steps[index] === '*' || steps[index] === String(step));
}
