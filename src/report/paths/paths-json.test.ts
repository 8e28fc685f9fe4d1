import { describe, expect, test } from 'vitest';
import type { AttackPath, PathPlace, PathsReport, PlanReport } from '../../core/index.ts';
import { pathsSchema } from '../json-schema.ts';
import { formatPathsJson } from './paths-json.ts';
import { validatorOf } from '../../../test/schema.ts';

const internet: PathPlace = { type: 'internet', title: 'the internet' };
const web: PathPlace = { type: 'workload', kind: 'Deployment', namespace: 'shop', name: 'web', title: 'Deployment shop/web' };
const path: AttackPath = {
  certain: true,
  steps: [
    {
      from: internet,
      to: web,
      technique: 'exposed-service',
      does: 'connects to it',
      unknown: [],
      evidence: [{ what: 'Service shop/web leads there', file: 'shop.yaml', line: 3 }, { what: 'programs have holes' }],
      otherWays: 0,
      attack: ['T1190'],
      documents: ['Services'],
      brokenBy: ['make the Service internal'],
    },
  ],
};
const head = { source: '1 file', kubernetesVersion: '1.35', from: [internet], size: { places: 2, steps: 1 } };
const paths: PathsReport = {
  ...head,
  goals: [{ goal: web, paths: [path], certain: 1, possible: 0, more: false, entries: 1 }],
};
const plan: PlanReport = {
  ...head,
  goals: [web],
  state: 'planned',
  changes: [
    {
      what: 'make it internal',
      object: 'Service shop/web',
      file: 'shop.yaml',
      line: 3,
      kind: 'close-service',
      risk: 'shown',
      cost: 1.5,
      breaks: 'clients outside',
      paths: 1,
    },
  ],
  proof: { paths: 1, proven: true, fewest: 1, cost: 4.5, leastCost: 4.5, left: 0 },
  possible: true,
};
const impossible: PlanReport = { ...plan, state: 'impossible', changes: [], unbreakable: path };

describe('the contract', () => {
  const validate = validatorOf(pathsSchema());

  test.each([
    ['paths', paths],
    ['plan', plan],
    ['plan', impossible],
  ])('is kept by %s', (command, report) => {
    const value: unknown = JSON.parse([...formatPathsJson(report)].join(''));
    expect(value).toMatchObject({ schemaVersion: 1, tool: { name: 'plimsoll' }, command, ...report });
    expect(validate(value), JSON.stringify(validate.errors)).toBe(true);
  });

  test('is broken by a report of another command', () => {
    expect(validate({ ...paths, schemaVersion: 1, tool: { name: 'plimsoll', version: '1' }, command: 'plan' })).toBe(false);
  });
});

test('names that would steer a terminal are escaped', () => {
  const text = [...formatPathsJson({ ...paths, from: [{ ...internet, title: 'a\u202eb' }] })].join('');
  expect(text).toContain(String.raw`a\u202eb`);
});
