import { X509Certificate } from 'node:crypto';
import { assert, nat, property } from 'fast-check';
import { expect, test } from 'vitest';
import { selfSigned } from '../../test/self-signed.ts';
import { certificateEnds, fromBase64 } from './certificate.ts';

const { cert } = selfSigned();

test('reads when a certificate ends, as OpenSSL does', () => {
  expect(certificateEnds(cert)).toEqual([Date.parse(new X509Certificate(cert).validTo)]);
});

test('reads every certificate of a text', () => {
  expect(certificateEnds(`one:\n${cert}two:\r\n${cert.replaceAll('\n', '\r\n')}`)).toHaveLength(2);
});

test('knows years of two and of four digits', () => {
  const der = fromBase64(cert.replaceAll(/-----[A-Z ]+-----|\s/g, '')) ?? '';
  const [last = ''] = [...der.matchAll(/\d{12}Z/g)].map(([time]) => time).slice(-1);
  const until = (time: string): string => der.replace(last, time);
  const pem = (bytes: string): string => `-----BEGIN CERTIFICATE-----\n${btoa(bytes)}\n-----END CERTIFICATE-----`;
  expect(certificateEnds(pem(until('500101000000Z')))).toEqual([Date.UTC(1950, 0, 1)]);
  expect(certificateEnds(pem(until('491231235959Z')))).toEqual([Date.UTC(2049, 11, 31, 23, 59, 59)]);
  expect(certificateEnds(pem(until('491331235959Z')))).toBeUndefined();
});

test('says nothing of what is no certificate', () => {
  for (const text of [
    '',
    'text',
    cert.replace('MII', 'AII'),
    '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----',
    cert.replace('-----END', '=-----END'),
  ])
    expect(certificateEnds(text)).toBeUndefined();
});

test('survives every damage', () => {
  const bytes = Buffer.from(cert.replaceAll(/-----[A-Z ]+-----|\s/g, ''), 'base64');
  assert(
    property(nat(bytes.length - 1), nat(255), nat(bytes.length), (at, byte, length) => {
      const damaged = Buffer.from(bytes);
      damaged[at] = byte;
      const text = damaged.subarray(0, length).toString('base64');
      const ends = certificateEnds(`-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----`);
      expect(ends === undefined || Number.isFinite(ends[0])).toBe(true);
    }),
    { seed: 7, numRuns: 500 },
  );
});
