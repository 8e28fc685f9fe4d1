import { defineControl, fail, pass, strings, unknown, type AnyControl } from '../../core/index.ts';
import { systemNamespaces, systemReason } from '../../kube/system-workloads.ts';
import { workloads } from '../../subjects/workload.ts';

/** Made for objects that everybody may read, and for the leases of nodes: not even parts of the system run there. */
const holdsNoPods: ReadonlySet<string> = new Set(['kube-public', 'kube-node-lease']);

export const reservedNamespaces: AnyControl = defineControl({
  id: 'network-separation/reserved-namespaces',
  decides: ['NS-02'],
  title: 'Workloads of users stay out of the namespaces of the system',
  why: 'Rules of admission, network and audit exempt these namespaces, and whoever may create pods there can take the accounts of the control plane. A workload among them is trusted like the system and watched like nothing else.',
  severity: 'high',
  also: { attack: ['T1036.005'] },
  subject: workloads,
  params: { reserved: strings('Namespaces in which only the system may run', systemNamespaces) },

  evaluate({ namespace, resource }, { params }) {
    const name = resource.ref.name;
    const where = ['metadata', 'namespace'];
    if (namespace === undefined)
      return unknown(where, `workload "${name}" names no namespace: where it lands is open`, ['manifest', 'cluster']);
    if (!params.reserved.includes(namespace) || systemReason(resource, namespace) !== undefined) return pass;
    if (holdsNoPods.has(namespace)) return fail(where, `workload "${name}" runs in "${namespace}", which holds no pods at all`);
    return fail(where, `workload "${name}" runs in "${namespace}" without a mark of the system's own parts`);
  },

  remedy:
    'Move the workload to a namespace of its own; an add-on that belongs there carries the label of its installer or is left out by a waiver.',

  alsoFails: ['network-separation/isolated-pods'],

  examples: () => ({
    pass: { 'a namespace of its own': 'kind: Deployment\nmetadata: { namespace: shop }' },
    fail: {
      'among the parts of the system': 'kind: Deployment\nmetadata: { namespace: kube-system }',
      'where no Pod belongs at all': 'kind: Deployment\nmetadata: { namespace: kube-public }',
    },
    unknown: {
      'no namespace named': `
kind: Namespace
metadata: { name: shop }
$patch: delete
---
kind: NetworkPolicy
metadata: { namespace: null }
---
kind: LimitRange
metadata: { namespace: null }
---
kind: ResourceQuota
metadata: { namespace: null }
---
kind: ServiceAccount
metadata: { namespace: null }
---
kind: Deployment
metadata: { namespace: null }
`,
    },
  }),
});
