import { findingAt, findingCount, pageSeverities, type PageData } from '../page-data.ts';
import { groupsOf, selected, type Group } from '../page-select.ts';
import { groupings, unfiltered, type State } from '../page-state.ts';
import { byId, counted, element, inPortions } from './element.ts';
import { findingElement, waiverText } from './finding.ts';

/** More than this goes on no paper; how many are left out is printed. */
export const mostPrinted = 2000;

/** Shows the findings of a state and the filters as they stand. */
export function showFindings(data: PageData, state: State): void {
  const { rows, counts } = selected(data, state);
  const total = findingCount(data);
  byId('finding-status').textContent = `${rows.length.toLocaleString('en')} of ${counted(total, 'finding')} shown`;

  for (const chip of document.querySelectorAll<HTMLElement>('[data-severity]')) {
    const severity = chip.dataset['severity']!;
    chip.setAttribute('aria-pressed', String(state.severity.includes(severity)));
    chip.querySelector('.count')!.textContent = (counts.severity.get(severity) ?? 0).toLocaleString('en');
  }
  const anyVerdict = [...counts.verdict.values()].reduce((sum, count) => sum + count, 0);
  const titles = new Map(data.chapters.map(({ code, title }) => [code, `${code} ${title}`]));
  for (const chip of document.querySelectorAll<HTMLElement>('[data-verdict]')) {
    const verdict = chip.dataset['verdict']!;
    chip.setAttribute('aria-pressed', String(state.verdict === verdict));
    chip.querySelector('.count')!.textContent = (verdict === 'any' ? anyVerdict : (counts.verdict.get(verdict) ?? 0)).toLocaleString('en');
  }
  const all: Choice = ['', 'all', undefined];
  if (data.fleet) choices('cluster', state.cluster, [all, ...sortedChoices(counts.cluster, state.cluster)]);
  choices('chapter', state.chapter, [
    all,
    ...data.chapters.flatMap(({ code }) => counted1(counts.chapter, code, titles.get(code)!, state.chapter)),
  ]);
  choices('namespace', state.namespace, [all, ...sortedChoices(counts.namespace, state.namespace)]);
  choices('kind', state.kind, [all, ...sortedChoices(counts.kind, state.kind)]);
  choices('waived', state.waived, [
    ['', 'with waived ones', undefined],
    ['no', 'without waived ones', counts.waived.get('no') ?? 0],
    ['only', 'waived ones alone', counts.waived.get('only') ?? 0],
  ]);
  choices(
    'group',
    state.group,
    groupings.map((each): Choice => [each, each, undefined]),
  );
  const search = byId('q') as HTMLInputElement;
  if (search.value !== state.q) search.value = state.q;
  const narrowed = [state.cluster, state.chapter, state.namespace, state.kind, state.waived].filter((each) => each !== '').length;
  byId('choices').querySelector('summary')!.textContent = narrowed === 0 ? 'More filters' : `More filters (${narrowed} set)`;
  showLinked(data, state);
  byId('clear').hidden = JSON.stringify({ ...state, ...unfiltered }) === JSON.stringify(state);
  showList(data, state, rows);
}

type Choice = readonly [value: string, text: string, count: number | undefined];

function counted1(counts: ReadonlyMap<string, number>, value: string, text: string, chosen: string): Choice[] {
  const count = counts.get(value) ?? 0;
  return count > 0 || value === chosen ? [[value, text, count]] : [];
}

function sortedChoices(counts: ReadonlyMap<string, number>, chosen: string): Choice[] {
  const values = new Set(counts.keys());
  if (chosen !== '') values.add(chosen);
  return [...values].sort().map((value) => [value, value, counts.get(value) ?? 0]);
}

function choices(id: string, chosen: string, entries: readonly Choice[]): void {
  const select = byId(id) as HTMLSelectElement;
  select.replaceChildren(
    ...entries.map(([value, text, count]) =>
      element('option', { value }, count === undefined ? text : `${text} (${count.toLocaleString('en')})`),
    ),
  );
  select.value = chosen;
}

/** Filters that came with a link, each with a button that takes it away. */
function showLinked(data: PageData, { code, control, object }: State): void {
  const titled = object === '' ? undefined : data.objects[Number(object)];
  const parts: [string, string][] = [];
  if (code !== '') parts.push(['code', code]);
  if (control !== '') parts.push(['control', control]);
  if (object !== '') parts.push(['object', titled === undefined ? 'no object of this report' : data.texts[titled.title]!]);
  byId('active').replaceChildren(
    ...parts.map(([name, text]) =>
      element(
        'li',
        {},
        element(
          'button',
          { type: 'button', 'data-remove': name, 'aria-label': `Remove filter ${text}` },
          text,
          element('span', { 'aria-hidden': 'true' }, ' ×'),
        ),
      ),
    ),
  );
}

function showList(data: PageData, state: State, rows: readonly number[]): void {
  const list = byId('finding-list');
  list.replaceChildren();
  byId('finding-print').textContent = '';
  if (rows.length === 0) {
    list.append(nothing(state));
    return;
  }
  const groups = groupsOf(data, rows, state.group);
  inPortions(list, groups, (group) => groupElement(data, state, group, groups.length === 1 ? 50 : 4), {
    first: 20,
    next: 20,
    noun: 'group',
    eager: true,
  });
}

function nothing(state: State): HTMLElement {
  const filtered = JSON.stringify({ ...state, ...unfiltered }) !== JSON.stringify(state);
  const text = filtered ? 'No finding is as the filters ask for.' : 'Nothing fails.';
  return element('p', { class: 'empty' }, `${text} `, element('a', { href: '#findings?verdict=unknown' }, 'Show what is not known'));
}

function groupElement(data: PageData, { group: by }: State, group: Group, first: number): HTMLElement {
  const section = element('section', { class: `group by-${by}` });
  section.append(...groupHead(data, by, group));
  const list = element('div', { class: 'list' });
  section.append(list);
  inPortions(list, group.rows, (row) => findingElement(data, row), { first, next: 100, noun: 'finding', eager: false });
  return section;
}

function groupHead(data: PageData, by: State['group'], { key, worst, rows }: Group): HTMLElement[] {
  const severity = pageSeverities[worst]!;
  const badge = element('span', { class: `badge ${severity}` }, severity);
  const count = element('span', { class: 'hint' }, counted(rows.length, 'finding'));
  const head = (...parts: (Node | string)[]): HTMLElement => element('h3', {}, badge, element('span', { class: 'name' }, ...parts), count);
  if (by === 'severity') return [head()];
  if (by === 'object') {
    const file = data.texts[findingAt(data, rows[0]!, 'file')]!;
    return [head(data.texts[data.objects[key]!.title]!, ' ', element('span', { class: 'where' }, file))];
  }
  if (by === 'file') return [head(element('span', { class: 'where' }, data.texts[key]!))];
  const { id, title, why, codes } = data.controls[key]!;
  const about = element('p', { class: 'about' }, why, ' ');
  for (const code of codes) about.append(element('a', { href: `#ledger/${encodeURIComponent(code)}` }, code), ' ');
  return [head(title, ' ', element('code', {}, id)), about];
}

/** Lays the findings out for paper: none behind a button, and what to do once for each control. */
export function printFindings(data: PageData, state: State): void {
  const { rows } = selected(data, state);
  const groups = groupsOf(data, rows, state.group);
  const list = byId('finding-list');
  list.replaceChildren(...(rows.length === 0 ? [nothing(state)] : []));
  let left = mostPrinted;
  for (const group of groups) {
    if (left === 0) break;
    const section = element('section', { class: 'group' }, ...groupHead(data, state.group, group));
    const { remedy, risk } = data.controls[findingAt(data, group.rows[0]!, 'control')]!;
    const [label, advice] = remedy === '' ? ['Risk of the fix: ', risk] : ['Repair: ', remedy];
    if (state.group === 'control' && advice !== '') section.append(element('p', { class: 'about' }, element('strong', {}, label), advice));
    for (const row of group.rows.slice(0, left)) {
      section.append(findingElement(data, row));
      const waiver = waiverText(data, row);
      if (waiver !== '') section.append(element('p', { class: 'about' }, element('strong', {}, 'Waived: '), waiver));
    }
    left -= Math.min(left, group.rows.length);
    list.append(section);
  }
  const filters = writtenFilters(data, state);
  const rest = Math.max(0, rows.length - mostPrinted);
  byId('finding-print').textContent = `${filters === '' ? '' : `Filtered by ${filters}. `}${
    rest === 0 ? '' : `${counted(rest, 'more finding')} not printed: narrow the filters, or use another format.`
  }`;
}

function writtenFilters(data: PageData, state: State): string {
  const { severity, verdict, cluster, chapter, namespace, kind, waived, q, code, control, object } = state;
  const named = object === '' ? '' : (data.texts[data.objects[Number(object)]?.title ?? 0] ?? '');
  const parts: [string, string][] = [
    ['severity', severity.join(', ')],
    ['verdict', verdict === 'fail' ? '' : verdict],
    ['cluster', cluster],
    ['chapter', chapter],
    ['namespace', namespace],
    ['kind', kind],
    ['waived', waived],
    ['search', q],
    ['recommendation', code],
    ['control', control],
    ['object', named],
  ];
  return parts
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

/** The rows of each object, for the view by workload. */
export function rowsByObject(data: PageData): ReadonlyMap<number, readonly number[]> {
  return new Map(groupsOf(data, selected(data, { ...unfiltered, verdict: 'any' }).rows, 'object').map(({ key, rows }) => [key, rows]));
}

/** How many of these rows fail and are not waived, by severity, worst first. */
export function failingBySeverity(data: PageData, rows: readonly number[]): readonly number[] {
  const counts = pageSeverities.map(() => 0);
  for (const row of rows)
    if (findingAt(data, row, 'verdict') === 0 && findingAt(data, row, 'waiver') === 0) counts[findingAt(data, row, 'severity')]!++;
  return counts;
}
