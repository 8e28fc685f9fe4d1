import { defineControl, failAt, passSoFar, unknown, type AnyControl, type Place } from '../../core/index.ts';
import type { ObservedCertificate, ObservedEndpoint, ObservedKey, ObservedTls } from '../../kube/api-server.ts';
import { apiServers, exampleApiServer } from '../../subjects/api-server.ts';

/** What its files say, and other servers behind the same address. */
const restOnNode = passSoFar(['node']);

/** What the API server calls the authority that it makes up at its start where nobody gave it a certificate (k8s.io/client-go, util/cert). */
const madeUpIssuer = /^(?:.*, )?CN=[^,=]+-ca@\d{9,}$/;

/** Seen on the connection over which everything was read: nothing more is sent for it. */
export const serverCertificate: AnyControl = defineControl({
  id: 'control-plane/server-certificate',
  decides: ['CP-01'],
  title: 'The API server has a certificate of its own that is valid and names its address',
  why: 'Whoever asks the API server sends credentials. Without a certificate that can be told from others, people learn to connect without looking, and whoever is on the way reads and changes everything.',
  severity: 'high',
  also: { cis: ['1.2.24'], attack: ['T1557'] },
  subject: apiServers,
  inEveryCluster: true,

  evaluate({ status: { endpoint, time = '' } }) {
    if (endpoint === undefined) return unknown(['status'], 'the API server was not asked over a network', ['cluster', 'node']);
    const { host = '', tls } = endpoint;
    const at = ['status', 'endpoint'];
    if (tls === undefined) {
      // Such as kubectl proxy, which speaks TLS to the other side.
      if (isLoopback(host))
        return unknown(at, 'the API server was asked through a proxy on this machine, which shows no certificate', ['node']);
      return failAt([{ where: at, message: 'the API server was asked in plaintext, credentials included', severity: 'critical' }]);
    }
    const { certificate, distrust } = tls;
    if (certificate === undefined) return unknown([...at, 'tls'], 'the API server showed no certificate that can be read', ['node']);
    const places = faultsOf(certificate, time).map(([field, fault]): Place => {
      return { where: [...at, 'tls', 'certificate', field], message: `the certificate of the API server ${fault}` };
    });
    if (places.length > 0) return failAt(places);
    if (distrust === undefined) return restOnNode;
    const unchecked = 'the API server was asked without checking its certificate, as the kubeconfig says';
    return unknown([...at, 'tls', 'distrust'], unchecked, ['person', 'node']);
  },

  remedy:
    'Renew the certificate with the names that clients use (kubeadm: apiServer.certSANs, then kubeadm certs renew apiserver), and restart the API servers one after the other.',

  alsoFails: ['network-separation/certificate-expiry'],

  examples: () => ({
    pass: { 'a certificate of its own': serverWith({ issuer: 'CN=kubernetes', notAfter: '2027-03-01T00:00:00.000Z' }) },
    fail: {
      'a certificate that has expired': serverWith({ notAfter: '2026-05-01T00:00:00.000Z' }),
      'a certificate that is not valid yet': serverWith({ notBefore: '2026-09-01T00:00:00.000Z' }),
      'a certificate that does not name the address': serverWith({ names: ['DNS:kubernetes'], namesHost: false }),
      'a certificate that was made up at the start': serverWith({ issuer: 'CN=master-ca@1767225600' }),
      'a certificate that signs itself': serverWith({ issuer: 'CN=kube-apiserver', selfSigned: true }),
      'a short key': serverWith({ key: { type: 'rsa', bits: 1024 } }),
      'no TLS': asked({ host: '10.0.0.1' }),
    },
    unknown: {
      'a certificate that nobody checked': serverWith({}, { distrust: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }),
      'a proxy on the same machine': asked({ host: '127.0.0.1' }),
      'a certificate that cannot be read': asked({ host: '10.0.0.1', tls: {} }),
      'no connection': exampleApiServer({}),
    },
  }),
});

/** The field, and what is wrong with it. */
type Fault = readonly [keyof ObservedCertificate, string];

function faultsOf(
  { issuer = '', notBefore = '', notAfter = '', namesHost, selfSigned, key = {} }: ObservedCertificate,
  time: string,
): Fault[] {
  const weakness = weaknessOf(key);
  const faults: (Fault | false)[] = [
    // All in ISO 8601 and UTC: the order of the texts is that of the times.
    notAfter !== '' && notAfter < time && ['notAfter', `expired on ${notAfter.slice(0, 10)}`],
    time !== '' && notBefore > time && ['notBefore', `is not valid before ${notBefore.slice(0, 10)}`],
    namesHost === false && ['names', 'does not name the address that it was asked at'],
    selfSigned === true && ['issuer', 'signs itself'],
    madeUpIssuer.test(issuer) && ['issuer', 'was made up at its start'],
    weakness !== undefined && ['key', `has ${weakness}`],
  ];
  return faults.filter((fault) => fault !== false);
}

/** NIST SP 800-131A: RSA from 2048 bits, elliptic curves from 224. */
function weaknessOf({ type, bits, curve }: ObservedKey): string | undefined {
  if (type === 'dsa') return 'a DSA key';
  if (type?.startsWith('rsa') === true && bits !== undefined && bits < 2048) return `an RSA key of ${bits} bits`;
  const size = /^(?:prime|secp|sect)(\d+)/.exec(curve ?? '')?.[1];
  return size !== undefined && Number(size) < 224 ? `a key of ${size} bits` : undefined;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/** Observed in July 2026. */
function serverWith(certificate: ObservedCertificate, tls?: ObservedTls): string {
  return asked({ host: '10.0.0.1', tls: { protocol: 'TLSv1.3', certificate: { namesHost: true, ...certificate }, ...tls } });
}

function asked(endpoint: ObservedEndpoint): string {
  return exampleApiServer({ time: '2026-07-01T12:00:00.000Z', endpoint });
}
