import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { roots, structs } from '../../src/kube/shapes.generated.ts';
import { oracleModule } from './oracle.ts';

test('the table of shapes is what Go reflects today', () => {
  const text = execFileSync('go', ['run', '-buildvcs=false', './cmd/shapes'], { cwd: oracleModule, encoding: 'utf8', maxBuffer: 1 << 24 });
  const [first = '', second = ''] = text.split('export const roots');
  expect(entries(first)).toEqual(structs);
  expect(entries(second)).toEqual(roots);
});

function entries(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/^ {2}'(.*)': '(.*)',$/gm)].map(([, key, value]) => [key!, value!]));
}
