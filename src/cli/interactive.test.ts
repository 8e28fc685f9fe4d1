import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FixReport } from '../core/index.ts';
import { fix, type FixOptions } from '../library/fix.ts';
import { askAbout } from './interactive.ts';

const pod = `apiVersion: v1
kind: Pod
metadata:
  name: "web\\e[31m"
  namespace: shop
spec:
  containers:
    - name: web
      image: registry.example/web:1.0
      securityContext: { runAsUser: 1000 }
      env:
        - { name: DB_PASSWORD, value: hunter2-hunter2 }
`;

const fixed = {
  'pod-security/non-root-user': 'runAsNonRoot: true',
  'pod-security/dropped-capabilities': 'drop: [ALL]',
  'pod-security/read-only-root-filesystem': 'readOnlyRootFilesystem: true',
};

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'plimsoll-ask-'));
  writeFileSync(join(cwd, 'pod.yaml'), pod);
});
afterAll(() => rmSync(cwd, { recursive: true }));

const ctrlC = '\u0003';
const ctrlD = '\u0004';

// oxlint-disable-next-line no-control-regex
const cursorMove = /\u001b\[\d+[GJ]/g;

interface Asked {
  readonly shown: string;
  /** The report after the answers; undefined where they were broken off. */
  readonly report: FixReport | undefined;
}

/** Types each of the answers at a question; where there are more questions, Ctrl+C. */
async function ask(answers: readonly string[], more: FixOptions = {}, color = false): Promise<Asked> {
  const options: FixOptions = { cwd, paths: ['pod.yaml'], review: true, only: Object.keys(fixed), ...more };
  const [input, output] = [new PassThrough(), new PassThrough()];
  let shown = '';
  let answered = 0;
  const open = [...answers];
  output.on('data', (data: Buffer) => {
    shown += data.toString();
    // A question comes in several pieces: its text is the last but one.
    const text = shown.replaceAll(cursorMove, '');
    if (text.length === answered || !/\?\]\? $|\]: $/.test(text)) return;
    answered = text.length;
    const next = open.shift() ?? ctrlC;
    setImmediate(() => input.write(next === ctrlC || next === ctrlD ? next : `${next}\r`));
  });
  const decide = await askAbout(await fix(options), { input, output, color, width: 80, control: () => undefined });
  return { shown, report: decide === undefined ? undefined : await fix({ ...options, decide }) };
}

/** The controls of the three whose fix is in the text. */
function settled({ report }: Asked): string[] {
  const text = report?.files[0]?.after ?? '';
  return Object.entries(fixed).flatMap(([control, mark]) => (text.includes(mark) ? [control] : []));
}

const order = ['pod-security/dropped-capabilities', 'pod-security/non-root-user', 'pod-security/read-only-root-filesystem'];
const [first, second, third] = order as [string, string, string];

test('asks in the order of the report, and shows each fix by itself with what it may break', async () => {
  const { shown } = await ask(['n', 'n', 'n']);
  expect([...shown.matchAll(/pod-security\/\S+/g)].map(([name]) => name).filter((name, at, all) => all[at - 1] !== name)).toEqual(order);
  expect(shown).toContain('Fix 1 of 3');
  const [, ofFirst = '', ofSecond = ''] = shown.split(/── *\n|Fix \d of 3: Pod/).filter((part) => part.includes('@@'));
  expect([ofFirst.includes('ALL'), ofSecond.includes('ALL')]).toEqual([false, false]);
  expect(shown).toContain('risk');
});

test.each([
  ['y for each', ['y', 'y', 'y'], order],
  ['whole words, in capitals', ['YES', 'no', 'Yes'], [first, third]],
  ['n for each', ['n', 'n', 'n'], []],
  ['y and n', ['n', 'y', 'n'], [second]],
  ['a: this and the rest', ['n', 'a'], [second, third]],
  ['q: neither this nor the rest', ['y', 'q'], [first]],
  ['the end of the input', ['y', ctrlD], [first]],
  ['help and garbage ask again', ['?', '', 'yn', '\u001b[A', 'y', 'q'], [first]],
  ['answers in one piece', ['n\ry\rn'], [second]],
])('%s', async (_, answers, accepted) => {
  expect(settled(await ask(answers)).sort()).toEqual([...accepted].sort());
});

test('Ctrl+C breaks off, whatever was accepted before', async () => {
  const { report, shown } = await ask(['y', ctrlC]);
  expect(report).toBeUndefined();
  expect(shown).not.toContain('Fix 3 of 3');
});

test('Ctrl+C breaks off in the middle of a value too', async () => {
  expect((await ask(['e', ctrlC])).report).toBeUndefined();
});

test('a value can be changed before it is accepted, and is shown again', async () => {
  const asked = await ask(['e', 'NET_RAW', 'y', 'q']);
  expect(asked.shown.match(/\[ALL\]/g)).toHaveLength(1);
  expect(asked.shown).toContain('drop: [NET_RAW]');
  // Verification withdraws what its own control still fails.
  expect(asked.report?.declined.find(({ control }) => control === first)).toMatchObject({ because: 'withdrawn' });
  expect(asked.report?.files).toEqual([]);
});

test('a value that is no YAML, or none, stays as it was', async () => {
  const asked = await ask(['e', '[', 'e', '', 'y', 'q']);
  expect(asked.shown).toContain('not YAML, left as it was');
  expect(settled(asked)).toEqual([first]);
});

test('what was refused is listed as a decision of a person, not as waiting for --review', async () => {
  const { report } = await ask(['n', 'y', 'y']);
  expect(report?.declined).toMatchObject([{ control: first, because: 'person', reason: 'left as it is by your answer' }]);
});

test('shows neither secrets nor what steers the terminal', async () => {
  const { shown } = await ask(['n', 'n', 'n']);
  expect(shown).toContain('(hidden: a secret)');
  expect(shown).not.toContain('hunter2');
  expect(shown).toContain('web\\x1b[31m');
  expect(shown).not.toContain('\u001b[31m');
});

test('has the colours of the diff', async () => {
  expect((await ask(['q'], {}, true)).shown).toContain('\u001b[32m+');
});

test('asks about nothing where there is nothing to fix', async () => {
  const { shown, report } = await ask([], { only: ['pod-security/host-pid'] });
  expect([shown, report?.fixes]).toEqual(['', []]);
});

test('a new object that goes to a file of its own is shown whole', async () => {
  writeFileSync(
    join(cwd, 'ns.json'),
    '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","namespace":"shop"},"spec":{"containers":[]}}\n',
  );
  const { shown, report } = await ask(['y'], { paths: ['ns.json'], only: ['network-separation/default-deny-ingress'] });
  expect(report?.files).toMatchObject([{ before: undefined }]);
  expect(shown).toContain('"kind":"NetworkPolicy"');
  expect(readFileSync(join(cwd, 'ns.json'), 'utf8')).not.toContain('NetworkPolicy');
});
