import type { FileRepair, FixReport } from '../core/index.ts';

/** What of a line may be shown: all up to its value, or nothing. */
export type Hidden = 'value' | 'line';

const secretKind = /["']?kind["']?[ \t]*:[ \t]*["']?Secret\b/;
const dataKey = /(?:^|[\s{,-])["']?(?:data|stringData)["']?[ \t]*:/;
const mostLines = 1000;

/**
 * The lines of a file that hold secrets, counted from 0: what Secrets hold, and the credentials that a control has found
 * (SEC-01). A diff repeats the lines around a change, and the tool that finds a credential must not spread it.
 */
export function secretLines({ file, before = '' }: Pick<FileRepair, 'file' | 'before'>, { credentials }: FixReport): Map<number, Hidden> {
  const found = credentials.filter((each) => each.file === file).map(({ line }) => line - 1);
  const hidden = new Map<number, Hidden>();
  const holdsSecret = secretKind.test(before);
  if (found.length === 0 && !holdsSecret) return hidden;
  const lines = before.split('\n');
  for (const line of found) {
    hidden.set(line, 'value');
    hideBelow(lines, line, hidden, 'line');
  }
  if (!holdsSecret) return hidden;
  for (let first = 0; first < lines.length;) {
    let next = first + 1;
    while (next < lines.length && !lines[next]!.startsWith('---')) next++;
    // In a List the data of its other items is hidden as well: rather too much than too little.
    if (secretKind.test(lines.slice(first, next).join('\n'))) {
      for (let line = first; line < next; line++) {
        if (!dataKey.test(lines[line]!)) continue;
        hidden.set(line, 'value');
        hideBelow(lines, line, hidden, 'value');
      }
    }
    first = next;
  }
  return hidden;
}

/** Hides what stands further right than `line`; of the lines next to it in depth, keys may be shown. */
function hideBelow(lines: readonly string[], line: number, hidden: Map<number, Hidden>, children: Hidden): void {
  const depth = indentation(lines[line]!);
  let childDepth: number | undefined;
  for (let at = line + 1; at < lines.length && at - line < mostLines; at++) {
    const text = lines[at]!;
    if (text.trim() === '') continue;
    if (indentation(text) <= depth) return;
    childDepth ??= indentation(text);
    hidden.set(at, indentation(text) === childDepth ? children : 'line');
  }
}

function indentation(text: string): number {
  return text.length - text.trimStart().length;
}

/** The line without what it hides. */
export function masked(text: string, hidden: Hidden): string {
  const [opening = ''] = (hidden === 'value' ? /^[^:]*:/ : /^\s*/).exec(text) ?? /^\s*/.exec(text) ?? [];
  return `${opening} (hidden: a secret)`;
}
