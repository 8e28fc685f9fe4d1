import { readFileSync, statSync } from 'node:fs';

// An excerpt is a comfort: a file that is larger is not read a second time for it.
const largest = 16 * 1024 * 1024;

/** Looks up lines of the files that were scanned. The report goes through one file after the other, so one is kept. */
export function sourceLines(): (file: string, line: number) => string | undefined {
  let current: string | undefined;
  let lines: readonly string[] = [];
  return (file, line) => {
    if (file !== current) {
      current = file;
      lines = readLines(file);
    }
    return lines[line - 1];
  };
}

function readLines(file: string): readonly string[] {
  try {
    const stat = statSync(file);
    if (!stat.isFile() || stat.size > largest) return [];
    return readFileSync(file, 'utf8').split(/\r?\n/);
  } catch {
    // Gone since it was scanned: the report does without the excerpt.
    return [];
  }
}
