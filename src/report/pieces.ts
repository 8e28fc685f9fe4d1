/** Gathers small chunks into pieces of at least so many characters, which are worth handing on. */
export function* pieces(chunks: Iterable<string>, size: number): Generator<string, void> {
  let piece = '';
  for (const chunk of chunks) {
    piece += chunk;
    if (piece.length < size) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}
