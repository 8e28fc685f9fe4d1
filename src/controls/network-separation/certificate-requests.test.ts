import { expect, test } from 'vitest';
import { selfSigned } from '../../../test/self-signed.ts';
import { judge } from '../../testing/control-proofs.ts';
import { certificateRequests } from './certificate-requests.ts';

function verdictOf(spec: object, status: unknown, time: string): string {
  const request = { apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name: 'csr-1' }, spec, status };
  const server = { apiVersion: 'observed.plimsoll/v1', kind: 'APIServer', metadata: { name: 'x' }, status: { time } };
  const { findings } = judge([certificateRequests], `${JSON.stringify(request)}\n---\n${JSON.stringify(server)}`);
  return findings.map(({ verdict, path, message }) => `${verdict} ${path}: ${message}`).join();
}

const serving = { signerName: 'kubernetes.io/kubelet-serving', username: 'system:node:worker-1' };
const approved = [{ type: 'Approved', status: 'True' }];
/** Of a day. */
const certificate = Buffer.from(selfSigned().cert).toString('base64');
const now = new Date().toISOString();
const later = new Date(Date.now() + 3 * 86_400_000).toISOString();

test('a certificate that was issued is good until it ends', () => {
  expect(verdictOf(serving, { conditions: approved, certificate }, now)).toBe('pass status.certificate: holds');
  expect(verdictOf(serving, { conditions: approved, certificate }, later)).toMatch(
    /^fail status\.certificate: the certificate of request "csr-1" for a certificate expired on \d{4}-\d\d-\d\d$/,
  );
});

test('those of people may be short-lived on purpose', () => {
  expect(verdictOf({ ...serving, signerName: 'example.com/people' }, { conditions: approved, certificate }, later)).toContain('pass');
});

test.each([['no base64 %%'], ['bm8gUEVN'], [7], [{}]])('a certificate that is %j ends at no time', (text) => {
  expect(verdictOf(serving, { conditions: approved, certificate: text }, later)).toBe('pass status: holds');
});

test.each([[undefined], ['text'], [{ conditions: 'Approved' }], [{ conditions: [null, 7, { type: 5 }] }]])(
  'a status that is %j is that of a request that nobody has decided',
  (status) => {
    expect(verdictOf(serving, status, now)).toBe('fail status: request "csr-1" for a certificate waits, and system:node:worker-1 has none');
  },
);
