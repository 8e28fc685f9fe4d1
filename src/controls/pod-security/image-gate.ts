import { defineControl, fail, notApplicable, unknown, type AnyControl } from '../../core/index.ts';
import { reviewsNewPods } from '../../kube/admission.ts';
import { imageVerifierOf } from '../../kube/image-verifiers.ts';
import { admissionWebhooks, webhookKinds } from '../../subjects/admission-webhook.ts';
import { fitted, short } from '../../subjects/dangerous-grants.ts';

/** Clouds and the configuration of the API server have gates of their own, which no webhook shows. */
export const imageGate: AnyControl = defineControl({
  id: 'pod-security/image-gate',
  decides: ['IMG-05'],
  title: 'Webhooks that check images refuse what they cannot check',
  why: 'A gate for images that fails open lets any image in while it is down or slow, and whoever wants to get one in can see to that.',
  severity: 'medium',
  also: { cis: ['5.5.1'], attack: ['T1610'] },
  subject: admissionWebhooks,
  decidedBy: webhookKinds,
  inEveryCluster: true,
  never: ['pass'],

  evaluate({ webhook, places, service }) {
    const { name = '', rules, failurePolicy } = webhook;
    const verifier = reviewsNewPods(rules) ? imageVerifierOf(name, service) : undefined;
    if (verifier === undefined) return notApplicable('no known program that checks images is behind it');
    const who = (longest: number): string => `webhook "${short(name, longest)}" of ${verifier.name}`;
    if (verifier.alwaysChecks && failurePolicy === 'Ignore')
      return fail(
        places.failurePolicy,
        fitted((longest) => `${who(longest)} fails open: images that it cannot check are let in`),
      );
    const open = verifier.alwaysChecks ? 'which images it refuses, its policies tell' : 'whether it checks images, its policies tell';
    return unknown(
      places.rules,
      fitted((longest) => `${who(longest)} may be a gate for images: ${open}`, who),
      ['cluster', 'cloud'],
    );
  },

  remedy:
    'Let the webhook fail closed, run it in several replicas, leave the namespaces of the system and its own out of its scope, and try it with an image that it has to refuse.',

  alsoFails: ['pod-security/webhook-failure'],

  examples: () => ({
    pass: {},
    fail: { 'it fails open': example('policy.sigstore.dev', 'cosign-system', 'Ignore') },
    unknown: {
      'it fails closed': example('policy.sigstore.dev', 'cosign-system', 'Fail'),
      'a policy engine that can check images': example('validate.kyverno.svc-fail', 'kyverno', 'Fail', 'kyverno-svc'),
    },
    notApplicable: { 'it checks something else': example('pods.rules.example.com', 'shop', 'Fail') },
  }),
});

function example(name: string, namespace: string, failurePolicy: string, service = 'webhook'): string {
  return `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: images }
webhooks:
  - name: ${name}
    failurePolicy: ${failurePolicy}
    sideEffects: None
    admissionReviewVersions: [v1]
    clientConfig: { service: { namespace: ${namespace}, name: ${service} } }
    rules:
      - { apiGroups: [''], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [pods, pods/ephemeralcontainers] }
`;
}
