import type { FileRepair, TextEdit } from '../core/index.ts';

/** A stretch of a diff: what is replaced, with the unchanged lines around it. */
export interface Hunk {
  /** Of its first line: in the text before and in the text after, counted from 0. */
  readonly line: number;
  readonly lineAfter: number;
  readonly lines: readonly HunkLine[];
}

export interface HunkLine {
  readonly sign: ' ' | '-' | '+';
  /** With its line break, which only the last line of a file may lack. */
  readonly text: string;
  /** Counted from 0 in the text before; of an added line: of the line that follows it there. */
  readonly line: number;
}

const contextLines = 3;

/**
 * The files as a patch that `git apply` and `patch -p1` take, a hunk a piece. What stands in the files is written as it is;
 * names are quoted as git quotes them. `section` says what stands behind the second `@@`, for a line counted from 0.
 */
export function* unifiedDiff(
  files: readonly FileRepair[],
  section: (file: string, line: number) => string | undefined = () => undefined,
): Generator<string, void> {
  for (const repair of files) {
    let header = diffHeader(repair);
    for (const hunk of hunksOf(repair)) {
      yield `${header}${hunkHeader(hunk, section(repair.file, changedLines(hunk)[0]!))}\n${hunk.lines.map(patchLine).join('')}`;
      header = '';
    }
  }
}

/**
 * The lines of the text before at which a hunk changes something, in order. What is added belongs to the line above it, as
 * fields belong to the object that they end; a new document belongs to none: Infinity.
 */
export function changedLines({ lines }: Hunk): number[] {
  const changed: number[] = [];
  let place: number | undefined;
  for (const { sign, text, line } of lines) {
    if (sign === ' ') place = undefined;
    else if (sign === '-') place = line;
    else place = text.startsWith('---') ? Infinity : (place ?? Math.max(0, line - 1));
    if (place !== undefined && changed.at(-1) !== place) changed.push(place);
  }
  return changed;
}

function diffHeader({ file, before }: FileRepair): string {
  // A patch names files below the folder in which it is applied.
  const name = file.replace(/^\/+/, '');
  const [from, to] = [quotedName(`a/${name}`), quotedName(`b/${name}`)];
  // git ends a name that has blanks with a tab, because `patch` would end it at the blank.
  const end = name.includes(' ') ? '\t\n' : '\n';
  if (before === undefined) return `diff --git ${from} ${to}\nnew file mode 100644\n--- /dev/null\n+++ ${to}${end}`;
  return `diff --git ${from} ${to}\n--- ${from}${end}+++ ${to}${end}`;
}

/** `@@ -1,3 +1,4 @@ Deployment/web`. */
export function hunkHeader({ line, lineAfter, lines }: Hunk, section: string | undefined): string {
  const before = lines.filter(({ sign }) => sign !== '+').length;
  const after = lines.filter(({ sign }) => sign !== '-').length;
  return `@@ -${range(line, before)} +${range(lineAfter, after)} @@${section === undefined ? '' : ` ${section}`}`;
}

/** Counted from 1; a range without lines is named by the line above it. */
function range(line: number, count: number): string {
  if (count === 1) return String(line + 1);
  return `${count === 0 ? line : line + 1},${count}`;
}

function patchLine({ sign, text }: HunkLine): string {
  return text.endsWith('\n') ? sign + text : `${sign}${text}\n\\ No newline at end of file\n`;
}

const plainName = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;
const escapes: Readonly<Record<string, string>> = {
  '\u0007': 'a',
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\v': 'v',
  '\f': 'f',
  '\r': 'r',
  '"': '"',
  '\\': '\\',
};

/** A name as git writes it in a patch: quoted where it holds anything but printable ASCII, so that it steers no terminal. */
function quotedName(name: string): string {
  if (plainName.test(name)) return name;
  let text = '';
  for (const byte of new TextEncoder().encode(name)) {
    const character = String.fromCharCode(byte);
    const letter = escapes[character];
    if (letter !== undefined) text += `\\${letter}`;
    else text += plainName.test(character) ? character : `\\${byte.toString(8).padStart(3, '0')}`;
  }
  return `"${text}"`;
}

/** Whole lines that are replaced. Offsets are of the text before. */
interface Replaced {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** The hunks of a file, in its order; replacements whose surroundings touch share one. Linear in the length of the text. */
export function* hunksOf({ before = '', after, edits }: FileRepair): Generator<Hunk, void> {
  let near: Replaced[] = [];
  let grown = 0;
  for (const replaced of replacedLines(before, edits.length === 0 ? [{ start: 0, end: before.length, text: after }] : edits)) {
    const last = near.at(-1);
    if (last !== undefined && replaced.line - last.line - last.removed.length > 2 * contextLines) {
      yield hunkOf(before, near, grown);
      grown += near.reduce((sum, { removed, added }) => sum + added.length - removed.length, 0);
      near = [];
    }
    near.push(replaced);
  }
  if (near.length > 0) yield hunkOf(before, near, grown);
}

/** `grown`: by how many lines the text above has grown. */
function hunkOf(before: string, near: readonly Replaced[], grown: number): Hunk {
  const [first] = near;
  const lead = linesBefore(before, first!.start);
  const line = first!.line - lead.length;
  const lines: HunkLine[] = [];
  let at = line;
  const keep = (texts: readonly string[]): void => {
    for (const text of texts) lines.push({ sign: ' ', text, line: at++ });
  };
  keep(lead);
  for (const [index, { removed, added, end }] of near.entries()) {
    for (const text of removed) lines.push({ sign: '-', text, line: at++ });
    for (const text of added) lines.push({ sign: '+', text, line: at });
    const next = near[index + 1];
    keep(next === undefined ? linesAfter(before, end) : linesOf(before.slice(end, next.start)));
  }
  return { line, lineAfter: line + grown, lines };
}

function* replacedLines(before: string, edits: readonly TextEdit[]): Generator<Replaced, void> {
  let line = 0;
  let counted = 0;
  for (let index = 0; index < edits.length;) {
    const { start } = edits[index]!;
    const from = start === 0 ? 0 : before.lastIndexOf('\n', start - 1) + 1;
    let text = '';
    let copied = from;
    let end = from;
    // All edits that begin on the same lines.
    do {
      const edit = edits[index++]!;
      text += before.slice(copied, edit.start) + edit.text;
      copied = edit.end;
      const lineBreak = before.indexOf('\n', edit.end);
      end = lineBreak < 0 ? before.length : lineBreak + 1;
    } while (index < edits.length && edits[index]!.start < end);
    text += before.slice(copied, end);
    for (let at = before.indexOf('\n', counted); at >= 0 && at < from; at = before.indexOf('\n', at + 1)) line++;
    counted = from;
    const replaced = trimmed({ start: from, end, line, removed: linesOf(before.slice(from, end)), added: linesOf(text) });
    if (replaced.removed.length + replaced.added.length > 0) yield replaced;
  }
}

/** Without the equal lines at both ends. */
function trimmed({ start, end, line, removed, added }: Replaced): Replaced {
  const shorter = Math.min(removed.length, added.length);
  let head = 0;
  while (head < shorter && removed[head] === added[head]) head++;
  let tail = 0;
  while (tail < shorter - head && removed.at(-1 - tail) === added.at(-1 - tail)) tail++;
  const length = (lines: readonly string[]): number => lines.reduce((sum, text) => sum + text.length, 0);
  return {
    start: start + length(removed.slice(0, head)),
    end: end - length(removed.slice(removed.length - tail)),
    line: line + head,
    removed: removed.slice(head, removed.length - tail),
    added: added.slice(head, added.length - tail),
  };
}

/** With their line breaks. */
function linesOf(text: string): string[] {
  const lines: string[] = [];
  for (let at = 0; at < text.length;) {
    const lineBreak = text.indexOf('\n', at);
    const end = lineBreak < 0 ? text.length : lineBreak + 1;
    lines.push(text.slice(at, end));
    at = end;
  }
  return lines;
}

function linesBefore(text: string, end: number): string[] {
  let start = end;
  for (let count = 0; count < contextLines && start > 0; count++) start = start < 2 ? 0 : text.lastIndexOf('\n', start - 2) + 1;
  return linesOf(text.slice(start, end));
}

function linesAfter(text: string, start: number): string[] {
  let end = start;
  for (let count = 0; count < contextLines && end < text.length; count++) {
    const lineBreak = text.indexOf('\n', end);
    end = lineBreak < 0 ? text.length : lineBreak + 1;
  }
  return linesOf(text.slice(start, end));
}
