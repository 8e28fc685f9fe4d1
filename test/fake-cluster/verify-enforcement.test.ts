import { afterEach, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { OptionError, scanCluster, type Finding, type Report, type ScanClusterOptions } from '../../src/index.ts';
import { forbiddenPods, soundPod } from '../../src/kube/enforcement-probes.ts';
import { clusterRoleFor } from '../../src/library/scan-cluster.ts';
import { plimsoll } from '../cli/run.ts';
import { holding, patience, send, startFakeApi, status, type ApiObject, type FakeApi, type Kind } from './fake-api-server.ts';

/* What is sent where somebody asks for it, and what the answers mean. */

let api: FakeApi | undefined;

afterEach(async () => {
  await api?.stop();
  api = undefined;
});

interface Sent {
  readonly url: string;
  readonly as: string | undefined;
  readonly groups: unknown;
  readonly pod: { readonly spec: { readonly hostNetwork?: boolean; readonly containers: readonly object[] } };
}

interface Said {
  readonly code: number;
  readonly message?: string;
  /** The pod that comes back; default: as it was sent. */
  readonly pod?: object;
}

/** A server that answers dry runs; it keeps what was sent. */
async function scanOf(
  answer: (sent: Sent) => Said,
  options: ScanClusterOptions = {},
  unlistable?: string,
): Promise<{ report: Report; sent: Sent[] }> {
  const sent: Sent[] = [];
  const rbac = (kind: string, plural: string): Kind => ({ group: 'rbac.authorization.k8s.io', kind, plural, clusterScoped: true });
  const known = holding(objects).filter(({ kind }) => kind !== 'ClusterRoleBinding');
  const bindings = {
    ...rbac('ClusterRoleBinding', 'clusterrolebindings'),
    objects: objects.filter(({ kind }) => kind === 'ClusterRoleBinding'),
  };
  const roles = { ...rbac('ClusterRole', 'clusterroles'), objects: objects.filter(({ kind }) => kind === 'ClusterRole') };
  api = await startFakeApi({
    kinds: [...known, bindings, roles, { group: 'rbac.authorization.k8s.io', kind: 'Role', plural: 'roles' }],
    intercept(request, response, url) {
      if (unlistable !== undefined && url.pathname.endsWith(unlistable)) {
        send(response, 403, status(403, 'no'));
        return true;
      }
      if (request.method === 'GET') return false;
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const pod = JSON.parse(Buffer.concat(chunks).toString()) as Sent['pod'];
        const as = request.headers['impersonate-user'];
        const one: Sent = {
          url: `${request.method} ${url.pathname}${url.search}`,
          as: as as string,
          groups: request.headers['impersonate-group'],
          pod,
        };
        sent.push(one);
        const { code, message = 'no', pod: back = pod } = answer(one);
        send(response, code, code === 201 ? back : status(code, message));
      });
      return true;
    },
  });
  const report = await scanCluster({ kubeconfig: api.kubeconfig, patience, all: true, verifyEnforcement: {}, ...options });
  return { report, sent };
}

const objects: readonly ApiObject[] = [
  ...['shop', 'kube-system'].map((name): ApiObject => ({ kind: 'Namespace', metadata: { name } })),
  { kind: 'ClusterRole', metadata: { name: 'edit' }, rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['create'] }] },
  {
    kind: 'ClusterRoleBinding',
    metadata: { name: 'owners' },
    roleRef: { kind: 'ClusterRole', name: 'edit' },
    subjects: [{ kind: 'Group', name: 'owners' }],
  },
];

const notPermitted: Said = {
  code: 403,
  message: 'pods is forbidden: User "x" cannot create resource "pods" in API group "" in the namespace "shop"',
};
const refused: Said = { code: 403, message: 'pods "plimsoll-probe-x" is forbidden: violates PodSecurity "baseline:latest"' };

function isSound({ pod }: Sent): boolean {
  return JSON.stringify(pod.spec) === JSON.stringify(soundPod);
}

function found({ findings }: Report, control: string): Finding[] {
  return findings.filter((each) => each.control === `pod-security/${control}`);
}

function row(report: Report, code: string): string | undefined {
  return report.ledger.find((each) => each.code === code)?.state;
}

const stranger = 'plimsoll-stranger';

describe('what is sent', () => {
  test('is nothing unless somebody asks', async () => {
    api = await startFakeApi({ kinds: holding(objects) });
    const report = await scanCluster({ kubeconfig: api.kubeconfig, patience });
    expect(api.requests.filter((request) => !request.startsWith('GET '))).toEqual([]);
    expect([row(report, 'ENF-07'), row(report, 'ENF-08')]).toEqual(['unknown', 'unknown']);
  });

  test('is dry runs outside of the system, and all that the documentation says', async () => {
    const { sent } = await scanOf(() => ({ code: 201 }));
    expect(new Set(sent.map(({ url }) => url))).toEqual(new Set(['POST /api/v1/namespaces/shop/pods?dryRun=All']));
    expect(sent.length).toBe(forbiddenPods.length + 3);
    expect(sent.filter(({ as }) => as !== undefined).map(({ as }) => as)).toEqual([stranger]);
    expect(new Set(sent.map(({ pod }) => (pod.spec as { schedulerName?: string }).schedulerName))).toEqual(new Set(['plimsoll-nobody']));
  });

  test('is nothing where the settings count a namespace to the system', async () => {
    expect((await scanOf(() => ({ code: 201 }), { systemNamespaces: ['shop'] })).sent).toEqual([]);
  });

  test('is sent as whom the user names', async () => {
    const { sent } = await scanOf(() => notPermitted, { verifyEnforcement: { as: ['jane', 'group:developers', 'everybody'] } });
    expect(sent.map(({ as, groups }) => [as, groups])).toEqual([
      ['jane', undefined],
      [stranger, 'developers'],
      [stranger, 'owners'],
      [stranger, undefined],
    ]);
  });

  test('is sent as whom the scan impersonates', async () => {
    const { sent } = await scanOf(() => notPermitted, { as: 'jane', asGroups: ['staff'] });
    expect(sent.map(({ as, groups }) => [as, groups])).toEqual([
      ['jane', 'staff'],
      [stranger, undefined],
    ]);
  });
});

describe('answers', () => {
  const asNobody = (answer: (sent: Sent) => Said) => (sent: Sent) => (sent.as === stranger ? notPermitted : answer(sent));

  test('that refuse all bad pods hold for whoever asked, and for nobody else', async () => {
    const { report } = await scanOf(asNobody((sent) => (isSound(sent) ? { code: 201 } : refused)));
    expect(found(report, 'enforcement-verified').map(({ verdict }) => verdict)).toEqual(['pass']);
    expect([row(report, 'ENF-08'), row(report, 'ENF-07'), row(report, 'RBAC-01')]).toEqual(['unknown', 'unknown', 'unknown']);
  });

  test('that let everything in are told, and so is a cluster without roles', async () => {
    const { report } = await scanOf(() => ({ code: 201 }));
    expect(found(report, 'enforcement-verified')).toMatchObject([
      { verdict: 'fail', severity: 'high', message: 'namespace "shop": a pod with privileged is let in and 5 more' },
    ]);
    expect(row(report, 'RBAC-01')).toBe('fail');
  });

  test.each<[string, Said, string]>([
    ['a quota', { code: 403, message: 'pods "x" is forbidden: exceeded quota: total' }, 'exceeded quota'],
    [
      'a webhook that has side effects',
      { code: 400, message: 'admission webhook "w" does not support dry run' },
      'does not support dry run',
    ],
    ['a webhook that is down', { code: 500, message: 'failed calling webhook "w"' }, 'failed calling webhook'],
    [
      'a user of whom nobody may act as',
      {
        code: 403,
        message: 'users "jane" is forbidden: User "x" cannot impersonate resource "users" in API group "" at the cluster scope',
      },
      'acting as this user is not permitted',
    ],
    ['an answer that is no pod', { code: 201, pod: { kind: 'Status', apiVersion: 'v1' } }, 'the answer is no pod'],
    ['no permission', notPermitted, 'nobody who was tried may create pods'],
  ])('of %s prove nothing', async (_, said, message) => {
    const { report } = await scanOf(() => said);
    expect(found(report, 'enforcement-verified')).toMatchObject([{ verdict: 'unknown', message: expect.stringContaining(message) }]);
  });

  test('of everybody decide, unless roles could not be read', async () => {
    const verifyEnforcement = { as: ['everybody'] };
    const answer = (sent: Sent): Said => (sent.groups === undefined ? notPermitted : isSound(sent) ? { code: 201 } : refused);
    expect(row((await scanOf(answer, { verifyEnforcement })).report, 'ENF-08')).toBe('pass');
    await api?.stop();
    const { report } = await scanOf(answer, { verifyEnforcement }, '/roles');
    expect([row(report, 'ENF-08'), report.inputs.unread.map(({ reason }) => reason)]).toEqual([
      'unknown',
      ['list roles.rbac.authorization.k8s.io: the user has no permission'],
    ]);
  });

  test('that come late, after an overload, count', async () => {
    let overloads = 3;
    const { report } = await scanOf(asNobody((sent) => (overloads-- > 0 ? { code: 429 } : isSound(sent) ? { code: 201 } : refused)));
    expect(found(report, 'enforcement-verified').map(({ verdict }) => verdict)).toEqual(['pass']);
  });

  test('with a sidecar that makes pods weaker are told', async () => {
    const sidecar = { name: 'mesh', image: 'registry.example.com/mesh:1', securityContext: { privileged: true } };
    const { report } = await scanOf(
      asNobody((sent) => ({
        code: 201,
        pod: { ...sent.pod, spec: { ...sent.pod.spec, containers: [...sent.pod.spec.containers, sidecar] } },
      })),
    );
    expect(found(report, 'injected-defaults').map(({ message }) => message)).toContainEqual(
      expect.stringContaining('admission makes pods weaker'),
    );
  });
});

describe('permissions', () => {
  const rules = (options: ScanClusterOptions): unknown[] =>
    parseAllDocuments(clusterRoleFor(options))
      .slice(1)
      .flatMap((document) => (document.toJS() as { rules: unknown[] }).rules);
  const impersonate = (resource: string, resourceNames?: string[]): object => ({
    apiGroups: [''],
    resources: [resource],
    ...(resourceNames === undefined ? {} : { resourceNames }),
    verbs: ['impersonate'],
  });

  test('are printed for what is asked, and no others', () => {
    expect(clusterRoleFor({})).not.toMatch(/impersonate|create/);
    expect(rules({ verifyEnforcement: {} })).toEqual([
      { apiGroups: [''], resources: ['pods'], verbs: ['create'] },
      impersonate('users', [stranger]),
    ]);
    expect(rules({ verifyEnforcement: { as: ['jane', 'group:dev', 'system:serviceaccount:shop:ci'] } })).toEqual([
      impersonate('users', [stranger, 'jane']),
      impersonate('groups', ['dev']),
      impersonate('serviceaccounts', ['ci']),
    ]);
    expect(rules({ verifyEnforcement: { as: ['everybody'] } })).toEqual(
      ['users', 'groups', 'serviceaccounts'].map((each) => impersonate(each)),
    );
    expect(clusterRoleFor({ verifyEnforcement: { as: ['everybody'] } })).toMatch(/resources: \[.*clusterroles, rolebindings, roles\]/);
  });
});

describe('options', () => {
  test.each([
    [[''], undefined, 'names nobody'],
    [['group:'], undefined, 'names nobody'],
    [['jane\nX-Evil: 1'], undefined, 'names nobody'],
    [['everybody'], ['shop'], 'goes with a whole cluster alone'],
  ])('%j in %j: %s', async (as, namespaces, complaint) => {
    const options = { kubeconfig: '/nowhere', verifyEnforcement: { as }, ...(namespaces === undefined ? {} : { namespaces }) };
    const error: unknown = await scanCluster(options).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(OptionError);
    expect((error as OptionError).lines.join()).toContain(complaint);
  });

  test.each([
    [['--verify-enforcement', 'deploy/'], '--verify-enforcement goes with --cluster alone'],
    [['--cluster', '--verify-as', 'jane'], '--verify-as needs --verify-enforcement'],
    [['--cluster', '--watch', '--verify-enforcement'], 'exclude each other'],
  ])('%j is refused', (args, complaint) => {
    const { status: exit, stderr } = plimsoll(['scan', ...args]);
    expect([exit, stderr]).toEqual([2, expect.stringContaining(complaint)]);
  });
});
