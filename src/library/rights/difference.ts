import {
  compareText,
  groupBy,
  type ChangedRights,
  type RightsChange,
  type RightsDiffReport,
  type RightsSubject,
} from '../../core/index.ts';
import { covers, subjectKey, subjectOf, type Grant, type PolicyRule, type RbacSubject } from '../../kube/rbac/index.ts';
import { joinedParts } from '../../kube/least-privilege.ts';
import { isLiveInNamespace } from '../../kube/rbac/served-resources.ts';
import type { Rights } from './rights.ts';

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
  const changes = [...subjects.values()].flatMap((subject) => changesOf(before, after, subject));
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

function changesOf(before: Rights, after: Rights, subject: RbacSubject): RightsChange[] {
  const [was, is] = [scopesOf(before, subject), scopesOf(after, subject)];
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((namespace): RightsChange[] => {
    const gained = beyond(after, is.get(namespace) ?? [], before.rbac.effectiveIn(subject, namespace));
    const lost = beyond(before, was.get(namespace) ?? [], after.rbac.effectiveIn(subject, namespace));
    return gained.length + lost.length === 0 ? [] : [{ subject, ...(namespace === undefined ? {} : { namespace }), gained, lost }];
  });
}

/** What bindings that name the subject itself give it, by where. What it has by a group is told of the group. */
function scopesOf({ rbac }: Rights, subject: RbacSubject): Map<string | undefined, Grant[]> {
  const own = subjectKey(subject);
  const direct = rbac.effective(subject).filter((grant) => {
    const named = subjectOf(grant.subject);
    return named !== undefined && subjectKey(named) === own;
  });
  return groupBy(direct, ({ binding }) => binding.namespace);
}

/** What of some grants others do not cover, each part once. */
function beyond(rights: Rights, grants: readonly Grant[], others: readonly Grant[]): ChangedRights[] {
  const owner: PolicyRule[] = others.map(({ rule }) => rule);
  // Most rules are as they were: comparing their texts is much faster than their parts.
  const same = new Set(owner.map(textOf));
  const changed: ChangedRights[] = [];
  for (const grant of grants) {
    if (same.has(textOf(grant.rule))) continue;
    const parts = covers(owner, [grant.rule]).filter((part) => grant.binding.namespace === undefined || isLive(part));
    if (parts.length === 0) continue;
    // Another binding may give the same again.
    owner.push(grant.rule);
    for (const rule of joinedParts(parts)) changed.push({ rule, chain: rights.chainOf(grant) });
  }
  return changed;
}

function textOf({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): string {
  return JSON.stringify([verbs, apiGroups, resources, resourceNames, nonResourceURLs]);
}

/** Whether a RoleBinding gives a part at all. */
function isLive({ verbs: [verb = ''], apiGroups: [group = ''], resources: [resource], nonResourceURLs }: PolicyRule): boolean {
  if (resource === undefined) return nonResourceURLs.length === 0;
  const [parent = '', ...subresource] = resource.split('/');
  return isLiveInNamespace({ verb, group, resource: parent, ...(subresource.length === 0 ? {} : { subresource: subresource.join('/') }) });
}
