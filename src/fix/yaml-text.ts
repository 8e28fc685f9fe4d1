/** A text with the beginnings of its lines, found once. Only a line feed ends a line, with or without a carriage return. */
export interface Lines {
  readonly text: string;
  readonly starts: readonly number[];
}

export function linesOf(text: string): Lines {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return { text, starts };
}

/** Counts from 0. */
export function lineIndex({ starts }: Lines, at: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Where the line of `at` begins, behind byte order marks. */
export function lineStart(lines: Lines, at: number): number {
  const start = lines.starts[lineIndex(lines, at)]!;
  return start === 0 ? byteOrderMarks(lines.text) : start;
}

function byteOrderMarks(text: string): number {
  let length = 0;
  while (text.charCodeAt(length) === 0xfeff) length++;
  return length;
}

/** Where the line of `at` ends: before its line break, carriage return included. */
export function lineEnd(lines: Lines, at: number): number {
  const next = lines.starts[lineIndex(lines, at) + 1];
  if (next === undefined) return lines.text.length;
  return next - 2 >= at && lines.text[next - 2] === '\r' ? next - 2 : next - 1;
}

/** Where the next line begins; the end of the text behind the last one. */
export function nextLine(lines: Lines, at: number): number {
  return lines.starts[lineIndex(lines, at) + 1] ?? lines.text.length;
}

/** The break at the end of the line of `at`; the last one of the text where it has none. */
export function lineBreak(lines: Lines, at: number): string {
  const { text, starts } = lines;
  const next = starts[Math.min(lineIndex(lines, at) + 1, starts.length - 1)]!;
  return text[next - 2] === '\r' ? '\r\n' : '\n';
}

export function columnOf(lines: Lines, at: number): number {
  return at - lineStart(lines, at);
}

/** Whether nothing but blanks stands before `at` on its line. */
export function beginsLine(lines: Lines, at: number): boolean {
  return isBlank(lines.text, lineStart(lines, at), at);
}

export function isBlank(text: string, from: number, to: number): boolean {
  return skipSpaces(text, from) >= to;
}

export function skipSpaces(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\t') at++;
  return at;
}

export function skipWhite(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\t' || text[at] === '\r' || text[at] === '\n') at++;
  return at;
}

/** The next token: over blanks, line breaks and comments. */
export function skipToToken({ text }: Lines, from: number): number {
  let at = skipWhite(text, from);
  while (text[at] === '#') {
    const end = text.indexOf('\n', at);
    at = skipWhite(text, end < 0 ? text.length : end);
  }
  return at;
}
