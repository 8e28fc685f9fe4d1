/** A program that checks images when pods are made. */
export interface ImageVerifier {
  readonly name: string;
  /** It does nothing else; what can do other things too checks images only where a policy says so. */
  readonly alwaysChecks: boolean;
}

interface Known extends ImageVerifier {
  /** How the name of its webhook begins or ends: names of webhooks are domains, which have one owner. */
  readonly webhook?: RegExp;
  readonly service?: RegExp;
}

const verifiers: readonly Known[] = [
  // docs.sigstore.dev/policy-controller.
  { name: 'the Sigstore policy controller', alwaysChecks: true, webhook: /(?:^|\.)(?:policy\.sigstore\.dev|sigstore\.dev)$/ },
  // github.com/sse-secure-systems/connaisseur, charts.
  { name: 'Connaisseur', alwaysChecks: true, webhook: /^connaisseur-svc\./, service: /^connaisseur-svc$/ },
  // github.com/IBM/portieris.
  { name: 'Portieris', alwaysChecks: true, webhook: /(?:^|\.)(?:trust\.hooks\.securityenforcement\.admission\.cloud\.ibm\.com)$/ },
  // cloud.google.com/binary-authorization: the webhook that GKE adds.
  { name: 'Binary Authorization', alwaysChecks: true, webhook: /^(?:imagepolicywebhook|binaryauthorization)\./ },
  // kyverno.io/docs/policy-types/cluster-policy/verify-images.
  { name: 'Kyverno', alwaysChecks: false, webhook: /\.kyverno\.svc(?:-|$)/, service: /^kyverno-svc$/ },
  // ratify.dev: an external data provider of Gatekeeper.
  { name: 'Gatekeeper', alwaysChecks: false, webhook: /\.gatekeeper\.sh$/ },
  // docs.kubewarden.io: the policy verify-image-signatures.
  { name: 'Kubewarden', alwaysChecks: false, webhook: /\.kubewarden\.admission$/, service: /^policy-server-/ },
];

/** Which of them a webhook belongs to, by its name or by its Service. */
export function imageVerifierOf(webhook: string, service: { readonly name: string } | undefined): ImageVerifier | undefined {
  return verifiers.find(
    (each) => each.webhook?.test(webhook) === true || (service !== undefined && each.service?.test(service.name) === true),
  );
}
