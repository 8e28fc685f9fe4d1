import { defineControl, fail, notApplicable, passSoFar, unknown, type AnyControl } from '../../core/index.ts';
import { exposedWorkloads } from '../../subjects/exposed-workload.ts';
import { entranceExamples } from '../../subjects/entrance.ts';
import { gatewayKind, wayInKinds } from '../../subjects/way-in.ts';

const nobody = notApplicable('no Service, Ingress or route leads to a workload from outside of the cluster');

const { mesh } = entranceExamples;

const nodes = `
---
apiVersion: v1
kind: Node
metadata: { name: edge-1, labels: { pool: edge } }
spec: { taints: [{ key: pool, value: edge, effect: NoSchedule }] }
---
apiVersion: v1
kind: Node
metadata: { name: core-1, labels: { pool: core } }
`;

const exposing = `
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { type: LoadBalancer, allocateLoadBalancerNodePorts: false, selector: { app: web }, ports: [{ port: 443 }] }
`;

const internal = `
---
apiVersion: v1
kind: PodTemplate
metadata: { name: report, namespace: shop }
template:
  metadata: { labels: { app: report } }
  spec:
    os: { name: linux }
    serviceAccountName: web
    automountServiceAccountToken: false
    securityContext:
      runAsNonRoot: true
      runAsUser: 10001
      runAsGroup: 10001
      fsGroup: 10001
      supplementalGroupsPolicy: Strict
      seccompProfile: { type: RuntimeDefault }
      appArmorProfile: { type: RuntimeDefault }
      seLinuxOptions: { type: container_t }
    containers:
      - name: report
        image: registry.example.com/shop/report:1.0.0@sha256:4b6c9a0d8d2a4f0e9c1f7b35a4de1d0f6b0b9f1e2c3d4a5b6c7d8e9f0a1b2c3d
        resources:
          requests: { cpu: 100m, memory: 128Mi, ephemeral-storage: 100Mi }
          limits: { cpu: 500m, memory: 256Mi, ephemeral-storage: 1Gi }
        securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: [ALL] } }
`;

/** By labels and taints of the nodes, as the scheduler goes by them, and not by where pods happen to run. */
export const exposedNodes: AnyControl = defineControl({
  id: 'network-separation/exposed-nodes',
  decides: ['NODE-02'],
  title: 'Workloads that are reached from outside run on nodes where no internal ones may run',
  why: 'What faces the internet is broken into first, and who breaks out of a container there has everything that runs on the same node: its files, its Secrets, its way into the internal network.',
  severity: 'low',
  also: { attack: ['T1611'] },
  subject: exposedWorkloads,
  decidedBy: wayInKinds.filter((kind) => kind !== gatewayKind),
  inEveryCluster: true,

  evaluate(subject) {
    if (subject.type === 'node') return nobody;
    const { ref, at, service, route, shares } = subject;
    const exposed = `${ref.kind} "${ref.name}", behind ${route ?? `Service "${service}"`}`;
    if (shares === 'many') return unknown(at, `${exposed}: there are too many nodes and ways to choose among them`, ['person']);
    // Whether there is a firewall between the nodes.
    if (shares === 'nothing') return passSoFar(['cloud']);
    return fail(at, `${exposed}, may run on node "${shares.node}" beside ${shares.internal}`);
  },

  remedy:
    'Give what is reached from outside nodes of its own: taint them, tolerate the taint there alone, and bind the workloads to them by node affinity.',

  alsoFails: ['network-separation/open-sources', 'network-separation/plaintext-entrances', 'network-separation/wildcard-hosts'],

  examples: () => ({
    pass: {
      'nodes of their own': `${nodes}${exposing}
---
kind: Deployment
metadata: { name: web }
spec: { template: { spec: { tolerations: [{ key: pool, value: edge }], nodeSelector: { pool: edge } } } }
`,
    },
    fail: {
      'any node': `${nodes}${exposing}${internal}`,
      'an Ingress leads to it': `${nodes}${internal}
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { selector: { app: web }, ports: [{ port: 8080 }] }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: shop, namespace: shop }
spec: { defaultBackend: { service: { name: web, port: { number: 8080 } } } }
`,
      'a VirtualService leads to it': `${nodes}${internal}
---
${mesh('[{ port: { number: 443, name: https, protocol: HTTPS }, hosts: [shop.example.com], tls: { mode: SIMPLE } }]')}`,
    },
    notApplicable: { 'nothing from outside': nodes },
  }),
});
