import { failAt, severities, strings, unknown, type Param, type Place, type Severity, type Verdict } from '../core/index.ts';
import type { DangerousRight } from '../kube/rbac/dangerous-rights.ts';
import type { SubjectFact } from '../kube/rbac/index.ts';
import { systemNamespaces } from '../kube/system-workloads.ts';
import type { GrantSubject, RoleHolder, RuleRight } from './rbac.ts';

/** The parameter of controls that ask who holds a right. */
export function allowedSubjects(about: string): Param & { readonly type: 'strings' } {
  return strings(`${about}, as user:NAME, group:NAME or sa:NAMESPACE/NAME`, []);
}

/** As people write it: `user:jane`, `group:ops`, `sa:shop/web`. */
export function isAllowed({ kind, namespace = '', name }: SubjectFact, allowed: readonly string[]): boolean {
  if (allowed.length === 0) return false;
  if (kind === 'User') return allowed.includes(`user:${name}`);
  return allowed.includes(kind === 'Group' ? `group:${name}` : `sa:${namespace}/${name}`);
}

/** Where a right is held: in all of the cluster, in some namespaces, or by nobody who was read. */
interface Reach {
  readonly right: DangerousRight;
  readonly holders: readonly RoleHolder[];
  readonly scope: 'everywhere' | 'namespaces' | 'nobody';
  readonly severity: Severity;
  /** Namespaces of them that refuse no pod, where that matters. */
  readonly unguarded: ReadonlySet<string>;
}

/**
 * Judges which of some rights a role gives, and to whom. Of a role each rule is a place, of a binding each of its subjects.
 * A right that nobody holds is a finding too, but a smaller one: whoever binds the role gives it away.
 */
export function judgeRights(grant: GrantSubject, ids: readonly string[], allowed: readonly string[]): Verdict {
  const wanted = grant.rights.filter(({ right }) => ids.includes(right.id));
  if (grant.uncertain && wanted.length > 0) {
    const message = `role "${grant.role.name}" grants more than the oldest Kubernetes whose roles are known gives it`;
    return unknown(wanted[0]!.rule.at, message.slice(0, longest), ['cluster']);
  }
  const others = (holders: readonly RoleHolder[]): RoleHolder[] => holders.filter(({ subject }) => !isAllowed(subject, allowed));
  const holders = others(grant.holders);
  const holdersOf = ({ heldBy }: RuleRight): readonly RoleHolder[] => (heldBy === undefined ? holders : others(heldBy));
  return failAt(grant.type === 'role' ? placesOfRules(grant, wanted, holdersOf) : placesOfSubjects(grant, wanted, holders));
}

function placesOfRules(grant: GrantSubject, wanted: readonly RuleRight[], holdersOf: (right: RuleRight) => readonly RoleHolder[]): Place[] {
  return [...new Set(wanted.map(({ rule }) => rule))].flatMap((rule) => {
    const reaches = wanted.flatMap((each) => (each.rule === rule ? (reachOf(grant, each, holdersOf(each)) ?? []) : []));
    const worst = worstOf(reaches);
    return worst === undefined
      ? []
      : [{ where: rule.at, severity: worst.severity, message: roleMessage(grant, worst, reaches.length - 1) }];
  });
}

function placesOfSubjects(grant: GrantSubject, wanted: readonly RuleRight[], holders: readonly RoleHolder[]): Place[] {
  const seen = new Set<string>();
  const rights = wanted.filter(({ right }) => !seen.has(right.id) && seen.add(right.id));
  return holders.flatMap((holder) => {
    const reaches = rights.flatMap((each) => reachOf(grant, each, [holder]) ?? []);
    const worst = worstOf(reaches);
    if (worst === undefined) return [];
    const by = (longestName: number): string => ` by role "${short(grant.role.name, longestName)}"`;
    return [{ where: holder.subject.at, severity: worst.severity, message: holderMessage(worst, reaches.length - 1, by) }];
  });
}

function reachOf(grant: GrantSubject, { right, inNamespaces }: RuleRight, holders: readonly RoleHolder[]): Reach | undefined {
  const counts = (namespace: string | undefined): boolean => inNamespaces && (right.only === undefined || right.only === namespace);
  if (!grant.bound) {
    const { kind, namespace } = grant.role;
    const possible = kind === 'Role' ? counts(namespace) : right.only === undefined;
    return possible ? { right, holders: [], scope: 'nobody', severity: milder(right.severity, 2), unguarded: none } : undefined;
  }
  const { refusesNone } = grant.permissions;
  const everywhere = holders.filter(({ binding }) => binding.namespace === undefined);
  if (everywhere.length > 0) return { right, holders: everywhere, scope: 'everywhere', severity: right.severity, unguarded: none };
  const some = holders.filter(({ binding }) => counts(binding.namespace));
  if (some.length === 0) return undefined;
  // There are the accounts of those who keep the cluster going.
  const inSystem = right.takesOver && some.some(({ binding: { namespace = '' } }) => namespace === systemNamespaces[0]);
  const unguarded = right.makesPods === true ? some.map(({ binding: { namespace = '' } }) => namespace).filter(refusesNone) : [];
  return {
    right,
    holders: some,
    scope: 'namespaces',
    unguarded: new Set(unguarded),
    severity: inSystem || unguarded.length > 0 || right.only !== undefined ? right.severity : milder(right.severity, 1),
  };
}

const none: ReadonlySet<string> = new Set();

function milder(severity: Severity, steps: number): Severity {
  return severities[Math.min(severities.indexOf(severity) + steps, severities.length - 1)]!;
}

/** The first of the most severe: rights are in order of their weight. */
function worstOf(reaches: readonly Reach[]): Reach | undefined {
  return severities.map((severity) => reaches.find((each) => each.severity === severity)).find((each) => each !== undefined);
}

function roleMessage(grant: GrantSubject, worst: Reach, more: number): string {
  if (worst.scope === 'nobody')
    return fitted((longestName) => {
      const name = short(grant.role.name, longestName);
      return `whoever gets role "${name}" may ${worst.right.title}${moreText(more)}: nobody is bound to it here`;
    });
  const bindings = new Set(worst.holders.map(({ binding }) => binding));
  const { binding: first } = firstByName(worst.holders);
  const others = bindings.size === 1 ? '' : ` and ${bindings.size - 1} more`;
  const by = (longestName: number): string => ` by binding "${short(first.name, longestName)}"`;
  return holderMessage(worst, more, (longestName) => by(longestName) + others, by);
}

/** What does not fit of the chain is left out from its end. */
function holderMessage({ right, holders, scope, unguarded }: Reach, more: number, ...chains: ((longestName: number) => string)[]): string {
  const subjects = new Set(holders.map(({ subject }) => subjectText(subject)));
  const { subject: first } = firstByName(holders);
  const others = subjects.size === 1 ? '' : ` and ${subjects.size - 1} more`;
  const where = scope === 'everywhere' ? ' everywhere' : placeText(holders, unguarded.size);
  const texts = [...chains, () => ''].map((chain) => (longestName: number): string => {
    const who = subjectText({ ...first, name: short(first.name, longestName) });
    return `${who}${others} may ${right.title}${moreText(more)}${where}${chain(longestName)}`;
  });
  return fitted(...texts);
}

/** Whom a message names of several: the same one in whatever order the files are read. */
function firstByName(holders: readonly RoleHolder[]): RoleHolder {
  const wordsOf = ({ subject, binding: { namespace = '', name } }: RoleHolder): string => `${subjectText(subject)}\0${name}/${namespace}`;
  let [least, words] = [holders[0]!, wordsOf(holders[0]!)];
  for (const holder of holders) {
    const own = wordsOf(holder);
    if (own < words) [least, words] = [holder, own];
  }
  return least;
}

function moreText(more: number): string {
  return more === 0 ? '' : ` (and ${more} more)`;
}

function placeText(holders: readonly RoleHolder[], unguarded: number): string {
  const namespaces = new Set(holders.map(({ binding: { namespace = '' } }) => namespace));
  const [first = ''] = namespaces;
  if (namespaces.size > 1) return ` in ${namespaces.size} namespaces${unguarded === 0 ? '' : ` (${unguarded} without a level)`}`;
  return first === '' ? ' in its namespace' : ` in "${short(first, 30)}"${unguarded === 0 ? '' : ' (no level)'}`;
}

/** `user "jane"`, `group "ops"`, `account "shop/web"`. */
export function subjectText({ kind, namespace, name }: Pick<SubjectFact, 'kind' | 'namespace' | 'name'>): string {
  if (kind !== 'ServiceAccount') return `${kind === 'Group' ? 'group' : 'user'} "${name}"`;
  return `account "${namespace === undefined || namespace === '' ? name : `${namespace}/${name}`}"`;
}

const longest = 110;

/** The first of these texts that fits into a message, with names as long as they may be; names keep a readable length if they can. */
export function fitted(...texts: ((longestName: number) => string)[]): string {
  let last = '';
  for (const names of [
    [60, 40, 28, 20],
    [14, 10],
  ]) {
    for (const text of texts) {
      for (const longestName of names) {
        last = text(longestName);
        if (last.length <= longest) return last;
      }
    }
  }
  return last.slice(0, longest);
}

/** A name that is too long keeps its beginning and its end. */
export function short(name: string, most: number): string {
  if (name.length <= most) return name;
  const half = Math.floor((most - 1) / 2);
  return `${name.slice(0, most - 1 - half)}…${name.slice(name.length - half)}`;
}
