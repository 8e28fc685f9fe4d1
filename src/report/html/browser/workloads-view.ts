import { findingAt, pageLevels, pageSeverities, type PageData, type PageWorkload } from '../page-data.ts';
import type { State } from '../page-state.ts';
import { byId, counted, disclosure, element, inPortions } from './element.ts';
import { failingBySeverity, rowsByObject } from './findings-view.ts';
import { findingElement } from './finding.ts';

export interface ShownWorkload {
  readonly workload: PageWorkload;
  /** Its findings. */
  readonly rows: readonly number[];
  /** What fails, by severity. */
  readonly counts: readonly number[];
}

/** The workloads with their findings, worst first. */
export function startWorkloads(data: PageData): readonly ShownWorkload[] {
  const byObject = rowsByObject(data);
  return data.workloads
    .map((workload): ShownWorkload => {
      const rows = byObject.get(workload.object) ?? [];
      return { workload, rows, counts: failingBySeverity(data, rows) };
    })
    .sort((a, b) => {
      const at = a.counts.findIndex((count, index) => count !== b.counts[index]);
      return at === -1 ? a.workload.level - b.workload.level : b.counts[at]! - a.counts[at]!;
    });
}

/** Shows the workloads of a level whose names hold what is searched, so many at first. */
export function showWorkloads(
  data: PageData,
  workloads: readonly ShownWorkload[],
  { q, level }: Pick<State, 'q' | 'level'>,
  first = 60,
): void {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  const named = workloads.filter(({ workload: { object, file } }) => {
    const text = `${data.texts[data.objects[object]!.title]!} ${data.texts[file]!}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const shown = named.filter(({ workload }) => level === '' || pageLevels[workload.level] === level);
  for (const chip of document.querySelectorAll<HTMLElement>('[data-level]')) {
    const count = named.filter(({ workload }) => pageLevels[workload.level] === chip.dataset['level']).length;
    chip.setAttribute('aria-pressed', String(chip.dataset['level'] === level));
    chip.querySelector('.count')!.textContent = count.toLocaleString('en');
  }
  byId('workload-status').textContent = `${shown.length.toLocaleString('en')} of ${counted(data.workloads.length, 'workload')} shown`;
  const search = byId('workload-q') as HTMLInputElement;
  if (search.value !== q) search.value = q;
  const list = byId('workload-list');
  list.replaceChildren();
  if (shown.length === 0) {
    list.append(
      element('p', { class: 'empty' }, data.workloads.length === 0 ? 'No workload was read.' : 'No workload is as the filters ask for.'),
    );
    return;
  }
  inPortions(list, shown, (each) => workloadElement(data, each), {
    first,
    next: 120,
    noun: 'workload',
    eager: true,
  });
}

function workloadElement(data: PageData, { workload, rows, counts }: ShownWorkload): HTMLElement {
  const { object, file, line, restrictedBy } = workload;
  const level = pageLevels[workload.level]!;
  const badges = counts.flatMap((count, index) => {
    const severity = pageSeverities[index]!;
    return count === 0 ? [] : [element('span', { class: `badge ${severity}` }, `${count} ${severity}`)];
  });
  const place = data.live ? data.texts[file]! : `${data.texts[file]!}:${line}`;
  const summary = element(
    'summary',
    { 'data-stop': '' },
    element('span', { class: `level ${level}` }, level),
    element('span', { class: 'name' }, data.texts[data.objects[object]!.title]!),
    element('span', { class: 'counts' }, ...(badges.length === 0 ? [element('span', { class: 'hint' }, 'nothing fails')] : badges)),
    element('span', { class: 'where' }, place),
  );
  return disclosure({ class: 'workload' }, summary, () => [
    element(
      'div',
      { class: 'body' },
      element(
        'p',
        {},
        restrictedBy.length === 0 ? 'It meets the strictest level.' : 'Kept from the next level by: ',
        ...restrictedBy.flatMap((id) => [element('code', {}, id), ' ']),
      ),
      ...byContainer(data, rows),
      element('p', { class: 'links' }, element('a', { href: `#findings?object=${object}&verdict=any` }, 'Show them among the findings')),
    ),
  ]);
}

/** Findings by container, those of the pod and the object first. */
function byContainer(data: PageData, rows: readonly number[]): HTMLElement[] {
  if (rows.length === 0) return [element('p', {}, 'Nothing was found.')];
  const groups = new Map<number, number[]>();
  for (const row of rows) {
    const container = findingAt(data, row, 'container');
    const those = groups.get(container);
    if (those === undefined) groups.set(container, [row]);
    else those.push(row);
  }
  const names = [...groups].sort(([a], [b]) => (data.texts[a]! < data.texts[b]! ? -1 : 1));
  return names.map(([container, those]) => {
    const list = element('div', { class: 'list' });
    inPortions(list, those, (row) => findingElement(data, row), { first: 30, next: 100, noun: 'finding', eager: false });
    const title = container === 0 ? 'Pod and object' : `Container ${data.texts[container]!}`;
    return element('section', {}, element('h3', {}, title, ' ', element('span', { class: 'count' }, String(those.length))), list);
  });
}
