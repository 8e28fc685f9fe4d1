import { isMap, isPair, isScalar, isSeq, parseAllDocuments, type Node } from 'yaml';
import type { AnyControl, Path } from '../core/index.ts';
import { fieldName } from './field.ts';
import { judgedFields } from './judged-fields.generated.ts';

/** Longer texts are dumps: nobody waits for a second parser of them. */
const longest = 1 << 20;

const known: ReadonlyMap<string, readonly string[]> = new Map(judgedFields.map(([field = '', ...controls]) => [field, controls]));

/** The controls that judge the field at an offset of a text. None where the text says nothing there. */
export function controlsAt(text: string, offset: number, controls: readonly AnyControl[]): readonly AnyControl[] {
  const place = text.length > longest ? undefined : placeAt(text, offset);
  if (place === undefined) return [];
  for (let { path } = place; path.length > 0; path = path.slice(0, -1)) {
    const field = fieldName(place.kind, path);
    if (field === undefined) return [];
    // What a container leaves open, its pod decides.
    const inherited = field.startsWith('pod/securityContext.') ? known.get(field.replace('pod', 'container')) : undefined;
    const ids = new Set([...(known.get(field) ?? []), ...(inherited ?? [])]);
    if (ids.size > 0) return controls.filter(({ id }) => ids.has(id));
  }
  return [];
}

interface PlaceInText {
  readonly kind: string;
  /** From the root of the object. */
  readonly path: Path;
}

function placeAt(text: string, offset: number): PlaceInText | undefined {
  const documents = parseAllDocuments(text, { keepSourceTokens: false, logLevel: 'silent', prettyErrors: false });
  if (!Array.isArray(documents)) return undefined;
  for (const { contents } of documents as readonly { readonly contents: unknown }[]) {
    if (!covers(contents, offset)) continue;
    let node: unknown = contents;
    let kind = '';
    let path: (string | number)[] = [];
    // Every turn goes one level down.
    for (;;) {
      if (isMap(node)) {
        const own: unknown = node.get('kind');
        if (typeof own === 'string' && node.has('apiVersion')) [kind, path] = [own, []];
        const pair = node.items.find((item) => covers(item.key, offset) || covers(item.value, offset));
        if (!isPair(pair) || !isScalar(pair.key)) return undefined;
        path.push(String(pair.key.value));
        if (covers(pair.key, offset)) return { kind, path };
        node = pair.value;
      } else if (isSeq(node)) {
        const index = node.items.findIndex((item) => covers(item, offset));
        if (index < 0) return undefined;
        path.push(index);
        node = node.items[index];
      } else return { kind, path };
    }
  }
  return undefined;
}

function covers(node: unknown, offset: number): boolean {
  const range = (node as Partial<Node> | null | undefined)?.range;
  return Array.isArray(range) && range[0] <= offset && offset <= range[1];
}
