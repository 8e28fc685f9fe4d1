import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Ignore } from 'ignore';

/** The rules of one folder's ignore files, which hold for everything below it. */
export interface IgnoreRules {
  /** Length of the folder's path below the walked root, with the slash: what is cut off to get a path relative to it. */
  readonly prefix: number;
  readonly rules: Ignore;
}

// Later rules win, so that `.plimsollignore` can take back what `.gitignore` of the same folder leaves out.
const names = ['.gitignore', '.plimsollignore'];
const largest = 1 << 20;

/**
 * A rule becomes a regular expression, and every star in it multiplies the work on a name that nearly matches. Rules of
 * a hostile repository are therefore left out when they hold more stars than anybody writes; then more is read, not less.
 */
const mostStars = 4;

export type NewIgnore = (options: { readonly ignorecase: boolean }) => Ignore;

/** Reads the ignore files of a folder. Without any that can be read, `undefined`. */
export function readIgnoreRules(
  folder: string,
  prefix: number,
  present: ReadonlySet<string>,
  newIgnore: NewIgnore,
): IgnoreRules | undefined {
  let rules: Ignore | undefined;
  for (const name of names) {
    if (!present.has(name)) continue;
    const text = readSmallFile(join(folder, name));
    if (text === undefined) continue;
    // Git on Linux tells upper case from lower case; the library does not unless told to.
    rules ??= newIgnore({ ignorecase: false });
    for (const pattern of text.split(/\r?\n/)) {
      if (pattern.split('*').length - 1 <= mostStars + 2 * (pattern.split('**').length - 1)) rules.add({ pattern, mark: name });
    }
  }
  return rules === undefined ? undefined : { prefix, rules };
}

/**
 * Asks the deepest folder's rules first: as in git, the rule nearest to a file decides. Returns the ignore file that
 * leaves the path out, relative to the walked root, or `undefined`.
 */
export function ignoredBy(levels: readonly IgnoreRules[], below: string, isFolder: boolean): string | undefined {
  for (let at = levels.length - 1; at >= 0; at--) {
    const { prefix, rules } = levels[at]!;
    const result = rules.test(below.slice(prefix) + (isFolder ? '/' : ''));
    if (result.unignored) return undefined;
    if (result.ignored) return below.slice(0, prefix) + (result.rule?.mark ?? names[0]!);
  }
  return undefined;
}

function readSmallFile(path: string): string | undefined {
  try {
    const stat = statSync(path);
    if (!stat.isFile() || stat.size > largest) return undefined;
    const text = readFileSync(path, 'utf8');
    return text.startsWith('\uFEFF') ? text.slice(1) : text;
  } catch {
    // An ignore file that cannot be read leaves nothing out: more is read, not less.
    return undefined;
  }
}
