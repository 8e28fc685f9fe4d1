import { countLineFeeds, decodeUtf8, tooLong, type ByteReader, type ByteWindow } from './byte-window.ts';

const border = Buffer.from('\n---');

/** What a stream of YAML is cut into. */
export interface YamlChunks {
  /** Whole documents, with the separators between them; `line` is the number of the first line. The bytes will change. */
  documents(bytes: Buffer, line: number): void;
  unread(line: number, reason: string): void;
}

/**
 * Cuts YAML into chunks of whole documents. A line that starts with `---` ends a document for kubectl
 * wherever it stands, also inside of a block scalar (k8s.io/apimachinery/pkg/util/yaml v0.37, YAMLReader), so that the
 * bytes alone tell the borders.
 */
export function yamlStream(firstLine: number, chunks: YamlChunks): ByteReader {
  let line = firstLine;
  /** Whether the rest of a document that was given up is being passed over. */
  let passing = false;

  function passOver(window: ByteWindow, final: boolean): void {
    const at = window.bytes.subarray(window.start, window.end).indexOf(border);
    passing = at === -1;
    // Without a border the last three bytes stay: it may begin in them.
    const last = final ? window.end : Math.max(window.start, window.end - border.length + 1);
    const cut = passing ? last : window.start + at + 1;
    line += countLineFeeds(window.bytes, window.start, cut);
    window.start = cut;
  }

  return {
    take(window, final) {
      if (passing) passOver(window, final);
      const cut = passing ? window.start : final ? window.end : lastBorder(window);
      if (cut <= window.start) return 'more';
      const bytes = window.bytes.subarray(window.start, cut);
      chunks.documents(bytes, line);
      if (!final) line += countLineFeeds(bytes, 0, bytes.length);
      window.start = cut;
      return 'more';
    },
    giveUp(window) {
      chunks.unread(line, tooLong);
      // The border that the document itself begins with is not its end.
      line += countLineFeeds(window.bytes, window.start, window.start + 1);
      window.start++;
      passOver(window, false);
      return 'more';
    },
  };
}

/**
 * The start of the last line of the window that separates documents; the window's own start if there is none. Lines that
 * kubectl refuses as separators do not count, because the text in front of them is lost with them.
 */
function lastBorder(window: ByteWindow): number {
  const bytes = window.bytes.subarray(window.start, window.end);
  for (let at = bytes.lastIndexOf(border); at >= 0; at = at === 0 ? -1 : bytes.lastIndexOf(border, at - 1)) {
    const lineEnd = bytes.indexOf(10, at + border.length);
    if (lineEnd !== -1 && /^[ \t\r]*(?:#|$)/.test(bytes.toString('latin1', at + border.length, lineEnd))) return window.start + at + 1;
  }
  return window.start;
}

/** Takes the texts of whole documents, with the separators between them. */
interface YamlTexts {
  text(text: string, line: number): void;
  unread(line: number, reason: string): void;
}

/** Decodes whole documents, in one piece where all of them are UTF-8. */
export function eachText(documents: Uint8Array, line: number, texts: YamlTexts): void {
  const bytes = Buffer.from(documents.buffer, documents.byteOffset, documents.byteLength);
  const text = decodeUtf8(bytes);
  if (text === undefined) decodeEach(bytes, line, texts);
  else texts.text(text, line);
}

/** Finds which documents are not UTF-8, so that the others are read. */
function decodeEach(bytes: Buffer, firstLine: number, texts: YamlTexts): void {
  let line = firstLine;
  let start = 0;
  while (start < bytes.length) {
    const next = bytes.indexOf(border, start);
    const end = next === -1 ? bytes.length : next + 1;
    const piece = bytes.subarray(start, end);
    const text = decodeUtf8(piece);
    if (text === undefined) texts.unread(line + linesBeforeInvalid(piece), 'not valid UTF-8');
    else texts.text(text, line);
    line += countLineFeeds(piece, 0, piece.length);
    start = end;
  }
}

function linesBeforeInvalid(piece: Buffer): number {
  let lines = 0;
  for (let start = 0; ; lines++) {
    const next = piece.indexOf(10, start);
    if (next === -1 || decodeUtf8(piece.subarray(start, next)) === undefined) return lines;
    start = next + 1;
  }
}
