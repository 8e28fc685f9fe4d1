import type { ChangedRights, RightsChange, RightsDiffReport } from '../core/index.ts';
import { counted } from './outcome.ts';
import { heading, pageOf, type Page } from './page.ts';
import { printable } from './printable.ts';
import { briefChain, lines, ruleText, subjectText } from './rights-text.ts';

export interface RightsDiffTextOptions {
  readonly color: boolean;
  readonly width: number;
}

/** Who gains and loses what; `+` and `-` as in a diff. */
export function* formatRightsDiff(report: RightsDiffReport, options: RightsDiffTextOptions): Generator<string, void> {
  const page = pageOf({ ...options, all: true });
  const { changes } = report;
  const count = (list: (change: RightsChange) => readonly ChangedRights[]): number =>
    new Set(changes.filter((change) => list(change).length > 0).map(({ subject }) => subjectText(subject))).size;
  const [gaining, losing] = [count(({ gained }) => gained), count(({ lost }) => lost)];
  if (gaining + losing === 0) {
    yield 'nobody gains or loses anything\n';
    return;
  }
  for (const [index, { subject, namespace, gained, lost }] of changes.entries()) {
    const where = namespace === undefined ? '' : namespace === '' ? ' in a namespace that nobody says' : ` in namespace ${namespace}`;
    yield heading(`${subjectText(subject)}${printable(where)}`, page).slice(index === 0 ? 1 : 0);
    for (const change of gained) yield changeLines('+', change, page, page.colors.red);
    for (const change of lost) yield changeLines('-', change, page, page.colors.green);
  }
  yield `\n${[...(gaining === 0 ? [] : [`${counted(gaining, 'subject gains', 'subjects gain')} rights`]), ...(losing === 0 ? [] : [`${counted(losing, 'subject loses', 'subjects lose')} rights`])].join(', ')}\n`;
}

function changeLines(sign: string, { rule, chain }: ChangedRights, page: Page, color: (text: string) => string): string {
  return lines(`${sign} ${ruleText(rule)}`, page, 2, color) + briefChain(chain, page, 6);
}
