import { expect, test } from 'vitest';
import { copiedMistake, copiedMistakeAt } from './copied-mistakes.ts';
import { decode } from './decode.ts';
import { readDocument } from './yaml/index.ts';

/** What a reader of the file is told, as far as the guide explains it. */
function told(text: string): string | undefined {
  const document = readDocument(text, 1);
  if ('error' in document) return copiedMistake(text);
  const object = document.value as Record<string, unknown>;
  const decoded = decode(object);
  return 'refused' in decoded ? copiedMistakeAt(object, decoded.path) : 'is read';
}

test('a LimitRange whose keys lack their colons is that of appendix F', () => {
  const text = (max: string): string =>
    `apiVersion: v1\nkind: LimitRange\nmetadata: { name: shop }\nspec:\n  limits:\n  - type: Container\n    max:\n      ${max}\n    min:\n      cpu: 1\n`;
  expect(told(text('cpu 2').replace('limits:', 'limits'))).toContain('erratum 15');
  expect(told(text('cpu: 2'))).toBe('is read');
});

test('a network policy whose dashes lack their space is one of appendix E', () => {
  const text = (ingress: string): string =>
    `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: shop }\nspec:\n  podSelector: {}\n  ${ingress}\n`;
  expect(told(text('policyTypes:\n    -Ingress'))).toContain('erratum 14');
  expect(told(text('ingress:\n    -from:\n        podSelector: {}'))).toContain('erratum 14');
  expect(told(text('policyTypes:\n    - Ingress'))).toBe('is read');
  expect(told(text('policyTypes: Ingress'))).toBeUndefined();
});

test('a cluster role whose metadata are text is that of appendix J', () => {
  const text = (metadata: string): string =>
    `apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: ${metadata}\nrules: []\n`;
  expect(told(text('default'))).toContain('erratum 18');
  expect(told(text('default\n  name: shop'))).toContain('erratum 18');
  expect(told(text('{ name: shop }'))).toBe('is read');
});
