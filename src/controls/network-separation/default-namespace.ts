import { defineControl, fail, pass, unknown, type AnyControl } from '../../core/index.ts';
import { workloads } from '../../subjects/workload.ts';

export const defaultNamespace: AnyControl = defineControl({
  id: 'network-separation/default-namespace',
  decides: ['NS-03'],
  title: 'Workloads run outside the namespace "default"',
  why: 'Whatever forgets its namespace lands in "default", beside everything else that did. Policies, quotas and access rules for it fit nobody, so it mostly has none.',
  severity: 'low',
  also: { cis: ['5.6.4'] },
  subject: workloads,

  evaluate({ namespace, resource }) {
    const name = resource.ref.name;
    if (namespace === undefined)
      return unknown(['metadata', 'namespace'], `workload "${name}" names no namespace: where it lands is open`, ['manifest', 'cluster']);
    if (namespace !== 'default') return pass;
    return fail(['metadata', 'namespace'], `workload "${name}" runs in the namespace "default", where separation by namespace ends`);
  },

  remedy:
    'Give the application a namespace of its own and apply it there: names of services, volumes and secrets are bound to the namespace.',

  examples: () => ({
    pass: { 'a namespace of its own': 'kind: Deployment\nmetadata: { namespace: shop }' },
    fail: {
      'everything in "default"': `
kind: Namespace
metadata: { name: shop }
$patch: delete
---
apiVersion: v1
kind: Namespace
metadata:
  name: default
  labels: { pod-security.kubernetes.io/enforce: restricted, pod-security.kubernetes.io/enforce-version: v1.35 }
---
kind: NetworkPolicy
metadata: { namespace: default }
---
kind: LimitRange
metadata: { namespace: default }
---
kind: ResourceQuota
metadata: { namespace: default }
---
kind: ServiceAccount
metadata: { namespace: default }
---
kind: Deployment
metadata: { namespace: default }
`,
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
