import type { AttackPath, GoalPaths, PathEvidence, PathsReport, PathStep } from '../../core/index.ts';
import { counted } from '../outcome.ts';
import { heading, pageOf, type Page } from '../page.ts';
import { printable } from '../printable.ts';
import { wrapped } from '../wrap.ts';

export interface PathsTextOptions {
  readonly color: boolean;
  readonly width: number;
  /** Documents and everything that breaks a step. */
  readonly all: boolean;
  /** The command that breaks the paths that were found. */
  readonly nextCommand?: string;
}

const changesShown = 3;
/** They are only counted so far. */
const manyWays = 99;

/** The ways to each goal, step by step with what shows that they can be taken. */
export function* formatPathsText(report: PathsReport, options: PathsTextOptions): Generator<string, void> {
  const page = pageOf(options);
  for (const goal of report.goals) {
    yield heading(`To ${printable(goal.goal.title)}: ${countsOf(goal)}`, page);
    for (const [index, path] of goal.paths.entries()) {
      yield `\n  ${page.colors.bold(`${index + 1}`)}  ${kindOf(path, page)} ${page.colors.dim(`(${counted(path.steps.length, 'step')})`)}\n`;
      yield* stepsOf(path, page);
    }
    const left = goal.certain + goal.possible - goal.paths.length;
    if (left > 0)
      yield `\n  ${page.colors.dim(`and ${goal.more ? 'more than ' : ''}${counted(left, 'other path')} (--limit shows more)`)}\n`;
  }
  yield* closing(report, page);
  const some = report.goals.some(({ certain, possible }) => certain + possible > 0);
  if (some && options.nextCommand !== undefined) yield `next: ${page.colors.bold(printable(options.nextCommand))}\n`;
}

export function countsOf({ certain, possible, more }: Pick<GoalPaths, 'certain' | 'possible' | 'more'>): string {
  if (certain + possible === 0) return 'no path';
  const parts = [
    ...(certain > 0 ? [counted(certain, 'path')] : []),
    ...(possible > 0 ? [`${counted(possible, 'path')} that ${possible === 1 ? 'depends' : 'depend'} on what was not read`] : []),
  ];
  return `${more ? 'more than ' : ''}${parts.join(', ')}`;
}

function kindOf({ certain }: AttackPath, { colors }: Page): string {
  return certain ? colors.red('path') : colors.yellow('possible path: a step depends on what was not read');
}

function* stepsOf({ steps }: AttackPath, page: Page): Generator<string, void> {
  const { colors } = page;
  const [first] = steps;
  if (first !== undefined) yield `     ${colors.bold(printable(first.from.title))}\n`;
  for (const step of steps) yield stepText(step, page);
}

function stepText({ to, does, unknown, evidence, otherWays, attack, documents, brokenBy }: PathStep, page: Page): string {
  const { colors, all } = page;
  const ways = otherWays === 0 ? '' : otherWays >= manyWays ? ' (and in many other ways)' : ` (and in ${counted(otherWays, 'other way')})`;
  const ids = attack.length === 0 ? '' : ` [${attack.join(', ')}]`;
  let text = `     → ${colors.bold(printable(to.title))}\n`;
  text += prose(`${does}${ways}${ids}`, page);
  for (const each of evidence) text += evidenceText(each, page);
  for (const reason of unknown) text += prose(`unknown: ${printable(reason)}`, page, colors.yellow);
  const shown = all ? brokenBy : brokenBy.slice(0, changesShown);
  for (const change of shown) text += prose(`broken by: ${printable(change)}`, page, colors.green);
  if (all) for (const document of documents) text += prose(`see: ${document}`, page, colors.dim);
  return text;
}

function evidenceText({ what, file, line }: PathEvidence, page: Page): string {
  const { colors } = page;
  const where = file === undefined ? '' : `         ${colors.cyan(printable(line === undefined ? file : `${file}:${line}`))}\n`;
  return `${prose(printable(what), page, colors.dim)}${where}`;
}

export function prose(text: string, { width }: Page, color: (text: string) => string = String): string {
  return wrapped(text, width - 7)
    .map((line) => `       ${color(line)}\n`)
    .join('');
}

function* closing({ source, kubernetesVersion, from, goals, size }: PathsReport, page: Page): Generator<string, void> {
  const certain = goals.filter(({ certain: count }) => count > 0).length;
  const possible = goals.filter((goal) => goal.certain === 0 && goal.possible > 0).length;
  const entries = from.length === 1 ? printable(from[0]!.title) : counted(from.length, 'entry', 'entries');
  const parts = [
    certain > 0 ? page.colors.red(`${counted(certain, 'goal')} reached`) : '',
    possible > 0 ? page.colors.yellow(`${counted(possible, 'goal')} perhaps`) : '',
    goals.length - certain - possible > 0 ? page.colors.green(`${counted(goals.length - certain - possible, 'goal')} out of reach`) : '',
  ].filter((part) => part !== '');
  yield `\nFrom ${entries}: ${parts.join(' · ')}\n`;
  yield page.colors.dim(
    `${printable(source)}, Kubernetes ${kubernetesVersion}, ${counted(size.places, 'place')}, ${counted(size.steps, 'step')}\n`,
  );
}
