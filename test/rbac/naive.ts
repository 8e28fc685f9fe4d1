import {
  groupsOf,
  subjectKey,
  subjectOf,
  userName,
  userNamed,
  type BindingFact,
  type Question,
  type RbacFact,
  type RbacSubject,
  type RoleFact,
  type RuleFact,
  type SubjectFact,
} from '../../src/kube/rbac/index.ts';
import { matches } from '../../src/kube/label-selector.ts';

/*
 * Who may do what, without any index: every binding is looked at, every role looked up by walking all of them, as the API
 * server's own resolver for tests does. Slow, and obviously right.
 */

/** A way in words: binding, subject and rule by their places. */
export function naiveGrants(
  facts: readonly RbacFact[],
  who: RbacSubject,
  question: Question | 'everything',
  more: readonly string[] = [],
): string[] {
  const subject = who.kind === 'User' ? userNamed(who.name) : who;
  const user = subject.kind === 'Group' ? undefined : userName(subject);
  const groups = groupsOf(subject, more);
  const applies = (named: SubjectFact): boolean => {
    if (named.kind === 'User') return named.name === user;
    if (named.kind === 'Group') return groups.includes(named.name);
    return (
      named.kind === 'ServiceAccount' && named.namespace !== undefined && `system:serviceaccount:${named.namespace}:${named.name}` === user
    );
  };
  return bindingsFor(facts, question).flatMap((binding) => {
    const first = binding.subjects.find(applies);
    if (first === undefined) return [];
    return rulesOf(facts, binding)
      .filter((rule) => question === 'everything' || allows(rule, question))
      .map((rule) => wayText(binding, first, rule));
  });
}

/** Those whom a question is answered yes for, each `subject: ways`. */
export function naiveHolders(facts: readonly RbacFact[], question: Question, among?: (binding: BindingFact) => boolean): string[] {
  const ways = new Map<string, string[]>();
  for (const binding of bindingsFor(facts, question)) {
    if (among?.(binding) === false) continue;
    const seen = new Set<string>();
    for (const named of binding.subjects) {
      const subject = subjectOf(named);
      if (subject === undefined || seen.has(subjectKey(subject))) continue;
      seen.add(subjectKey(subject));
      const own = rulesOf(facts, binding).filter((rule) => allows(rule, question));
      if (own.length > 0)
        ways.set(subjectKey(subject), [...(ways.get(subjectKey(subject)) ?? []), ...own.map((rule) => wayText(binding, named, rule))]);
    }
  }
  return [...ways].map(([subject, list]) => `${subject}: ${list.join(' ')}`);
}

export function wayText(binding: BindingFact, subject: SubjectFact, rule: RuleFact): string {
  return `${binding.at.resource}.${subject.at.path[1]}.${rule.at.resource}.${rule.at.path[1]}`;
}

/** For the whole cluster first, then by namespace. */
function bindingsFor(facts: readonly RbacFact[], question: Question | 'everything'): BindingFact[] {
  const all = facts.filter((fact) => fact.type === 'binding');
  const namespaces = [...new Set(all.flatMap(({ namespace }) => namespace ?? []))].sort();
  const counting =
    question === 'everything' ? namespaces : 'url' in question || question.namespace === undefined ? [] : [question.namespace];
  return [undefined, ...counting].flatMap((scope) => all.filter(({ namespace }) => namespace === scope));
}

function rulesOf(facts: readonly RbacFact[], binding: BindingFact): RuleFact[] {
  const roles = facts.filter((fact) => fact.type === 'role');
  const { kind, name } = binding.roleRef;
  const namespace = kind === 'Role' ? (binding.namespace ?? 'none') : undefined;
  return roles
    .filter((role) => role.kind === kind && role.name === name && role.namespace === namespace)
    .flatMap((role) => ownedBy(roles, role));
}

/** What the aggregation controller would come to, if it began with nothing. */
function ownedBy(roles: readonly RoleFact[], role: RoleFact): readonly RuleFact[] {
  if (role.aggregates.length === 0) return role.rules;
  const selects = (aggregate: RoleFact, other: RoleFact): boolean =>
    other.kind === 'ClusterRole' &&
    other.name !== aggregate.name &&
    aggregate.aggregates.some((selector) => matches(selector, other.labels) === true);
  if (!roles.some((other) => selects(role, other))) return role.rules;
  const reached = [role];
  for (let index = 0; index < reached.length; index++) {
    for (const other of roles) if (selects(reached[index]!, other) && !reached.includes(other)) reached.push(other);
  }
  const sources = reached.filter((each) => !roles.some((other) => selects(each, other)));
  const said = new Set<string>();
  return sources
    .flatMap((source) => source.rules)
    .filter((rule) => {
      const text = JSON.stringify({ ...rule, at: undefined });
      if (said.has(text)) return false;
      said.add(text);
      return true;
    });
}

function allows(rule: RuleFact, question: Question): boolean {
  const has = (list: readonly string[], ...wanted: readonly string[]): boolean => wanted.some((each) => list.includes(each));
  if (!has(rule.verbs, '*', question.verb)) return false;
  if ('url' in question) {
    return rule.nonResourceURLs.some((url) => {
      const star = /^(.*?)\*+$/s.exec(url);
      return url === question.url || (star !== null && question.url.startsWith(star[1] ?? ''));
    });
  }
  const { group, resource, subresource, name = '' } = question;
  const resources = subresource === undefined ? [resource] : [`${resource}/${subresource}`, `*/${subresource}`];
  return (
    has(rule.apiGroups, '*', group) &&
    has(rule.resources, '*', ...resources) &&
    (rule.resourceNames.length === 0 || has(rule.resourceNames, name))
  );
}
