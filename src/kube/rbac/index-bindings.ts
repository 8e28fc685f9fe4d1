import { compareText } from '../../core/index.ts';
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

/** What names mean in a namespace, or outside of all of them. */
interface Scope extends Range {
  readonly number: number;
  /** Roles of one name count together. */
  readonly roles: Map<string, number>;
  readonly accounts: Map<string, number>;
}

export function indexBindings(unordered: readonly BindingFact[], roles: readonly RoleFact[]): BindingIndex {
  const scopes: Scope[] = [];
  const newScope = (): Scope => {
    const scope = { number: scopes.length, roles: new Map<string, number>(), accounts: new Map<string, number>(), start: 0, end: 0 };
    scopes.push(scope);
    return scope;
  };
  const cluster = newScope();
  const namespaces = new Map<string, Scope>();
  function scopeOf(namespace: string | undefined): Scope {
    if (namespace === undefined) return cluster;
    let scope = namespaces.get(namespace);
    if (scope === undefined) namespaces.set(namespace, (scope = newScope()));
    return scope;
  }

  /** The roles of each name, and the number of the name of each role. */
  const named: number[][] = [[]];
  const nameOfRole = Int32Array.from(roles, ({ namespace, name }, id) => {
    const known = scopeOf(namespace).roles;
    const number = known.get(name) ?? named.push([]) - 1;
    known.set(name, number);
    named[number]!.push(id);
    return number;
  });
  function roleNamed({ kind, name }: BindingFact['roleRef'], scope: Scope): number {
    if (kind === 'ClusterRole') return cluster.roles.get(name) ?? nobody;
    // A Role is always in a namespace: a binding for the whole cluster finds none.
    return (kind === 'Role' && scope !== cluster ? scope.roles.get(name) : undefined) ?? nobody;
  }

  const subjects: (RbacSubject | undefined)[] = [undefined];
  const users = new Map<string, number>();
  const groups = new Map<string, number>();
  const tableOf = (subject: RbacSubject): Map<string, number> => {
    if (subject.kind === 'ServiceAccount') return scopeOf(subject.namespace).accounts;
    return subject.kind === 'User' ? users : groups;
  };
  const idOfSubject = (subject: RbacSubject): number | undefined => tableOf(subject).get(subject.name);
  function newId(fact: SubjectFact): number {
    const subject = subjectOf(fact);
    if (subject === undefined) return nobody;
    // A user whose name is that of a service account is that account, which may be known.
    const id = idOfSubject(subject) ?? subjects.push(subject) - 1;
    tableOf(subject).set(subject.name, id);
    return id;
  }

  // Most of the time goes into waiting for memory: what bindings say is read once, in the order in which they were made.
  const count = unordered.length;
  const scopeAsRead = new Int32Array(count);
  const roleAsRead = new Int32Array(count);
  const starts = new Int32Array(count + 1);
  let items: Int32Array = new Int32Array(2 * count);
  for (let index = 0, end = 0; index < count; index++) {
    const { namespace, roleRef, subjects: list } = unordered[index]!;
    const scope = scopeOf(namespace);
    scopeAsRead[index] = scope.number;
    roleAsRead[index] = roleNamed(roleRef, scope);
    if (end + list.length > items.length) items = longer(items, end + list.length);
    for (let place = 0; place < list.length; place++) {
      const subject = list[place]!;
      let known: number | undefined;
      if (subject.kind === 'User') known = users.get(subject.name);
      else if (subject.kind === 'Group') known = groups.get(subject.name);
      else if (subject.kind === 'ServiceAccount' && subject.namespace !== undefined)
        known = (subject.namespace === namespace ? scope : scopeOf(subject.namespace)).accounts.get(subject.name);
      items[end++] = known ?? newId(subject);
    }
    starts[index + 1] = end;
  }

  // The index has them in another order: each scope gets as much room as it has bindings, and is filled up to its end.
  const order = new Int32Array(count);
  for (let index = 0; index < count; index++) scopes[scopeAsRead[index]!]!.end++;
  const ordered = [cluster, ...[...namespaces.keys()].sort(compareText).map((namespace) => namespaces.get(namespace)!)];
  let end = 0;
  for (const scope of ordered) {
    scope.start = end;
    end += scope.end;
    scope.end = scope.start;
  }
  for (let index = 0; index < count; index++) order[scopes[scopeAsRead[index]!]!.end++] = index;
  const bindings = unordered.map((_, id) => unordered[order[id]!]!);
  const subjectsAsRead: Rows = { starts, items };
  const bindingsOfName = turned({ starts: starts.map((_, index) => index), items: roleAsRead }, order, named.length);
  const bindingsOfSubject = turned(subjectsAsRead, order, subjects.length);

  return {
    bindings,
    all: [{ start: 0, end }],
    countingIn(namespace) {
      const scope = namespace === undefined ? undefined : namespaces.get(namespace);
      return scope === undefined ? [cluster] : [cluster, scope];
    },
    rolesTo: ({ roleRef, namespace }) => named[roleNamed(roleRef, scopeOf(namespace))]!,
    rolesOf: (bindingId) => named[roleAsRead[order[bindingId]!]!]!,
    subject: (subjectId) => subjects[subjectId],
    subjectsOf: (bindingId) => row(subjectsAsRead, order[bindingId]!),
    idsOf: (wanted) => new Set(wanted.flatMap((subject) => idOfSubject(subject) ?? [])),
    naming: (ids, among) => union(bindingsOfSubject, ids, among),
    granting: (ids, among) => union(bindingsOfName, new Set([...ids].map((id) => nameOfRole[id]!)), among),
  };
}

/** Bindings one after the other. */
interface Range {
  start: number;
  /** Exclusive. */
  end: number;
}

/** Lists of numbers, one behind the other in one array: list `i` is from `starts[i]` to `starts[i + 1]`. */
interface Rows {
  readonly starts: Int32Array;
  readonly items: Int32Array;
}

/** For each number the rows in which it stands, by their places in an order, in ascending order. */
function turned({ starts, items }: Rows, order: Int32Array, count: number): Rows {
  const ends = new Int32Array(count + 1);
  for (let at = 0; at < starts[order.length]!; at++) ends[items[at]! + 1]!++;
  for (let item = 0; item < count; item++) ends[item + 1]! += ends[item]!;
  const next = ends.slice();
  const places = new Int32Array(items.length);
  for (let place = 0; place < order.length; place++) {
    const index = order[place]!;
    for (let at = starts[index]!; at < starts[index + 1]!; at++) places[next[items[at]!]!++] = place;
  }
  return { starts: ends, items: places };
}

function longer(items: Int32Array, least: number): Int32Array {
  const made = new Int32Array(2 * least);
  made.set(items);
  return made;
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
