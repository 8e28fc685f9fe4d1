import { defineControl, fail, notApplicable, pass, unknown, type AnyControl } from '../../core/index.ts';
import { admissionWebhooks, webhookKinds } from '../../subjects/admission-webhook.ts';

export const webhookBackend: AnyControl = defineControl({
  id: 'pod-security/webhook-backend',
  decides: ['ENF-04'],
  title: 'The program behind every admission webhook can be reached',
  why: 'A webhook whose Service is gone answers nobody. If it fails open it reviews nothing any more, and nobody notices; if it fails closed nothing of what it reviews can be created.',
  severity: 'medium',
  also: { attack: ['T1562.001'] },
  subject: admissionWebhooks,
  decidedBy: [...webhookKinds, 'Service'],

  evaluate({ webhook, places, service }, { partial }) {
    const { name = '', failurePolicy } = webhook;
    if (service === undefined) return notApplicable('the webhook is no Service of the cluster');
    const { found, port } = service;
    const address = `Service "${service.namespace}/${service.name}"`;
    const consequence = failurePolicy === 'Ignore' ? 'it reviews nothing' : 'it lets nothing in';
    if (found === undefined && partial)
      return unknown(places.clientConfig, `webhook "${name}" asks ${address}, which was not read`, ['manifest', 'cluster']);
    if (found === undefined) return fail(places.clientConfig, `webhook "${name}" asks ${address}, which does not exist: ${consequence}`);
    if (!found.external && !found.ports.includes(port))
      return fail(places.clientConfig, `webhook "${name}" asks ${address}, which has no port ${port}: ${consequence}`);
    return pass;
  },

  remedy: 'Delete the configuration of a webhook that is no longer installed, or install what it asks.',

  examples: {
    pass: {
      'a Service that exists': `
apiVersion: v1
kind: Service
metadata: { name: rules, namespace: shop }
spec: { selector: { app: web }, ports: [{ port: 443, targetPort: 8443 }] }
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: pod-defaults }
webhooks:
  - name: defaults.rules.example.com
    sideEffects: None
    admissionReviewVersions: [v1]
    clientConfig: { service: { namespace: shop, name: rules, path: /defaults } }
    rules:
      - { apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods] }
`,
    },
    fail: {
      'no Service': `
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: pod-defaults }
webhooks:
  - name: defaults.rules.example.com
    failurePolicy: Ignore
    sideEffects: None
    admissionReviewVersions: [v1]
    clientConfig: { service: { namespace: rules, name: rules } }
    rules:
      - { apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods] }
`,
      'another port': `
apiVersion: v1
kind: Service
metadata: { name: rules, namespace: shop }
spec: { selector: { app: web }, ports: [{ port: 8443 }] }
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: pod-rules }
webhooks:
  - name: deployments.example.com
    sideEffects: None
    admissionReviewVersions: [v1]
    clientConfig: { service: { namespace: shop, name: rules } }
    rules:
      - { apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments] }
`,
    },
    notApplicable: {
      'a program outside of the cluster': `
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
  },
});
