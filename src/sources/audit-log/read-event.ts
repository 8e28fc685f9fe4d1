import type { AuditEvent, AuditObject, AuditUser } from '../../kube/audit-event.ts';

/** What one line of a log holds, or why it is none. */
export type ReadLine = { readonly events: readonly AuditEvent[]; readonly refused: readonly string[] };

const versions: ReadonlySet<unknown> = new Set(['audit.k8s.io/v1', 'audit.k8s.io/v1beta1']);

/** Reads an Event or an EventList; items of a list that are none are refused one by one. */
export function readLine(text: string): ReadLine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { events: [], refused: ['not JSON'] };
  }
  if (!isRecord(value)) return { events: [], refused: ['not an object'] };
  const { kind, apiVersion, items } = value;
  if (kind !== 'EventList') return read([value]);
  if (!versions.has(apiVersion)) return { events: [], refused: [otherVersion] };
  return Array.isArray(items) ? read(items) : { events: [], refused: ['a list without items'] };
}

const otherVersion = 'not of audit.k8s.io/v1';

function read(values: readonly unknown[]): ReadLine {
  const events: AuditEvent[] = [];
  const refused: string[] = [];
  for (const value of values) {
    const event = eventOf(value);
    if (typeof event === 'string') refused.push(event);
    else events.push(event);
  }
  return { events, refused };
}

/** An event, or why it is none. Items of a list name no kind, and no more do those of backends that take lists apart. */
function eventOf(value: unknown): AuditEvent | string {
  if (!isRecord(value)) return 'not an object';
  const { kind = 'Event', apiVersion = 'audit.k8s.io/v1', stage, verb, requestURI, auditID } = value;
  if (kind !== 'Event' || typeof auditID !== 'string') return 'not an event of the audit log';
  if (!versions.has(apiVersion)) return otherVersion;
  const user = userOf(value['user']);
  if (!isText(stage) || !isText(verb) || typeof requestURI !== 'string' || user === undefined)
    return 'an event without stage, verb, URI or user';
  const { impersonatedUser, authenticationMetadata, objectRef, responseStatus, annotations, requestReceivedTimestamp } = value;
  const impersonated = impersonatedUser === undefined || impersonatedUser === null ? undefined : userOf(impersonatedUser);
  if (impersonated === undefined && isRecord(impersonatedUser)) return 'an event whose impersonated user has no name';
  const constraint = field(authenticationMetadata, 'impersonationConstraint');
  const code = field(responseStatus, 'code');
  const decision = field(annotations, 'authorization.k8s.io/decision');
  const time = typeof requestReceivedTimestamp === 'string' ? Date.parse(requestReceivedTimestamp) : Number.NaN;
  const object = objectOf(objectRef);
  return {
    stage,
    verb,
    requestURI,
    user,
    ...(impersonated === undefined ? {} : { impersonatedUser: impersonated }),
    ...(isText(constraint) ? { impersonationConstraint: constraint } : {}),
    ...(object === undefined ? {} : { object }),
    ...(typeof code === 'number' ? { code } : {}),
    ...(typeof decision === 'string' ? { decision } : {}),
    ...(Number.isFinite(time) ? { time } : {}),
  };
}

function userOf(value: unknown): AuditUser | undefined {
  if (!isRecord(value) || !isText(value['username'])) return undefined;
  const { username, uid, groups, extra } = value;
  return {
    name: username,
    ...(isText(uid) ? { uid } : {}),
    groups: textsOf(groups),
    extra: isRecord(extra) ? Object.entries(extra).map(([key, values]) => [key, textsOf(values)] as const) : [],
  };
}

function objectOf(value: unknown): AuditObject | undefined {
  if (!isRecord(value) || !isText(value['resource'])) return undefined;
  const text = (key: string): string => {
    const found = field(value, key);
    return typeof found === 'string' ? found : '';
  };
  return {
    group: text('apiGroup'),
    resource: value['resource'],
    subresource: text('subresource'),
    namespace: text('namespace'),
    name: text('name'),
  };
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter(isText) : [];
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function field(value: unknown, key: string): unknown {
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
