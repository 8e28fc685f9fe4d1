type Child = Node | string;

/** An element with attributes and children; texts become text, never markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export function byId(id: string): HTMLElement {
  return document.getElementById(id) as HTMLElement;
}

export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

/** Fills a list once it is opened: most entries of a large report never are. */
export function disclosure(
  attributes: Readonly<Record<string, string>>,
  summary: HTMLElement,
  fill: () => readonly Child[],
): HTMLDetailsElement {
  const details = element('details', attributes, summary);
  let filled = false;
  details.addEventListener('toggle', () => {
    if (filled || !details.open) return;
    filled = true;
    details.append(...fill());
  });
  return details;
}

/**
 * Puts items into a list in portions: the first at once, the next when the button behind them is pressed or, where `eager`,
 * comes into view.
 */
export function inPortions<T>(
  list: HTMLElement,
  items: readonly T[],
  render: (item: T) => Node,
  { first, next, noun, eager }: { readonly first: number; readonly next: number; readonly noun: string; readonly eager: boolean },
): void {
  let shown = 0;
  const button = element('button', { type: 'button', class: 'more' });
  const show = (count: number): void => {
    const portion = items.slice(shown, shown + count).map(render);
    const before = shown;
    shown += portion.length;
    const rest = items.length - shown;
    button.textContent = `Show ${rest > next ? `${next.toLocaleString('en')} of ` : ''}${counted(rest, `more ${noun}`)}`;
    // The focus goes on to what has come, not back to the beginning of the page.
    const focused = document.activeElement === button;
    if (before === 0) list.append(...portion);
    else button.before(...portion);
    if (rest === 0) button.remove();
    else if (before === 0) list.append(button);
    if (focused) focusable(portion[0])?.focus();
  };
  button.addEventListener('click', () => show(next));
  show(first);
  if (!eager || shown === items.length) return;
  const observer = new IntersectionObserver((entries) => {
    if (!button.isConnected) observer.disconnect();
    else if (entries.some(({ isIntersecting }) => isIntersecting) && document.activeElement !== button) {
      show(next);
      // Observed anew, because a portion that is no taller than the window leaves the button where it was.
      observer.unobserve(button);
      observer.observe(button);
    }
  });
  observer.observe(button);
}

function focusable(node: Node | undefined): HTMLElement | null {
  return node instanceof HTMLElement ? (node.querySelector('summary') ?? node) : null;
}
