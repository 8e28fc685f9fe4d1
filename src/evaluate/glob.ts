/** Does a pattern with `*` (any characters) and `?` (one) describe a name? */
export function fitsGlob(pattern: string, name: string): boolean {
  return fits(pattern, name, '*', (wanted, character) => wanted === '?' || wanted === character);
}

/**
 * The same for files: `*` and `?` stay within a folder, `**` as a part of its own stands for any folders. A pattern that
 * names a folder describes all that is in it; one without a slash describes files and folders of that name anywhere, as in
 * `.gitignore`.
 */
export function fitsPath(pattern: string, file: string): boolean {
  const trimmed = pattern.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '');
  const parts = trimmed.includes('/') ? trimmed.split('/') : ['**', trimmed];
  const wanted = parts[0] === '' ? parts.slice(1) : parts;
  const inside = wanted.at(-1) === '**' ? wanted : [...wanted, '**'];
  return fits(inside, file.split('/'), '**', fitsGlob);
}

/** Characters of a name, or parts of a path, where `any` stands for as many as there may be. Linear but for the last of them, whatever the pattern. */
function fits(
  pattern: ArrayLike<string>,
  items: ArrayLike<string>,
  any: string,
  fitsOne: (wanted: string, item: string) => boolean,
): boolean {
  let at = 0;
  let read = 0;
  /** Behind the last `any`, and where in the items what it stands for ends for now. */
  let star = -1;
  let taken = 0;
  while (read < items.length) {
    if (pattern[at] === any) {
      star = ++at;
      taken = read;
    } else if (at < pattern.length && fitsOne(pattern[at]!, items[read]!)) {
      at++;
      read++;
    } else if (star >= 0) {
      at = star;
      read = ++taken;
    } else return false;
  }
  while (pattern[at] === any) at++;
  return at === pattern.length;
}
