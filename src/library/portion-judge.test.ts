import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { array, asyncProperty, assert, boolean, constantFrom, integer, nat } from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { controls } from '../controls/index.ts';
import type { Report } from '../core/index.ts';
import { startEvaluation, type Part } from '../evaluate/index.ts';
import { policyOf } from '../options/policy-options.ts';
import { readManifests, startSharing, type Judged, type Portion, type Sharing, type StartHelper } from '../sources/manifests/index.ts';
import { portionJudge, readsOf } from './portion-judge.ts';
import { runs } from '../../test/runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-threads-'));
afterAll(() => rmSync(folder, { recursive: true }));

const first = join(folder, 'first.json');
writeFileSync(first, '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"first"},"spec":{"containers":[{"name":"app","image":"nginx"}]}}');

const policy = policyOf({ kubernetesVersion: '1.35' }, controls);
const run = { policy, podTemplates: [] };

/** Stands in for the thread: portions and answers pass as between threads, and answers come when they please. */
function clone(dies: number, late: readonly number[], done: { count: number }): StartHelper<Part> {
  return (answered, lost) => {
    const judge = portionJudge(controls, structuredClone(run));
    const queue: (() => void)[] = [];
    let posted = 0;
    let ended = false;
    const work = (): void => {
      queue.shift()?.();
      if (queue.length > 0 && !ended) setImmediate(work);
    };
    return {
      post(number, portion) {
        const sent = structuredClone(portion);
        if (posted === dies) queue.push(lost);
        else {
          for (let turn = 0; turn < (late[posted % late.length] ?? 0); turn++) queue.push(() => undefined);
          queue.push(() => {
            done.count++;
            answered(number, structuredClone(judge(sent)));
          });
        }
        posted++;
        setImmediate(work);
      },
      end: async () => {
        ended = true;
      },
    };
  };
}

async function report(path: string, chunk: number, start?: StartHelper<Part>): Promise<Report> {
  const evaluation = startEvaluation(controls, policy);
  // A file in front: what counts resources goes on from it.
  const reading = { paths: [first, path], cwd: folder, reads: readsOf(evaluation) };
  const sharing: Sharing | undefined = start && startSharing(portionJudge(controls, run), (part) => evaluation.join(part), start);
  const share = (): Sharing | undefined => sharing;
  const limits = { chunk, document: 1 << 20 };
  const read = await readManifests({ ...reading, share }, (input) => evaluation.add(input), limits);
  await sharing?.end();
  return evaluation.finish(read);
}

const pod = (name: string, extra: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', labels: { app: name }, managedFields: [{ manager: 'm'.repeat(300) }] },
  spec: { containers: [{ name: 'app', image: 'nginx', ...extra }], hostNetwork: name === 'b' },
});

const objects: readonly object[] = [
  pod('a'),
  pod('b', {
    securityContext: { privileged: true },
    env: [{ name: 'TEXT', value: '"},{"apiVersion":"v1","kind":"Pod","metadata":{é😀---' }],
  }),
  pod('same'),
  pod('same'),
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } } },
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system' } },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'all', namespace: 'shop' },
    spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'], egress: [{}] },
  },
  { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'l', namespace: 'shop' }, spec: { limits: [{ type: 'Container' }] } },
  { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'refused' }, spec: { containers: 'none' } },
  { apiVersion: 'example.com/v1', kind: 'Unread', metadata: { name: 'u' } },
  { apiVersion: 'example.com/v1', kind: 'Embedding', spec: { podTemplate: { spec: { containers: [{ name: 'c', image: 'i' }] } } } },
  { apiVersion: 'v1', kind: 'List', items: [pod('inner'), pod('inner', { image: 'x:latest' })] },
  { apiVersion: 'v1', kind: 'PodList', items: [] },
  { hello: 'world' },
];

const parts: readonly string[] = [
  ...objects.map((object) => JSON.stringify(object)),
  'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: app\n    image: "nginx\n\n      ---x"\n',
  'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  text: |\n    apiVersion: v1\n    ---\n    kind: Pod\n',
  'apiVersion: v1\nkind: Pod\n\tbroken',
  'a: {{ template }}',
  '# nothing',
  // Stands for a byte that is not UTF-8.
  '\u0001 apiVersion',
];

const chunks = integer({ min: 16, max: 400 });
const late = array(nat(20), { minLength: 1, maxLength: 5 });
const dies = constantFrom(-1, -1, 0, 1, 3);

async function expectSame(text: string, chunk: number, died: number, delays: readonly number[]): Promise<void> {
  const path = join(folder, 'input.yaml');
  writeFileSync(
    path,
    Buffer.from(text).map((byte) => (byte === 1 ? 0xff : byte)),
  );
  const done = { count: 0 };
  const shared = await report(path, chunk, clone(died, delays, done));
  expect(JSON.stringify(shared)).toBe(JSON.stringify(await report(path, chunk)));
  if (died === -1 && shared.inputs.resources > 0) expect(done.count).toBeGreaterThan(0);
}

test('a file of YAML has one report, whoever read its portions', async () => {
  await assert(
    asyncProperty(array(constantFrom(...parts), { maxLength: 12 }), chunks, dies, late, (list, chunk, died, delays) =>
      expectSame(list.join('\n---\n'), chunk, died, delays),
    ),
    { seed: 21, numRuns: runs(6, 60) },
  );
});

test('so has a dump, with the kind in front of the items or behind, and items that name none', async () => {
  const items = array(constantFrom(...objects, { ...pod('kindless'), kind: undefined, apiVersion: undefined }, 7, null), { maxLength: 10 });
  await assert(
    asyncProperty(items, constantFrom(undefined, 2), boolean(), chunks, dies, late, (list, indent, behind, chunk, died, delays) => {
      const header = { apiVersion: 'v1', kind: 'PodList' };
      const whole = behind ? { items: list, ...header } : { ...header, items: list };
      return expectSame(JSON.stringify(whole, undefined, indent), chunk, died, delays);
    }),
    { seed: 22, numRuns: runs(6, 60) },
  );
});

test('so have objects in JSON one after the other, also where they break off', async () => {
  await assert(
    asyncProperty(array(constantFrom(...objects), { maxLength: 8 }), nat(200), chunks, dies, late, (list, missing, chunk, died, delays) => {
      const text = list.map((object) => JSON.stringify(object)).join('\n');
      return expectSame(text.slice(0, Math.max(0, text.length - missing)), chunk, died, delays);
    }),
    { seed: 23, numRuns: runs(5, 40) },
  );
});

test('what nobody can judge fails the scan, also when the helper was lost with it', async () => {
  const path = join(folder, 'defect.yaml');
  writeFileSync(path, JSON.stringify(objects[0]));
  const defect = (): Judged<Part> => {
    throw new Error('a defect');
  };
  const lost: StartHelper<Part> = (_, gone) => ({
    post: (_number: number, _portion: Portion) => void setImmediate(gone),
    end: async () => undefined,
  });
  const sharing = startSharing<Part>(defect, () => undefined, lost);
  const reading = { paths: [path], cwd: folder, reads: () => true, share: () => sharing };
  await expect(readManifests(reading, () => undefined)).rejects.toThrow('a defect');
});
