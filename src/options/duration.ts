import { OptionError } from './option-error.ts';

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const parts = /^(?:\d+h)?(?:\d+m(?!s))?(?:\d+s)?(?:\d+ms)?$/;
/** What a timer of Node can wait, less a little. */
const longest = 24 * 3_600_000;

/** A duration as kubectl's users write it, `90s`, `5m`, `1h30m`, in milliseconds. @throws OptionError for what is none, or too short or too long to wait. */
export function durationOf(option: string, text: string): number {
  const milliseconds = parts.test(text)
    ? [...text.matchAll(/(\d+)(ms|[hms])/g)].reduce((sum, [, count = '', unit = '']) => sum + Number(count) * (units[unit] ?? 0), 0)
    : 0;
  if (milliseconds > 0 && milliseconds <= longest) return milliseconds;
  throw new OptionError([`${option} ${text} is no duration up to 24h`, `write ${option} 90s, 5m or 1h30m`]);
}
