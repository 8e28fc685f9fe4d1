import type { Anchor, JoinedSubject, JoinedSubjectKind, Resource, ResourceRef } from '../core/index.ts';
import { isObservedApiServer, observedApiServerKind, type ObservedApiServer } from '../kube/api-server.ts';
import { certificateEnds, fromBase64 } from '../kube/certificate.ts';
import { isObject } from '../kube/shape-reader.ts';

/** A request for a certificate, with the clock of the cluster. */
export interface CertificateRequestSubject {
  readonly request: CertificateRequest;
  readonly at: Anchor;
  /** When the cluster was asked, in milliseconds since 1970; undefined in a dump. */
  readonly now: number | undefined;
}

/** A CertificateSigningRequest (k8s.io/api, certificates/v1). */
export interface CertificateRequest {
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

type Memory =
  | { readonly type: 'request'; readonly ref: ResourceRef; readonly request: CertificateRequest; readonly at: Anchor }
  | { readonly type: 'clock'; readonly now: number };

/** They are there for a day at most; then the controller manager removes them (csrcleaner). */
export const signingRequests: JoinedSubjectKind<CertificateRequestSubject, Memory> = {
  scope: 'joined',
  name: 'request for a certificate',
  reads: { podTemplates: false, kinds: ['CertificateSigningRequest.certificates.k8s.io', observedApiServerKind] },
  example: 'objects',

  remember(resource, anchor) {
    const { ref, object } = resource;
    if (isObservedApiServer(ref)) {
      const now = millis((object as { readonly status?: ObservedApiServer }).status?.time);
      return now === undefined ? undefined : { type: 'clock', now };
    }
    if (ref.kind !== 'CertificateSigningRequest' || !ref.apiVersion.startsWith('certificates.k8s.io/')) return undefined;
    const request = requestOf(resource);
    return { type: 'request', ref, request, at: anchor(request.ends === undefined ? ['status'] : ['status', 'certificate']) };
  },

  *subjects(memories): Generator<JoinedSubject<CertificateRequestSubject>> {
    const now = memories.find((memory) => memory.type === 'clock')?.now;
    for (const memory of memories) {
      if (memory.type !== 'request') continue;
      const { ref, request, at } = memory;
      yield { subject: { request, at, now }, ref, at };
    }
  },
};

/** The typed decoder does not know this kind: every field may be anything. */
function requestOf({ ref, object }: Resource): CertificateRequest {
  const [metadata, spec, status] = [object['metadata'], object['spec'], object['status']].map((part) => (isObject(part) ? part : {}));
  const pem = fromBase64(text(status!['certificate']));
  const ends = pem === undefined || pem === '' ? undefined : certificateEnds(pem)?.[0];
  return {
    name: ref.name,
    signer: text(spec!['signerName']),
    user: text(spec!['username']),
    state: stateOf(status!['conditions']),
    created: millis(text(metadata!['creationTimestamp'])),
    ends,
  };
}

function stateOf(conditions: unknown): CertificateRequest['state'] {
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
