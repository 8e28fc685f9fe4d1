import type { Comment } from '../../core/index.ts';
import type { Layout, ReadDocument } from '../../kube/yaml/index.ts';

/** What a comment to this tool begins with. Texts without it, and that are nearly all, are not looked at any further. */
export const addressed = 'plimsoll:';

/** Of one document; more are passed over, because nobody writes so many by hand. */
const mostComments = 1000;

/** The comments of a document that are addressed to this tool: `# plimsoll: …`. What looks like one within a text is none. */
export function commentsOf(document: Pick<ReadDocument, 'layout'>, text: string, firstLine: number, file: string): Comment[] {
  const comments: Comment[] = [];
  let line = firstLine;
  let counted = 0;
  let layout: Layout | undefined;
  let tried = 0;
  for (let at = text.indexOf(addressed); at !== -1; at = text.indexOf(addressed, at + 1)) {
    const hash = hashBefore(text, at);
    if (hash === undefined) continue;
    if (++tried > mostComments) break;
    layout ??= document.layout();
    if (isWithinText(layout, hash)) continue;
    for (let next = text.indexOf('\n', counted); next !== -1 && next < at; next = text.indexOf('\n', counted)) {
      line++;
      counted = next + 1;
    }
    const end = lineEnd(text, at);
    const said = text.slice(at + addressed.length, end).trim();
    const stands = text.slice(text.lastIndexOf('\n', hash) + 1, hash).trim() === '';
    comments.push({ file, line, target: stands ? nextContent(text, end, line) : line, text: said });
    // What stands behind it on its line belongs to it.
    at = end;
  }
  return comments;
}

/** Where the hash stands that makes a comment of what begins here, as far as the line tells: at its start or behind white space. */
function hashBefore(text: string, at: number): number | undefined {
  let hash = at - 1;
  while (text[hash] === ' ' || text[hash] === '\t') hash--;
  if (text[hash] !== '#') return undefined;
  const before = text[hash - 1];
  return before === undefined || /\s/.test(before) ? hash : undefined;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}

/** The next line that is neither empty nor a comment; the line itself where there is none. */
function nextContent(text: string, from: number, line: number): number {
  let number = line;
  for (let end = from; end < text.length;) {
    const start = end + 1;
    end = lineEnd(text, start);
    number++;
    const content = text.slice(start, end).trim();
    if (content !== '' && !content.startsWith('#')) return number;
  }
  return line;
}

/** Whether an offset is in a scalar, where a hash begins no comment. */
function isWithinText(layout: Layout | undefined, offset: number): boolean {
  for (let node = layout; node !== undefined;) {
    if (node.key !== undefined && node.key.start <= offset && offset < node.key.end) return true;
    if (node.type === 'scalar' || node.type === 'alias') return node.content <= offset && offset < node.end;
    node = node.children().findLast((child) => child.from <= offset && offset < child.end);
  }
  return false;
}
