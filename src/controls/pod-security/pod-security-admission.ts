import { decline, defineControl, fail, notApplicable, pass, set, strings, unknown, type AnyControl, type Edit } from '../../core/index.ts';
import { observedApiServerKind } from '../../kube/api-server.ts';
import { isForbiddenByBaseline } from '../../kube/enforcement-probes.ts';
import {
  compareLevels,
  effectivePolicy,
  guaranteedLevel,
  labelPrefix,
  levelOfPart,
  restrictedSince,
  type Level,
} from '../../kube/pod-security/index.ts';
import { namespaceFactsKinds } from '../../subjects/namespace-facts.ts';
import { systemNamespaces } from '../../kube/system-workloads.ts';
import { exampleAdmissionConfiguration } from '../../subjects/admission-settings.ts';
import { exampleApiServer } from '../../subjects/api-server.ts';
import { namespaces, type NamespaceSubject } from '../../subjects/namespace.ts';
import { reviewerKinds } from '../../subjects/pod-reviewers.ts';

export const podSecurityAdmission: AnyControl = defineControl({
  id: 'pod-security/pod-security-admission',
  decides: ['ENF-01'],
  title: 'Every namespace enforces a level of the Pod Security Standards',
  why: 'What manifests say today holds until somebody applies another one. Only admission refuses the next privileged pod, whoever creates it.',
  severity: 'high',
  also: { cis: ['5.2.1'], attack: ['T1610'] },
  subject: namespaces,
  decidedBy: [...namespaceFactsKinds, observedApiServerKind],
  excusedBy: reviewerKinds,
  params: { system: strings('Namespaces of the system, which are not judged', systemNamespaces) },

  evaluate({ name, title, labels, labelsAt, namedAt, admission, reviewers, letIn }, { params }) {
    if (name !== undefined && params.system.includes(name)) return notApplicable('a namespace of the system');
    // A namespace exists before what is in it: if its object was not read, it was made elsewhere.
    if (labels === undefined || labelsAt === undefined)
      return unknown(namedAt, `${title} was not read: its Pod Security labels are not known`, ['manifest', 'cluster']);
    const { policy, errors, exempt } = effectivePolicy(name, labels, admission);
    const { enforce, warn, audit } = policy;
    const [error] = errors;
    if (error !== undefined)
      return fail(labelsAt, `${title} cannot be created: label ${error.label} has the value "${error.value.slice(0, 20)}"`);
    const level = guaranteedLevel(enforce);
    if (level === 'restricted') return pass;
    const [reviewer] = reviewers;
    if (reviewer !== undefined && letIn !== undefined) {
      if (letIn.length === 0) return pass;
      const worst = letIn.find(isForbiddenByBaseline);
      if (worst !== undefined) return fail(labelsAt, `${title} lets in a pod with ${worst}, as a dry run shows`);
      return fail(labelsAt, `${title} lets in a pod with ${letIn[0]}, as a dry run shows`, 'low');
    }
    if (reviewer !== undefined)
      return unknown(labelsAt, `${title} enforces ${enforce.level}; what ${reviewer.title} refuses there is not known`, ['cluster']);
    if (exempt) return fail(namedAt, `${title} is exempt from Pod Security admission: privileged pods are let in`);
    if (enforce.level !== level)
      return fail(
        labelsAt,
        `${title} enforces ${enforce.level} of v1.${enforce.version}, which lacks checks of v1.${restrictedSince}`,
        'low',
      );
    if (level === 'baseline') return fail(labelsAt, `${title} enforces baseline: pods may run as root and gain privileges`, 'low');
    if (warn.level === 'privileged' && audit.level === 'privileged')
      return fail(labelsAt, `${title} enforces no Pod Security level: privileged pods are let in`);
    return fail(labelsAt, `${title} only warns or audits: privileged pods are let in`, 'medium');
  },

  fix: {
    safety: 'review',
    risk: 'labels for warnings and the audit log come first and refuse nothing; pods that the enforced level refuses are not created any more at their next rollout, and a server-side dry run of that label names those that run now',
    edits(namespace, { version, partial }) {
      const { name, labels, admission } = namespace;
      // A Namespace belongs to whoever made it: a second manifest of it would take its labels over.
      if (labels === undefined) return decline('the Namespace object was not read');
      const { policy, errors, exempt } = effectivePolicy(name, labels, admission);
      if (exempt) return decline('the configuration of the API server exempts the namespace: take it off that list');
      const [error] = errors;
      // These two refuse nothing: they tell what the level would refuse, to clients and in the audit log.
      const silent = [policy.enforce, policy.warn, policy.audit].every(({ level }) => level === 'privileged');
      // Where dry runs have shown what gets by, telling is no step ahead.
      const shown = namespace.reviewers.length > 0 && namespace.letIn !== undefined;
      if (error === undefined && silent && !shown)
        return { edits: [...labelled('audit', 'restricted', version), ...labelled('warn', 'restricted', version)], safety: 'safe' };
      if (error?.label.endsWith('-version') === true) return [set(['metadata', 'labels', error.label], `v1.${version}`)];
      if (error?.label === `${labelPrefix}audit`) return labelled('audit', 'restricted', version);
      if (error?.label === `${labelPrefix}warn`) return labelled('warn', 'restricted', version);
      if (partial) return decline('workloads that were not read may not meet the level: read all of the namespace');
      const met = leastLevel(namespace, version);
      if (met === 'privileged') return decline('workloads of the namespace do not even meet baseline: mend them first');
      if (error === undefined && compareLevels(met, guaranteedLevel(policy.enforce)) <= 0)
        return decline('workloads of the namespace meet baseline only: mend them first');
      return labelled('enforce', met, version);
    },
  },

  alsoFails: ['pod-security/admission-defaults', 'pod-security/admission-exemptions', 'pod-security/enforcement-verified'],

  examples: () => ({
    pass: {
      'a webhook that was seen to refuse all bad pods': reviewed([]),
      restricted: 'kind: Namespace\nmetadata: { name: shop, labels: { pod-security.kubernetes.io/enforce: restricted } }',
      'restricted, of a pinned version': `
kind: Namespace
metadata:
  name: shop
  labels: { pod-security.kubernetes.io/enforce: restricted, pod-security.kubernetes.io/enforce-version: v1.30 }
`,
      'restricted by default of the API server': `
kind: Namespace
metadata: { name: shop, labels: null }
---${exampleAdmissionConfiguration('defaults: { enforce: restricted, enforce-version: v1.35 }')}`,
    },
    fail: {
      'a webhook that was seen to let pods of root in': reviewed(['root']),
      'a webhook that was seen to let privileged pods in': reviewed(['root', 'privileged']),
      'exempt by the configuration of the API server': `
apiVersion: pod-security.admission.config.k8s.io/v1
kind: PodSecurityConfiguration
exemptions: { namespaces: [shop] }
`,
      'no label': 'kind: Namespace\nmetadata: { name: shop, labels: null }',
      privileged: 'kind: Namespace\nmetadata: { name: shop, labels: { pod-security.kubernetes.io/enforce: privileged } }',
      'warnings only': `
kind: Namespace
metadata:
  name: shop
  labels: { pod-security.kubernetes.io/enforce: null, pod-security.kubernetes.io/warn: restricted }
`,
      baseline: 'kind: Namespace\nmetadata: { name: shop, labels: { pod-security.kubernetes.io/enforce: baseline } }',
      'restricted, of a version that asks for less': `
kind: Namespace
metadata:
  name: shop
  labels: { pod-security.kubernetes.io/enforce: restricted, pod-security.kubernetes.io/enforce-version: v1.18 }
`,
      'a level that does not exist':
        'kind: Namespace\nmetadata: { name: shop, labels: { pod-security.kubernetes.io/enforce: Restricted } }',
    },
    unknown: {
      'no Namespace object': 'kind: Namespace\nmetadata: { name: shop }\n$patch: delete',
      'a policy that may refuse the same': `
kind: Namespace
metadata: { name: shop, labels: null }
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: no-privileged }
spec:
  matchConstraints:
    resourceRules: [{ apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: ['pods/*'] }]
  validations: [{ expression: 'object.spec.containers.all(c, !c.?securityContext.privileged.orValue(false))' }]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: no-privileged }
spec: { policyName: no-privileged, validationActions: [Deny] }
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

/** The strictest level that all workloads of the namespace meet. */
function leastLevel({ workloads }: NamespaceSubject, version: number): Level {
  return workloads.reduce<Level>((least, { shape }) => {
    const { level } = levelOfPart(shape.security, version);
    return compareLevels(level, least) < 0 ? level : least;
  }, 'restricted');
}

/** With the version, so that an upgrade of the cluster does not change what the level means. */
function labelled(mode: 'enforce' | 'audit' | 'warn', level: Level, version: number): Edit[] {
  return [
    set(['metadata', 'labels', `${labelPrefix}${mode}`], level),
    set(['metadata', 'labels', `${labelPrefix}${mode}-version`], `v1.${version}`),
  ];
}

function reviewed(admitted: readonly string[]): string {
  return `
kind: Namespace
metadata: { name: shop, labels: null }
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: pod-rules }
webhooks:
  - name: pods.rules.example.com
    sideEffects: None
    admissionReviewVersions: [v1]
    clientConfig: { url: 'https://rules.example.com/pods' }
    rules: [{ apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: ['pods/*'] }]
---
${exampleApiServer({
  enforcement: {
    trials: [
      {
        namespace: 'shop',
        sound: 'admitted',
        admitted,
        refused: [],
        undecided: [],
      },
    ],
  },
})}
`;
}
