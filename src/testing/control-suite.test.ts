import { describe, expect, test } from 'vitest';
import { controls } from '../controls/index.ts';
import { controlProofs, judge } from './control-proofs.ts';
import { hardenedObjects } from './hardened.ts';

test('the hardened objects pass every control', () => {
  const failed = judge(controls, hardenedObjects).findings.filter(({ verdict }) => verdict === 'fail');
  expect(failed.map(({ control, message }) => `${control}: ${message}`)).toEqual([]);
});

/** Mutation tests change one control at a time and need the proofs of no other. */
const alone = process.env['PLIMSOLL_CONTROL'];

for (const control of alone === undefined ? controls : controls.filter(({ id }) => id === alone)) {
  describe(control.id, () => {
    // A proof that does not hold throws.
    // oxlint-disable-next-line vitest/expect-expect
    for (const { name, run } of controlProofs(control, controls)) test(name, run);
  });
}
