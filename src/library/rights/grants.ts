import { groupBy, type GrantsReport, type HeldRight, type RightsHolder } from '../../core/index.ts';
import { dangerousRights, questionsFor, type DangerousRight, type RightQuestion } from '../../kube/rbac/dangerous-rights.ts';
import type { Rights } from './rights.ts';
import { held, holdersWhere } from './who-can.ts';

/** Who holds which dangerous right, everywhere or in a namespace, and how they come by it. */
export function dangerousGrants(rights: Rights): GrantsReport {
  const { rbac, input, inventory, objectOf } = rights;
  return {
    ...input,
    command: 'grants',
    rights: dangerousRights.flatMap((right): HeldRight[] => {
      const holders = holdersOf(rights, right, inventory.version);
      const { id, title, why, severity, codes } = right;
      return holders.length === 0 ? [] : [{ id, title, why, severity, codes, holders }];
    }),
    unknown: rbac.missingRoles.map(objectOf),
  };
}

function holdersOf(rights: Rights, right: DangerousRight, version: number): RightsHolder[] {
  const { rbac } = rights;
  const ask = (questions: readonly RightQuestion[]): RightsHolder[] =>
    questionsFor(questions, version).flatMap((question): RightsHolder[] => {
      if (right.only !== undefined)
        return rbac.whoCan({ ...question, namespace: right.only }).map((holder) => held(rights, holder, right.only));
      if (right.scope === 'cluster') return rbac.whoCan(question).map((holder) => held(rights, holder, undefined));
      return holdersWhere(rights, question);
    });
  const alike = groupBy(
    right.and === undefined ? ask(right.questions) : inParts(rights, [right.questions, right.and], ask, version),
    ({ subject, namespace }) => JSON.stringify([subject, namespace]),
  );
  const holders = [...alike.values()].map((list): RightsHolder => ({ ...list[0]!, chains: once(list.flatMap(({ chains }) => chains)) }));
  const everywhere = new Set(holders.filter(({ namespace }) => namespace === undefined).map(({ subject }) => JSON.stringify(subject)));
  return holders
    .filter(({ namespace, subject }) => namespace === undefined || right.only !== undefined || !everywhere.has(JSON.stringify(subject)))
    .sort((a, b) => Number(a.namespace !== undefined) - Number(b.namespace !== undefined));
}

/**
 * Who has something of each part, be it by several roles, as himself or as a member of groups. The chains are those of all parts:
 * each request is granted by one rule, and what takes two requests by two.
 */
function inParts(
  { rbac, ...rights }: Rights,
  parts: readonly (readonly RightQuestion[])[],
  ask: (questions: readonly RightQuestion[]) => RightsHolder[],
  version: number,
): RightsHolder[] {
  return parts.flatMap(ask).flatMap((holder) => {
    const { subject, namespace } = holder;
    const grants = parts.map((questions) =>
      questionsFor(questions, version).flatMap(
        (question) => rbac.can(subject, { ...question, ...(namespace === undefined ? {} : { namespace }) }).grants,
      ),
    );
    return grants.some((each) => each.length === 0) ? [] : [held({ rbac, ...rights }, { subject, grants: grants.flat() }, namespace)];
  });
}

/** One rule answers several questions. */
function once(chains: RightsHolder['chains']): RightsHolder['chains'] {
  return [...groupBy(chains, (chain) => JSON.stringify(chain)).values()].map(([chain]) => chain!);
}
