import { decline, defineControl, fail, notApplicable, pass, strings, type AnyControl } from '../../core/index.ts';
import { systemNamespaces } from '../../kube/system-workloads.ts';
import { factsOf, limitItems, limitRangeObject } from '../../subjects/namespace-limits.ts';
import { namespaces } from '../../subjects/namespace.ts';

const ofSystem = notApplicable('a namespace of the system');
const noLimits = notApplicable('the namespace has no LimitRange at all, which network-separation/limit-range judges');

export const claimSizes: AnyControl = defineControl({
  id: 'network-separation/claim-sizes',
  decides: ['RES-01'],
  title: 'The storage that one claim can ask for is bounded',
  why: 'A claim of any size is met as long as the storage lasts. One mistake in a number, or one pod template with many replicas, takes what all other workloads need.',
  severity: 'low',
  also: { attack: ['T1499'] },
  subject: namespaces,
  decidedBy: ['Namespace', 'LimitRange', 'ResourceQuota'],
  params: { system: strings('Namespaces of the system, which are not judged', systemNamespaces) },

  evaluate({ name, limitRanges, quotas }, { params }) {
    if (name !== undefined && params.system.includes(name)) return ofSystem;
    const [first] = limitRanges;
    if (first === undefined) return noLimits;
    const limited = limitRanges.some(({ limits }) =>
      limits.some(({ type, max }) => type === 'PersistentVolumeClaim' && max?.['storage'] !== undefined),
    );
    // No claim can be larger than what all of them may have.
    if (limited || quotas.some(({ hard, scoped }) => !scoped && hard['requests.storage'] !== undefined)) return pass;
    return fail(first.at, `LimitRange "${first.name}" sets no maximum for the storage of a claim, and no quota does`);
  },

  fix: {
    safety: 'review',
    risk: 'claims above the maximum are refused, claims that exist stay as they are; compare it with the largest claim of the manifests and of the cluster',
    edits(namespace, { given }) {
      const said = factsOf(namespace, (name) => given.namespaceResources(name), 'claims');
      if ('declined' in said) return said;
      const { claims = {} } = said.facts;
      if (namespace.limitRanges.some(({ name }) => name === 'claims')) return decline('there is a LimitRange "claims": add the item to it');
      return { edits: [], companions: [limitRangeObject('claims', said.namespace, limitItems({ claims }))] };
    },
  },

  alsoFails: ['network-separation/storage-bounds'],

  examples: () => ({
    said: { given: { namespaceResources: () => ({ claims: { max: { storage: '10Gi' } } }) } },
    pass: {
      'by a quota': 'kind: LimitRange\nmetadata: { name: defaults }\nspec: { limits: [{ type: Container, max: { memory: 1Gi } }] }',
      'by a limit':
        'kind: ResourceQuota\nmetadata: { name: total }\nspec: { hard: { requests.storage: null, fast.storageclass.storage.k8s.io/requests.storage: 9Gi } }',
    },
    fail: {
      'by neither': `
kind: LimitRange
metadata: { name: defaults }
spec: { limits: [{ type: Container, max: { memory: 1Gi } }] }
---
kind: ResourceQuota
metadata: { name: total }
spec: { hard: { requests.storage: null } }
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
