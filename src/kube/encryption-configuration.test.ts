import { expect, test } from 'vitest';
import { readEncryptionConfiguration } from './encryption-configuration.ts';

test('the first entry that names Secrets decides, by whatever pattern', () => {
  const entry = (resources: string[]): object => ({ resources, providers: [{ identity: {} }] });
  const deciding = (...entries: string[][]): unknown => readEncryptionConfiguration({ resources: entries.map(entry) }).secrets?.path;
  expect(deciding(['configmaps'], ['secrets'])).toEqual(['resources', 1]);
  expect(deciding(['*.'], ['secrets'])).toEqual(['resources', 0]);
  expect(deciding(['*.apps'], ['*.*'])).toEqual(['resources', 1]);
  expect(deciding(['secrets.example.com'])).toBeUndefined();
});

test('a key is told from what stands for one, and its size is counted', () => {
  const sizes = (...secrets: unknown[]): unknown => {
    const keys = secrets.map((secret) => ({ name: 'a', secret }));
    const read = readEncryptionConfiguration({ resources: [{ resources: ['secrets'], providers: [{ aescbc: { keys } }] }] });
    return read.secrets?.providers[0]?.keys.map(({ bytes }) => bytes);
  };
  expect(sizes('AAAA', 'AAA=', 'AA==', 'AAAA\nAAAA', '<key>', '${KEY}', '', 7)).toEqual([
    3,
    2,
    1,
    6,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test('what is not as it must be is absent', () => {
  expect(readEncryptionConfiguration({ resources: 'x' })).toEqual({ secrets: undefined, entries: [] });
  expect(
    readEncryptionConfiguration({ resources: [{ resources: ['secrets'], providers: [7, { other: {} }, { kms: 7 }] }] }).secrets?.providers,
  ).toEqual([{ path: ['resources', 0, 'providers', 2, 'kms'], type: 'kms', keys: [], version: 'v1' }]);
});
