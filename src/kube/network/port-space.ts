import type { Protocol, ReachPorts } from '../../core/reach.ts';

export const protocols: readonly Protocol[] = ['TCP', 'UDP', 'SCTP'];

/** The ports from `first` to `last` of a protocol. */
export interface PortRange {
  readonly protocol: Protocol;
  readonly first: number;
  readonly last: number;
}

const lastPort = 65535;

/** Every port of every protocol, which is what a rule without ports is about. */
export const everyPort: readonly PortRange[] = protocols.map((protocol) => ({ protocol, first: 1, last: lastPort }));

/** A set of ports: a bit for each atom of a space. */
export type PortSet = bigint;

/**
 * All ports of all protocols, cut where any rule begins or ends: whatever holds for one port of an atom holds for all of it.
 * A set is exact for the ranges that the space was made of.
 */
export interface PortSpace {
  readonly all: PortSet;
  /** Atoms that have a port of the range. */
  setOf(ranges: readonly PortRange[]): PortSet;
  /** In the order TCP, UDP, SCTP, without protocols that have none. */
  portsOf(set: PortSet): readonly ReachPorts[];
}

export function buildPortSpace(ranges: Iterable<PortRange>): PortSpace {
  const cuts = new Map(protocols.map((protocol) => [protocol, new Set([1])]));
  for (const { protocol, first, last } of ranges) {
    cuts.get(protocol)?.add(first);
    if (last < lastPort) cuts.get(protocol)?.add(last + 1);
  }
  const starts = new Map<Protocol, readonly number[]>();
  const offsets = new Map<Protocol, number>();
  let atoms = 0;
  for (const protocol of protocols) {
    const sorted = [...(cuts.get(protocol) ?? [])].sort((a, b) => a - b);
    starts.set(protocol, sorted);
    offsets.set(protocol, atoms);
    atoms += sorted.length;
  }
  const written = new Map<PortSet, readonly ReachPorts[]>();

  function write(set: PortSet): ReachPorts[] {
    return protocols.flatMap((protocol) => {
      const list = starts.get(protocol)!;
      const offset = offsets.get(protocol)!;
      const spans: [number, number][] = [];
      for (const [index, first] of list.entries()) {
        if (((set >> BigInt(offset + index)) & 1n) === 0n) continue;
        const last = (list[index + 1] ?? lastPort + 1) - 1;
        const before = spans.at(-1);
        if (before !== undefined && before[1] + 1 === first) before[1] = last;
        else spans.push([first, last]);
      }
      const ports = spans.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(',');
      return ports === '' ? [] : [{ protocol, ports }];
    });
  }

  return {
    all: (1n << BigInt(atoms)) - 1n,
    setOf(wanted) {
      let set = 0n;
      for (const { protocol, first, last } of wanted) {
        const list = starts.get(protocol)!;
        const from = lastAtMost(list, first);
        const width = BigInt(lastAtMost(list, last) - from + 1);
        set |= ((1n << width) - 1n) << BigInt(offsets.get(protocol)! + from);
      }
      return set;
    },
    portsOf(set) {
      const known = written.get(set);
      if (known !== undefined) return known;
      const ports = write(set);
      written.set(set, ports);
      return ports;
    },
  };
}

function lastAtMost(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return Math.max(low - 1, 0);
}
