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

test('examples are shown without what only merging them understands', () => {
  const shown = explanationOf({ codes: [], controls }).controls.flatMap(({ control, examples }) =>
    Object.entries({ ...examples.pass, ...examples.fail }).map(([name, text]) => `${control.id}: ${name}\n${text}`),
  );
  for (const text of shown) expect(text).not.toMatch(/\$pod|\$patch|: null\b/);
});

test.each([
  ['network-separation/limit-range', 'pass', 'defaults and maximum', /^apiVersion: v1\nkind: LimitRange\n[^]*\n {6}max:\n/],
  ['network-separation/limit-range', 'fail', 'none', /^# no LimitRange\n$/],
  ['pod-security/host-pid', 'pass', 'not set', /^# no hostPID\n$/],
  ['pod-security/privileged', 'pass', 'not set', /^securityContext: \{\}\n$/],
  ['pod-security/non-root-user', 'pass', 'runAsNonRoot, whoever the image names', /^securityContext: \{\}\ncontainers:\n {2}- name: web\n/],
  ['pod-security/service-account', 'fail', 'no account named', /\n {4}spec:\n {6}automountServiceAccountToken: true\n$/],
] as const)('%s shows what %s means: %s', (id, verdict, name, wanted) => {
  const [explained] = explanationOf(namedBy(id)).controls;
  expect(explained?.examples[verdict][name]).toMatch(wanted);
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
