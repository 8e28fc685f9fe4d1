import { defineControl, fail, notApplicable, pass, unknown, type AnyControl } from '../../core/index.ts';
import { parseImageReference } from '../../kube/image-reference.ts';
import { allowedMetadata } from '../../kube/metadata-addresses.ts';
import { policyKinds } from '../../subjects/policy-facts.ts';
import { podsInNamespace, type PodInNamespaceSubject } from '../../subjects/pod-in-namespace.ts';

export const metadataAddress: AnyControl = defineControl({
  id: 'network-separation/metadata-address',
  decides: ['CLD-01'],
  title: 'Pods cannot reach the metadata service of the cloud',
  why: 'The service answers whoever asks from the node, with the credentials of the node: one request from a compromised pod can be the way from the container to the cloud account.',
  severity: 'high',
  also: { attack: ['T1552.005'] },
  subject: podsInNamespace,
  decidedBy: policyKinds,

  evaluate(pod) {
    if (isMetadataProxy(pod)) return notApplicable('a proxy that guards the metadata service has to reach it');
    if (pod.hostNetworkAt !== undefined)
      return fail(pod.hostNetworkAt, `pods of "${pod.name}" use the network of the node, where no policy keeps them from its metadata`);
    const reach = pod.metadata();
    if (reach === 'denied') return pass;
    return unknown(pod.at, allowedBy(pod) ?? withoutAllow(pod.name, reach), ['cloud', 'cluster']);
  },

  remedy:
    'Deny egress by default and take 169.254.0.0/16, 168.63.129.16, 100.100.100.200 and fc00::/7 out of the blocks that are allowed, or demand session tokens with a hop limit of 1, or use workload identity.',

  alsoFails: ['pod-security/host-network', 'upgrading/unreferenced-objects'],

  examples: () => ({
    pass: {
      'egress denied': 'kind: NetworkPolicy\nmetadata: { name: default-deny }',
      'the internet without the services': `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: internet, namespace: shop }
spec:
  podSelector: { matchLabels: { app: web } }
  policyTypes: [Egress]
  egress:
    - to: [{ ipBlock: { cidr: 0.0.0.0/0, except: [169.254.0.0/16, 168.63.129.16/32, 100.100.100.200/32] } }]
`,
    },
    fail: {
      'the network of the host': 'kind: Deployment\nmetadata: { name: web }\nspec: { template: { spec: { hostNetwork: true } } }',
    },
    unknown: {
      'the best known address alone is taken out': `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: internet, namespace: shop }
spec:
  podSelector: { matchLabels: { app: web } }
  policyTypes: [Egress]
  egress:
    - to: [{ ipBlock: { cidr: 0.0.0.0/0, except: [169.254.169.254/32] } }]
`,
      'a policy of the plugin beside it': `
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: all, namespace: shop }
spec: { endpointSelector: {}, ingress: [], egress: [] }
`,
      'a second policy allows what the first takes out': `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: careful, namespace: shop }
spec:
  podSelector: { matchLabels: { app: web } }
  policyTypes: [Egress]
  egress: [{ to: [{ ipBlock: { cidr: 0.0.0.0/0, except: [169.254.0.0/16] } }] }]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: careless, namespace: shop }
spec:
  podSelector: { matchLabels: { app: web } }
  policyTypes: [Egress]
  egress: [{ to: [{ ipBlock: { cidr: 0.0.0.0/0 } }], ports: [{ port: 80 }] }]
`,
    },
    notApplicable: {
      'the proxy itself': `
kind: Deployment
metadata: { name: web }
$patch: delete
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: kube2iam, namespace: shop }
spec:
  selector: { matchLabels: { name: kube2iam } }
  template:
    metadata: { labels: { name: kube2iam } }
    spec:
      os: { name: linux }
      automountServiceAccountToken: false
      securityContext:
        runAsNonRoot: true
        runAsUser: 10001
        runAsGroup: 10001
        seccompProfile: { type: RuntimeDefault }
        appArmorProfile: { type: RuntimeDefault }
        seLinuxOptions: { type: container_t }
      containers:
        - name: kube2iam
          image: registry.example.com/jtblin/kube2iam:0.11.1@sha256:4b6c9a0d8d2a4f0e9c1f7b35a4de1d0f6b0b9f1e2c3d4a5b6c7d8e9f0a1b2c3d
          resources: { requests: { cpu: 100m, memory: 128Mi }, limits: { cpu: 500m, memory: 256Mi } }
          securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: [ALL] } }
`,
    },
  }),
});

/** With the address, because who takes out the best known one alone has not taken out all. */
function allowedBy({ name, policies }: PodInNamespaceSubject): string | undefined {
  for (const { name: policy, egress = [] } of policies)
    for (const rule of egress) {
      const address = allowedMetadata(rule);
      if (address !== undefined) return `policy "${policy}" lets pods of "${name}" connect to cloud metadata at ${address}`;
    }
  return undefined;
}

function withoutAllow(pod: string, reach: 'allowed' | 'unknown'): string {
  if (reach === 'allowed') return `no policy keeps pods of "${pod}" from cloud metadata`;
  return `a policy of another kind decides whether pods of "${pod}" reach cloud metadata`;
}

/** Last parts of the repositories of kube2iam, kiam, Azure's and Amazon's pod identity and the servers of GKE. */
const proxies: ReadonlySet<string> = new Set([
  'kube2iam',
  'kiam',
  'nmi',
  'eks-pod-identity-agent',
  'k8s-metadata-proxy',
  'gke-metadata-server',
  'metadata-proxy',
]);

/** It runs on every node and has nothing but proxies in it. */
function isMetadataProxy({ kind, images }: PodInNamespaceSubject): boolean {
  if (kind !== 'DaemonSet' || images.length === 0) return false;
  return images.every((image) => {
    const reference = parseImageReference(image);
    return !('error' in reference) && proxies.has(reference.repository.split('/').at(-1) ?? '');
  });
}
