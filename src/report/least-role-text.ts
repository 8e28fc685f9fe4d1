import type { LeastRoleReport, ObservedNeed, UnusedRights } from '../core/index.ts';
import { counted } from './outcome.ts';
import { heading, pageOf, type Page } from './page.ts';
import { printable } from './printable.ts';
import { chainLines, lines, ruleText, subjectText, tallied, throughText } from './rights-text.ts';

export interface LeastRoleTextOptions {
  readonly color: boolean;
  readonly width: number;
  readonly all: boolean;
}

/** How long a log lasts, of the two largest units: `3 days 4 hours`. */
export function durationText(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  const units = [
    [Math.floor(minutes / 1440), 'day'],
    [Math.floor(minutes / 60) % 24, 'hour'],
    [minutes % 60, 'minute'],
  ] as const;
  const first = units.findIndex(([count]) => count > 0);
  if (first === -1) return 'less than a minute';
  return units
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, noun]) => counted(count, noun))
    .join(' ');
}

function windowText({ log: { from, to } }: LeastRoleReport): string | undefined {
  return from === undefined || to === undefined ? undefined : durationText(Date.parse(to) - Date.parse(from));
}

/** What stands above the generated objects, a sentence each. */
export function leastRoleHead(report: LeastRoleReport): string[] {
  const { subject, log, requests, forEverybody, denied } = report;
  const { from, to } = log;
  const window = windowText(report);
  const when = window === undefined ? 'at times that the log does not say' : `in ${window}, from ${minute(from)} to ${minute(to)}`;
  const everybodys = forEverybody.reduce((sum, { count }) => sum + count, 0);
  return [
    `What ${subjectText(subject)} was seen to use: ${counted(requests.allowed, 'request')} ${when}.`,
    'Nothing that it does less often is in it: read it before you apply it.',
    ...(everybodys === 0 ? [] : [`Left out: ${counted(everybodys, 'request')} that Kubernetes permits everybody.`]),
    ...(requests.denied === 0
      ? []
      : [
          `Refused, and not granted: ${denied.slice(0, 5).map(needText).join('; ')}${denied.length > 5 ? `; and ${denied.length - 5} more` : ''}.`,
        ]),
  ];
}

function minute(time: string | undefined): string {
  return `${(time ?? '').slice(0, 16).replace('T', ' ')} UTC`;
}

function needText({ verb, group, resource, url, names, namespace }: ObservedNeed): string {
  const rule = { verbs: [verb], apiGroups: group === undefined ? [] : [group], resources: resource === undefined ? [] : [resource] };
  const text = ruleText({ ...rule, resourceNames: names, nonResourceURLs: url === undefined ? [] : [url] });
  return namespace === undefined ? text : printable(`${text} in namespace ${namespace}`);
}

const mostShown = 8;

/** What the roles leave open, for whoever is about to apply them. */
export function* formatLeastRole(report: LeastRoleReport, options: LeastRoleTextOptions): Generator<string, void> {
  const page = pageOf(options);
  const { objects, requests, denied, remarks, removable, log } = report;
  const window = windowText(report);
  const roles = objects.filter(({ kind }) => kind === 'Role').length;
  const cluster = objects.some(({ kind }) => kind === 'ClusterRole');
  const made = [...(roles === 0 ? [] : [counted(roles, 'Role')]), ...(cluster ? ['a ClusterRole'] : [])].join(' and ');
  const seen = `${counted(requests.allowed, 'request')}${window === undefined ? '' : ` in ${window}`}`;
  yield lines(`${subjectText(report.subject)}: ${seen}, ${made === '' ? 'none of which needs a role' : made}`, page, 0);
  if (window === undefined) yield lines('no event says when it was: nobody can tell how long was observed', page, 2);
  if (requests.starred > 0)
    yield lines(`${counted(requests.starred, 'request')} for what is called "*": no rule permits only that`, page, 2);
  for (const remark of remarks) yield lines(printable(remark), page, 2);
  if (denied.length > 0) {
    yield heading(`Refused, and not granted: ${requests.denied}`, page);
    const shown = page.all || denied.length <= mostShown + 1 ? denied : denied.slice(0, mostShown);
    for (const need of shown) yield tallied(need.count, needText(need), page);
    if (shown.length < denied.length) yield `         and ${denied.length - shown.length} more (--all lists them)\n`;
  }
  if (removable !== undefined) yield* unused(report, removable, window, page);
  const { length } = log.unread;
  if (length > 0) yield heading(`Could not be read: ${log.unread.reduce((sum, { count }) => sum + count, 0)}`, page);
  for (const { file, line, reason, count } of page.all ? log.unread : log.unread.slice(0, mostShown))
    yield tallied(count, `${printable(reason)}, ${count === 1 ? '' : 'first '}${printable(file)}:${line}`, page);
  if (!page.all && length > mostShown) yield `         and ${length - mostShown} more (--all lists them)\n`;
}

function* unused(report: LeastRoleReport, list: readonly UnusedRights[], window: string | undefined, page: Page): Generator<string, void> {
  const during = window === undefined ? '' : ` in ${window}`;
  if (list.length === 0) {
    yield lines(`everything that it is granted was used${during}`, page, 2);
    return;
  }
  yield heading(`Granted, and not used${during}`, page);
  const shown = page.all || list.length <= mostShown + 1 ? list : list.slice(0, mostShown);
  for (const { chain, unused: rules, wider } of shown) {
    yield `\n${chainLines(chain, page, { through: throughText(chain, report.subject) })}`;
    for (const rule of rules) yield lines(`${page.colors.yellow('removable')}  ${ruleText(rule)}`, page, 4);
    for (const { granted, used } of wider)
      yield lines(`${page.colors.yellow('wider')}      ${ruleText(granted)}: only ${used.map(ruleText).join('; ')} was used`, page, 4);
  }
  if (shown.length < list.length) yield `\n  and ${counted(list.length - shown.length, 'more rule')} (--all lists them)\n`;
}
