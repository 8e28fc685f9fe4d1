import { distinctNames, drawnNodes, type ReachEdge, type ReachGraph } from './reach-graph.ts';

/** The bundled picture for Graphviz: a cluster for each namespace, a node for workloads that nothing tells apart. */
export function* formatReachDot(graph: ReachGraph): Generator<string, void> {
  const { endpoints, nodes, edges } = graph;
  const drawn = drawnNodes(graph);
  const nameOf = distinctNames(endpoints);
  const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;
  yield 'digraph reach {\n  rankdir=LR;\n  compound=true;\n  node [shape=box, fontname="monospace", fontsize=10];\n  edge [fontname="monospace", fontsize=9];\n';
  const spaces = [...new Set([...drawn].map((node) => nodes[node]!.space))];
  for (const [index, space] of spaces.entries()) {
    const indent = space === '' ? '  ' : '    ';
    if (space !== '') yield `  subgraph cluster_${index} {\n    label=${quoted(space)};\n`;
    for (const [node, { type, members, without, space: own }] of nodes.entries()) {
      if (own !== space || !drawn.has(node)) continue;
      const names = members.map((member) => nameOf[member]!);
      // `\n` in a label breaks the line; a backslash of a name is escaped before.
      const label =
        type === 'group'
          ? `"${names.map((name) => quoted(name).slice(1, -1)).join('\\n')}"`
          : quoted(type === 'namespace' ? 'each of them' : crowdText(members.length, without.length));
      yield `${indent}n${node} [label=${label}${type === 'group' ? '' : ', style=dashed'}];\n`;
    }
    if (space !== '') yield '  }\n';
  }
  for (const edge of edges) {
    const style = edge.allowed === '' ? ', style=dashed' : '';
    yield `  n${edge.from} -> n${edge.to} [label=${quoted(edgeText(edge))}${style}];\n`;
  }
  yield '}\n';
}

/** What opens and, behind a question mark, what nobody knows. */
export function edgeText({ allowed, unknown }: ReachEdge): string {
  return [allowed, unknown === '' ? '' : `? ${unknown}`].filter((part) => part !== '').join(' · ');
}

export function crowdText(members: number, without: number): string {
  return without === 0 ? `all ${members} workloads` : `${members} workloads, all but ${without}`;
}
