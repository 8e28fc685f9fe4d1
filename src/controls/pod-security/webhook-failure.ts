import { defineControl, fail, notApplicable, passSoFar, type AnyControl } from '../../core/index.ts';
import { reviewsNewPods } from '../../kube/admission.ts';
import { admissionWebhooks, webhookKinds } from '../../subjects/admission-webhook.ts';

export const webhookFailure: AnyControl = defineControl({
  id: 'pod-security/webhook-failure',
  decides: ['ENF-04'],
  title: 'Webhooks that review pods refuse what they cannot review',
  why: 'A webhook that fails open lets everything in while it is down, slow or overloaded. Whoever can bring that about gets around all of its rules.',
  severity: 'medium',
  also: { attack: ['T1562.001'] },
  subject: admissionWebhooks,
  decidedBy: webhookKinds,

  evaluate({ type, webhook, places }) {
    const { name = '', rules, failurePolicy, timeoutSeconds = 10 } = webhook;
    if (type === 'mutating') return notApplicable('the webhook changes objects; others refuse them');
    if (!reviewsNewPods(rules)) return notApplicable('the webhook reviews no new pods');
    // Who may change the configuration, or make static pods, decides as well.
    if (failurePolicy !== 'Ignore') return passSoFar(['node', 'cluster']);
    return fail(places.failurePolicy, `webhook "${name}" fails open: what it leaves unanswered for ${timeoutSeconds} s is let in`);
  },

  remedy:
    'Run the webhook in several replicas, set failurePolicy Fail, and keep the namespaces of the system out of its scope, so that an outage does not stop the cluster.',

  examples: () => ({
    pass: {
      'fails closed': `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: pod-rules }
webhooks:
  - name: pods.rules.example.com
    failurePolicy: Fail
    timeoutSeconds: 5
    sideEffects: None
    admissionReviewVersions: [v1]
    clientConfig: { url: 'https://rules.example.com/pods' }
    rules:
      - { apiGroups: [''], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [pods, pods/ephemeralcontainers] }
`,
    },
    fail: {
      'fails open': `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: pod-rules }
webhooks:
  - name: pods.rules.example.com
    failurePolicy: Ignore
    timeoutSeconds: 3
    sideEffects: None
    admissionReviewVersions: [v1]
    clientConfig: { url: 'https://rules.example.com/pods' }
    rules:
      - { apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'] }
`,
    },
    notApplicable: {
      'reviews other objects': `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: certificates }
webhooks:
  - name: certificates.example.com
    failurePolicy: Ignore
    sideEffects: None
    admissionReviewVersions: [v1]
    clientConfig: { url: 'https://rules.example.com/certificates' }
    rules:
      - { apiGroups: [cert-manager.io], apiVersions: [v1], operations: [CREATE], resources: ['*'] }
`,
      'changes pods': `
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: sidecars }
webhooks:
  - name: sidecars.example.com
    failurePolicy: Ignore
    sideEffects: None
    admissionReviewVersions: [v1]
    clientConfig: { url: 'https://rules.example.com/sidecars' }
    rules:
      - { apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods] }
`,
    },
  }),
});
