import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { OptionError, outcome, scanCluster, type Report, type ScanClusterOptions } from '../../src/index.ts';
import {
  holding,
  ownKinds,
  patience,
  send,
  startFakeApi,
  status,
  type ApiObject,
  type FakeApi,
  type FakeOptions,
  type Kind,
} from './fake-api-server.ts';
import { formatText } from '../../src/report/text.ts';
import { plimsoll } from '../cli/run.ts';
import { selfSigned } from '../self-signed.ts';

let api: FakeApi | undefined;

afterEach(async () => {
  await api?.stop();
  api = undefined;
});

async function scanOf(fake: FakeOptions, options: ScanClusterOptions = {}): Promise<Report> {
  api = await startFakeApi(fake);
  return scanCluster({ kubeconfig: api.kubeconfig, patience, ...options });
}

/** The lines of what it complains about. */
async function complaintOf(fake: FakeOptions, options: ScanClusterOptions = {}): Promise<readonly string[]> {
  const error: unknown = await scanOf(fake, options).then(
    () => 'no error',
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(OptionError);
  return (error as OptionError).lines;
}

const labels = { app: 'web' };
const container = { name: 'web', image: 'registry.example.com/web:1' };

function pod(name: string, more: { readonly metadata?: object; readonly status?: object; readonly spec?: object } = {}): ApiObject {
  const metadata = { name, namespace: 'shop', uid: `uid-${name}`, ...more.metadata };
  return { kind: 'Pod', metadata, spec: { containers: [container], ...more.spec }, status: more.status ?? { phase: 'Running' } };
}

function workload(kind: string, name: string, owner?: { readonly kind: string; readonly name: string }): ApiObject {
  const metadata = { name, namespace: 'shop', uid: `uid-${name}`, ...(owner === undefined ? {} : ownedBy(owner.kind, owner.name)) };
  const template = { metadata: { labels }, spec: { containers: [container] } };
  const spec =
    kind === 'CronJob' ? { schedule: '@daily', jobTemplate: { spec: { template } } } : { selector: { matchLabels: labels }, template };
  return { kind, metadata, spec };
}

function ownedBy(kind: string, name: string): object {
  return { labels, ownerReferences: [{ apiVersion: 'apps/v1', kind, name, uid: `uid-${name}`, controller: true }] };
}

const namespace: ApiObject = { kind: 'Namespace', metadata: { name: 'shop', labels: {} } };

function policy(name: string): ApiObject {
  return { kind: 'NetworkPolicy', metadata: { name, namespace: 'shop' }, spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] } };
}

function row(report: Report, code: string): string | undefined {
  return report.ledger.find((each) => each.code === code)?.state;
}

function verdicts(report: Report, control: string): string[] {
  return report.findings.filter((finding) => finding.control === control).map(({ verdict }) => verdict);
}

const refusing = (path: string, code: number): Pick<FakeOptions, 'intercept'> => ({
  intercept(_, response, url) {
    if (url.pathname !== path) return false;
    send(response, code, status(code, 'no'));
    return true;
  },
});

test('kinds that users make are read by their group, and one that may not be listed leaves their rows open', async () => {
  const group = 'constraints.gatekeeper.sh';
  const constraint = (kind: string, enforcementAction: string): Kind => ({
    group,
    version: 'v1beta1',
    kind,
    plural: kind.toLowerCase(),
    clusterScoped: true,
    custom: true,
    objects: [{ kind, metadata: { name: 'it', uid: `uid-${kind}` }, spec: { enforcementAction } }],
  });
  const kinds = [...ownKinds, constraint('K8sAllowedRepos', 'deny'), constraint('K8sPSPCapabilities', 'dryrun')];
  const id = 'pod-security/refusing-policies';
  const whole = await scanOf({ kinds }, { only: [id] });
  expect(whole.findings.map(({ resource, verdict }) => [resource.kind, verdict])).toEqual([['K8sPSPCapabilities', 'fail']]);
  await api?.stop();
  const part = await scanOf({ kinds, ...refusing(`/apis/${group}/v1beta1/k8spspcapabilities`, 403) }, { only: [id] });
  expect(part.findings).toEqual([]);
  expect(row(part, 'ENF-06')).toBe('unknown');
});

describe('what is judged', () => {
  test('objects by their names, in the version that the API server has', async () => {
    const report = await scanOf({ kinds: holding([namespace, workload('Deployment', 'web')]) });
    expect(report.target).toMatchObject({ kubernetesVersion: '1.36', assumed: false, cluster: { context: 'fake', version: 'v1.36.2' } });
    expect(report.inputs).toMatchObject({ resources: 2, documents: 2, unread: [], skipped: [] });
    const finding = report.findings.find(({ control }) => control === 'pod-security/privilege-escalation');
    expect(finding).toMatchObject({
      file: 'cluster/shop/Deployment.apps/web',
      line: 1,
      path: expect.stringContaining('spec.template.spec'),
    });
  });

  test('another version where the user names one', async () => {
    const report = await scanOf({ kinds: holding([pod('web')]) }, { kubernetesVersion: '1.30' });
    expect(report.target.kubernetesVersion).toBe('1.30');
  });

  test('the same as in manifests', async () => {
    const report = await scanOf({ kinds: holding([namespace, workload('Deployment', 'web'), policy('deny')]) });
    expect(verdicts(report, 'network-separation/default-deny-ingress')).toEqual([]);
    expect(row(report, 'NET-02')).toBe('pass');
  });

  test('the top owner alone, and pods without one', async () => {
    const report = await scanOf({
      kinds: holding([
        workload('Deployment', 'web'),
        workload('ReplicaSet', 'web-1', { kind: 'Deployment', name: 'web' }),
        pod('web-1-a', { metadata: ownedBy('ReplicaSet', 'web-1') }),
        pod('web-1-b', { metadata: ownedBy('ReplicaSet', 'web-1') }),
        workload('CronJob', 'clean'),
        workload('Job', 'clean-1', { kind: 'CronJob', name: 'clean' }),
        pod('alone'),
        // A static pod is owned by its node.
        pod('static', { metadata: ownedBy('Node', 'node-1') }),
      ]),
    });
    expect(report.workloads.map(({ file }) => file).sort()).toEqual([
      'cluster/shop/CronJob.batch/clean',
      'cluster/shop/Deployment.apps/web',
      'cluster/shop/Pod/alone',
      'cluster/shop/Pod/static',
    ]);
    expect(report.inputs.skipped.map(({ reason, count }) => [reason, count])).toEqual([
      ['Job of a CronJob, which is judged in its place', 1],
      ['ReplicaSet of a Deployment, which is judged in its place', 1],
      ['Pod of a ReplicaSet, which is judged in its place', 2],
    ]);
  });

  test('not what has finished, also where its status is long', async () => {
    const long = { phase: 'Succeeded', conditions: Array.from({ length: 20 }, () => ({ type: 'Ready', message: 'done' })) };
    const report = await scanOf({
      kinds: holding([pod('done', { status: long }), pod('failed', { status: { phase: 'Failed' } }), pod('web')]),
    });
    expect(report.workloads.map(({ resource }) => resource.name)).toEqual(['web']);
    expect(report.inputs.skipped).toMatchObject([{ file: 'cluster/pods', count: 2, reason: expect.stringContaining('finished') }]);
  });

  test('custom resources that hold pods', async () => {
    const rollouts = { group: 'argoproj.io', version: 'v1alpha1', kind: 'Rollout', plural: 'rollouts', custom: true } as const;
    const objects = Array.from({ length: 501 }, (_, index) => workload('Rollout', `web-${index}`));
    const report = await scanOf({ kinds: [...ownKinds, { ...rollouts, objects }] });
    expect(report.workloads.length).toBe(501);
  });

  test('one namespace, without what stands outside of namespaces', async () => {
    const elsewhere = pod('other', { metadata: { namespace: 'bank' } });
    const report = await scanOf({ kinds: holding([namespace, pod('web'), elsewhere]) }, { namespaces: ['shop'] });
    expect(report.target.cluster?.namespaces).toEqual(['shop']);
    expect(report.inputs).toMatchObject({ resources: 2, unread: [] });
    expect(api?.requests.filter((request) => /clusterrolebindings|persistentvolumes|\/pods\?/.test(request))).toEqual([
      'GET /api/v1/namespaces/shop/pods?limit=500',
    ]);
    // Rights may come from ClusterRoleBindings, which were not read.
    expect(verdicts(report, 'pod-security/service-account-token')).toEqual(['unknown']);
  });

  test('one namespace, whatever pod templates stand outside of namespaces', async () => {
    const templates = { group: 'argoproj.io', version: 'v1alpha1', kind: 'ClusterWorkflowTemplate', plural: 'clusterworkflowtemplates' };
    const report = await scanOf(
      { kinds: [...holding([namespace, pod('web')]), { ...templates, clusterScoped: true, custom: true }] },
      { namespaces: ['shop'] },
    );
    expect([row(report, 'POD-06'), report.inputs.unread]).toEqual(['pass', []]);
  });

  test('no namespace that is not there', async () => {
    expect((await complaintOf({ kinds: holding([namespace]) }, { namespaces: ['shpo'] }))[0]).toBe('the cluster has no namespace "shpo"');
  });

  test('old servers, which tell their kinds group by group', async () => {
    const report = await scanOf({ kinds: holding([workload('Deployment', 'web'), pod('web')]), old: true, version: 'v1.24.0' });
    expect([report.workloads.length, report.inputs.unread, report.target.kubernetesVersion]).toEqual([2, [], '1.24']);
  });
});

describe('what differs from the template that it was made from', () => {
  const rootful = { name: 'proxy', image: 'registry.example.com/proxy:1', securityContext: { privileged: true } };
  const injected = { spec: { containers: [container, rootful] } };
  const web = workload('Deployment', 'web');
  const webSet = workload('ReplicaSet', 'web-1', { kind: 'Deployment', name: 'web' });
  const ofSet = ownedBy('ReplicaSet', 'web-1');

  test('is judged itself, under the name of its owner, for what the owner does not fail', async () => {
    const report = await scanOf({
      kinds: holding([
        namespace,
        web,
        webSet,
        pod('web-1-a', { metadata: ofSet }),
        pod('web-1-b', { metadata: ofSet, ...injected }),
        pod('web-1-c', { metadata: ofSet, ...injected }),
      ]),
    });
    const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
    const resource = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'web-1-b', owner };
    expect(report.inputs.drifted).toEqual([
      { resource, file: 'cluster/shop/Pod/web-1-b', line: 1, count: 2, differences: [{ path: 'spec.containers[proxy]', change: 'added' }] },
    ]);
    const ofPod = report.findings.filter((finding) => finding.resource.kind === 'Pod');
    expect(ofPod.length).toBeGreaterThan(5);
    expect(new Set(ofPod.map((finding) => finding.container))).toEqual(new Set(['proxy']));
    expect(ofPod[0]?.resource).toEqual(resource);
    expect(report.findings.some((finding) => finding.resource.kind === 'Deployment' && finding.container === 'web')).toBe(true);
    expect(report.inputs.skipped.map(({ reason, count }) => [reason, count])).toEqual([
      ['ReplicaSet of a Deployment, which is judged in its place', 1],
      ['Pod of a ReplicaSet, which is judged in its place', 1],
      ['Pod that differs from its ReplicaSet as another one does, which is judged in its place', 1],
    ]);
    expect(report.inputs.resources).toBe(3);
  });

  test('keeps its fingerprints from one rollout to the next', async () => {
    const prints = async (name: string): Promise<string[]> => {
      const report = await scanOf({ kinds: holding([web, webSet, pod(name, { metadata: ofSet, ...injected })]) });
      await api?.stop();
      return report.findings.filter((finding) => finding.resource.kind === 'Pod').map(({ fingerprint }) => fingerprint);
    };
    const before = await prints('web-1-a');
    expect(before.length).toBeGreaterThan(5);
    expect(await prints('web-1-b')).toEqual(before);
    api = undefined;
  });

  test('also where nothing but a label differs, on any node and with any token', async () => {
    const token = (suffix: string): object => ({
      name: `kube-api-access-${suffix}`,
      projected: { sources: [{ serviceAccountToken: { path: 'token' } }] },
    });
    const made = (name: string, suffix: string, app: string): ApiObject =>
      pod(name, { metadata: { ...ofSet, labels: { app } }, spec: { nodeName: `node-of-${name}`, volumes: [token(suffix)] } });
    const report = await scanOf({
      kinds: holding([web, webSet, made('web-1-a', 'aaaaa', 'web'), made('web-1-b', 'bbbbb', 'web'), made('web-1-c', 'ccccc', 'other')]),
    });
    expect(report.inputs.drifted.map(({ resource, differences }) => [resource.name, differences])).toEqual([
      ['web-1-c', [{ path: 'metadata.labels[app]', change: 'changed' }]],
    ]);
  });

  test('a container for debugging', async () => {
    const spec = {
      containers: [container],
      ephemeralContainers: [{ name: 'debugger', image: 'registry.example.com/shell:1', securityContext: { privileged: true } }],
    };
    const report = await scanOf({ kinds: holding([web, webSet, pod('web-1-a', { metadata: ofSet, spec })]) });
    expect(report.inputs.drifted[0]?.differences).toEqual([{ path: 'spec.ephemeralContainers[debugger]', change: 'added' }]);
    expect(report.findings.map(({ control, container: of }) => `${control} ${of}`)).toContain('pod-security/privileged debugger');
  });

  test('a ReplicaSet of a former template that still runs, with its pods, and not one that does not', async () => {
    const former = (name: string, replicas: number): ApiObject => {
      const metadata = { name, namespace: 'shop', uid: `uid-${name}`, ...ownedBy('Deployment', 'web') };
      const template = { metadata: { labels }, spec: { containers: [container], hostPID: true } };
      return { kind: 'ReplicaSet', metadata, spec: { replicas, template, selector: { matchLabels: labels } }, status: { replicas } };
    };
    const report = await scanOf({
      kinds: holding([
        web,
        former('web-old', 0),
        former('web-1', 2),
        pod('web-1-a', { metadata: ofSet, spec: { hostPID: true } }),
        pod('web-1-b', { metadata: ofSet, spec: { hostPID: true } }),
      ]),
    });
    expect(report.inputs.drifted.map(({ file, count, differences }) => [file, count, differences])).toEqual([
      ['cluster/shop/ReplicaSet.apps/web-1', 1, [{ path: 'spec.template.spec.hostPID', change: 'added' }]],
    ]);
    expect(report.findings.filter(({ resource }) => resource.kind === 'ReplicaSet').map(({ path }) => path)).toContain(
      'spec.template.spec.hostPID',
    );
    expect(report.workloads.map(({ resource }) => resource.kind)).toEqual(['Deployment', 'ReplicaSet']);
  });

  test('who only claims an owner hides nothing, and neither does an owner in another namespace', async () => {
    const claims = pod('stray', { metadata: ofSet, spec: { hostNetwork: true } });
    const foreign = pod('foreign', { metadata: { ...ofSet, namespace: 'bank' } });
    const report = await scanOf({ kinds: holding([web, webSet, claims, foreign]) });
    expect(report.workloads.map(({ resource }) => resource.name).sort()).toEqual(['foreign', 'stray', 'web']);
    expect(report.inputs.drifted.map(({ resource }) => resource.name)).toEqual(['stray']);
  });

  test('not what its controller does not make from a template, as operators name their own Deployment for all that they make', async () => {
    const owner = { kind: 'Deployment', name: 'web' };
    const runner = pod('runner', { metadata: ownedBy('Deployment', 'web'), spec: { hostNetwork: true } });
    const report = await scanOf({ kinds: holding([web, workload('StatefulSet', 'db', owner), runner]) });
    expect(report.workloads.map(({ resource }) => resource.name).sort()).toEqual(['db', 'runner', 'web']);
    expect(report.inputs.drifted).toEqual([]);
  });

  test('not what has finished', async () => {
    const done = { status: { phase: 'Succeeded' }, metadata: ownedBy('Job', 'clean'), ...injected };
    const report = await scanOf({ kinds: holding([workload('Job', 'clean'), pod('clean-a', done)]) });
    expect([report.inputs.drifted, report.workloads.length]).toEqual([[], 1]);
    expect(report.inputs.skipped.map(({ reason }) => reason)).toEqual(['finished pod: nothing runs in it any more']);
  });
});

describe('pods of nodes and of the system', () => {
  const mirror = (namespaceName: string, image: string, owner: object): ApiObject => ({
    kind: 'Pod',
    metadata: {
      name: 'agent-node-1',
      namespace: namespaceName,
      uid: 'uid-agent',
      annotations: { 'kubernetes.io/config.mirror': '0c1', 'kubernetes.io/config.source': 'file' },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'node-1', uid: 'uid-node-1', controller: true, ...owner }],
    },
    spec: { nodeName: 'node-1', containers: [{ name: 'agent', image }] },
    status: { phase: 'Running' },
  });

  test('static pods are judged once and listed, because only their node changes them', async () => {
    const report = await scanOf({ kinds: holding([mirror('shop', 'registry.example.com/agent:1', {})]) });
    expect(report.inputs.staticPods).toEqual([
      {
        resource: { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'agent-node-1' },
        file: 'cluster/shop/Pod/agent-node-1',
        line: 1,
        node: 'node-1',
      },
    ]);
    expect(report.workloads.map(({ resource }) => resource.name)).toEqual(['agent-node-1']);
  });

  test('the annotation alone makes no static pod', async () => {
    const report = await scanOf({ kinds: holding([mirror('shop', 'registry.example.com/agent:1', { kind: 'ReplicaSet' })]) });
    expect([report.inputs.staticPods, report.workloads.length]).toEqual([[], 1]);
  });

  test('those of the system are excepted and listed, with --system judged', async () => {
    const kinds = holding([
      mirror('kube-system', 'registry.k8s.io/kube-proxy:v1.36.2', {}),
      pod('mine', { metadata: { namespace: 'kube-system' } }),
    ]);
    const report = await scanOf({ kinds });
    expect(report.inputs.excepted.map(({ resource }) => resource.name)).toEqual(['agent-node-1']);
    expect(report.workloads.map(({ resource }) => resource.name)).toEqual(['mine']);
    await api?.stop();
    const whole = await scanOf({ kinds }, { system: true });
    expect([whole.inputs.excepted, whole.workloads.length, whole.inputs.staticPods.length]).toEqual([[], 2, 1]);
  });

  test('the API server is judged as such, although it belongs to the system', async () => {
    const server = mirror('kube-system', 'registry.k8s.io/kube-apiserver:v1.36.2', {});
    const command = ['kube-apiserver', '--insecure-port=0', '--anonymous-auth=false', '--authorization-mode=Node,RBAC'];
    const containers = [{ name: 'kube-apiserver', image: 'registry.k8s.io/kube-apiserver:v1.36.2', command }];
    const report = await scanOf({ kinds: holding([{ ...server, spec: { nodeName: 'node-1', containers } }]) });
    expect(report.inputs.excepted.length).toBe(1);
    const ofPod = report.findings.filter(({ resource }) => resource.kind === 'Pod');
    expect(new Set(ofPod.map(({ control }) => control))).toEqual(
      new Set(['control-plane/plaintext-port', 'network-separation/system-connections', 'threat-detection/audit-backend']),
    );
    expect([row(report, 'CP-02'), row(report, 'POD-06')]).toEqual(['fail', 'not-applicable']);
  });

  test('a strange container in a pod of the system is judged', async () => {
    const proxy = { name: 'proxy', namespace: 'kube-system', uid: 'uid-proxy' };
    const spec = { containers: [{ name: 'proxy', image: 'registry.k8s.io/kube-proxy:v1.36.2' }] };
    const template = { metadata: { labels }, spec };
    const set = { kind: 'DaemonSet', metadata: proxy, spec: { selector: { matchLabels: labels }, template } };
    const metadata = { ...ownedBy('DaemonSet', 'proxy'), namespace: 'kube-system' };
    const report = await scanOf({
      kinds: holding([
        set,
        pod('proxy-a', { metadata, spec }),
        pod('proxy-b', { metadata, spec: { containers: [...spec.containers, { name: 'miner', image: 'registry.example.com/miner:1' }] } }),
      ]),
    });
    expect(report.inputs.excepted.map(({ resource }) => resource.name)).toEqual(['proxy']);
    expect(report.inputs.drifted.map(({ resource }) => resource.name)).toEqual(['proxy-b']);
    expect(report.findings.filter(({ container: of }) => of === 'miner').length).toBeGreaterThan(3);
  });
});

describe('how it asks', () => {
  test('only ever reads, and of Secrets the metadata of tokens alone', async () => {
    await scanOf({ kinds: holding([namespace, pod('web')]) });
    // Endpoints, slices and classes are served too: no control of a scan reads them.
    expect(api?.requests.filter((request) => request.includes('limit=')).length).toBeGreaterThan(20);
    expect(api?.requests.filter((request) => !request.startsWith('GET ') || request.includes('secrets'))).toEqual([
      'GET /api/v1/secrets?fieldSelector=type%3Dkubernetes.io%2Fservice-account-token&limit=500',
    ]);
  });

  test('in pages', async () => {
    const report = await scanOf({ kinds: holding(Array.from({ length: 1200 }, (_, index) => pod(`web-${index}`))) });
    expect(report.workloads.length).toBe(1200);
    expect(api?.requests.filter((request) => request.includes('/pods'))).toEqual([
      'GET /api/v1/pods?limit=500',
      'GET /api/v1/pods?limit=500&continue=500',
      'GET /api/v1/pods?limit=500&continue=1000',
    ]);
  });

  test('as somebody else', async () => {
    await scanOf({ kinds: holding([pod('web')]) }, { as: 'jane', asGroups: ['team', 'auditors'] });
    expect(api?.headers()).toMatchObject({
      authorization: 'Bearer let-me-in',
      'impersonate-user': 'jane',
      'impersonate-group': 'team, auditors',
    });
  });

  test('again where the server is overloaded, as late as it says', async () => {
    let refused = 0;
    const begun = Date.now();
    const report = await scanOf({
      kinds: holding([pod('web')]),
      intercept(_, response, url) {
        if (url.pathname !== '/api/v1/pods' || refused++ > 0) return false;
        send(response, 429, status(429, 'too many requests'), { 'retry-after': '1' });
        return true;
      },
    });
    expect([report.inputs.resources, report.inputs.unread]).toEqual([1, []]);
    expect(Date.now() - begun).toBeGreaterThanOrEqual(1000);
  });

  test('again where a connection breaks in the middle of a page, and nothing counts twice', async () => {
    let cuts = 0;
    const report = await scanOf({
      kinds: holding([pod('a'), pod('b'), pod('c')]),
      intercept(_, response, url) {
        if (url.pathname !== '/api/v1/pods' || cuts++ > 1) return false;
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100000' });
        response.write('{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[{"metadata":{"name":"a","namespace":"shop"}},');
        void setTimeout(5).then(() => response.destroy());
        return true;
      },
    });
    expect([report.inputs.resources, report.inputs.unread]).toEqual([3, []]);
  });

  test('from the beginning where the pages have expired, and nothing counts twice', async () => {
    let expired = 0;
    const report = await scanOf({
      kinds: holding(Array.from({ length: 1200 }, (_, index) => pod(`web-${index}`))),
      intercept(_, response, url) {
        if (url.searchParams.get('continue') !== '1000' || expired++ > 0) return false;
        send(response, 410, status(410, 'the provided continue parameter is too old'));
        return true;
      },
    });
    expect([report.inputs.resources, report.workloads.length, report.inputs.documents]).toEqual([1200, 1200, 1200]);
    expect(report.target.assumptions.join()).toContain('nothing of pods changed');
  });

  test('on with the token that an expired one is exchanged for', async () => {
    await scanOf({
      kinds: holding(Array.from({ length: 600 }, (_, index) => pod(`web-${index}`))),
      intercept(_, response, url) {
        if (url.searchParams.get('continue') !== '500') return false;
        send(response, 410, status(410, 'expired', { continue: '501' }));
        return true;
      },
    });
    expect(api?.requests.at(-1)).toBe('GET /api/v1/pods?limit=500&continue=501');
  });

  test('for new credentials once where they have expired', async () => {
    let refused = 0;
    const report = await scanOf({
      kinds: holding([pod('web')]),
      intercept(_, response, url) {
        if (url.pathname !== '/api/v1/pods' || refused++ > 0) return false;
        send(response, 401, status(401, 'Unauthorized'));
        return true;
      },
    });
    expect(report.inputs.resources).toBe(1);
  });
});

describe('what cannot be read is told, and nothing is concluded from it', () => {
  const kinds = holding([namespace, workload('Deployment', 'web'), { ...policy('deny') }]);

  test('a kind that the user may not list: the missing permission, and unknown where it decides', async () => {
    const report = await scanOf({ kinds, ...refusing('/apis/networking.k8s.io/v1/networkpolicies', 403) });
    expect(report.inputs.unread).toEqual([
      {
        file: 'cluster/networkpolicies.networking.k8s.io',
        line: 1,
        reason: 'list networkpolicies.networking.k8s.io: the user has no permission',
      },
    ]);
    expect(verdicts(report, 'network-separation/default-deny-ingress')).toEqual(['unknown']);
    expect(report.ledger.find(({ code }) => code === 'NET-02')).toMatchObject({
      state: 'unknown',
      needs: ['cluster'],
      note: 'undecided without reading networkpolicies.networking.k8s.io',
    });
    expect(outcome(report, { failOn: 'high', allowUnreadable: false }).exitCode).toBe(2);
  });

  test('exactly the rows that need it', async () => {
    const whole = await scanOf({ kinds });
    await api?.stop();
    const report = await scanOf({ kinds, ...refusing('/apis/networking.k8s.io/v1/networkpolicies', 403) });
    const changed = report.ledger.filter(({ code, state }) => row(whole, code) !== state).map(({ code }) => code);
    const deciding = new Set([
      'network-separation/default-deny-ingress',
      'network-separation/default-deny-egress',
      'network-separation/metadata-address',
      'network-separation/isolated-pods',
      'network-separation/policy-peers',
      'network-separation/address-blocks',
      'network-separation/system-connections',
      'network-separation/composite-isolation',
      'network-separation/policy-plugins',
    ]);
    expect(changed.length).toBeGreaterThan(0);
    expect(report.ledger.filter(({ code, controls }) => changed.includes(code) && !controls.some((id) => deciding.has(id)))).toEqual([]);
  });

  test('pods that may not be listed leave no row about pods at pass', async () => {
    const report = await scanOf({ kinds: holding([namespace]), ...refusing('/api/v1/pods', 403) });
    expect(row(report, 'POD-06')).toBe('unknown');
  });

  test('of several kinds one is named, and that there are more', async () => {
    const report = await scanOf({
      kinds,
      intercept(_, response, url) {
        if (!url.pathname.startsWith('/apis/apps/')) return false;
        send(response, 403, status(403, 'no'));
        return true;
      },
    });
    expect(report.ledger.find(({ code }) => code === 'POD-06')?.note).toBe('undecided without reading deployments.apps and 3 more');
  });

  test('a kind of Kubernetes that the server keeps to itself', async () => {
    const report = await scanOf({ kinds: kinds.filter(({ kind }) => kind !== 'NetworkPolicy') });
    expect(report.inputs.unread.map(({ reason }) => reason)).toEqual([
      'list networkpolicies.networking.k8s.io: the API server does not serve it',
    ]);
    expect(row(report, 'NET-02')).toBe('unknown');
  });

  test('a page that does not come in time', async () => {
    const report = await scanOf(
      { kinds, intercept: (_request, _response, url) => url.pathname === '/apis/apps/v1/deployments' },
      { patience: { ...patience, request: 3_000, kind: 3_000 } },
    );
    expect(report.inputs.unread.map(({ reason }) => reason)).toEqual([
      'list deployments.apps: no answer in time; --timeout and --request-timeout allow more',
    ]);
  });

  test.each([
    ['no JSON', 'apiVersion: v1\nkind: PodList\nitems: []\n'],
    ['half of it', '{"kind":"PodList","items":[{"metadata":{"name":"a"}},'],
    ['no list', '{"kind":"Pod","metadata":{"name":"a"}}'],
    ['a Status', '{"kind":"Status","items":[]}'],
    ['nothing', ''],
    [
      'an object of great depth',
      `{"kind":"PodList","items":[{"metadata":{"name":"a"},"spec":${'['.repeat(50_000)}${']'.repeat(50_000)}}]}`,
    ],
    ['brackets without end', '{"kind":"PodList","items":['.concat('['.repeat(100_000))],
  ])('an answer that is %s', async (_, body) => {
    const report = await scanOf({
      kinds,
      intercept(_request, response, url) {
        if (url.pathname !== '/api/v1/pods') return false;
        response.end(body);
        return true;
      },
    });
    expect(report.inputs.unread.map(({ file }) => file)).toEqual(['cluster/pods']);
    expect(row(report, 'POD-06')).not.toBe('pass');
  });

  test('an object of another kind among the others', async () => {
    const report = await scanOf({
      kinds,
      intercept(_request, response, url) {
        if (url.pathname !== '/api/v1/pods') return false;
        send(response, 200, {
          kind: 'PodList',
          items: [{ kind: 'Secret', apiVersion: 'v1', metadata: { name: 'x' }, data: { k: 'aGk=' } }],
        });
        return true;
      },
    });
    expect(report.inputs.unread).toMatchObject([{ file: 'cluster/pods', reason: 'Secret "x" in a list of another kind' }]);
    expect(JSON.stringify(report)).not.toContain('aGk=');
  });

  test('a page that is larger than a page may be, however few objects are asked for', async () => {
    const megabyte = Buffer.alloc(1 << 20, ' ');
    const limits: (string | null)[] = [];
    const report = await scanOf({
      kinds,
      intercept(_request, response, url) {
        if (url.pathname !== '/api/v1/pods') return false;
        limits.push(url.searchParams.get('limit'));
        for (let sent = 0; sent < 50; sent++) response.write(megabyte);
        response.end();
        return true;
      },
    });
    expect(report.inputs.unread.map(({ reason }) => reason)).toEqual(['list pods: an object alone is larger than a page may be']);
    expect(limits).toEqual(['500', '62', '7', '1']);
  });

  test('the same page again and again', async () => {
    const report = await scanOf({
      kinds,
      intercept(_request, response, url) {
        if (url.pathname !== '/api/v1/pods') return false;
        send(response, 200, { kind: 'PodList', metadata: { continue: 'again' }, items: [] });
        return true;
      },
    });
    expect(report.inputs.unread.map(({ reason }) => reason)).toEqual(['list pods: the API server gives the same page again and again']);
  });

  test('names lead nowhere, and prototypes stay as they are', async () => {
    const hostile = {
      kind: 'Pod',
      metadata: { name: '../../etc/passwd', namespace: '..', ['__proto__']: { x: 1 } },
      spec: {},
    };
    const report = await scanOf({ kinds: holding([pod('web'), hostile]) }, { all: true });
    expect(new Set(report.findings.map(({ file }) => file))).toContain('cluster/%2E%2E/Pod/..%2F..%2Fetc%2Fpasswd');
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false);
  });
});

describe('where nothing can be asked there is one clear message', () => {
  test('credentials that are not accepted', async () => {
    const lines = await complaintOf({
      intercept(_, response) {
        send(response, 401, status(401, 'Unauthorized'));
        return true;
      },
    });
    expect(lines[0]).toBe('the API server does not accept the credentials (401)');
  });

  test('and nothing is asked any more', async () => {
    let refuse = (): void => undefined;
    const underWay: Promise<unknown>[] = [];
    const lines = await complaintOf(
      {
        kinds: holding([]),
        intercept(_, response, url) {
          if (url.pathname.endsWith('/namespaces/shop')) refuse = () => send(response, 404, status(404, 'not found'));
          else if (/\/(?:networkpolicies|resourcequotas|roles)$/.test(url.pathname)) underWay.push(once(response, 'close'));
          else return false;
          // By then the next three were asked for ahead, and have no answer.
          if (underWay.length === 3) refuse();
          return true;
        },
      },
      { namespaces: ['shop'] },
    );
    await Promise.all(underWay);
    const asked = api?.requests.length;
    await setTimeout(300);
    expect([lines[0], api?.requests.length]).toEqual(['the cluster has no namespace "shop"', asked]);
  });

  test('a server that is gone', async () => {
    const gone = await startFakeApi();
    const server = readFileSync(gone.kubeconfig, 'utf8').match(/http:[^"]+/)?.[0];
    await gone.stop();
    expect((await complaintOf({ cluster: { server } }))[0]).toContain('nobody listens there');
  });

  test('what answers is something else', async () => {
    expect(await complaintOf({ intercept: (_, response) => response.end('<html>') !== undefined })).toEqual([
      'what answers is no API server',
      expect.any(String),
    ]);
  });

  test('a certificate of another authority', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-tls-'));
    try {
      const tls = selfSigned();
      const authority = join(folder, 'ca.crt');
      writeFileSync(authority, tls.cert);
      expect((await complaintOf({ tls }))[0]).toContain('its certificate is not trusted');
      await api?.stop();
      const report = await scanOf({ tls, kinds: holding([pod('web')]), cluster: { 'certificate-authority': authority } });
      expect(report.inputs.resources).toBe(1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('a context that the kubeconfig does not have', async () => {
    expect(await complaintOf({}, { context: 'prod' })).toEqual(['the kubeconfig has no context "prod"', 'it has: fake']);
  });

  test('a kubeconfig that is not there', async () => {
    expect((await complaintOf({}, { kubeconfig: '/nowhere/config' }))[0]).toBe('the kubeconfig cannot be read: no such file or command');
  });

  test('a plugin for credentials that fails', async () => {
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'false', args: [] };
    expect((await complaintOf({ user: { exec } }))[0]).toContain('the credentials of the kubeconfig cannot be had');
  });
});

describe('the command', () => {
  test.each([
    [['--context', 'x'], '--context goes with --cluster alone'],
    [['--print-rbac'], '--print-rbac goes with --cluster alone'],
    [['--probe-anonymous'], '--probe-anonymous goes with --cluster alone'],
    [['--cluster', 'deploy/'], '--cluster takes the name of a context, and deploy/ is a path'],
    [['deploy/', '--cluster'], '--cluster and the path deploy/ exclude each other'],
    [['--cluster', '--partial'], '--cluster and --partial exclude each other'],
    [['--cluster', '--as-group', 'x'], '--as-group needs --as'],
    [['--cluster', '--allow-unreadable'], '--cluster and --allow-unreadable exclude each other'],
    [['--allow-partial'], '--allow-partial goes with --cluster alone'],
    [['--cluster', '--timeout', '5'], '--timeout 5 is no duration up to 24h'],
    [['--cluster', '--request-timeout', '1d'], '--request-timeout 1d is no duration up to 24h'],
    [['--cluster', '--qps', 'fast'], '--qps fast is no number from 0.1 to 10000'],
    [['--cluster', '-n', 'Shop!'], '"Shop!" cannot be the name of a namespace'],
    [['--cluster', '--kubeconfig', '/nowhere'], 'the kubeconfig cannot be read'],
  ])('%j is refused with one message', (args, message) => {
    const { status: code, stdout, stderr } = plimsoll(['scan', ...args]);
    expect([code, stdout, stderr.split('\n').length]).toEqual([2, '', 3]);
    expect(stderr).toContain(`plimsoll: ${message}`);
  });

  test('prints the role that it needs, without asking anybody', () => {
    const whole = plimsoll(['scan', '--cluster', '--print-rbac']).stdout;
    expect(whole).toContain(
      "  - apiGroups: ['apps']\n    resources: [daemonsets, deployments, replicasets, statefulsets]\n    verbs: [list]\n",
    );
    expect(whole).toContain("  - apiGroups: ['']\n    resources: [secrets]\n    verbs: [list]\n");
    expect(plimsoll(['scan', '--cluster', '--print-rbac', '--skip', 'TOK-03']).stdout).not.toContain('secrets');
    expect(whole).not.toMatch(/podsecuritypolicies|extensions/);
    expect(plimsoll(['scan', '--cluster', '--print-rbac', '--kubernetes-version', '1.24']).stdout).toContain('podsecuritypolicies');
    const { stdout } = plimsoll(['scan', '--cluster', '--print-rbac', '-n', 'shop']);
    expect(stdout).not.toContain('clusterrolebindings');
    expect(stdout).toContain("  - apiGroups: ['']\n    resources: [namespaces]\n    verbs: [get]\n");
  });
});

test('the text names objects and fields instead of files and lines', async () => {
  const report = await scanOf({ kinds: holding([namespace, workload('Deployment', 'web')]), ...refusing('/api/v1/pods', 403) });
  const options = { color: false, width: 100, terminal: false, all: false, quiet: false, failOn: 'high', allowUnreadable: false } as const;
  const text = [...formatText(report, { ...options, control: () => undefined, chapters: [] })].join('');
  expect(text).toContain('\nDeployment web in namespace shop');
  expect(text).toContain('            spec.template.spec.containers[0].securityContext');
  expect(text).toContain('  cluster/pods\n    list pods: the user has no permission\n');
  expect(text).toContain('Cluster       fake · API server v1.36.2\n');
  const accepting = [...formatText(report, { ...options, allowUnreadable: true, control: () => undefined, chapters: [] })].join('');
  expect(accepting).toContain('\nwaive: annotation plimsoll.dev/waive: ');
  expect(text).not.toMatch(/:1(?:\D|$)/m);
  expect([...formatText(report, { ...options, quiet: true, control: () => undefined, chapters: [] })].join('')).toContain(
    'cluster/shop/Deployment.apps/web: ',
  );
});
