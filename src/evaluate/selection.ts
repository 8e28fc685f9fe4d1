import type { AnyControl } from '../core/index.ts';
import type { Policy, Profile } from './policy.ts';

/**
 * Does a pattern of `--only` or `--skip` name this control? A pattern is a control id (`pod-security/privileged`), its
 * folder (`pod-security`), a code (`POD-06`) or the letters of a chapter (`POD`), each also with `*`; case does not count.
 */
export function selects(pattern: string, control: AnyControl): boolean {
  return matchesOne(pattern, [control.id, ...control.decides]);
}

/** Does it name one of these ids and codes, or its folder or chapter? */
export function matchesOne(pattern: string, names: readonly string[]): boolean {
  const parts = enclosed(pattern).split('*');
  return names.some((name) => [name, name.replace(/\/.*|-\d+$/, '')].some((each) => holdsInTurn(enclosed(each), parts)));
}

/** A line, ends included: what begins or ends a pattern then finds nothing but the beginning or the end of a name. */
function enclosed(text: string): string {
  return `\n${text.toLowerCase()}\n`;
}

/** Leftmost match of each part in turn: linear, whatever the pattern. */
function holdsInTurn(text: string, parts: readonly string[]): boolean {
  let at = 0;
  return parts.every((part) => {
    const found = text.indexOf(part, at);
    at = found + part.length;
    return found >= 0;
  });
}

const levelsOf: Readonly<Record<Profile, readonly (string | undefined)[]>> = {
  nsa: ['baseline', 'restricted', undefined],
  baseline: ['baseline'],
  restricted: ['baseline', 'restricted'],
};

/** Why a control takes no part in a run, or `undefined` if it does. */
export function leftOut(control: AnyControl, policy: Pick<Policy, 'profile' | 'only' | 'skip' | 'live'>): string | undefined {
  if (policy.live === true && control.manifestsOnly !== undefined) return control.manifestsOnly;
  if (!levelsOf[policy.profile].includes(control.also.pss)) return `left out by --profile ${policy.profile}`;
  if (policy.only.length > 0 && !policy.only.some((pattern) => selects(pattern, control))) return 'left out by --only';
  if (policy.skip.some((pattern) => selects(pattern, control))) return 'left out by --skip';
  return undefined;
}
