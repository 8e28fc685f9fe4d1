import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert, asyncProperty, array, constantFrom, record } from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controls } from '../controls/index.ts';
import { nothingGiven } from '../core/index.ts';
import { policyOf } from '../options/policy-options.ts';
import { keepJudging, type KeptJudgement } from './kept-judgement.ts';
import { judge } from './scan.ts';

let cwd: string;
beforeEach(() => void (cwd = mkdtempSync(join(tmpdir(), 'plimsoll-kept-'))));
afterEach(() => rmSync(cwd, { recursive: true }));

const policy = policyOf({}, controls);
const said = { given: nothingGiven.given, values: {} };
const web = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      serviceAccountName: web
      containers: [{ name: web, image: registry.example/web:1.0 }]
`;
const deny = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: deny, namespace: shop }
spec: { podSelector: {}, policyTypes: [Ingress, Egress] }
`;
const account = 'apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: web, namespace: shop }\n';
const service =
  'apiVersion: v1\nkind: Service\nmetadata: { name: web, namespace: shop }\nspec: { type: NodePort, selector: { app: web } }\n';
const texts = [
  web,
  deny,
  account,
  service,
  `${account}---\n${web}---\n${deny}`,
  'half: [written',
  'apiVersion: v1\nkind: {{ .Kind }}\n',
  '',
];

function write(file: string, text: string): void {
  mkdirSync(join(cwd, 'deploy'), { recursive: true });
  writeFileSync(join(cwd, file), text);
}

function start(): KeptJudgement {
  return keepJudging({ cwd }, controls, policy, said);
}

test('whatever was written in which order, the report and the fixes are those of a scan', async () => {
  const files = ['deploy/a.yaml', 'deploy/b.yaml', 'c.yaml'];
  const step = record({ file: constantFrom(...files), text: constantFrom(...texts), unsaved: constantFrom(true, false, undefined) });
  // Those that are not on disk come last, in whatever order: there is but one of them.
  await assert(
    asyncProperty(array(step, { minLength: 2, maxLength: 5 }), async (steps) => {
      write('deploy/a.yaml', '');
      write('deploy/b.yaml', '');
      rmSync(join(cwd, 'c.yaml'), { force: true });
      const kept = start();
      const contents = new Map<string, Uint8Array>();
      for (const { file, text, unsaved } of steps) {
        if (unsaved === true) contents.set(file, Buffer.from(text));
        else {
          contents.delete(file);
          write(file, text);
        }
        const proposals: unknown[] = [];
        const sink = { ...said, met: () => undefined, propose: (each: unknown) => proposals.push(each) };
        const whole = await judge({ cwd }, controls, policy, contents, sink);
        const again = await kept.judge({ contents });
        expect(again.report).toEqual(whole);
        expect(new Set(again.proposals().map((each) => JSON.stringify(each)))).toEqual(
          new Set(proposals.map((each) => JSON.stringify(each))),
        );
      }
    }),
    { numRuns: 6, seed: 7 },
  );
});

describe('what is on disk', () => {
  const names = async (kept: KeptJudgement, isDiskKnown = false): Promise<readonly string[]> =>
    (await kept.judge({ isDiskKnown })).report.workloads.map(({ resource }) => resource.name);

  test('a file of the same size and time is read again when it was written again', async () => {
    write('a.yaml', web);
    const kept = start();
    const then = new Date(Date.now() - 10_000);
    utimesSync(join(cwd, 'a.yaml'), then, then);
    expect(await names(kept)).toEqual(['web']);
    write('a.yaml', web.replace('name: web,', 'name: bew,'));
    utimesSync(join(cwd, 'a.yaml'), then, then);
    expect(await names(kept)).toEqual(['bew']);
  });

  test('nobody looks there when it is known', async () => {
    write('a.yaml', web);
    const kept = start();
    expect(await names(kept)).toEqual(['web']);
    write('b.yaml', web.replace('name: web,', 'name: other,'));
    expect(await names(kept, true)).toEqual(['web']);
    expect(await names(kept)).toEqual(['web', 'other']);
    rmSync(join(cwd, 'a.yaml'));
    expect(await names(kept)).toEqual(['other']);
  });

  test('a text of the editor gives way to the file again', async () => {
    write('a.yaml', web);
    const kept = start();
    const typed = await kept.judge({ contents: new Map([['a.yaml', Buffer.from(web.replace('name: web,', 'name: typed,'))]]) });
    expect(typed.report.workloads.map(({ resource }) => resource.name)).toEqual(['typed']);
    expect(await names(kept, true)).toEqual(['web']);
  });
});
