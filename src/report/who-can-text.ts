import type { RightsHolder, RightsObject, WhoCanReport } from '../core/index.ts';
import { counted } from './outcome.ts';
import { heading, pageOf, type Page } from './page.ts';
import { printable } from './printable.ts';
import { briefChains, chainLines, isOfKubernetes, lines, requestText, subjectText } from './rights-text.ts';

export interface HoldersTextOptions {
  readonly color: boolean;
  readonly width: number;
  /** With the rules themselves. */
  readonly explain: boolean;
  /** Also those to whom Kubernetes itself gives it. */
  readonly system: boolean;
}

/** Everybody who may do it, everywhere and namespace by namespace. */
export function* formatWhoCan(report: WhoCanReport, options: HoldersTextOptions): Generator<string, void> {
  const page = pageOf({ ...options, all: options.explain });
  const { request, everywhere, holders, unknown } = report;
  const shown = options.system ? holders : holders.filter((holder) => !isOfKubernetes(holder.chains));
  const subjects = new Set(shown.map(({ subject }) => subjectText(subject))).size;
  const where =
    'url' in request || (request.namespace === undefined && !everywhere)
      ? ''
      : everywhere
        ? ', in all namespaces or in some'
        : ` in namespace ${printable(request.namespace ?? '')}`;
  const who = subjects === 0 ? 'nobody' : counted(subjects, 'subject');
  yield lines(`${who} may ${requestText(request)}${subjects === 0 && everywhere ? ' in any namespace' : where}`, page, 0);
  yield* holderLines(shown, page, everywhere || shown.some(({ namespace }) => namespace !== undefined));
  if (shown.length < holders.length)
    yield `\n${lines(`and ${counted(holders.length - shown.length, 'subject')} to whom Kubernetes itself gives it (--system)`, page, 0)}`;
  yield* unknownLines(unknown, page);
}

/** Holders by where they hold something. */
function* holderLines(holders: readonly RightsHolder[], page: Page, headed: boolean): Generator<string, void> {
  let last: string | undefined | null = null;
  for (const { subject, namespace, chains } of holders) {
    if (headed && namespace !== last) yield heading(placeHeading(namespace), page);
    if (!headed || namespace === last) yield page.all ? '\n' : '';
    last = namespace;
    yield lines(subjectText(subject), page, 2, page.colors.bold);
    if (page.all) for (const chain of chains) yield chainLines(chain, page, { indent: 4 });
    else yield* briefChains(chains, page, 4);
  }
}

export function placeHeading(namespace: string | undefined): string {
  if (namespace === undefined) return 'Everywhere';
  return namespace === '' ? 'In a namespace that nobody says' : printable(`Namespace ${namespace}`);
}

/** Bindings whose role was not read: they may give it too. */
export function* unknownLines(unknown: readonly RightsObject[], page: Page): Generator<string, void> {
  if (unknown.length === 0) return;
  const [first] = unknown;
  const more = unknown.length === 1 ? '' : ` and ${unknown.length - 1} more`;
  yield `\n${lines(`unknown: what ${printable(`${first?.kind} ${first?.name}`)}${more} give${unknown.length === 1 ? 's' : ''}, because the role was not read`, page, 0)}`;
}
