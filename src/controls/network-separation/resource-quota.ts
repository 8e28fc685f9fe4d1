import { decline, defineControl, fail, failAt, notApplicable, strings, unknown, type AnyControl, type Place } from '../../core/index.ts';
import { effectiveResources } from '../../kube/effective-resources.ts';
import { systemNamespaces } from '../../kube/system-workloads.ts';
import { factsOf, limitItems, limitRangeObject, quotaObject, refusedBy } from '../../subjects/namespace-limits.ts';
import { namespaces, type NamespaceSubject, type NamespaceWorkload } from '../../subjects/namespace.ts';

export const resourceQuota: AnyControl = defineControl({
  id: 'network-separation/resource-quota',
  decides: ['RES-02'],
  title: 'A ResourceQuota bounds what each namespace can take of the cluster',
  why: 'Without a quota one namespace can use up the CPU, memory and pods of the whole cluster: by a mistake, by an autoscaler or by a miner of coins.',
  severity: 'medium',
  also: { attack: ['T1496', 'T1499'] },
  subject: namespaces,
  decidedBy: ['Namespace', 'LimitRange', 'ResourceQuota'],
  params: {
    system: strings('Namespaces of the system, which are not judged', systemNamespaces),
    bounded: strings('What the quotas of a namespace must bound', [
      'requests.cpu',
      'requests.memory',
      'limits.cpu',
      'limits.memory',
      'pods',
    ]),
  },

  evaluate(namespace, { params, partial, version }) {
    const { name, title, quotas, namedAt } = namespace;
    if (name !== undefined && params.system.includes(name)) return notApplicable('a namespace of the system');
    const [first] = quotas;
    if (first === undefined) {
      if (partial) return unknown(namedAt, `${title} has no ResourceQuota in the part that was read`, ['manifest', 'cluster']);
      return fail(namedAt, `${title} has no ResourceQuota: its pods can use up the cluster`);
    }
    const bounding = quotas.filter(({ scoped }) => !scoped);
    const bounded = new Set(bounding.flatMap(({ hard }) => Object.keys(hard).map(canonical)));
    const open = params.bounded.filter((resource) => !bounded.has(canonical(resource)));
    const places: Place[] = [];
    if (open.length > 0) {
      const message = `ResourceQuota "${first.name}" leaves ${listed(open)} of all pods unbounded`;
      places.push({ where: first.at, message, severity: open.length === params.bounded.length ? 'medium' : 'low' });
    }
    for (const { name: quota, at, hard } of bounding) {
      const counted = Object.keys(hard).map(canonical).filter(isDemanded);
      const refused = firstRefused(namespace, counted, version);
      if (refused !== undefined)
        places.push({
          where: at,
          message: `ResourceQuota "${quota}" keeps out pods of "${refused.workload.ref.name}": no ${refused.resource}`,
          severity: 'low',
        });
    }
    return failAt(places);
  },

  fix: {
    safety: 'review',
    risk: 'what goes beyond the quota is not created: autoscalers, rollouts with a surge and jobs stop there; prove it with the largest number of replicas of each autoscaler times its requests',
    edits(namespace, { given, version }) {
      const [existing] = namespace.quotas;
      if (existing !== undefined)
        return decline(`ResourceQuota "${existing.name}" is there already: complete it by what the workloads use`);
      const said = factsOf(namespace, (name) => given.namespaceResources(name), 'quota');
      if ('declined' in said) return said;
      const { namespace: name, facts } = said;
      const quota = quotaObject('quota', name, facts.quota ?? {});
      const counted = Object.keys(facts.quota ?? {})
        .map(canonical)
        .filter(isDemanded);
      const refused = firstRefused(namespace, counted, version);
      if (refused === undefined) return { edits: [], companions: [quota] };
      // The same object that network-separation/limit-range adds: either comes first.
      const items = limitItems(facts);
      const filled = { ...namespace, limitRanges: [{ name: 'limits', at: namespace.namedAt, limits: items }] };
      if (
        namespace.limitRanges.length > 0 ||
        firstRefused(filled, counted, version) !== undefined ||
        refusedBy(namespace, items) !== undefined
      )
        return decline(`the quota would keep out pods of "${refused.workload.ref.name}", which say no ${refused.resource}: set it first`);
      return { edits: [], companions: [limitRangeObject('limits', name, items), quota] };
    },
  },

  alsoFails: ['network-separation/storage-bounds'],

  examples: () => ({
    said: {
      given: {
        namespaceResources: () => ({
          quota: { 'requests.cpu': '4', 'requests.memory': '8Gi', 'limits.cpu': '8', 'limits.memory': '16Gi', pods: '20' },
        }),
      },
    },
    pass: {
      'everything bounded': 'kind: ResourceQuota\nmetadata: { name: total }',
      'by two quotas, in the short names': `
kind: ResourceQuota
metadata: { name: total }
spec: { hard: { requests.cpu: null, requests.memory: null, cpu: "4", memory: 8Gi, pods: null } }
---
apiVersion: v1
kind: ResourceQuota
metadata: { name: count, namespace: shop }
spec: { hard: { count/pods: "20" } }
`,
    },
    fail: {
      none: 'kind: ResourceQuota\nmetadata: { name: total }\n$patch: delete',
      'of some Pods only': 'kind: ResourceQuota\nmetadata: { name: total }\nspec: { scopes: [BestEffort] }',
      'memory left open': 'kind: ResourceQuota\nmetadata: { name: total }\nspec: { hard: { limits.memory: null, requests.memory: null } }',
      'Pods that it keeps out': `
kind: LimitRange
metadata: { name: defaults }
spec: { limits: [{ type: Container, max: { memory: 1Gi } }] }
---
kind: Deployment
metadata: { name: web }
spec:
  template:
    spec:
      containers:
        - name: web
          image: registry.example.com/shop/web:1.4.2@sha256:4b6c9a0d8d2a4f0e9c1f7b35a4de1d0f6b0b9f1e2c3d4a5b6c7d8e9f0a1b2c3d
          resources: { requests: { cpu: 100m }, limits: { memory: 256Mi } }
          securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: [ALL] } }
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

/** `cpu` is `requests.cpu`, and `count/pods` also bounds the Pods (finished ones included). */
function canonical(resource: string): string {
  if (resource === 'cpu' || resource === 'memory' || resource === 'ephemeral-storage') return `requests.${resource}`;
  return resource === 'count/pods' ? 'pods' : resource;
}

/** Of these the quota demands a value from every container (pkg/quota/v1/evaluator/core, validation of compute resources). */
function isDemanded(resource: string): boolean {
  return /^(?:requests|limits)\.(?:cpu|memory)$/.test(resource);
}

function firstRefused(
  { workloads, limitRanges }: NamespaceSubject,
  counted: readonly string[],
  version: number,
): { workload: NamespaceWorkload; resource: string } | undefined {
  if (counted.length === 0) return undefined;
  for (const workload of workloads) {
    const { pod, containers } = workload.resources;
    for (const resources of containers) {
      const { requests, limits } = effectiveResources({ resources }, { pod: { resources: pod }, version, limitRanges });
      for (const resource of counted) {
        const [kind = '', of = ''] = resource.split('.');
        if (!(kind === 'limits' ? limits : requests).has(of)) return { workload, resource };
      }
    }
  }
  return undefined;
}

function listed(names: readonly string[]): string {
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`;
}
