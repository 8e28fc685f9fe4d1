import { defineControl, failAt, notApplicable, passSoFar, strings, unknown, type AnyControl, type Place } from '../../core/index.ts';
import { conditionScope, reviewsDebugContainers, reviewsNewPods, selectsAll } from '../../kube/admission.ts';
import { systemNamespaces } from '../../kube/system-workloads.ts';
import { validatingPolicies, policyKinds, type AdmissionPolicySubject, type BindingFacts } from '../../subjects/admission-policy.ts';
import { namespaceFactsKinds } from '../../subjects/namespace-facts.ts';
import { outsideOfAll } from '../../subjects/admission-scope.ts';

export const admissionPolicies: AnyControl = defineControl({
  id: 'pod-security/admission-policies',
  decides: ['ENF-04'],
  title: 'Validating admission policies on pods refuse what they are written against',
  why: 'A policy decides nothing by itself: a binding puts it in force, and only one with the action Deny refuses anything. Its selectors and its handling of errors open ways around it that nobody sees.',
  severity: 'medium',
  also: { attack: ['T1562.001'] },
  subject: validatingPolicies,
  decidedBy: [...policyKinds, ...namespaceFactsKinds],
  params: {
    outside: strings('Namespaces that may stay outside of the policies', systemNamespaces),
    approved: strings('Users and groups that may get around the policies', []),
  },

  evaluate({ name, policy, bindings, namespaces }, { params, partial }) {
    const [binding] = bindings;
    if (policy === undefined) {
      const where = binding?.places.policyName ?? [];
      const message = `binding "${binding?.name}" names policy "${name}", which`;
      if (partial) return unknown(where, `${message} was not read`, ['manifest', 'cluster']);
      return failAt([{ where, message: `${message} does not exist: it refuses nothing`, severity: 'low' }]);
    }
    const { matchConstraints: { resourceRules, objectSelector } = {}, matchConditions = [], failurePolicy, places: at } = policy;
    if (!reviewsNewPods(resourceRules)) return notApplicable('the policy decides about no new pods');
    if (binding === undefined && partial)
      return unknown(policy.at, `policy "${name}" has no binding in the part that was read`, ['manifest', 'cluster']);
    if (binding === undefined) return failAt([{ where: policy.at, message: `policy "${name}" has no binding: it decides nothing` }]);
    const denying = bindings.filter(({ validationActions = [] }) => validationActions.includes('Deny'));
    if (denying.length === 0)
      return failAt([
        { where: binding.places.validationActions, message: `policy "${name}" is bound without Deny: it tells, and refuses nothing` },
      ]);

    const places: Place[] = [];
    if (failurePolicy === 'Ignore')
      places.push({ where: at.failurePolicy, message: `policy "${name}" fails open: what its expressions fail on is let in` });
    for (const each of denying)
      if (each.opensWithoutParams)
        places.push({ where: each.places.paramRef, message: `binding "${each.name}" lets everything in while its parameters are absent` });
    if (!selectsAll(objectSelector))
      places.push({ where: at.matchConstraints, message: `policy "${name}" goes by the labels of pods, which their authors choose` });
    for (const each of denying)
      if (!selectsAll(each.matchResources?.objectSelector))
        places.push({
          where: each.places.matchResources,
          message: `binding "${each.name}" goes by the labels of pods, which their authors choose`,
        });
    const outside = outsideOfAll(namespaces, selectorsOf(policy, denying), params.outside);
    if (outside !== undefined)
      places.push({
        where: at.matchConstraints,
        message: `policy "${name}" leaves out ${outside}, and no Pod Security level is enforced there`,
      });
    const scopes = matchConditions.flatMap((condition) => conditionScope(condition, params.approved) ?? []);
    for (const scope of scopes)
      if ('skips' in scope) places.push({ where: at.matchConditions, message: `policy "${name}" ${scope.skips}, so others get around it` });
    if (!reviewsDebugContainers(resourceRules))
      places.push({
        where: at.matchConstraints,
        message: `policy "${name}" leaves out pods/ephemeralcontainers: any container may join a pod later`,
        severity: 'low',
      });
    if (places.length > 0) return failAt(places);
    if (scopes.length > 0) return unknown(at.matchConditions, `policy "${name}" decides by who asks: is that approved?`, ['person']);
    return passSoFar(['node', 'cluster']);
  },

  remedy:
    'Bind the policy with the action Deny once a time with Audit has shown what it would refuse; keep failurePolicy Fail, and choose namespaces by their names.',

  alsoFails: ['pod-security/pod-security-admission'],

  examples: () => ({
    pass: {
      'bound to deny, everywhere but in the system': `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: no-host-network }
spec:
  matchConstraints:
    resourceRules: [{ apiGroups: [''], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [pods, pods/ephemeralcontainers] }]
  validations: [{ expression: '!has(object.spec.hostNetwork) || !object.spec.hostNetwork' }]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: no-host-network }
spec:
  policyName: no-host-network
  validationActions: [Deny, Audit]
  matchResources:
    namespaceSelector: { matchExpressions: [{ key: kubernetes.io/metadata.name, operator: NotIn, values: [kube-system] }] }
`,
    },
    fail: {
      'no binding': `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: no-host-network }
spec:
  matchConstraints:
    resourceRules: [{ apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: ['pods/*'] }]
  validations: [{ expression: '!has(object.spec.hostNetwork) || !object.spec.hostNetwork' }]
`,
      'a binding that warns': `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: no-host-network }
spec:
  matchConstraints:
    resourceRules: [{ apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: ['pods/*'] }]
  validations: [{ expression: '!has(object.spec.hostNetwork) || !object.spec.hostNetwork' }]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: no-host-network }
spec: { policyName: no-host-network, validationActions: [Warn, Audit] }
`,
      'open in every way': `
kind: Namespace
metadata: { name: shop, labels: { pod-security.kubernetes.io/enforce: privileged } }
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: no-host-network }
spec:
  failurePolicy: Ignore
  matchConstraints:
    objectSelector: { matchLabels: { checked: always } }
    resourceRules: [{ apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods] }]
  matchConditions: [{ name: people, expression: '!("system:serviceaccounts" in request.userInfo.groups)' }]
  validations: [{ expression: '!has(object.spec.hostNetwork) || !object.spec.hostNetwork' }]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: no-host-network }
spec:
  policyName: no-host-network
  validationActions: [Deny]
  paramRef: { name: settings, parameterNotFoundAction: Allow }
  matchResources:
    objectSelector: { matchLabels: { checked: always } }
    namespaceSelector: { matchLabels: { team: other } }
`,
      'a binding without its policy': `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: no-host-network }
spec: { policyName: no-host-network, validationActions: [Deny] }
`,
    },
    unknown: {
      'a user of whom nobody said anything': `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: no-host-network }
spec:
  matchConstraints:
    resourceRules: [{ apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: ['pods/*'] }]
  matchConditions: [{ name: not-jane, expression: request.userInfo.username != "jane" }]
  validations: [{ expression: '!has(object.spec.hostNetwork) || !object.spec.hostNetwork' }]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: no-host-network }
spec: { policyName: no-host-network, validationActions: [Deny] }
`,
    },
    notApplicable: {
      'other objects': `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: replicas }
spec:
  matchConstraints:
    resourceRules: [{ apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments] }]
  validations: [{ expression: object.spec.replicas < 10 }]
`,
    },
  }),
});

/** A binding that denies lets in nothing outside of the policy either. */
function selectorsOf(
  { matchConstraints }: NonNullable<AdmissionPolicySubject['policy']>,
  denying: readonly BindingFacts[],
): Parameters<typeof outsideOfAll>[1] {
  return denying.map(({ matchResources }) => [matchConstraints?.namespaceSelector, matchResources?.namespaceSelector]);
}
