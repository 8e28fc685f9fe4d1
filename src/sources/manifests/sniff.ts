/** What the first column of a YAML document tells before it is parsed. */
export interface Sniffed {
  /** Nothing but blanks, comments and separators. */
  readonly empty: boolean;
  /** Where the first line with content begins, and how many lines stand in front of it. */
  readonly contentAt: number;
  readonly linesBefore: number;
  /** The kind, where it is certain that a parser would find the same; absent otherwise. */
  readonly header?: { readonly apiVersion: string; readonly kind: string };
}

const simpleValue = /^ +(?:"([\w./-]+)"|'([\w./-]+)'|([A-Za-z][\w./-]*))[ ]*(?:[ ]#.*)?\r?$/;

/** Line ends for YAML that are none for the loop below. Looked for one by one: that is much faster than a class of characters. */
function hasOtherLineEnds(text: string): boolean {
  return ['\u0085', '\u2028', '\u2029'].some((end) => text.includes(end)) || (text.includes('\r') && /\r(?!\n)/.test(text));
}

/**
 * Finds `apiVersion` and `kind` in the first column. Most bytes of real manifests belong to kinds that no rule reads, and
 * parsing them to find that out would be most of the work. Certain it is only when every line that begins in the first
 * column is a plain key, an item of a list or a comment, and each of the two keys stands there once: then no quoted text,
 * flow collection, merge key or second key can name another kind. A list of objects is never certain. What is parsed anyway
 * (`isRead`) need not be: its kind is not told.
 */
export function sniff(text: string, isRead: (apiVersion: string, kind: string) => boolean = () => false): Sniffed {
  let linesBefore = 0;
  let contentAt = -1;
  let certain = true;
  /** The last line in the first column was one of the two keys: an indented line would go on with its value. */
  let open = false;
  let apiVersion: string | undefined;
  let kind: string | undefined;
  for (let start = 0; start < text.length;) {
    const lineFeed = text.indexOf('\n', start);
    const end = lineFeed === -1 ? text.length : lineFeed;
    const code = text.charCodeAt(start);
    if (contentAt === -1) {
      if (isBlank(text, start, end)) linesBefore++;
      else contentAt = start;
    }
    if (contentAt !== -1 && code !== 32 && code !== 35 && start !== end && !(code === 13 && start + 1 === end)) {
      open = false;
      const isItem = code === 45 && start > contentAt && (start + 1 === end || text.charCodeAt(start + 1) === 32);
      if (!isItem) {
        const colon = plainKeyEnd(text, start);
        const key = colon === -1 ? '' : text.slice(start, colon);
        if (colon === -1 || key === 'items') certain = false;
        else if (key === 'kind' || key === 'apiVersion') {
          const match = simpleValue.exec(text.slice(colon + 1, end));
          const value = match?.[1] ?? match?.[2] ?? match?.[3];
          if (value === undefined || (key === 'kind' ? kind : apiVersion) !== undefined) certain = false;
          else if (key === 'kind') kind = value;
          else apiVersion = value;
          open = true;
          if (apiVersion !== undefined && kind !== undefined && isRead(apiVersion, kind)) certain = false;
        }
        if (!certain) break;
      }
    } else if (contentAt === start || (open && !isBlank(text, start, end))) {
      // The first line with content is indented, or a value goes on.
      certain = false;
      break;
    }
    start = end + 1;
  }
  if (contentAt === -1) return { empty: true, contentAt: text.length, linesBefore };
  if (!certain || apiVersion === undefined || kind === undefined || hasOtherLineEnds(text)) return { empty: false, contentAt, linesBefore };
  return { empty: false, contentAt, linesBefore, header: { apiVersion, kind } };
}

/** Whether a line in front of the content holds nothing: blanks, a comment, or the separator that begins the document. */
function isBlank(text: string, start: number, end: number): boolean {
  let at = text.startsWith('---', start) ? start + 3 : start;
  for (; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 35) return true;
    if (code !== 32 && code !== 9 && code !== 13) return false;
  }
  return true;
}

/** Where the colon behind a plain key stands, or -1 if the line does not begin with one. */
function plainKeyEnd(text: string, start: number): number {
  let at = start;
  for (; ; at++) {
    const code = text.charCodeAt(at);
    const letter = (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95;
    if (letter) continue;
    const other = (code >= 48 && code <= 57) || code === 45 || code === 46 || code === 47;
    if (!other || at === start) break;
  }
  if (at === start || text.charCodeAt(at) !== 58) return -1;
  const after = text.charCodeAt(at + 1);
  return after === 32 || after === 10 || after === 13 || Number.isNaN(after) ? at : -1;
}
