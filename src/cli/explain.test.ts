import { expect, test } from 'vitest';
import { controls } from '../controls/index.ts';
import { recommendations } from '../guidance/index.ts';
import { explanationOf, namedBy } from './explain.ts';

test('every control is explained with the recommendations that it decides', () => {
  for (const { id, decides } of controls) {
    const named = namedBy(id);
    expect(named.controls.map((control) => control.id)).toEqual([id]);
    expect(named.codes).toEqual(decides);
  }
});

test('every recommendation is explained with the controls that decide it', () => {
  for (const { code } of recommendations) {
    const deciding = controls.filter(({ decides }) => decides.includes(code)).map(({ id }) => id);
    expect(namedBy(code.toLowerCase()).controls.map(({ id }) => id)).toEqual(deciding);
  }
});

test('an explanation has the text of the recommendation and what a fix changes', () => {
  const { recommendations: explained, controls: those } = explanationOf(namedBy('pod-security/privilege-escalation'));
  expect(explained[0]?.recommendation.code).toBe('POD-12');
  expect(those[0]?.fixExample).toHaveProperty('after', expect.stringContaining('allowPrivilegeEscalation: false'));
});

test('the last part of an id is enough', () => {
  expect(namedBy('privileged').controls[0]?.id).toBe('pod-security/privileged');
});

test.each([
  ['privilegd', '"privilegd" is no control and no code\ndid you mean pod-security/privileged?'],
  ['POD-112', '"POD-112" is no control and no code\ndid you mean POD-11?'],
  ['pod', 'POD is a chapter\nplimsoll list recommendations POD lists what it asks'],
])('%s is refused with what is near', (name, message) => {
  expect(() => namedBy(name)).toThrow(message);
});
