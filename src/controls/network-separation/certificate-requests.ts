import { defineControl, fail, pass, unknown, type AnyControl } from '../../core/index.ts';
import { exampleApiServer } from '../../subjects/api-server.ts';
import { signingRequests } from '../../subjects/certificate-request.ts';

const hour = 3_600_000;

/** The signers of Kubernetes for nodes: without an answer the kubelet goes without a certificate. */
const nodeSigners: ReadonlySet<string> = new Set(['kubernetes.io/kubelet-serving', 'kubernetes.io/kube-apiserver-client-kubelet']);

export const certificateRequests: AnyControl = defineControl({
  id: 'network-separation/certificate-requests',
  decides: ['TLS-04'],
  title: 'No request for a certificate waits for long, and no node is without one',
  why: 'A kubelet that waits for its certificate serves one that it has signed itself, and people learn to connect to it without looking.',
  severity: 'medium',
  also: {},
  subject: signingRequests,

  evaluate({ request: { name, signer, user, state, created, ends }, at, now }) {
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
  },

  remedy:
    'Approve what nodes ask for after a look at it (kubectl certificate approve), or run a controller that does; deny what nobody is to have.',

  examples: () => ({
    pass: {
      'a request that was denied': requested({ created: '2026-07-01T03:00:00Z', condition: 'Denied' }),
      'a request that was approved': requested({ created: '2026-07-01T03:00:00Z', condition: 'Approved' }),
      'a request of a few minutes ago': requested({ created: '2026-07-01T11:50:00Z' }),
    },
    fail: {
      'a node waits for its certificate': requested({ created: '2026-07-01T03:00:00Z' }),
      'a signer refuses': requested({ created: '2026-07-01T03:00:00Z', condition: 'Failed' }),
    },
    unknown: {
      'a request of a person waits': requested({ created: '2026-07-01T03:00:00Z', signer: 'example.com/people' }),
      'a request in a dump': requested({ created: '2026-07-01T03:00:00Z', time: '' }),
    },
  }),
});

function date(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** In July 2026. */
function requested({
  created,
  condition = '',
  signer = 'kubernetes.io/kubelet-serving',
  time = '2026-07-01T12:00:00.000Z',
}: Readonly<Record<string, string>>): string {
  return `${time === '' ? '' : exampleApiServer({ time })}
---
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: { name: csr-7k2, creationTimestamp: "${created}" }
spec: { signerName: ${signer}, username: "system:node:worker-1" }
status: { conditions: [${condition === '' ? '' : `{ type: ${condition}, status: "True" }`}] }
`;
}
