import {
  auditLevels,
  decidingRule,
  recordedLevelOf,
  type AuditedRequest,
  type AuditedResource,
  type AuditLevel,
  type AuditPolicy,
  type AuditRule,
} from './audit-policy.ts';

/** Requests that somebody has to be able to look up later. */
export interface RequestClass {
  /** In the plural, as a sentence begins: "new pods". */
  readonly name: string;
  readonly verbs: readonly string[];
  readonly resource: AuditedResource;
  /** The level below which the detections of the guide find nothing. */
  readonly needs: AuditLevel;
}

/** A user and a namespace that no rule can name. */
const anybody = 'no rule names this one';

function of(group: string, resource: string, namespace = anybody): AuditedResource {
  const [name = '', subresource] = resource.split('/');
  return { group, name, namespace, ...(subresource === undefined ? {} : { subresource }) };
}

const writes = ['create', 'update', 'patch'];
const rbac = 'rbac.authorization.k8s.io';

/**
 * What the detections of the guide's threats and alerts look for, each with the level that they need: bodies show root, host
 * paths and grants, everything else is told by who asked for what.
 */
export const requestClasses: readonly RequestClass[] = [
  { name: 'new pods', verbs: ['create'], resource: of('', 'pods'), needs: 'Request' },
  { name: 'changes of workloads', verbs: writes, resource: of('apps', 'deployments'), needs: 'Request' },
  { name: 'new jobs', verbs: writes, resource: of('batch', 'cronjobs'), needs: 'Request' },
  { name: 'debug containers', verbs: ['update', 'patch'], resource: of('', 'pods/ephemeralcontainers'), needs: 'Request' },
  { name: 'new volumes', verbs: ['create'], resource: of('', 'persistentvolumes', ''), needs: 'Request' },
  { name: 'changes of role bindings', verbs: writes, resource: of(rbac, 'rolebindings'), needs: 'Request' },
  { name: 'changes of cluster role bindings', verbs: writes, resource: of(rbac, 'clusterrolebindings', ''), needs: 'Request' },
  { name: 'changes of roles', verbs: writes, resource: of(rbac, 'clusterroles', ''), needs: 'Request' },
  { name: 'commands in containers', verbs: ['create', 'get'], resource: of('', 'pods/exec'), needs: 'Metadata' },
  { name: 'connections through nodes', verbs: ['create', 'get'], resource: of('', 'nodes/proxy', ''), needs: 'Metadata' },
  { name: 'reads of Secrets', verbs: ['get', 'list', 'watch'], resource: of('', 'secrets'), needs: 'Metadata' },
  { name: 'new tokens', verbs: ['create'], resource: of('', 'serviceaccounts/token'), needs: 'Metadata' },
  {
    name: 'changes of admission webhooks',
    verbs: [...writes, 'delete'],
    resource: of('admissionregistration.k8s.io', 'validatingwebhookconfigurations', ''),
    needs: 'Metadata',
  },
  {
    name: 'changes of admission policies',
    verbs: [...writes, 'delete'],
    resource: of('admissionregistration.k8s.io', 'validatingadmissionpolicies', ''),
    needs: 'Metadata',
  },
  { name: 'changes of namespaces', verbs: [...writes, 'delete'], resource: of('', 'namespaces'), needs: 'Metadata' },
  {
    name: 'requests for certificates',
    verbs: ['create', 'update', 'patch'],
    resource: of('certificates.k8s.io', 'certificatesigningrequests', ''),
    needs: 'Metadata',
  },
];

export interface CredentialRequests extends Omit<RequestClass, 'needs'> {
  /** The level from which on the credential is in the log: that of the body which holds it. */
  readonly leaksAt: AuditLevel;
}

/** Bodies of these requests or of their answers hold a credential; those of deletions have options alone. */
export const credentialRequests: readonly CredentialRequests[] = [
  { name: 'Secrets that are written', verbs: writes, resource: of('', 'secrets'), leaksAt: 'Request' },
  {
    name: 'Secrets that are read',
    verbs: ['get', 'list', 'watch', 'delete', 'deletecollection'],
    resource: of('', 'secrets'),
    leaksAt: 'RequestResponse',
  },
  { name: 'new tokens', verbs: ['create'], resource: of('', 'serviceaccounts/token'), leaksAt: 'RequestResponse' },
  { name: 'token reviews', verbs: ['create'], resource: of('authentication.k8s.io', 'tokenreviews', ''), leaksAt: 'Request' },
];

/** Somebody who asks, and where for what, as far as rules tell that apart. */
export interface Asked extends Pick<AuditedRequest, 'user' | 'groups'> {
  readonly namespace: string;
  /** The one object that is asked for, where a rule names it. */
  readonly object: string | undefined;
}

/** As many are tried. */
const mostAsked = 200;

/**
 * For each rule whom and what it names, and for the rest what no rule names: what an earlier rule takes away from that it takes
 * away from all that the rule is for.
 */
export function askedOf({ rules }: AuditPolicy): readonly Asked[] {
  const found = new Map<string, Asked>();
  for (const { users, userGroups, namespaces, resources } of [nothing, ...rules]) {
    const objects = resources.flatMap(({ resourceNames }) => resourceNames);
    const most = Math.max(1, users.length, userGroups.length, namespaces.length, objects.length);
    for (let turn = 0; turn < most && found.size < mostAsked; turn++) {
      const group = inTurn(userGroups, turn);
      const asked = {
        user: inTurn(users, turn) ?? anybody,
        groups: group === undefined ? ['system:authenticated'] : [group, 'system:authenticated'],
        namespace: inTurn(namespaces, turn) ?? anybody,
        object: inTurn(objects, turn),
      };
      found.set(JSON.stringify(asked), asked);
    }
  }
  return [...found.values()];
}

const nothing: Pick<AuditRule, 'users' | 'userGroups' | 'namespaces' | 'resources'> = {
  users: [],
  userGroups: [],
  namespaces: [],
  resources: [],
};

function inTurn(names: readonly string[], turn: number): string | undefined {
  return names[turn % names.length];
}

/** As somebody asks for it. What is made has no name before, and a namespace is asked for by its own. */
export function requestOf({ user, groups, namespace, object }: Asked, verb: string, resource: AuditedResource): AuditedRequest {
  const isNamed = object !== undefined && verb !== 'deletecollection' && (verb !== 'create' || resource.subresource !== undefined);
  const where = resource.namespace === '' ? '' : namespace;
  return { user, groups, verb, resource: { ...resource, namespace: where, ...(isNamed ? { object } : {}) } };
}

export interface Recorded {
  readonly level: AuditLevel;
  /** The rule that decides; undefined where none matches. */
  readonly rule: number | undefined;
}

/** How a policy records requests of a class, whoever asks and by whatever verb: the extreme that `worse` finds. */
export function extremeOf(
  policy: AuditPolicy,
  asked: readonly Asked[],
  { verbs, resource }: Pick<RequestClass, 'verbs' | 'resource'>,
  worse: 'less' | 'more',
): Recorded {
  let found: Recorded | undefined;
  for (const each of asked) {
    for (const verb of verbs) {
      const request = requestOf(each, verb, resource);
      const level = recordedLevelOf(policy, request);
      const order = found === undefined ? 1 : compareLevels(level, found.level) * (worse === 'more' ? 1 : -1);
      if (order > 0) found = { level, rule: decidingRule(policy, request) };
    }
  }
  return found!;
}

/** Negative where the first records less. */
export function compareLevels(a: AuditLevel, b: AuditLevel): number {
  return auditLevels.indexOf(a) - auditLevels.indexOf(b);
}
