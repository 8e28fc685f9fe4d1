import { describe, expect, test } from 'vitest';
import { matches } from './label-selector.ts';
import { parseLabelSelector } from './label-selector-text.ts';

function selects(text: string, labels: Record<string, string>): boolean | undefined {
  const selector = parseLabelSelector(text);
  if ('error' in selector) return undefined;
  const answer = matches(selector, labels);
  return typeof answer === 'boolean' ? answer : undefined;
}

describe('a selector in words', () => {
  test.each([
    ['app=web', { app: 'web' }, true],
    ['app == web', { app: 'web' }, true],
    ['app=web', { app: 'api' }, false],
    ['app!=web', {}, true],
    ['app', { app: '' }, true],
    ['!app', { app: '' }, false],
    ['! app', {}, true],
    ['app=', { app: '' }, true],
    ['app in (web, api),tier', { app: 'api', tier: 'x' }, true],
    ['app notin (web,api)', { app: 'api' }, false],
    ['app in (web),tier=front', { app: 'web', tier: 'back' }, false],
    ['app.kubernetes.io/name=web', { 'app.kubernetes.io/name': 'web' }, true],
  ])('%j of %j: %j', (text, labels, wanted) => expect(selects(text, labels as Record<string, string>)).toBe(wanted));

  test.each(['app=web)', 'a b', '=x', 'app in web', 'app in (', '-a=b', 'a=b=c', 'a=!'])('%j is none', (text) =>
    expect(parseLabelSelector(text)).toHaveProperty('error'),
  );
});
