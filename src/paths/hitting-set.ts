/** Of each group at least one member has to be chosen; members are numbers from 0 on, each with a weight above 0. */
export interface HittingSetProblem {
  readonly groups: readonly (readonly number[])[];
  readonly weights: readonly number[];
}

export interface HittingSet {
  /** In ascending order. */
  readonly chosen: readonly number[];
  readonly weight: number;
  /** No choice weighs less than this; equal to `weight` where that is proven to be the least. */
  readonly bound: number;
}

/**
 * The lightest choice that has a member of every group: exact, by branching on a smallest group and leaving branches of
 * which a lower bound shows that they are no lighter. The problem falls into parts that share no member, which are solved one
 * by one. After `work` branches in a part its best choice so far is given, with the bound that is proven.
 * A group without members cannot be hit: callers have none.
 */
export function hittingSet({ groups, weights }: HittingSetProblem, work = 200_000): HittingSet {
  const chosen: number[] = [];
  let weight = 0;
  let bound = 0;
  const reduced = reduce(groups, weights);
  for (const member of reduced.forced) {
    chosen.push(member);
    weight += weights[member]!;
    bound += weights[member]!;
  }
  for (const part of partsOf(reduced.groups)) {
    const solved = solve(part, weights, work);
    chosen.push(...solved.chosen);
    weight += solved.weight;
    bound += solved.bound;
  }
  return { chosen: chosen.sort((a, b) => a - b), weight, bound };
}

type Groups = readonly (readonly number[])[];

interface Reduced {
  readonly groups: Groups;
  readonly forced: readonly number[];
}

/**
 * Takes away what decides nothing, until nothing is left to take: groups that contain another one, members whose groups all
 * hold another one that is no heavier, and groups of one member, which is chosen.
 */
function reduce(given: Groups, weights: readonly number[]): Reduced {
  const forced = new Set<number>();
  let groups = unique(given);
  for (;;) {
    const single = groups.filter((group) => group.length === 1).map(([member]) => member!);
    for (const member of single) forced.add(member);
    if (single.length > 0) groups = groups.filter((group) => !group.some((member) => forced.has(member)));
    const smaller = withoutDominated(withoutSupersets(groups), weights);
    const same = smaller.length === groups.length && smaller.every((group, index) => group.length === groups[index]!.length);
    groups = smaller;
    if (same && single.length === 0) return { groups, forced: [...forced] };
  }
}

function unique(groups: Groups): Groups {
  const byText = new Map(groups.map((group) => [...new Set(group)].sort((a, b) => a - b)).map((group) => [group.join(' '), group]));
  return [...byText.values()].sort((a, b) => a.length - b.length || compareLists(a, b));
}

/** Sorted by length, so that what contains another comes after it. */
function withoutSupersets(groups: Groups): Groups {
  const kept: (readonly number[])[] = [];
  const byMember = new Map<number, number[]>();
  for (const group of groups) {
    const members = new Set(group);
    const contains = group.some((member) => byMember.get(member)?.some((index) => kept[index]!.every((each) => members.has(each))));
    if (contains) continue;
    for (const member of group) addTo(byMember, member, kept.length);
    kept.push(group);
  }
  return kept;
}

function withoutDominated(groups: Groups, weights: readonly number[]): Groups {
  const groupsOf = new Map<number, number[]>();
  for (const [index, group] of groups.entries()) for (const member of group) addTo(groupsOf, member, index);
  const gone = new Set<number>();
  for (const [member, own] of groupsOf) {
    // Whoever could stand for it is in every group of it, so in the first.
    const better = groups[own[0]!]!.some((other) => {
      if (other === member || gone.has(other) || weights[other]! > weights[member]!) return false;
      const others = groupsOf.get(other)!;
      if (others.length < own.length) return false;
      if (weights[other] === weights[member] && others.length === own.length && other > member) return false;
      return isSubset(own, others);
    });
    if (better) gone.add(member);
  }
  return gone.size === 0 ? groups : unique(groups.map((group) => group.filter((member) => !gone.has(member))));
}

/** Both in ascending order. */
function isSubset(a: readonly number[], b: readonly number[]): boolean {
  let at = 0;
  for (const item of a) {
    while (at < b.length && b[at]! < item) at++;
    if (b[at] !== item) return false;
  }
  return true;
}

function partsOf(groups: Groups): Groups[] {
  const parent = new Map<number, number>();
  const find = (member: number): number => {
    let at = member;
    while (parent.get(at) !== undefined && parent.get(at) !== at) at = parent.get(at)!;
    let walk = member;
    while (walk !== at) {
      const next = parent.get(walk) ?? at;
      parent.set(walk, at);
      walk = next;
    }
    return at;
  };
  for (const [first, ...others] of groups) for (const other of others) parent.set(find(other), find(first!));
  const parts = new Map<number, (readonly number[])[]>();
  for (const group of groups) {
    const root = find(group[0]!);
    const part = parts.get(root);
    if (part === undefined) parts.set(root, [group]);
    else part.push(group);
  }
  return [...parts.values()];
}

/** A part by itself, with numbers of its own for its members: the search asks for their weights very often. */
function solve(given: Groups, allWeights: readonly number[], work: number): HittingSet {
  const members = [...new Set(given.flat())].sort((a, b) => a - b);
  const own = new Map(members.map((member, index) => [member, index]));
  const weights = members.map((member) => allWeights[member]!);
  const groups = given.map((group) => group.map((member) => own.get(member)!));
  let best = greedy(groups, weights);
  let bestWeight = weigh(best, weights);
  const rest = Float64Array.from(weights);
  const root = lowerBound(groups, weights, rest);
  let left = work;
  /** The least bound of the branches that were left for want of work. */
  let open = Number.POSITIVE_INFINITY;
  const chosen: number[] = [];
  const counts = new Int32Array(members.length);
  const branch = (unhit: Groups, weight: number): void => {
    if (unhit.length === 0) {
      if (weight < bestWeight) {
        best = [...chosen];
        bestWeight = weight;
      }
      return;
    }
    const least = weight + lowerBound(unhit, weights, rest);
    if (least >= bestWeight) return;
    if (left <= 0) {
      open = Math.min(open, least);
      return;
    }
    left--;
    let smallest = unhit[0]!;
    for (const group of unhit) if (group.length < smallest.length) smallest = group;
    for (const member of smallest) counts[member] = 0;
    for (const group of unhit) for (const member of group) counts[member]! += 1;
    const value = new Map(smallest.map((member) => [member, counts[member]! / weights[member]!]));
    for (const group of unhit) for (const member of group) counts[member] = 0;
    const order = [...smallest].sort((a, b) => value.get(b)! - value.get(a)! || a - b);
    /** Of what was tried all choices are known: the branches after it do without. */
    const tried = new Set<number>();
    for (const member of order) {
      const further = without(unhit, member, tried);
      if (further !== undefined) {
        chosen.push(member);
        branch(further, weight + weights[member]!);
        chosen.pop();
      }
      tried.add(member);
    }
  };
  branch(groups, 0);
  const bound = open === Number.POSITIVE_INFINITY ? bestWeight : Math.max(root, Math.min(open, bestWeight));
  return { chosen: best.map((member) => members[member]!), weight: bestWeight, bound };
}

/** The groups that a member does not hit, without those that may not be chosen; undefined where nothing can hit one of them. */
function without(groups: Groups, chosen: number, barred: ReadonlySet<number>): Groups | undefined {
  const rest: (readonly number[])[] = [];
  for (const group of groups) {
    if (group.includes(chosen)) continue;
    const remaining = barred.size === 0 ? group : group.filter((each) => !barred.has(each));
    if (remaining.length === 0) return undefined;
    rest.push(remaining);
  }
  return rest;
}

/** The member that hits most for its weight, again and again; then without those that turn out not to be needed. */
function greedy(groups: Groups, weights: readonly number[]): number[] {
  const chosen: number[] = [];
  let unhit = groups;
  while (unhit.length > 0) {
    const counts = new Map<number, number>();
    for (const group of unhit) for (const member of group) counts.set(member, (counts.get(member) ?? 0) + 1);
    let pick = -1;
    for (const [member, count] of counts) {
      const better = pick === -1 ? 1 : count * weights[pick]! - counts.get(pick)! * weights[member]!;
      if (better > 0 || (better === 0 && member < pick)) pick = member;
    }
    chosen.push(pick);
    unhit = unhit.filter((group) => !group.includes(pick));
  }
  const needed = new Set(chosen);
  for (const member of [...chosen].sort((a, b) => weights[b]! - weights[a]! || a - b)) {
    needed.delete(member);
    if (groups.some((group) => !group.some((each) => needed.has(each)))) needed.add(member);
  }
  return [...needed];
}

/**
 * A feasible answer of the dual of the linear relaxation: every group takes what is left of its members' weights, so that no
 * member gives away more than it weighs. At least as good as counting groups that share no member. `left` holds the weights,
 * and does so again afterwards.
 */
function lowerBound(groups: Groups, weights: readonly number[], left: Float64Array): number {
  let sum = 0;
  for (const group of groups) {
    let least = Number.POSITIVE_INFINITY;
    for (const member of group) if (left[member]! < least) least = left[member]!;
    if (least <= 0) continue;
    sum += least;
    for (const member of group) left[member]! -= least;
  }
  for (const group of groups) for (const member of group) left[member] = weights[member]!;
  return sum;
}

function weigh(members: readonly number[], weights: readonly number[]): number {
  return members.reduce((sum, member) => sum + weights[member]!, 0);
}

function addTo(lists: Map<number, number[]>, key: number, value: number): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

function compareLists(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < a.length && index < b.length; index++) if (a[index] !== b[index]) return a[index]! - b[index]!;
  return a.length - b.length;
}
