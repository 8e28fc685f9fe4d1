import { createHash } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import type { ReachEndpoint, ReachPorts } from '../../core/index.ts';
import { formatReachDot } from './reach-dot.ts';
import { reachGraph, type ReachGraph } from './reach-graph.ts';
import { formatReachHtml } from './reach-html.ts';
import { formatReachMermaid } from './reach-mermaid.ts';
import type { PageElement, PageEvent } from './reach-page.ts';
import { drawReach } from './reach-picture.ts';
import { formatReachSvg } from './reach-svg.ts';
import { everything, samplePairs, workload } from './sample-reach.ts';

const hostile = `"><script>alert(1)</script>&amp;'\\"]--><b`;
const ports: readonly ReachPorts[] = [{ protocol: 'TCP', ports: '80-90,443' }];

function graphOf(endpoints: readonly ReachEndpoint[], open: (from: ReachEndpoint, to: ReachEndpoint) => readonly ReachPorts[]): ReachGraph {
  return reachGraph(samplePairs(endpoints, open))!;
}

const [web, api, db] = [workload('shop', 'web'), workload('shop', 'api'), workload('data', 'db', 'StatefulSet')];
const internet: ReachEndpoint = { type: 'virtual', name: 'internet' };
const shop = graphOf([web, api, db, internet], (from, to) => {
  if (from === internet && to === web) return everything;
  return (from === web && to === api) || (from === api && to === db) ? ports : [];
});
const named = graphOf([workload(hostile, hostile, hostile), web], () => ports);

/** Every tag is closed, in order. */
function isBalanced(markup: string): boolean {
  const open: string[] = [];
  for (const [, close, name, rest = ''] of markup.matchAll(/<(\/?)([a-z]+)([^<>]*)>/g)) {
    if (close === '/') {
      if (open.pop() !== name) return false;
    } else if (!rest.endsWith('/')) open.push(name!);
  }
  return open.length === 0;
}

describe('the picture', () => {
  test('shows every workload on both sides, and a line for what is open', () => {
    const svg = drawReach(shop, {});
    expect(svg.match(/>web</g)).toHaveLength(2);
    expect(svg.match(/class="line /g)).toHaveLength(3);
    expect(svg).toContain('<title>shop/web to shop/api: TCP 80-90,443</title>');
    expect(svg).toContain('<title>internet to shop/web: any port</title>');
  });

  test.each([
    ['a search', { search: 'DB' }, ['shop/api to data/db']],
    ['a namespace', { space: 'data' }, ['shop/api to data/db']],
    ['an endpoint', { focus: shop.endpoints.findIndex(({ name }) => name === 'api') }, ['shop/api to data/db', 'shop/web to shop/api']],
    ['a port in a range', { port: 85 }, ['internet to shop/web', 'shop/api to data/db', 'shop/web to shop/api']],
    ['a port outside of it', { port: 91 }, ['internet to shop/web']],
  ])('narrowed to %s', (_, shown, wanted) => {
    const lines = [...drawReach(shop, shown).matchAll(/class="line [^>]*><title>([^:]*):/g)].map(([, ends]) => ends!);
    expect(lines.sort()).toEqual(wanted);
  });

  test('is well-formed whatever names there are', () => {
    expect(isBalanced(drawReach(named, {}))).toBe(true);
    expect(isBalanced(drawReach(shop, { page: true, focus: 0 }))).toBe(true);
    expect(formatReachSvg(named)).not.toContain('<script');
    expect(formatReachSvg(named)).not.toContain('<b');
  });

  test('stays small where everything reaches everything', () => {
    const many = Array.from({ length: 200 }, (_, index) => workload(`ns-${index % 10}`, `w-${index}`));
    expect(
      drawReach(
        graphOf(many, () => everything),
        {},
      ).match(/class="line /g),
    ).toHaveLength(1);
  });
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64');

function pageOf(graph: ReachGraph, notes: readonly string[]): string {
  return formatReachHtml(graph, notes, sha256);
}

/** As much of a browser as the page uses. */
class FakeElement implements PageElement {
  innerHTML = '';
  textContent: string | null = null;
  value = '';
  checked = true;
  hidden = false;
  tabIndex = -1;
  focused = false;
  readonly listeners = new Map<string, (event: PageEvent) => void>();
  readonly dataset: Readonly<Record<string, string | undefined>>;
  constructor(dataset: Readonly<Record<string, string | undefined>> = {}) {
    this.dataset = dataset;
  }
  addEventListener(type: string, listener: (event: PageEvent) => void): void {
    this.listeners.set(type, listener);
  }
  querySelectorAll(selector: string): FakeElement[] {
    const [, wanted] = /="(\d+)"/.exec(selector) ?? [];
    const found = [...this.innerHTML.matchAll(/data-endpoint="(\d+)"/g)].map(([, endpoint]) => new FakeElement({ endpoint: endpoint! }));
    return found.filter(({ dataset }) => wanted === undefined || dataset['endpoint'] === wanted);
  }
  closest(): FakeElement | null {
    return this.dataset['endpoint'] === undefined ? null : this;
  }
  focus(): void {
    this.focused = true;
  }
}

function opened(html: string): { element: (id: string) => FakeElement; send: (id: string, type: string, event?: object) => void } {
  const elements = new Map<string, FakeElement>();
  const element = (id: string): FakeElement => {
    const known = elements.get(id) ?? new FakeElement();
    elements.set(id, known);
    return known;
  };
  const [, data] = /<script type="application\/json" id="graph">(.*?)<\/script>/s.exec(html)!;
  const [, script] = /<script>(.*?)<\/script>/s.exec(html)!;
  element('graph').textContent = data!;
  const document = { getElementById: element, addEventListener: (...of: [string, () => void]) => element('page').addEventListener(...of) };
  runInNewContext(script!, { document });
  const send = (id: string, type: string, event: object = {}): void =>
    element(id).listeners.get(type)!({ target: element(id), preventDefault: () => undefined, ...event });
  return { element, send };
}

describe('the page', () => {
  test('lets nothing run but its own script and style, and fetches nothing', () => {
    const html = pageOf(named, [hostile]);
    const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)!;
    const [, script] = /<script>(.*?)<\/script>/s.exec(html)!;
    const [, style] = /<style>(.*?)<\/style>/s.exec(html)!;
    const hash = (text: string): string => `'sha256-${sha256(text)}'`;
    expect(policy).toBe(`default-src 'none'; style-src ${hash(style!)}; script-src ${hash(script!)}; base-uri 'none'; form-action 'none'`);
    expect(html).not.toMatch(/ style=| on[a-z]+=|src=|href=/);
    expect(html.replace(/xmlns="[^"]*"/g, '')).not.toContain('://');
  });

  test('holds no markup of hostile names', () => {
    const html = pageOf(named, [hostile]);
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html).not.toContain('--><b');
    const { element } = opened(html);
    expect(element('picture').innerHTML).not.toContain('<script');
    expect(isBalanced(element('picture').innerHTML)).toBe(true);
  });

  test('filters by name, port and namespace', () => {
    const { element, send } = opened(pageOf(shop, []));
    const lines = (): number => element('picture').innerHTML.match(/class="line /g)?.length ?? 0;
    expect(lines()).toBe(3);
    element('search').value = 'db';
    send('search', 'input');
    expect(lines()).toBe(1);
    send('clear', 'click');
    element('port').value = '91';
    send('port', 'input');
    expect(lines()).toBe(1);
  });

  test('shows the connections of a chosen name, with the keyboard too, and Escape shows all again', () => {
    const { element, send } = opened(pageOf(shop, []));
    const index = String(shop.endpoints.findIndex(({ name }) => name === 'api'));
    send('picture', 'keydown', { key: 'Enter', target: new FakeElement({ endpoint: index }) });
    expect(element('details').hidden).toBe(false);
    expect(element('details').innerHTML).toContain('<td>data/db</td><td>TCP 80-90,443</td>');
    expect(element('details').innerHTML).toContain('<td>shop/web</td>');
    expect(element('status').textContent).toContain('shop/api');
    send('page', 'keydown', { key: 'Escape' });
    expect(element('details').hidden).toBe(true);
    expect(element('picture').innerHTML.match(/class="line /g)).toHaveLength(3);
  });

  test('shows the picture without scripts', () => expect(pageOf(shop, [])).toContain('shop/web to shop/api'));
});

describe('for other programs', () => {
  test('Graphviz gets a cluster for each namespace', () => {
    const dot = [...formatReachDot(shop)].join('');
    expect(dot).toContain('label="shop"');
    expect(dot).toMatch(/n\d+ -> n\d+ \[label="TCP 80-90,443"\]/);
  });

  test('Graphviz gets names that end no string', () => {
    const dot = [...formatReachDot(named)].join('');
    expect(dot.replace(/"(?:[^"\\]|\\.)*"/g, '')).not.toMatch(/["<]|[^-]>/);
  });

  test('Mermaid gets a subgraph for each namespace, and names that are no markup', () => {
    expect([...formatReachMermaid(shop)].join('')).toContain('subgraph s2["shop"]');
    const text = [...formatReachMermaid(named)].join('').replace(/<br\/>|-->/g, '');
    expect(text).not.toMatch(/[<>'\\]/);
    expect(text.match(/"/g)!.length % 2).toBe(0);
  });
});
