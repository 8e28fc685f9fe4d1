import { describe, expect, test } from 'vitest';
import { append, nowhere, type Anchor, type ReachChange, type ReachExplanation } from '../../core/index.ts';
import { formatReachDiffJson, formatReachDiffText, opensSomething, type ReachDiff } from './reach-diff.ts';
import { formatReachExplanations, formatReachExplanationsJson, type PlaceOf } from './reach-explain.ts';
import { reachSchema } from '../json-schema.ts';
import { workload } from './sample-reach.ts';
import { validatorOf } from '../../../test/schema.ts';

const at = (line: number): Anchor => ({ resource: 0, path: [], location: { ...nowhere, line } });
const placeOf: PlaceOf = ({ location }) => ({ file: 'policies.yaml', line: location.line, column: 3 });
const [web, db] = [workload('shop', 'web'), workload('data', 'db\u001b[31m', 'StatefulSet')];
const validate = validatorOf(reachSchema());
const options = {
  color: false,
  width: 100,
  all: false,
  source: '1 file',
  notes: [],
  failed: false,
  yaml: (value: unknown) => JSON.stringify(value),
};

const denied: ReachExplanation = {
  from: web,
  to: db,
  protocol: 'TCP',
  port: 5432,
  answer: 'denied',
  because: [],
  layers: [
    { layer: 'network-policy', direction: 'egress', answer: 'passed', says: 'no NetworkPolicy isolates the pod for egress', policies: [] },
    {
      layer: 'network-policy',
      direction: 'ingress',
      answer: 'denied',
      says: 'NetworkPolicies isolate the pod for ingress, and no rule of theirs allows it',
      policies: [
        {
          kind: 'NetworkPolicy',
          namespace: 'data',
          name: 'db-from-api',
          at: at(4),
          rules: [
            {
              at: at(9),
              index: 0,
              action: 'Accept',
              matches: 'no',
              misses: [{ what: 'labels', at: at(11), says: 'the labels of the pod are not those that the peer selects' }],
            },
          ],
        },
      ],
    },
  ],
  changes: [
    {
      says: 'let the pod in',
      kind: 'NetworkPolicy',
      namespace: 'data',
      name: 'db-from-api',
      at: at(4),
      edits: [append(['spec', 'ingress', 0, 'from'], { podSelector: { matchLabels: { app: 'web' } } })],
    },
  ],
};

describe('an explanation', () => {
  const text = [...formatReachExplanations([denied], placeOf, options)].join('');
  test.each([
    'Deployment shop/web → StatefulSet data/db\\x1b[31m on TCP 5432',
    'NetworkPolicy data/db-from-api  policies.yaml:4',
    'ingress rule 1: no match  policies.yaml:9',
    'the labels of the pod are not those that the peer selects (policies.yaml:11)',
    'The smallest change that would allow it:',
    '+ spec.ingress[0].from: {"podSelector":{"matchLabels":{"app":"web"}}}',
  ])('says %j', (wanted) => expect(text).toContain(wanted));

  test('as JSON has places instead of anchors', () => {
    const json = JSON.parse([...formatReachExplanationsJson([denied], placeOf)].join('')) as { explanations: ReachExplanation[] };
    expect(validate(json), JSON.stringify(validate.errors)).toBe(true);
    expect(json.explanations).toMatchObject([
      {
        answer: 'denied',
        layers: [
          { answer: 'passed', policies: [] },
          {
            policies: [
              {
                name: 'db-from-api',
                place: { file: 'policies.yaml', line: 4, column: 3 },
                rules: [{ place: { line: 9 }, matches: 'no', misses: [{ what: 'labels', place: { line: 11 } }] }],
              },
            ],
          },
        ],
        changes: [{ edits: [{ op: 'append', path: 'spec.ingress[0].from', value: { podSelector: { matchLabels: { app: 'web' } } } }] }],
      },
    ]);
  });

  test('of an object that is to be made shows it whole', () => {
    const made = {
      ...denied,
      changes: [{ says: 'add it', kind: 'NetworkPolicy', name: 'x', edits: [], creates: { kind: 'NetworkPolicy' } }],
    };
    expect([...formatReachExplanations([made], placeOf, options)].join('')).toContain('+ {"kind":"NetworkPolicy"}');
  });
});

const none = { opened: [], closed: [], mayOpen: [], mayClose: [] };

function diffOf(...changes: readonly ReachChange[]): ReachDiff {
  return { changes: () => changes, endpoints: [web, db, workload('shop', 'api')], added: [], removed: [workload('shop', 'old')] };
}

describe('what a change does', () => {
  const opening = diffOf(
    { ...none, from: web, to: db, opened: [{ protocol: 'TCP', ports: '5432' }] },
    { ...none, from: db, to: web, closed: [{ protocol: 'TCP', ports: '80' }], mayOpen: [{ protocol: 'UDP', ports: '53' }] },
  );

  test('is told by what opens and what closes', () => {
    const text = [...formatReachDiffText(opening, options)].join('');
    expect(text).toMatch(/Opens [^]*→ shop: web\s+\? UDP 53[^]*→ data: db\S*\s+TCP 5432[^]*Closes [^]*→ shop: web\s+TCP 80/);
    expect(text).toContain('opens something between 2 pairs, closes something between 1 pair');
    expect(text).toContain('Deployment shop/old');
  });

  test('as JSON', () => {
    const json: unknown = JSON.parse([...formatReachDiffJson(opening)].join(''));
    expect(validate(json), JSON.stringify(validate.errors)).toBe(true);
    expect(json).toMatchObject({
      changes: [{ opened: [{ protocol: 'TCP', ports: '5432' }] }, { closed: [{ ports: '80' }], mayOpen: [{ ports: '53' }] }],
      added: [],
      removed: [{ name: 'old' }],
    });
    expect(JSON.parse([...formatReachDiffJson(diffOf())].join(''))).toMatchObject({ changes: [] });
  });

  test.each([
    ['opens', { opened: [{ protocol: 'TCP', ports: '1' }] }, true],
    ['may open', { mayOpen: [{ protocol: 'TCP', ports: '1' }] }, true],
    ['closes', { closed: [{ protocol: 'TCP', ports: '1' }] }, false],
    ['may close', { mayClose: [{ protocol: 'TCP', ports: '1' }] }, false],
  ] as const)('that %s', (_, change, opens) => expect(opensSomething(diffOf({ ...none, from: web, to: db, ...change }))).toBe(opens));

  test('may be nothing', () => expect([...formatReachDiffText(diffOf(), options)].join('')).toContain('nothing changes'));
});
