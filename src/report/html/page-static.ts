import {
  isOpenFailure,
  severities,
  type AnyControl,
  type Finding,
  type LedgerRow,
  type LedgerState,
  type MergedReport,
  type Report,
  type WaiverUse,
  type Workload,
} from '../../core/index.ts';
import { chapters, findRecommendation } from '../../guidance/index.ts';
import { failingControls, type FailingControl } from '../grouping.ts';
import { escaped } from '../markup.ts';
import { counted } from '../outcome.ts';
import { resourceName, tally, type Tally } from '../page.ts';
import { printable } from '../printable.ts';
import { pageLevels } from './page-data.ts';

// The parts of the page that stand in it as text: whole without a script, and the ground that the script builds on.

/** So many lines of a list stand in the page; how many more there are is said behind them. */
const longest = 1000;
const controlsListed = 8;
const placesListed = 3;
const workloadsListed = 200;
const workloadsRanked = 6;

const stateGlyphs: Readonly<Record<LedgerState, string>> = { pass: '✓', fail: '✕', unknown: '?', 'not-applicable': '–' };
const stateWords: Readonly<Record<LedgerState, string>> = {
  pass: 'pass',
  fail: 'fail',
  unknown: 'unknown',
  'not-applicable': 'not applicable',
};
/** The order of legends: what needs somebody first. */
const states: readonly LedgerState[] = ['fail', 'unknown', 'pass', 'not-applicable'];

/** The mark of Plimsoll: a circle with the line that the water must not pass. */
const mark =
  '<svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true"><circle cx="16" cy="16" r="9.5"/><path d="M1.5 16h29"/></svg>';

function linked(href: string, text: string, more = ''): string {
  return `<a href="${href}"${more}>${text}</a>`;
}

/** A link to findings, with the filters of a fragment. */
function findingsLink(filters: Readonly<Record<string, string>>, text: string): string {
  return linked(`#findings?${escaped(new URLSearchParams(filters).toString())}`, text);
}

function capped<T>(items: readonly T[], render: (item: T) => string, noun: string): string {
  const rest = items.length - longest;
  const shown = items.slice(0, longest).map(render).join('');
  return rest > 0 ? `${shown}<li class="rest">and ${counted(rest, `more ${noun}`)}, all of them in the JSON report</li>` : shown;
}

export function pageTitle({ ledger, summary }: Report): string {
  return `${summary.byState.fail} of ${ledger.length} recommendations fail`;
}

function targetOf({ target, inputs }: Report): string {
  const { cluster } = target;
  if (cluster === undefined) return `${counted(inputs.resources, 'object')} in ${counted(inputs.files, 'file')}`;
  const parts = [`cluster ${cluster.context}`];
  if (cluster.namespaces !== undefined) parts.push(`namespace ${cluster.namespaces.join(', ')}`);
  if (cluster.snapshot !== undefined) parts.push(`snapshot of ${cluster.snapshot.taken}`);
  return parts.join(', ');
}

/** The banner and the ways to the views. */
export function header(report: Report): string {
  const { target, tool, findings, workloads, ledger, inputs } = report;
  const failing = findings.filter(isOpenFailure).length;
  const views = [
    ['overview', 'Overview', ''],
    ['findings', 'Findings', String(failing)],
    ['ledger', 'Ledger', String(ledger.length)],
    ['workloads', 'Workloads', String(workloads.length)],
    ['inputs', 'Inputs', inputs.unread.length === 0 ? '' : `${inputs.unread.length} unread`],
  ] as const;
  const items = views.map(([id, name, count]) => {
    const badge = count === '' ? '' : ` <span class="count${id === 'inputs' ? ' alarm' : ''}">${count}</span>`;
    return `<li>${linked(`#${id}`, `${name}${badge}`, ` data-view="${id}"`)}</li>`;
  });
  return `<a class="skip" href="#main">Skip to the report</a>
<header class="top">
<div class="brand">${mark}<div><h1 class="product">Plimsoll</h1><p class="target">${escaped(targetOf(report))}</p></div></div>
<dl class="facts"><div><dt>Kubernetes</dt><dd>${escaped(target.kubernetesVersion)}${target.assumed ? ' <span class="hint">assumed</span>' : ''}</dd></div>
<div><dt>Profile</dt><dd>${target.profile}</dd></div>
<div><dt>Version</dt><dd>${escaped(tool.version)}</dd></div></dl>
<div class="tools" data-script hidden>
<button type="button" id="theme" class="quiet" aria-keyshortcuts="t">Theme: <span id="theme-name">system</span></button>
<button type="button" id="help-open" class="quiet" aria-haspopup="dialog" aria-keyshortcuts="?">Keys</button>
</div>
</header>
<nav class="views" aria-label="Parts of the report"><ul>${items.join('')}</ul></nav>
`;
}

export function overview(report: Report, controls: readonly AnyControl[]): string {
  const { summary, ledger, findings, target, inputs } = report;
  const failing = findings.filter(isOpenFailure);
  const tiles = severities.map(
    (severity) =>
      `<li>${linked(`#findings?severity=${severity}&amp;waived=no`, `<span class="number">${summary.bySeverity[severity]}</span><span class="label">${severity}</span>`, ` class="tile ${severity}${summary.bySeverity[severity] === 0 ? ' none' : ''}"`)}</li>`,
  );
  const worst = failingControls(failing).slice(0, controlsListed);
  const titles = new Map(controls.map(({ id, title }) => [id, title]));
  return `<section id="overview" class="view" aria-labelledby="overview-title">
<h2 id="overview-title" class="headline" tabindex="-1">${headline(report)}</h2>
${notices(report)}
<div class="card"><h3>Recommendations of the guide</h3>
${distribution(
  states.map((state) => ({ name: stateWords[state], className: state, count: summary.byState[state], href: `#ledger?state=${state}` })),
  ledger.length,
)}
<p class="hint">Unknown is not a pass: what was read does not decide it. The ledger names the evidence that would.</p></div>
<div class="card"><h3>Findings by severity</h3><ul class="tiles">${tiles.join('')}</ul></div>
<div class="columns">
<div class="card"><h3>Repair first</h3>${worst.length === 0 ? '<p>No control fails.</p>' : `<ol class="worst">${worst.map((each) => worstControl(each, titles)).join('')}</ol>`}</div>
<div class="card"><h3>Workloads by Pod Security level</h3>${levels(report)}</div>
</div>
<div class="card"><h3>What the verdicts take for granted</h3>
${target.assumptions.length === 0 ? '<p>Nothing.</p>' : `<ul class="plain">${target.assumptions.map((each) => `<li>${escaped(each)}</li>`).join('')}</ul>`}
<p class="hint">Read: ${counted(inputs.files, 'file')}, ${counted(inputs.documents, 'document')}, ${counted(inputs.resources, 'object')} judged. ${linked('#inputs', 'What was not judged')}</p></div>
</section>
`;
}

function headline({ summary, inputs, ledger }: Report): string {
  if (inputs.resources === 0) return 'Nothing was judged';
  const { fail } = summary.byState;
  if (fail === 0) return `No recommendation of ${ledger.length} fails in what was read`;
  return `${fail} of ${counted(ledger.length, 'recommendation')} fail${fail === 1 ? 's' : ''}`;
}

/** What a reader must not miss. */
function notices({ inputs, target, findings, baseline, changedSince, merged = [] }: Report): string {
  const lines: string[] = [];
  const unread = inputs.unread.length;
  if (unread > 0)
    lines.push(
      `<p class="notice alarm"><strong>${counted(unread, target.cluster === undefined ? 'document' : 'part of the cluster', target.cluster === undefined ? 'documents' : 'parts of the cluster')} could not be read.</strong> Nothing in ${unread === 1 ? 'it' : 'them'} was judged: the findings are not known to be all. ${linked('#inputs', 'See which')}</p>`,
    );
  if (target.partial)
    lines.push(
      '<p class="notice"><strong>A part was judged.</strong> What was not read may exist elsewhere, so that nothing fails for being absent.</p>',
    );
  const waived = findings.filter((finding) => finding.waived !== undefined).length;
  if (waived > 0)
    lines.push(
      `<p class="notice"><strong>${counted(waived, 'finding')} waived.</strong> Somebody answers for each; they do not count. ${findingsLink({ verdict: 'any', waived: 'only' }, 'See them')}</p>`,
    );
  if (baseline !== undefined)
    lines.push(
      `<p class="notice"><strong>Only what is new is listed.</strong> The baseline ${escaped(baseline.file)} knows ${counted(baseline.known, 'finding')} more, which the ledger counts; ${baseline.gone} of its findings ${baseline.gone === 1 ? 'is' : 'are'} gone.</p>`,
    );
  if (changedSince !== undefined)
    lines.push(
      `<p class="notice"><strong>Only what changed since ${escaped(changedSince.revision)} is listed.</strong> ${counted(changedSince.unchanged, 'finding')} that ${changedSince.unchanged === 1 ? 'was' : 'were'} there then ${changedSince.unchanged === 1 ? 'is' : 'are'} left out; the ledger counts ${changedSince.unchanged === 1 ? 'it' : 'them'}.</p>`,
    );
  if (merged.length > 0)
    lines.push(`<p class="notice"><strong>${counted(merged.length, 'report')} merged.</strong> ${linked('#inputs', 'See which')}</p>`);
  return lines.join('\n');
}

interface Share {
  readonly name: string;
  readonly className: string;
  readonly count: number;
  readonly href: string;
}

/** Shares as one bar and as numbers. A bar of SVG has widths without styles, which the policy of the page refuses. */
function distribution(shares: readonly Share[], total: number): string {
  let x = 0;
  const bars = shares.map(({ className, count }) => {
    const width = total === 0 ? 0 : (count / total) * 1000;
    const bar = `<rect class="${className}" x="${x.toFixed(1)}" width="${width.toFixed(1)}" height="16"/>`;
    x += width;
    return bar;
  });
  const legend = shares.map(
    ({ name, className, count, href }) =>
      `<li>${linked(href, `<span class="swatch ${className}"></span><strong>${count}</strong> ${name}`)}</li>`,
  );
  return `<svg class="bar" viewBox="0 0 1000 16" preserveAspectRatio="none" aria-hidden="true"><defs><pattern id="hatch" width="9" height="9" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="hatch" d="M0 0v9"/></pattern></defs>${bars.join('')}</svg>
<ul class="legend">${legend.join('')}</ul>`;
}

function worstControl({ control, severity, count }: FailingControl, titles: ReadonlyMap<string, string>): string {
  const name = findingsLink({ control }, escaped(titles.get(control) ?? control));
  return `<li><span class="badge ${severity}">${severity}</span> ${name} <span class="hint">${counted(count, 'finding')}</span></li>`;
}

function levels({ workloads, findings }: Report): string {
  if (workloads.length === 0) return '<p>No workload was read.</p>';
  const shares = pageLevels.map((level) => ({
    name: level,
    className: `level-${level}`,
    count: workloads.filter(({ podSecurityLevel }) => podSecurityLevel === level).length,
    href: `#workloads?level=${level}`,
  }));
  const counts = countsByObject(findings);
  const affected = workloads
    .map((workload) => ({ workload, counts: counts.get(objectKey(workload)) ?? [0, 0, 0, 0] }))
    .filter((each) => each.counts.some((count) => count > 0))
    .sort((a, b) => compareCounts(b.counts, a.counts))
    .slice(0, workloadsRanked)
    .map(({ workload, counts: bySeverity }) => {
      const name = linked(
        `#workloads?${escaped(new URLSearchParams({ q: printable(workload.resource.name) }).toString())}`,
        escaped(resourceName(workload.resource)),
      );
      const badges = severities.flatMap((severity, index) =>
        bySeverity[index]! > 0 ? [`<span class="badge ${severity}">${bySeverity[index]} ${severity}</span>`] : [],
      );
      return `<li>${name} ${badges.slice(0, 2).join(' ')}</li>`;
    });
  return `${distribution(shares, workloads.length)}<p class="hint">The strictest level of the Pod Security Standards that each of ${counted(workloads.length, 'workload')} meets as it is written.</p>${affected.length === 0 ? '' : `<ol class="affected">${affected.join('')}</ol>`}`;
}

/** The same object may stand in several files. */
function objectKey({ resource: { kind, namespace = '', name }, file }: Pick<Workload, 'resource' | 'file'>): string {
  return JSON.stringify([kind, namespace, name, file]);
}

/** What fails of each object, by severity, worst first. */
function countsByObject(findings: readonly Finding[]): Map<string, number[]> {
  const counts = new Map<string, number[]>();
  for (const finding of findings.filter(isOpenFailure)) {
    const key = objectKey(finding);
    let those = counts.get(key);
    if (those === undefined) counts.set(key, (those = [0, 0, 0, 0]));
    those[severities.indexOf(finding.severity)]!++;
  }
  return counts;
}

function compareCounts(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((count, index) => count !== b[index]);
  return at === -1 ? 0 : a[at]! - b[at]!;
}

/** The findings as they stand without a script: each control with some of its places. The script takes their place. */
export function* findingsView(report: Report, controls: readonly AnyControl[], fleet: boolean): Generator<string, void> {
  const failing = report.findings.filter(isOpenFailure);
  yield `<section id="findings" class="view" aria-labelledby="findings-title">
<h2 id="findings-title" class="view-title" tabindex="-1">Findings</h2>
<form id="filters" class="filters" role="search" aria-label="Findings" data-script hidden>
<div class="search"><label for="q" class="hidden">Search in findings</label><input id="q" type="search" placeholder="Search names, messages, files, controls" autocomplete="off" spellcheck="false" aria-keyshortcuts="/"></div>
<fieldset class="chips"><legend class="hidden">Severity</legend>${severities.map((severity) => `<button type="button" class="chip ${severity}" data-severity="${severity}" aria-pressed="false">${severity} <span class="count"></span></button>`).join('')}</fieldset>
<fieldset class="chips"><legend class="hidden">Verdict</legend>${['fail', 'unknown', 'any'].map((verdict) => `<button type="button" class="chip" data-verdict="${verdict}" aria-pressed="false">${verdict} <span class="count"></span></button>`).join('')}</fieldset>
<details class="choices" id="choices"><summary>More filters</summary><div>
${fleet ? choice('cluster', 'Cluster') : ''}${choice('chapter', 'Chapter')}${choice('namespace', 'Namespace')}${choice('kind', 'Kind')}${choice('waived', 'Waived')}${choice('group', 'Group by')}
</div></details>
<div class="line"><p id="finding-status" role="status" aria-live="polite"></p><ul id="active" class="active" aria-label="Filters from links"></ul><button type="button" id="clear" class="quiet" aria-keyshortcuts="x">Clear filters</button></div>
</form>
<div id="finding-list">
`;
  const byControl = new Map<string, Finding[]>();
  for (const finding of failing) {
    const those = byControl.get(finding.control);
    if (those === undefined) byControl.set(finding.control, [finding]);
    else those.push(finding);
  }
  if (failing.length === 0) yield '<p>Nothing fails.</p>\n';
  for (const { control: id, severity, count } of failingControls(failing)) {
    const control = controls.find((each) => each.id === id);
    const places = byControl.get(id)!;
    yield `<section class="group"><h3><span class="badge ${severity}">${severity}</span> <span class="name">${escaped(control?.title ?? id)}</span> <span class="hint">${escaped(id)}, ${counted(count, 'finding')}</span></h3>
${control === undefined ? '' : `<p>${escaped(control.why)}</p>${control.remedy === undefined ? '' : `<p><strong>Repair:</strong> ${escaped(control.remedy)}</p>`}`}
<ul class="plain">${places
      .slice(0, placesListed)
      .map((finding) => `<li>${escaped(finding.message)} <span class="where">${escaped(place(report, finding))}</span></li>`)
      .join(
        '',
      )}${places.length > placesListed ? `<li class="rest">and in ${counted(places.length - placesListed, 'more place')}</li>` : ''}</ul></section>
`;
  }
  yield `</div>
<p id="finding-print" class="print-only"></p>
</section>
`;
}

function choice(id: string, name: string): string {
  return `<label>${name} <select id="${id}"></select></label>`;
}

function place({ target }: Report, { file, line }: Pick<Finding, 'file' | 'line'>): string {
  return target.cluster === undefined ? `${file}:${line}` : file;
}

/** Every recommendation: as a map of cells, and one by one with what the guide asks for. */
export function* ledgerView(report: Report): Generator<string, void> {
  const counts = findingCounts(report.findings);
  const byChapter = new Map<string, LedgerRow[]>();
  for (const row of report.ledger) {
    const rows = byChapter.get(row.chapter);
    if (rows === undefined) byChapter.set(row.chapter, [row]);
    else rows.push(row);
  }
  yield `<section id="ledger" class="view" aria-labelledby="ledger-title">
<h2 id="ledger-title" class="view-title" tabindex="-1">Ledger</h2>
<p class="lead">All ${counted(report.ledger.length, 'recommendation')} of the guide, whether or not anything was found. Each cell leads to its entry below.</p>
<ul class="legend states" id="states">${states.map((state) => `<li><a href="#ledger?state=${state}" data-state="${state}"><span class="swatch ${state}">${stateGlyphs[state]}</span><strong>${report.summary.byState[state]}</strong> ${stateWords[state]}</a></li>`).join('')}<li data-script hidden><a href="#ledger" data-state="">all</a></li></ul>
<div class="map">
`;
  for (const [code, rows] of byChapter) {
    const cells = rows.map((row) => cell(row, counts.get(row.code) ?? none)).join('');
    yield `<div class="map-row"><h3>${escaped(chapterTitle(code))} <span class="code">${escaped(code)}</span></h3><ul>${cells}</ul></div>\n`;
  }
  yield '</div>\n<p id="ledger-status" class="hidden" role="status" aria-live="polite"></p>\n';
  for (const [code, rows] of byChapter) {
    yield `<section class="chapter" aria-labelledby="chapter-${escaped(code)}"><h3 id="chapter-${escaped(code)}">${escaped(chapterTitle(code))} <span class="code">${escaped(code)}</span></h3>\n`;
    for (const row of rows) yield entry(row, counts.get(row.code) ?? none);
    yield '</section>\n';
  }
  yield '</section>\n';
}

interface Counts {
  fail: number;
  unknown: number;
  waived: number;
}

const none: Counts = { fail: 0, unknown: 0, waived: 0 };

/** Findings by the recommendations that they concern. */
function findingCounts(findings: readonly Finding[]): Map<string, Counts> {
  const byCode = new Map<string, Counts>();
  for (const { codes, verdict, waived } of findings)
    for (const code of codes) {
      let counts = byCode.get(code);
      if (counts === undefined) byCode.set(code, (counts = { ...none }));
      if (waived !== undefined) counts.waived++;
      else if (verdict === 'fail' || verdict === 'unknown') counts[verdict]++;
    }
  return byCode;
}

function chapterTitle(code: string): string {
  return chapters.find((chapter) => chapter.code === code)?.title ?? code;
}

function cell({ code, title, state }: LedgerRow, { fail, unknown }: Counts): string {
  const found = fail > 0 ? `, ${counted(fail, 'finding')}` : unknown > 0 ? `, ${unknown} not known` : '';
  const says = escaped(`${code} ${stateWords[state]}: ${title}${found}`);
  const number = escaped(code.slice(code.lastIndexOf('-') + 1));
  return `<li><a class="cell ${state}" href="#ledger/${escaped(encodeURIComponent(code))}" data-state="${state}" title="${says}" aria-label="${says}"><span>${number}</span><span class="glyph">${stateGlyphs[state]}</span></a></li>`;
}

function entry({ code, title, state, subjects, needs, controls, note }: LedgerRow, { fail, unknown, waived }: Counts): string {
  const recommendation = findRecommendation(code);
  const judged = [
    [subjects.fail, 'fail'],
    [subjects.unknown, 'unknown'],
    [subjects.pass, 'pass'],
    [subjects.notApplicable, 'not applicable'],
  ] as const;
  const counts = judged.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  if (waived > 0) counts.push(`${counted(waived, 'finding')} waived`);
  if (state === 'unknown' && needs.length > 0) counts.push(`needs ${needs.join(', ')}`);
  const facts: [string, string][] = [];
  if (note !== undefined) facts.push(['Note', escaped(note)]);
  if (needs.length > 0) facts.push(['Needs evidence of', escaped(needs.join(', '))]);
  if (controls.length > 0) facts.push(['Controls', controls.map((id) => `<code>${escaped(id)}</code>`).join(' ')]);
  else facts.push(['Controls', 'none of this version decides it']);
  if (recommendation !== undefined) {
    if (recommendation.today !== '') facts.push(['Today', escaped(recommendation.today)]);
    facts.push(['Repair', escaped(recommendation.remedy)], ['In the guide', escaped(recommendation.reference)]);
  }
  const links = [
    ...(fail > 0 ? [findingsLink({ code, waived: 'no' }, `Show ${counted(fail, 'finding')}`)] : []),
    ...(unknown > 0 ? [findingsLink({ code, verdict: 'unknown', waived: 'no' }, `Show ${counted(unknown, 'verdict')} not known`)] : []),
    ...(waived > 0 ? [findingsLink({ code, verdict: 'any', waived: 'only' }, `Show ${waived} waived`)] : []),
  ];
  return `<details class="entry" id="ledger/${escaped(encodeURIComponent(code))}" data-state="${state}"><summary data-stop><span class="state ${state}"><span class="glyph">${stateGlyphs[state]}</span> ${stateWords[state]}</span><span class="code">${escaped(code)}</span><span class="name">${escaped(title)}</span><span class="hint">${counts.join(', ')}</span></summary>
<div class="body">${recommendation === undefined ? '' : `<p>${escaped(recommendation.asks)}</p>`}<dl>${facts.map(([name, text]) => `<div><dt>${name}</dt><dd>${text}</dd></div>`).join('')}</dl>${links.length === 0 ? '' : `<p class="links">${links.join(' ')}</p>`}</div></details>
`;
}

/** The workloads as a table; the script takes its place and shows the findings of each by container. */
export function workloadsView(report: Report): string {
  const counts = countsByObject(report.findings);
  const rows = report.workloads.slice(0, workloadsListed).map((workload) => {
    const { resource, podSecurityLevel, restrictedBy } = workload;
    return `<tr><th scope="row">${escaped(resourceName(resource))}<br><span class="where">${escaped(place(report, workload))}</span></th><td><span class="level ${podSecurityLevel}">${podSecurityLevel}</span></td><td>${(counts.get(objectKey(workload)) ?? []).reduce((sum, count) => sum + count, 0)}</td><td>${escaped(restrictedBy.join(', '))}</td></tr>`;
  });
  const rest = report.workloads.length - rows.length;
  return `<section id="workloads" class="view" aria-labelledby="workloads-title">
<h2 id="workloads-title" class="view-title" tabindex="-1">Workloads</h2>
<div class="filters" data-script hidden><div class="search"><label for="workload-q" class="hidden">Search workloads</label><input id="workload-q" type="search" placeholder="Search workloads" autocomplete="off" spellcheck="false"></div>
<fieldset class="chips"><legend class="hidden">Pod Security level</legend>${pageLevels.map((level) => `<button type="button" class="chip level-${level}" data-level="${level}" aria-pressed="false">${level} <span class="count"></span></button>`).join('')}</fieldset>
<div class="line"><p id="workload-status" role="status" aria-live="polite"></p></div></div>
<div id="workload-list">${rows.length === 0 ? '<p>No workload was read.</p>' : `<table><thead><tr><th scope="col">Workload</th><th scope="col">Level</th><th scope="col">Findings</th><th scope="col">Kept from the next by</th></tr></thead><tbody>${rows.join('\n')}</tbody></table>${rest > 0 ? `<p class="rest">and ${counted(rest, 'more workload')}, all of them in the JSON report</p>` : ''}`}</div>
</section>
`;
}

/** What was read and what was not. */
export function inputsView(report: Report): string {
  const { inputs, target } = report;
  const { unread, skipped, excepted, drifted, staticPods } = inputs;
  const where = (each: Pick<Finding, 'file' | 'line'>): string => `<span class="where">${escaped(place(report, each))}</span>`;
  const parts = [
    part(
      'Could not be read',
      unread.length,
      'Nothing in these was judged.',
      capped(unread, (each) => `<li>${where(each)} ${escaped(each.reason)}</li>`, 'unread document'),
      unread.length > 0 ? ' alarm' : '',
      'Everything could be read.',
    ),
    part(
      'Skipped',
      skipped.reduce((sum, { count }) => sum + count, 0),
      'Not judged, for a reason that is in order.',
      capped(
        tally(skipped.map(({ reason, count, file, line }) => ({ reason, count, where: place(report, { file, line }) }))),
        tallied,
        'reason',
      ),
    ),
    part(
      'Excepted',
      excepted.length,
      'Objects of the system, not judged; --system judges them too.',
      capped(tally(excepted.map(({ reason, resource }) => ({ reason, count: 1, where: resourceName(resource) }))), tallied, 'reason'),
    ),
  ];
  const { waivers = [], merged = [] } = report;
  if (merged.length > 0)
    parts.unshift(part('Merged reports', merged.length, 'What this report was made of.', capped(merged, mergedReport, 'report')));
  if (waivers.length > 0)
    parts.push(part('Waivers', waivers.length, 'Who answers for what, until when.', capped(waivers, waiverUse, 'waiver')));
  if (drifted.length > 0)
    parts.push(
      part(
        'Differ from the template of their owner',
        drifted.reduce((sum, { count }) => sum + count, 0),
        'Judged themselves.',
        capped(
          drifted,
          ({ resource, count, differences, more = 0 }) =>
            `<li>${escaped(resourceName(resource))}${count > 1 ? `, and ${count - 1} more` : ''}<ul>${differences.map(({ path, change }) => `<li>${change} <code>${escaped(path)}</code></li>`).join('')}${more > 0 ? `<li class="rest">and ${counted(more, 'more field')}</li>` : ''}</ul></li>`,
          'difference',
        ),
      ),
    );
  if (staticPods.length > 0)
    parts.push(
      part(
        'Static pods',
        staticPods.length,
        'Judged; only a file on their node changes them.',
        capped(staticPods, ({ resource, node }) => `<li>${escaped(resourceName(resource))}, node ${escaped(node)}</li>`, 'static pod'),
      ),
    );
  return `<section id="inputs" class="view" aria-labelledby="inputs-title">
<h2 id="inputs-title" class="view-title" tabindex="-1">Inputs</h2>
<p class="lead">${target.cluster === undefined ? `${counted(inputs.files, 'file')} with ${counted(inputs.documents, 'document')}` : escaped(targetOf(report))}; ${counted(inputs.resources, 'object')} judged.</p>
${parts.join('\n')}
</section>
`;
}

function part(title: string, count: number, about: string, items: string, more = '', empty = 'None.'): string {
  return `<div class="card${more}"><h3>${title} <span class="count">${count}</span></h3>${count === 0 ? `<p>${empty}</p>` : `<p>${about}</p><ul class="plain">${items}</ul>`}</div>`;
}

function mergedReport({ file, tool, kubernetesVersion, objects, findings, unread }: MergedReport): string {
  return `<li><span class="where">${escaped(file)}</span> ${counted(objects, 'object')}, ${counted(findings, 'finding')}, ${unread} unread; Kubernetes ${escaped(kubernetesVersion)}, Plimsoll ${escaped(tool)}</li>`;
}

function waiverUse({ control, state, findings, owner, until, reason, ticket, file, line }: WaiverUse): string {
  const places = counted(findings, 'finding');
  const word = { active: places, unused: 'unused', expired: `expired, ${places}`, idle: 'not decided here' }[state];
  const agreed = ticket === undefined ? '' : `, ${escaped(ticket)}`;
  return `<li><code>${escaped(control)}</code> <strong>${word}</strong>: ${escaped(reason)} (${escaped(owner)}, until ${escaped(until)}${agreed}) <span class="where">${escaped(`${file}:${line}`)}</span></li>`;
}

function tallied({ reason, count, example }: Tally): string {
  return `<li><strong>${count}</strong> ${escaped(reason)} <span class="where">${count === 1 ? '' : 'first '}${escaped(example)}</span></li>`;
}

/** The keys of the page, shown on demand. */
export const help = `<dialog id="help" aria-labelledby="help-title"><h2 id="help-title">Keys</h2>
<dl class="keys"><div><dt><kbd>1</kbd> to <kbd>5</kbd></dt><dd>the parts of the report</dd></div>
<div><dt><kbd>/</kbd></dt><dd>search</dd></div>
<div><dt><kbd>j</kbd> <kbd>k</kbd></dt><dd>next, previous entry</dd></div>
<div><dt><kbd>Enter</kbd></dt><dd>open or close an entry</dd></div>
<div><dt><kbd>x</kbd></dt><dd>clear filters</dd></div>
<div><dt><kbd>t</kbd></dt><dd>theme: system, light, dark</dd></div>
<div><dt><kbd>?</kbd></dt><dd>this help</dd></div>
<div><dt><kbd>Esc</kbd></dt><dd>close it; leave the search</dd></div></dl>
<label class="check"><input type="checkbox" id="keys" checked> Keys are on</label>
<form method="dialog"><button>Close</button></form></dialog>
`;
