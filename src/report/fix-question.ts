import type { AppliedFix, FileRepair, FixReport } from '../core/index.ts';
import { conflictText, shownHunks, type FixTextOptions } from './fix-text.ts';
import { heading, labelled, pageOf, placed, resourceName } from './page.ts';
import { printable } from './printable.ts';

export interface QuestionOptions extends Pick<FixTextOptions, 'color' | 'width' | 'control'> {
  /** Counted from 1. */
  readonly number: number;
}

/** One fix of a report as a person is asked about it: what it is for, what it may break, and what it changes by itself. */
export function* formatFixQuestion(
  fix: AppliedFix,
  repairs: readonly FileRepair[],
  report: FixReport,
  options: QuestionOptions,
): Generator<string, void> {
  const page = pageOf({ ...options, all: false });
  const { control, codes, safety, risk, file, line, message, resource } = fix;
  const title = options.control(control)?.title ?? control;
  yield heading(`Fix ${options.number} of ${report.fixes.length}: ${resourceName(resource)}`, page);
  yield `\n${labelled(safety, printable(title), page, safety === 'safe' ? page.colors.green : page.colors.yellow)}`;
  yield placed(`${printable(file)}:${line}`, `${control} ${codes.join(' ')}`, page);
  yield labelled('found', printable(message), page, page.colors.dim);
  if (safety !== 'safe' && risk !== '') yield labelled('risk', printable(risk), page, page.colors.dim);
  if (fix.recreates !== undefined)
    yield labelled('note', `needs re-creation of the object: ${printable(fix.recreates.join(', '))}`, page, page.colors.dim);
  if (fix.conflicts !== undefined) yield conflictText(fix.conflicts, page);
  for (const repair of repairs) {
    if (repair.file !== file) yield `\n  ${page.colors.bold(printable(repair.file))}${repair.before === undefined ? ' (new)' : ''}\n`;
    yield* shownHunks(repair, report, page);
  }
  yield '\n';
}
