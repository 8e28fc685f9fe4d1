import type { CanReport, RightsMiss } from '../core/index.ts';
import { counted } from './outcome.ts';
import { pageOf, type Page } from './page.ts';
import { printable } from './printable.ts';
import { chainLines, lines, requestText, subjectText, throughText } from './rights-text.ts';

export interface CanTextOptions {
  readonly color: boolean;
  readonly width: number;
  /** Every way, and everything that misses it by a little. */
  readonly explain: boolean;
}

/** The answer in a sentence, and what it stands on. */
export function* formatCan(report: CanReport, options: CanTextOptions): Generator<string, void> {
  const page = pageOf({ ...options, all: options.explain });
  const { bold, green, red, magenta } = page.colors;
  const { answer, subject, groups, because, chains, misses, namespaces } = report;
  const who = `${subjectText(subject)}${groups.length === 0 ? '' : ` as member of ${printable(groups.join(', '))}`}`;
  const what = `${requestText(report.request)}${whereText(report)}`;
  if (answer === 'yes') yield lines(`yes, ${who} may ${what}`, page, 0, (text) => text.replace(/^yes/, bold(green('yes'))));
  else if (answer === 'no') yield lines(`no, ${who} may not ${what}`, page, 0, (text) => text.replace(/^no/, bold(red('no'))));
  else yield lines(`unknown whether ${who} may ${what}`, page, 0, (text) => text.replace(/^unknown/, bold(magenta('unknown'))));
  if (because !== undefined) yield lines(printable(because), page, 2);
  const ways = options.explain ? chains : chains.slice(0, 1);
  for (const chain of ways) yield (options.explain ? '\n' : '') + chainLines(chain, page, { through: throughText(chain, subject) });
  if (ways.length < chains.length) yield `  and ${counted(chains.length - ways.length, 'more way')} (--explain)\n`;
  if (answer === 'yes') return;
  if (namespaces.length > 0) yield lines(`but it may in ${namespacesText(namespaces, options.explain)}`, page, 2);
  yield* nearest(report, namespaces.length > 0 ? misses.filter(({ differs }) => differs !== 'namespace') : misses, page);
}

function* nearest({ subject }: CanReport, misses: readonly RightsMiss[], page: Page): Generator<string, void> {
  const shown = page.all ? misses : misses.slice(0, 1);
  for (const { chain, because } of shown) {
    yield `${page.all ? '\n' : ''}${lines(`near: ${printable(because)}`, page, 2)}`;
    yield chainLines(chain, page, { indent: 4, through: throughText(chain, subject) });
  }
  if (shown.length < misses.length)
    yield `  and ${counted(misses.length - shown.length, 'other near miss', 'other near misses')} (--explain)\n`;
}

function whereText({ request, everywhere }: CanReport): string {
  if ('url' in request) return '';
  if (request.namespace !== undefined) return printable(` in namespace ${request.namespace}`);
  return everywhere ? ' in all namespaces' : '';
}

const mostNamespaces = 6;

function namespacesText(namespaces: readonly string[], all: boolean): string {
  const shown = all || namespaces.length <= mostNamespaces + 1 ? namespaces : namespaces.slice(0, mostNamespaces);
  const names = shown.map((name) => (name === '' ? 'one that nobody says' : name)).join(', ');
  const more = namespaces.length > shown.length ? ` and ${namespaces.length - shown.length} more` : '';
  return printable(`${namespaces.length === 1 ? 'namespace' : 'namespaces'} ${names}${more}`);
}
