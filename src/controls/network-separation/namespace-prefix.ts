import { defineControl, fail, pass, strings, type AnyControl } from '../../core/index.ts';
import { systemNamespaces } from '../../kube/system-workloads.ts';
import { namespaceObjects } from '../../subjects/namespace-objects.ts';

export const namespacePrefix: AnyControl = defineControl({
  id: 'network-separation/namespace-prefix',
  decides: ['NS-04'],
  title: 'No namespace of a user is named with the prefix kube-',
  why: 'The prefix is reserved for Kubernetes itself. A namespace that bears it passes for a part of the system, in front of people and of rules that exempt the system by name.',
  severity: 'low',
  also: { attack: ['T1036.005'] },
  subject: namespaceObjects,
  params: { system: strings('Namespaces with the prefix that belong to the cluster or its distribution', systemNamespaces) },

  evaluate({ name }, { params }) {
    if (!name.startsWith('kube-') || params.system.includes(name)) return pass;
    return fail(['metadata', 'name'], `namespace "${name}" bears the prefix kube-, which is reserved for the system`);
  },

  remedy: 'Create a namespace with another name and move the workloads there: a namespace cannot be renamed.',

  examples: () => ({
    pass: {
      'a name of its own': 'kind: Namespace\nmetadata: { name: shop }',
      'the cluster’s own': `
apiVersion: v1
kind: Namespace
metadata: { name: kube-system }
`,
    },
    fail: {
      'the prefix of the system': `
apiVersion: v1
kind: Namespace
metadata:
  name: kube-shop
  labels: { pod-security.kubernetes.io/enforce: restricted, pod-security.kubernetes.io/enforce-version: v1.35 }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: default-deny-kube-shop, namespace: kube-shop }
spec: { podSelector: {}, policyTypes: [Ingress, Egress] }
---
apiVersion: v1
kind: LimitRange
metadata: { name: defaults-kube-shop, namespace: kube-shop }
spec:
  limits:
    - type: Container
      default: { cpu: 500m, memory: 256Mi }
      defaultRequest: { cpu: 100m, memory: 128Mi }
      max: { cpu: "2", memory: 2Gi }
    - type: PersistentVolumeClaim
      max: { storage: 10Gi }
---
apiVersion: v1
kind: ResourceQuota
metadata: { name: total-kube-shop, namespace: kube-shop }
spec:
  hard: { requests.cpu: "4", requests.memory: 8Gi, limits.cpu: "8", limits.memory: 16Gi, pods: "20", requests.storage: 100Gi }
`,
    },
  }),
});
