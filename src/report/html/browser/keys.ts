import { byId } from './element.ts';

export interface Keys {
  readonly enabled: () => boolean;
  readonly show: (index: number) => void;
  /** Shows what can be searched; the answer is its field. */
  readonly search: () => HTMLElement;
  readonly clear: () => void;
  readonly theme: () => void;
}

/** Keys without Ctrl or Alt, which the help lists and its switch turns off. */
export function listenToKeys({ enabled, show, search, clear, theme }: Keys): void {
  const dialog = byId('help') as HTMLDialogElement;
  document.addEventListener('keydown', (event) => {
    const { key, target } = event;
    if (!(target instanceof Element) || event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = target instanceof HTMLInputElement && target.type === 'search';
    if (typing && key === 'Escape') target.blur();
    if (typing || target instanceof HTMLSelectElement || !enabled() || dialog.open) return;
    if (key === '/') search().focus();
    else if (key === '?') dialog.showModal();
    else if (key === 'j' || key === 'k') step(key === 'j' ? 1 : -1);
    else if (key === 'x') clear();
    else if (key === 't') theme();
    else if (/^[1-5]$/.test(key)) show(Number(key) - 1);
    else return;
    event.preventDefault();
  });
}

/** Moves the focus to the next or the one before of all that can be opened. */
function step(by: 1 | -1): void {
  const stops = [...document.querySelectorAll<HTMLElement>('[data-stop]')].filter((stop) => stop.checkVisibility());
  const at = stops.findIndex((stop) => stop === document.activeElement);
  const next = at === -1 && by === -1 ? stops.at(-1) : stops[at + by];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}
