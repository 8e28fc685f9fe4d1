import type { AnyControl } from '../core/index.ts';
import type { Policy, Profile } from './policy.ts';

/**
 * Does a pattern of `--only` or `--skip` name this control? A pattern is a control id (`pod-security/privileged`), its
 * folder (`pod-security`), a code (`POD-06`) or the letters of a chapter (`POD`), each also with `*`; case does not count.
 */
export function selects(pattern: string, control: AnyControl): boolean {
  const parts = pattern.toLowerCase().split('*');
  const [folder = ''] = control.id.split('/');
  const names = [control.id, folder, ...control.decides, ...control.decides.map((code) => code.split('-')[0] ?? '')];
  return names.some((name) => matches(name.toLowerCase(), parts));
}

/** Leftmost match of each part in turn: linear, whatever the pattern. */
function matches(text: string, parts: readonly string[]): boolean {
  const [first = '', ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

const levelsOf: Readonly<Record<Profile, readonly (string | undefined)[]>> = {
  nsa: ['baseline', 'restricted', undefined],
  baseline: ['baseline'],
  restricted: ['baseline', 'restricted'],
};

/** Why a control takes no part in a run, or `undefined` if it does. */
export function leftOut(control: AnyControl, policy: Pick<Policy, 'profile' | 'only' | 'skip'>): string | undefined {
  if (!levelsOf[policy.profile].includes(control.also.pss)) return `left out by --profile ${policy.profile}`;
  if (policy.only.length > 0 && !policy.only.some((pattern) => selects(pattern, control))) return 'left out by --only';
  if (policy.skip.some((pattern) => selects(pattern, control))) return 'left out by --skip';
  return undefined;
}
