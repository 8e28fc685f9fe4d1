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
  const byScope = groupBy([...unordered.keys()], (index) => unordered[index]!.namespace);
  const namespaces = [...byScope.keys()].filter((scope) => scope !== undefined).sort(compareText);
  const ranges = new Map<string | undefined, Range>();
  const order = new Int32Array(unordered.length);
  let end = 0;
  for (const scope of [undefined, ...namespaces]) {
    const list = byScope.get(scope) ?? [];
    order.set(list, end);
    ranges.set(scope, { start: end, end: (end += list.length) });
  }
  const bindings = unordered.map((_, id) => unordered[order[id]!]!);

  const clusterRoles = new Map<string, number[]>();
  const namespacedRoles = byNamespace<number[]>();
  for (const [id, { namespace, name }] of roles.entries()) {
    const known = namespace === undefined ? clusterRoles : namespacedRoles(namespace);
    const before = known.get(name);
    if (before === undefined) known.set(name, [id]);
    else before.push(id);
  }
  function rolesTo({ roleRef: { kind, name }, namespace }: RoleReference): readonly number[] {
    if (kind === 'ClusterRole') return clusterRoles.get(name) ?? none;
    // A Role is always in a namespace: a binding for the whole cluster finds none.
    return (kind === 'Role' && namespace !== undefined && namespacedRoles(namespace).get(name)) || none;
  }
  // Whatever bindings say is read in the order in which they were made: elsewhere in memory it is waited for.
  const rolesAsRead = unordered.map(rolesTo);
  const rolesOf = unordered.map((_, id) => rolesAsRead[order[id]!]!);

  const subjects: (RbacSubject | undefined)[] = [undefined];
  const users = new Map<string, number>();
  const groups = new Map<string, number>();
  const accounts = byNamespace<number>();
  const tableOf = (kind: string, namespace: string | undefined): Map<string, number> | undefined => {
    if (kind === 'ServiceAccount') return namespace === undefined ? undefined : accounts(namespace);
    return kind === 'User' ? users : groups;
  };
  function idOf(fact: SubjectFact): number {
    const { kind, namespace, name } = fact;
    const known = kind === 'User' || kind === 'Group' || kind === 'ServiceAccount' ? tableOf(kind, namespace)?.get(name) : nobody;
    return known ?? newId(fact);
  }
  function newId(fact: SubjectFact): number {
    const subject = subjectOf(fact);
    if (subject === undefined) return nobody;
    // A user whose name is that of a service account is that account, which may be known.
    const id = idOfSubject(subject) ?? subjects.push(subject) - 1;
    tableOf(subject.kind, homeOf(subject))?.set(subject.name, id);
    return id;
  }
  const idOfSubject = (subject: RbacSubject): number | undefined => tableOf(subject.kind, homeOf(subject))?.get(subject.name);
  const subjectsOf = reordered(
    rowsOf(unordered, ({ subjects: named }) => named, idOf),
    order,
  );
  const bindingsOfRole = turned(
    rowsOf(
      rolesOf,
      (ids) => ids,
      (id) => id,
    ),
    roles.length,
  );
  const bindingsOfSubject = turned(subjectsOf, subjects.length);

  return {
    bindings,
    all: [{ start: 0, end }],
    countingIn: (namespace) => (namespace === undefined ? [undefined] : [undefined, namespace]).flatMap((scope) => ranges.get(scope) ?? []),
    rolesTo,
    rolesOf: (bindingId) => rolesOf[bindingId]!,
    subject: (subjectId) => subjects[subjectId],
    subjectsOf: (bindingId) => row(subjectsOf, bindingId),
    idsOf: (wanted) => new Set(wanted.flatMap((subject) => idOfSubject(subject) ?? [])),
    naming: (ids, among) => union(bindingsOfSubject, ids, among),
    granting: (ids, among) => union(bindingsOfRole, ids, among),
  };
}

/** Tables of names, one for each namespace. Most bindings name what is in their own. */
function byNamespace<T>(): (namespace: string) => Map<string, T> {
  const tables = new Map<string, Map<string, T>>();
  let last = '';
  let table: Map<string, T> | undefined;
  return (namespace) => {
    if (table !== undefined && namespace === last) return table;
    last = namespace;
    table = tables.get(namespace);
    if (table === undefined) tables.set(namespace, (table = new Map()));
    return table;
  };
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

/** The list that each owner has, as numbers. */
function rowsOf<O, T>(owners: readonly O[], listOf: (owner: O) => readonly T[], numberOf: (item: T) => number): Rows {
  const starts = new Int32Array(owners.length + 1);
  for (let index = 0; index < owners.length; index++) starts[index + 1] = starts[index]! + listOf(owners[index]!).length;
  const items = new Int32Array(starts[owners.length]!);
  let at = 0;
  for (let index = 0; index < owners.length; index++) {
    const list = listOf(owners[index]!);
    for (let place = 0; place < list.length; place++) items[at++] = numberOf(list[place]!);
  }
  return { starts, items };
}

/** The same lists in another order. */
function reordered({ starts, items }: Rows, order: Int32Array): Rows {
  const newStarts = new Int32Array(starts.length);
  const newItems = new Int32Array(items.length);
  for (let index = 0; index < order.length; index++) {
    const list = row({ starts, items }, order[index]!);
    newItems.set(list, newStarts[index]);
    newStarts[index + 1] = newStarts[index]! + list.length;
  }
  return { starts: newStarts, items: newItems };
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
