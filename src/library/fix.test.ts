import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert, asyncProperty, shuffledSubarray } from 'fast-check';
import { load, loadAll } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FixReport } from '../core/index.ts';
import { fix, type FixOptions } from './fix.ts';

let cwd: string;
beforeAll(() => void (cwd = mkdtempSync(join(tmpdir(), 'plimsoll-fix-'))));
afterAll(() => rmSync(cwd, { recursive: true }));

const runAsNonRoot: FixOptions = { only: ['pod-security/non-root-user'] };

async function reportOf(text: string, options: FixOptions = {}, name = 'a.yaml'): Promise<FixReport> {
  writeFileSync(join(cwd, name), text);
  return fix({ cwd, paths: [name], ...options });
}

/** The text with its fixes. */
async function fixed(text: string, options: FixOptions = {}, name = 'a.yaml'): Promise<string> {
  const { files } = await reportOf(text, options, name);
  return files.find(({ file }) => file === name)?.after ?? text;
}

const user = 'securityContext: { runAsUser: 10001 }';
const userFixed = 'securityContext: { runAsUser: 10001, runAsNonRoot: true }';

function pod(name: string, spec = `containers:\n    - name: web\n      image: registry.example/web:1.0\n      ${user}\n`): string {
  return `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\n  namespace: shop\nspec:\n  ${spec}`;
}

describe('only what is to be fixed changes', () => {
  test('other documents stay, whatever they are', async () => {
    const odd = ['# a comment alone\n', 'just: [a, map]  # odd   \n', '- a\n-   list\n', '"a text"\n', '\n\n', '{{ not yaml }}\n'];
    const text = odd.flatMap((each, index) => [each, pod(`pod-${index}`)]).join('---\n');
    expect(await fixed(text, runAsNonRoot)).toBe(text.replaceAll(user, userFixed));
  });

  test('pods for Windows get no field of Linux', async () => {
    const text = pod('win', 'os: { name: windows }\n  containers: [{ name: a, image: a }]\n');
    const after = await fixed(text, { review: true });
    for (const field of ['capabilities', 'seccompProfile', 'allowPrivilegeEscalation', 'readOnlyRootFilesystem'])
      expect(after).not.toContain(field);
  });

  test('a flag that keeps a part of the system from starting goes, and the rest of the system stays', async () => {
    const server = `apiVersion: v1
kind: Pod
metadata: { name: kube-apiserver, namespace: kube-system }
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.35.0
      command:
        - kube-apiserver
        - --insecure-port=0
        - --authorization-mode=Node,RBAC
`;
    expect(await fixed(server, { review: true })).toBe(server.replace('        - --insecure-port=0\n', ''));
  });

  test('every finding that stays is told in its own place', async () => {
    const volumes = '[{ name: v, emptyDir: {} },\n    { name: w, emptyDir: {} }]';
    const text = [pod('a'), pod('b', `volumes: ${volumes}\n  containers: [{ name: a, image: a }]\n`)].join('---\n');
    const { declined, summary } = await reportOf(text, { only: ['pod-security/empty-dir-limits'] });
    expect(declined.map(({ line, because, needs }) => [line, because, needs])).toEqual([
      [18, 'value', ['pod-security/empty-dir-limits.size']],
      [19, 'value', ['pod-security/empty-dir-limits.size']],
    ]);
    expect(summary).toMatchObject({ after: 2, declined: { value: 2 } });
  });

  test('objects that have to be made anew are flagged, others are not', async () => {
    const template = `template: { spec: { containers: [{ name: a, image: a, ${user} }] } }`;
    const workload = (kind: string, group: string): string =>
      `apiVersion: ${group}/v1\nkind: ${kind}\nmetadata: { name: a }\nspec: { ${template} }\n`;
    const { fixes } = await reportOf([workload('Job', 'batch'), workload('Deployment', 'apps'), pod('a')].join('---\n'), runAsNonRoot);
    expect(fixes.map(({ resource, recreates }) => [resource.kind, recreates !== undefined])).toEqual([
      ['Job', true],
      ['Deployment', false],
      ['Pod', true],
    ]);
  });
});

describe('JSON', () => {
  const value = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a' },
    spec: { containers: [{ name: 'a', image: 'a', securityContext: { runAsUser: 1 } }] },
  };
  const list = { apiVersion: 'v1', kind: 'List', items: [value, { ...value, metadata: { name: 'b' } }] };
  const layouts = ['', 2, 4, '\t'];

  test.each(layouts.flatMap((layout) => [value, list].map((each) => [each.kind, layout, each] as const)))(
    '%s, layout %j',
    async (_, layout, each) => {
      const text = `${JSON.stringify(each, null, layout)}\n`;
      const expected = JSON.stringify(
        each,
        (key, inner: unknown) => (key === 'securityContext' ? { runAsUser: 1, runAsNonRoot: true } : inner),
        layout,
      );
      expect(await fixed(text, runAsNonRoot, 'a.json')).toBe(`${expected}\n`);
    },
  );

  test('a List takes new objects as items, a single object has them in a file beside it', async () => {
    const review = { review: true, only: ['pod-security/service-account'] };
    const inList = await reportOf(JSON.stringify(list), review, 'list.json');
    expect((JSON.parse(inList.files[0]!.after) as typeof list).items).toHaveLength(4);
    const alone = await reportOf(JSON.stringify(value), review, 'alone.json');
    expect(alone.files.map(({ file, before }) => [file, before === undefined])).toEqual([
      ['alone-companions.json', true],
      ['alone.json', false],
    ]);
  });
});

describe('anchors, aliases and merge keys', () => {
  const before = `apiVersion: v1
kind: Pod
metadata:
  name: a
spec:
  containers:
    - &first
      name: a
      image: a
      securityContext: &context
        runAsUser: 10001
    - name: b
      image: b
      securityContext: *context
    - <<: *first
      name: c
`;

  test('every container ends up fixed, and nothing else has another value', async () => {
    const after = await fixed(before, runAsNonRoot);
    interface Spec {
      readonly spec: { readonly containers: readonly { readonly name: string }[] };
    }
    expect((load(after) as Spec).spec.containers).toEqual(
      (load(before) as Spec).spec.containers.map((container) => ({
        ...container,
        securityContext: { runAsUser: 10001, runAsNonRoot: true },
      })),
    );
  });

  test('a change that one of two sharers must not get is made apart, or declined with the reason', async () => {
    const shared = before
      .replace('runAsUser: 10001', 'privileged: true')
      .replace('      image: b\n', '      image: b\n      stdin: true\n');
    const { files, declined } = await reportOf(shared, { review: true });
    for (const { because, reason } of declined) if (because === 'text') expect(reason).toMatch(/alias|anchor|merge/);
    for (const { after } of files) expect(() => loadAll(after)).not.toThrow();
  });

  test('what the sharers differ in at first is no hindrance once other fixes have settled it, and fixing twice changes nothing', async () => {
    const differing = before.replace(
      '    - <<: *first\n      name: c\n',
      '    - name: c\n      image: c\n      securityContext:\n        <<: *context\n        privileged: true\n',
    );
    const { files, declined } = await reportOf(differing, { review: true, only: ['POD-04', 'POD-06', 'POD-12', 'POD-13'] });
    expect(declined).toEqual([]);
    const again = await reportOf(files[0]!.after, { review: true });
    expect(again.fixes.map(({ control }) => control).filter((control) => /privilege|capabilities|read-only/.test(control))).toEqual([]);
  });

  test('an edit elsewhere in the document is made', async () => {
    const after = await fixed(before, { review: true, only: ['pod-security/service-account-token'] });
    expect(after).toBe(`${before}  automountServiceAccountToken: false\n`);
  });
});

const workload = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      hostNetwork: true
      hostPID: true
      containers:
        - name: web   # first
          image: registry.example/web:1.0
          ports:
          - containerPort: 80
            hostPort: 8080
          securityContext:
            privileged: true
            capabilities: { add: [NET_ADMIN, SYS_ADMIN] }
        - { name: log, image: "log:1" }
      volumes: []
---
apiVersion: v1
kind: Namespace
metadata:
  name: shop
`;

describe('fixing', () => {
  test('twice changes nothing', async () => {
    const first = await fixed(workload, { review: true });
    expect(first).not.toBe(workload);
    const second = await reportOf(first, { review: true });
    expect([second.files, second.fixes]).toEqual([[], []]);
  });

  test('some controls first and the others then comes to the same as the other way round, and as all at once', async () => {
    const { fixes } = await reportOf(workload, { review: true });
    const controls = [...new Set(fixes.map(({ control }) => control))];
    expect(controls.length).toBeGreaterThan(8);
    const together = loadAll(await fixed(workload, { review: true }));
    await assert(
      asyncProperty(shuffledSubarray(controls), async (some) => {
        const others = controls.filter((control) => !some.includes(control));
        let text = workload;
        // What only the others make possible comes with another run; until then the report declines it, with the reason.
        for (const only of [some, others, some, others]) if (only.length > 0) text = await fixed(text, { review: true, only });
        expect(loadAll(text)).toEqual(together);
      }),
      { numRuns: 8, seed: 1 },
    );
  });

  test.each([
    ['pod-security/service-account', 'pod-security/service-account-token'],
    ['pod-security/service-account-token', 'pod-security/service-account'],
  ])('of two controls that one fix settles, %s leaves the other nothing to do, and the report says so', async (first, second) => {
    const { fixes, files } = await reportOf(workload, { review: true, only: [first] });
    expect(fixes.map(({ conflicts }) => conflicts)).toEqual([[second]]);
    const { files: then, summary } = await reportOf(files[0]!.after, { review: true, only: [first, second] });
    expect([then, summary.before]).toEqual([[], 0]);
  });

  test('a misspelt key gets its name first, and who writes beside it instead is told', async () => {
    const misspelt =
      'apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec:\n  securitycontext:\n    fsgroup: 10001\n  containers: [{ name: a }]\n';
    const renaming = 'upgrading/unknown-fields';
    const beside = 'pod-security/seccomp-profile';
    const only = [beside, renaming];
    const right = misspelt.replace('securitycontext', 'securityContext').replace('fsgroup', 'fsGroup');
    const added = '    seccompProfile:\n      type: RuntimeDefault\n';
    const both = right.replace('fsGroup: 10001\n', `fsGroup: 10001\n${added}`);
    expect(await fixed(misspelt, { review: true, only })).toBe(both);
    expect(await fixed(await fixed(misspelt, { review: true, only: [renaming] }), { review: true, only: [beside] })).toBe(both);
    const { fixes, files } = await reportOf(misspelt, { review: true, only: [beside] });
    expect(fixes.map(({ conflicts }) => conflicts)).toEqual([[renaming]]);
    const { fixes: none, declined } = await reportOf(files[0]!.after, { review: true, only: [renaming] });
    expect([none, declined.map(({ reason }) => reason)]).toEqual([[], ['securityContext is there already: take one of both out']]);
  });

  test.each([
    ['yaml', 'apiVersion: v1\nkind: List\nitems:\n- kind: Pod\n  apiVersion: v1\n  spec:\n    hostPID: true\n    hostPID: false\n', 7, 8],
    ['json', '{"apiVersion": "v1", "kind": "Pod", "spec": {\n"hostPID": true,\n"hostPID":\n false}}', 2, 3],
  ])('a field that stands twice in %s is told with both lines, and left to a person', async (type, text, first, last) => {
    const { declined } = await reportOf(text, { review: true, only: ['upgrading/unknown-fields'] }, `a.${type}`);
    expect(declined.map(({ path, line, message, reason }) => [path, line, message, reason])).toEqual([
      [
        'spec.hostPID',
        last,
        `field "hostPID" stands more than once in its map: what line ${first} says has no effect`,
        `"hostPID" stands in lines ${first} and ${last}: only its author knows which one is meant, or both`,
      ],
    ]);
  });

  test('a level to enforce that others would raise by their fixes is not the last word, and the report says so', async () => {
    const only = ['pod-security/pod-security-admission'];
    const tame = workload
      .replace(/      host\w+: true\n/g, '')
      .replace(/ +hostPort.*\n/, '')
      .replace(/ +securityContext:(\n {12}.*)+/, '');
    const { files, declined } = await reportOf(tame, { review: true, only });
    expect(files[0]!.after).toContain('enforce: baseline');
    expect(declined.map(({ because, reason }) => [because, reason])).toEqual([['person', expect.stringMatching(/mend them first/)]]);
  });

  test('with answers carries out what was accepted, and asks the same about the same', async () => {
    const asked: string[] = [];
    const { fixes, declined } = await reportOf(workload, {
      review: true,
      decide: ({ control }) => asked.push(control) > 0 && control === 'pod-security/host-pid',
    });
    expect(fixes.map(({ control }) => control)).toEqual(['pod-security/host-pid']);
    expect(declined.filter(({ because }) => because === 'review')).toEqual([]);
    expect(declined.some(({ reason }) => reason === 'left as it is by your answer')).toBe(true);
  });

  test('tells where credentials stand, whichever controls are asked for', async () => {
    const text = pod(
      'a',
      `containers:\n    - name: a\n      image: a\n      env: [{ name: DB_PASSWORD, value: hunter2-hunter2 }]\n      ${user}\n`,
    );
    expect((await reportOf(text, runAsNonRoot)).credentials).toEqual([{ file: 'a.yaml', line: 10 }]);
  });
});

describe('what somebody answers for stays', () => {
  const terms = { reason: 'old', owner: 'team', until: '2027-01-31' };
  const waiver = { controls: ['pod-security/non-root-user'], ...terms, file: 'plimsoll.yaml', line: 1 };
  const options: FixOptions = { ...runAsNonRoot, today: '2026-11-22' };

  test('by a rule, an annotation or a comment', async () => {
    const annotated = pod('a').replace(
      'namespace: shop',
      `namespace: shop\n  annotations: { plimsoll.dev/waive: '${JSON.stringify({ 'POD-01': terms })}' }`,
    );
    const commented = pod('a').replace(user, `# plimsoll: waive POD-01 until 2027-01-31, old (team)\n      ${user}`);
    for (const text of [annotated, commented]) {
      const report = await reportOf(text, options);
      expect(report.files).toEqual([]);
      expect(report.declined).toMatchObject([{ because: 'waived', reason: 'waived by team until 2027-01-31: old' }]);
      expect(report.summary.declined.waived).toBe(1);
      expect(await fixed(text, { ...options, inlineWaivers: false })).toBe(text.replace(user, userFixed));
    }
    expect(await fixed(pod('a'), { ...options, waivers: [waiver] })).toBe(pod('a'));
  });

  test('until its last day, and others are fixed', async () => {
    expect(await fixed(pod('a'), { ...options, waivers: [{ ...waiver, until: '2026-11-21' }] })).toBe(pod('a').replace(user, userFixed));
    const both = `${pod('a')}---\n${pod('b')}`;
    expect(await fixed(both, { ...options, waivers: [{ ...waiver, name: ['b'] }] })).toBe(both.replace(user, userFixed));
  });

  test('what the settings of its path leave out', async () => {
    const pathOptions = [{ files: ['a.yaml'], skip: ['pod-security/non-root-user'] }];
    expect(await fixed(pod('a'), { ...options, pathOptions })).toBe(pod('a'));
    expect(await fixed(pod('a'), { ...options, pathOptions }, 'b.yaml')).toBe(pod('a').replace(user, userFixed));
    rmSync(join(cwd, 'b.yaml'));
  });
});
