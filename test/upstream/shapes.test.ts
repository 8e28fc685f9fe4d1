import { expect, test } from 'vitest';
import { roots, structs } from '../../src/kube/shapes.generated.ts';
import { printedBy } from './go-module.ts';
import { oracleModule } from './oracle.ts';

test('the table of shapes is what Go reflects today', () => {
  const [first = '', second = ''] = printedBy(oracleModule, './cmd/shapes').split('export const roots');
  expect(entries(first)).toEqual(structs);
  expect(entries(second)).toEqual(roots);
});

function entries(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/^ {2}'(.*)': '(.*)',$/gm)].map(([, key, value]) => [key!, value!]));
}
