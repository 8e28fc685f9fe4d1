import { defineControl, fail, notApplicable, pass, unknown, type AnyControl } from '../../core/index.ts';
import { effectiveMinor, violationsOfPart } from '../../kube/pod-security/index.ts';
import { namespaceFactsKinds } from '../../subjects/namespace-facts.ts';
import { runningPods as subject } from '../../subjects/running-pod.ts';

export const runningPods: AnyControl = defineControl({
  id: 'pod-security/running-pods',
  decides: ['ENF-05'],
  title: 'Running pods meet the level that their namespace enforces today',
  why: 'Admission looks at a pod once, when it is created. What was let in before the level was raised, or by an exemption, runs on, and nobody is told.',
  severity: 'medium',
  also: {},
  consequence: true,
  subject,
  decidedBy: ['Pod', ...namespaceFactsKinds],

  evaluate({ name, admission, security, at }, { version }) {
    if (admission === undefined) return unknown(at, `the namespace of pod "${name}" was not read, and with it no level`, ['cluster']);
    const { enforce } = admission.policy;
    if (enforce.level === 'privileged') return notApplicable('the namespace enforces no level');
    const violations = violationsOfPart(security, enforce.level, effectiveMinor(enforce.version, version));
    if (violations.length === 0) return pass;
    const [first = '', ...rest] = violations.map(({ check }) => check);
    const more = rest.length === 0 ? '' : ` and ${rest.length} more`;
    return fail(at, `pod "${name}" runs and would be refused today at level ${enforce.level}: ${first}${more}`);
  },

  remedy:
    'Mend the template of its owner, show by a server-side dry run that the pod is let in, then restart the owner (kubectl rollout restart).',

  alsoFails: ['pod-security/added-capabilities', 'pod-security/admission-refusal'],

  examples: () => ({
    pass: { 'a pod that was let in': pod('web-1', '{ drop: [ALL] }') },
    fail: { 'a pod that would be refused today': pod('web-1', '{ drop: [ALL], add: [SYS_TIME] }') },
    unknown: {
      'no Namespace object': `
kind: Namespace
metadata: { name: shop }
$patch: delete
---
${pod('web-1', '{ drop: [ALL] }')}`,
    },
    notApplicable: {
      'a pod in a manifest': pod('web-1', '{ drop: [ALL] }', ''),
    },
  }),
});

function pod(name: string, capabilities: string, uid = 'uid: 6d3a3b0e-6f9e-4c53-9c1e-2f8f9d8a1c11, '): string {
  return `
apiVersion: v1
kind: Pod
metadata: { ${uid}name: ${name}, namespace: shop, labels: { app: web } }
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
    - name: web
      image: registry.example.com/shop/web:1.4.2@sha256:4b6c9a0d8d2a4f0e9c1f7b35a4de1d0f6b0b9f1e2c3d4a5b6c7d8e9f0a1b2c3d
      resources:
        requests: { cpu: 100m, memory: 128Mi, ephemeral-storage: 100Mi }
        limits: { cpu: 500m, memory: 256Mi, ephemeral-storage: 1Gi }
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: ${capabilities}
`;
}
