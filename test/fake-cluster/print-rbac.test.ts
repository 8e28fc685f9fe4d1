import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { plimsoll, plimsollBeside } from '../cli/run.ts';
import { ownKinds, startFakeApi, type FakeApi } from './fake-api-server.ts';

/* The role that a command prints is what it takes: no less, and no more. */

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-print-rbac-'));

let api: FakeApi;

beforeAll(async () => {
  api = await startFakeApi();
});

afterAll(async () => {
  await api.stop();
  rmSync(folder, { recursive: true });
});

interface Role {
  readonly metadata: { readonly name: string };
  readonly rules: readonly { readonly apiGroups?: readonly string[]; readonly resources?: readonly string[]; readonly verbs: string[] }[];
}

/** As paths name them, what the role lets list of what the server has. */
function listable({ rules }: Role): string[] {
  const resources = rules
    .filter(({ verbs }) => verbs.includes('list'))
    .flatMap(({ apiGroups = [], resources: plurals = [] }) => apiGroups.flatMap((group) => plurals.map((plural) => `${group}/${plural}`)));
  const served = new Set(ownKinds.map(({ group = '', plural }) => `${group}/${plural}`));
  return resources.filter((resource) => served.has(resource)).sort();
}

function listed(): string[] {
  const lists = api.requests
    .map((request) => /^GET \/(?:api|apis\/([^/]+))\/v\d+\/([^/?]+)\?.*\blimit=/.exec(request))
    .filter((found) => found !== null);
  return [...new Set(lists.map(([, group = '', plural]) => `${group}/${plural}`))].sort();
}

test.each([
  ['scan'],
  ['reach'],
  ['plan'],
  ['grants', '--dangerous'],
  ['who-can', 'get', 'ledgers.example.com'],
  ['generate', 'network-policies'],
  ['waivers'],
  ['snapshot', '-o', join(folder, 'cluster.plimsoll')],
])('%s', async (...words) => {
  const printed = plimsoll([...words, '--cluster', '--print-rbac']);
  expect(printed).toMatchObject({ status: 0, stderr: '' });
  api.requests.length = 0;
  await plimsollBeside([...words, '--cluster', '--kubeconfig', api.kubeconfig]);
  const role = parse(printed.stdout) as Role;
  expect(listable(role)).toEqual(listed());
});

test('it is about a cluster', () => {
  const { status, stderr } = plimsoll(['reach', '--print-rbac', 'deploy/']);
  expect([status, stderr]).toEqual([
    2,
    'plimsoll: --print-rbac goes with --cluster alone\n          write plimsoll reach --cluster --print-rbac\n',
  ]);
});
