import type { Report } from '../../core/index.ts';
import { encodePage } from '../html/page-encode.ts';
import { escaped } from '../markup.ts';
import { findingsView, header, help, inputsView, ledgerView, overview, pageTitle, workloadsView } from '../html/page-static.ts';
import { pageScript, pageScriptHash, pageStyle, pageStyleHash } from '../html/page.generated.ts';
import type { FormatOptions } from './index.ts';

/**
 * The report as one page that needs nothing else: no network, no font, no picture, and a policy that lets nothing run but its
 * own script. Without scripts it is a summary to read; with them findings are filtered, and large reports shown in portions.
 */
export function* formatHtml(
  report: Report,
  { controls, clusters = [] }: Pick<FormatOptions, 'controls' | 'clusters'>,
): Generator<string, void> {
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${pageScriptHash}'`,
    `style-src 'sha256-${pageStyleHash}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Plimsoll: ${pageTitle(report)}</title>
<style>${pageStyle}</style>
</head>
<body>
${header(report)}<main id="main" tabindex="-1">
${overview(report, controls)}`;
  yield* findingsView(report, controls, clusters.length > 0);
  yield* ledgerView(report);
  yield workloadsView(report);
  yield inputsView(report);
  yield `</main>
<footer><p>Written by Plimsoll ${escaped(report.tool.version)}. The fragment of the address keeps the view and its filters.</p></footer>
${help}<script type="application/json" id="report">`;
  yield* encodePage(report, controls, clusters);
  yield `</script>
<script>${pageScript}</script>
</body>
</html>
`;
}
