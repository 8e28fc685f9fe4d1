import { createInterface, type Interface } from 'node:readline/promises';
import { formatPath, type AppliedFix, type Edit, type FixReport, type Proposal } from '../core/index.ts';
import { readDocument } from '../kube/yaml/index.ts';
import { previewFix } from '../library/fix.ts';
import { OptionError } from '../options/option-error.ts';
import { printable } from '../report/printable.ts';
import { unifiedDiff } from '../report/unified-diff.ts';

const help = `  y  accept this fix            a  accept this and all that follow
  n  leave it                   q  leave this and all that follow
  e  change its values first    ?  this help
`;

type Decision = boolean | readonly Edit[];

/**
 * Shows each fix by itself and asks about it. Answers what was decided, for a second run with the accepted fixes alone.
 * @throws OptionError where nobody is there to ask.
 */
export async function askAbout(report: FixReport): Promise<(proposal: Proposal) => Decision> {
  if (!process.stdin.isTTY) throw new OptionError(['--interactive needs a terminal', 'leave it out, or use --write']);
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const decisions = new Map<string, Decision>();
  let rest: boolean | undefined;
  // The end of the input (Ctrl+D) and an interruption leave what follows as it is.
  lines.once('close', () => (rest ??= false));
  try {
    for (const [index, applied] of report.fixes.entries()) {
      const decision: Decision | 'all' | 'none' = rest ?? (await askOne(lines, report, applied, `${index + 1} of ${report.fixes.length}`));
      if (decision === 'all' || decision === 'none') rest = decision === 'all';
      decisions.set(nameOf(applied), decision === 'all' ? true : decision === 'none' ? false : decision);
    }
  } finally {
    lines.close();
  }
  return (proposal) => decisions.get(nameOf(proposal)) ?? false;
}

async function askOne(lines: Interface, report: FixReport, applied: AppliedFix, count: string): Promise<Decision | 'all' | 'none'> {
  let edits = applied.edits;
  const show = (): void => {
    const { control, message, risk, safety, file, line } = applied;
    process.stderr.write(`\n${printable(`${file}:${line}`)}: ${printable(message)}\n${control}${safety === 'safe' ? '' : `: ${risk}`}\n`);
    for (const hunk of unifiedDiff(previewFix(report, { ...applied, edits })))
      for (const text of hunk.trimEnd().split('\n')) process.stderr.write(`${printable(text)}\n`);
  };
  show();
  for (;;) {
    const answer = (await question(lines, `Fix ${count} [y,n,a,q,e,?]? `))?.trim().toLowerCase();
    if (answer === undefined || answer === 'q') return 'none';
    if (answer === 'y') return edits === applied.edits ? true : edits;
    if (answer === 'n') return false;
    if (answer === 'a') return 'all';
    if (answer !== 'e') {
      process.stderr.write(help);
      continue;
    }
    edits = await changedValues(lines, edits);
    show();
  }
}

/** Undefined where the input has ended. */
async function question(lines: Interface, text: string): Promise<string | undefined> {
  const ended = new Promise<undefined>((resolve) => lines.once('close', () => resolve(undefined)));
  return Promise.race([lines.question(text), ended]);
}

async function changedValues(lines: Interface, edits: readonly Edit[]): Promise<readonly Edit[]> {
  const changed: Edit[] = [];
  for (const edit of edits) {
    if (edit.op === 'remove') changed.push(edit);
    else {
      const answer = await question(lines, `  ${printable(formatPath(edit.path))} [${printable(JSON.stringify(edit.value))}]: `);
      const read = answer === undefined || answer.trim() === '' ? undefined : readDocument(answer, 1);
      if (read !== undefined && 'error' in read) process.stderr.write(`  not YAML, left as it was: ${printable(read.error)}\n`);
      changed.push(read === undefined || 'error' in read ? edit : { ...edit, value: read.value });
    }
  }
  return changed;
}

function nameOf({ control, file, fingerprint, safety, resource }: AppliedFix | Proposal): string {
  return [control, file, fingerprint, safety, resource.kind, resource.namespace ?? '', resource.name].join('\n');
}
