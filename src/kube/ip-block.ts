/** An address of either family as a number. */
interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

/**
 * Whether a block such as `10.0.0.0/8` holds an address; undefined where either cannot be read. Host bits of the block are
 * ignored, as the API server allows them.
 */
export function blockContains(cidr: string, address: string): boolean | undefined {
  const slash = cidr.indexOf('/');
  const prefix = /^\d{1,3}$/.test(cidr.slice(slash + 1)) ? Number(cidr.slice(slash + 1)) : Number.NaN;
  const base = parseAddress(cidr.slice(0, Math.max(slash, 0)));
  const sought = parseAddress(address);
  if (base === undefined || sought === undefined || !(prefix <= base.bits)) return undefined;
  if (base.bits !== sought.bits) return false;
  const rest = BigInt(base.bits - prefix);
  return base.value >> rest === sought.value >> rest;
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
