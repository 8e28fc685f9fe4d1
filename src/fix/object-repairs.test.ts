import { expect, test } from 'vitest';
import { set, type Proposal } from '../core/index.ts';
import { objectRepairs } from './object-repairs.ts';
import { textRepairer, type Accepted } from './repair-text.ts';
import { applyTextEdits } from './splice.ts';
import { openText } from './text-file.ts';

const before = `# first
kind: ConfigMap
---

kind: List
items:
  - kind: Pod
    metadata: { name: a }
    spec: null
  - kind: Pod
    metadata: { name: b }

---
kind: Pod
metadata: { name: c }
spec: {}
`;

function accepted(document: number, path: (string | number)[], name: string, field: string): Accepted {
  const resource = { apiVersion: 'v1', kind: 'Pod', name };
  const proposal = { file: 'a.yaml', resource, edits: [set(['spec', field], true)], companions: [] };
  return { proposal: proposal as unknown as Proposal, target: { document, path }, round: 0 };
}

test('every changed object is told once, with its lines, as it was and as it is', () => {
  const all = [accepted(2, [], 'c', 'hostUsers'), accepted(1, ['items', 0], 'a', 'hostPID'), accepted(1, ['items', 0], 'a', 'hostIPC')];
  const file = openText(before);
  const { text, ownEdits: edits } = textRepairer(file)(all);
  const repaired = objectRepairs({ file: 'a.yaml', documents: file.documents, edits }, all);
  expect(repaired.map(({ object, accepted: those }) => [object.resource.name, object.line, object.endLine, those.length])).toEqual([
    ['a', 7, 9, 2],
    ['c', 14, 16, 1],
  ]);
  expect(repaired.map(({ object }) => [object.before['spec'], object.after['spec']])).toEqual([
    [null, { hostPID: true, hostIPC: true }],
    [{}, { hostUsers: true }],
  ]);
  expect(repaired.flatMap(({ object }) => object.edits)).toEqual(edits);
  expect(applyTextEdits(before, edits)).toBe(text);
});

const items = ['{ kind: Pod, metadata: { name: a }, spec: {} }', '{ kind: Pod, metadata: { name: b }, spec: {} }'];

test.each([
  ['on lines of their own', `items:\n  - ${items.join('\n  - ')}\n`, [2, 3]],
  ['on one line', `items: [${items.join(', ')}]\n`, [1, 1]],
  [
    'with comments and kept empty lines behind them',
    'items:\n- kind: Pod\n  spec:\n    x: 1\n    # of x\n- kind: Pod\n  spec:\n    x: |+\n      text\n\n',
    [5, 11],
  ],
])('every object has its own edits, %s', (_, text, lastLines) => {
  const all = [accepted(0, ['items', 0], 'a', 'hostPID'), accepted(0, ['items', 1], 'b', 'hostIPC')];
  const file = openText(text);
  const { ownEdits: edits } = textRepairer(file)(all);
  const repaired = objectRepairs({ file: 'a.yaml', documents: file.documents, edits }, all);
  expect(repaired.map(({ object }) => object.edits.map((edit) => /host[A-Z]+/.exec(edit.text)?.[0]))).toEqual([['hostPID'], ['hostIPC']]);
  expect(repaired.map(({ object }) => object.endLine)).toEqual(lastLines);
});
