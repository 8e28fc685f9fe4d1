import { groupBy, type PermissionsReport, type RightsChain } from '../core/index.ts';
import { counted } from './outcome.ts';
import { heading, pageOf, type Page } from './page.ts';
import { isOfKubernetes, lines, objectText, placeText, ruleText, subjectText, throughText } from './rights-text.ts';
import { placeHeading, unknownLines } from './who-can-text.ts';

export interface PermissionsTextOptions {
  readonly color: boolean;
  readonly width: number;
  /** Also what Kubernetes itself gives. */
  readonly system: boolean;
}

/** What somebody may do, everywhere and namespace by namespace, below the binding that gives it. */
export function* formatPermissions(report: PermissionsReport, options: PermissionsTextOptions): Generator<string, void> {
  const page = pageOf({ ...options, all: true });
  const { subject, groups, chains, privileged, unknown } = report;
  yield lines(subjectText(subject), page, 0, page.colors.bold);
  if (groups.length > 0) yield lines(`also as ${groups.map((name) => subjectText({ kind: 'Group', name })).join(', ')}`, page, 2);
  if (privileged) yield lines('may do everything: RBAC is not asked about members of system:masters', page, 2);
  const shown = options.system ? chains : chains.filter((chain) => !isOfKubernetes([chain]));
  if (shown.length === 0) yield lines('no binding gives it more than Kubernetes gives everybody', page, 2);
  for (const [namespace, list] of groupBy(shown, ({ namespace: where }) => where)) {
    yield heading(placeHeading(namespace), page);
    for (const ofBinding of groupBy(list, ({ binding, role }) => `${objectText(binding)} ${objectText(role)}`).values())
      yield bindingLines(ofBinding, report, page);
  }
  if (shown.length < chains.length)
    yield `\n${lines(`and ${counted(chains.length - shown.length, 'rule')} that Kubernetes itself gives (--system)`, page, 0)}`;
  yield* unknownLines(unknown, page);
}

function bindingLines(chains: readonly RightsChain[], { subject }: PermissionsReport, page: Page): string {
  const [first] = chains;
  if (first === undefined) return '';
  const { binding, role } = first;
  const head = lines(`${objectText(binding)} → ${objectText(role)}${throughText(first, subject)}`, page, 2);
  const place = placeText(binding);
  // Variants of a manifest say the same again.
  const distinct = [...groupBy(chains, ({ rule }) => ruleText(rule)).values()].map((list) => list[0]!);
  const rules = distinct.map(({ rule, source }) => {
    const at = [source === undefined ? '' : `from ${objectText(source)}`, rule.file === undefined ? '' : placeText(rule)]
      .filter((text) => text !== '')
      .join('  ');
    return lines(ruleText(rule), page, 4) + (at === '' ? '' : `      ${page.colors.cyan(at)}\n`);
  });
  return `${head}${place === '' ? '' : `    ${page.colors.cyan(place)}\n`}${rules.join('')}`;
}
