import { compareText, groupBy } from '../../core/index.ts';
import type { BindingFact, RoleFact, SubjectFact } from './facts.ts';
import { subjectOf, type RbacSubject } from './subject.ts';

/** What of a binding tells its role. */
export type RoleReference = Pick<BindingFact, 'namespace' | 'roleRef'>;

/** Bindings, roles and subjects as numbers, and what leads from one to the other. Whatever it lists is in ascending order. */
export interface BindingIndex {
  /** Those for the whole cluster first, then by namespace, and as they were read. */
  readonly bindings: readonly BindingFact[];
  readonly all: readonly Range[];
  /** Those that count for a question in a namespace: for the whole cluster, and for the namespace if there is one. */
  countingIn(namespace: string | undefined): readonly Range[];
  rolesTo(reference: RoleReference): readonly number[];
  rolesOf(bindingId: number): readonly number[];
  /** Of everybody whom bindings name; undefined for `nobody`. */
  subject(subjectId: number): RbacSubject | undefined;
  /** In the order in which the binding names them. */
  subjectsOf(bindingId: number): Int32Array;
  /** The numbers of those of these whom any binding names. */
  idsOf(subjects: readonly RbacSubject[]): ReadonlySet<number>;
  /** The bindings among some that name one of these subjects. */
  naming(subjectIds: ReadonlySet<number>, among: readonly Range[]): Int32Array;
  /** The bindings among some to one of these roles. */
  granting(roleIds: ReadonlySet<number>, among: readonly Range[]): Int32Array;
}

const nobody = 0;

export function indexBindings(unordered: readonly BindingFact[], roles: readonly RoleFact[]): BindingIndex {
  const byScope = groupBy(unordered, ({ namespace }) => namespace);
  const namespaces = [...byScope.keys()].filter((scope) => scope !== undefined).sort(compareText);
  const scopes = [undefined, ...namespaces];
  const bindings = scopes.flatMap((scope) => byScope.get(scope) ?? []);
  const ranges = new Map<string | undefined, Range>();
  let end = 0;
  for (const scope of scopes) ranges.set(scope, { start: end, end: (end += byScope.get(scope)?.length ?? 0) });

  const roleIds: NameTable<number[]> = new Map();
  for (const [id, { kind, namespace, name }] of roles.entries()) {
    const known = namesOf(roleIds, kind, namespace);
    const before = known.get(name);
    if (before === undefined) known.set(name, [id]);
    else before.push(id);
  }
  // A Role is always in a namespace: a binding for the whole cluster finds none.
  const rolesTo = ({ roleRef: { kind, name }, namespace }: RoleReference): readonly number[] =>
    find(roleIds, kind, kind === 'Role' ? namespace : undefined, name) ?? none;
  const rolesOf = bindings.map(rolesTo);

  const subjects: (RbacSubject | undefined)[] = [undefined];
  const subjectIds: NameTable<number> = new Map();
  function idOf(fact: SubjectFact): number {
    const known = find(subjectIds, fact.kind, fact.namespace, fact.name);
    if (known !== undefined) return known;
    const subject = subjectOf(fact);
    if (subject === undefined) return nobody;
    // A user whose name is that of a service account may be known as that.
    const names = namesOf(subjectIds, subject.kind, homeOf(subject));
    const before = names.get(subject.name);
    if (before !== undefined) return before;
    names.set(subject.name, subjects.length);
    return subjects.push(subject) - 1;
  }
  const subjectsOf = rowsOf(bindings.map((binding) => binding.subjects.map(idOf)));
  const bindingsOfRole = turned(rowsOf(rolesOf), roles.length);
  const bindingsOfSubject = turned(subjectsOf, subjects.length);

  return {
    bindings,
    all: [{ start: 0, end }],
    countingIn: (namespace) => (namespace === undefined ? [undefined] : [undefined, namespace]).flatMap((scope) => ranges.get(scope) ?? []),
    rolesTo,
    rolesOf: (bindingId) => rolesOf[bindingId]!,
    subject: (subjectId) => subjects[subjectId],
    subjectsOf: (bindingId) => row(subjectsOf, bindingId),
    idsOf: (wanted) => new Set(wanted.flatMap((subject) => find(subjectIds, subject.kind, homeOf(subject), subject.name) ?? [])),
    naming: (ids, among) => union(bindingsOfSubject, ids, among),
    granting: (ids, among) => union(bindingsOfRole, ids, among),
  };
}

/** By kind, namespace and name: to look something up, no text of all three has to be made. */
type NameTable<T> = Map<string, Map<string | undefined, Map<string, T>>>;

function find<T>(table: NameTable<T>, kind: string, namespace: string | undefined, name: string): T | undefined {
  return table.get(kind)?.get(namespace)?.get(name);
}

function namesOf<T>(table: NameTable<T>, kind: string, namespace: string | undefined): Map<string, T> {
  let namespaces = table.get(kind);
  if (namespaces === undefined) table.set(kind, (namespaces = new Map()));
  let names = namespaces.get(namespace);
  if (names === undefined) namespaces.set(namespace, (names = new Map()));
  return names;
}

function homeOf(subject: RbacSubject): string | undefined {
  return subject.kind === 'ServiceAccount' ? subject.namespace : undefined;
}

/** Bindings one after the other. */
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
  // Most lists are short, for which `set` takes longer than they are.
  let at = 0;
  for (const list of lists) for (const item of list) items[at++] = item;
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

/** What stands in some rows, as far as it is in one of the ranges, each once. */
function union(rows: Rows, rowIds: ReadonlySet<number>, among: readonly Range[]): Int32Array {
  const parts: Int32Array[] = [];
  let length = 0;
  for (const rowId of rowIds) {
    for (const { start, end } of among) {
      const part = rows.items.subarray(firstFrom(rows, rowId, start), firstFrom(rows, rowId, end));
      if (part.length > 0) parts.push(part);
      length += part.length;
    }
  }
  const found = new Int32Array(length);
  let filled = 0;
  for (const part of parts) {
    found.set(part, filled);
    filled += part.length;
  }
  found.sort();
  let kept = 0;
  for (const item of found) if (kept === 0 || found[kept - 1] !== item) found[kept++] = item;
  return found.subarray(0, kept);
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
