import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { formatPath, type AppliedFix, type Edit, type FixReport, type Proposal } from '../core/index.ts';
import { readDocument } from '../kube/yaml/index.ts';
import { previewFix } from '../library/fix.ts';
import { formatFixQuestion, type QuestionOptions } from '../report/fix-question.ts';
import { printable } from '../report/printable.ts';

const help = `  y  accept this fix              a  accept this and all that follow
  n  leave this as it is          q  leave this and all that follow
  e  change its values first      ?  this help
  Nothing is written before the last question; Ctrl+C ends without writing.
`;

type Decision = boolean | readonly Edit[];

/** Where to ask, and how it looks there. */
export interface Asking extends Omit<QuestionOptions, 'number'> {
  readonly input: Readable;
  readonly output: Writable;
}

/**
 * Shows each fix by itself and asks about it. Answers what was decided, for a second run with the accepted fixes alone;
 * undefined where the person has interrupted (Ctrl+C). Where the input ends (Ctrl+D) what follows is left as it is.
 */
export async function askAbout(report: FixReport, asking: Asking): Promise<((proposal: Proposal) => Decision) | undefined> {
  const reader = lineReader(asking);
  const decisions = new Map<string, Decision>();
  let rest: boolean | undefined;
  try {
    for (const [index, applied] of report.fixes.entries()) {
      const decision = rest ?? (await askOne(reader, report, applied, { ...asking, number: index + 1 }));
      if (reader.interrupted()) return undefined;
      if (decision === 'all' || decision === 'none') rest = decision === 'all';
      decisions.set(nameOf(applied), decision === 'all' ? true : decision === 'none' ? false : decision);
    }
  } finally {
    reader.close();
  }
  return (proposal) => decisions.get(nameOf(proposal)) ?? false;
}

async function askOne(
  reader: LineReader,
  report: FixReport,
  applied: AppliedFix,
  options: Asking & QuestionOptions,
): Promise<Decision | 'all' | 'none'> {
  const { output, number } = options;
  let edits = applied.edits;
  const show = (): void => {
    for (const text of formatFixQuestion(applied, previewFix(report, { ...applied, edits }), report, options)) output.write(text);
  };
  show();
  for (;;) {
    const answer = await reader.ask(`Fix ${number} of ${report.fixes.length} [y,n,a,q,e,?]? `);
    switch (answer?.trim().toLowerCase()) {
      case 'y':
      case 'yes':
        return edits === applied.edits ? true : edits;
      case 'n':
      case 'no':
        return false;
      case 'a':
        return 'all';
      case undefined:
      case 'q':
        return 'none';
      case 'e':
        edits = await changedValues(reader, output, edits);
        show();
        break;
      default:
        output.write(help);
    }
  }
}

async function changedValues(reader: LineReader, output: Writable, edits: readonly Edit[]): Promise<readonly Edit[]> {
  if (edits.every(({ op }) => op === 'remove' || op === 'rename')) output.write('  This fix sets no value.\n');
  else output.write('  A new value in YAML, or nothing to keep it:\n');
  const changed: Edit[] = [];
  for (const edit of edits) {
    if (edit.op === 'remove' || edit.op === 'rename') changed.push(edit);
    else {
      const answer = await reader.ask(`  ${printable(formatPath(edit.path))} [${printable(JSON.stringify(edit.value))}]: `);
      const read = answer === undefined || answer.trim() === '' ? undefined : readDocument(answer, 1);
      if (read !== undefined && 'error' in read) output.write(`  not YAML, left as it was: ${printable(read.error)}\n`);
      changed.push(read === undefined || 'error' in read ? edit : { ...edit, value: read.value });
    }
  }
  return changed;
}

interface LineReader {
  /** A line; undefined where the input has ended. */
  ask(question: string): Promise<string | undefined>;
  interrupted(): boolean;
  close(): void;
}

/** Keeps lines that are typed, or pasted, before they are asked for. */
function lineReader({ input, output }: Pick<Asking, 'input' | 'output'>): LineReader {
  const lines = createInterface({ input, output, terminal: true, historySize: 0 });
  const early: string[] = [];
  let waiting: ((line: string | undefined) => void) | undefined;
  let isOpen = true;
  let isInterrupted = false;
  const give = (line: string | undefined): void => {
    waiting?.(line);
    waiting = undefined;
  };
  lines.on('line', (line) => (waiting === undefined ? early.push(line) : give(line)));
  lines.on('SIGINT', () => {
    isInterrupted = true;
    lines.close();
  });
  lines.on('close', () => {
    if (isOpen && waiting !== undefined) output.write('\n');
    isOpen = false;
    give(undefined);
  });
  return {
    ask(question) {
      if (early.length > 0) {
        output.write(`${question}${early[0]}\n`);
        return Promise.resolve(early.shift());
      }
      if (!isOpen) return Promise.resolve(undefined);
      lines.setPrompt(question);
      lines.prompt();
      return new Promise((resolve) => (waiting = resolve));
    },
    interrupted: () => isInterrupted,
    close: () => lines.close(),
  };
}

function nameOf({ control, file, fingerprint, safety, resource }: AppliedFix | Proposal): string {
  return [control, file, fingerprint, safety, resource.kind, resource.namespace ?? '', resource.name].join('\n');
}
