/** Deeper than what the API server sends of any kind that it checks. */
const deepest = 32;

/** Longer names are never read; their paths are cut. */
const longestName = 512;

const [space, quote, comma, openBracket, backslash, closeBracket, x, openBrace, closeBrace] = [32, 34, 44, 91, 92, 93, 120, 123, 125];

/**
 * Overwrites every text of a JSON document in place but those at paths that `isRead` names; `*` stands for an item of a list. What
 * is no JSON is overwritten as a whole. So nothing but what is read ever becomes a value of this program, wherever a server
 * puts the rest: it is asked about each text, not about those that are known to be secret.
 */
export function withoutTexts(body: Buffer, isRead: (path: readonly string[]) => boolean): void {
  if (!overwrite(body, isRead)) body.fill(space);
}

interface Level {
  readonly list: boolean;
  /** The next text is the name of a member. */
  naming: boolean;
}

/** False where it lost its way. */
function overwrite(body: Buffer, isRead: (path: readonly string[]) => boolean): boolean {
  const levels: Level[] = [];
  const path: string[] = [];
  for (let at = 0; at < body.length; at++) {
    const byte = body[at];
    const level = levels.at(-1);
    if (byte === quote) {
      const end = endOfText(body, at);
      if (end === -1) return false;
      if (level?.naming === true) {
        path[levels.length - 1] = nameOf(body, at, end);
        level.naming = false;
      } else if (!isRead(path.slice(0, levels.length))) body.fill(x, at + 1, end);
      at = end;
    } else if (byte === openBrace || byte === openBracket) {
      if (levels.length === deepest) return false;
      const list = byte === openBracket;
      levels.push({ list, naming: !list });
      path.length = levels.length;
      path[levels.length - 1] = '*';
    } else if (byte === closeBrace || byte === closeBracket) {
      if (level === undefined || level.list !== (byte === closeBracket)) return false;
      levels.pop();
    } else if (byte === comma) {
      if (level === undefined) return false;
      level.naming = !level.list;
    }
  }
  return levels.length === 0;
}

/** Where the quote stands that ends the text which begins at `start`; -1 where there is none. */
function endOfText(body: Buffer, start: number): number {
  for (let end = body.indexOf(quote, start + 1); end !== -1; end = body.indexOf(quote, end + 1)) {
    let slashes = 0;
    while (body[end - 1 - slashes] === backslash) slashes++;
    if (slashes % 2 === 0) return end;
  }
  return -1;
}

/** A name with escapes is none that rules read. */
function nameOf(body: Buffer, start: number, end: number): string {
  return body.toString('utf8', start + 1, Math.min(end, start + 1 + longestName));
}
