import { groupBy, type FileRepair, type ObjectRepair, type TextEdit } from '../core/index.ts';
import { readDocument } from '../kube/yaml/index.ts';
import { valueAt } from './apply.ts';
import type { PlainObject } from './companions.ts';
import type { Accepted } from './repair-text.ts';
import { applyTextEdits } from './splice.ts';
import { editsByDocument, openText, type TextDocument } from './text-file.ts';

/** An object that was changed, and the proposals that changed it. */
export interface RepairedObject {
  readonly object: ObjectRepair;
  readonly accepted: readonly Accepted[];
}

/** The objects of a file that was there before, in its order; `accepted` are the proposals on this file. */
export function objectRepairs(
  { file, before = '', after, edits }: FileRepair,
  accepted: readonly Accepted[],
  old: readonly TextDocument[] = openText(before).documents,
): RepairedObject[] {
  const editedText = editedDocuments(old, edits, after);
  const changes = accepted.filter(({ proposal }) => proposal.edits.length > 0);
  const repaired = [...groupBy(changes, ({ target }) => target.document)].flatMap(([number, ofDocument]): RepairedObject[] => {
    const { text = '', line = 1 } = old[number] ?? {};
    const was = readDocument(text, line);
    const is = readDocument(editedText(number), line);
    if ('error' in was || 'error' in is) return [];
    const lines = text.trimEnd().split('\n').length;
    return [...groupBy(ofDocument, ({ target }) => JSON.stringify(target.path)).values()].map((ofObject) => {
      const { proposal, target } = ofObject[0]!;
      const [place] = target.path.length === 0 ? [] : was.locate([target.path]);
      const object = {
        resource: proposal.resource,
        file,
        line: place?.line ?? line,
        endLine: place?.endLine ?? line + lines - 1,
        before: valueAt(was.value, target.path) as PlainObject,
        after: valueAt(is.value, target.path) as PlainObject,
      };
      return { object, accepted: ofObject };
    });
  });
  return repaired.toSorted((a, b) => a.object.line - b.object.line);
}

/** The texts of the documents after the edits, which stay within them; new documents stand behind all others. */
function editedDocuments(old: readonly TextDocument[], edits: readonly TextEdit[], after: string): (number: number) => string {
  const byDocument = editsByDocument(old, edits);
  if (byDocument === undefined) {
    const { documents } = openText(after);
    return (number) => documents[number]?.text ?? '';
  }
  // Behind the last one there may be new ones.
  return (number) => openText(applyTextEdits(old[number]?.text ?? '', byDocument.get(number) ?? [])).documents[0]?.text ?? '';
}
