import { describe, expect, test } from 'vitest';
import { severities } from '../../core/index.ts';
import { recommendations } from '../../guidance/index.ts';
import { dangerousRights, questionsFor, rightsFor } from './dangerous-rights.ts';

function rightOf(id: string) {
  return dangerousRights.find((right) => right.id === id)!;
}

describe('dangerous rights', () => {
  test('have names of their own', () => {
    const ids = dangerousRights.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('concern entries that the guidance has', () => {
    const known = new Set(recommendations.map(({ code }) => code));
    expect(dangerousRights.flatMap(({ codes }) => codes).filter((code) => !known.has(code))).toEqual([]);
    expect(rightsFor('SEC-09').map(({ id }) => id)).toEqual(['read-secrets']);
  });

  test('ask no question twice', () => {
    const asked = dangerousRights.flatMap(({ questions }) => questions.map((question) => JSON.stringify(question)));
    expect(new Set(asked).size).toBe(asked.length);
  });

  test('are all worse than low where they take the cluster over', () => {
    const mild = dangerousRights.filter(
      ({ takesOver, severity }) => takesOver && severities.indexOf(severity) > severities.indexOf('high'),
    );
    expect(mild.map(({ id }) => id)).toEqual([]);
  });

  test('say what and why in one style', () => {
    const wrong = dangerousRights.filter(({ title, why }) => !/^[a-z]/.test(title) || title.endsWith('.') || !/^[A-Z].*\.$/.test(why));
    expect(wrong.map(({ id }) => id)).toEqual([]);
    expect(dangerousRights.filter(({ title }) => title.length > 50).map(({ id }) => id)).toEqual([]);
  });
});

test('getting pods/exec is enough for a connection before 1.35', () => {
  const verbs = (version: number) => questionsFor(rightOf('exec').questions, version).map(({ verb }) => verb);
  expect([verbs(34), verbs(35)]).toEqual([['create', 'get'], ['create']]);
});

test('constrained impersonation exists from 1.36', () => {
  const asked = (version: number) => questionsFor(rightOf('impersonate-within-bounds').questions, version).length;
  expect([asked(35), asked(36)]).toEqual([0, 3]);
});
