import type { Path } from '../core/index.ts';
import { isObject } from './shape-reader.ts';
import { listOf } from './untyped.ts';

/**
 * Mistakes of the guide's appendices that keep a file from being read, in words that end the reason: whoever copied one sees
 * a complaint about YAML, and looks for the mistake in the wrong place. The numbers are those of guidance/errata.ts.
 */
const copies: readonly { readonly kind: RegExp; readonly line: RegExp; readonly hint: string }[] = [
  {
    kind: /^kind:\s*["']?LimitRange\b/m,
    line: /^[ ]*[a-z][A-Za-z]*(?:[ ]+[\d."']+[A-Za-z]*["']?)?[ ]*$/m,
    hint: 'a key lacks its colon, as in the LimitRange of appendix F (erratum 15)',
  },
  {
    kind: /^kind:\s*["']?NetworkPolicy\b/m,
    line: /^[ ]*-[A-Za-z]/m,
    hint: 'a dash of a list lacks the space behind it, as in the policies of appendix E (erratum 14)',
  },
  {
    kind: /^kind:\s*["']?ClusterRole\b/m,
    line: /^metadata:[ ]+[^\s#{&!|>]/m,
    hint: 'metadata holds text, as in the ClusterRole of appendix J (erratum 18)',
  },
];

/** Of a long text the beginning is looked at: the files of the appendices are short. */
const looked = 8 * 1024;

/** Explains why a text is no YAML, where the guide shows the same mistake. */
export function copiedMistake(text: string): string | undefined {
  const head = text.slice(0, looked);
  return copies.find(({ kind, line }) => kind.test(head) && line.test(head))?.hint;
}

/** As `copiedMistake`, for an object that was refused because of the value at `path`. */
export function copiedMistakeAt(object: Readonly<Record<string, unknown>>, path: Path): string | undefined {
  let value: unknown = object;
  for (const step of path) value = isObject(value) ? value[step] : Array.isArray(value) ? value[Number(step)] : undefined;
  const [first = ''] = isObject(value) ? Object.keys(value) : listOf([value]).filter((each) => typeof each === 'string');
  if (object['kind'] === 'NetworkPolicy' && /^-[A-Za-z]/.test(first)) return copies[1]?.hint;
  if (object['kind'] === 'ClusterRole' && path.length === 1 && path[0] === 'metadata') return copies[2]?.hint;
  return undefined;
}
