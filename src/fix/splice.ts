import { decline, formatPath, type Declined, type Edit, type TextEdit } from '../core/index.ts';
import { readDocument, type Layout, type ReadDocument } from '../kube/yaml/index.ts';
import { mergeEdits, same, type Merged } from './apply.ts';
import { documentStyle } from './splice-block.ts';
import { difference } from './splice-difference.ts';
import type { Splicing } from './splicing.ts';
import { linesOf, skipWhite } from './yaml-text.ts';
import type { BlockStyle } from './yaml-write.ts';

/** A text after edits, and the replacements that lead there: sorted, apart from each other, none without effect. */
export interface Splice {
  readonly text: string;
  readonly edits: readonly TextEdit[];
}

/**
 * Edits the text of one YAML or JSON document (`splitDocuments`), all edits at once, and touches nothing that they do not
 * name: comments, quoting, key order, indentation, line ends and flow style stay. The text is read once; what the edits
 * make of its value decides which places change; the result is read back. Where it would not mean what the edits mean
 * (aliases, odd layout, edits that contradict each other), all of them are declined with the reason.
 */
export function spliceDocument(text: string, edits: readonly Edit[]): Splice | Declined {
  return spliceRounds(text, [edits]);
}

/** As `spliceDocument`, with edits that were made for the value after those of the rounds before. */
export function spliceRounds(text: string, rounds: readonly (readonly Edit[])[]): Splice | Declined {
  const document = readDocument(text, 1);
  if ('error' in document) return decline(`the document cannot be read: ${document.error}`);
  let intended = document.value;
  const origins = new Map<object, object>();
  const renames = new Map<object, ReadonlyMap<string, string>>();
  for (const edits of rounds) {
    const merged = mergeEdits(intended, edits);
    if (merged.contradiction !== undefined) return decline(merged.contradiction);
    for (const [made, from] of merged.origins) {
      const names = composed(renames.get(from), merged.renames.get(made));
      if (names !== undefined) renames.set(made, names);
      origins.set(made, origins.get(from) ?? from);
    }
    intended = merged.value;
  }
  if (same(intended, document.value)) return { text, edits: [] };
  return spliceValue(text, document, { value: intended, origins, renames });
}

type Names = ReadonlyMap<string, string> | undefined;

/** The names after two rounds, by those before them. */
function composed(first: Names, second: Names): Names {
  if (first === undefined || second === undefined) return first ?? second;
  return new Map([...second, ...[...first].map(([old, name]) => [old, second.get(name) ?? name] as const)]);
}

function spliceValue(text: string, document: ReadDocument, intended: Merged): Splice | Declined {
  const twice = document.duplicates?.[0];
  if (twice !== undefined) return decline(`${formatPath(twice)} stands twice in the document`);
  const layout = document.layout();
  if (layout === undefined) return decline('the document is empty');
  const lines = linesOf(text);
  let style: BlockStyle | undefined;
  const splicing: Splicing = {
    lines,
    edits: [],
    style: () => (style ??= documentStyle(lines, layout)),
    origins: intended.origins,
    renames: intended.renames,
    anchors: new Set(),
    problems: [],
  };
  difference(splicing, layout, document.value, intended.value, { isJson: text[skipWhite(text, 0)] === '{' && isJson(text), isRoot: true });
  const [problem] = splicing.problems;
  if (problem !== undefined) return decline(problem);
  const placed = inOrder(text, splicing.edits);
  if (placed === undefined) return decline('the edits need the same place in the text');
  const edited = applyTextEdits(text, placed);
  const after = readDocument(edited, 1);
  if (!('error' in after) && same(after.value, intended.value)) return { text: edited, edits: placed };
  const shared = sharedAnchor(layout, splicing.anchors);
  return decline(shared ?? 'the layout of the document leaves no place for the edits: the result would not read back as meant');
}

function isJson(text: string): boolean {
  return /^\s*\{\s*(?:"|\})/.test(text);
}

/** The text with all the replacements made; they must be sorted and apart from each other. */
export function applyTextEdits(text: string, edits: readonly TextEdit[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, text: replacement } of edits) {
    parts.push(text.slice(at, start), replacement);
    at = end;
  }
  return parts.join('') + text.slice(at);
}

/** Sorted and joined where they touch; `undefined` where two would write over each other. */
function inOrder(text: string, edits: readonly TextEdit[]): TextEdit[] | undefined {
  const sorted = edits.toSorted((a, b) => a.start - b.start || Number(a.end > a.start) - Number(b.end > b.start));
  const joined = join(sorted);
  const last = joined?.at(-1);
  if (joined === undefined || last === undefined || last.end < text.length || text.endsWith('\n')) return joined;
  // Whole lines at the end of a text that has no line break there: the break before them goes, or the one behind new ones.
  const breakAtEnd = /\r?\n$/;
  if (last.text !== '') return [...joined.slice(0, -1), { ...last, text: last.text.replace(breakAtEnd, '') }];
  const breakStart = breakAtEnd.exec(text.slice(0, last.start))?.index;
  return breakStart === undefined ? joined : join([...joined.slice(0, -1), { ...last, start: breakStart }]);
}

function join(sorted: readonly TextEdit[]): TextEdit[] | undefined {
  const joined: TextEdit[] = [];
  for (const edit of sorted) {
    const { start, end, text } = edit;
    if (start === end && text === '') continue;
    const before = joined.at(-1);
    if (before === undefined || before.end < start) {
      joined.push(edit);
      continue;
    }
    // Lines behind one that goes stand where it stood, with their line break behind them.
    const lineBreak = before.end > start && start === end ? /^\r?\n/.exec(text)?.[0] : undefined;
    if (lineBreak === undefined && before.end > start && text !== '') return undefined;
    const added = lineBreak === undefined ? text : text.slice(lineBreak.length) + lineBreak;
    joined[joined.length - 1] = { start: before.start, end: Math.max(before.end, end), text: before.text + added };
  }
  return joined;
}

/** Of the anchors that a change touches, the first with aliases, as a reason. */
function sharedAnchor(layout: Layout, touched: ReadonlySet<string>): string | undefined {
  if (touched.size === 0) return undefined;
  const uses = new Map<string, number>();
  const count = (node: Layout): void => {
    if (node.type === 'alias') uses.set(node.anchor, (uses.get(node.anchor) ?? 0) + 1);
    for (const child of node.children()) count(child);
  };
  count(layout);
  for (const name of touched) {
    const places = uses.get(name);
    if (places !== undefined)
      return `"*${name}" is used in ${places} ${places === 1 ? 'place' : 'places'}: what changes there would change with "&${name}" elsewhere`;
  }
  return undefined;
}
