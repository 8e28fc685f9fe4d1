import { defineControl, fail, pass, unknown, type AnyControl } from '../../core/index.ts';
import { certificateUses } from '../../subjects/certificate-use.ts';
import { fitted, short } from '../../subjects/dangerous-grants.ts';

export const missingCertificates: AnyControl = defineControl({
  id: 'network-separation/missing-certificates',
  decides: ['NET-08'],
  title: 'The certificates that ways in name exist',
  why: 'Where the Secret is missing, controllers answer with a certificate of their own making, which teaches users to click warnings away, or not at all.',
  severity: 'low',
  also: { attack: ['T1557'] },
  subject: certificateUses,
  manifestsOnly: 'left to the manifests: of Secrets a scan of a cluster reads those with tokens alone',

  evaluate({ title, secret, at, found, othersRead }, { partial }) {
    if (found) return pass;
    const message = (most: number): string => `${short(title, most)} names the certificate "${short(secret, most)}", which was not read`;
    // Whoever keeps other Secrets beside would keep this one there too; else they are kept elsewhere, as is well.
    if (partial || !othersRead) return unknown(at, fitted(message), ['manifest', 'cluster']);
    return fail(
      at,
      fitted((most) => `${message(most)}, though others were`),
    );
  },

  remedy: 'Add a Certificate for the host, or the annotation by which cert-manager makes one, in the namespace of what names it.',

  examples: () => ({
    pass: {
      'cert-manager makes it': `${ingress()}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: { name: shop, namespace: shop }
spec: { secretName: shop-tls, dnsNames: [shop.example.com], issuerRef: { name: internal } }
`,
      'asked for by an annotation': ingress('{ cert-manager.io/cluster-issuer: internal }'),
    },
    fail: {
      'another one': `${ingress()}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: { name: shop, namespace: shop }
spec: { secretName: shop-certificate, dnsNames: [shop.example.com], issuerRef: { name: internal } }
`,
      'of a Gateway of Istio': `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: edge, namespace: shop }
spec: { selector: { istio: ingressgateway }, servers: [{ port: { number: 443, name: https, protocol: HTTPS }, hosts: [shop.example.com], tls: { mode: SIMPLE, credentialName: shop-tls } }] }
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: { name: shop, namespace: mesh }
spec: { secretName: shop-certificate, dnsNames: [shop.example.com], issuerRef: { name: internal } }
`,
    },
    unknown: { 'no Secret was read': ingress() },
  }),
});

function ingress(annotations = '{}'): string {
  return `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: shop, namespace: shop, annotations: ${annotations} }
spec:
  tls: [{ hosts: [shop.example.com], secretName: shop-tls }]
  rules: [{ host: shop.example.com, http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 8080 } } } }] } }]
`;
}
