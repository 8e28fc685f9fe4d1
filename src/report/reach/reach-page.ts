import type { ReachGraph } from './reach-graph.ts';
import type { drawReach, ReachShown } from './reach-picture.ts';

/** The parts of a browser that the page uses. */
export interface PageElement {
  innerHTML: string;
  textContent: string | null;
  value: string;
  checked: boolean;
  hidden: boolean;
  tabIndex: number;
  readonly dataset: Readonly<Record<string, string | undefined>>;
  addEventListener(type: string, listener: (event: PageEvent) => void): void;
  querySelectorAll(selector: string): Iterable<PageElement>;
  closest(selector: string): PageElement | null;
  focus(options?: { preventScroll: boolean }): void;
}

export interface PageEvent {
  readonly key?: string;
  readonly target: PageElement;
  preventDefault(): void;
}

export interface PageDocument {
  getElementById(id: string): PageElement;
  addEventListener(type: string, listener: (event: PageEvent) => void): void;
}

/**
 * What the page does in the browser, from its own source text, as `drawReach`: it must not use anything that stands outside
 * of it. Names of input only ever reach the page through `escaped`.
 */
export function runReachPage(page: PageDocument, draw: typeof drawReach): void {
  const graph = JSON.parse(page.getElementById('graph').textContent ?? '') as ReachGraph;
  const { endpoints, nodes, edges } = graph;
  const picture = page.getElementById('picture');
  const details = page.getElementById('details');
  const status = page.getElementById('status');
  const [search, space, port, unknown] = ['search', 'space', 'port', 'unknown'].map((id) => page.getElementById(id)) as [
    PageElement,
    PageElement,
    PageElement,
    PageElement,
  ];
  let focus: number | undefined;

  const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
  const nameOf = (index: number): string => {
    const { space: namespace, name } = endpoints[index]!;
    return namespace === '' ? name : `${namespace}/${name}`;
  };
  const nodeOf = (index: number): string => {
    const { type, space: namespace, members, without } = nodes[index]!;
    if (type === 'namespace') return `all of ${namespace}`;
    if (type === 'group') return members.map(nameOf).join(', ');
    const others = without.flatMap((each) => nodes[each]!.members.map(nameOf));
    return `${members.length} workloads${others.length === 0 ? ' (all)' : `, all but ${others.join(', ')}`}`;
  };

  /** The lines of the chosen endpoint as tables, for whoever reads rather than looks. */
  const tables = (chosen: number): string => {
    const table = (title: string, own: 'from' | 'to', other: 'from' | 'to'): string => {
      const rows = edges
        .filter((edge) => nodes[edge[own]]!.members.includes(chosen))
        .map(
          (edge) => `<tr><td>${escaped(nodeOf(edge[other]))}</td><td>${escaped(edge.allowed)}</td><td>${escaped(edge.unknown)}</td></tr>`,
        );
      const body = rows.length === 0 ? '<tr><td colspan="3">nothing</td></tr>' : rows.join('');
      return `<table><caption>${title}</caption><thead><tr><th>${other}</th><th>allowed</th><th>unknown</th></tr></thead><tbody>${body}</tbody></table>`;
    };
    return `<h2>${escaped(nameOf(chosen))}</h2>${table('may open connections to', 'from', 'to')}${table('is reached from', 'to', 'from')}`;
  };

  const show = (): void => {
    const number = Number(port.value);
    const shown: ReachShown = {
      page: true,
      search: search.value,
      space: space.value,
      unknown: unknown.checked,
      ...(Number.isInteger(number) && number >= 1 && number <= 65535 ? { port: number } : {}),
      ...(focus === undefined ? {} : { focus }),
    };
    picture.innerHTML = draw(graph, shown);
    const rows = [...picture.querySelectorAll('[data-endpoint]')];
    const first = rows.find(({ dataset }) => dataset['endpoint'] === String(focus)) ?? rows[0];
    if (first !== undefined) first.tabIndex = 0;
    details.hidden = focus === undefined;
    details.innerHTML = focus === undefined ? '' : tables(focus);
    const names = new Set(rows.map(({ dataset }) => dataset['endpoint']));
    const chosen = focus === undefined ? '' : `; chosen: ${nameOf(focus)} (Escape shows all again)`;
    status.textContent = `${names.size} of ${endpoints.length} names shown${chosen}`;
  };

  const choose = (row: PageElement | null): void => {
    if (row === null) return;
    const index = Number(row.dataset['endpoint']);
    focus = focus === index ? undefined : index;
    show();
    for (const again of picture.querySelectorAll(`[data-endpoint="${index}"]`)) {
      again.focus({ preventScroll: false });
      break;
    }
  };
  const clear = (): void => {
    focus = undefined;
    for (const field of [search, space, port]) field.value = '';
    unknown.checked = true;
    show();
  };

  for (const field of [search, space, port, unknown]) field.addEventListener('input', show);
  page.getElementById('clear').addEventListener('click', clear);
  picture.addEventListener('click', ({ target }) => choose(target.closest('[data-endpoint]')));
  picture.addEventListener('keydown', (event) => {
    const row = event.target.closest('[data-endpoint]');
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      choose(row);
      return;
    }
    const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -1e6, End: 1e6 };
    const step = event.key === undefined ? undefined : steps[event.key];
    if (row === null || step === undefined) return;
    event.preventDefault();
    const rows = [...picture.querySelectorAll('[data-endpoint]')];
    const next = rows[Math.max(0, Math.min(rows.length - 1, rows.indexOf(row) + step))]!;
    row.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
  page.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') clear();
  });
  show();
}
