import { crowdText, edgeText } from './reach-dot.ts';
import { distinctNames, drawnNodes, type ReachGraph } from './reach-graph.ts';

/** The bundled picture for Mermaid. What is more than a plain letter in a name is written as its number: labels are Markdown and HTML. */
export function* formatReachMermaid(graph: ReachGraph): Generator<string, void> {
  const { endpoints, nodes, edges } = graph;
  const drawn = drawnNodes(graph);
  const nameOf = distinctNames(endpoints);
  yield 'flowchart LR\n';
  const spaces = [...new Set([...drawn].map((node) => nodes[node]!.space))];
  for (const [index, space] of spaces.entries()) {
    const indent = space === '' ? '  ' : '    ';
    if (space !== '') yield `  subgraph s${index}["${plain(space)}"]\n`;
    for (const [node, { type, members, without, space: own }] of nodes.entries()) {
      if (own !== space || !drawn.has(node)) continue;
      const names = members.map((member) => plain(nameOf[member]!)).join('<br/>');
      const label = type === 'group' ? names : type === 'namespace' ? 'each of them' : crowdText(members.length, without.length);
      yield `${indent}n${node}["${label}"]\n`;
    }
    if (space !== '') yield '  end\n';
  }
  for (const edge of edges) yield `  n${edge.from} ${edge.allowed === '' ? '-.->' : '-->'}|"${plain(edgeText(edge))}"| n${edge.to}\n`;
}

function plain(text: string): string {
  return text.replace(/[^A-Za-z0-9 ._/:,-]/gu, (character) => `#${character.codePointAt(0)};`);
}
