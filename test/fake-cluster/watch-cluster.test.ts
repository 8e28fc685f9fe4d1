import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { watchCluster, type Report, type WatchClusterOptions } from '../../src/index.ts';
import { plimsoll, startPlimsoll } from '../cli/run.ts';
import {
  ownKinds,
  patience,
  send,
  startFakeApi,
  status,
  type ApiObject,
  type FakeApi,
  type FakeOptions,
  type Intercept,
} from './fake-api-server.ts';

/** Soon after a change, and never without one. */
const rhythm = { quiet: 20, latest: 200, share: 1, soonest: 60_000, rarest: 60_000 };

const deployments = '/apis/apps/v1/deployments';

/** How long to wait for what is about to happen. */
const soon = { timeout: 60_000, interval: 5 };

let api: FakeApi | undefined;
let ending: AbortController;

beforeEach(() => {
  ending = new AbortController();
});

afterEach(async () => {
  ending.abort();
  await api?.stop();
  api = undefined;
});

/** A cluster whose objects change, and its watches. */
interface Cluster {
  /** Of all kinds. */
  readonly objects: ApiObject[];
  /** The watches that are open, by path. */
  readonly watches: Map<string, ServerResponse>;
  /** The queries of all watches of a path so far. */
  queries(path: string): URLSearchParams[];
  /** Sends an event to a watch once it is open. */
  event(path: string, type: string, object: object): Promise<void>;
  /** The watch of a path, once it is open. */
  open(path: string): Promise<ServerResponse>;
}

/** Follows a cluster; `next` waits for the next report. */
async function follow(
  objects: ApiObject[],
  { intercept, ...fake }: FakeOptions = {},
  options: WatchClusterOptions = {},
): Promise<Cluster & { next(): Promise<Report | undefined> }> {
  const watches = new Map<string, ServerResponse>();
  const asked = new Map<string, URLSearchParams[]>();
  const answer: Intercept = (request, response, url) => {
    if (intercept?.(request, response, url) === true) return true;
    if (!url.searchParams.has('watch')) return false;
    asked.set(url.pathname, [...(asked.get(url.pathname) ?? []), url.searchParams]);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    watches.set(url.pathname, response);
    response.once('close', () => watches.get(url.pathname) === response && watches.delete(url.pathname));
    return true;
  };
  const kinds = ownKinds.map((kind) => ({
    ...kind,
    get objects() {
      return objects.filter((object) => object.kind === kind.kind);
    },
  }));
  api = await startFakeApi({ kinds, ...fake, intercept: answer });
  const reports = watchCluster({ kubeconfig: api.kubeconfig, patience, rhythm, signal: ending.signal, ...options });
  const open = async (path: string): Promise<ServerResponse> => watches.get(path) ?? vi.waitUntil(() => watches.get(path), soon);
  return {
    objects,
    watches,
    queries: (path) => asked.get(path) ?? [],
    open,
    async event(path, type, object) {
      (await open(path)).write(`${JSON.stringify({ type, object })}\n`);
    },
    async next() {
      const result = await reports.next();
      return result.done === true ? undefined : result.value;
    },
  };
}

function deployment(name: string, allowed: boolean): ApiObject {
  const container = { name: 'web', image: 'registry.example.com/web:1', securityContext: { privileged: allowed } };
  const spec = {
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [container] } },
  };
  return { kind: 'Deployment', metadata: { name, namespace: 'shop', uid: name }, spec };
}

const shop: ApiObject = { kind: 'Namespace', metadata: { name: 'shop', uid: 'shop' } };

/** As a watch shows an object. */
function metadata(name: string, more: object = {}): object {
  return { kind: 'PartialObjectMetadata', metadata: { name, uid: name, resourceVersion: '8', ...more } };
}

function managed(time: string, subresource?: string): object {
  return { manager: 'kubectl', operation: 'Update', time, fieldsV1: {}, ...(subresource === undefined ? {} : { subresource }) };
}

function privileged(report: Report | undefined): string[] | undefined {
  return report?.findings.filter(({ control }) => control === 'pod-security/privileged').map(({ resource }) => resource.name);
}

/** True where nothing is reported for a while. */
async function silent(next: Promise<Report | undefined>): Promise<boolean> {
  return (await Promise.race([next, setTimeout(300, 'silence')])) === 'silence';
}

describe('a change is seen', () => {
  test('of the settings', async () => {
    const later = { skip: ['pod-security/privileged'] };
    const settings = { files: [], changed: () => Promise.resolve({ kubeconfig: api!.kubeconfig, patience, ...later }) };
    const cluster = await follow([shop, deployment('web', true)], {}, { settings });
    expect(privileged(await cluster.next())).toEqual(['web']);
    const changed = cluster.next();
    await cluster.event(deployments, 'MODIFIED', metadata('web', { generation: 2 }));
    expect(privileged(await changed)).toEqual([]);
  });

  test('where an object is made, changed and deleted', async () => {
    const cluster = await follow([shop]);
    expect(privileged(await cluster.next())).toEqual([]);
    const made = cluster.next();
    cluster.objects.push(deployment('web', true));
    await cluster.event(deployments, 'ADDED', metadata('web', { generation: 1 }));
    expect(privileged(await made)).toEqual(['web']);
    const changed = cluster.next();
    cluster.objects[1] = deployment('web', false);
    await cluster.event(deployments, 'MODIFIED', metadata('web', { generation: 2 }));
    expect(privileged(await changed)).toEqual([]);
    const deleted = cluster.next();
    cluster.objects.pop();
    await cluster.event(deployments, 'DELETED', metadata('web', { generation: 2 }));
    expect((await deleted)?.workloads).toEqual([]);
  });

  test('once for many events', async () => {
    const cluster = await follow([shop]);
    await cluster.next();
    const next = cluster.next();
    for (let number = 0; number < 50; number++) {
      cluster.objects.push(deployment(`web-${number}`, true));
      await cluster.event(deployments, 'ADDED', metadata(`web-${number}`));
    }
    expect(privileged(await next)).toHaveLength(50);
    expect(await silent(cluster.next())).toBe(true);
  });

  test('that comes while the change before it is judged', async () => {
    let slow = false;
    const cluster = await follow([shop], {
      intercept(_, response, url) {
        if (!slow || url.pathname !== '/version') return false;
        slow = false;
        cluster.objects.push(deployment('late', true));
        void cluster
          .event(deployments, 'ADDED', metadata('late'))
          .then(() => setTimeout(50))
          .then(() => send(response, 200, { gitVersion: 'v1.36.2' }));
        return true;
      },
    });
    await cluster.next();
    const next = cluster.next();
    slow = true;
    await cluster.event(deployments, 'ADDED', metadata('early'));
    await next;
    expect(privileged(await cluster.next())).toEqual(['late']);
  });

  test('although an event cannot be read', async () => {
    const cluster = await follow([shop]);
    await cluster.next();
    const next = cluster.next();
    (await cluster.open(deployments)).write('{"type":"ADDED","object":\n');
    expect(await next).toBeDefined();
  });

  test('although nothing tells of it, when all is read again', async () => {
    const cluster = await follow([shop], {}, { rhythm: { ...rhythm, soonest: 50, rarest: 50 } });
    await cluster.next();
    cluster.objects.push(deployment('web', true));
    expect(privileged(await cluster.next())).toEqual(['web']);
  });
});

describe('what is no change', () => {
  const long = '2020-01-01T00:00:00Z';

  test.each([
    ['a bookmark', 'BOOKMARK', { metadata: { resourceVersion: '9' } }],
    ['the status of an object that nobody has changed for long', 'MODIFIED', metadata('web', { managedFields: [managed(long)] })],
    [
      'the lock of a leader',
      'MODIFIED',
      metadata('lock', {
        annotations: { 'control-plane.alpha.kubernetes.io/leader': '{}' },
        managedFields: [managed('2099-01-01T00:00:00Z')],
      }),
    ],
  ])('%s', async (_, type, object) => {
    const cluster = await follow([shop]);
    await cluster.next();
    const next = cluster.next();
    await cluster.event(deployments, type, object);
    expect(await silent(next)).toBe(true);
  });

  test('a status, whatever else changed before', async () => {
    const cluster = await follow([shop]);
    await cluster.next();
    const next = cluster.next();
    const lately = new Date().toISOString();
    await cluster.event(deployments, 'MODIFIED', metadata('web', { managedFields: [managed(lately)] }));
    await next;
    const again = cluster.next();
    const withStatus = { resourceVersion: '9', managedFields: [managed(lately), managed(lately, 'status')] };
    await cluster.event(deployments, 'MODIFIED', metadata('web', withStatus));
    expect(await silent(again)).toBe(true);
  });
});

describe('how it asks', () => {
  test('for metadata alone, from the moment of the list on', async () => {
    const cluster = await follow([shop]);
    await cluster.next();
    const next = cluster.next();
    await cluster.open(deployments);
    expect(Object.fromEntries(cluster.queries(deployments)[0] ?? [])).toMatchObject({
      watch: '1',
      allowWatchBookmarks: 'true',
      resourceVersion: '7',
    });
    expect(api?.headers()['accept']).toBe('application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1');
    await cluster.open('/api/v1/pods');
    expect(cluster.queries('/api/v1/pods')[0]?.get('fieldSelector')).toBe('status.phase!=Succeeded,status.phase!=Failed');
    expect(api?.requests.filter((request) => !request.startsWith('GET ') || /secrets.*watch/.test(request))).toEqual([]);
    ending.abort();
    expect(await next).toBeUndefined();
  });

  test('again from the last bookmark where the connection is cut, without a new report', async () => {
    const cluster = await follow([shop]);
    await cluster.next();
    const next = cluster.next();
    await cluster.event(deployments, 'BOOKMARK', { metadata: { resourceVersion: '42' } });
    // Without the end of the answer, behind what was written.
    (await cluster.open(deployments)).socket?.end();
    await expect.poll(() => cluster.queries(deployments).map((query) => query.get('resourceVersion')), soon).toEqual(['7', '42']);
    expect(await silent(next)).toBe(true);
    cluster.objects.push(deployment('web', true));
    await cluster.event(deployments, 'ADDED', metadata('web'));
    expect(privileged(await next)).toEqual(['web']);
  });

  test.each([
    ['an event', (response: ServerResponse) => response.end(`${JSON.stringify({ type: 'ERROR', object: status(410, 'too old') })}\n`)],
    ['the answer', (response: ServerResponse) => send(response, 410, status(410, 'too old'))],
  ])('for the list again where %s says that its moment is gone (410)', async (_, expire) => {
    let expired = false;
    const cluster = await follow([shop], {
      intercept(_request, response, url) {
        if (expired || url.pathname !== deployments || !url.searchParams.has('watch')) return false;
        expired = true;
        cluster.objects.push(deployment('missed', true));
        expire(response);
        return true;
      },
    });
    await cluster.next();
    expect(privileged(await cluster.next())).toEqual(['missed']);
    const next = cluster.next();
    cluster.objects.push(deployment('web', true));
    await cluster.event(deployments, 'ADDED', metadata('web'));
    expect(privileged(await next)).toEqual(['missed', 'web']);
  });

  test('later and later where watches end at once', async () => {
    const begun: number[] = [];
    const cluster = await follow(
      [shop],
      {
        intercept(_, response, url) {
          if (url.pathname !== deployments || !url.searchParams.has('watch')) return false;
          begun.push(performance.now());
          response.end();
          return true;
        },
      },
      { patience: { ...patience, pause: 20 } },
    );
    await cluster.next();
    const next = cluster.next();
    await vi.waitUntil(() => begun.length > 4, soon);
    // After 40, 80, 160 and 320 milliseconds; a timer of Node may be one early.
    expect(begun[4]! - begun[0]!).toBeGreaterThan(590);
    ending.abort();
    await next;
  });

  test('not for what it may not watch, and says so once', async () => {
    const lost: string[] = [];
    const cluster = await follow(
      [shop],
      {
        intercept(_, response, url) {
          if (url.pathname !== deployments || !url.searchParams.has('watch')) return false;
          send(response, 403, status(403, 'no'));
          return true;
        },
      },
      { onLost: (path, why) => lost.push(`${path}: ${why}`), rhythm: { ...rhythm, soonest: 50, rarest: 50 } },
    );
    for (let report = 0; report < 3; report++) await cluster.next();
    expect(lost).toEqual([`${deployments}: the user has no permission`]);
  });
});

describe('a cluster that is gone', () => {
  test('is told, and seen again when it is back', async () => {
    let gone = false;
    const failures: (readonly string[])[] = [];
    const cluster = await follow(
      [shop],
      {
        intercept(_, response, url) {
          if (!gone || url.pathname !== '/version') return false;
          send(response, 401, status(401, 'Unauthorized'));
          return true;
        },
      },
      {
        rhythm: { ...rhythm, soonest: 30, rarest: 30 },
        onFailure(lines) {
          failures.push(lines);
          gone = false;
        },
      },
    );
    await cluster.next();
    gone = true;
    expect(await cluster.next()).toBeDefined();
    expect(failures.map(([what]) => what)).toEqual(['the API server does not accept the credentials (401)']);
  });

  test('in the beginning is an error', async () => {
    const cluster = await follow([shop], {
      intercept(_, response) {
        send(response, 401, status(401, 'Unauthorized'));
        return true;
      },
    });
    await expect(cluster.next()).rejects.toMatchObject({ lines: [expect.stringContaining('401'), expect.any(String)] });
  });
});

describe('the command', () => {
  test('prints the report, then what is new and what is resolved, and ends with the exit code of the last report', async () => {
    const cluster = await follow([shop, deployment('web', false)]);
    const running = startPlimsoll(['scan', '--cluster', '--watch', '--kubeconfig', api!.kubeconfig, '--only', 'pod-security/privileged']);
    await running.until(/passed: no finding/);
    cluster.objects.push(deployment('bad', true));
    await cluster.event(deployments, 'ADDED', metadata('bad'));
    await running.until(
      / {2}critical {2}container "web" is privileged[^\n]*\n {12}Deployment bad in namespace shop\n[^]*now {7}failed · 1 critical\n/,
    );
    cluster.objects.pop();
    await cluster.event(deployments, 'DELETED', metadata('bad'));
    await running.until(/ {2}resolved {2}container "web" is privileged[^\n]*\n[^]*now {7}passed · no findings\n/);
    running.child.kill('SIGINT');
    expect(await running.ended).toBe(0);
    expect(running.stderr()).toBe('\nfollowing the cluster; Ctrl+C ends it\n');
  });

  test('writes one report a line as JSON, and files anew', async () => {
    const cluster = await follow([shop]);
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-watch-'));
    try {
      const file = join(folder, 'report.sarif');
      const running = startPlimsoll(['scan', '--cluster', '--watch', '--kubeconfig', api!.kubeconfig, '-o', 'json', '-o', `sarif=${file}`]);
      await running.until(/\n/);
      cluster.objects.push(deployment('bad', true));
      await cluster.event(deployments, 'ADDED', metadata('bad'));
      await running.until(/\n[^]*\n/);
      const reports = running.stdout().trimEnd().split('\n');
      expect(reports.map((line) => privileged(JSON.parse(line) as Report))).toEqual([[], ['bad']]);
      expect(readFileSync(file, 'utf8')).toContain('pod-security/privileged');
      running.child.kill('SIGTERM');
      expect(await running.ended).toBe(1);
      expect(running.stderr()).toBe('');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('ends where nobody reads any more', async () => {
    const cluster = await follow([shop]);
    const running = startPlimsoll(['scan', '--cluster', '--watch', '--kubeconfig', api!.kubeconfig, '-o', 'json']);
    await running.until(/\n/);
    running.child.stdout?.destroy();
    cluster.objects.push(deployment('bad', true));
    await cluster.event(deployments, 'ADDED', metadata('bad'));
    expect(await running.ended).toBe(1);
  });

  test.each([
    [['-', '--watch'], 'standard input does not change'],
    [['--cluster', '--watch', '--verify-enforcement'], '--watch and --verify-enforcement exclude each other'],
    [['--all-contexts', '--watch'], '--watch follows one cluster'],
    [['--cluster', '--watch', '-o', 'sarif'], 'sarif has no end with --watch'],
    [['--cluster', '--watch', '--kubeconfig', '/nowhere'], 'the kubeconfig cannot be read'],
  ])('%j is refused with one message', (args, message) => {
    const { status: code, stdout, stderr } = plimsoll(['scan', ...args]);
    expect([code, stdout, stderr.split('\n')[0]]).toEqual([2, '', expect.stringContaining(`plimsoll: ${message}`)]);
  });

  test('asks for the permission to watch only where it watches', () => {
    const role = plimsoll(['scan', '--cluster', '--print-rbac']).stdout;
    expect(role).not.toContain('watch');
    const watching = plimsoll(['scan', '--cluster', '--print-rbac', '--watch']).stdout;
    expect(watching).toBe(role.replaceAll(/(?<!\[secrets\]\n +)verbs: \[list\]/g, 'verbs: [list, watch]'));
  });
});
