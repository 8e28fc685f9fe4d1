import { groupBy, type FileRepair, type ObjectRepair } from '../core/index.ts';
import { readDocument } from '../kube/yaml/index.ts';
import { valueAt } from './apply.ts';
import type { PlainObject } from './companions.ts';
import type { Accepted } from './repair-text.ts';
import { openText } from './text-file.ts';

/** An object that was changed, and the proposals that changed it. */
export interface RepairedObject {
  readonly object: ObjectRepair;
  readonly accepted: readonly Accepted[];
}

/** The objects of a file that was there before, in its order; `accepted` are the proposals on this file. */
export function objectRepairs({ file, before = '', after }: FileRepair, accepted: readonly Accepted[]): RepairedObject[] {
  // Edits stay within their documents and new documents stand behind all others: a number means the same in both texts.
  const old = openText(before).documents;
  const edited = openText(after).documents;
  const changes = accepted.filter(({ proposal }) => proposal.edits.length > 0);
  const repaired = [...groupBy(changes, ({ target }) => target.document)].flatMap(([number, ofDocument]): RepairedObject[] => {
    const { text = '', line = 1 } = old[number] ?? {};
    const was = readDocument(text, line);
    const is = readDocument(edited[number]?.text ?? '', line);
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
