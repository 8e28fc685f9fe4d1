import { faultOfTerms, type WaiverTerms } from '../core/index.ts';

// What people write into manifests: an annotation with JSON, and comments. Whoever writes a manifest writes these: both are
// bounded, and neither can be anything but a waiver or a fault.

/** One waiver as it is written, or what is wrong with it. `control` is what it names, as far as it can be told. */
export type WrittenWaiver = ({ readonly control: string } & WaiverTerms) | { readonly control: string; readonly fault: string };

const longestAnnotation = 64 * 1024;
const longestComment = 1000;
const mostWaivers = 100;
const terms: ReadonlySet<string> = new Set(['reason', 'owner', 'until', 'ticket']);

/** The waivers in an annotation: `{"POD-04": {"reason": "…", "owner": "…", "until": "2027-01-31"}}`. */
export function readAnnotation(text: string): WrittenWaiver[] {
  if (text.length > longestAnnotation) return [{ control: '', fault: 'the annotation is longer than 64 KiB' }];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [{ control: '', fault: 'the annotation is no JSON' }];
  }
  if (!isMap(value)) return [{ control: '', fault: 'the annotation is no JSON object of controls' }];
  const entries = Object.entries(value);
  if (entries.length === 0) return [{ control: '', fault: 'the annotation names no control' }];
  if (entries.length > mostWaivers) return [{ control: '', fault: `the annotation has more than ${mostWaivers} waivers` }];
  return entries.map(([control, said]): WrittenWaiver => {
    if (!isMap(said)) return { control, fault: 'it is no JSON object with reason, owner and until' };
    const stray = Object.keys(said).find((key) => !terms.has(key));
    if (stray !== undefined) return { control, fault: `it has an unknown key ${JSON.stringify(stray.slice(0, 40))}` };
    return checked(control, said);
  });
}

/** The waivers in a comment: `waive POD-04 until 2027-01-31, reason (owner)`, where several controls stand with commas. */
export function readComment(text: string): WrittenWaiver[] {
  const form = 'it does not read "waive CONTROL until YYYY-MM-DD, reason (owner)"';
  if (text.length > longestComment) return [{ control: '', fault: `the comment is longer than ${longestComment} characters` }];
  const words = /^waive\s+([^\s,]+(?:\s*,\s*[^\s,]+)*)\s+until\s+(\S+?),?(?:\s+|$)/.exec(text);
  if (words === null) return [{ control: '', fault: form }];
  const controls = words[1]!.split(',').map((control) => control.trim());
  const rest = text.slice(words[0].length).trim();
  const opening = rest.lastIndexOf('(');
  if (opening < 0 || !rest.endsWith(')')) return controls.map((control) => ({ control, fault: form }));
  const said = { until: words[2], reason: rest.slice(0, opening).trim(), owner: rest.slice(opening + 1, -1).trim() };
  return controls.map((control) => checked(control, said));
}

function checked(control: string, said: Readonly<Record<string, unknown>>): WrittenWaiver {
  const fault = faultOfTerms(said);
  if (fault !== undefined) return { control, fault };
  const { reason, owner, until, ticket } = said as unknown as WaiverTerms;
  return { control, reason, owner, until, ...(ticket === undefined ? {} : { ticket }) };
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
