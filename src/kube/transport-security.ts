import type { Labels } from './label-selector.ts';

/** Whether what passes is encrypted: `open` where nothing that was read tells. */
export type TransportSecurity = 'tls' | 'plain' | 'open';

type Annotations = Labels;

/** What `appProtocol`, or the part of a port's name before the first hyphen, says (Istio reads both so). */
const secureProtocols: ReadonlySet<string> = new Set([
  'https',
  'tls',
  'wss',
  'grpcs',
  'ssl',
  'ldaps',
  'mqtts',
  'amqps',
  'imaps',
  'smtps',
  'websecure',
  'ssh',
]);
const plainProtocols: ReadonlySet<string> = new Set(['http', 'ws', 'h2c', 'http2', 'web', 'ftp', 'telnet', 'ldap']);
const securePorts: ReadonlySet<number> = new Set([22, 443, 636, 853, 993, 995, 6443, 8443, 8883]);
const plainPorts: ReadonlySet<number> = new Set([21, 23, 80, 389, 8000, 8080, 8888]);

export interface NamedPort {
  readonly name?: string;
  readonly port: number;
  readonly appProtocol?: string;
}

/** Of a port of a Service: what it says of itself counts more than its number. */
export function portSecurity({ name, port, appProtocol }: NamedPort): TransportSecurity {
  // `kubernetes.io/h2c` and `kubernetes.io/ws` are plaintext by KEP-3726.
  const said = (appProtocol?.replace(/^.*\//, '') ?? name?.replace(/-.*$/, '') ?? '').toLowerCase();
  if (secureProtocols.has(said)) return 'tls';
  if (plainProtocols.has(said)) return 'plain';
  if (securePorts.has(port)) return 'tls';
  return plainPorts.has(port) ? 'plain' : 'open';
}

/** Annotations by which a cloud's load balancer ends TLS itself, with those that name the ports (without: all). */
const balancerCertificates: readonly (readonly [certificate: string, ports: string | undefined])[] = [
  ['service.beta.kubernetes.io/aws-load-balancer-ssl-cert', 'service.beta.kubernetes.io/aws-load-balancer-ssl-ports'],
  ['service.beta.kubernetes.io/do-loadbalancer-certificate-id', 'service.beta.kubernetes.io/do-loadbalancer-tls-ports'],
  ['service.beta.kubernetes.io/oci-load-balancer-tls-secret', 'service.beta.kubernetes.io/oci-load-balancer-ssl-ports'],
];

/** Whether the load balancer of a Service ends TLS at a port, as its cloud reads the annotations. */
export function endsTls(annotations: Annotations, { name, port }: NamedPort): boolean {
  return balancerCertificates.some(([certificate, ports]) => {
    if (annotations[certificate] === undefined) return false;
    const listed = ports === undefined ? undefined : annotations[ports];
    if (listed === undefined || listed === '*') return true;
    return listed.split(',').some((item) => item.trim() === String(port) || item.trim() === name);
  });
}

/** Annotations of an Ingress whose controller takes TLS without `spec.tls`: key, and what its value contains. */
const ingressCertificates: readonly (readonly [key: string, value: string])[] = [
  // kubernetes-sigs.github.io/aws-load-balancer-controller, "Ingress annotations".
  ['alb.ingress.kubernetes.io/certificate-arn', ''],
  // docs.cloud.google.com, "Ingress for external Application Load Balancers".
  ['networking.gke.io/managed-certificates', ''],
  ['networking.gke.io/certmap', ''],
  ['ingress.gcp.kubernetes.io/pre-shared-cert', ''],
  // learn.microsoft.com, "Annotations for Application Gateway Ingress Controller".
  ['appgw.ingress.kubernetes.io/appgw-ssl-certificate', ''],
  // doc.traefik.io, "Kubernetes Ingress".
  ['traefik.ingress.kubernetes.io/router.tls', 'true'],
  // Passed on to pods that end TLS themselves: ingress-nginx, HAProxy.
  ['nginx.ingress.kubernetes.io/ssl-passthrough', 'true'],
  ['haproxy.org/ssl-passthrough', 'true'],
  ['haproxy-ingress.github.io/ssl-passthrough', 'true'],
];

/** The annotations that are read here: some stand among those of controllers that hold pieces of configuration files. */
export const transportAnnotations: ReadonlySet<string> = new Set([
  ...balancerCertificates.flatMap(([certificate, ports]) => (ports === undefined ? [certificate] : [certificate, ports])),
  ...ingressCertificates.map(([key]) => key),
  'nginx.ingress.kubernetes.io/ssl-redirect',
  'nginx.ingress.kubernetes.io/force-ssl-redirect',
  'alb.ingress.kubernetes.io/listen-ports',
  'alb.ingress.kubernetes.io/ssl-redirect',
  'alb.ingress.kubernetes.io/scheme',
  'appgw.ingress.kubernetes.io/use-private-ip',
]);

/** Whether an annotation stands for the certificates that `spec.tls` does not name. */
export function hasCertificateElsewhere(annotations: Annotations): boolean {
  return ingressCertificates.some(([key, value]) => annotations[key]?.includes(value) === true);
}

/**
 * The annotation by which an Ingress with TLS answers in plaintext too; its controller redirects otherwise (ingress-nginx), or
 * opens the one port (AWS).
 */
export function plaintextBesides(annotations: Annotations): string | undefined {
  const redirect = 'nginx.ingress.kubernetes.io/ssl-redirect';
  if (annotations[redirect] === 'false' && annotations['nginx.ingress.kubernetes.io/force-ssl-redirect'] !== 'true') return redirect;
  const ports = 'alb.ingress.kubernetes.io/listen-ports';
  const both = annotations[ports]?.includes('"HTTP"') === true;
  return both && annotations['alb.ingress.kubernetes.io/ssl-redirect'] === undefined ? ports : undefined;
}

/** Whether an Ingress is served inside of the private network alone. */
export function isInternalIngress(annotations: Annotations, className: string | undefined): boolean {
  // The AWS controller makes an internal load balancer unless told otherwise.
  if (className === 'alb' && annotations['alb.ingress.kubernetes.io/scheme'] !== 'internet-facing') return true;
  return className === 'gce-internal' || annotations['appgw.ingress.kubernetes.io/use-private-ip'] === 'true';
}
