/** Does a pattern with `*` (any characters) and `?` (one) describe a name? Linear but for the last star, whatever the pattern. */
export function fitsGlob(pattern: string, name: string): boolean {
  let at = 0;
  let read = 0;
  /** Behind the last star, and where in the name what it stands for ends for now. */
  let star = -1;
  let taken = 0;
  while (read < name.length) {
    if (pattern[at] === '*') {
      star = ++at;
      taken = read;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === name[read])) {
      at++;
      read++;
    } else if (star >= 0) {
      at = star;
      read = ++taken;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
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
  return fitsParts([...wanted, ...(wanted.at(-1) === '**' ? [] : ['**'])], file.split('/'));
}

function fitsParts(pattern: readonly string[], parts: readonly string[]): boolean {
  let at = 0;
  let read = 0;
  let star = -1;
  let taken = 0;
  while (read < parts.length) {
    if (pattern[at] === '**') {
      star = ++at;
      taken = read;
    } else if (at < pattern.length && fitsGlob(pattern[at]!, parts[read]!)) {
      at++;
      read++;
    } else if (star >= 0) {
      at = star;
      read = ++taken;
    } else return false;
  }
  while (pattern[at] === '**') at++;
  return at === pattern.length;
}
