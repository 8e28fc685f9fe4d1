import { defineControl, fail, notApplicable, pass, unknown, type AnyControl } from '../../core/index.ts';
import { observedApiServerKind } from '../../kube/api-server.ts';
import { exampleApiServer } from '../../subjects/api-server.ts';
import { admissionWebhooks, webhookKinds } from '../../subjects/admission-webhook.ts';

/** How long before its end an authority is to be renewed, in milliseconds. */
const soon = 30 * 86_400_000;

const live = exampleApiServer({ time: '2026-01-20T08:00:00.000Z' });

/** An authority that ended on 2026-06-01. */
const endedAuthority =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSExNSCtnQXdJQkFnSUJBVEFGQmdNclpYQXdFREVPTUF3R0ExVUVBd3dGY25Wc1pYTXdIaG' +
  'NOTWpVd05qQXgKTURBd01EQXdXaGNOTWpZd05qQXhNREF3TURBd1dqQVFNUTR3REFZRFZRUUREQVZ5ZFd4bGN6QXFNQVVHQXl0bApjQU1oQUox' +
  'c3VDRDd1b2FVSG5heU4vb2tsanl0bmJtOThNaTUvWVZoWjd6cm9aK2RNQVVHQXl0bGNBTkJBQzg1CklMbUNvTFBxdnBEdHNaVFR4eFVYRVZydk' +
  'YyVkpFaGlKajhDbzRoSXQ3QkkvWVlySWc2c0Q2aXY0Wnk3ZmdYVmgKTFpDcHIrbDVURDdOcHV6ZTVnQT0KLS0tLS1FTkQgQ0VSVElGSUNBVEUt' +
  'LS0tLQo=';

export const webhookBackend: AnyControl = defineControl({
  id: 'pod-security/webhook-backend',
  decides: ['ENF-04'],
  title: 'The program behind every admission webhook can be reached and is trusted',
  why: 'A webhook whose Service is gone, or whose authority has expired, is asked in vain. If it fails open it reviews nothing any more, and nobody notices; if it fails closed nothing of what it reviews can be created.',
  severity: 'medium',
  also: { attack: ['T1562.001'] },
  subject: admissionWebhooks,
  decidedBy: [...webhookKinds, 'Service', observedApiServerKind],

  evaluate({ webhook, places, service, now }) {
    const { name = '', failurePolicy, authorityEnds } = webhook;
    const consequence = failurePolicy === 'Ignore' ? 'it reviews nothing' : 'it lets nothing in';
    if (now !== undefined && authorityEnds !== undefined && authorityEnds < now + soon) {
      const day = new Date(authorityEnds).toISOString().slice(0, 10);
      if (authorityEnds >= now) return fail(places.clientConfig, `webhook "${name}" trusts no authority after ${day}`, 'low');
      return fail(places.clientConfig, `webhook "${name}" trusts no authority since ${day}: ${consequence}`);
    }
    if (service === undefined) return notApplicable('the webhook is no Service of the cluster');
    const { found, port } = service;
    const address = `Service "${service.namespace}/${service.name}"`;
    if (found !== undefined && (found.external || found.ports.includes(port))) return pass;
    // In manifests names and namespaces are often put together later.
    if (now === undefined) return unknown(places.clientConfig, `webhook "${name}" asks ${address}, which was not read`, ['cluster']);
    const lack = found === undefined ? 'which does not exist' : `which has no port ${port}`;
    return fail(places.clientConfig, `webhook "${name}" asks ${address}, ${lack}: ${consequence}`);
  },

  remedy: 'Delete the configuration of a webhook that is no longer installed, or install what it asks.',

  examples: () => ({
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
${live}
---
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
${live}
---
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
      'an authority that has ended': reviewing('2026-06-02T08:00:00.000Z'),
      'an authority that ends soon': reviewing('2026-05-20T08:00:00.000Z'),
    },
    unknown: {
      'no Service among manifests': `
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: pod-defaults }
webhooks:
  - name: defaults.rules.example.com
    sideEffects: None
    admissionReviewVersions: [v1]
    clientConfig: { service: { namespace: rules, name: rules } }
    rules:
      - { apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods] }
`,
    },
    notApplicable: {
      'an authority that is valid': reviewing('2026-01-20T08:00:00.000Z'),
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
  }),
});

function reviewing(time: string): string {
  return `
${exampleApiServer({ time })}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: deployments }
webhooks:
  - name: deployments.example.com
    sideEffects: None
    admissionReviewVersions: [v1]
    clientConfig:
      url: 'https://rules.example.com/deployments'
      caBundle: ${endedAuthority}
    rules:
      - { apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments] }
`;
}
