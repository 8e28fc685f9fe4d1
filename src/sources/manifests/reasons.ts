import type { Stats } from 'node:fs';

const byCode: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'no such file or folder',
  ENOTDIR: 'no such file or folder',
  ELOOP: 'a loop of symbolic links',
  ENAMETOOLONG: 'the name is too long',
  EISDIR: 'a folder, not a file',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files',
  EIO: 'the disk failed to read it',
  ENXIO: 'not a regular file',
};

/** Says in a few words why the file system refused; never a path of the machine, never a stack. */
export function reasonOf(error: unknown): string {
  const code = (error as { readonly code?: unknown } | null)?.code;
  if (typeof code !== 'string') return 'it cannot be read';
  return byCode[code] ?? `it cannot be read (${code})`;
}

/** Names what is no regular file. Nothing of this kind is opened: reading it could wait forever. */
export function specialFile(kind: Pick<Stats, 'isFIFO' | 'isSocket' | 'isBlockDevice' | 'isCharacterDevice'>): string {
  if (kind.isFIFO()) return 'a named pipe, not a file: pipe it into "-"';
  if (kind.isSocket()) return 'a socket, not a file';
  if (kind.isBlockDevice() || kind.isCharacterDevice()) return 'a device, not a file';
  return 'not a regular file';
}

const longest = 300;
// oxlint-disable-next-line no-control-regex
const lineEnds = /[\s\u0085]*[\n\r\u0085\u2028\u2029][\s\u0085]*/g;

/** Reasons are single lines of bounded length, whatever text of the input they quote. */
export function oneLine(reason: string): string {
  const line = reason.length > 4 * longest ? reason.slice(0, 4 * longest) : reason;
  const flat = line.replace(lineEnds, ' ').trim();
  return flat.length > longest ? `${flat.slice(0, longest - 1)}…` : flat;
}
