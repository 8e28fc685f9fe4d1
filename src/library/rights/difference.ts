import {
  compareText,
  groupBy,
  type ChangedRights,
  type RightsChange,
  type RightsDiffReport,
  type RightsSubject,
} from '../../core/index.ts';
import { covers, subjectKey, subjectOf, type Grant, type PolicyRule, type RbacSubject } from '../../kube/rbac/index.ts';
import { OptionError } from '../../options/option-error.ts';
import { joinedParts } from '../../kube/least-privilege.ts';
import { ruleText } from '../../kube/rbac/aggregation.ts';
import { isLiveInNamespace } from '../../kube/rbac/served-resources.ts';
import { heldBy, type Rights } from './rights.ts';

/**
 * What a change of roles and bindings gives and takes, by what it comes to: rules that are written otherwise, roles that are
 * called otherwise and rights that somebody has in another way too are no change. Everybody whom a binding names is looked at.
 */
export function rightsDifference(before: Rights, after: Rights): RightsDiffReport {
  const subjects = new Map<string, RightsSubject>();
  for (const { rbac } of [before, after])
    for (const binding of rbac.bindings)
      for (const each of binding.subjects) {
        const subject = subjectOf(each);
        if (subject !== undefined) subjects.set(subjectKey(subject), subject);
      }
  const spend = spending();
  const changes = [...subjects.values()].flatMap((subject) => changesOf(before, after, subject, spend));
  return {
    schemaVersion: 1,
    tool: after.input.tool,
    command: 'rbac --diff',
    before: read(before),
    after: read(after),
    changes: changes.sort(
      (a, b) =>
        Number(a.gained.length === 0) - Number(b.gained.length === 0) ||
        Number(a.namespace !== undefined) - Number(b.namespace !== undefined) ||
        compareText(a.namespace ?? '', b.namespace ?? '') ||
        compareText(subjectKey(a.subject), subjectKey(b.subject)),
    ),
  };
}

function read({ input: { source, kubernetesVersion, inputs } }: Rights): RightsDiffReport['before'] {
  return { source, kubernetesVersion, inputs };
}

/** Comparisons of a part of a rule with a rule: a few seconds. Real changes are of some hundred rules. */
const mostSteps = 10_000_000;

/** @throws OptionError where it is more than that. */
function spending(): Spend {
  let left = mostSteps;
  return (steps) => {
    left -= steps;
    if (left < 0)
      throw new OptionError([
        'the two sides differ in too many rules to say what that comes to',
        'compare a part of them, for instance the roles of one namespace',
      ]);
  };
}

type Spend = (steps: number) => void;

function changesOf(before: Rights, after: Rights, subject: RbacSubject, spend: Spend): RightsChange[] {
  const [was, is] = [scopesOf(before, subject), scopesOf(after, subject)];
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((namespace): RightsChange[] => {
    const gained = beyond(after, is.get(namespace) ?? [], before.rbac.effectiveIn(subject, namespace), spend);
    const lost = beyond(before, was.get(namespace) ?? [], after.rbac.effectiveIn(subject, namespace), spend);
    return gained.length + lost.length === 0 ? [] : [{ subject, ...(namespace === undefined ? {} : { namespace }), gained, lost }];
  });
}

/** What bindings that name the subject itself give it, by where. What it has by a group is told of the group. */
function scopesOf(rights: Rights, subject: RbacSubject): Map<string | undefined, Grant[]> {
  const own = subjectKey(subject);
  const direct = heldBy(rights, subject).filter((grant) => {
    const named = subjectOf(grant.subject);
    return named !== undefined && subjectKey(named) === own;
  });
  return groupBy(direct, ({ binding }) => binding.namespace);
}

/** What of some grants others do not cover, each part once. */
function beyond(rights: Rights, grants: readonly Grant[], others: readonly Grant[], spend: Spend): ChangedRights[] {
  spend(grants.length + others.length);
  const owner: PolicyRule[] = others.map(({ rule }) => rule);
  // Most rules are as they were: comparing their texts is much faster than their parts.
  const same = new Set(owner.map(ruleText));
  const changed: ChangedRights[] = [];
  for (const grant of grants) {
    if (same.has(ruleText(grant.rule))) continue;
    spend(owner.length * partsOf(grant.rule));
    const parts = covers(owner, [grant.rule]).filter((part) => grant.binding.namespace === undefined || isLive(part));
    if (parts.length === 0) continue;
    // Another binding may give the same again.
    owner.push(grant.rule);
    for (const rule of joinedParts(parts)) changed.push({ rule, chain: rights.chainOf(grant) });
  }
  return changed;
}

/** How many parts a rule has, at least one. */
function partsOf({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): number {
  return 1 + verbs.length * (apiGroups.length * resources.length * (resourceNames.length || 1) + nonResourceURLs.length);
}

/** Whether a RoleBinding gives a part at all. */
function isLive({ verbs: [verb = ''], apiGroups: [group = ''], resources: [resource], nonResourceURLs }: PolicyRule): boolean {
  if (resource === undefined) return nonResourceURLs.length === 0;
  const [parent = '', ...subresource] = resource.split('/');
  return isLiveInNamespace({ verb, group, resource: parent, ...(subresource.length === 0 ? {} : { subresource: subresource.join('/') }) });
}
