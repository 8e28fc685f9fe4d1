import type { FileRepair, Location, TextEdit } from '../core/index.ts';

/** An edit with its place in the text before, as editors count it. */
export interface PlacedEdit {
  readonly edit: TextEdit;
  readonly place: Location;
  /** UTF-16 code units before it. A byte order mark counts nowhere: editors and viewers do not show it. */
  readonly offset: number;
}

/** The edits of a file with lines and columns, in their order; a new file is one insertion. One pass over the text. */
export function* editPlaces({ before = '', after, edits }: FileRepair): Generator<PlacedEdit, void> {
  const mark = before.startsWith('\ufeff') ? 1 : 0;
  let line = 1;
  let lineStart = mark;
  const advance = (offset: number): { readonly line: number; readonly column: number } => {
    for (let at = before.indexOf('\n', lineStart); at >= 0 && at < offset; at = before.indexOf('\n', lineStart)) {
      line++;
      lineStart = at + 1;
    }
    return { line, column: Math.max(0, offset - lineStart) + 1 };
  };
  for (const edit of edits.length === 0 ? [{ start: 0, end: before.length, text: after }] : edits) {
    const start = advance(edit.start);
    const end = advance(edit.end);
    const place = { line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
    yield { edit, place, offset: Math.max(0, edit.start - mark) };
  }
}
