// What the page of a report holds besides its text: the findings and workloads as numbers into tables, because names, paths and
// messages repeat, and a hundred thousand findings must open.

export interface PageData {
  /** Whether objects stand in no file and on no line. */
  readonly live: boolean;
  /** Whether the objects are of several clusters. */
  readonly fleet: boolean;
  readonly chapters: readonly PageChapter[];
  readonly controls: readonly PageControl[];
  readonly objects: readonly PageObject[];
  readonly waivers: readonly PageWaiver[];
  /** Rows of `findingColumns.length` numbers, one behind the other. */
  readonly findings: readonly number[];
  readonly workloads: readonly PageWorkload[];
  /** What the numbers of texts mean; 0 is the empty one. All of it is printable. */
  readonly texts: readonly string[];
}

export interface PageChapter {
  readonly code: string;
  readonly title: string;
}

export interface PageControl {
  readonly id: string;
  readonly title: string;
  readonly why: string;
  /** What a person does, or what may break where a machine does it. */
  readonly remedy: string;
  readonly risk: string;
  readonly codes: readonly string[];
}

/** Names as numbers of texts; `title` is how reports name the object. */
export interface PageObject {
  /** Of several clusters the one that it is in, else the empty text. */
  readonly cluster: number;
  readonly kind: number;
  readonly namespace: number;
  readonly title: number;
}

export interface PageWaiver {
  readonly reason: string;
  readonly owner: string;
  readonly until: string;
  readonly ticket: string;
  readonly place: string;
}

export interface PageWorkload {
  readonly object: number;
  readonly file: number;
  readonly line: number;
  readonly level: number;
  readonly restrictedBy: readonly string[];
}

export const pageSeverities = ['critical', 'high', 'medium', 'low'] as const;
export const pageVerdicts = ['fail', 'unknown', 'pass', 'not-applicable'] as const;
export const pageLevels = ['privileged', 'baseline', 'restricted'] as const;
/** How far a machine can repair it; the first where only a person can. */
export const pageFixes = ['', 'safe', 'review', 'shown'] as const;

/** What the numbers of a row of findings are; `waiver` is one more than the number of the waiver, and 0 without one. */
export const findingColumns = [
  'control',
  'severity',
  'verdict',
  'object',
  'container',
  'path',
  'file',
  'line',
  'message',
  'fix',
  'waiver',
] as const;

export type FindingColumn = (typeof findingColumns)[number];

const columnNumber = Object.fromEntries(findingColumns.map((column, index) => [column, index])) as Record<FindingColumn, number>;

/** One number of a row. */
export function findingAt({ findings }: Pick<PageData, 'findings'>, row: number, column: FindingColumn): number {
  return findings[row * findingColumns.length + columnNumber[column]] ?? 0;
}

export function findingCount({ findings }: Pick<PageData, 'findings'>): number {
  return findings.length / findingColumns.length;
}
