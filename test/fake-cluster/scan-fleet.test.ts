import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  fleetOutcome,
  scan,
  scanCluster,
  scanFleet,
  scanSnapshots,
  snapshotCluster,
  type FleetReport,
  type ScanFleetOptions,
} from '../../src/index.ts';
import { plimsoll, plimsollBeside } from '../cli/run.ts';
import { holding, patience, send, startFakeApi, status, type ApiObject, type FakeApi, type FakeOptions } from './fake-api-server.ts';

let apis: FakeApi[] = [];
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-fleet-'));
});

afterEach(async () => {
  await Promise.all(apis.map((api) => api.stop()));
  apis = [];
  rmSync(folder, { recursive: true });
});

interface Config {
  readonly clusters: readonly { readonly cluster: { readonly server: string } }[];
}

/** One kubeconfig with a context for each server; null stands for one where nobody listens. */
async function fleet(servers: Readonly<Record<string, FakeOptions | null>>, more: readonly object[] = []): Promise<string> {
  const clusters: object[] = [];
  for (const [name, options] of Object.entries(servers)) {
    const api = await startFakeApi(options ?? {});
    const config = JSON.parse(readFileSync(api.kubeconfig, 'utf8')) as Config;
    clusters.push({ name, cluster: config.clusters[0]?.cluster });
    if (options === null) await api.stop();
    else apis.push(api);
  }
  const file = join(folder, 'kubeconfig');
  const contexts = [...Object.keys(servers).map((name) => ({ name, context: { cluster: name, user: 'tester' } })), ...more];
  const users = [{ name: 'tester', user: { token: 'let-me-in' } }];
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'Config', 'current-context': 'staging', clusters, users, contexts }));
  return file;
}

const shop: ApiObject = { kind: 'Namespace', metadata: { name: 'shop' } };

function pod(name: string, securityContext: object = {}): ApiObject {
  const spec = { containers: [{ name: 'web', image: 'registry.example.com/web:1', securityContext }] };
  return { kind: 'Pod', metadata: { name, namespace: 'shop', uid: name }, spec, status: { phase: 'Running' } };
}

const staging: FakeOptions = { kinds: holding([shop, pod('web')]) };
const production: FakeOptions = { kinds: holding([shop, pod('web', { privileged: true })]), version: 'v1.35.1' };

const stranger: FakeOptions = {
  intercept(_, response) {
    send(response, 401, status(401, 'Unauthorized'));
    return true;
  },
};

async function scanOf(
  servers: Readonly<Record<string, FakeOptions | null>>,
  options: ScanFleetOptions = {},
  more: readonly object[] = [],
): Promise<FleetReport> {
  return scanFleet({ kubeconfig: await fleet(servers, more), patience, ...options });
}

function names({ clusters }: FleetReport): string[] {
  return clusters.map(({ name }) => name);
}

describe('several clusters', () => {
  test('are judged each as it would be alone, and compared', async () => {
    const report = await scanOf({ staging, production }, { contexts: ['staging', 'production'] });
    expect(names(report)).toEqual(['staging', 'production']);
    for (const [index, cluster] of report.clusters.entries()) {
      const alone = await scanCluster({ kubeconfig: join(folder, 'kubeconfig'), context: names(report)[index]!, patience });
      expect(cluster).toEqual({ name: alone.target.cluster?.context, report: alone });
    }
    const privileged = report.recommendations.find(({ code }) => code === 'POD-06');
    expect(privileged).toMatchObject({ states: ['pass', 'fail'], alike: false });
    expect(report.controls.find(({ control }) => control === 'pod-security/privileged')).toMatchObject({
      severity: 'critical',
      failing: [0, 1],
    });
    expect(report.summary.alike + report.summary.different).toBe(report.recommendations.length);
  });

  test('all of the kubeconfig, in the order of their names, and each once however many contexts it has', async () => {
    const again = { name: 'another', context: { cluster: 'staging', user: 'tester', namespace: 'shop' } };
    const report = await scanOf({ staging, production }, {}, [again]);
    expect(report.clusters.map(({ name, alsoNamed }) => [name, alsoNamed])).toEqual([
      ['another', ['staging']],
      ['production', undefined],
    ]);
  });

  test('keep their order, whichever answers first', async () => {
    const slow: FakeOptions = {
      ...staging,
      intercept(_request, response, url) {
        if (url.pathname !== '/version') return false;
        setTimeout(() => send(response, 200, { gitVersion: 'v1.36.2' }), 200);
        return true;
      },
    };
    const servers = { a: slow, b: staging, c: slow, d: staging, e: production };
    expect(names(await scanOf(servers))).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
});

describe('a cluster that cannot be judged', () => {
  test('is listed with the reason, and the others are judged', async () => {
    const report = await scanOf({ gone: null, staging });
    expect(report.clusters[0]).toEqual({
      name: 'gone',
      failure: [expect.stringContaining('nobody listens there'), expect.any(String)],
    });
    expect(report.clusters[1]).toHaveProperty('report');
    expect(report.recommendations.every(({ states, alike }) => states[0] === null && alike)).toBe(true);
    expect(report.summary).toMatchObject({ clusters: 2, judged: 1 });
    const outcomes = [false, true].map((allowUnreadable) => fleetOutcome(report, { failOn: 'none', allowUnreadable }).exitCode);
    expect(outcomes).toEqual([2, 0]);
  });

  test('because it does not know the user, or lacks the namespace', async () => {
    const report = await scanOf({ empty: { kinds: holding([]) }, staging, stranger }, { namespaces: ['shop'] });
    expect(report.clusters.map((cluster) => ('failure' in cluster ? cluster.failure[0] : cluster.name))).toEqual([
      'the cluster has no namespace "shop"',
      'staging',
      'the API server does not accept the credentials (401)',
    ]);
  });

  test('is no success where all of them are such', async () => {
    const report = await scanOf({ gone: null });
    expect(report.recommendations).toEqual([]);
    expect(fleetOutcome(report, { failOn: 'none', allowUnreadable: true })).toEqual({ exitCode: 2, reason: 'no cluster could be judged' });
  });
});

test('a context that is not there is a wrong argument', async () => {
  await expect(scanOf({ staging, production }, { contexts: ['staging', 'prodution'] })).rejects.toMatchObject({
    lines: ['the kubeconfig has no context "prodution"', 'did you mean production?'],
  });
});

test('a wrong option is no property of a cluster', async () => {
  await expect(scanOf({ staging }, { only: ['no-such-control'] })).rejects.toMatchObject({ name: expect.any(String) });
});

describe('several snapshots', () => {
  /** Takes one of each cluster, and returns the files. */
  async function snapshots(): Promise<string[]> {
    const kubeconfig = await fleet({ staging, production });
    const files: string[] = [];
    for (const context of ['staging', 'production']) {
      const file = join(folder, `${context}.plimsoll`);
      await snapshotCluster({ kubeconfig, context, patience, file });
      files.push(file);
    }
    return files;
  }

  test('are compared as their clusters are', async () => {
    const files = await snapshots();
    const report = await scanSnapshots({ files: [...files, files[0]!] });
    expect(names(report)).toEqual(files);
    const clusters = await scanFleet({ kubeconfig: join(folder, 'kubeconfig'), patience, contexts: ['staging', 'production'] });
    expect([report.recommendations, report.controls]).toEqual([clusters.recommendations, clusters.controls]);
    expect(report.clusters[1]).toEqual({ name: files[1], report: await scan({ paths: [files[1]!] }) });
  });

  test('one that is damaged spoils no other', async () => {
    const [good = '', damaged = ''] = await snapshots();
    writeFileSync(damaged, readFileSync(damaged).subarray(0, -40));
    const report = await scanSnapshots({ files: [damaged, good] });
    expect(report.clusters.map((cluster) => 'failure' in cluster)).toEqual([true, false]);
  });

  test('are what plimsoll scan compares, and scan of a program does not', async () => {
    const files = await snapshots();
    const { status: code, stdout } = plimsoll(['scan', ...files]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/\n {2}2 {9}\S+production\.plimsoll\n {12}production · v1\.35\.1 · as of 20\d\d-\S+ · \d objects\n/);
    expect(stdout).toContain(`\nnext: plimsoll scan ${files[1]}\n`);
    await expect(scan({ paths: files })).rejects.toMatchObject({ lines: ['several snapshots make several reports', expect.any(String)] });
  });
});

describe('the command', () => {
  test('writes every format', async () => {
    const kubeconfig = await fleet({ staging, production, stranger });
    const files = ['json', 'sarif', 'html', 'policyreport'].map((name) => `${name}=${join(folder, `report.${name}`)}`);
    files[3] = files[3]!.replace('report.', 'report-{cluster}.');
    const outputs = ['text', ...files].flatMap((output) => ['-o', output]);
    writeFileSync(join(folder, 'plimsoll.yaml'), 'severities: {pod-security/privileged: low}\n');
    const { status: code, stdout } = await plimsollBeside(['scan', '--all-contexts', '--kubeconfig', kubeconfig, ...outputs], {
      cwd: folder,
    });
    expect(code).toBe(2);
    expect(stdout).toContain('Clusters: 3 ─');
    expect(stdout).toContain('not done: 1 of 3 clusters could not be judged (--allow-partial accepts that) (exit code 2)');
    expect(stdout).toContain(`next: plimsoll scan --kubeconfig ${kubeconfig} --cluster production\n`);
    const json = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')) as FleetReport;
    expect(names(json)).toEqual(['production', 'staging', 'stranger']);
    const sarif = JSON.parse(readFileSync(join(folder, 'report.sarif'), 'utf8')) as { readonly runs: readonly object[] };
    expect(sarif.runs).toMatchObject([
      { automationDetails: { id: 'plimsoll/production/' }, results: expect.arrayContaining([expect.anything()]) },
      { automationDetails: { id: 'plimsoll/staging/' } },
      { automationDetails: { id: 'plimsoll/stranger/' }, invocations: [{ executionSuccessful: false }], results: [] },
    ]);
    const rules = readFileSync(join(folder, 'report.sarif'), 'utf8').split('\n');
    // Rules have the severities of the policy file too, of clusters that could not be judged as well.
    const levels = rules.flatMap(
      (line) => /"id":"pod-security\/privileged".*"defaultConfiguration":\{"level":"(\w+)"/.exec(line)?.[1] ?? [],
    );
    expect(levels).toEqual(['note', 'note', 'note']);
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('production/shop/Pod/web');
    const own = readdirSync(folder).filter((name) => name.startsWith('report-'));
    expect(own).toEqual(['report-production.policyreport', 'report-staging.policyreport']);
    // What was judged is told in every format later.
    const later = plimsoll(['report', join(folder, 'report.json'), '-o', 'csv']);
    expect(later.stdout).toMatch(/^production,low,fail,pod-security\/privileged,/m);
    const { stderr } = plimsoll(['report', join(folder, 'report.json'), '-o', 'policyreport']);
    expect(stderr).toContain("write one for each of them: --output 'policyreport=policyreport-{cluster}.json'");
  });

  test('--cluster names a context, without one the current one, and several are compared', async () => {
    const kubeconfig = await fleet({ staging, production });
    const clusterOf = async (...args: string[]): Promise<unknown> => {
      const { stdout, stderr } = await plimsollBeside(['scan', ...args, '--kubeconfig', kubeconfig, '-o', 'json']);
      const report = JSON.parse(stdout === '' ? JSON.stringify(stderr) : stdout) as Partial<FleetReport> & {
        target?: { cluster?: object };
      };
      return report.clusters === undefined ? report.target?.cluster : names(report as FleetReport);
    };
    expect(await clusterOf('--cluster')).toEqual({ context: 'staging', version: 'v1.36.2' });
    expect(await clusterOf('--cluster', 'production', '-n', 'shop')).toEqual({
      context: 'production',
      version: 'v1.35.1',
      namespaces: ['shop'],
    });
    expect(await clusterOf('--cluster=production', '--cluster')).toEqual(['production', 'staging']);
  });

  test('what --cluster does not understand is said in two lines', async () => {
    const kubeconfig = await fleet({ staging, production });
    const complaint = (...args: string[]): string =>
      plimsoll(['scan', ...args, '--kubeconfig', kubeconfig]).stderr.replaceAll(/^(?:plimsoll: | {10})/gm, '');
    expect(complaint('--cluster', folder)).toBe(
      `--cluster takes the name of a context, and ${folder} is a path\nwrite plimsoll scan ${folder}, or name the cluster: production, staging\n`,
    );
    expect(complaint('--cluster', 'stagin')).toBe('the kubeconfig has no context "stagin"\ndid you mean staging?\n');
    expect(complaint('--cluster', 'a', 'staging')).toContain('--cluster and the path staging exclude each other\n');
    expect(complaint('--cluster', '--context', 'nowhere')).toContain('has no context "nowhere"');
    expect(complaint('--cluster=')).toContain('--cluster= names nothing\n');
    expect(complaint('--cluster', 'staging', '--context', 'production')).toContain('--context and --cluster name different clusters\n');
    expect(complaint('--all-contexts', '--cluster', 'staging')).toContain('--all-contexts names every cluster\n');
  });
});
