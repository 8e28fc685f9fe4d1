import { blockHolds, type IpBlock } from '../ip-block.ts';

/**
 * All addresses, cut along the blocks that anything names. Blocks lie in each other or apart, never across, so they are a
 * tree, and a block without the blocks inside of it is an atom: whatever is said of one of its addresses holds for all.
 * Atoms are numbered in the order of the addresses, outer before inner, so that the atoms of a block are a range.
 */
export interface IpTree {
  readonly blocks: readonly IpBlock[];
  /** The number behind the last block inside of each. */
  readonly ends: Uint32Array;
  /** The block around each; itself for a root. */
  readonly parents: Uint32Array;
  /** Atoms without an address: other blocks fill the block. */
  readonly empty: readonly boolean[];
  /** The number of the smallest block around one. */
  around(block: IpBlock): number;
  /** The atoms that have addresses in a block, be it in the tree or not. */
  atomsOf(block: IpBlock): number[];
}

const roots: readonly IpBlock[] = [
  { bits: 32, first: 0n, prefix: 0 },
  { bits: 128, first: 0n, prefix: 0 },
];

export function buildIpTree(named: Iterable<IpBlock>): IpTree {
  const distinct = new Map<string, IpBlock>();
  for (const block of [...roots, ...named]) distinct.set(`${block.bits}/${block.first}/${block.prefix}`, block);
  const blocks = [...distinct.values()].sort(compareBlocks);
  const ends = new Uint32Array(blocks.length);
  const parents = new Uint32Array(blocks.length);
  const free = blocks.map(sizeOf);
  const open: number[] = [];
  for (const [number, block] of blocks.entries()) {
    while (open.length > 0 && !blockHolds(blocks[open.at(-1)!]!, block)) ends[open.pop()!] = number;
    const parent = open.at(-1);
    parents[number] = parent ?? number;
    if (parent !== undefined) free[parent] = free[parent]! - sizeOf(block);
    open.push(number);
  }
  for (const number of open) ends[number] = blocks.length;
  const empty = free.map((size) => size === 0n);

  function around(block: IpBlock): number {
    let low = 0;
    let high = blocks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareBlocks(blocks[middle]!, block) <= 0) low = middle + 1;
      else high = middle;
    }
    let number = Math.max(low - 1, 0);
    while (!blockHolds(blocks[number]!, block) && parents[number] !== number) number = parents[number]!;
    return number;
  }

  return {
    blocks,
    ends,
    parents,
    empty,
    around,
    atomsOf(block) {
      const outer = around(block);
      // Mostly it is one of the tree, and has in it whatever that has.
      const whole = blocks[outer]!.prefix === block.prefix;
      const atoms: number[] = [];
      let left = whole ? 0n : sizeOf(block);
      for (let number = outer + 1; number < ends[outer]!; number++) {
        if (!whole && !blockHolds(block, blocks[number]!)) continue;
        if (!whole && parents[number] === outer) left -= sizeOf(blocks[number]!);
        if (!empty[number]) atoms.push(number);
      }
      if (whole ? !empty[outer] : left > 0n) atoms.unshift(outer);
      return atoms;
    },
  };
}

function sizeOf({ bits, prefix }: IpBlock): bigint {
  return 1n << BigInt(bits - prefix);
}

/** IPv4 first, then by the first address, then the larger block. */
function compareBlocks(a: IpBlock, b: IpBlock): number {
  if (a.bits !== b.bits) return a.bits - b.bits;
  if (a.first !== b.first) return a.first < b.first ? -1 : 1;
  return a.prefix - b.prefix;
}
