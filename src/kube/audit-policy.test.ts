import { describe, expect, test } from 'vitest';
import { auditLevelOf, decidingRule, readAuditPolicy, recordedLevelOf, type AuditedRequest, type AuditPolicy } from './audit-policy.ts';
import { askedOf, extremeOf } from './audited-requests.ts';

function policy(...rules: object[]): AuditPolicy {
  return readAuditPolicy({ apiVersion: 'audit.k8s.io/v1' }, { rules });
}

const read: AuditedRequest = { user: 'jane', groups: ['dev'], verb: 'get', resource: { group: '', name: 'secrets', namespace: 'shop' } };
const exec: AuditedRequest = { ...read, verb: 'create', resource: { group: '', name: 'pods', subresource: 'exec', namespace: 'shop' } };
const path: AuditedRequest = { user: 'jane', groups: ['dev'], verb: 'get', path: '/api/v1' };

describe('an audit policy', () => {
  test('goes by the first rule that matches, and records nothing where none does', () => {
    const two = policy({ level: 'None', users: ['jane'], verbs: ['get'] }, { level: 'Metadata' });
    expect([read, exec].map((request) => auditLevelOf(two, request))).toEqual(['None', 'Metadata']);
    expect(decidingRule(policy({ level: 'Metadata', userGroups: ['ops'] }), read)).toBeUndefined();
  });

  test('names subresources, and groups with all of their resources', () => {
    const levels = (resources: object): (number | undefined)[] =>
      [read, exec, path].map((request) => decidingRule(policy({ level: 'Metadata', resources: [resources] }), request));
    expect(levels({ group: '' })).toEqual([0, 0, undefined]);
    expect(levels({ group: '', resources: ['pods'] })).toEqual([undefined, undefined, undefined]);
    expect(levels({ group: '', resources: ['pods/*'] })).toEqual([undefined, 0, undefined]);
    expect(levels({ group: '*', resources: ['*/exec'] })).toEqual([undefined, 0, undefined]);
    expect(levels({ group: '', resources: ['secrets'], resourceNames: ['one'] })).toEqual([undefined, undefined, undefined]);
  });

  test('names paths of requests that are for no resource', () => {
    const of = (...nonResourceURLs: string[]): number | undefined => decidingRule(policy({ level: 'Metadata', nonResourceURLs }), path);
    expect([of('/api/v1'), of('/api*'), of('*'), of('/ap')]).toEqual([0, 0, 0, undefined]);
  });

  test('is judged for everybody and everything that it names', () => {
    const requests = { verbs: ['get'], resource: read.resource! };
    for (const some of [
      { userGroups: ['ops'] },
      { users: ['a', 'b'] },
      { namespaces: ['dev'] },
      { namespaces: ['shop'], verbs: ['get'] },
    ]) {
      const two = policy({ level: 'RequestResponse', ...some }, { level: 'Metadata' });
      expect(extremeOf(two, askedOf(two), requests, 'more')).toEqual({ level: 'RequestResponse', rule: 0 });
      expect(extremeOf(two, askedOf(two), requests, 'less')).toEqual({ level: 'Metadata', rule: 1 });
    }
    const one = { resources: [{ group: '', resources: ['secrets'], resourceNames: ['db'] }] };
    const named = policy({ level: 'None', users: ['admin'], ...one }, { level: 'Metadata' });
    expect(extremeOf(named, askedOf(named), requests, 'less')).toEqual({ level: 'None', rule: 0 });
    const created = { verbs: ['create', 'deletecollection'], resource: read.resource! };
    expect(extremeOf(named, askedOf(named), created, 'less')).toEqual({ level: 'Metadata', rule: 1 });
    const shadowed = policy({ level: 'Metadata', users: ['admin'] }, { level: 'None', users: ['admin'] }, { level: 'Metadata' });
    expect(extremeOf(shadowed, askedOf(shadowed), requests, 'less')).toEqual({ level: 'Metadata', rule: 2 });
  });

  test('records nothing at stages that it omits, and no bodies without the last one', () => {
    const omitting = (...omitStages: string[]): string =>
      recordedLevelOf(policy({ level: 'Request', omitStages }, { level: 'Metadata' }), read);
    expect(omitting('RequestReceived')).toBe('Request');
    expect(omitting('ResponseComplete')).toBe('Metadata');
    expect(omitting('ResponseComplete', 'RequestReceived')).toBe('None');
    const all = { rules: [{ level: 'Metadata', omitStages: ['ResponseComplete'] }], omitStages: ['RequestReceived'] };
    expect(recordedLevelOf(readAuditPolicy({ apiVersion: 'audit.k8s.io/v1' }, all), read)).toBe('None');
  });

  test('may be anything', () => {
    expect(auditLevelOf(policy({ level: 7, resources: 'x', users: { a: 1 } }, 'x' as never), read)).toBe('None');
    expect(readAuditPolicy({ apiVersion: 'audit.k8s.io/v1' }, { rules: { a: 1 }, omitStages: 'x' }).rules).toEqual([]);
  });
});
