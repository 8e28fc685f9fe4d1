import { defineControl, fail, passSoFar, unknown, type AnyControl } from '../../core/index.ts';
import { apiServers, exampleApiServer } from '../../subjects/api-server.ts';

const day = 86_400_000;
/** As long as a renewal may take somebody who has to plan it. */
const daysBefore = 30;

/** What the other components serve, and what kubeconfig files hold. */
const restOnNode = passSoFar(['node']);

const where = ['status', 'endpoint', 'tls', 'certificate', 'notAfter'];

/** By the clock of the API server. */
export const certificateExpiry: AnyControl = defineControl({
  id: 'network-separation/certificate-expiry',
  decides: ['TLS-04'],
  title: 'The certificate of the API server has at least thirty days to go',
  why: 'On the day after its end nobody reaches the API server any more, kubelets and controllers included: what runs goes on, and nothing heals or changes.',
  severity: 'medium',
  also: {},
  subject: apiServers,
  inEveryCluster: true,

  evaluate({ status: { time, endpoint } }) {
    const ends = millis(endpoint?.tls?.certificate?.notAfter);
    const now = millis(time);
    if (ends === undefined || now === undefined) return unknown(where, 'the API server showed no certificate that can be read', ['node']);
    const certificate = 'the certificate of the API server';
    const until = new Date(ends).toISOString().slice(0, 10);
    if (ends < now) return fail(where, `${certificate} expired on ${until}`, 'high');
    const left = Math.floor((ends - now) / day);
    return left < daysBefore ? fail(where, `${certificate} expires on ${until}, in ${left} days`) : restOnNode;
  },

  remedy:
    'Renew the certificates (kubeadm certs check-expiration, kubeadm certs renew all) and restart the components of the control plane.',

  examples: () => ({
    pass: { 'a year to go': ending('2027-06-30T00:00:00.000Z'), 'thirty days to go': ending('2026-07-31T12:00:00.000Z') },
    fail: { 'a week to go': ending('2026-07-08T12:00:00.000Z'), 'it has expired': ending('2026-06-08T12:00:00.000Z') },
    unknown: { 'no certificate was shown': exampleApiServer({ time: '2026-07-01T12:00:00.000Z' }) },
  }),
  alsoFails: ['control-plane/server-certificate'],
});

function millis(time: string | undefined): number | undefined {
  const parsed = Date.parse(time ?? '');
  return Number.isNaN(parsed) ? undefined : parsed;
}

/** In July 2026. */
function ending(notAfter: string): string {
  return exampleApiServer({ time: '2026-07-01T12:00:00.000Z', endpoint: { host: '10.0.0.1', tls: { certificate: { notAfter } } } });
}
