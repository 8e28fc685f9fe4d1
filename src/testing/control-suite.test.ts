import { describe, expect, test } from 'vitest';
import { controls } from '../controls/index.ts';
import { controlProofs, judge } from './control-proofs.ts';
import { hardenedObjects } from './hardened.ts';

test('the hardened objects pass every control', () => {
  const failed = judge(controls, hardenedObjects).findings.filter(({ verdict }) => verdict === 'fail');
  expect(failed.map(({ control, message }) => `${control}: ${message}`)).toEqual([]);
});

for (const control of controls) {
  describe(control.id, () => {
    for (const { name, run } of controlProofs(control, controls)) {
      test(name, () => {
        expect(run).not.toThrow();
      });
    }
  });
}
