import { decline, defineControl, fail, pass, type AnyControl } from '../../core/index.ts';
import { convertApi } from '../../kube/convert-api.ts';
import { removedApi } from '../../kube/removed-apis.ts';
import { versionedObjects } from '../../subjects/versioned-objects.ts';

/** Judged against the target version and the next one, so that the upgrade finds nothing left to do; what is deprecated is told early. */
export const removedApis: AnyControl = defineControl({
  id: 'upgrading/removed-apis',
  decides: ['UPG-09'],
  title: 'Objects use versions of their API that the cluster and the next version serve',
  why: 'An API server refuses a version that it no longer serves: the object cannot be applied, changed or restored. A cluster that cannot be upgraded because of it goes without security patches.',
  severity: 'medium',
  also: {},
  subject: versionedObjects,
  manifestsOnly: 'left to the manifests: a cluster shows objects in any version',

  evaluate({ ref: { apiVersion, kind, name } }, { version }) {
    const removed = removedApi(apiVersion, kind);
    if (removed === undefined) return pass;
    const { deprecatedIn, removedIn, replacement, replacedSince } = removed;
    const whose = `${inSentence(kind)} "${name}" uses ${apiVersion}`;
    if (removedIn <= version) return fail(['apiVersion'], `${whose}, which Kubernetes 1.${removedIn} removed`);
    if (removedIn === version + 1)
      return fail(['apiVersion'], `${whose}, which the next version of Kubernetes, 1.${removedIn}, removes`, 'low');
    // Before there is something else nobody can do anything about it.
    if (deprecatedIn > version || (replacement !== undefined && replacedSince > version)) return pass;
    return fail(['apiVersion'], `${whose}, deprecated since 1.${deprecatedIn}: 1.${removedIn} removes it`, 'low');
  },

  fix: {
    // The object means the same to the API server in both versions; convertApi says where it may not.
    safety: 'safe',
    risk: 'fields that nobody set get the defaults of the new version; compare with kubectl diff before it is applied',
    edits: ({ ref: { apiVersion, kind }, object }, { version }) => {
      const { replacement, replacedSince = 0 } = removedApi(apiVersion, kind) ?? {};
      if (replacement === undefined)
        return decline(
          kind === 'PodSecurityPolicy'
            ? `${kind} has no successor: Pod Security admission and admission policies took its place`
            : `${kind} has no successor: nothing took its place`,
        );
      if (replacedSince > version) return decline(`${replacement} is not served before the upgrade: convert it then`);
      return convertApi(object, replacement);
    },
  },

  alsoFails: ['pod-security/pod-security-policies', 'network-separation/plaintext-entrances', 'network-separation/wildcard-hosts'],

  examples: () => ({
    pass: { 'a version that is served': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }' },
    fail: {
      'a workload': 'apiVersion: apps/v1beta2\nkind: Deployment\nmetadata: { name: web }',
      'a workload that leaves its selector to the API server': `
apiVersion: extensions/v1beta1
kind: Deployment
metadata: { name: web }
spec: { selector: null, rollbackTo: { revision: 3 } }
`,
      'an ingress': `
apiVersion: networking.k8s.io/v1beta1
kind: Ingress
metadata: { name: web, namespace: shop }
spec:
  backend: { serviceName: web, servicePort: 80 }
  rules:
    - host: shop.example.com
      http:
        paths:
          - path: /
            backend: { serviceName: web, servicePort: http }
`,
      'a disruption budget': `
apiVersion: policy/v1beta1
kind: PodDisruptionBudget
metadata: { name: web, namespace: shop }
spec: { minAvailable: 1, selector: { matchLabels: { app: web } } }
`,
      'an autoscaler': `
apiVersion: autoscaling/v2beta1
kind: HorizontalPodAutoscaler
metadata: { name: web, namespace: shop }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  maxReplicas: 5
  metrics:
    - type: Resource
      resource: { name: cpu, targetAverageUtilization: 70 }
`,
      'a deprecated version': `
apiVersion: resource.k8s.io/v1beta1
kind: ResourceClaim
metadata: { name: gpu, namespace: shop }
spec: { devices: { requests: [{ name: gpu, deviceClassName: gpu.example.com }] } }
`,
      'a deprecated version with the same fields': `
apiVersion: networking.k8s.io/v1beta1
kind: ServiceCIDR
metadata: { name: more }
spec: { cidrs: [10.64.0.0/16] }
`,
      'a policy without a successor': 'apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nmetadata: { name: strict }',
    },
  }),
});

/** A kind is a name and keeps its capital; a message begins small. */
function inSentence(kind: string): string {
  return kind === 'Deployment' ? kind : `object of kind ${kind}`;
}
