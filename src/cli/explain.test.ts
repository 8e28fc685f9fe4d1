import { expect, test } from 'vitest';
import { controls } from '../controls/index.ts';
import { recommendations } from '../guidance/index.ts';
import { explanationOf } from './explain.ts';

test('every control is explained with the recommendations that it decides', () => {
  for (const { id, decides } of controls) {
    const explanation = explanationOf(id);
    expect(explanation.controls.map(({ control }) => control.id)).toEqual([id]);
    expect(explanation.recommendations.map(({ recommendation }) => recommendation.code)).toEqual(decides);
  }
});

test('every recommendation is explained with the controls that decide it', () => {
  for (const { code } of recommendations) {
    const deciding = controls.filter(({ decides }) => decides.includes(code)).map(({ id }) => id);
    expect(explanationOf(code.toLowerCase()).controls.map(({ control }) => control.id)).toEqual(deciding);
  }
});

test('the last part of an id is enough', () => {
  expect(explanationOf('privileged').controls[0]?.control.id).toBe('pod-security/privileged');
});

test.each([
  ['privilegd', '"privilegd" is no control and no code\ndid you mean pod-security/privileged?'],
  ['POD-112', '"POD-112" is no control and no code\ndid you mean POD-11?'],
  ['pod', 'POD is a chapter\nplimsoll list recommendations POD lists what it asks'],
])('%s is refused with what is near', (name, message) => {
  expect(() => explanationOf(name)).toThrow(message);
});
