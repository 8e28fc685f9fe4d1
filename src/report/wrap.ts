import fastStringWidth from 'fast-string-width';

// oxlint-disable-next-line no-control-regex
const asciiOnly = /^[\x20-\x7e]*$/;

/** Terminal cells that a text without control characters takes: wide characters and emoji take two. */
export function cells(text: string): number {
  return asciiOnly.test(text) ? text.length : fastStringWidth(text);
}

/** Fills with blanks on the right up to `width` cells. */
export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - cells(text)));
}

/**
 * Breaks a text at blanks into lines of at most `width` cells. A single word that is longer (a path, a digest) keeps its
 * line to itself unbroken, because a broken path can be neither clicked nor copied.
 */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const word of text.split(' ')) {
    const size = cells(word);
    if (line !== '' && used + 1 + size > width) {
      lines.push(line);
      line = word;
      used = size;
    } else {
      used += line === '' ? size : size + 1;
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines;
}

/** The longest beginning of a text that fits into `width` cells, with an ellipsis where something was cut off. */
export function clipped(text: string, width: number): string {
  if (cells(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const character of text) {
    const size = cells(character);
    if (used + size > width - 1) break;
    kept += character;
    used += size;
  }
  return `${kept}…`;
}
