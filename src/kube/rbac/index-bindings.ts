import { compareText, groupBy } from '../../core/index.ts';
import type { BindingFact, RoleFact } from './facts.ts';
import { subjectKey, subjectOf, type RbacSubject } from './subject.ts';

/** What of a binding tells its role. */
export type RoleReference = Pick<BindingFact, 'namespace' | 'roleRef'>;

/** Where bindings hold: a namespace, or the whole cluster. */
export type BindingScope = string | undefined;

/** Bindings, roles and subjects as numbers, and what leads from one to the other. Whatever it lists is in ascending order. */
export interface BindingIndex {
  /** Those for the whole cluster first, then by namespace, and as they were read. */
  readonly bindings: readonly BindingFact[];
  /** In the same order. */
  readonly scopes: readonly BindingScope[];
  rolesTo(reference: RoleReference): readonly number[];
  rolesOf(bindingId: number): readonly number[];
  /** Of everybody whom bindings name; undefined for `nobody`. */
  subject(subjectId: number): RbacSubject | undefined;
  /** In the order in which the binding names them. */
  subjectsOf(bindingId: number): Int32Array;
  /** The bindings of some scopes that name one of the subjects with these keys. */
  naming(keys: readonly string[], scopes: readonly BindingScope[]): number[];
  /** The place of the first of these subjects in a binding. */
  firstOf(keys: readonly string[]): (bindingId: number) => number;
  /** The bindings of some scopes to one of these roles. */
  granting(roleIds: Iterable<number>, scopes: readonly BindingScope[]): number[];
}

const nobody = 0;

export function indexBindings(unordered: readonly BindingFact[], roles: readonly RoleFact[]): BindingIndex {
  const byScope = groupBy(unordered, ({ namespace }) => namespace);
  const namespaces = [...byScope.keys()].filter((scope) => scope !== undefined).sort(compareText);
  const scopes = [undefined, ...namespaces];
  const bindings = scopes.flatMap((scope) => byScope.get(scope) ?? []);
  const ranges = new Map<BindingScope, Range>();
  let end = 0;
  for (const scope of scopes) ranges.set(scope, { start: end, end: (end += byScope.get(scope)?.length ?? 0) });

  const roleIds = new Map<string, number[]>();
  for (const [id, { kind, namespace, name }] of roles.entries()) {
    const key = roleKey(kind, namespace, name);
    const known = roleIds.get(key);
    if (known === undefined) roleIds.set(key, [id]);
    else known.push(id);
  }
  const rolesTo = (reference: RoleReference): readonly number[] => roleIds.get(roleRefKey(reference)) ?? none;
  const rolesOf = bindings.map(rolesTo);

  const subjects: (RbacSubject | undefined)[] = [undefined];
  const subjectIds = new Map<string, number>();
  const subjectsOf = rowsOf(
    bindings.map((binding) =>
      binding.subjects.map((fact) => {
        const subject = subjectOf(fact);
        if (subject === undefined) return nobody;
        const key = subjectKey(subject);
        const known = subjectIds.get(key);
        if (known !== undefined) return known;
        subjectIds.set(key, subjects.length);
        return subjects.push(subject) - 1;
      }),
    ),
  );
  const bindingsOfRole = turned(rowsOf(rolesOf), roles.length);
  const bindingsOfSubject = turned(subjectsOf, subjects.length);

  /** What stands in some rows, of some scopes, each once. */
  function among(rows: Rows, rowIds: Iterable<number>, wanted: readonly BindingScope[]): number[] {
    const marked = new Uint8Array(bindings.length);
    const within = wanted.map((scope) => ranges.get(scope)).filter((range) => range !== undefined);
    for (const rowId of rowIds) {
      const last = rows.starts[rowId + 1]!;
      for (const range of within) {
        for (let at = firstFrom(rows, rowId, range.start); at < last && rows.items[at]! < range.end; at++) marked[rows.items[at]!] = 1;
      }
    }
    const found: number[] = [];
    for (const range of within) for (let id = range.start; id < range.end; id++) if (marked[id] === 1) found.push(id);
    return found;
  }

  const idsOf = (keys: readonly string[]): number[] => keys.map((key) => subjectIds.get(key)).filter((id) => id !== undefined);

  return {
    bindings,
    scopes,
    rolesTo,
    rolesOf: (bindingId) => rolesOf[bindingId]!,
    subject: (subjectId) => subjects[subjectId],
    subjectsOf: (bindingId) => row(subjectsOf, bindingId),
    naming: (keys, wanted) => among(bindingsOfSubject, idsOf(keys), wanted),
    firstOf(keys) {
      const ids = new Set(idsOf(keys));
      return (bindingId) => row(subjectsOf, bindingId).findIndex((id) => ids.has(id));
    },
    granting: (granted, wanted) => among(bindingsOfRole, granted, wanted),
  };
}

interface Range {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** Lists of numbers, one behind the other in one array: list `i` is from `starts[i]` to `starts[i + 1]`. */
interface Rows {
  readonly starts: Int32Array;
  readonly items: Int32Array;
}

function rowsOf(lists: readonly (readonly number[])[]): Rows {
  const starts = new Int32Array(lists.length + 1);
  for (const [index, list] of lists.entries()) starts[index + 1] = starts[index]! + list.length;
  const items = new Int32Array(starts[lists.length]!);
  for (const [index, list] of lists.entries()) items.set(list, starts[index]);
  return { starts, items };
}

/** For each number the rows in which it stands, in ascending order. */
function turned({ starts, items }: Rows, count: number): Rows {
  const ends = new Int32Array(count + 1);
  for (const item of items) ends[item + 1]!++;
  for (let item = 0; item < count; item++) ends[item + 1]! += ends[item]!;
  const next = ends.slice();
  const rows = new Int32Array(items.length);
  for (let index = 0; index + 1 < starts.length; index++) {
    for (let at = starts[index]!; at < starts[index + 1]!; at++) rows[next[items[at]!]!++] = index;
  }
  return { starts: ends, items: rows };
}

function row({ starts, items }: Rows, index: number): Int32Array {
  return items.subarray(starts[index], starts[index + 1]);
}

/** Where in a row the first item stands that is not less. */
function firstFrom({ starts, items }: Rows, index: number, least: number): number {
  let low = starts[index]!;
  let high = starts[index + 1]!;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (items[middle]! < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

const none: readonly number[] = [];

function roleKey(kind: string, namespace: string | undefined, name: string): string {
  return `${kind}/${namespace ?? ''}/${name}`;
}

/** A binding for the whole cluster cannot grant a Role. */
function roleRefKey({ roleRef: { kind, name }, namespace }: RoleReference): string {
  if (kind !== 'Role') return roleKey(kind, undefined, name);
  return namespace === undefined ? '' : roleKey(kind, namespace, name);
}
