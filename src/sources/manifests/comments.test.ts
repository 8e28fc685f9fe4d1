import { expect, test } from 'vitest';
import { readDocument } from '../../kube/yaml/index.ts';
import { commentsOf } from './comments.ts';

function comments(text: string): string[] {
  const document = readDocument(text, 10);
  if ('error' in document) throw new Error(document.error);
  return commentsOf(document, text, 10, 'a.yaml').map(({ line, target, text: said }) => `${line} → ${target}: ${said}`);
}

test('a comment is about its line, or about the next one with something on it', () => {
  const text = `# plimsoll: first
# another
a: 1 # plimsoll: second

b:
  # plimsoll: third
  #   plimsoll:fourth

  - c
# plimsoll: last`;
  expect(comments(text)).toEqual(['10 → 12: first', '12 → 12: second', '15 → 18: third', '16 → 18: fourth', '19 → 19: last']);
});

test('comments between the parts of brackets count too', () => {
  expect(comments('a: { # plimsoll: first\n  b: [1, # plimsoll: second\n    2] }\n')).toEqual(['10 → 10: first', '11 → 11: second']);
});

test.each([
  ['a block of text', 'a: |\n  # plimsoll: no\n  text # plimsoll: no\nb: 1\n'],
  ['a folded text', 'a: >-\n  # plimsoll: no\n'],
  ['a quoted text', 'a: "x # plimsoll: no"\nb: \'\n  # plimsoll: no\n  \'\n'],
  ['a text with a hash', 'a: x#plimsoll: no\n'.replace(': no', ':no')],
  ['a key', '"# plimsoll: no": 1\n'],
  ['another comment', '# see plimsoll: no\na: 1\n'],
])('what looks like one within %s is none', (_, text) => {
  expect(comments(text)).toEqual([]);
});

test('what repeats itself on its line is one comment', () => {
  expect(comments('a: 1 # plimsoll: x # plimsoll: y\n')).toEqual(['10 → 10: x # plimsoll: y']);
});

test('very many comments cost little', () => {
  const text = '# plimsoll: x\n'.repeat(20_000);
  expect(comments(`a: 1\n${text}`)).toHaveLength(1000);
});
