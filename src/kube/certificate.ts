/**
 * When the certificates of a PEM text end, in milliseconds since 1970; undefined where it holds none that can be read.
 * Source: RFC 5280, 4.1 (Certificate) and 4.1.2.5 (Validity).
 */
export function certificateEnds(pem: string): readonly number[] | undefined {
  const ends: number[] = [];
  for (const der of certificatesIn(pem)) {
    const end = der === undefined ? undefined : endOf(der);
    if (end === undefined) return undefined;
    ends.push(end);
  }
  return ends.length === 0 ? undefined : ends;
}

/** Whether the first certificate of a PEM text has this text in it, as names of its owner stand there. */
export function certificateNames(pem: string, name: string): boolean {
  return certificatesIn(pem)[0]?.includes(name) === true;
}

function certificatesIn(pem: string): (string | undefined)[] {
  return [...pem.matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----/g)].map(([, body = '']) =>
    fromBase64(body.replaceAll(/\s/g, '')),
  );
}

/** One character for each byte; undefined for what is no base64. */
export function fromBase64(text: string): string | undefined {
  try {
    return atob(text);
  } catch {
    // Its only way to say that a character does not belong there.
    return undefined;
  }
}

const sequence = 0x30;
const explicitVersion = 0xa0;
const utcTime = 0x17;
const generalizedTime = 0x18;

interface Element {
  readonly tag: number;
  /** Of its content, and of what comes behind it. */
  readonly start: number;
  readonly end: number;
}

function endOf(der: string): number | undefined {
  const certificate = element(der, 0, sequence);
  const signed = certificate && element(der, certificate.start, sequence);
  if (signed === undefined) return undefined;
  const first = element(der, signed.start);
  let next = first?.tag === explicitVersion ? first.end : signed.start;
  // The serial number, the algorithm of the signature and the issuer.
  for (let skipped = 0; skipped < 3; skipped++) {
    const found = element(der, next);
    if (found === undefined) return undefined;
    next = found.end;
  }
  const validity = element(der, next, sequence);
  const from = validity && element(der, validity.start);
  const until = from && element(der, from.end);
  return until && timeOf(until.tag, der.slice(until.start, until.end));
}

/** Undefined where there is none, or one of another tag, or one that reaches beyond the text. */
function element(der: string, at: number, wanted?: number): Element | undefined {
  if (at + 2 > der.length) return undefined;
  const tag = der.charCodeAt(at);
  if (wanted !== undefined && tag !== wanted) return undefined;
  let length = der.charCodeAt(at + 1);
  let start = at + 2;
  if (length >= 0x80) {
    const bytes = length & 0x7f;
    if (bytes === 0 || bytes > 4) return undefined;
    length = 0;
    for (let index = 0; index < bytes; index++) length = length * 256 + der.charCodeAt(start + index);
    start += bytes;
  }
  const end = start + length;
  return Number.isNaN(end) || end > der.length ? undefined : { tag, start, end };
}

/** Years of two digits are of 1950 to 2049. */
function timeOf(tag: number, text: string): number | undefined {
  const short = tag === utcTime;
  if (!short && tag !== generalizedTime) return undefined;
  const [, year, month, day, hour, minute, second] = /^(\d{2}|\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  if (year === undefined || short !== (year.length === 2)) return undefined;
  const full = short ? `${Number(year) < 50 ? '20' : '19'}${year}` : year;
  const time = Date.parse(`${full}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? undefined : time;
}
