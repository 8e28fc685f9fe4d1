import type { AttackPath, PathEvidence, PathsReport, PathStep } from '../../core/index.ts';
import { escaped } from '../markup.ts';
import { counted } from '../outcome.ts';
import { countsOf } from './paths-text.ts';

const style = `:root { color-scheme: light dark; }
body { margin: 0 auto; max-width: 60rem; padding: 0 1rem 2rem; font: 15px/1.45 system-ui, sans-serif; background: #ffffff; color: #1f2328; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
details { border: 1px solid #c9d1d9; border-radius: 6px; margin: .6rem 0; padding: .4rem .8rem; } summary { cursor: pointer; }
ol { list-style: none; margin: .6rem 0; padding: 0; } li { border-left: 3px solid #cf222e; margin: 0 0 .2rem .3rem; padding: .2rem 0 .5rem .9rem; }
li.unknown { border-left-style: dashed; border-left-color: #9a6700; } li.start { border-left-color: transparent; padding-bottom: .2rem; }
.place { font-weight: 600; overflow-wrap: anywhere; } .evidence, .ids, footer { color: #59636e; overflow-wrap: anywhere; } .unsure { color: #9a6700; } .broken { color: #1a7f37; }
code { font: 13px ui-monospace, monospace; } p { margin: .15rem 0; }
@media (prefers-color-scheme: dark) { body { background: #0d1117; color: #e6edf3; } details { border-color: #3d444d; }
.evidence, .ids, footer { color: #9198a1; } .unsure { color: #d29922; } .broken { color: #3fb950; } }
`;

/** The paths as a page that needs nothing else: no network, no script. `sha256` gives the digest of a text in Base64. */
export function* formatPathsHtml(report: PathsReport, sha256: (text: string) => string): Generator<string, void> {
  const entries = report.from.length === 1 ? report.from[0]!.title : counted(report.from.length, 'entry', 'entries');
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${sha256(style)}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width">
<meta name="referrer" content="no-referrer">
<title>Attack paths</title>
<style>${style}</style>
</head>
<body>
<h1>Attack paths from ${escaped(entries)}</h1>
`;
  for (const goal of report.goals) {
    yield `<h2>To ${escaped(goal.goal.title)}: ${countsOf(goal)}</h2>\n`;
    for (const [index, path] of goal.paths.entries()) yield pathHtml(path, index);
  }
  yield `<footer><p>${escaped(report.source)}, Kubernetes ${escaped(report.kubernetesVersion)}, ${counted(report.size.places, 'place')}, ${counted(report.size.steps, 'step')}</p></footer>
</body>
</html>
`;
}

function pathHtml({ certain, steps }: AttackPath, index: number): string {
  const title = certain ? `Path ${index + 1}` : `Possible path ${index + 1}: a step depends on what was not read`;
  const start = steps[0]?.from.title ?? '';
  return `<details${index === 0 ? ' open' : ''}><summary>${title} (${counted(steps.length, 'step')})</summary>
<ol><li class="start"><span class="place">${escaped(start)}</span></li>
${steps.map(stepHtml).join('')}</ol></details>\n`;
}

function stepHtml({ to, does, unknown, evidence, attack, brokenBy }: PathStep): string {
  const lines = [
    ...evidence.map((each) => `<p class="evidence">${evidenceHtml(each)}</p>`),
    ...unknown.map((reason) => `<p class="unsure">unknown: ${escaped(reason)}</p>`),
    ...brokenBy.map((change) => `<p class="broken">broken by: ${escaped(change)}</p>`),
  ];
  const ids = attack.length === 0 ? '' : ` <span class="ids">${attack.join(', ')}</span>`;
  return `<li${unknown.length > 0 ? ' class="unknown"' : ''}><p>${escaped(does)}${ids}</p>
${lines.join('\n')}
<p>→ <span class="place">${escaped(to.title)}</span></p></li>\n`;
}

function evidenceHtml({ what, file, line }: PathEvidence): string {
  if (file === undefined) return escaped(what);
  return `${escaped(what)} <code>${escaped(line === undefined ? file : `${file}:${line}`)}</code>`;
}
