import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { matches } from './label-selector.ts';
import { indexSelectors } from './selector-index.ts';

const key = fc.constantFrom('app', 'tier', 'zone');
const value = fc.constantFrom('a', 'b', '');
const labels = fc.dictionary(key, value);
const selector = fc.record(
  {
    matchLabels: fc.dictionary(key, value),
    matchExpressions: fc.array(
      fc.record({
        key,
        operator: fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist', 'Equals'),
        values: fc.array(value, { maxLength: 2 }),
      }),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: [] },
);

test('finds exactly the selectors that match, in their order', () => {
  fc.assert(
    fc.property(fc.array(selector, { maxLength: 12 }), labels, (selectors, wanted) => {
      const expected = selectors.filter((item) => matches(item, wanted) === true);
      expect(indexSelectors(selectors, (item) => item).matching(wanted)).toEqual(expected);
    }),
    { seed: 7, numRuns: 2000 },
  );
});
