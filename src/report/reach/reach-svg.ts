import type { ReachGraph } from './reach-graph.ts';
import { drawReach } from './reach-picture.ts';

/** The colours of the picture: as the reader's system asks for them, light or dark. */
export const pictureStyle: string = `
svg { font: 11px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.paper { fill: #ffffff; } .box { fill: #f6f8fa; stroke: #c9d1d9; } .back { fill: transparent; }
text { fill: #1f2328; } .kind { fill: #59636e; } .space, .title { font-weight: bold; } .whole { font-style: italic; }
.pill { fill: #ffffff; stroke: #8c959f; } .pill.unknown { stroke: #9a6700; stroke-dasharray: 3 2; } .bar { fill: #8c959f; }
.line { stroke-width: 1.3; stroke-opacity: .6; } .line.unknown { stroke-dasharray: 4 3; }
.line.out { stroke: #cf222e; stroke-opacity: .8; } .line.all { stroke: #57606a; stroke-width: 3; }
.line.c0 { stroke: #0969da; } .line.c1 { stroke: #1a7f37; } .line.c2 { stroke: #9a6700; } .line.c3 { stroke: #8250df; }
.line.c4 { stroke: #bf3989; } .line.c5 { stroke: #0a7d8c; } .line.c6 { stroke: #bc4c00; } .line.c7 { stroke: #5a7a00; }
.b0 { stroke: #0969da; } .b1 { stroke: #1a7f37; } .b2 { stroke: #9a6700; } .b3 { stroke: #8250df; }
.b4 { stroke: #bf3989; } .b5 { stroke: #0a7d8c; } .b6 { stroke: #bc4c00; } .b7 { stroke: #5a7a00; }
.line:hover { stroke-width: 3; stroke-opacity: 1; } .chosen .back { fill: #fff3b0; }
@media (prefers-color-scheme: dark) {
.paper { fill: #0d1117; } .box { fill: #151b23; stroke: #3d444d; } text { fill: #e6edf3; } .kind { fill: #9198a1; }
.pill { fill: #0d1117; stroke: #656c76; } .pill.unknown { stroke: #d29922; } .line.out { stroke: #ff7b72; } .line.all { stroke: #9198a1; }
.line.c0 { stroke: #58a6ff; } .line.c1 { stroke: #3fb950; } .line.c2 { stroke: #d29922; } .line.c3 { stroke: #bc8cff; }
.line.c4 { stroke: #f778ba; } .line.c5 { stroke: #39c5cf; } .line.c6 { stroke: #f0883e; } .line.c7 { stroke: #a5c261; }
.b0 { stroke: #58a6ff; } .b1 { stroke: #3fb950; } .b2 { stroke: #d29922; } .b3 { stroke: #bc8cff; }
.b4 { stroke: #f778ba; } .b5 { stroke: #39c5cf; } .b6 { stroke: #f0883e; } .b7 { stroke: #a5c261; }
.chosen .back { fill: #4b3b00; } }
`;

/** The picture as a file of its own. */
export function formatReachSvg(graph: ReachGraph): string {
  return `${drawReach(graph, {}).replace('>', `><style>${pictureStyle}</style>`)}\n`;
}
