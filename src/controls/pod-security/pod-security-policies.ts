import { defineControl, fail, pass, type AnyControl } from '../../core/index.ts';
import { exampleClusterGrant } from '../../subjects/example-permissions.ts';
import { podSecurityPolicyTraces } from '../../subjects/pod-security-policy-trace.ts';

/** The minor that no longer has the plugin, nor the API that it reads. */
const goneSince = 25;

export const podSecurityPolicies: AnyControl = defineControl({
  id: 'pod-security/pod-security-policies',
  decides: ['ENF-02'],
  title: 'Nothing relies on Pod Security Policies',
  why: 'Kubernetes 1.25 took them away without a word at the upgrade: from then on a cluster that they protected lets in every privileged pod, while roles and manifests still look as if somebody refused them.',
  severity: 'medium',
  also: { cis: ['5.2.1'], attack: ['T1610'] },
  subject: podSecurityPolicyTraces,
  judgesSystem: true,

  evaluate(trace, { version }) {
    const gone = version >= goneSince;
    if (trace.type === 'api server') {
      if (trace.plugin === undefined) return pass;
      const since = gone ? `which keeps it from starting since 1.${goneSince}` : `which 1.${goneSince} takes away`;
      return fail(trace.plugin, `the API server enables the plugin PodSecurityPolicy, ${since}`);
    }
    if (trace.type === 'policy') {
      const effect = gone ? `has no effect since 1.${goneSince}` : `loses its effect with 1.${goneSince}`;
      return fail(['metadata', 'name'], `policy "${trace.name}" ${effect}: Pod Security admission takes its place`);
    }
    const effect = gone ? `which grants nothing since 1.${goneSince}` : `which grants nothing from 1.${goneSince} on`;
    return fail(['resources', trace.resource], `a rule of the role is about podsecuritypolicies, ${effect}`, 'low');
  },

  remedy:
    'Enforce the nearest level of the Pod Security Standards by labels of the namespaces, and what a policy refused beyond that by a ValidatingAdmissionPolicy; compare by a dry run on all pods, then delete the policies and the rules that name them.',

  alsoFails: ['threat-detection/audit-backend', 'upgrading/removed-apis', 'authorization/dead-rules', 'authorization/cluster-scope'],

  examples: () => ({
    pass: { 'an API server without the plugin': server('NodeRestriction') },
    fail: {
      'the plugin': server('NodeRestriction,PodSecurityPolicy'),
      'a policy': `
apiVersion: policy/v1beta1
kind: PodSecurityPolicy
metadata: { name: restricted }
spec: { privileged: false }
`,
      'a role for one': exampleClusterGrant([
        '{ apiGroups: [policy], resources: [podsecuritypolicies], verbs: [use], resourceNames: [restricted] }',
      ]),
    },
  }),
});

function server(plugins: string): string {
  return `
apiVersion: v1
kind: Pod
metadata: { name: kube-apiserver-cp-1, namespace: kube-system }
spec: { containers: [{ name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.37.1", command: [kube-apiserver, "--enable-admission-plugins=${plugins}", --anonymous-auth=false, "--authorization-mode=Node,RBAC"] }] }
`;
}
