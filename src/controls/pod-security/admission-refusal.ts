import { defineControl, fail, notApplicable, pass, type AnyControl } from '../../core/index.ts';
import { effectiveMinor, violationsOfPart } from '../../kube/pod-security/index.ts';
import { namespaceFactsKinds } from '../../subjects/namespace-facts.ts';
import { podsInNamespace } from '../../subjects/pod-in-namespace.ts';

export const admissionRefusal: AnyControl = defineControl({
  id: 'pod-security/admission-refusal',
  decides: ['ENF-01'],
  title: 'Workloads meet the Pod Security level that their namespace enforces',
  why: 'Admission refuses the pods, not the workload: a Deployment is accepted and then never gets its pods. Under pressure it is the level that gets lowered, for everybody in the namespace.',
  severity: 'medium',
  also: { cis: ['5.2.1'] },
  consequence: true,
  subject: podsInNamespace,
  decidedBy: namespaceFactsKinds,

  evaluate({ name, admission, security, at }, { version }) {
    if (admission === undefined) return notApplicable('the Namespace object was not read, and with it no level');
    const { enforce } = admission.policy;
    if (enforce.level === 'privileged') return notApplicable('the namespace enforces no level');
    const violations = violationsOfPart(security, enforce.level, effectiveMinor(enforce.version, version));
    if (violations.length === 0) return pass;
    const [first = '', ...rest] = violations.map(({ check }) => check);
    const more = rest.length === 0 ? '' : ` and ${rest.length} more`;
    return fail(at, `pods of "${name}" are refused at level ${enforce.level}: ${first}${more}`);
  },

  remedy:
    'Mend what the controls of the chapter on pod security find in the workload, or move it to a namespace for workloads that need more.',

  alsoFails: ['pod-security/added-capabilities'],

  examples: () => ({
    pass: {
      restricted: 'kind: Namespace\nmetadata: { name: shop, labels: { pod-security.kubernetes.io/enforce: restricted } }',
    },
    fail: {
      'a capability too many': `
kind: Deployment
metadata: { name: web }
spec:
  template:
    spec:
      containers:
        - name: web
          image: registry.example.com/shop/web:1.4.2@sha256:4b6c9a0d8d2a4f0e9c1f7b35a4de1d0f6b0b9f1e2c3d4a5b6c7d8e9f0a1b2c3d
          resources: { requests: { cpu: 100m, memory: 128Mi }, limits: { cpu: 500m, memory: 256Mi } }
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: { drop: [ALL], add: [SYS_TIME] }
`,
    },
    notApplicable: {
      'no Namespace object': 'kind: Namespace\nmetadata: { name: shop }\n$patch: delete',
    },
  }),
});
