import type { Anchor, JoinedSubject, JoinedSubjectKind, Resource, ResourceRef } from '../core/index.ts';
import { isObservedApiServer, observedApiServerKind, type ObservedApiServer } from '../kube/api-server.ts';
import { certificateEnds, fromBase64 } from '../kube/certificate.ts';
import { isObject } from '../kube/shape-reader.ts';

/** A certificate of the cluster that its API shows, or a request for one. */
export interface ClusterCertificateSubject {
  readonly certificate: EndpointCertificate | RequestedCertificate;
  readonly at: Anchor;
  /** When the cluster was asked, in milliseconds since 1970; undefined in a dump. */
  readonly now: number | undefined;
}

export interface EndpointCertificate {
  readonly type: 'endpoint';
  /** Undefined where it was not shown. */
  readonly ends: number | undefined;
}

/** A CertificateSigningRequest (k8s.io/api, certificates/v1). */
export interface RequestedCertificate {
  readonly type: 'request';
  readonly name: string;
  readonly signer: string;
  /** Who asked for it. */
  readonly user: string;
  readonly state: 'pending' | 'approved' | 'denied' | 'failed';
  /** In milliseconds since 1970, as what follows. */
  readonly created: number | undefined;
  /** When the certificate that was issued ends. */
  readonly ends: number | undefined;
}

interface Memory {
  readonly ref: ResourceRef;
  readonly certificate: ClusterCertificateSubject['certificate'];
  readonly at: Anchor;
  readonly now?: number;
}

/** Requests are there for a day at most; then the controller manager removes them (csrcleaner). */
export const clusterCertificates: JoinedSubjectKind<ClusterCertificateSubject, Memory> = {
  scope: 'joined',
  name: 'certificate that the API shows',
  reads: { podTemplates: false, kinds: ['CertificateSigningRequest.certificates.k8s.io', observedApiServerKind] },
  example: 'objects',

  remember(resource, anchor) {
    const { ref, object } = resource;
    if (isObservedApiServer(ref)) {
      const { time, endpoint } = (object as { readonly status?: ObservedApiServer }).status ?? {};
      const certificate = { type: 'endpoint', ends: millis(endpoint?.tls?.certificate?.notAfter) } as const;
      const now = millis(time);
      const at = anchor(['status', 'endpoint', 'tls', 'certificate', 'notAfter']);
      return { ref, certificate, at, ...(now === undefined ? {} : { now }) };
    }
    if (ref.kind !== 'CertificateSigningRequest' || !ref.apiVersion.startsWith('certificates.k8s.io/')) return undefined;
    const certificate = requestOf(resource);
    return { ref, certificate, at: anchor(certificate.ends === undefined ? ['status'] : ['status', 'certificate']) };
  },

  *subjects(memories): Generator<JoinedSubject<ClusterCertificateSubject>> {
    const now = memories.find((memory) => memory.now !== undefined)?.now;
    for (const { ref, certificate, at } of memories) yield { subject: { certificate, at, now }, ref, at };
  },
};

/** The typed decoder does not know this kind: every field may be anything. */
function requestOf({ ref, object }: Resource): RequestedCertificate {
  const [metadata, spec, status] = [object['metadata'], object['spec'], object['status']].map((part) => (isObject(part) ? part : {}));
  const pem = fromBase64(text(status!['certificate']));
  const ends = pem === undefined || pem === '' ? undefined : certificateEnds(pem)?.[0];
  return {
    type: 'request',
    name: ref.name,
    signer: text(spec!['signerName']),
    user: text(spec!['username']),
    state: stateOf(status!['conditions']),
    created: millis(text(metadata!['creationTimestamp'])),
    ends,
  };
}

function stateOf(conditions: unknown): RequestedCertificate['state'] {
  const types = new Set(
    (Array.isArray(conditions) ? conditions : []).map((condition: unknown) => (isObject(condition) ? condition['type'] : '')),
  );
  if (types.has('Failed')) return 'failed';
  if (types.has('Denied')) return 'denied';
  return types.has('Approved') ? 'approved' : 'pending';
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function millis(time: string | undefined): number | undefined {
  const parsed = Date.parse(time ?? '');
  return Number.isNaN(parsed) ? undefined : parsed;
}
