import type { PlannedChange, PlanReport } from '../../core/index.ts';
import { counted } from '../outcome.ts';
import { heading, pageOf, type Page } from '../page.ts';
import { printable } from '../printable.ts';
import { prose, type PathsTextOptions } from './paths-text.ts';

const risks: Readonly<Record<PlannedChange['risk'], string>> = {
  safe: 'keeps what the workload does',
  review: 'may change what the workload does',
  shown: 'needs a decision of a person',
};

/** The changes in the order to do them in, and the proof that no fewer would do. */
export function* formatPlanText(report: PlanReport, options: PathsTextOptions): Generator<string, void> {
  const page = pageOf(options);
  const { state, changes, unbreakable } = report;
  const way = `from ${report.from.length === 1 ? printable(report.from[0]!.title) : counted(report.from.length, 'entry', 'entries')} to ${report.goals
    .map(({ title }) => printable(title))
    .join(', ')}`;
  if (state === 'none') yield `No path ${way}: there is nothing to break.\n`;
  if (state === 'impossible' && unbreakable !== undefined) {
    yield heading(`No plan ${way}`, page);
    yield `\n  No known change breaks this path:\n\n     ${page.colors.bold(printable(unbreakable.steps[0]?.from.title ?? ''))}\n`;
    for (const { to, does } of unbreakable.steps) yield `     → ${page.colors.bold(printable(to.title))}\n${prose(does, page)}`;
  }
  if (state === 'planned') {
    yield heading(`${counted(changes.length, 'change')} that ${changes.length === 1 ? 'breaks' : 'break'} every path ${way}`, page);
    for (const [index, change] of changes.entries()) yield changeText(change, index + 1, page);
    yield* proofOf(report, page);
  }
  yield page.colors.dim(
    `${printable(report.source)}, Kubernetes ${report.kubernetesVersion}, ${counted(report.size.places, 'place')}, ${counted(report.size.steps, 'step')}\n`,
  );
}

function changeText({ what, object, file, line, control, risk, breaks, paths }: PlannedChange, number: number, page: Page): string {
  const { colors } = page;
  let text = `\n  ${colors.bold(`${number}`)}  ${colors.bold(printable(object))}\n`;
  text += prose(printable(what), page);
  if (file !== undefined) text += `       ${colors.cyan(printable(line === undefined ? file : `${file}:${line}`))}\n`;
  if (control !== undefined) text += prose(`control: ${control}`, page, colors.dim);
  text += prose(`${risks[risk]}: ${breaks}`, page, risk === 'safe' ? colors.green : colors.yellow);
  if (paths > 0) text += prose(`breaks ${counted(paths, 'path')} of the proof`, page, colors.dim);
  return text;
}

function* proofOf({ changes, proof, possible }: PlanReport, page: Page): Generator<string, void> {
  const { proven, fewest, left, paths } = proof;
  yield heading('Proof', page);
  yield '\n';
  const choice = proven
    ? `${counted(paths, 'path')}, of which each needs one of these changes, admit no better choice: the plan is the best there is`
    : `the best choice that was found; none has fewer than ${fewest} of ${counted(changes.length, 'change')}, and the search ended before it was proven`;
  yield prose(choice, page);
  yield prose(
    left === 0
      ? `carried out on a copy of what was read, they leave no path${possible ? ', nor one that depends on what was not read' : ' without an unknown step'}`
      : 'carried out on a copy of what was read, they leave a path: look again when they are done',
    page,
    left === 0 ? page.colors.green : page.colors.red,
  );
  yield '\n';
}
