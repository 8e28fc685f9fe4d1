import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import type { Status } from './api-client.ts';
import { asAdmin, asBearer, asUser, auditLog, binary, kubernetesVersion, startControlPlane, type AuditEvent } from './control-plane.ts';
import { makeNamespace } from './namespace.ts';
import { until } from './until.ts';

const address = inject('address');
const admin = asAdmin(address);

const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'made' }, data: { a: 'b' } };

interface Review {
  readonly status: { readonly userInfo: { readonly username: string; readonly groups: readonly string[] } };
}

const whoAmI = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };

describe('the API server', () => {
  test('is ready and says its version', async () => {
    expect((await admin.request('GET', '/readyz')).body).toBe('ok');
    expect((await admin.request('GET', '/version')).body).toMatchObject({ gitVersion: `v${kubernetesVersion}`, major: '1' });
  });

  test('lets nobody write who does not say who he is', async () => {
    const namespace = await makeNamespace(admin);
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    const anonymous = await asBearer(address).request<Status>('POST', path, configMap);
    expect(anonymous).toMatchObject({ status: 403, body: { message: expect.stringContaining('User "system:anonymous" cannot create') } });
    expect((await asBearer(address, 'made-up').request('POST', path, configMap)).status).toBe(401);
    expect((await admin.create(configMap, { namespace })).status).toBe(201);
  });

  test('knows users and their groups by their certificates', async () => {
    const { body } = await asUser(address, 'jane', ['developers', 'auditors']).create<Review>(whoAmI);
    expect(body.status.userInfo).toMatchObject({ username: 'jane', groups: ['auditors', 'developers', 'system:authenticated'] });
  });

  test('lets users do what RBAC lets their groups do', async () => {
    const namespace = await makeNamespace(admin);
    const john = asUser(address, 'john', ['readers']);
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    expect((await john.request('GET', path)).status).toBe(403);
    const group = 'rbac.authorization.k8s.io';
    const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }];
    const role = { apiVersion: `${group}/v1`, kind: 'Role', metadata: { name: 'reader' }, rules };
    const binding = {
      apiVersion: `${group}/v1`,
      kind: 'RoleBinding',
      metadata: { name: 'readers' },
      roleRef: { apiGroup: group, kind: 'Role', name: 'reader' },
      subjects: [{ apiGroup: group, kind: 'Group', name: 'readers' }],
    };
    expect((await admin.create(role, { namespace })).status).toBe(201);
    expect((await admin.create(binding, { namespace })).status).toBe(201);
    // The authorizer learns of it a moment later.
    await eventually(async () => ((await john.request('GET', path)).status === 200 ? true : undefined));
    expect((await john.request('POST', path, configMap)).status).toBe(403);
  });

  test('gives service accounts tokens and takes them', async () => {
    const namespace = await makeNamespace(admin);
    await admin.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot' } }, { namespace });
    const { body } = await admin.request<{ status: { token: string } }>(
      'POST',
      `/api/v1/namespaces/${namespace}/serviceaccounts/robot/token`,
      { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
    );
    const review = await asBearer(address, body.status.token).create<Review>(whoAmI);
    expect(review.body.status.userInfo.username).toBe(`system:serviceaccount:${namespace}:robot`);
  });

  test('writes down who asked for what', async () => {
    const namespace = await makeNamespace(admin);
    await asUser(address, 'mallory').request('GET', `/api/v1/namespaces/${namespace}/secrets/password`);
    const events = (): AuditEvent[] =>
      auditLog(address).filter(({ objectRef }) => objectRef?.namespace === namespace && objectRef.resource === 'secrets');
    await eventually(async () => (events().length > 0 ? true : undefined));
    expect(events()).toMatchObject([
      {
        verb: 'get',
        user: { username: 'mallory', groups: ['system:authenticated'] },
        objectRef: { resource: 'secrets', name: 'password' },
        responseStatus: { code: 403 },
      },
    ]);
  });
});

describe('a control plane of its own', () => {
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { hostNetwork: true, containers: [{ name: 'web', image: 'registry.example/web:1' }] },
      },
    },
  };

  test('takes an older version, an admission configuration and controllers, and leaves nothing behind', async () => {
    const own = await startControlPlane({
      emulatedVersion: '1.34',
      controllerManager: true,
      admission: {
        PodSecurity: {
          apiVersion: 'pod-security.admission.config.k8s.io/v1',
          kind: 'PodSecurityConfiguration',
          defaults: { enforce: 'baseline', 'enforce-version': 'latest' },
        },
      },
    });
    try {
      const owner = asAdmin(own.address);
      expect((await owner.request('GET', '/version')).body).toMatchObject({ emulationMajor: '1', emulationMinor: '34' });
      const namespace = await makeNamespace(owner);
      expect((await owner.create(deployment, { namespace })).status).toBe(201);
      const refusals = await eventually(async () => {
        const { body } = await owner.request<{ items: { reason: string; message: string }[] }>(
          'GET',
          `/api/v1/namespaces/${namespace}/events?fieldSelector=reason=FailedCreate`,
        );
        // Until the namespace has its default service account, that is what is missing.
        const found = body.items.filter(({ message }) => !message.includes('error looking up service account'));
        return found.length > 0 ? found : undefined;
      });
      // By the ReplicaSet of the Deployment, with the default service account of the namespace.
      expect(refusals[0]!.message).toContain('violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)');
      const account = await owner.request('GET', `/api/v1/namespaces/${namespace}/serviceaccounts/default`);
      expect(account.status).toBe(200);
    } finally {
      await own.stop();
    }
    expect(existsSync(own.address.folder)).toBe(false);
    await expect(asAnonymous(own.address.url)).rejects.toThrow('ECONNREFUSED');
  });

  test('says why it does not start', async () => {
    await expect(startControlPlane({ flags: ['--no-such-flag'] })).rejects.toThrow('unknown flag: --no-such-flag');
    const ours = readdirSync(tmpdir()).filter((name) => name.startsWith(`plimsoll-control-plane-${process.pid}-`));
    expect(ours).toEqual([]);
  });

  test('ends when the process that started it is killed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-killed-'));
    const parent = spawn(process.execPath, [
      '-e',
      `const { spawn } = require('node:child_process');
       const child = spawn(process.argv[1], process.argv.slice(2), { stdio: ['pipe', 'inherit', 'ignore'] });
       child.once('spawn', () => console.log('started'));`,
      binary(),
      'etcd',
      folder,
      'http://127.0.0.1:0',
      'http://127.0.0.1:0',
    ]);
    await once(parent.stdout, 'data');
    parent.kill('SIGKILL');
    // Both hold it, so it ends with the last of them.
    await expect(once(parent.stdout, 'end')).resolves.toEqual([]);
    rmSync(folder, { recursive: true, force: true });
  });
});

function asAnonymous(url: string): Promise<unknown> {
  return asBearer({ ...address, url }).request('GET', '/version');
}

/** Asks again until there is an answer. */
async function eventually<T>(ask: () => Promise<T | undefined>): Promise<T> {
  let answer: T | undefined;
  await until(
    async () => (answer = await ask()) !== undefined,
    () => 'it does not happen',
  );
  return answer!;
}
