import { type LeastRoleReport, type ObservedNeed, type RightsRule, type RightsSubject, type UnusedRights } from '../../core/index.ts';
import { version } from '../../core/version.ts';
import { observedRequests, type AuditEvent } from '../../kube/audit-event.ts';
import { joinedParts, leastRoles, roleObjects, rulesOf, startObserving, type NamesPolicy, type Need } from '../../kube/least-privilege.ts';
import { bootstrapPolicy, isBootstrapGrant } from '../../kube/rbac/bootstrap-policy.ts';
import { buildRbac, ruleAllows, userNamed, type Grant, type Question, type RbacSubject } from '../../kube/rbac/index.ts';
import type { AuditLogTotals } from '../../sources/audit-log/index.ts';
import { heldBy, type Rights } from './rights.ts';

export interface LeastRoleOptions {
  readonly subject: RightsSubject;
  readonly names: NamesPolicy;
  /** Of the roles and bindings; default: made of that of the subject. */
  readonly name?: string;
  /** Grant what Kubernetes permits everybody too. */
  readonly everybody: boolean;
  /** The minor of Kubernetes, whose policy says what everybody may do: 35 for 1.35. */
  readonly version: number;
}

/** Takes events of a log one by one; what is kept of them does not grow with it. */
export interface LeastRoleReading {
  readonly visit: (event: AuditEvent) => void;
  /** Users that were seen, the first of them: for whoever misspelt one. */
  readonly users: ReadonlySet<string>;
  /** Different requests of the subject. */
  readonly size: number;
  finish(totals: AuditLogTotals, rights?: Rights): LeastRoleReport;
}

const mostUsers = 1000;
const mostGroups = 200;
/** Different refusals that are kept: whoever tries everything is not to fill the memory. */
const mostDenied = 500;

const stages: ReadonlySet<string> = new Set(['ResponseComplete', 'ResponseStarted', 'Panic']);

export function startLeastRole(options: LeastRoleOptions): LeastRoleReading {
  const { subject, names } = options;
  const allowed = startObserving(names);
  const forEverybody = startObserving('none');
  const denied = startObserving('none');
  const users = new Set<string>();
  /** That the subject was in. */
  const groups = new Set<string>();
  let [from, to] = [Infinity, -Infinity];
  let refused = 0;
  const isForEverybody = everybodysRights(options);

  return {
    visit(event) {
      // A request that goes on, like a watch, is logged when it begins, and again when it ends, perhaps after the log.
      if (!stages.has(event.stage)) return;
      const { time, user, impersonatedUser } = event;
      if (time !== undefined) [from, to] = [Math.min(from, time), Math.max(to, time)];
      if (users.size < mostUsers) users.add((impersonatedUser ?? user).name);
      for (const { request, allowed: isAllowed } of observedRequests(event, subject)) {
        if (groups.size < mostGroups) for (const group of (impersonatedUser ?? user).groups) groups.add(group);
        const again = event.stage === 'ResponseStarted';
        if (!isAllowed) {
          if (again) continue;
          refused++;
          if (denied.size < mostDenied) denied.add(request);
        } else if (isForEverybody(request)) forEverybody.add(request, again);
        else allowed.add(request, again);
      }
    },
    users,
    get size() {
      return allowed.size + forEverybody.size + denied.size;
    },
    finish(totals, rights) {
      const needs = allowed.needs();
      const roles = leastRoles(needs);
      return {
        schemaVersion: 1,
        tool: { name: 'plimsoll', version },
        command: 'generate role',
        subject,
        log: {
          files: totals.files,
          events: totals.events,
          ...(from <= to ? { from: new Date(from).toISOString(), to: new Date(to).toISOString() } : {}),
          unread: totals.unread,
        },
        requests: { allowed: allowed.count + forEverybody.count, denied: refused, starred: allowed.starred + forEverybody.starred },
        objects: roleObjects(roles, subject, options.name ?? nameFor(subject)),
        needs: needs.map(observed),
        forEverybody: forEverybody.needs().map(observed),
        denied: denied.needs().map(observed),
        remarks: remarksOn(needs),
        ...(rights === undefined
          ? {}
          : { removable: removable(rights, subject, [...groups], [...needs, ...forEverybody.needs()]), inputs: rights.input.inputs }),
      };
    },
  };
}

/** What every user may do on any cluster, and without a name what those may do who are not known. */
function everybodysRights({ everybody, subject, version: minor }: LeastRoleOptions): (request: Question) => boolean {
  if (everybody) return () => false;
  const { roles, bindings } = bootstrapPolicy(minor);
  const rbac = buildRbac([...roles, ...bindings]);
  const member: RbacSubject =
    subject.kind === 'User' && subject.name === 'system:anonymous' ? subject : { kind: 'Group', name: 'system:authenticated' };
  return (request) => rbac.can(member, request).allowed;
}

function observed({ verb, namespace, group, resource, url, names, count }: Need): ObservedNeed {
  return {
    verb,
    ...(namespace === undefined ? {} : { namespace }),
    ...(group === undefined ? {} : { group }),
    ...(resource === undefined ? {} : { resource }),
    ...(url === undefined ? {} : { url }),
    names,
    count,
  };
}

/** What nobody has to quote: `jo@example.org` becomes `jo-example.org-observed`. */
function nameFor(subject: RightsSubject): string {
  const name = subject.name
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]+/g, '-')
    .replaceAll(/^[-.]+|[-.]+$/g, '')
    .slice(0, 200);
  return `${name === '' ? 'subject' : name}-observed`;
}

const writes = new Set(['create', 'update', 'patch']);

/** What a request needs besides, and no log tells. */
function remarksOn(needs: readonly Need[]): string[] {
  const asks = (test: (need: Need) => boolean): boolean => needs.some(test);
  const rbac = 'rbac.authorization.k8s.io';
  const remarks: string[] = [];
  if (asks(({ group, resource = '', verb }) => group === rbac && resource.endsWith('roles') && writes.has(verb)))
    remarks.push('it writes roles: the API server also asks that it has every right in them, or the verb escalate');
  if (asks(({ group, resource = '', verb }) => group === rbac && resource.endsWith('bindings') && writes.has(verb)))
    remarks.push('it writes bindings: the API server also asks that it has every right of their roles, or the verb bind');
  if (asks(({ group, resource }) => group === 'certificates.k8s.io' && resource === 'certificatesigningrequests/approval'))
    remarks.push('it approves certificates: the API server also asks for the verb approve on the signer');
  if (asks(({ group, resource }) => group === 'certificates.k8s.io' && resource === 'certificatesigningrequests/status'))
    remarks.push('it signs certificates: the API server also asks for the verb sign on the signer');
  for (const { verb, resource = '', widened } of needs)
    if (widened) remarks.push(`${verb} ${resource} is not limited to names: there were too many (--names all keeps more of them)`);
  return [...new Set(remarks)];
}

/** What the subject has by itself, or by a group that it was in, and did not use. */
function removable(rights: Rights, subject: RightsSubject, groups: readonly string[], needs: readonly Need[]): UnusedRights[] {
  const asked = needs.flatMap(questionsOf);
  const own = subject.kind === 'User' ? userNamed(subject.name) : subject;
  return heldBy(rights, own, subject.kind === 'Group' ? [] : groups).flatMap((grant): UnusedRights[] => {
    if (isBootstrapGrant(grant.binding, grant.subject)) return [];
    const { namespace } = grant.binding;
    const inScope = asked.filter(({ question }) => namespace === undefined || (!('url' in question) && question.namespace === namespace));
    const { unused, wider } = usedOf(grant, inScope);
    return unused.length === 0 && wider.length === 0 ? [] : [{ chain: rights.chainOf(grant), unused, wider }];
  });
}

interface Asked {
  readonly need: Need;
  readonly question: Question;
}

/** One for each name. */
function questionsOf(need: Need): Asked[] {
  const { verb, namespace, group = '', resource = '', url, names } = need;
  if (url !== undefined) return [{ need, question: { verb, url } }];
  const [parent = '', ...rest] = resource.split('/');
  const question = {
    verb,
    group,
    resource: parent,
    ...(rest.length === 0 ? {} : { subresource: rest.join('/') }),
    ...(namespace === undefined ? {} : { namespace }),
  };
  return names.length === 0
    ? [{ need, question }]
    : names.map((name) => ({ need: { ...need, names: [name] }, question: { ...question, name } }));
}

/** More parts of a rule are not looked at one by one. */
const mostParts = 5000;

function usedOf({ rule }: Grant, asked: readonly Asked[]): Pick<UnusedRights, 'unused' | 'wider'> {
  const used = asked.filter((each) => isUsedBy(rule, each));
  const { verbs, apiGroups, resources, resourceNames, nonResourceURLs } = rule;
  if (used.length === 0) return { unused: [{ verbs, apiGroups, resources, resourceNames, nonResourceURLs }], wider: [] };
  if (sizeOf(rule) > mostParts) return { unused: [], wider: [] };
  const unused: RightsRule[] = [];
  const wider: { granted: RightsRule; used: RightsRule[] }[] = [];
  for (const part of partsOf(rule)) {
    const by = used.filter((each) => isUsedBy(part, each));
    if (by.length === 0) unused.push(part);
    else if (hasStar(part)) wider.push({ granted: part, used: rulesOf(by.map(({ need }) => need)) });
  }
  return { unused: joinedParts(unused), wider };
}

/** Where names were not kept, any of them may have been asked for. */
function isUsedBy(rule: RightsRule, { need, question }: Asked): boolean {
  return ruleAllows(need.unnamed ? { ...rule, resourceNames: [] } : rule, question);
}

function sizeOf({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: RightsRule): number {
  return verbs.length * (apiGroups.length * resources.length * Math.max(1, resourceNames.length) + nonResourceURLs.length);
}

/** One verb, group, resource and name each. */
function partsOf({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: RightsRule): RightsRule[] {
  const names = resourceNames.length === 0 ? [[]] : resourceNames.map((name) => [name]);
  return verbs.flatMap((verb) => [
    ...apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        names.map((name) => ({ verbs: [verb], apiGroups: [group], resources: [resource], resourceNames: name, nonResourceURLs: [] })),
      ),
    ),
    ...nonResourceURLs.map((url) => ({ verbs: [verb], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: [url] })),
  ]);
}

function hasStar({ verbs, apiGroups, resources, nonResourceURLs }: RightsRule): boolean {
  return (
    [...verbs, ...apiGroups, ...resources].some((each) => each === '*' || each.startsWith('*/')) ||
    nonResourceURLs.some((url) => url.endsWith('*'))
  );
}
