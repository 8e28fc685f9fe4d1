import { describe, expect, test } from 'vitest';
import { auditLevelOf, decidingRule, readAuditPolicy, type AuditedRequest, type AuditPolicy } from './audit-policy.ts';
import { extremeOf, usersOf } from './audited-requests.ts';

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

  test('is judged for everybody whom it names', () => {
    const some = policy({ level: 'RequestResponse', userGroups: ['ops'] }, { level: 'Metadata' });
    const requests = { verbs: ['get'], resource: read.resource! };
    expect(extremeOf(some, usersOf(some), requests, 'more')).toMatchObject({ level: 'RequestResponse', rule: 0 });
    expect(extremeOf(some, usersOf(some), requests, 'less')).toMatchObject({ level: 'Metadata', rule: 1 });
  });

  test('may be anything', () => {
    expect(auditLevelOf(policy({ level: 7, resources: 'x', users: { a: 1 } }, 'x' as never), read)).toBe('None');
    expect(readAuditPolicy({ apiVersion: 'audit.k8s.io/v1' }, { rules: { a: 1 }, omitStages: 'x' }).rules).toEqual([]);
  });
});
