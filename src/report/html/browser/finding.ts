import { findingAt, pageFixes, pageSeverities, pageVerdicts, type PageData } from '../page-data.ts';
import { disclosure, element } from './element.ts';

/** One finding: what and where; opened, why and how to repair it. */
export function findingElement(data: PageData, row: number): HTMLDetailsElement {
  const severity = pageSeverities[findingAt(data, row, 'severity')]!;
  const verdict = pageVerdicts[findingAt(data, row, 'verdict')]!;
  const waived = findingAt(data, row, 'waiver') > 0;
  const text = (column: 'message' | 'file' | 'container' | 'path'): string => data.texts[findingAt(data, row, column)]!;
  const line = findingAt(data, row, 'line');
  const place = data.live ? text('file') : `${text('file')}:${line}`;
  const object = data.texts[data.objects[findingAt(data, row, 'object')]!.title]!;
  const badge = verdict === 'fail' ? severity : verdict;
  const summary = element(
    'summary',
    { 'data-stop': '' },
    element('span', { class: `badge ${badge}` }, badge),
    element('span', { class: 'message' }, text('message')),
    ...(waived ? [element('span', { class: 'badge waived' }, 'waived')] : []),
    element('span', { class: 'where' }, place),
    element('span', { class: 'object' }, object),
  );
  return disclosure({ class: `finding${waived ? ' is-waived' : ''}` }, summary, () => [body(data, row, severity)]);
}

function body(data: PageData, row: number, severity: string): HTMLElement {
  const { id, title, why, remedy, risk, codes } = data.controls[findingAt(data, row, 'control')]!;
  const fix = pageFixes[findingAt(data, row, 'fix')]!;
  const object = findingAt(data, row, 'object');
  const container = data.texts[findingAt(data, row, 'container')]!;
  const path = data.texts[findingAt(data, row, 'path')]!;
  const waiver = waiverText(data, row);
  const facts: [string, (Node | string)[]][] = [];
  if (waiver !== '') facts.push(['Waived', [waiver]]);
  if (why !== '') facts.push(['Why', [why]]);
  facts.push(['Repair', repair(id, fix, remedy, risk)]);
  facts.push(['Asked for by', codes.flatMap((code) => [element('a', { href: `#ledger/${encodeURIComponent(code)}` }, code), ' '])]);
  facts.push(['Object', [element('a', { href: `#findings?object=${object}` }, data.texts[data.objects[object]!.title]!)]]);
  if (container !== '') facts.push(['Container', [element('code', {}, container)]]);
  if (path !== '') facts.push(['Field', [element('code', {}, path)]]);
  facts.push([
    'Control',
    [
      element('code', {}, id),
      ` (${severity}) `,
      element('a', { href: `#findings?${new URLSearchParams({ control: id }).toString()}` }, 'all its findings'),
    ],
  ]);
  return element(
    'div',
    { class: 'body' },
    element('p', { class: 'control' }, title),
    element('dl', {}, ...facts.map(([name, parts]) => element('div', {}, element('dt', {}, name), element('dd', {}, ...parts)))),
  );
}

/** Who answers for it, why and until when; empty where nobody does. */
export function waiverText(data: PageData, row: number): string {
  const waiver = data.waivers[findingAt(data, row, 'waiver') - 1];
  if (waiver === undefined) return '';
  const { reason, owner, until, ticket, place } = waiver;
  return `${reason} (${owner}, until ${until}${ticket === '' ? '' : `, ${ticket}`}; ${place})`;
}

/** What to do: a command where a machine can, else what a person does. */
function repair(id: string, fix: (typeof pageFixes)[number], remedy: string, risk: string): (Node | string)[] {
  const more = element('code', {}, `plimsoll explain ${id}`);
  if (fix === '') return remedy === '' ? [more, ' says what to do'] : [`${remedy.replace(/\.$/, '')}. More: `, more];
  const command = element('code', {}, `plimsoll fix --only ${id}`);
  const says = {
    safe: [command, ' repairs it; what runs goes on running. '],
    review: [command, ' shows the change; look at it before it is applied. '],
    shown: [command, ' shows a change that a person completes. '],
  }[fix];
  return [...says, ...(risk === '' ? [] : [`Risk: ${risk}. `]), 'More: ', more];
}
