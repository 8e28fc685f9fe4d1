import { expect, test } from 'vitest';
import { controls } from '../controls/index.ts';
import { fixExample } from './fix-example.ts';

test.each(controls.filter(({ fix }) => fix !== undefined).map((control) => [control.id, control] as const))(
  '%s shows what its fix changes, in the objects that it changes alone',
  (_, control) => {
    const example = fixExample(control);
    if (example === undefined || 'declined' in example) throw new Error('no failing example is repaired');
    expect(example.after).not.toBe(example.before);
    const [before, after] = [example.before.split('---\n'), example.after.split('---\n')];
    expect(before.every((document, index) => document !== after[index])).toBe(true);
  },
);

test('a control without a fix has no example of one', () => {
  const control = controls.find(({ fix }) => fix === undefined)!;
  expect(fixExample(control)).toBeUndefined();
});
