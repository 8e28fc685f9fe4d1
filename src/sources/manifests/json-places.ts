import type { Location } from '../../core/resource.ts';
import type { JsonSlice } from './json-stream.ts';

/** Turns places in the text of a slice, whose first line counts as the slice's own, into places in the file. */
export function placesInFile(slice: JsonSlice, places: readonly Location[]): Location[] {
  if (slice.column === 1 && slice.gaps.length === 0) return [...places];
  const moves = movesOf(slice);
  return places.map((place) => {
    const start = move(slice, moves, place.line, place.column);
    const end = move(slice, moves, place.endLine, place.endColumn);
    return { line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
  });
}

interface Move {
  /** Where the gap is in the text. */
  readonly line: number;
  readonly column: number;
  readonly lines: number;
  readonly width: number;
}

function movesOf({ text, line, gaps }: JsonSlice): Move[] {
  let at = line;
  let lineStart = 0;
  return gaps.map(({ offset, lines, width }) => {
    for (let next = text.indexOf('\n', lineStart); next !== -1 && next < offset; next = text.indexOf('\n', lineStart)) {
      at++;
      lineStart = next + 1;
    }
    return { line: at, column: offset - lineStart + 1, lines, width };
  });
}

function move(slice: JsonSlice, moves: readonly Move[], line: number, column: number): { readonly line: number; readonly column: number } {
  let lines = 0;
  let columns = line === slice.line ? slice.column - 1 : 0;
  for (const gap of moves) {
    if (line < gap.line || (line === gap.line && column < gap.column)) break;
    lines += gap.lines;
    if (line !== gap.line) continue;
    // Behind a gap of several lines, columns count from the start of its last one.
    columns = gap.lines === 0 ? columns + gap.width : gap.width - (gap.column - 1);
  }
  return { line: line + lines, column: column + columns };
}
