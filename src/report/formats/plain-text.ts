import { printable } from '../printable.ts';

/**
 * Text from input that every consumer can read: printable, without what no encoding or no XML can hold, and no longer than
 * `longest`.
 */
export function plainText(text: string, longest: number = Infinity): string {
  const whole = printable(text);
  const bounded = whole.length > longest ? whole.slice(0, longest) : whole;
  return bounded.replaceAll(/[\p{Surrogate}\ufffe\uffff]/gu, '\ufffd');
}
