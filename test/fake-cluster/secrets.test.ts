import { afterEach, describe, expect, test } from 'vitest';
import { scanCluster, type Report, type ScanClusterOptions } from '../../src/index.ts';
import { holding, patience, send, startFakeApi, status, type ApiObject, type FakeApi, type FakeOptions } from './fake-api-server.ts';

/* What a scan takes of Secrets. */

const value = 'bm9ib2R5LW1heS1zZWUtdGhpcw==';

let api: FakeApi | undefined;

afterEach(async () => {
  await api?.stop();
  api = undefined;
});

async function scanOf(fake: FakeOptions, options: ScanClusterOptions = {}): Promise<Report> {
  api = await startFakeApi(fake);
  return scanCluster({ kubeconfig: api.kubeconfig, patience, ...options });
}

function secret(name: string, type: string, data: object, metadata: object = {}): ApiObject {
  const managedFields = [{ manager: 'kubectl', operation: 'Update', time: '2026-07-01T12:00:00Z', fieldsV1: { 'f:data': {} } }];
  return { kind: 'Secret', metadata: { name, namespace: 'shop', ...metadata, managedFields }, type, data };
}

const lastApplied = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ data: { password: value } }) };
const token = secret(
  'ci',
  'kubernetes.io/service-account-token',
  { token: value },
  {
    annotations: { 'kubernetes.io/service-account.name': 'deployer', ...lastApplied, note: value },
    labels: { note: value },
  },
);
const secrets = [
  token,
  secret('copy', 'Opaque', { token: value, 'ca.crt': value }, { annotations: lastApplied }),
  secret('password', 'Opaque', { password: value }),
  secret('release', 'helm.sh/release.v1', { release: value, token: value, 'ca.crt': value }),
];

const row = ({ ledger }: Report): object | undefined => ledger.find(({ code }) => code === 'TOK-03');
const said = ({ findings }: Report): string[] =>
  findings.filter(({ control }) => control === 'pod-security/legacy-tokens').map(({ verdict, resource }) => `${verdict} ${resource.name}`);

test('the metadata of Secrets with tokens, by default', async () => {
  const report = await scanOf({ kinds: holding(secrets) });
  expect(api?.requests.filter((request) => request.includes('secrets')).length).toBe(1);
  expect([said(report), row(report)]).toMatchObject([['fail ci'], { state: 'fail' }]);
  expect(report.inputs.unread).toEqual([]);
});

test('nothing where no control asks', async () => {
  await scanOf({ kinds: holding(secrets) }, { skip: ['TOK-03'] });
  expect(api?.requests.filter((request) => request.includes('secrets'))).toEqual([]);
});

test('a cluster without such Secrets is open in what Secrets do not show', async () => {
  const report = await scanOf({ kinds: holding([secrets[2]!]) });
  expect([said(report), row(report)]).toMatchObject([[], { state: 'unknown', needs: ['node', 'events'], subjects: { pass: 1 } }]);
});

test('without the permission the row that needs them is unknown, and no other', async () => {
  const whole = await scanOf({ kinds: holding(secrets) });
  await api?.stop();
  const report = await scanOf({
    kinds: holding(secrets),
    intercept(_, response, url) {
      if (url.pathname !== '/api/v1/secrets') return false;
      send(response, 403, status(403, 'no'));
      return true;
    },
  });
  expect(row(report)).toMatchObject({ state: 'unknown', note: 'undecided without reading secrets' });
  const states = (of: Report): string[] => of.ledger.map(({ code, state }) => `${code} ${state}`);
  expect(states(report).filter((each) => !states(whole).includes(each))).toEqual(['TOK-03 unknown']);
});

describe('the names of keys, where somebody asks for them', () => {
  test('of all Secrets but releases of Helm', async () => {
    const report = await scanOf({ kinds: holding(secrets) }, { readSecretKeys: true });
    expect([said(report).sort(), report.inputs.unread]).toEqual([['fail ci', 'unknown copy'], []]);
    expect(JSON.stringify(report)).not.toContain(value);
    expect(api?.requests.filter((request) => request.includes('secrets'))).toEqual([
      'GET /api/v1/secrets?fieldSelector=type%21%3Dhelm.sh%2Frelease.v1&limit=500',
    ]);
  });

  test('from answers that nobody sees before their values are gone', async () => {
    const { connect, readCluster } = await import('../../src/sources/cluster/index.ts');
    api = await startFakeApi({ kinds: holding(secrets) });
    const connection = await connect({ kubeconfig: api.kubeconfig });
    if ('refused' in connection) throw new Error(connection.refused.join());
    const seen: string[] = [];
    const listening = {
      ...connection,
      async answer(path: string, ask: Parameters<NonNullable<typeof connection.answer>>[1]) {
        const answer = await ask();
        if (answer.type === 'ok' && path.includes('secrets')) seen.push(answer.body.toString());
        return answer;
      },
    };
    const objects: string[] = [];
    for (const readSecretKeys of [false, true])
      await readCluster(listening, { kinds: ['Secret'], podTemplates: [], patience: { ...patience }, readSecretKeys }, (input) => {
        if (input.type === 'resource') objects.push(JSON.stringify(input.resource.object));
      });
    connection.close();
    expect(seen.length).toBe(2);
    expect([...seen, ...objects].filter((each) => each.includes(value) || each.includes('password\\":'))).toEqual([]);
    expect(objects.filter((each) => each.includes('"data":{"token":"","ca.crt":""}'))).toHaveLength(1);
  });
});

test('a server that sends whole Secrets where metadata was asked for is not believed', async () => {
  const report = await scanOf({
    kinds: holding(secrets),
    intercept(_, response, url) {
      if (url.pathname !== '/api/v1/secrets') return false;
      send(response, 200, { kind: 'SecretList', apiVersion: 'v1', metadata: {}, items: secrets });
      return true;
    },
  });
  expect(report.inputs.unread).toMatchObject([{ reason: 'list secrets: the answer is no PartialObjectMetadataList' }]);
  expect(said(report)).toEqual(['fail ci']);
  expect(JSON.stringify(report)).not.toContain(value);
});
