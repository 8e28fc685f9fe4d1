import { defineControl, failAt, notApplicable, passSoFar, strings, unknown, type AnyControl, type Place } from '../../core/index.ts';
import { conditionScope, reviewsDebugContainers, reviewsNewPods, selectsAll } from '../../kube/admission.ts';
import { systemNamespaces } from '../../kube/system-workloads.ts';
import { admissionWebhooks, webhookKinds } from '../../subjects/admission-webhook.ts';
import { namespaceFactsKinds } from '../../subjects/namespace-facts.ts';
import { outsideOfAll } from '../../subjects/admission-scope.ts';

export const webhookScope: AnyControl = defineControl({
  id: 'pod-security/webhook-scope',
  decides: ['ENF-04'],
  title: 'Webhooks that review pods leave out nobody who is not meant to be left out',
  why: 'A selector or a condition takes namespaces, objects or users out of the review in silence. What the author of a pod can write himself, such as its labels, is a way around it for everybody.',
  severity: 'medium',
  also: { attack: ['T1562.001'] },
  subject: admissionWebhooks,
  decidedBy: [...webhookKinds, ...namespaceFactsKinds],
  params: {
    outside: strings('Namespaces that may stay outside of the review', systemNamespaces),
    approved: strings('Users and groups that may get around the review', []),
  },

  evaluate({ type, webhook, places: at, namespaces, service }, { params }) {
    const { name = '', rules, namespaceSelector, objectSelector, matchConditions = [] } = webhook;
    if (type === 'mutating') return notApplicable('the webhook changes objects; others refuse them');
    if (!reviewsNewPods(rules)) return notApplicable('the webhook reviews no new pods');
    const places: Place[] = [];
    if (!selectsAll(objectSelector))
      places.push({ where: at.objectSelector, message: `webhook "${name}" goes by the labels of pods, which their authors choose` });
    // Its own pods must start without it.
    const outside = outsideOfAll(
      namespaces,
      [[namespaceSelector]],
      [...params.outside, ...(service === undefined ? [] : [service.namespace])],
    );
    if (outside !== undefined)
      places.push({
        where: at.namespaceSelector,
        message: `webhook "${name}" leaves out ${outside}, and no Pod Security level is enforced there`,
      });
    const scopes = matchConditions.flatMap((condition) => conditionScope(condition, params.approved) ?? []);
    for (const scope of scopes)
      if ('skips' in scope)
        places.push({ where: at.matchConditions, message: `webhook "${name}" ${scope.skips}, so others get around it` });
    if (!reviewsDebugContainers(rules))
      places.push({
        where: at.rules,
        message: `webhook "${name}" does not review pods/ephemeralcontainers: any container may join a pod later`,
        severity: 'low',
      });
    if (places.length > 0) return failAt(places);
    if (scopes.length > 0) return unknown(at.matchConditions, `webhook "${name}" decides by who asks: is that approved?`, ['person']);
    return passSoFar(['node', 'cluster']);
  },

  remedy:
    'Choose namespaces by their names (kubernetes.io/metadata.name), which nobody can change, leave out those of the system alone, and choose no pods by their own labels.',

  alsoFails: ['pod-security/pod-security-admission'],

  examples: () => ({
    pass: {
      'all but the system': `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: pod-rules }
webhooks:
  - name: pods.rules.example.com
    sideEffects: None
    admissionReviewVersions: [v1]
    clientConfig: { url: 'https://rules.example.com/pods' }
    namespaceSelector:
      matchExpressions: [{ key: kubernetes.io/metadata.name, operator: NotIn, values: [kube-system] }]
    matchConditions:
      - { name: not-nodes, expression: '!("system:nodes" in request.userInfo.groups)' }
    rules:
      - { apiGroups: [''], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [pods, pods/ephemeralcontainers] }
`,
      'a namespace outside that enforces a level': `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: pod-rules }
webhooks:
  - name: pods.rules.example.com
    sideEffects: None
    admissionReviewVersions: [v1]
    clientConfig: { url: 'https://rules.example.com/pods' }
    namespaceSelector: { matchLabels: { team: other } }
    rules:
      - { apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: [pods/*] }
`,
    },
    fail: {
      'a namespace outside': `
kind: Namespace
metadata: { name: shop, labels: { rules: skip, pod-security.kubernetes.io/enforce: privileged } }
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: pod-rules }
webhooks:
  - name: pods.rules.example.com
    sideEffects: None
    admissionReviewVersions: [v1]
    clientConfig: { url: 'https://rules.example.com/pods' }
    namespaceSelector:
      matchExpressions: [{ key: rules, operator: NotIn, values: [skip] }]
    rules:
      - { apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: [pods/*] }
`,
      'by labels of pods': `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: pod-rules }
webhooks:
  - name: pods.rules.example.com
    sideEffects: None
    admissionReviewVersions: [v1]
    clientConfig: { url: 'https://rules.example.com/pods' }
    objectSelector:
      matchExpressions: [{ key: rules.example.com/skip, operator: DoesNotExist }]
    rules:
      - { apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: [pods/*] }
`,
      'a condition that leaves out all service accounts': `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: pod-rules }
webhooks:
  - name: pods.rules.example.com
    sideEffects: None
    admissionReviewVersions: [v1]
    clientConfig: { url: 'https://rules.example.com/pods' }
    matchConditions:
      - { name: people-only, expression: '!("system:serviceaccounts" in request.userInfo.groups)' }
    rules:
      - { apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: [pods/*] }
`,
      'no containers for debugging': `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: pod-rules }
webhooks:
  - name: pods.rules.example.com
    sideEffects: None
    admissionReviewVersions: [v1]
    clientConfig: { url: 'https://rules.example.com/pods' }
    rules:
      - { apiGroups: [''], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [pods] }
`,
    },
    unknown: {
      'a user of whom nobody said anything': `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: pod-rules }
webhooks:
  - name: pods.rules.example.com
    sideEffects: None
    admissionReviewVersions: [v1]
    clientConfig: { url: 'https://rules.example.com/pods' }
    matchConditions:
      - { name: not-deployer, expression: request.userInfo.username != "system:serviceaccount:ops:deployer" }
    rules:
      - { apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: [pods/*] }
`,
    },
    notApplicable: {
      'reviews other objects': `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: deployments }
webhooks:
  - name: deployments.example.com
    sideEffects: None
    admissionReviewVersions: [v1]
    clientConfig: { url: 'https://rules.example.com/deployments' }
    rules:
      - { apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments] }
`,
    },
  }),
});
