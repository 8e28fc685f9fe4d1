import type { GrantsReport, HeldRight, RightsHolder } from '../core/index.ts';
import { counted } from './outcome.ts';
import { heading, pageOf, severityColor, type Page } from './page.ts';
import { printable } from './printable.ts';
import { briefChains, chainLines, isOfKubernetes, lines, subjectText } from './rights-text.ts';
import { unknownLines, type HoldersTextOptions } from './who-can-text.ts';

/** Who holds what the guidance warns of. Who may do everything is not listed again for each of its parts. */
export function* formatGrants(report: GrantsReport, options: HoldersTextOptions): Generator<string, void> {
  const page = pageOf({ ...options, all: options.explain });
  const isShown = ({ chains }: RightsHolder): boolean => options.system || !isOfKubernetes(chains);
  const everything = report.rights.find(({ id }) => id === 'everything')?.holders ?? [];
  const masters = new Set(everything.map(holderKey));
  const isMaster = ({ subject, namespace }: RightsHolder): boolean =>
    masters.has(holderKey({ subject })) || masters.has(holderKey({ subject, ...(namespace === undefined ? {} : { namespace }) }));
  let hidden = 0;
  let shownRights = 0;
  for (const right of report.rights) {
    const others = right.id === 'everything' ? right.holders : right.holders.filter((holder) => !isMaster(holder));
    const shown = others.filter(isShown);
    hidden += others.length - shown.length;
    if (shown.length === 0) continue;
    shownRights++;
    yield* rightLines(right, shown, page, shownRights === 1);
  }
  if (shownRights === 0) yield 'nobody holds what the guidance warns of\n';
  else if (everything.some(isShown))
    yield `\n${lines('Who may do everything is listed once, and holds all the other rights too.', page, 0)}`;
  if (hidden > 0) yield `\n${lines(`and ${counted(hidden, 'holder')} to whom Kubernetes itself gives it (--system)`, page, 0)}`;
  yield* unknownLines(report.unknown, page);
}

function holderKey({ subject, namespace }: Pick<RightsHolder, 'subject' | 'namespace'>): string {
  return JSON.stringify([subject, namespace ?? null]);
}

function* rightLines(
  { title, why, severity, codes }: HeldRight,
  holders: readonly RightsHolder[],
  page: Page,
  first: boolean,
): Generator<string, void> {
  const { colors } = page;
  yield heading(`May ${title}: ${holders.length}`, page).slice(first ? 1 : 0);
  yield `  ${severityColor(colors, severity)(severity)}${codes.length === 0 ? '' : colors.dim(`  ${codes.join(' ')}`)}\n`;
  yield lines(why, page, 2, colors.dim);
  for (const { subject, namespace, chains } of holders) {
    const where =
      namespace === undefined ? '' : namespace === '' ? ' in a namespace that nobody says' : printable(` in namespace ${namespace}`);
    yield `\n${lines(`${colors.bold(subjectText(subject))}${where}`, page, 2)}`;
    if (page.all) for (const chain of chains) yield chainLines(chain, page, { indent: 4 });
    else yield* briefChains(chains, page, 4);
  }
}
