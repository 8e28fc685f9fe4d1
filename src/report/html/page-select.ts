import { findingAt, findingCount, pageSeverities, pageVerdicts, type PageData } from './page-data.ts';
import { withoutNamespace, type Filters, type Grouping } from './page-state.ts';

/** How many findings there were with every choice of one filter, the others as they are. */
export interface FacetCounts {
  readonly severity: ReadonlyMap<string, number>;
  readonly verdict: ReadonlyMap<string, number>;
  readonly chapter: ReadonlyMap<string, number>;
  readonly cluster: ReadonlyMap<string, number>;
  readonly namespace: ReadonlyMap<string, number>;
  readonly kind: ReadonlyMap<string, number>;
  readonly waived: ReadonlyMap<string, number>;
}

export interface Selection {
  /** Rows of findings in the order of the report. */
  readonly rows: readonly number[];
  readonly counts: FacetCounts;
}

const facets = ['severity', 'verdict', 'chapter', 'namespace', 'kind', 'waived', 'cluster'] as const;
const beyond = 1 << facets.length;

/** The findings that every filter lets through. */
export function selected(data: PageData, filters: Filters): Selection {
  const counts = {
    severity: new Map<string, number>(),
    verdict: new Map<string, number>(),
    chapter: new Map<string, number>(),
    cluster: new Map<string, number>(),
    namespace: new Map<string, number>(),
    kind: new Map<string, number>(),
    waived: new Map<string, number>(),
  };
  const chaptersOf = data.controls.map(({ codes }) => [...new Set(codes.map((code) => code.replace(/-[^-]*$/, '')))]);
  const searched = searching(data, filters.q);
  const wantedObject = filters.object === '' ? -1 : Number(filters.object);
  const rows: number[] = [];
  for (let row = 0; row < findingCount(data); row++) {
    const control = findingAt(data, row, 'control');
    const object = findingAt(data, row, 'object');
    const { cluster, kind, namespace } = data.objects[object]!;
    const values = {
      severity: pageSeverities[findingAt(data, row, 'severity')]!,
      verdict: pageVerdicts[findingAt(data, row, 'verdict')]!,
      namespace: namespace === 0 ? withoutNamespace : data.texts[namespace]!,
      kind: data.texts[kind]!,
      waived: findingAt(data, row, 'waiver') === 0 ? 'no' : 'only',
      cluster: data.texts[cluster]!,
    };
    const chapters = chaptersOf[control]!;
    let refused = 0;
    if (filters.severity.length > 0 && !filters.severity.includes(values.severity)) refused |= 1;
    if (filters.verdict !== 'any' && filters.verdict !== values.verdict) refused |= 2;
    if (filters.chapter !== '' && !chapters.includes(filters.chapter)) refused |= 4;
    if (filters.namespace !== '' && filters.namespace !== values.namespace) refused |= 8;
    if (filters.kind !== '' && filters.kind !== values.kind) refused |= 16;
    if (filters.waived !== '' && filters.waived !== values.waived) refused |= 32;
    if (filters.cluster !== '' && filters.cluster !== values.cluster) refused |= 64;
    const { id, codes } = data.controls[control]!;
    if (wantedObject >= 0 && wantedObject !== object) refused |= beyond;
    else if (filters.control !== '' && filters.control !== id) refused |= beyond;
    else if (filters.code !== '' && !codes.includes(filters.code)) refused |= beyond;
    else if (!searched(row)) refused |= beyond;
    if (refused === 0) rows.push(row);
    for (const [index, facet] of facets.entries()) {
      if ((refused & ~(1 << index)) !== 0) continue;
      if (facet === 'chapter') for (const chapter of chapters) add(counts.chapter, chapter);
      else add(counts[facet], values[facet]);
    }
  }
  return { rows, counts };
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Whether every word of a search stands somewhere in a finding. Each text is searched once, however many findings share it. */
function searching(data: PageData, query: string): (row: number) => boolean {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean).slice(0, 30);
  if (words.length === 0) return () => true;
  const hits = (text: string): number => {
    const lower = text.toLowerCase();
    return words.reduce((mask, word, index) => (lower.includes(word) ? mask | (1 << index) : mask), 0);
  };
  const all = 2 ** words.length - 1;
  const inTexts = Int32Array.from(data.texts, hits);
  const inControls = data.controls.map(({ id, title, codes }) => hits(`${id} ${title} ${codes.join(' ')}`));
  const inObjects = data.objects.map(({ title, kind, namespace }) => inTexts[title]! | inTexts[kind]! | inTexts[namespace]!);
  return (row) => {
    const found =
      inControls[findingAt(data, row, 'control')]! |
      inObjects[findingAt(data, row, 'object')]! |
      inTexts[findingAt(data, row, 'container')]! |
      inTexts[findingAt(data, row, 'path')]! |
      inTexts[findingAt(data, row, 'file')]! |
      inTexts[findingAt(data, row, 'message')]!;
    return (found & all) === all;
  };
}

export interface Group {
  /** The number of the control, object or file, or of the severity. */
  readonly key: number;
  /** The number of the worst severity of it. */
  readonly worst: number;
  /** Worst first, then in the order of the report. */
  readonly rows: readonly number[];
}

/** Findings by what they share: the worst group first, of equals the larger one. */
export function groupsOf(data: PageData, rows: readonly number[], grouping: Grouping): readonly Group[] {
  const byKey = new Map<number, number[]>();
  for (const row of rows) {
    const key = findingAt(data, row, grouping);
    const those = byKey.get(key);
    if (those === undefined) byKey.set(key, [row]);
    else those.push(row);
  }
  const severity = (row: number): number => findingAt(data, row, 'severity');
  return [...byKey]
    .map(([key, those]): Group => {
      those.sort((a, b) => severity(a) - severity(b) || a - b);
      return { key, worst: severity(those[0]!), rows: those };
    })
    .sort((a, b) => a.worst - b.worst || b.rows.length - a.rows.length || a.key - b.key);
}
