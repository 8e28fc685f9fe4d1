import type { ResourceRequest, RightsRequest, RightsSubject } from '../core/index.ts';

/** What an event of the audit log (k8s.io/apiserver, audit.k8s.io/v1) tells of rights; everything else in it is left out. */
export interface AuditEvent {
  readonly stage: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly user: AuditUser;
  readonly impersonatedUser?: AuditUser;
  /** The verb by which constrained impersonation (1.36) was permitted: `impersonate:user-info`. */
  readonly impersonationConstraint?: string;
  /** Absent for what is no request for objects. */
  readonly object?: AuditObject;
  readonly code?: number;
  /** What the authorizer said, where the event says it: `allow` or `forbid`. */
  readonly decision?: string;
  /** When it was received, in milliseconds. */
  readonly time?: number;
}

export interface AuditUser {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra: readonly (readonly [key: string, values: readonly string[]])[];
}

export interface AuditObject {
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

/** What somebody asked the API server for, and whether it let them. */
export interface ObservedRequest {
  readonly request: RightsRequest;
  readonly allowed: boolean;
}

/**
 * What the API server asked its authorizers about a subject because of one event: the request, `create` too where a PUT or a
 * patch made the object, and the impersonation of somebody else. Empty for events of others. Somebody who is
 * impersonated asks for himself; who impersonates him only uses the right to do so.
 */
export function observedRequests(event: AuditEvent, subject: RightsSubject): ObservedRequest[] {
  const { user, impersonatedUser } = event;
  const observed: ObservedRequest[] = [];
  if (isSubject(impersonatedUser ?? user, subject)) {
    const allowed = isAllowed(event);
    const asked = requestOf(event);
    observed.push({ request: asked, allowed });
    // Storage asks a second time before it makes an object that was to be changed (k8s.io/apiserver, handlers/update.go).
    if (allowed && event.code === 201 && !('url' in asked) && (asked.verb === 'update' || asked.verb === 'patch'))
      observed.push({ request: { ...asked, verb: 'create' }, allowed });
  }
  // Only logged once it was permitted, whatever became of the request.
  if (impersonatedUser !== undefined && isSubject(user, subject))
    for (const each of impersonation(event, impersonatedUser)) observed.push({ request: each, allowed: true });
  return observed;
}

/** Whether it is an event of a subject, as itself or as somebody else. */
function isSubject(user: AuditUser, subject: RightsSubject): boolean {
  if (subject.kind === 'Group') return user.groups.includes(subject.name);
  return user.name === (subject.kind === 'User' ? subject.name : `${accountPrefix}${subject.namespace}:${subject.name}`);
}

const accountPrefix = 'system:serviceaccount:';

/**
 * An answer of 401 or 403 did not come about, by whatever refused it. Any other was authorized, also where the object was
 * missing or the server broke down.
 */
function isAllowed({ code, decision }: AuditEvent): boolean {
  return decision !== 'forbid' && code !== 401 && code !== 403;
}

/**
 * The request as it was authorized. The event may say more: the name and the namespace in the object that a POST brings are written
 * into it afterwards (k8s.io/apiserver, audit.LogRequestObject), so that only the URL tells whether the request had them.
 */
function requestOf({ verb, requestURI, object }: AuditEvent): RightsRequest {
  // Proxies write the whole URL.
  const [path = ''] = requestURI.replace(/^https?:\/\/[^/]*/, '').split('?', 1);
  if (object === undefined) return { verb, url: decoded(path) };
  const { group, resource, subresource, namespace, name } = object;
  const inUrl = verb === 'create' ? namesIn(path, resource) : undefined;
  return request(verb, { group, resource, subresource, namespace, name: inUrl === undefined ? name : inUrl.name });
}

function request(verb: string, { group, resource, subresource, namespace, name }: AuditObject): ResourceRequest {
  return {
    verb,
    group,
    resource,
    ...(subresource === '' ? {} : { subresource }),
    ...(name === '' ? {} : { name }),
    ...(namespace === '' ? {} : { namespace }),
  };
}

/** The name in the path of a POST: `/api/v1/namespaces/x/pods/NAME/exec`. */
function namesIn(path: string, resource: string): { readonly name: string } {
  const parts = path.split('/').filter((part) => part !== '');
  const [prefix] = parts;
  let rest = parts.slice(prefix === 'api' ? 2 : 3);
  // A namespace is the resource itself where nothing but its own subresources follows.
  if (rest[0] === 'namespaces' && rest.length > 2 && resource !== 'namespaces') rest = rest.slice(2);
  return { name: decoded(rest[1] ?? '') };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const modes = /^impersonate:(.+)$/;

/**
 * What whoever impersonates was asked for. Groups that the server adds by itself are not told from those that were named: they are
 * left out, and so is only too little where somebody named one of them.
 * Source: k8s.io/apiserver v0.37, endpoints/filters/impersonation.
 */
function* impersonation(event: AuditEvent, wanted: AuditUser): Generator<RightsRequest, void> {
  const { impersonationConstraint: verb = 'impersonate' } = event;
  const mode = modes.exec(verb)?.[1];
  const group = mode === undefined ? '' : authentication;
  const asked = (resource: string, name: string, more: Partial<AuditObject> = {}): ResourceRequest =>
    request(verb, { group, resource, subresource: '', namespace: '', name, ...more });
  if (mode !== undefined) {
    const whole = requestOf(event);
    yield { ...whole, verb: `impersonate-on:${mode}:${whole.verb}` };
  }
  const [namespace, name, ...more] = wanted.name.startsWith(accountPrefix) ? wanted.name.slice(accountPrefix.length).split(':') : [];
  const isAccount = namespace !== undefined && name !== undefined && more.length === 0;
  if (isAccount) yield asked('serviceaccounts', name, { namespace });
  else if (mode === 'associated-node') yield asked('nodes', '*');
  else if (mode === 'arbitrary-node') yield asked('nodes', wanted.name.replace(/^system:node:/, ''));
  else yield asked('users', wanted.name);
  const added = new Set(['system:authenticated', 'system:unauthenticated']);
  if (isAccount) added.add('system:serviceaccounts').add(`system:serviceaccounts:${namespace}`);
  if (mode?.endsWith('-node') === true) added.add('system:nodes');
  for (const each of wanted.groups) if (!added.has(each)) yield asked('groups', each);
  if (wanted.uid !== undefined && wanted.uid !== '') yield asked('uids', wanted.uid, { group: authentication });
  for (const [key, values] of wanted.extra)
    for (const value of values) yield asked('userextras', value, { group: authentication, subresource: key });
}

const authentication = 'authentication.k8s.io';
