/** An address of either family as a number. */
interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

/** A block of addresses; `first` has no bits set behind the prefix. */
export interface IpBlock {
  readonly bits: 32 | 128;
  readonly first: bigint;
  readonly prefix: number;
}

/**
 * A block such as `10.0.0.0/8`, or undefined for what is none. Host bits are ignored, as the API server allows them.
 */
export function parseBlock(cidr: string): IpBlock | undefined {
  const slash = cidr.indexOf('/');
  const prefix = /^\d{1,3}$/.test(cidr.slice(slash + 1)) ? Number(cidr.slice(slash + 1)) : Number.NaN;
  const base = parseAddress(cidr.slice(0, Math.max(slash, 0)));
  if (base === undefined || !(prefix <= base.bits)) return undefined;
  const rest = BigInt(base.bits - prefix);
  return { bits: base.bits, first: (base.value >> rest) << rest, prefix };
}

/** One address as the block that holds nothing else. */
export function blockOfAddress(address: string): IpBlock | undefined {
  const parsed = parseAddress(address);
  return parsed === undefined ? undefined : { bits: parsed.bits, first: parsed.value, prefix: parsed.bits };
}

/** As it is written; runs of zeros of IPv6 are left out once. */
export function formatBlock({ bits, first, prefix }: IpBlock): string {
  if (bits === 32) {
    const value = Number(first);
    return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}/${prefix}`;
  }
  const groups = (width: number): number[] =>
    Array.from({ length: bits / width }, (_, index) =>
      Number((first >> BigInt(bits - width * (index + 1))) & ((1n << BigInt(width)) - 1n)),
    );
  const text = groups(16)
    .map((group) => group.toString(16))
    .join(':');
  const [zeros = ''] = [...text.matchAll(/(?<![0-9a-f])0(?::0)+(?![0-9a-f])/g)].map(([run]) => run).sort((a, b) => b.length - a.length);
  if (zeros === '') return `${text}/${prefix}`;
  const at = text.search(new RegExp(`(?<![0-9a-f])${zeros}(?![0-9a-f])`));
  return `${text.slice(0, at).replace(/:$/, '')}::${text.slice(at + zeros.length).replace(/^:/, '')}/${prefix}`;
}

/** Whether all of one block is in another one. */
export function blockHolds(outer: IpBlock, inner: IpBlock): boolean {
  if (outer.bits !== inner.bits || outer.prefix > inner.prefix) return false;
  const rest = BigInt(outer.bits - outer.prefix);
  return outer.first >> rest === inner.first >> rest;
}

/** Whether a block such as `10.0.0.0/8` holds an address; undefined where either cannot be read. */
export function blockContains(cidr: string, address: string): boolean | undefined {
  const [block, sought] = [parseBlock(cidr), blockOfAddress(address)];
  return block === undefined || sought === undefined ? undefined : blockHolds(block, sought);
}

function parseAddress(text: string): Address | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

/** Four decimal numbers; leading zeros are refused since Go 1.17, because some read them as octal. */
function parseIpv4(text: string): Address | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) return undefined;
  return { bits: 32, value: parts.reduce((value, part) => value * 256n + BigInt(part), 0n) };
}

/** Eight groups, one run of which may be left out; the last two may be written as IPv4. */
function parseIpv6(text: string): Address | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(groupsOf);
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => 0), ...(tail ?? [])];
  return { bits: 128, value: groups.reduce((value, group) => value * 65536n + BigInt(group), 0n) };
}

function groupsOf(text: string): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  for (const part of text.split(':')) {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else {
      const embedded = parseIpv4(part);
      if (embedded === undefined) return undefined;
      groups.push(Number(embedded.value >> 16n), Number(embedded.value & 65535n));
    }
  }
  return groups;
}
