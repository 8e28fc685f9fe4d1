/** What every waiver must say, wherever it stands. */
export interface WaiverTerms {
  readonly reason: string;
  readonly owner: string;
  readonly until: string;
  readonly ticket?: string;
}

/** Characters of a reason, an owner, a ticket: what is longer is no reason but a document. */
export const longestTerm = 500;

/** What is wrong with the terms of a waiver, or undefined: `its reason is empty`. */
export function faultOfTerms(terms: Readonly<Record<string, unknown>>): string | undefined {
  for (const key of ['reason', 'owner', 'until', 'ticket'] as const) {
    const value = Object.hasOwn(terms, key) ? terms[key] : undefined;
    if (value === undefined && key === 'ticket') continue;
    if (value === undefined) return `it has no ${key}`;
    if (typeof value !== 'string') return `its ${key} is no text`;
    if (value.trim() === '') return `its ${key} is empty`;
    if (value.length > longestTerm) return `its ${key} is longer than ${longestTerm} characters`;
  }
  return isDay(terms['until'] as string) ? undefined : 'its until is no day such as 2027-01-31';
}

/** Is it a day of the calendar as ISO 8601 writes it? Such texts compare as the days do. */
export function isDay(text: string): boolean {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (parts === null) return false;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day >= 1 && day <= (days[month - 1] ?? 0);
}
