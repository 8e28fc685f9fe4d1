import type { Protocol, ReachPorts } from '../../core/reach.ts';

export const protocols: readonly Protocol[] = ['TCP', 'UDP', 'SCTP'];

/** The ports from `first` to `last` of a protocol. */
export interface PortRange {
  readonly protocol: Protocol;
  readonly first: number;
  readonly last: number;
}

const lastPort = 65535;

/** Sets are also kept as numbers of so many bits. */
export const wordBits = 32;
const digitsOfWord = wordBits / 4;

/** So much text of lists of ports is remembered. */
const mostCharacters = 2 ** 22;

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
  /** So many words are a set. */
  readonly width: number;
  /** Atoms that have a port of the range. */
  setOf(ranges: readonly PortRange[]): PortSet;
  /** In the order TCP, UDP, SCTP, without protocols that have none. */
  portsOf(set: PortSet): readonly ReachPorts[];
  /** The same of a set in words. */
  portsIn(words: Int32Array): readonly ReachPorts[];
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
  const width = Math.ceil(atoms / wordBits);
  // V8 looks numbers of any length up by their lowest 64 bits alone.
  const written = new Map<string, readonly ReachPorts[]>();
  let characters = 0;

  function portsIn(words: Int32Array): ReachPorts[] {
    const has = (atom: number): boolean => ((words[atom >> 5]! >>> (atom & 31)) & 1) === 1;
    const found: ReachPorts[] = [];
    for (const protocol of protocols) {
      const list = starts.get(protocol)!;
      const offset = offsets.get(protocol)!;
      const end = offset + list.length;
      const ports: string[] = [];
      for (let atom = offset; atom < end; atom++) {
        if (!has(atom)) continue;
        const first = list[atom - offset]!;
        while (atom + 1 < end && has(atom + 1)) atom++;
        const last = (list[atom + 1 - offset] ?? lastPort + 1) - 1;
        ports.push(first === last ? `${first}` : `${first}-${last}`);
      }
      // A text that is added up is a tree of its pieces to V8, and those are remembered.
      if (ports.length > 0) found.push({ protocol, ports: ports.join() });
    }
    return found;
  }

  return {
    width,
    portsIn,
    all: (1n << BigInt(atoms)) - 1n,
    setOf(wanted) {
      let set = 0n;
      for (const { protocol, first, last } of wanted) {
        const list = starts.get(protocol)!;
        const from = lastAtMost(list, first);
        const count = BigInt(lastAtMost(list, last) - from + 1);
        set |= ((1n << count) - 1n) << BigInt(offsets.get(protocol)! + from);
      }
      return set;
    },
    portsOf(set) {
      const key = set.toString(32);
      const known = written.get(key);
      if (known !== undefined) return known;
      const words = new Int32Array(width);
      writeSet(set, words, 0, width);
      const ports = portsIn(words);
      characters = ports.reduce((sum, each) => sum + each.ports.length, characters + key.length);
      if (characters > mostCharacters) {
        written.clear();
        characters = 0;
      }
      written.set(key, ports);
      return ports;
    },
  };
}

/** A set as words, the lowest bits in the first: of numbers of any length each operation makes another one. */
export function writeSet(set: PortSet, words: Int32Array, at: number, width: number): void {
  const digits = set.toString(16).padStart(width * digitsOfWord, '0');
  for (let word = 0, end = digits.length; word < width; word++, end -= digitsOfWord)
    words[at + word] = Number.parseInt(digits.slice(end - digitsOfWord, end), 16);
}

export function readSet(words: Int32Array, at: number, width: number): PortSet {
  let digits = '0x';
  for (let word = width; word-- > 0;) digits += (words[at + word]! >>> 0).toString(16).padStart(digitsOfWord, '0');
  return BigInt(digits);
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
