import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditEvent } from '../../kube/audit-event.ts';
import { readAuditLogs, type AuditLogTotals } from './index.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-audit-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const base = {
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  auditID: 'a',
  stage: 'ResponseComplete',
  verb: 'get',
  requestURI: '/api/v1/namespaces/shop/pods/web',
  user: { username: 'jo', groups: ['dev'] },
  objectRef: { resource: 'pods', namespace: 'shop', name: 'web' },
  responseStatus: { code: 200 },
  requestReceivedTimestamp: '2026-03-01T10:00:00.000000Z',
};

async function read(text: string | Uint8Array, name = 'audit.log'): Promise<AuditLogTotals & { seen: AuditEvent[] }> {
  writeFileSync(join(folder, name), text);
  return readPaths([name]);
}

async function readPaths(paths: readonly string[], stdin?: NodeJS.ReadableStream): Promise<AuditLogTotals & { seen: AuditEvent[] }> {
  const seen: AuditEvent[] = [];
  const totals = await readAuditLogs({ paths, cwd: folder, ...(stdin === undefined ? {} : { stdin }) }, (event) => seen.push(event));
  return { ...totals, seen };
}

test('an event is read with what rights need of it', async () => {
  const more = {
    impersonatedUser: { username: 'bo', uid: '7', groups: ['ops'], extra: { scopes: ['view'] } },
    authenticationMetadata: { impersonationConstraint: 'impersonate:user-info' },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
  };
  const { seen, events, files, unread } = await read(`${JSON.stringify({ ...base, ...more })}\n`);
  expect({ events, files, unread }).toEqual({ events: 1, files: 1, unread: [] });
  expect(seen).toEqual([
    {
      stage: 'ResponseComplete',
      verb: 'get',
      requestURI: '/api/v1/namespaces/shop/pods/web',
      user: { name: 'jo', groups: ['dev'], extra: [] },
      impersonatedUser: { name: 'bo', uid: '7', groups: ['ops'], extra: [['scopes', ['view']]] },
      impersonationConstraint: 'impersonate:user-info',
      object: { group: '', resource: 'pods', subresource: '', namespace: 'shop', name: 'web' },
      code: 200,
      decision: 'allow',
      time: Date.parse('2026-03-01T10:00:00Z'),
    },
  ]);
});

test('lists, and items that name no kind, are read too', async () => {
  const { kind: _, apiVersion: __, ...item } = base;
  const list = { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', items: [item, item] };
  expect(await read(`${JSON.stringify(list)}\n${JSON.stringify(item)}`)).toMatchObject({ events: 3, unread: [] });
});

describe('hostile lines', () => {
  test.each([
    ['not JSON', '{"kind":"Event"'],
    ['not JSON', 'Mar  1 10:00:00 host kernel: hello'],
    ['not an object', '[]'],
    ['not an object', 'null'],
    ['not an event of the audit log', '{"kind":"Event","apiVersion":"v1"}'],
    ['not an event of the audit log', JSON.stringify({ ...base, kind: 'Pod' })],
    ['not of audit.k8s.io/v1', JSON.stringify({ ...base, apiVersion: 'audit.k8s.io/v1alpha1' })],
    ['not of audit.k8s.io/v1', '{"kind":"EventList","apiVersion":"v2"}'],
    ['a list without items', '{"kind":"EventList","apiVersion":"audit.k8s.io/v1"}'],
    ['an event without stage, verb, URI or user', JSON.stringify({ ...base, user: 7 })],
    ['an event without stage, verb, URI or user', JSON.stringify({ ...base, verb: [] })],
    ['an event whose impersonated user has no name', JSON.stringify({ ...base, impersonatedUser: {} })],
  ])('%s: %s', async (reason, line) => {
    const good = JSON.stringify(base);
    expect(await read(`${good}\n${line}\n\n${good}\n${line}\n`)).toMatchObject({
      events: 2,
      unread: [{ file: 'audit.log', line: 2, reason, count: 2 }],
    });
  });

  test('wrong types of what is left out stop nothing', async () => {
    const odd = {
      ...base,
      objectRef: { resource: 'pods', name: 7 },
      responseStatus: 'x',
      annotations: null,
      requestReceivedTimestamp: 'soon',
    };
    const { seen } = await read(`{"__proto__":{"verb":"x"},${JSON.stringify(odd).slice(1)}`);
    expect(seen).toMatchObject([{ verb: 'get', object: { name: '', namespace: '' } }]);
    expect(seen[0]).not.toHaveProperty('time');
  });

  test('a line without end is not kept', async () => {
    const { unread, events } = await read(`{"a":"${'x'.repeat(65 * 1024 * 1024)}"}\n${JSON.stringify(base)}\n`);
    expect({ unread, events }).toEqual({ unread: [{ file: 'audit.log', line: 1, reason: 'longer than 64 MiB', count: 1 }], events: 1 });
  });

  test('brackets without end are no defect', async () => {
    expect(await read('['.repeat(200_000))).toMatchObject({ unread: [{ reason: 'not JSON' }] });
  });
});

test('lines may be longer than what is read at once, in any script', async () => {
  const line = JSON.stringify({ ...base, requestObject: 'ä€😀'.repeat(300_000), user: { username: 'jö€😀' } });
  const { seen } = await read(`${line}\n${line}`);
  expect(seen.map(({ user }) => user.name)).toEqual(['jö€😀', 'jö€😀']);
});

describe('where from', () => {
  const line = `${JSON.stringify(base)}\n`;

  test('a compressed file', async () => {
    expect(await read(gzipSync(line.repeat(3)), 'old.log.gz')).toMatchObject({ events: 3, unread: [] });
    expect(await read(gzipSync(line.repeat(3000)).subarray(0, 60), 'cut.log.gz')).toMatchObject({
      unread: [{ reason: 'not whole, or not compressed by gzip' }],
    });
  });

  test('a folder, its logs by name', async () => {
    mkdirSync(join(folder, 'logs'));
    for (const name of ['b.log', 'a.jsonl', 'c.txt']) writeFileSync(join(folder, 'logs', name), name === 'a.jsonl' ? 'x\n' : line);
    expect(await readPaths(['logs/'])).toMatchObject({ files: 2, events: 1, unread: [{ file: 'logs/a.jsonl', line: 1 }] });
    mkdirSync(join(folder, 'none'));
    expect(await readPaths(['none'])).toMatchObject({
      unread: [{ file: 'none', reason: expect.stringContaining('without logs') as string }],
    });
  });

  test('standard input, and what is not there', async () => {
    expect(await readPaths(['-'], Readable.from([line.slice(0, 20), line.slice(20)]))).toMatchObject({ events: 1 });
    expect(await readPaths(['nowhere.log'])).toMatchObject({
      files: 0,
      unread: [{ file: 'nowhere.log', reason: 'no such file or folder' }],
    });
  });
});
