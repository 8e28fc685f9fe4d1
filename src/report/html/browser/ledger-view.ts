import type { State } from '../page-state.ts';
import { byId, counted } from './element.ts';

/** Shows the entries of the chosen states, and opens the one that a link names. */
export function showLedger({ state: states, entry }: State): void {
  const shown = (state: string | undefined): boolean => states.length === 0 || states.includes(state ?? '');
  for (const link of document.querySelectorAll<HTMLElement>('#states [data-state]')) {
    const { state } = link.dataset;
    const current = state === '' ? states.length === 0 : states.includes(state ?? '');
    link.setAttribute('aria-current', String(current));
  }
  for (const cell of document.querySelectorAll<HTMLElement>('.map .cell')) cell.classList.toggle('faint', !shown(cell.dataset['state']));
  let count = 0;
  for (const chapter of document.querySelectorAll<HTMLElement>('.chapter')) {
    let some = false;
    for (const row of chapter.querySelectorAll<HTMLDetailsElement>('.entry')) {
      row.hidden = !shown(row.dataset['state']) && row.id !== `ledger/${entry}`;
      if (row.hidden) continue;
      some = true;
      count++;
    }
    chapter.hidden = !some;
  }
  byId('ledger-status').textContent = `${counted(count, 'recommendation')} shown`;
  const named = entry === '' ? null : document.getElementById(`ledger/${entry}`);
  if (!(named instanceof HTMLDetailsElement)) return;
  named.open = true;
  named.querySelector('summary')?.focus({ preventScroll: true });
  named.scrollIntoView({ block: 'center' });
}
