import type { PathPlace, PathsReport, PathStep } from '../../core/index.ts';

/** The paths that are told, put together: each place once, each step once. */
export interface PathsGraph {
  readonly places: readonly (PathPlace & { readonly role: 'entry' | 'goal' | 'between' })[];
  readonly steps: readonly { readonly from: number; readonly to: number; readonly step: PathStep }[];
}

export function pathsGraph({ goals }: PathsReport): PathsGraph {
  const numbers = new Map<string, number>();
  const places: PathPlace[] = [];
  const entries = new Set<number>();
  const ends = new Set<number>();
  const number = (place: PathPlace): number => {
    const key = `${place.type} ${place.title}`;
    const before = numbers.get(key);
    if (before !== undefined) return before;
    numbers.set(key, places.length);
    return places.push(place) - 1;
  };
  const steps = new Map<string, PathsGraph['steps'][number]>();
  for (const { paths } of goals)
    for (const path of paths)
      for (const [index, step] of path.steps.entries()) {
        const [from, to] = [number(step.from), number(step.to)];
        if (index === 0) entries.add(from);
        if (index === path.steps.length - 1) ends.add(to);
        const key = `${from} ${to} ${step.technique}`;
        if (!steps.has(key)) steps.set(key, { from, to, step });
      }
  return {
    places: places.map((place, index) => ({ ...place, role: ends.has(index) ? 'goal' : entries.has(index) ? 'entry' : 'between' })),
    steps: [...steps.values()],
  };
}

/** For Graphviz. A step that depends on what was not read is dashed. */
export function* formatPathsDot(graph: PathsGraph): Generator<string, void> {
  const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;
  const shapes = { entry: ', style=bold', goal: ', shape=doubleoctagon', between: '' };
  yield 'digraph paths {\n  rankdir=LR;\n  node [shape=box, fontname="monospace", fontsize=10];\n  edge [fontname="monospace", fontsize=9];\n';
  for (const [index, { title, role }] of graph.places.entries()) yield `  n${index} [label=${quoted(title)}${shapes[role]}];\n`;
  for (const { from, to, step } of graph.steps)
    yield `  n${from} -> n${to} [label=${quoted(step.technique)}${step.unknown.length > 0 ? ', style=dashed' : ''}];\n`;
  yield '}\n';
}

/** For Mermaid. What is more than a plain letter in a name is written as its number: labels are Markdown and HTML. */
export function* formatPathsMermaid(graph: PathsGraph): Generator<string, void> {
  yield 'flowchart LR\n';
  for (const [index, { title, role }] of graph.places.entries())
    yield `  n${index}${role === 'goal' ? '{{' : role === 'entry' ? '([' : '['}"${plain(title)}"${role === 'goal' ? '}}' : role === 'entry' ? '])' : ']'}\n`;
  for (const { from, to, step } of graph.steps)
    yield `  n${from} ${step.unknown.length > 0 ? '-.->' : '-->'}|"${plain(step.technique)}"| n${to}\n`;
}

function plain(text: string): string {
  return text.replace(/[^A-Za-z0-9 ._/:,-]/gu, (character) => `#${character.codePointAt(0)};`);
}
