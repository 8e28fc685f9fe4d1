import { auditLevelOf, auditLevels, decidingRule, type AuditedRequest, type AuditLevel, type AuditPolicy } from './audit-policy.ts';

/** Requests that somebody has to be able to look up later. */
export interface RequestClass {
  /** In the plural, as a sentence begins: "new pods". */
  readonly name: string;
  readonly verbs: readonly string[];
  readonly resource: NonNullable<AuditedRequest['resource']>;
  /** The level below which the detections of the guide find nothing. */
  readonly needs: AuditLevel;
}

function of(group: string, resource: string, namespace = 'shop'): RequestClass['resource'] {
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
  { name: 'changes of namespaces', verbs: [...writes, 'delete'], resource: of('', 'namespaces', 'shop'), needs: 'Metadata' },
  {
    name: 'requests for certificates',
    verbs: ['create', 'update', 'patch'],
    resource: of('certificates.k8s.io', 'certificatesigningrequests', ''),
    needs: 'Metadata',
  },
];

/** Bodies of these requests or their answers hold a credential. */
export const credentialRequests: readonly Omit<RequestClass, 'needs'>[] = [
  {
    name: 'Secrets',
    verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'],
    resource: of('', 'secrets'),
  },
  { name: 'new tokens', verbs: ['create'], resource: of('', 'serviceaccounts/token') },
  { name: 'token reviews', verbs: ['create'], resource: of('authentication.k8s.io', 'tokenreviews', '') },
];

type User = Pick<AuditedRequest, 'user' | 'groups'>;

/** A person and a workload, of whom no rule knows; whoever rules name is nobody's exception either. */
const anybody: readonly User[] = [
  { user: 'jane', groups: ['system:authenticated'] },
  {
    user: 'system:serviceaccount:shop:web',
    groups: ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated'],
  },
];

/** As many named users and groups are tried. */
const mostNamed = 50;

/** Everybody whom the rules tell apart. */
export function usersOf({ rules }: AuditPolicy): readonly User[] {
  const users = new Set(rules.flatMap((rule) => rule.users));
  const groups = new Set(rules.flatMap(({ userGroups }) => userGroups));
  return [
    ...anybody,
    ...[...users].slice(0, mostNamed).map((user) => ({ user, groups: ['system:authenticated'] })),
    ...[...groups].slice(0, mostNamed).map((group) => ({ user: 'somebody', groups: [group, 'system:authenticated'] })),
  ];
}

export interface Recorded {
  readonly level: AuditLevel;
  /** The rule that decides; undefined where none matches. */
  readonly rule: number | undefined;
  readonly user: string;
}

/** How a policy records requests of a class, for everybody and every verb: the extreme that `worse` finds. */
export function extremeOf(
  policy: AuditPolicy,
  users: readonly User[],
  { verbs, resource }: Pick<RequestClass, 'verbs' | 'resource'>,
  worse: 'less' | 'more',
): Recorded {
  let found: Recorded | undefined;
  for (const { user, groups } of users) {
    for (const verb of verbs) {
      const request = { user, groups, verb, resource };
      const level = auditLevelOf(policy, request);
      const order = found === undefined ? 1 : compareLevels(level, found.level) * (worse === 'more' ? 1 : -1);
      if (order > 0) found = { level, rule: decidingRule(policy, request), user };
    }
  }
  return found!;
}

/** Negative where the first records less. */
export function compareLevels(a: AuditLevel, b: AuditLevel): number {
  return auditLevels.indexOf(a) - auditLevels.indexOf(b);
}
