import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { array, assert, asyncProperty, constantFrom, nat, record } from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { controls } from '../controls/index.ts';
import { nothingGiven, type Finding, type Proposal, type TextEdit } from '../core/index.ts';
import type { Judgement } from '../fix/fix-report.ts';
import { applyTextEdits } from '../fix/splice.ts';
import { openText } from '../fix/text-file.ts';
import { prospectOf, type Prospect } from '../fix/verify.ts';
import { policyOf } from '../options/policy-options.ts';
import type { Texts } from './open-files.ts';
import { judgeRepeatedly, type JudgeAgain } from './repeated-judgement.ts';
import { runs } from '../../test/runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-again-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Files = ReadonlyMap<string, string>;

interface Judged {
  readonly before: Judgement;
  readonly again: JudgeAgain;
}

async function judged(files: Files): Promise<Judged> {
  for (const [name, text] of files) writeFileSync(join(folder, name), text);
  const opened = new Map([...files].map(([name, text]) => [name, openText(text).documents]));
  return judgeRepeatedly(
    {
      options: { cwd: folder, paths: [...files.keys()] },
      controls,
      policy: policyOf({}, controls),
      first: policyOf({}, controls),
      said: { given: nothingGiven.given, values: {} },
      files: { documents: (file) => opened.get(file) },
      contentsOf: (texts) => new Map([...texts].map(([file, { text }]) => [file, Buffer.from(text)])),
      isWanted: () => true,
    },
    { propose: () => undefined, met: () => undefined },
  );
}

/** What fixes go by. Lines are those of the files as they are, and which of several equal findings is which goes by them. */
function essence(before: Judgement, { findings, workloads, unread, proposals }: Prospect & Pick<Judgement, 'proposals'>): unknown {
  const anew = new Set(workloads.before);
  const levels = [...before.report.workloads.filter((each) => !anew.has(each)), ...workloads.now];
  return {
    findings: findings.map(withoutLines).sort(),
    workloads: levels.map((each) => JSON.stringify({ ...each, line: 0 })).sort(),
    unread,
    proposals: proposals.map(withoutLines),
  };
}

function withoutLines(each: Finding | Proposal): string {
  const { line: _1, fingerprint, ...rest } = each;
  return JSON.stringify({ ...rest, column: 0, endLine: 0, endColumn: 0, origin: 0, fingerprint: fingerprint.slice(0, 16) });
}

/** The same of files that were judged as they are. */
function whole(before: Judgement, { report, proposals }: Judgement): unknown {
  return essence(before, { ...prospectOf(before.report, report), proposals });
}

const shop = readFileSync(join(import.meta.dirname, '../../examples/shop.yaml'), 'utf8');
const hardened = readFileSync(join(import.meta.dirname, '../../examples/hardened.yaml'), 'utf8');
/** What has a say in several namespaces, and a policy that is for some pods alone. */
const wide = `apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata:
  name: wide
spec:
  priority: 1
  subject:
    namespaces:
      matchLabels:
        team: payments
  egress:
    - action: Allow
      to:
        - networks: [0.0.0.0/0]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: odd
  namespace: lonely
spec:
  podSelector:
    matchLabels:
      app: web
  policyTypes: [Ingress, Egress]
  egress:
    - to:
        - ipBlock:
            cidr: 0.0.0.0/0
---
apiVersion: v1
kind: Service
metadata:
  name: open
  namespace: other
spec:
  type: LoadBalancer
  selector:
    app: web
  ports:
    - port: 80
`;

const files: Files = new Map([
  ['a.yaml', [shop, hardened, shop.replaceAll('namespace: shop', 'namespace: other')].join('\n---\n')],
  ['b.yaml', `# two of the same\n${hardened}`],
  // The last ones name no namespace.
  [
    'c.yaml',
    [
      wide,
      hardened.replaceAll('name: shop', 'name: lonely').replaceAll('namespace: shop', 'namespace: lonely'),
      shop.replaceAll(/\n {2}namespace: .*/g, ''),
    ].join('\n---\n'),
  ],
]);

/** What changes verdicts of the object itself, of those that are joined with it, and lines. */
const changes: readonly (readonly [from: RegExp, to: string])[] = [
  [/\n {2}name: .*\n/, '$&  # a line more\n  # and another\n'],
  [/runAsNonRoot: true/, 'runAsNonRoot: false'],
  [/\n( *)image: .*\n/, '\n$1image: registry.example.com/other:2\n'],
  [/\n {2}namespace: .*\n/, '\n  namespace: elsewhere\n'],
  [/\n( *)app: .*\n/, '\n$1app: nothing\n'],
  [/\n(.*)allowPrivilegeEscalation: false\n/, '\n$1allowPrivilegeEscalation: true\n'],
  [/\nspec:\n/, '\nspec:\n\n\n'],
  [/\n {2}labels:\n/, '$&    team: payments\n'],
  [/restricted\n/, 'privileged\n'],
  [/\nkind: Namespace\nmetadata:\n {2}name: /, '$&renamed-'],
  [/\n( *)(ingress|egress|policyTypes): .*/, ''],
  [/0\.0\.0\.0\/0/, '10.0.0.300/8'],
  [/cpu: 500m/, 'cpu: 700m'],
];

/** Changes some documents; those that hold nothing to change stay. */
function edited(file: string, wanted: readonly { readonly document: number; readonly change: number }[]): TextEdit[] {
  const { documents } = openText(files.get(file)!);
  const byDocument = new Map(wanted.map(({ document, change }) => [document % documents.length, changes[change % changes.length]!]));
  return [...byDocument]
    .toSorted(([a], [b]) => a - b)
    .flatMap(([number, [from, to]]) => {
      const { text, offset } = documents[number]!;
      const match = from.exec(text);
      if (match === null) return [];
      return [{ start: offset + match.index, end: offset + match.index + match[0].length, text: match[0].replace(from, to) }];
    });
}

test('judging only what has changed says what judging everything says', async () => {
  const { before, again } = await judged(files);
  const change = record({ file: constantFrom(...files.keys()), document: nat(40), change: nat(changes.length - 1) });
  await assert(
    asyncProperty(array(change, { minLength: 1, maxLength: 8 }), async (wanted) => {
      const texts: Texts = new Map(
        [...files].flatMap(([file, original]) => {
          const edits = edited(
            file,
            wanted.filter((each) => each.file === file),
          );
          return edits.length === 0 ? [] : [[file, { edits, text: applyTextEdits(original, edits) }] as const];
        }),
      );
      const apart = await again(texts);
      const { before: other } = await judged(new Map([...files].map(([file, text]) => [file, texts.get(file)?.text ?? text])));
      expect(essence(before, apart)).toEqual(whole(before, other));
      // The original is at hand still, however often it was left.
      for (const [name, text] of files) writeFileSync(join(folder, name), text);
    }),
    { numRuns: runs(8, 80), seed: 7 },
  );
});

test.each([
  ['a document more', '\n---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: fresh\n'],
  ['a document that cannot be read', '\n  x: ]\n'],
])('%s is seen too', async (_, text) => {
  const { before, again } = await judged(files);
  const original = files.get('b.yaml')!;
  const edits = [{ start: original.length, end: original.length, text }];
  const apart = await again(new Map([['b.yaml', { edits, text: original + text }]]));
  const { before: other } = await judged(new Map([...files, ['b.yaml', original + text]]));
  expect(essence(before, apart)).toEqual(whole(before, other));
});
