import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OptionError, scanCluster, type ScanClusterOptions } from '../../src/index.ts';
import { selfSigned } from '../self-signed.ts';
import { holding, send, startFakeApi, status, type FakeApi, type FakeOptions } from './fake-api-server.ts';

/* What kubectl makes of a kubeconfig, and the library that reads it leaves out. */

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-credentials-'));
afterAll(() => rmSync(folder, { recursive: true }));

let api: FakeApi | undefined;
let kubeconfigs: string | undefined;

beforeEach(() => {
  kubeconfigs = process.env['KUBECONFIG'];
});

afterEach(async () => {
  if (kubeconfigs === undefined) delete process.env['KUBECONFIG'];
  else process.env['KUBECONFIG'] = kubeconfigs;
  await api?.stop();
  api = undefined;
});

/** The headers of the last request of a scan. */
async function headersOf(fake: FakeOptions, options: ScanClusterOptions = {}): Promise<ReturnType<FakeApi['headers']>> {
  api = await startFakeApi({ kinds: holding([]), ...fake });
  await scanCluster({ kubeconfig: api.kubeconfig, ...options });
  return api.headers();
}

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** A plugin that gives the token of its first argument, and counts how often it is asked. */
function plugin(name: string, script: string): string {
  const path = file(name, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

const apiVersion = 'client.authentication.k8s.io/v1';
const credential = `{"apiVersion":"${apiVersion}","kind":"ExecCredential","status":{"token":"%s","expirationTimestamp":"2099-01-01T00:00:00Z"}}`;

describe('a token in a file', () => {
  test('is read without what ends its line, and goes before a token beside it', async () => {
    const tokenFile = file('token', 'from-a-file\n');
    expect(await headersOf({ user: { tokenFile, token: 'beside-it' } })).toMatchObject({ authorization: 'Bearer from-a-file' });
  });
});

test('a token of OpenID Connect is sent as it is, for kubectl alone renews it', async () => {
  const [header, payload] = [{ alg: 'RS256' }, { exp: 1 }].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  const config = {
    'idp-issuer-url': 'https://login.example.com',
    'client-id': 'kubernetes',
    'refresh-token': 'for-kubectl',
    'id-token': `${header}.${payload}.signature`,
  };
  expect(await headersOf({ user: { 'auth-provider': { name: 'oidc', config } } })).toMatchObject({
    authorization: `Bearer ${config['id-token']}`,
  });
});

describe('a user who is somebody else', () => {
  const user = {
    token: 'x',
    as: 'jane',
    'as-groups': ['team', 'auditors'],
    'as-uid': '7',
    'as-user-extra': { 'example.com/why': ['audit'] },
  };

  test('is so with groups and all', async () => {
    expect(await headersOf({ user })).toMatchObject({
      'impersonate-user': 'jane',
      'impersonate-group': 'team, auditors',
      'impersonate-uid': '7',
      'impersonate-extra-example.com%2fwhy': 'audit',
    });
  });

  test('is another one where the command line says so, with nothing of the first', async () => {
    const headers = await headersOf({ user }, { as: 'joe' });
    expect(headers).toMatchObject({ 'impersonate-user': 'joe' });
    expect(Object.keys(headers).filter((name) => /^impersonate-(?:group|uid|extra)/.test(name))).toEqual([]);
  });
});

describe('a plugin for credentials', () => {
  test('that stands beside the kubeconfig is told what it is asked', async () => {
    plugin('asked.sh', `printf '%s' "$KUBERNETES_EXEC_INFO" > '${folder}/asked'; printf '${credential}' from-a-plugin`);
    api = await startFakeApi({ kinds: holding([]), user: { exec: { apiVersion, command: './asked.sh' } } });
    const kubeconfig = file('config', readFileSync(api.kubeconfig, 'utf8'));
    await scanCluster({ kubeconfig });
    expect(api.headers()).toMatchObject({ authorization: 'Bearer from-a-plugin' });
    expect(JSON.parse(readFileSync(join(folder, 'asked'), 'utf8'))).toEqual({
      apiVersion,
      kind: 'ExecCredential',
      spec: { interactive: expect.any(Boolean) },
    });
  });

  test('is asked anew, and once for all, where its token is not accepted any more', async () => {
    const command = plugin(
      'again.sh',
      `echo x >> '${folder}/again'; printf '${credential}' "token-$(wc -l < '${folder}/again' | tr -d ' ')"`,
    );
    let refusals = 0;
    const late: (() => void)[] = [];
    const headers = await headersOf({
      user: { exec: { apiVersion, command } },
      intercept(request, response, url) {
        if (!url.searchParams.has('limit')) return false;
        const refuse = (): void => send(response, 401, status(401, 'Unauthorized'));
        if (request.headers.authorization === 'Bearer token-1') {
          // All but the first refusal come when there are new credentials already.
          if (refusals++ === 0) refuse();
          else late.push(refuse);
          return true;
        }
        for (const refuseLate of late.splice(0)) refuseLate();
        return false;
      },
    });
    expect(refusals).toBeGreaterThan(1);
    expect(headers).toMatchObject({ authorization: 'Bearer token-2' });
  });

  test('that hangs, with what it has started, is not waited for', async () => {
    const command = plugin('hangs.sh', 'sleep 100 & sleep 100');
    const error: unknown = await headersOf({ user: { exec: { apiVersion, command } } }, { patience: { request: 300 } }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(OptionError);
    expect((error as OptionError).lines).toEqual([
      `the credentials of the kubeconfig cannot be had: ${command} does not answer within 0.3 s`,
      'try kubectl version with the same context',
    ]);
  });
});

describe('KUBECONFIG with several files', () => {
  test('means what they have together, the first of a name, and misses none', async () => {
    api = await startFakeApi({ kinds: holding([]) });
    const first = file(
      'first',
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': 'fake',
        users: [{ name: 'tester', user: { token: 'first' } }],
      }),
    );
    process.env['KUBECONFIG'] = [join(folder, 'missing'), first, api.kubeconfig].join(delimiter);
    await scanCluster();
    expect(api.headers()).toMatchObject({ authorization: 'Bearer first' });
  });

  test.each([
    ['missing', undefined, 'no such file or command'],
    ['empty', '', 'there is nothing in it'],
    ['no YAML', '{', 'line 1: '],
  ])('of which the only one is %s', async (name, content, reason) => {
    process.env['KUBECONFIG'] = content === undefined ? join(folder, 'nowhere') : file(name.replace(' ', '-'), content);
    await expect(scanCluster()).rejects.toThrow(`the kubeconfig cannot be read: ${reason}`);
  });
});

test('a server without TLS, as kubectl proxy is one', async () => {
  expect(await headersOf({ cluster: { 'insecure-skip-tls-verify': false } })).toMatchObject({ authorization: 'Bearer let-me-in' });
});

test('a server behind a proxy', async () => {
  const tunnels: unknown[] = [];
  const proxy = createServer().on('connect', ({ url = '', headers }, client) => {
    tunnels.push(headers['proxy-authorization']);
    const server = connect(Number(url.slice(url.lastIndexOf(':') + 1)), '127.0.0.1', () => client.write('HTTP/1.1 200 OK\r\n\r\n'));
    server.pipe(client).pipe(server);
  });
  await new Promise<void>((resolve) => void proxy.listen(0, '127.0.0.1', resolve));
  try {
    const address = `http://me:secret@127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    await headersOf({ tls: selfSigned(), cluster: { 'proxy-url': address, 'insecure-skip-tls-verify': true } });
  } finally {
    proxy.close();
  }
  expect(new Set(tunnels)).toEqual(new Set([`Basic ${Buffer.from('me:secret').toString('base64')}`]));
});
