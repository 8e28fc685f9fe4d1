import type { Declined, Edit, TextEdit } from '../core/index.ts';
import { spliceYaml } from './splice.ts';

export interface Splice {
  readonly text: string;
  readonly edits: readonly TextEdit[];
}

export function spliceDocument(text: string, edits: readonly Edit[]): Splice | Declined {
  const after = spliceYaml(text, edits);
  if (typeof after !== 'string') return after;
  if (after === text) return { text, edits: [] };
  let start = 0;
  while (text[start] === after[start]) start++;
  let end = 0;
  while (end < text.length - start && end < after.length - start && text[text.length - 1 - end] === after[after.length - 1 - end]) end++;
  return { text: after, edits: [{ start, end: text.length - end, text: after.slice(start, after.length - end) }] };
}
