import type { PageData } from '../page-data.ts';
import { initialState, readFragment, unfiltered, views, writeFragment, type State } from '../page-state.ts';
import { byId } from './element.ts';
import { mostPrinted, printFindings, showFindings } from './findings-view.ts';
import { listenToKeys } from './keys.ts';
import { showLedger } from './ledger-view.ts';
import { showWorkloads, startWorkloads } from './workloads-view.ts';

const data = JSON.parse(byId('report').textContent) as PageData;
const workloads = startWorkloads(data);
let state: State = initialState;

/** Shows a state and writes it into the address, without an entry in the history for each letter of a search. */
function show(next: State): void {
  const before = state;
  state = next;
  const fragment = writeFragment(state);
  if ((location.hash === '' ? writeFragment(initialState) : location.hash) !== fragment) history.replaceState(null, '', fragment);
  document.body.dataset['view'] = state.view;
  document.documentElement.dataset['theme'] = state.theme;
  byId('theme-name').textContent = state.theme === '' ? 'system' : state.theme;
  (byId('keys') as HTMLInputElement).checked = state.keys;
  for (const link of document.querySelectorAll<HTMLElement>('nav [data-view]')) {
    if (link.dataset['view'] === state.view) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  const sameList =
    before.view === state.view &&
    JSON.stringify({ ...before, theme: '', keys: true }) === JSON.stringify({ ...state, theme: '', keys: true });
  if (sameList && before !== initialState) return;
  if (state.view === 'findings') showFindings(data, state);
  if (state.view === 'workloads') showWorkloads(data, workloads, state);
  if (state.view === 'ledger') showLedger(state);
}

/** What the address says. Theme and keys are the reader's and stay where a link does not name them. */
function followAddress(): void {
  const { theme, keys } = state;
  const asked = readFragment(location.hash);
  const moved = state !== initialState && asked.view !== state.view;
  show({ ...asked, theme: asked.theme === '' ? theme : asked.theme, keys: asked.keys && keys });
  if (!moved) return;
  if (state.entry === '') {
    scrollTo(0, 0);
    byId(`${state.view}-title`).focus({ preventScroll: true });
  }
}

function change(part: Partial<State>): void {
  show({ ...state, ...part });
}

function cycleTheme(): void {
  change({ theme: ({ '': 'light', light: 'dark', dark: '' } as const)[state.theme] });
}

let waiting = 0;
/** Waits for the end of typing before a large report is searched. */
function searching(input: HTMLInputElement): void {
  input.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => change({ q: input.value }), 120);
  });
}

for (const part of document.querySelectorAll<HTMLElement>('[data-script]')) part.hidden = false;
(byId('choices') as HTMLDetailsElement).open = innerWidth > 900;
searching(byId('q') as HTMLInputElement);
searching(byId('workload-q') as HTMLInputElement);
for (const id of [...(data.fleet ? (['cluster'] as const) : []), 'chapter', 'namespace', 'kind', 'waived', 'group'] as const)
  (byId(id) as HTMLSelectElement).addEventListener('change', ({ target }) => change({ [id]: (target as HTMLSelectElement).value }));
byId('filters').addEventListener('submit', (event) => event.preventDefault());
byId('clear').addEventListener('click', () => {
  change(unfiltered);
  byId('q').focus();
});
byId('theme').addEventListener('click', cycleTheme);
(byId('keys') as HTMLInputElement).addEventListener('change', ({ target }) => change({ keys: (target as HTMLInputElement).checked }));
byId('help-open').addEventListener('click', () => (byId('help') as HTMLDialogElement).showModal());
document.addEventListener('click', ({ target }) => {
  if (!(target instanceof Element)) return;
  const { severity, verdict, level, remove } = target.closest<HTMLElement>('button')?.dataset ?? {};
  if (severity !== undefined)
    change({
      severity: state.severity.includes(severity) ? state.severity.filter((each) => each !== severity) : [...state.severity, severity],
    });
  if (verdict === 'fail' || verdict === 'unknown' || verdict === 'any') change({ verdict });
  if (level !== undefined) change({ level: state.level === level ? '' : level });
  if (remove !== undefined) {
    change({ [remove]: '' });
    byId('q').focus();
  }
});
listenToKeys({
  enabled: () => state.keys,
  show: (index) => {
    location.hash = views[index] ?? state.view;
  },
  search: () => {
    if (state.view !== 'workloads') change({ view: 'findings', entry: '' });
    return byId(state.view === 'workloads' ? 'workload-q' : 'q');
  },
  clear: () => change(unfiltered),
  theme: cycleTheme,
});
addEventListener('hashchange', followAddress);
// Paper has no buttons: everything is laid out before, and as it was afterwards.
let opened: readonly HTMLDetailsElement[] = [];
addEventListener('beforeprint', () => {
  printFindings(data, state);
  showWorkloads(data, workloads, state.view === 'workloads' ? state : { q: '', level: '' }, mostPrinted);
  opened = [...document.querySelectorAll<HTMLDetailsElement>(".entry[data-state='fail']:not([open])")];
  for (const details of opened) details.open = true;
});
addEventListener('afterprint', () => {
  for (const details of opened) details.open = false;
  if (state.view === 'findings') showFindings(data, state);
  if (state.view === 'workloads') showWorkloads(data, workloads, state);
});
followAddress();
