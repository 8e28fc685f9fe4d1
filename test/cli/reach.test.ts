import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { plugins } from '../../src/cli/commands/reach.ts';
import { profiles } from '../../src/kube/network/index.ts';
import { plimsoll } from './run.ts';

const shop = `
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Namespace
metadata: {name: data}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: web:1, ports: [{name: http, containerPort: 8080}]}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api, namespace: shop}
spec:
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec: {containers: [{name: api, image: api:1}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: data}
spec:
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: db, image: db:1, ports: [{name: pg, containerPort: 5432}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80, targetPort: http}]}
`;
const policies = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: default-deny, namespace: data}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db-from-api, namespace: data}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress:
  - from:
    - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}
      podSelector: {matchLabels: {app: api}}
    ports: [{port: pg}]
  - from: [{ipBlock: {cidr: 10.20.0.0/16, except: [10.20.30.0/24]}}]
    ports: [{port: 5432}]
`;

interface Pair {
  readonly from: Record<string, string>;
  readonly to: Record<string, string>;
  readonly allowed: readonly { protocol: string; ports: string }[];
  readonly denied: readonly { protocol: string; ports: string }[];
  readonly unknown: readonly { protocol: string; ports: string; because: string }[];
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-reach-'));
  mkdirSync(join(folder, 'shop'));
  writeFileSync(join(folder, 'shop', 'shop.yaml'), shop);
  writeFileSync(join(folder, 'shop', 'policies.yaml'), policies);
  writeFileSync(join(folder, 'broken.yaml'), `${shop}---\napiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: [unclosed\n`);
  mkdirSync(join(folder, 'empty'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function reach(...args: string[]) {
  return plimsoll(['reach', ...args], { cwd: folder });
}

function pairs(...args: string[]): readonly Pair[] {
  return (JSON.parse(reach('shop', '--plugin', 'calico', '-o', 'json', ...args).stdout) as { pairs: Pair[] }).pairs;
}

describe('who reaches what', () => {
  test('of two workloads, as JSON', () => {
    expect(pairs('--from', 'shop/api', '--to', 'data/db')).toEqual([
      {
        from: { kind: 'Deployment', namespace: 'shop', name: 'api' },
        to: { kind: 'StatefulSet', namespace: 'data', name: 'db' },
        allowed: [{ protocol: 'TCP', ports: '5432' }],
        denied: [
          { protocol: 'TCP', ports: '1-5431,5433-65535' },
          { protocol: 'UDP', ports: '1-65535' },
          { protocol: 'SCTP', ports: '1-65535' },
        ],
        unknown: [],
      },
    ]);
  });

  test('of all of them: every ordered pair of workloads, and the ranges that policies tell apart', () => {
    const all = pairs();
    const name = (end: Record<string, string>): string => end['name'] ?? end['cidr'] ?? end['virtual'] ?? '';
    const between = all.filter(({ from, to }) => from['kind'] !== undefined && to['kind'] !== undefined);
    expect(between).toHaveLength(9);
    expect(new Set(all.map(({ from }) => name(from)))).toEqual(
      new Set(['web', 'api', 'db', 'internet', 'node', 'api-server', '10.20.0.0/16', '10.20.30.0/24']),
    );
    expect(all.map(({ from, to }) => `${name(from)} ${name(to)}`)).toContain('api metadata');
  });

  test('on one port', () => {
    expect(pairs('--from', 'shop/api', '--to', 'data/db', '--port', '5432')).toMatchObject([
      { allowed: [{ protocol: 'TCP', ports: '5432' }], denied: [], unknown: [] },
    ]);
    expect(pairs('--from', 'shop/api', '--to', 'data/db', '--port', '53/UDP')).toMatchObject([
      { allowed: [], denied: [{ protocol: 'UDP', ports: '53' }] },
    ]);
  });

  test.each([
    ['a namespace', 'shop/', 2],
    ['a label', 'app=web', 1],
    ['the internet', 'internet', 1],
    ['an address', '10.20.1.2', 1],
  ])('from %s', (_, from, count) => expect(pairs('--from', from, '--to', 'data/db')).toHaveLength(count));

  test('as a table for people', () => {
    const { status, stdout } = reach('shop', '--plugin', 'calico');
    expect(status).toBe(0);
    expect(stdout).toMatch(/internet\n\s+→ shop: web\s+TCP 8080/);
    expect(stdout).toMatch(/shop: api\n(?:.*\n)*?\s+→ data: db\s+TCP 5432/);
  });

  test('pair by pair where a question is asked', () => {
    expect(reach('shop', '--plugin', 'calico', '--from', 'shop/api', '--to', 'data/').stdout).toMatch(
      /Deployment shop\/api → StatefulSet data\/db\n\s+allowed\s+TCP 5432\n\s+denied\s+TCP 1-5431,5433-65535/,
    );
  });
});

describe('as a picture', () => {
  test.each([
    ['svg', /^<svg [^>]*><style>/],
    ['html', /^<!doctype html>/],
    ['dot', /^digraph reach \{/],
    ['mermaid', /^flowchart LR/],
  ])('%s', (format, wanted) => {
    const { status, stdout, stderr } = reach('shop', '--plugin', 'calico', '-o', format);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(wanted);
    expect(stdout).toContain('db');
  });

  test('several files at once', () => {
    expect(reach('shop', '-o', 'html=reach.html', '-o', 'svg=reach.svg', '-o', 'text').status).toBe(0);
    expect(readFileSync(join(folder, 'reach.html'), 'utf8')).toContain('Content-Security-Policy');
    expect(readFileSync(join(folder, 'reach.svg'), 'utf8')).toContain('shop/api to data/db');
  });

  test('the page of the built program needs nothing but itself', () => {
    const html = reach('shop', '-o', 'html').stdout;
    const [, script] = /<script>(.*?)<\/script>/s.exec(html)!;
    // What stands outside of the two functions has another name in the bundle, or none.
    const [, data] = /id="graph">(.*?)<\/script>/s.exec(html)!;
    const elements = new Map<string, { innerHTML: string }>();
    const document = {
      getElementById(id: string) {
        const made = {
          textContent: data,
          innerHTML: '',
          value: '',
          checked: true,
          addEventListener: () => undefined,
          querySelectorAll: () => [],
        };
        elements.set(id, made);
        return made;
      },
      addEventListener: () => undefined,
    };
    runInNewContext(script!, { document });
    expect(elements.get('picture')!.innerHTML).toContain('shop/api to data/db');
  });
});

describe('why, and why not', () => {
  const question = ['shop', '--plugin', 'cilium', '--to', 'data/db', '--port', '5432', '--explain'];

  test('names the rule that allows, with its file and line', () => {
    const { status, stdout } = reach(...question, '--from', 'shop/api');
    expect(status).toBe(0);
    expect(stdout).toMatch(/→ StatefulSet data\/db on TCP 5432[^]*\n {2}allowed\n/);
    expect(stdout).toMatch(
      /NetworkPolicy data\/db-from-api {2}shop\/policies.yaml:9\n\s+ingress rule 1: allows {2}shop\/policies.yaml:13\n/,
    );
  });

  test('of a denial names what each rule misses, and the change that would allow it', () => {
    const { stdout } = reach(...question, '--from', 'shop/web');
    expect(stdout).toMatch(
      /ingress rule 1: no match[^]*the labels of the pod are not those that the peer selects \(shop\/policies.yaml:14\)/,
    );
    expect(stdout).toMatch(/smallest change that would allow it:\n\s+NetworkPolicy data\/db-from-api/);
  });

  test('the change does what it says', () => {
    const { explanations } = JSON.parse(reach(...question, '--from', 'shop/web', '-o', 'json').stdout) as {
      explanations: readonly { answer: string; changes: readonly { edits: readonly { op: string; path: string; value: unknown }[] }[] }[];
    };
    expect(explanations.map(({ answer }) => answer)).toEqual(['denied']);
    expect(explanations[0]!.changes[0]!.edits).not.toEqual([]);
  });

  test.each([
    [['--from', 'shop/web'], '--to'],
    [['--from', 'shop/web', '--to', 'data/db'], '--port'],
    [['--from', 'shop/web', '--to', 'data/db', '--port', '1', '-o', 'svg'], 'json'],
  ])('%j is no question', (args, wanted) => {
    const { status, stderr } = reach('shop', '--explain', ...args);
    expect([status, stderr.includes(wanted)]).toEqual([2, true]);
  });
});

describe('what a change does', () => {
  beforeAll(() => {
    mkdirSync(join(folder, 'open'));
    writeFileSync(join(folder, 'open', 'shop.yaml'), shop);
    writeFileSync(join(folder, 'open', 'policies.yaml'), policies.replace('podSelector: {matchLabels: {app: api}}', 'podSelector: {}'));
  });
  const diff = (...args: string[]) => reach('--diff', '--plugin', 'cilium', ...args);

  test('is told by workload, and fails where it opens something and that was asked for', () => {
    const { status, stdout } = diff('shop', 'open');
    expect(status).toBe(0);
    expect(stdout).toMatch(/Opens [^]*shop: web\n\s+→ data: db\s+TCP 5432\n/);
    expect(stdout).not.toContain('Closes');
    const failed = diff('--fail-on-open', 'shop', 'open');
    expect([failed.status, failed.stdout.includes('failed: the change opens connections')]).toEqual([1, true]);
  });

  test('closing does not fail', () => {
    const { status, stdout } = diff('--fail-on-open', 'open', 'shop');
    expect([status, stdout.includes('Closes'), stdout.includes('Opens')]).toEqual([0, true, false]);
  });

  test('may be nothing', () => expect(diff('shop', 'shop').stdout).toContain('nothing changes'));

  test('as JSON', () => {
    expect(JSON.parse(diff('shop', 'open', '-o', 'json').stdout)).toEqual({
      changes: [
        {
          from: { kind: 'Deployment', namespace: 'shop', name: 'web' },
          to: { kind: 'StatefulSet', namespace: 'data', name: 'db' },
          opened: [{ protocol: 'TCP', ports: '5432' }],
          closed: [],
          mayOpen: [],
          mayClose: [],
        },
      ],
      added: [],
      removed: [],
    });
  });

  test.each([
    [['shop'], 'BEFORE AFTER'],
    [['shop', 'open', 'empty'], 'BEFORE AFTER'],
    [['shop', 'open', '--from', 'shop/web'], '--from'],
    [['shop', 'open', '-o', 'html'], 'html'],
  ])('%j cannot be compared', (args, wanted) => {
    const { status, stderr } = diff(...args);
    expect([status, stderr.includes(wanted)]).toEqual([2, true]);
  });

  test('--fail-on-open alone is a mistake', () => expect(reach('shop', '--fail-on-open').stderr).toContain('--diff'));
});

describe('what it cannot know is said', () => {
  test('that no plugin is evident that enforces policies', () => {
    expect(reach('shop').stdout).toContain('no network plugin');
    const { stdout, stderr } = reach('shop', '-o', 'json');
    expect([stdout.includes('no network plugin'), stderr.includes('no network plugin')]).toEqual([false, true]);
  });

  test('what could not be read', () => {
    const { status, stderr } = reach('broken.yaml', '-o', 'json');
    expect([status, stderr.includes('broken.yaml')]).toEqual([2, true]);
    expect(reach('broken.yaml', '--allow-unreadable').status).toBe(0);
  });

  test('that there is nothing', () => expect(reach('empty').status).toBe(2));
});

describe('hostile names', () => {
  const name = String.raw`"\u001b[31m\u202e<script>\""`;
  beforeAll(() =>
    writeFileSync(
      join(folder, 'hostile.yaml'),
      shop.replaceAll('name: web', () => `name: ${name}`),
    ),
  );

  test.each(['text', 'svg', 'html', 'dot', 'mermaid', 'json'])('as %s steer nothing', (format) => {
    const { status, stdout } = reach('hostile.yaml', '-o', format);
    expect(status).toBe(0);
    expect(stdout).toContain('31m');
    // oxlint-disable-next-line no-control-regex
    expect(stdout).not.toMatch(/[\u001b\u202e]/);
    if (format === 'svg' || format === 'mermaid') expect(stdout).not.toContain('<script');
    if (format === 'html') expect(stdout.match(/<script/g)).toHaveLength(2);
  });
});

describe('wrong questions', () => {
  test.each([
    [['--from', 'shop/apii'], 'shop/api'],
    [['--to', 'shpo/'], 'shop/'],
    [['--to', 'interent'], 'internet'],
    [['--port', 'http'], '--port 443'],
    [['--plugin', 'calicoo'], 'calico'],
    [['-o', 'htlm'], 'html'],
  ])('%j: %s', (args, wanted) => {
    const { status, stdout, stderr } = reach('shop', ...args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(wanted);
  });
});

test('the profiles that can be named are those of the engine', () => expect(plugins).toEqual(profiles.map(({ name }) => name)));
