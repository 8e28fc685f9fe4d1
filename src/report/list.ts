import picocolors from 'picocolors';
import type { AnyControl } from '../core/index.ts';
import type { Recommendation } from '../guidance/recommendation.ts';
import { cells, padded, wrapped } from './wrap.ts';

/** A recommendation and the controls that decide it. */
export interface ListedRecommendation {
  readonly recommendation: Recommendation;
  readonly chapter: string;
  readonly controls: readonly string[];
}

export interface ListOptions {
  readonly color: boolean;
  readonly width: number;
}

/** A table of controls: severity, id, code, title. Of several codes the first, so that a narrow terminal holds the row. */
export function* listControls(controls: readonly AnyControl[], options: ListOptions): Generator<string, void> {
  yield* table(
    controls.map(({ severity, id, decides, title }) => [severity, id, decides.length > 1 ? `${decides[0]} …` : decides.join(''), title]),
    options,
  );
}

/** A table of recommendations: code, what decides it, title. */
export function* listRecommendations(list: readonly ListedRecommendation[], options: ListOptions): Generator<string, void> {
  yield* table(
    list.map(({ recommendation, controls }) => {
      const decided =
        controls.length === 0 ? recommendation.evidence.join(' ') : `${controls.length} control${controls.length === 1 ? '' : 's'}`;
      return [recommendation.code, recommendation.origin, decided, recommendation.title];
    }),
    options,
  );
}

/** Controls as JSON, one a line. */
export function* listControlsJson(controls: readonly AnyControl[]): Generator<string, void> {
  yield* jsonLines(
    controls.map(({ id, decides, title, severity, also, subject, params, fix }) => ({
      id,
      codes: decides,
      title,
      severity,
      subject: subject.name,
      mappings: also,
      params,
      fix: fix?.safety,
    })),
  );
}

/** Recommendations as JSON, one a line. */
export function* listRecommendationsJson(list: readonly ListedRecommendation[]): Generator<string, void> {
  yield* jsonLines(list.map(({ recommendation, chapter, controls }) => ({ ...recommendation, chapter, controls })));
}

function* jsonLines(items: readonly object[]): Generator<string, void> {
  yield '[\n';
  for (const [index, item] of items.entries()) yield `  ${JSON.stringify(item)}${index === items.length - 1 ? '' : ','}\n`;
  yield ']\n';
}

/** Columns as wide as their widest cell; the last one is wrapped, below the others where the terminal is narrow. */
function* table(rows: readonly (readonly string[])[], { color, width }: ListOptions): Generator<string, void> {
  const { bold, dim } = picocolors.createColors(color);
  const columns = Math.max(0, (rows[0]?.length ?? 0) - 1);
  const widths = Array.from({ length: columns }, (_, column) => rows.reduce((most, row) => Math.max(most, cells(row[column] ?? '')), 0));
  const used = widths.reduce((sum, each) => sum + each + 2, 0);
  const below = width - used < 30;
  for (const row of rows) {
    // Where even the columns do not fit, they stand one behind the other.
    const [first = '', ...others] = row.slice(0, columns).map((cell, column) => (used > width ? cell : padded(cell, widths[column] ?? 0)));
    const text = wrapped(row[columns] ?? '', below ? width - 4 : width - used);
    const head = `${bold(first)}  ${dim(others.join('  '))}`;
    if (below) yield `${head.trimEnd()}\n${text.map((line) => `    ${line}\n`).join('')}`;
    else yield text.map((line, index) => `${index === 0 ? `${head}  ` : ' '.repeat(used)}${line}\n`).join('');
  }
}
