import type { ReachChange, ReachEndpoint } from '../../core/reach.ts';
import type { Answer } from './answers.ts';
import { buildEngine, endpointKey, type Engine } from './engine.ts';
import type { NetworkFact } from './facts.ts';
import { groupsOf, rowsOfGroups, type Group } from './groups.ts';
import type { PortSet } from './port-space.ts';
import { genericProfile, type PluginProfile } from './profile.ts';

/** What a change of a cluster's objects does to who reaches whom. */
export interface NetworkDiff {
  /** Endpoints that are only there after or before: of their pairs nothing is listed. */
  readonly added: readonly ReachEndpoint[];
  readonly removed: readonly ReachEndpoint[];
  /** Groups of endpoints that nothing tells apart, neither before nor after. */
  readonly groups: readonly (readonly ReachEndpoint[])[];
  /** Pairs of groups whose connections change. Of one group with itself it is about different members, unless it says `self`. */
  readonly cells: readonly DiffCell[];
  /** As of `Network`, before or after. */
  readonly full: boolean;
}

export interface DiffCell extends Pick<ReachChange, 'opened' | 'closed' | 'mayOpen' | 'mayClose'> {
  readonly from: number;
  readonly to: number;
  /** It is about each member of the group and itself. */
  readonly self: boolean;
}

/** Compares two states of a cluster over the endpoints that both have. */
export function diffNetworks(
  before: readonly NetworkFact[],
  after: readonly NetworkFact[],
  profile: PluginProfile = genericProfile,
): NetworkDiff {
  // Each counts in the ports and addresses of both, so that their sets can be compared.
  const first = buildEngine(before, profile);
  const second = buildEngine(after, profile, first.needs);
  const old = buildEngine(before, profile, second.needs);
  const [oldGroups, newGroups] = [groupsOf(old), groupsOf(second)];
  const [oldGroupOf, newGroupOf] = [groupIndex(oldGroups), groupIndex(newGroups)];
  const united = new Map<string, { readonly members: ReachEndpoint[]; readonly old: number; readonly new: number }>();
  for (const [index, { members }] of newGroups.entries()) {
    for (const member of members) {
      const was = oldGroupOf.get(endpointKey(member));
      if (was === undefined) continue;
      const key = `${was}/${index}`;
      const known = united.get(key);
      if (known === undefined) united.set(key, { members: [member], old: was, new: index });
      else known.members.push(member);
    }
  }
  const groups = [...united.values()];
  const cells: DiffCell[] = [];
  const oldRows = matrix(old, oldGroups);
  const newRows = matrix(second, newGroups);
  const changes = changesBetween(old, second);
  for (const [from, sender] of groups.entries()) {
    const [oldRow, newRow] = [oldRows[sender.old]!, newRows[sender.new]!];
    for (const [to, receiver] of groups.entries()) {
      if (from === to && sender.members.length === 1) continue;
      const change = changes(oldRow[receiver.old]!, newRow[receiver.new]!);
      if (change !== undefined) cells.push({ from, to, self: false, ...change });
    }
    const [member] = sender.members;
    const [was, is] = [old, second].map((engine) => engine.answerOf(member!, member!) ?? 0);
    const change = member?.type === 'workload' ? changes(was!, is!) : undefined;
    if (change !== undefined) cells.push({ from, to: from, self: true, ...change });
  }
  return {
    added: second.endpoints.filter((endpoint) => !oldGroupOf.has(endpointKey(endpoint))),
    removed: old.endpoints.filter((endpoint) => !newGroupOf.has(endpointKey(endpoint))),
    groups: groups.map(({ members }) => members),
    cells,
    full: old.rows.full || second.rows.full,
  };
}

function groupIndex(groups: readonly Group[]): Map<string, number> {
  return new Map(groups.flatMap(({ members }, index) => members.map((member) => [endpointKey(member), index] as const)));
}

function matrix(engine: Engine, groups: readonly Group[]): Uint32Array[] {
  return Array.from(rowsOfGroups(engine, groups), ({ to }) => to.slice());
}

type Change = Pick<DiffCell, 'opened' | 'closed' | 'mayOpen' | 'mayClose'>;

/** Few pairs of answers are distinct. */
function changesBetween(old: Engine, now: Engine): (was: number, is: number) => Change | undefined {
  const known = new Map<number, Change | undefined>();
  const { space } = now;
  const denied = ({ high }: Answer): PortSet => space.all & ~high;
  return (was, is) => {
    const key = was * 2 ** 26 + is;
    if (known.has(key)) return known.get(key);
    const [a, b] = [old.answers.of(was), now.answers.of(is)];
    const more = (b.low & ~a.low) | (denied(a) & ~denied(b));
    const less = (a.low & ~b.low) | (denied(b) & ~denied(a));
    const opened = b.low & denied(a);
    const closed = a.low & denied(b);
    const change =
      (more | less) === 0n
        ? undefined
        : {
            opened: space.portsOf(opened),
            closed: space.portsOf(closed),
            mayOpen: space.portsOf(more & ~opened),
            mayClose: space.portsOf(less & ~closed),
          };
    known.set(key, change);
    return change;
  };
}
