import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Puts a program into a folder that does what a shell script says, and answers with the PATH that finds it there. Scripts
 * have the builtins of a POSIX shell and the usual programs.
 */
export function fakeProgram(folder: string, name: string, script: string): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return `${folder}${delimiter}/usr/bin${delimiter}/bin`;
}

/** A script that prints a text, whatever it is asked. */
export function printing(text: string): string {
  return `cat <<'END OF TEXT'\n${text}\nEND OF TEXT`;
}
