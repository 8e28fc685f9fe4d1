import { defineControl, fail, pass, passSoFar, unknown, type Anchor, type AnyControl, type Verdict } from '../../core/index.ts';
import type { ObservedApiServer } from '../../kube/api-server.ts';
import { exampleApiServer } from '../../subjects/api-server.ts';
import { clusterCertificates, type RequestedCertificate } from '../../subjects/cluster-certificate.ts';

const hour = 3_600_000;
const day = 24 * hour;
/** As long as a renewal may take somebody who has to plan it. */
const daysBefore = 30;

/** What the other components serve, and what kubeconfig files hold. */
const restOnNode = passSoFar(['node']);

export const certificateExpiry: AnyControl = defineControl({
  id: 'network-separation/certificate-expiry',
  decides: ['TLS-04'],
  title: 'No certificate that the API shows has expired or soon will, and no node waits for one',
  why: 'With the certificate of the API server the whole cluster stops. A kubelet that waits for its certificate serves one that it has signed itself, and people learn to connect to it without looking.',
  severity: 'medium',
  also: {},
  subject: clusterCertificates,
  inEveryCluster: true,

  evaluate({ certificate, at, now }) {
    if (certificate.type === 'request') return judgeRequest(certificate, at, now);
    const { ends } = certificate;
    if (ends === undefined || now === undefined) return unknown(at, 'the API server showed no certificate that can be read', ['node']);
    const server = 'the certificate of the API server';
    if (ends < now) return fail(at, `${server} expired on ${date(ends)}`, 'high');
    const left = Math.floor((ends - now) / day);
    return left < daysBefore ? fail(at, `${server} expires on ${date(ends)}, in ${left} days`) : restOnNode;
  },

  remedy:
    'Renew the certificate (kubeadm certs renew) and restart the component; approve what nodes ask for after a look at it (kubectl certificate approve), or run a controller that does.',

  examples: {
    pass: {
      'a year to go': shown('2027-06-30T00:00:00.000Z'),
      'a request that was decided': shown('2027-06-30T00:00:00.000Z') + requested({ created: '2026-07-01T03:00:00Z', condition: 'Denied' }),
      'a request of a few minutes ago': shown('2027-06-30T00:00:00.000Z') + requested({ created: '2026-07-01T11:50:00Z' }),
    },
    fail: {
      'expires in a week': shown('2026-07-08T12:00:00.000Z'),
      'has expired': shown('2026-06-08T12:00:00.000Z'),
      'a node waits for its certificate': shown('2027-06-30T00:00:00.000Z') + requested({ created: '2026-07-01T03:00:00Z' }),
      'a signer refuses': shown('2027-06-30T00:00:00.000Z') + requested({ created: '2026-07-01T03:00:00Z', condition: 'Failed' }),
    },
    unknown: {
      'no certificate was shown': exampleApiServer({ time: '2026-07-01T12:00:00.000Z' }),
      'a request of a person waits':
        shown('2027-06-30T00:00:00.000Z') + requested({ created: '2026-07-01T03:00:00Z', signer: 'example.com/people' }),
      'a request in a dump': requested({ created: '2026-07-01T03:00:00Z' }),
    },
  },
  alsoFails: ['control-plane/server-certificate'],
});

/** The signers of Kubernetes for nodes: without an answer the kubelet goes without a certificate. */
const nodeSigners: ReadonlySet<string> = new Set(['kubernetes.io/kubelet-serving', 'kubernetes.io/kube-apiserver-client-kubelet']);

function judgeRequest({ name, signer, user, state, created, ends }: RequestedCertificate, at: Anchor, now: number | undefined): Verdict {
  const request = `request "${name}" for a certificate`;
  const isNode = nodeSigners.has(signer);
  if (state === 'denied') return pass;
  if (state === 'failed') return fail(at, `${request} failed at its signer`, isNode ? 'medium' : 'low');
  if (now === undefined) return unknown(at, `${request}: whether it waits too long is for the clock of the cluster`, ['cluster']);
  if (ends !== undefined && ends < now && isNode) return fail(at, `the certificate of ${request} expired on ${date(ends)}`);
  if (state === 'approved' || (created !== undefined && now - created < hour)) return pass;
  const since = created === undefined ? '' : ` since ${date(created)}`;
  if (!isNode) return unknown(at, `${request} waits for a decision${since}`, ['person']);
  return fail(at, `${request} waits${since}, and ${user} has none`);
}

function date(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** In July 2026. */
function shown(notAfter: string): string {
  const status: ObservedApiServer = {
    time: '2026-07-01T12:00:00.000Z',
    endpoint: { host: '10.0.0.1', tls: { certificate: { notAfter } } },
  };
  return `${exampleApiServer(status)}\n`;
}

function requested({ created, condition = '', signer = 'kubernetes.io/kubelet-serving' }: Readonly<Record<string, string>>): string {
  return `---
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: { name: csr-7k2, creationTimestamp: "${created}" }
spec: { signerName: ${signer}, username: "system:node:worker-1" }
status: { conditions: [${condition === '' ? '' : `{ type: ${condition}, status: "True" }`}] }
`;
}
