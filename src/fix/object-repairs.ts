import { groupBy, type ObjectRepair, type TextEdit } from '../core/index.ts';
import { readDocument } from '../kube/yaml/index.ts';
import { valueAt } from './apply.ts';
import type { PlainObject } from './companions.ts';
import type { Accepted } from './repair-text.ts';
import { applyTextEdits } from './splice.ts';
import { editsByDocument, openText, type TextDocument } from './text-file.ts';
import { lineIndex, linesOf } from './yaml-text.ts';

/** An object that was changed, and the proposals that changed it. */
export interface RepairedObject {
  readonly object: ObjectRepair;
  readonly accepted: readonly Accepted[];
}

/** A file as it was, and the edits of what was there. */
export interface EditedFile {
  readonly file: string;
  readonly documents: readonly TextDocument[];
  readonly edits: readonly TextEdit[];
}

/** The changed objects of a file in its order; `accepted` are the proposals on this file. */
export function objectRepairs({ file, documents, edits }: EditedFile, accepted: readonly Accepted[]): RepairedObject[] {
  const editsOf = editsByDocument(documents, edits);
  const changes = accepted.filter(({ proposal }) => proposal.edits.length > 0);
  const repaired = [...groupBy(changes, ({ target }) => target.document)].flatMap(([number, ofDocument]): RepairedObject[] => {
    const { text = '', line = 1, offset = 0 } = documents[number] ?? {};
    const ofText = editsOf?.get(number) ?? [];
    const was = readDocument(text, line);
    const is = readDocument(openText(applyTextEdits(text, ofText)).documents[0]?.text ?? '', line);
    if ('error' in was || 'error' in is) return [];
    const lines = linesOf(text);
    const objects = [...groupBy(ofDocument, ({ target }) => JSON.stringify(target.path)).values()].map((ofObject) => {
      const { path } = ofObject[0]!.target;
      const [place] = path.length === 0 ? [] : was.locate([path]);
      const end = line + text.trimEnd().split('\n').length - 1;
      return { ofObject, path, place: place ?? { line, column: 1, endLine: end } };
    });
    objects.sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column);
    const starts = objects.map(({ place }, index) => {
      const lineStart = lines.starts[place.line - line] ?? 0;
      // The dash before an item is its own.
      return place.line === objects[index - 1]?.place.line ? lineStart + place.column - 1 : lineStart;
    });
    let next = 0;
    return objects.map(({ ofObject, path, place }, index) => {
      const from = next;
      while (next < ofText.length && ofText[next]!.start < (starts[index + 1] ?? Infinity)) next++;
      const own = ofText.slice(from, next);
      const object = {
        resource: ofObject[0]!.proposal.resource,
        file,
        line: place.line,
        endLine: Math.max(place.endLine, ...own.slice(-1).map(({ start }) => line + lineIndex(lines, start))),
        edits: own.map((edit) => ({ ...edit, start: edit.start + offset, end: edit.end + offset })),
        before: valueAt(was.value, path) as PlainObject,
        after: valueAt(is.value, path) as PlainObject,
      };
      return { object, accepted: ofObject };
    });
  });
  return repaired.toSorted((a, b) => a.object.line - b.object.line);
}
