import { stringified } from '../json.ts';
import { escaped, inScript } from '../markup.ts';
import type { ReachGraph } from './reach-graph.ts';
import { runReachPage } from './reach-page.ts';
import { drawReach } from './reach-picture.ts';
import { pictureStyle } from './reach-svg.ts';

const pageStyle = `${pictureStyle}
:root { color-scheme: light dark; }
body { margin: 0 1rem 2rem; font: 15px system-ui, sans-serif; background: #ffffff; color: #1f2328; }
#details { display: flex; flex-wrap: wrap; gap: 0 2rem; align-items: start; } #details h2 { flex-basis: 100%; } #details[hidden] { display: none; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.1rem; }
.notes { border-left: 4px solid #9a6700; padding: .3rem .8rem; }
.filter { position: sticky; top: 0; display: flex; flex-wrap: wrap; gap: .6rem 1.2rem; align-items: center; padding: .6rem 0; background: #ffffff; border-bottom: 1px solid #c9d1d9; }
.filter input[type=search] { width: 16rem; } .filter #port { width: 5rem; }
input, select, button { font: inherit; }
#picture { overflow-x: auto; } .row { cursor: pointer; } .row:focus { outline: none; }
.row:focus .back { stroke: #0969da; stroke-width: 2; } .row:hover .back { fill: #ddf4ff; }
table { border-collapse: collapse; margin: 0 0 1rem; } caption { text-align: left; font-weight: bold; padding: .3rem 0; }
th, td { text-align: left; vertical-align: top; border: 1px solid #c9d1d9; padding: .2rem .6rem; overflow-wrap: anywhere; }
@media (prefers-color-scheme: dark) {
body, .filter { background: #0d1117; color: #e6edf3; } .filter, th, td { border-color: #3d444d; } .notes { border-color: #d29922; }
.row:hover .back { fill: #1c2b41; } .row:focus .back { stroke: #58a6ff; } }
`;

/**
 * The picture as a page that needs nothing else: no network, and a policy that lets nothing run but its own script. Without
 * scripts the whole picture is shown. `notes` stand above it; `sha256` gives the digest of a text in Base64.
 */
export function formatReachHtml(graph: ReachGraph, notes: readonly string[], sha256: (text: string) => string): string {
  const script = `(${runReachPage.toString()})(document, ${drawReach.toString()})`;
  const policy = `default-src 'none'; style-src 'sha256-${sha256(pageStyle)}'; script-src 'sha256-${sha256(script)}'; base-uri 'none'; form-action 'none'`;
  const spaces = [...new Set(graph.endpoints.map(({ space }) => space))].filter((space) => space !== '');
  const options = spaces.map((space) => `<option>${escaped(space)}</option>`).join('');
  const noted = notes.length === 0 ? '' : `<div class="notes">${notes.map((note) => `<p>${escaped(note)}</p>`).join('')}</div>\n`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width">
<meta name="referrer" content="no-referrer">
<title>Who can reach what</title>
<style>${pageStyle}</style>
</head>
<body>
<h1>Who can reach what</h1>
${noted}<div class="filter" role="search">
<label>Name <input id="search" type="search" autocomplete="off"></label>
<label>Namespace <select id="space"><option value="">all</option>${options}</select></label>
<label>Port <input id="port" inputmode="numeric" autocomplete="off"></label>
<label><input id="unknown" type="checkbox" checked> what nobody knows too</label>
<button id="clear" type="button">Show all</button>
<span id="status" role="status"></span>
</div>
<p>Choose a name to see its connections alone: with the mouse, or with Tab, the arrow keys and Enter. Escape shows all again. Below the picture its connections stand as tables.</p>
<div id="picture">${drawReach(graph, {})}</div>
<section id="details" aria-live="polite" hidden></section>
<script type="application/json" id="graph">${inScript(stringified(graph))}</script>
<script>${script}</script>
</body>
</html>
`;
}
