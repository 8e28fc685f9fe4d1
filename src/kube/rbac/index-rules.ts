import { ownedRules, ruleText, type Aggregation, type OwnedRule } from './aggregation.ts';
import type { PolicyRule, RoleFact } from './facts.ts';
import { ruleAllows, type Question } from './question.ts';

/** Of one role no more rules than this explain an answer: one would do, and a role of 50,000 for as many subjects would fill the memory. */
const mostReasons = 50;

/** The rules of a role, by its place in the list of roles, that permit what was asked. */
export type WantedRules = (roleId: number) => readonly OwnedRule[];

export interface RuleIndex {
  /** All rules of a role, those that it aggregates included. */
  readonly owned: WantedRules;
  /** Those that permit what is asked; remembers its answers. */
  wanted(question: Question): WantedRules;
  /** The roles with such a rule. */
  rolesAllowing(question: Question): ReadonlySet<number>;
}

/**
 * Rules that many roles have (operators make thousands of equal roles) are one rule with many roles here, and a question is
 * only put to the rules that name its resource or a star in its place.
 */
export function indexRules(roles: readonly RoleFact[], aggregation: Aggregation): RuleIndex {
  const rulesOf = ownedRules(aggregation);
  const owned: WantedRules = (roleId) => rulesOf(roles[roleId]!);
  // Only who asks for everybody needs it.
  let distinct: DistinctRules | undefined;
  return {
    owned,
    wanted(question) {
      const known = new Map<number, readonly OwnedRule[]>();
      return (roleId) => {
        let wanted = known.get(roleId);
        if (wanted === undefined)
          known.set(
            roleId,
            (wanted = owned(roleId)
              .filter(({ rule }) => ruleAllows(rule, question))
              .slice(0, mostReasons)),
          );
        return wanted;
      };
    },
    rolesAllowing: (question) => (distinct ??= distinctRules(roles.map(rulesOf))).rolesAllowing(question),
  };
}

type DistinctRules = Pick<RuleIndex, 'rolesAllowing'>;

function distinctRules(ownedBy: readonly (readonly OwnedRule[])[]): DistinctRules {
  const distinct: { readonly rule: PolicyRule; readonly roles: number[] }[] = [];
  const idByText = new Map<string, number>();
  const byResource = new Map<string, number[]>();
  const withUrls: number[] = [];
  for (const [roleId, rules] of ownedBy.entries()) {
    for (const { rule } of rules) {
      const text = ruleText(rule);
      const id = idByText.get(text);
      if (id !== undefined) {
        distinct[id]!.roles.push(roleId);
        continue;
      }
      idByText.set(text, distinct.length);
      for (const resource of rule.resources) append(byResource, resource, distinct.length);
      if (rule.nonResourceURLs.length > 0) withUrls.push(distinct.length);
      distinct.push({ rule, roles: [roleId] });
    }
  }

  function candidates(question: Question): readonly number[] {
    if ('url' in question) return withUrls;
    const { resource, subresource = '' } = question;
    const names = subresource === '' ? ['*', resource] : ['*', `${resource}/${subresource}`, `*/${subresource}`];
    return names.flatMap((name) => byResource.get(name) ?? []);
  }

  return {
    rolesAllowing(question) {
      const allowing = new Set<number>();
      for (const id of candidates(question)) {
        const { rule, roles: having } = distinct[id]!;
        if (ruleAllows(rule, question)) for (const roleId of having) allowing.add(roleId);
      }
      return allowing;
    },
  };
}

function append(lists: Map<string, number[]>, key: string, item: number): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}
