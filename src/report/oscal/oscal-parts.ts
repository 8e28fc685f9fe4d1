import { createHash } from 'node:crypto';
import { printable } from '../printable.ts';

// What the OSCAL documents have in common. Names and allowed values are those of NIST's OSCAL 1.1.2
// (pages.nist.gov/OSCAL-Reference/models/v1.1.2).

export const oscalVersion = '1.1.2';

/** The namespace of properties that OSCAL does not know. */
export const ourNamespace = 'https://plimsoll.dev/ns/oscal';

export interface Property {
  readonly name: string;
  readonly value: string;
  readonly ns?: string;
  readonly class?: string;
}

/** RFC 4122's namespace of URLs, from which ours is made. */
const urls = '6ba7b811-9dad-11d1-80b4-00c04fd430c8';
const ours = nameBased(urls, ourNamespace);

/** The same parts always have the same identifier: a UUID of version 5. */
export function uuidOf(...parts: readonly string[]): string {
  return nameBased(ours, JSON.stringify(parts));
}

function nameBased(namespace: string, name: string): string {
  const bytes = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest()
    .subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** The identifier of a recommendation in the catalogue: `POD-12` is `pod-12`. What cannot stand in one becomes `_`. */
export function controlId(code: string): string {
  const id = code.toLowerCase().replaceAll(/[^\p{L}\p{N}._-]/gu, '_');
  return /^[\p{L}_]/u.test(id) ? id : `_${id}`;
}

export function objectiveId(code: string): string {
  return `${controlId(code)}_obj`;
}

/** Properties of ours; those without a value are left out, because OSCAL allows none. */
export function properties(values: Readonly<Record<string, string | undefined>>): Property[] {
  return Object.entries(values).flatMap(([name, value]) => {
    const text = line(value ?? '');
    return text === '' ? [] : [{ name, ns: ourNamespace, value: text }];
  });
}

/** Text of one line without space around it. */
export function line(text: string): string {
  return printable(text).trim();
}

/** Text that must not be empty. */
export function prose(text: string, otherwise: string): string {
  const said = line(text);
  return said === '' ? otherwise : said;
}

export function metadata(title: string, version: string, time: string): Record<string, unknown> {
  return { title, 'last-modified': time, version: prose(version, 'unknown'), 'oscal-version': oscalVersion };
}

/** A list as a field, where it has items: OSCAL allows no empty list. */
export function listOf<T>(name: string, items: readonly T[]): Record<string, readonly T[]> {
  return items.length === 0 ? {} : { [name]: items };
}

/** The identifier of the catalogue of a version. */
export function catalogUuid(version: string): string {
  return uuidOf('catalog', version);
}
