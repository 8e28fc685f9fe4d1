import { describe, expect, test } from 'vitest';
import { controls } from '../controls/index.ts';
import type { AnyControl } from '../core/index.ts';

/** "Pod" is written small like any noun; only a sentence may begin with it, and the standards bear it in their name. */
function capitalPod(text: string): boolean {
  return /[^.:?!] Pods?\b(?! Security)/.test(text);
}

/** What is wrong with a text that consists of sentences. */
function complaints(text: string): string[] {
  return [
    ...(/^[A-Z]/.test(text) ? [] : ['begins without a capital']),
    ...(text.endsWith('.') ? [] : ['ends without a full stop']),
    ...phraseComplaints(text),
  ];
}

function phraseComplaints(text: string): string[] {
  return [
    ...(capitalPod(text) ? ['writes pod with a capital'] : []),
    ...(/\s{2}|^\s|\s$/.test(text) ? ['has stray white space'] : []),
    ...(/\bshould\b/i.test(text) ? ['says should'] : []),
  ];
}

/** What is wrong with a text that is a part of a sentence: it ends without a full stop. */
function titleComplaints(text: string): string[] {
  return [
    ...(/^[A-Z]/.test(text) ? [] : ['begins without a capital']),
    ...(text.endsWith('.') ? ['ends with a full stop'] : []),
    ...phraseComplaints(text),
  ];
}

function riskComplaints(text: string): string[] {
  return [
    ...(/^[a-z]/.test(text) ? [] : ['begins with a capital']),
    ...(text.endsWith('.') ? ['ends with a full stop'] : []),
    ...phraseComplaints(text),
  ];
}

function textsOf({ title, why, remedy, fix, params }: AnyControl): Record<string, string[]> {
  return {
    title: titleComplaints(title),
    why: complaints(why),
    ...(remedy === undefined ? {} : { remedy: complaints(remedy) }),
    ...(fix === undefined ? {} : { risk: riskComplaints(fix.risk) }),
    ...Object.fromEntries(Object.entries(params).map(([name, { about }]) => [`parameter ${name}`, titleComplaints(about)])),
  };
}

describe('the texts of every control are of one style', () => {
  test.each(controls.map((control) => [control.id, control] as const))('%s', (_, control) => {
    const wrong = Object.entries(textsOf(control)).filter(([, found]) => found.length > 0);
    expect(Object.fromEntries(wrong)).toEqual({});
  });
});

test('a title is short enough for one line of a list', () => {
  expect(controls.filter(({ title }) => title.length > 85).map(({ id }) => id)).toEqual([]);
});
