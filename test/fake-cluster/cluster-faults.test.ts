import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test } from 'vitest';
import { outcome, scanCluster, type Report, type ScanClusterOptions } from '../../src/index.ts';
import {
  holding,
  patience,
  send,
  startFakeApi,
  status,
  type ApiObject,
  type FakeApi,
  type FakeOptions,
  type Intercept,
} from './fake-api-server.ts';

/* Whatever goes wrong between a scan and an API server: the whole result or a clear word of what is missing, never a pass for what was not seen. */

let api: FakeApi | undefined;

afterEach(async () => {
  await api?.stop();
  api = undefined;
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** For what does not answer at all: each test waits so long, and what does answer has to come in it on a busy machine too. */
const seconds = 4_000;

async function scanOf(fake: FakeOptions, options: ScanClusterOptions = {}): Promise<Report> {
  api = await startFakeApi(fake);
  return scanCluster({ kubeconfig: api.kubeconfig, patience, qps: 1_000, ...options });
}

const hardened = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [
    {
      name: 'web',
      image: 'registry.example.com/web:1',
      securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    },
  ],
};

function pod(name: string, namespace = 'shop'): ApiObject {
  return { kind: 'Pod', metadata: { name, namespace }, spec: hardened, status: { phase: 'Running' } };
}

const namespace = (name: string): ApiObject => ({ kind: 'Namespace', metadata: { name } });
const pods = (count: number): ApiObject[] => Array.from({ length: count }, (_, index) => pod(`web-${index}`));

/** Privileged containers fail it, so that it passes only where all pods were seen. */
const aboutPods = 'POD-06';

function row(report: Report, code: string): string | undefined {
  return report.ledger.find((each) => each.code === code)?.state;
}

const exitCode = (report: Report, allowUnreadable = false): number => outcome(report, { failOn: 'critical', allowUnreadable }).exitCode;

const reasons = (report: Report): string[] => report.inputs.unread.map(({ reason }) => reason);

const gist = (report: Report): object => ({
  unread: reasons(report),
  resources: report.inputs.resources,
  workloads: report.workloads.length,
  pods: row(report, aboutPods),
  exitCode: exitCode(report),
});

/** All pods were read, once, and nothing is missing. */
const whole = (count: number): object => ({ unread: [], resources: count, workloads: count, pods: 'pass', exitCode: 0 });

/** Pods were not read, or not all of them. */
const partial = (reason: string): object => ({ unread: [reason], pods: 'unknown', exitCode: 2 });

const isPods = ({ pathname }: URL): boolean => pathname === '/api/v1/pods';

describe('overload', () => {
  const storm = (last: (url: URL, asked: number) => boolean): Intercept => {
    let asked = 0;
    return (_, response, url) => {
      if (last(url, asked++)) return false;
      send(response, 429, status(429, 'too many requests, please try again later'));
      return true;
    };
  };

  test('that passes, whatever is asked meanwhile', async () => {
    expect(gist(await scanOf({ kinds: holding(pods(1200)), intercept: storm((_, asked) => asked % 4 === 3) }))).toEqual(whole(1200));
  });

  test('that lasts', async () => {
    const report = await scanOf(
      { kinds: holding(pods(3)), intercept: storm((url) => !isPods(url)) },
      { patience: { ...patience, kind: seconds } },
    );
    expect(gist(report)).toMatchObject(
      partial('list pods: the API server is overloaded (429: too many requests, please try again later); scan later, or slower with --qps'),
    );
  });

  test('that is to last longer than there is time ends at once', async () => {
    const report = await scanOf(
      {
        kinds: holding(pods(3)),
        intercept(_, response, url) {
          if (!isPods(url)) return false;
          send(response, 429, status(429, 'come back tomorrow'), { 'retry-after': '86400' });
          return true;
        },
      },
      { patience: { ...patience, kind: 300_000, all: 300_000 } },
    );
    expect(gist(report)).toMatchObject(partial(expect.stringContaining('come back tomorrow') as string));
  });
});

describe('slowness', () => {
  test('of large pages: smaller ones are asked for', async () => {
    const report = await scanOf(
      { kinds: holding(pods(150)), intercept: (_request, _response, url) => isPods(url) && url.searchParams.get('limit') === '500' },
      { patience: { ...patience, request: seconds } },
    );
    expect(gist(report)).toEqual(whole(150));
  });

  test('of a page that trickles', async () => {
    const report = await scanOf(
      {
        kinds: holding(pods(3)),
        intercept(_, response, url) {
          if (!isPods(url)) return false;
          response.writeHead(200, { 'content-type': 'application/json' });
          response.write('{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"7"},"items":[');
          const timer = setInterval(() => {
            response.write(' ');
            // What the scan waits with must not be garbage meanwhile.
            collectGarbage();
          }, 10);
          response.once('close', () => clearInterval(timer));
          return true;
        },
      },
      { patience: { ...patience, request: seconds, kind: seconds } },
    );
    expect(gist(report)).toMatchObject(partial('list pods: no answer in time; --timeout and --request-timeout allow more'));
  });

  test('of everything: what is left when time is up stays unread', async () => {
    const report = await scanOf(
      {
        kinds: holding(pods(3)),
        intercept(_, response, url) {
          if (!url.searchParams.has('limit')) return false;
          void setTimeout(seconds / 4).then(() => send(response, 200, { kind: 'List', apiVersion: 'v1', metadata: {}, items: [] }));
          return true;
        },
      },
      { patience: { ...patience, all: seconds } },
    );
    expect(reasons(report).at(-1)).toBe('list pods: no answer in time; --timeout and --request-timeout allow more');
    expect([row(report, aboutPods), exitCode(report), exitCode(report, true)]).toEqual(['unknown', 2, 2]);
  });
});

describe('connections that break', () => {
  test('now and then', async () => {
    let asked = 0;
    const report = await scanOf({
      kinds: holding(pods(1200)),
      intercept(request) {
        if (asked++ % 3 !== 2) return false;
        request.socket.destroy();
        return true;
      },
    });
    expect(gist(report)).toEqual(whole(1200));
  });

  test('and a server that has not read its roles yet when it is back', async () => {
    let asked = 0;
    const report = await scanOf(
      {
        kinds: holding(pods(3)),
        intercept(request, response, url) {
          if (!isPods(url) || asked > 3) return false;
          if (asked++ === 0) request.socket.destroy();
          else send(response, 403, status(403, 'RBAC: clusterrole.rbac.authorization.k8s.io "plimsoll-scan" not found'));
          return true;
        },
      },
      // How long a server counts as just back is so many pauses: a busy machine must not use them up.
      { patience: { ...patience, pause: 50 } },
    );
    expect(gist(report)).toEqual(whole(3));
  });

  test('at the same place every time', async () => {
    const report = await scanOf({
      kinds: holding(pods(1200)),
      intercept(_, response, url) {
        if (!isPods(url) || url.searchParams.get('continue') !== '500') return false;
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write('{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"7"},"items":[{"metadata":{"name":"web-500"');
        void setTimeout(2).then(() => response.destroy());
        return true;
      },
    });
    expect(gist(report)).toMatchObject(partial('list pods: the connection broke off'));
    expect(report.inputs.resources).toBe(500);
  });

  test('and an API server that does not come back', async () => {
    const report = await scanOf(
      {
        kinds: holding([namespace('shop'), ...pods(3)]),
        intercept(_, response, url) {
          if (url.pathname !== '/api/v1/namespaces') return false;
          response.once('close', () => api?.silence());
          return false;
        },
      },
      { patience: { ...patience, kind: seconds } },
    );
    expect(reasons(report).at(-1)).toBe('list pods: nobody listens there (ECONNREFUSED)');
    // Also of those for which the time ran out while it was asked again and again.
    expect(reasons(report).filter((reason) => !reason.endsWith(': nobody listens there (ECONNREFUSED)'))).toEqual([]);
    expect([row(report, aboutPods), exitCode(report), exitCode(report, true)]).toEqual(['unknown', 2, 0]);
  });
});

describe('pages that expire', () => {
  test('once: from the beginning, and the report says so', async () => {
    let expired = 0;
    const report = await scanOf({
      kinds: holding(pods(1200)),
      intercept(_, response, url) {
        if (!isPods(url) || url.searchParams.get('continue') !== '1000' || expired++ > 0) return false;
        send(response, 410, status(410, 'the provided continue parameter is too old'));
        return true;
      },
    });
    expect(gist(report)).toEqual(whole(1200));
    expect(report.target.assumptions).toContain('nothing of pods changed while they were read: their pages are of different moments');
  });

  test('always', async () => {
    const report = await scanOf({
      kinds: holding(pods(1200)),
      intercept(_, response, url) {
        if (!isPods(url) || !url.searchParams.has('continue')) return false;
        send(response, 410, status(410, 'the provided continue parameter is too old'));
        return true;
      },
    });
    expect(gist(report)).toMatchObject(
      partial('list pods: its pages expire faster than they can be read (410); scan again when less changes'),
    );
  });

  test('silently: each page shows another moment', async () => {
    const report = await scanOf({
      kinds: holding(pods(600)),
      intercept(_, response, url) {
        if (!isPods(url) || !url.searchParams.has('continue')) return false;
        send(response, 200, {
          kind: 'PodList',
          apiVersion: 'v1',
          metadata: { resourceVersion: '9' },
          items: pods(600)
            .slice(500)
            .map(({ kind: _kind, ...item }) => item),
        });
        return true;
      },
    });
    expect(gist(report)).toEqual(whole(600));
    expect(report.target.assumptions).toEqual(
      expect.arrayContaining([
        'nothing changed while it was read: each kind is shown as of one moment, and kinds as of different ones (resourceVersion 7 to 9)',
        'nothing of pods changed while they were read: their pages are of different moments',
      ]),
    );
  });

  test('never: all is of one moment where the lists say so', async () => {
    const report = await scanOf({ kinds: holding(pods(600)) });
    expect(report.target.assumptions).toContain('all that was read is of one moment, resourceVersion 7');
  });
});

describe('a kind that vanishes in between', () => {
  const rollouts = { group: 'argoproj.io', version: 'v1alpha1', kind: 'Rollout', plural: 'rollouts', custom: true } as const;
  const objects = Array.from({ length: 600 }, (_, index): ApiObject => ({
    kind: 'Rollout',
    metadata: { name: `web-${index}`, namespace: 'shop' },
    spec: { template: { spec: hardened } },
  }));

  test.each([
    ['before its first page', null, 0],
    ['before its second page', '500', 500],
  ])('%s', async (_, token, read) => {
    const report = await scanOf({
      kinds: [...holding([]), { ...rollouts, objects }],
      intercept(_request, response, url) {
        if (!url.pathname.endsWith('/rollouts') || url.searchParams.get('continue') !== token) return false;
        send(response, 404, status(404, 'the server could not find the requested resource'));
        return true;
      },
    });
    expect(gist(report)).toMatchObject(partial('list rollouts.argoproj.io: the API server serves it no longer (404); scan again'));
    expect(report.inputs.resources).toBe(read);
  });

  test('whose program does not answer', async () => {
    const report = await scanOf({
      kinds: [...holding([]), { ...rollouts, objects }],
      intercept(_request, response, url) {
        if (!url.pathname.endsWith('/rollouts')) return false;
        send(response, 503, status(503, 'the server is currently unable to handle the request'));
        return true;
      },
    });
    expect(gist(report)).toMatchObject(
      partial('list rollouts.argoproj.io: the API server answers 503: the server is currently unable to handle the request'),
    );
  });
});

describe('a user who may read one namespace', () => {
  const kinds = holding([namespace('shop'), namespace('bank'), pod('web'), pod('vault', 'bank')]);
  const intercept: Intercept = (_, response, url) => {
    if (!/^\/apis?\//.test(url.pathname) || /\/namespaces\/shop(?:\/|$)/.test(url.pathname)) return false;
    send(response, 403, status(403, 'forbidden'));
    return true;
  };

  test('gets all of it', async () => {
    const report = await scanOf({ kinds, intercept }, { namespaces: ['shop'] });
    expect([report.inputs.unread, report.workloads.length, row(report, aboutPods), exitCode(report)]).toEqual([[], 1, 'pass', 0]);
  });

  test('and asks for all is told what is missing', async () => {
    const report = await scanOf({ kinds, intercept });
    expect(reasons(report)).toContain('list pods: the user has no permission');
    expect([report.workloads.length, row(report, aboutPods), exitCode(report)]).toEqual([0, 'unknown', 2]);
  });

  test('and asks for another one besides is told of that', async () => {
    const report = await scanOf({ kinds, intercept }, { namespaces: ['shop', 'bank'] });
    expect(reasons(report)).toContain('get namespaces bank: the user has no permission');
    expect(reasons(report)).toContain('list pods in namespace bank: the user has no permission');
    expect([report.workloads.length, row(report, aboutPods), exitCode(report), exitCode(report, true)]).toEqual([1, 'unknown', 2, 0]);
  });
});

test('10,000 namespaces', async () => {
  const objects = Array.from({ length: 10_000 }, (_, index) => namespace(`team-${index}`));
  const report = await scanOf({ kinds: holding(objects) });
  expect([report.inputs.unread, report.inputs.resources]).toEqual([[], 10_000]);
  expect(report.findings.filter(({ control }) => control === 'network-separation/default-deny-ingress')).toHaveLength(10_000);
});

test('no more requests a second than the user wants', async () => {
  const begun = Date.now();
  await scanOf({ kinds: holding(pods(3)) }, { qps: 8 });
  const asked = api?.requests.length ?? 0;
  expect(asked).toBeGreaterThan(18);
  // Twice as many as in a second may go at once.
  expect(Date.now() - begun).toBeGreaterThanOrEqual((asked - 16) * 125);
});
