import {
  compareText,
  decline,
  defineControl,
  failAt,
  notApplicable,
  strings,
  unknown,
  type AnyControl,
  type Place,
} from '../../core/index.ts';
import { limitRangeDefaults } from '../../kube/effective-resources.ts';
import { systemNamespaces } from '../../kube/system-workloads.ts';
import { short } from '../../subjects/dangerous-grants.ts';
import { factsOf, quotaObject } from '../../subjects/namespace-limits.ts';
import { namespaces, type NamespaceSubject } from '../../subjects/namespace.ts';

const disk = 'ephemeral-storage';

export const storageBounds: AnyControl = defineControl({
  id: 'network-separation/storage-bounds',
  decides: ['RES-06'],
  title: 'The storage of each namespace and the disk that its containers fill are bounded',
  why: 'Claims without a quota take what all other workloads need. A container that writes without a limit, be it only its log, fills the disk of the node, and the kubelet then evicts its neighbours.',
  severity: 'low',
  also: { attack: ['T1499'] },
  subject: namespaces,
  decidedBy: ['Namespace', 'LimitRange', 'ResourceQuota'],
  params: { system: strings('Namespaces of the system, which are not judged', systemNamespaces) },

  evaluate(namespace, { params, partial }) {
    const { name, title, quotas, namedAt } = namespace;
    if (name !== undefined && params.system.includes(name)) return notApplicable('a namespace of the system');
    const places: Place[] = [];
    if (!quotas.some(({ hard, scoped }) => !scoped && Object.keys(hard).some(boundsClaims))) {
      const message = `${title} has no quota of storage: its claims can take all that there is`;
      places.push({ where: quotas[0]?.at ?? namedAt, message });
    }
    const filler = diskFiller(namespace);
    if (filler !== undefined) {
      const message = `a container of "${short(filler, 30)}" can fill the disk of its node: no limit of ${disk}, no default`;
      places.push({ where: namespace.limitRanges[0]?.at ?? namedAt, message });
    }
    const [first] = places;
    if (partial && first !== undefined)
      return unknown(namedAt, `${title} bounds no storage in the part that was read`, ['manifest', 'cluster']);
    return failAt(places);
  },

  fix: {
    safety: 'review',
    risk: 'claims beyond the quota are refused, claims that exist stay as they are; compare it with all claims of the namespace and with the largest number of replicas that bring claims of their own',
    waitsFor: ['network-separation/resource-quota'],
    edits(namespace, { given }) {
      const { quotas, title } = namespace;
      if (quotas.some(({ hard }) => Object.keys(hard).some(boundsClaims)))
        return decline(`nobody knows how much disk the containers of ${title} need: limit ${disk} by a LimitRange`);
      const said = factsOf(namespace, (name) => given.namespaceResources(name), 'quota');
      if ('declined' in said) return said;
      const bounds = Object.entries(said.facts.quota ?? {}).filter(([resource]) => boundsClaims(resource) || resource === claims);
      if (!bounds.some(([resource]) => boundsClaims(resource)))
        return decline(`the quota for ${title} says no requests.storage: --resources FILE says it`, []);
      if (quotas.some((quota) => quota.name === 'storage'))
        return decline('there is a ResourceQuota "storage": add requests.storage to it');
      return { edits: [], companions: [quotaObject('storage', said.namespace, Object.fromEntries(bounds))] };
    },
  },

  examples: () => ({
    said: { given: { namespaceResources: () => ({ quota: { 'requests.storage': '100Gi', persistentvolumeclaims: '10' } }) } },
    pass: {
      'both bounded': 'kind: ResourceQuota\nmetadata: { name: total }',
      'a quota of one class of storage, and limits of the containers': `
kind: ResourceQuota
metadata: { name: total }
spec: { hard: { requests.storage: null, fast.storageclass.storage.k8s.io/requests.storage: 50Gi } }
---
kind: LimitRange
metadata: { name: defaults }
spec: { limits: [{ type: Container, default: { memory: 1Gi }, defaultRequest: { memory: 1Gi }, max: { memory: 1Gi } }, { type: PersistentVolumeClaim, max: { storage: 10Gi } }] }
`,
    },
    fail: {
      'claims without a quota': 'kind: ResourceQuota\nmetadata: { name: total }\nspec: { hard: { requests.storage: null } }',
      'a container without a limit': withoutLimit,
      'a container without a limit under a quota of the disk': `${withoutLimit}---
kind: ResourceQuota
metadata: { name: total }
spec: { hard: { limits.ephemeral-storage: 20Gi } }
`,
    },
    notApplicable: {
      'a namespace of the system': `
kind: Namespace
metadata: { name: shop }
$patch: delete
---
kind: Deployment
metadata: { name: web }
$patch: delete
---
apiVersion: v1
kind: Namespace
metadata: { name: kube-system }
`,
    },
  }),
});

const withoutLimit = `
kind: LimitRange
metadata: { name: defaults }
spec: { limits: [{ type: Container, default: { memory: 1Gi }, defaultRequest: { memory: 1Gi }, max: { memory: 1Gi } }, { type: PersistentVolumeClaim, max: { storage: 10Gi } }] }
---
kind: Deployment
metadata: { name: web }
spec:
  template:
    spec:
      containers:
        - name: web
          image: registry.example.com/shop/web:1.4.2@sha256:4b6c9a0d8d2a4f0e9c1f7b35a4de1d0f6b0b9f1e2c3d4a5b6c7d8e9f0a1b2c3d
          resources: { requests: { cpu: 100m, memory: 128Mi }, limits: { cpu: 500m, memory: 256Mi } }
          securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: [ALL] } }
`;

const claims = 'persistentvolumeclaims';

/** Of the namespace, or of one class of storage: `fast.storageclass.storage.k8s.io/requests.storage`. */
function boundsClaims(resource: string): boolean {
  return resource === 'requests.storage' || resource.endsWith('.storageclass.storage.k8s.io/requests.storage');
}

/**
 * By name, so that files and clusters say the same: the first workload with a container that may write to the disk of its
 * node for ever. Pod-level resources know no disk, and a quota of it takes containers without a limit (pkg/quota/v1/evaluator/core
 * of Kubernetes 1.37).
 */
function diskFiller({ limitRanges, workloads }: NamespaceSubject): string | undefined {
  if (limitRanges.some(({ limits }) => limitRangeDefaults(limits).limit.has(disk))) return undefined;
  const fillers = workloads.filter(({ resources }) => resources.containers.some(({ limits }) => limits?.[disk] === undefined));
  return fillers.map(({ ref }) => ref.name).sort(compareText)[0];
}
