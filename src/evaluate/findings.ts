import {
  compareText,
  formatPath,
  severities,
  type AnyControl,
  type Finding,
  type Location,
  type MadeFrom,
  type Path,
  type Place,
  type ResourceRef,
  type Severity,
  type Verdict,
} from '../core/index.ts';
import { hash, hexOf } from './fingerprint.ts';
import { sharedPaths } from './shared-paths.ts';

/** What a finding is about, with its place found. */
export interface Spot {
  readonly ref: ResourceRef;
  readonly file: string;
  readonly container: string | undefined;
  readonly path: Path;
  /** The path in a form that survives reordering (fingerprint.ts). */
  readonly steps: readonly string[];
  readonly location: Location;
  /** The number of the resource that it is about. */
  readonly subject: number;
  /** Takes the place of what the control says. */
  readonly severity?: Severity | undefined;
  /** Where the same would be told of what the object was made from: then it is not told again. */
  readonly twin: Twin | undefined;
}

interface Twin {
  readonly ref: ResourceRef;
  readonly steps: readonly string[];
}

/** How the steps of a place read where the object was made from: a finding there is not told again. */
export function twinOf(madeFrom: MadeFrom | undefined, steps: readonly string[], container?: string): Twin | undefined {
  if (madeFrom === undefined) return undefined;
  const { owner, templatePath } = madeFrom;
  const own = steps[0] === 'metadata' && steps[1] !== 'labels' && steps[1] !== 'annotations';
  const there = own ? steps : [...templatePath.map(String), ...steps];
  return { ref: owner, steps: container === undefined ? there : [container, ...there] };
}

/** Gathers what verdicts have to say, and in the end sorts it and tells equal fingerprints apart. */
export interface Findings {
  /** The places of a verdict that become findings: none for a pass unless all subjects are wanted. */
  placesOf(verdict: Verdict): readonly Place[];
  /** Answers with the row of the finding; undefined where it is less severe than what is wanted. */
  add(control: AnyControl, verdict: Verdict['verdict'], place: Place, spot: Spot): number | undefined;
  /** What a row says that takes time to make. */
  told(row: number): Pick<Finding, 'path' | 'fingerprint'>;
  /** Gives away what was gathered, and forgets it. */
  take(): FindingTable;
  /** Adds what another gathered, whose resources get numbers from `firstSubject` on. */
  join(table: FindingTable, firstSubject: number): void;
  /** All findings in order; `each` hears of every one, with the number of the resource that it is about. */
  settle(each?: (finding: Writable<Finding>, subject: number) => void): Finding[];
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Findings as rows of numbers: hundreds of thousands fit in little memory, and pass from one thread to another at once.
 * What repeats from finding to finding stands once, in the lists.
 */
export interface FindingTable {
  readonly rows: Int32Array<ArrayBuffer>;
  readonly texts: readonly string[];
  readonly resources: readonly ResourceRef[];
  /** Rows with the two words of the fingerprint of their twin, wherever there is one. */
  readonly twins: readonly (readonly [row: number, high: number, low: number])[];
}

/** The columns of a row: indexes into the lists of a table, numbers, and the two words of the fingerprint. */
const [
  control$,
  severity$,
  verdict$,
  resource$,
  container$,
  path$,
  file$,
  message$,
  line$,
  column$,
  endLine$,
  endColumn$,
  subject$,
  print$,
] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13];
const width = 15;

const nowhereToTell: readonly Place[] = [];

const verdicts: readonly Verdict['verdict'][] = ['fail', 'unknown', 'pass', 'not-applicable'];

export function startFindings(controls: readonly AnyControl[], minSeverity: Severity, all: boolean): Findings {
  const lowest = severities.indexOf(minSeverity);
  const numberOf = new Map(controls.map((control, index) => [control, index]));
  let rows = new Int32Array(256 * width);
  let end = 0;
  let texts: string[] = [];
  let known = new Map<string, number>();
  const sharedPath = sharedPaths();
  let knownPaths = new WeakMap<Path, number>();
  let resources: ResourceRef[] = [];
  let twins: [row: number, high: number, low: number][] = [];

  function newRow(): number {
    if (end === rows.length) {
      const longer = new Int32Array(2 * end);
      longer.set(rows);
      rows = longer;
    }
    end += width;
    return end - width;
  }

  function textNumber(text: string): number {
    let index = known.get(text);
    if (index === undefined) {
      index = texts.push(text) - 1;
      known.set(text, index);
    }
    return index;
  }

  /** Few places come again and again: that is sooner seen by their steps than by their text, which would be made and hashed each time. */
  function pathNumber(path: Path): number {
    const shared = sharedPath(path);
    let index = knownPaths.get(shared);
    if (index === undefined) knownPaths.set(shared, (index = textNumber(formatPath(path))));
    return index;
  }

  function compareRows(a: number, b: number): number {
    const fileA = rows[a + file$]!;
    const fileB = rows[b + file$]!;
    if (fileA !== fileB) return compareText(texts[fileA]!, texts[fileB]!);
    // Rows are in order of their adding: findings at one place stay in the order of the controls.
    return rows[a + line$]! - rows[b + line$]! || rows[a + column$]! - rows[b + column$]! || a - b;
  }

  /** Undefined for what was said before, word for word: pods of one workflow have fields of it in common. */
  function findingOf(row: number, firsts: Map<string, number>, others: Map<string, number[]>): Writable<Finding> | undefined {
    const control = controls[rows[row + control$]!]!;
    const verdict = verdicts[rows[row + verdict$]!]!;
    const container = rows[row + container$]!;
    const print = hexOf(rows, row + print$);
    const first = firsts.get(print);
    let before = 0;
    if (first === undefined) firsts.set(print, row);
    else {
      const more = others.get(print) ?? [];
      if ([first, ...more].some((earlier) => saysTheSame(earlier, row))) return undefined;
      before = more.push(row);
      others.set(print, more);
    }
    const finding: Writable<Finding> = {
      control: control.id,
      codes: control.decides,
      severity: severities[rows[row + severity$]!]!,
      verdict,
      resource: resources[rows[row + resource$]!]!,
      path: texts[rows[row + path$]!]!,
      file: texts[rows[row + file$]!]!,
      line: rows[row + line$]!,
      column: rows[row + column$]!,
      endLine: rows[row + endLine$]!,
      endColumn: rows[row + endColumn$]!,
      message: texts[rows[row + message$]!]!,
      fingerprint: before === 0 ? print : `${print}-${before + 1}`,
    };
    if (container >= 0) finding.container = texts[container]!;
    if (verdict === 'fail' && control.fix !== undefined) finding.fix = control.fix.safety;
    return finding;
  }

  function saysTheSame(a: number, b: number): boolean {
    return [subject$, path$, line$, column$, message$, container$, verdict$].every((column) => rows[a + column] === rows[b + column]);
  }

  /** Rows whose twin says the same, which may be one of them. */
  function toldTwice(): Set<number> {
    const told = new Set<number>();
    if (twins.length === 0) return told;
    const prints = new Set(twins.map((twin) => hexOf(twin, 1)));
    const said = new Set<string>();
    for (let row = 0; row < end; row += width) {
      const print = hexOf(rows, row + print$);
      if (prints.has(print)) said.add(print + saying(row, texts[rows[row + message$]!]!));
    }
    for (const twin of twins) {
      const [row] = twin;
      const print = hexOf(twin, 1);
      // Messages name their object at times: the owner says of itself what it says of the other.
      const { name, owner } = resources[rows[row + resource$]!]!;
      const message = texts[rows[row + message$]!]!.replaceAll(`"${name}"`, `"${owner?.name ?? name}"`);
      if (print !== hexOf(rows, row + print$) && said.has(print + saying(row, message))) told.add(row);
    }
    return told;
  }

  function saying(row: number, message: string): string {
    return `${rows[row + verdict$]} ${rows[row + severity$]} ${message}`;
  }

  return {
    placesOf(verdict) {
      if (verdict.verdict === 'fail' || verdict.verdict === 'unknown') return verdict.places;
      if (!all) return nowhereToTell;
      return [{ where: [], message: verdict.verdict === 'pass' ? 'holds' : verdict.reason }];
    },

    add(control, verdict, place, { ref, file, container, path, steps, location, subject, severity: chosen, twin }) {
      const severity = severities.indexOf(chosen ?? place.severity ?? control.severity);
      if (severity > lowest) return undefined;
      // Findings come in runs on one object.
      if (resources.at(-1) !== ref) resources.push(ref);
      const row = newRow();
      rows[row + control$] = numberOf.get(control)!;
      rows[row + severity$] = severity;
      rows[row + verdict$] = verdicts.indexOf(verdict);
      rows[row + resource$] = resources.length - 1;
      rows[row + container$] = container === undefined ? -1 : textNumber(container);
      rows[row + path$] = pathNumber(path);
      rows[row + file$] = textNumber(file);
      rows[row + message$] = textNumber(place.message);
      rows[row + line$] = location.line;
      rows[row + column$] = location.column;
      rows[row + endLine$] = location.endLine;
      rows[row + endColumn$] = location.endColumn;
      rows[row + subject$] = subject;
      hash(control.id, ref, steps, rows, row + print$);
      if (twin === undefined) return row;
      const words: [number, number, number] = [row, 0, 0];
      hash(control.id, twin.ref, twin.steps, words, 1);
      twins.push(words);
      return row;
    },

    told: (row) => ({ path: texts[rows[row + path$]!]!, fingerprint: hexOf(rows, row + print$) }),

    take() {
      const table = { rows: rows.slice(0, end), texts, resources, twins };
      end = 0;
      texts = [];
      known = new Map();
      knownPaths = new WeakMap();
      resources = [];
      twins = [];
      return table;
    },

    join(table, firstSubject) {
      const textNumbers = table.texts.map(textNumber);
      const firstResource = resources.length;
      for (const ref of table.resources) resources.push(ref);
      for (const [row, high, low] of table.twins) twins.push([row + end, high, low]);
      for (let from = 0; from < table.rows.length; from += width) {
        const row = newRow();
        for (let column = 0; column < width; column++) rows[row + column] = table.rows[from + column]!;
        rows[row + resource$]! += firstResource;
        rows[row + subject$]! += firstSubject;
        for (const column of [path$, file$, message$]) rows[row + column] = textNumbers[rows[row + column]!]!;
        if (rows[row + container$]! >= 0) rows[row + container$] = textNumbers[rows[row + container$]!]!;
      }
    },

    settle(each) {
      const told = toldTwice();
      const order = Array.from({ length: end / width }, (_, index) => index * width)
        .filter((row) => !told.has(row))
        .sort(compareRows);
      const firsts = new Map<string, number>();
      const others = new Map<string, number[]>();
      return order.flatMap((row) => {
        const finding = findingOf(row, firsts, others);
        if (finding === undefined) return [];
        each?.(finding, rows[row + subject$]!);
        return [finding];
      });
    },
  };
}
