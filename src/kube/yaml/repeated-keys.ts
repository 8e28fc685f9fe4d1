import type { Path, RepeatedKey } from '../../core/index.ts';
import { lineOf, type Layout, type ReadDocument } from './document.ts';

/** As many of one document as anybody reads. */
const mostKeys = 100;

/**
 * The keys of a document that stand more than once in one map, with their lines in the file; at most 100. Kubernetes' readers
 * take the last of them (sigs.k8s.io/yaml v1.6.0, sigs.k8s.io/json), and kubectl sends no other: not even strict validation
 * by the API server hears of the rest. What stands in a value that does not count is not looked at.
 */
export function repeatedKeys(document: ReadDocument, text: string, firstLine: number): readonly RepeatedKey[] {
  const root = document.layout();
  const found: RepeatedKey[] = [];
  if (root !== undefined) search(root, []);
  return found;

  function search(node: Layout, path: Path): void {
    if (node.type !== 'map') {
      for (const [index, item] of node.children().entries()) search(item, [...path, index]);
      return;
    }
    const entries = new Map<string, Layout[]>();
    for (const child of node.children()) {
      if (child.key!.merges) continue;
      const same = entries.get(child.key!.name);
      if (same === undefined) entries.set(child.key!.name, [child]);
      else same.push(child);
    }
    for (const [name, same] of entries) {
      const inside = [...path, name];
      if (found.length >= mostKeys) return;
      if (same.length > 1) found.push({ path: inside, lines: same.map(({ key }) => lineOf(text, firstLine, key!.start)) });
      search(same.at(-1)!, inside);
    }
  }
}

/** Whether keys may stand twice in the JSON text of a value: then it has more quotes than the value needs. */
export function mayRepeatKeys(text: string, value: unknown): boolean {
  try {
    return quotesIn(text) !== quotesIn(JSON.stringify(value));
  } catch {
    // An integer beyond 2^53, which JSON.stringify does not take.
    return true;
  }
}

function quotesIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) count++;
  return count;
}
