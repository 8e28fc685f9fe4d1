import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { controls } from '../controls/index.ts';
import { readDocument } from '../kube/yaml/index.ts';
import { OptionError } from './option-error.ts';
import { parsePolicyFile, type PolicyFile } from './policy-file.ts';
import { policySchema } from './policy-shape.ts';
import { validatorOf } from '../../test/schema.ts';

function read(text: string): PolicyFile {
  return parsePolicyFile(text, 'plimsoll.yaml', controls);
}

function complaint(text: string): readonly string[] {
  try {
    read(text);
  } catch (error) {
    if (error instanceof OptionError) return error.lines;
    throw error;
  }
  throw new Error('nothing was refused');
}

const whole = `
profile: restricted
kubernetesVersion: 1.36
failOn: medium
minSeverity: low
only: POD
skip: [POD-10, "NET-*"]
params:
  governance/broad-waivers: { most: 5 }
  RBAC-02: { allowed: ["user:ann"] }
severities: { POD-02: critical, "NET-*": low }
podTemplates:
  - { group: example.org, kind: Worker, path: "spec.workers[*].template" }
systemNamespaces: [monitoring]
paths:
  - files: legacy/**
    skip: RES
    severities: { POD-02: low }
waivers:
  - control: [POD-04, POD-05]
    namespace: kube-*
    labels: { app: agent }
    path: [a, b/**]
    reason: reads the logs
    owner: team-logs
    until: 2027-01-31
    ticket: SEC-1
`;

test('every setting is read', () => {
  expect(read(whole)).toEqual({
    profile: 'restricted',
    kubernetesVersion: '1.36',
    failOn: 'medium',
    minSeverity: 'low',
    only: ['POD'],
    skip: ['POD-10', 'NET-*'],
    params: { 'governance/broad-waivers': { most: '5' }, 'RBAC-02': { allowed: ['user:ann'] } },
    severities: { 'POD-02': 'critical', 'NET-*': 'low' },
    podTemplates: [{ group: 'example.org', kind: 'Worker', path: 'spec.workers[*].template' }],
    systemNamespaces: ['monitoring'],
    pathOptions: [{ files: ['legacy/**'], skip: ['RES'], severities: { 'POD-02': 'low' } }],
    waivers: [
      {
        controls: ['POD-04', 'POD-05'],
        namespace: ['kube-*'],
        labels: { app: 'agent' },
        path: ['a', 'b/**'],
        reason: 'reads the logs',
        owner: 'team-logs',
        until: '2027-01-31',
        ticket: 'SEC-1',
        file: 'plimsoll.yaml',
        line: 20,
      },
    ],
    faultyWaivers: [],
  });
});

test.each(['', '# later\n', 'profile:\nwaivers:\n', '---\n{}\n'])('%j has no settings', (text) => {
  expect(read(text)).toEqual({});
});

test.each<[string, string, string, string]>([
  ['parms: {}', 'unknown key parms', '1:1', 'did you mean params?'],
  ['- a', 'the file is no mapping', '1:1', 'write keys and values'],
  ['profile: nasa', 'profile is "nasa"', '1:1', 'did you mean nsa?'],
  ['a: 1\nprofile: nsa', 'unknown key a', '1:1', 'the keys are kubernetesVersion, failOn'],
  ['profile: nsa\nfailOn: [high]', 'failOn is no text', '2:1', 'it is one of critical, high, medium, low, none'],
  ['podTemplates: [{ kinds: Worker }]', 'unknown key podTemplates[0].kinds', '1:18', 'did you mean kind?'],
  ['podTemplates: {}', 'podTemplates is no list', '1:1', 'begin each item with -'],
  ['podTemplates: [{ kind: Worker }]', 'podTemplates[0].path is missing', '1:16', 'write where the template stands'],
  ['podTemplates: [{ kind: W, path: "a b" }]', 'podTemplates[0].path is no path', '1:27', 'write where the template stands'],
  ['only: POD-99', 'only: "POD-99" is no control, code or chapter', '1:1', 'did you mean POD-'],
  ['severities: { POD-99: high }', 'severities.POD-99: "POD-99" is no control', '1:15', 'did you mean POD-'],
  ['severities: { POD-02: grave }', 'severities.POD-02 is "grave"', '1:15', 'it is one of critical'],
  ['params: { POD-10: { allowed: { a: 1 } } }', 'params.POD-10.allowed has a value of the wrong kind', '1:21', 'write a list of texts'],
  ['params: { POD-10: { allowd: [1] } }', 'params.POD-10.allowd: POD-10 has no parameter "allowd"', '1:21', ''],
  ['params: { governance/broad-waivers: { most: many } }', 'governance/broad-waivers.most is a number', '1:39', 'write governance'],
  ['kubernetesVersion: newest', 'kubernetesVersion: ', '1:1', ''],
  ['systemNamespaces: [Kube_X]', 'systemNamespaces: "Kube_X" cannot be the name of a namespace', '1:1', ''],
  ['paths: [{ skip: POD }]', 'paths[0].files is missing', '1:9', 'write Globs'],
  ['paths: [{ files: a, failOn: high }]', 'unknown key paths[0].failOn', '1:21', 'the keys are files'],
  ['waivers: {}', 'waivers is no list', '1:1', 'begin each item with -'],
  ['profile: nsa\nprofile: baseline', 'the key profile stands twice', '2:1', 'leave one'],
  ['__proto__: { polluted: true }', 'unknown key __proto__', '1:1', 'the keys are'],
])('%s is refused: what, where, what to do', (text, what, where, todo) => {
  const lines = complaint(text);
  expect(lines).toHaveLength(3);
  expect(lines[0]).toContain(what);
  expect(lines[1]).toBe(`plimsoll.yaml:${where}`);
  expect(lines[2]).toContain(todo);
});

test('what is no YAML, or several documents, is refused with its line', () => {
  expect(complaint('a: 1\nparams: [unclosed').slice(0, 2)).toEqual([
    'the settings are not YAML',
    expect.stringMatching(/^plimsoll\.yaml:\d+$/),
  ]);
  expect(complaint('profile: nsa\n---\nonly: POD\n').slice(0, 2)).toEqual(['the settings are more than one document', 'plimsoll.yaml:3']);
});

describe('what was meant to be a waiver', () => {
  const waiver = 'control: POD-04, reason: x, owner: z, until: 2027-01-31';

  test.each([
    ['42', 'it is no mapping'],
    ['{ reason: x, owner: z, until: 2027-01-31 }', 'control is missing'],
    ['{ control: POD-99, reason: x, owner: z, until: 2027-01-31 }', '"POD-99" is no control, code or chapter'],
    ['{ control: POD-04, reason: x, until: 2027-01-31 }', 'owner is missing'],
    ['{ control: POD-04, reason: "", owner: z, until: 2027-01-31 }', 'reason is empty'],
    ['{ control: POD-04, reason: x, owner: z, until: 2027-02-31 }', 'its until is no day such as 2027-01-31'],
    [`{ ${waiver}, untill: x }`, 'unknown key untill'],
    [`{ ${waiver}, namespace: { a: 1 } }`, 'namespace is no list'],
  ])('%s is told at its line, and waives nothing', (item, fault) => {
    const { waivers, faultyWaivers } = read(`waivers:\n  - { ${waiver} }\n  - ${item}\n`);
    expect(waivers).toHaveLength(1);
    expect(faultyWaivers).toMatchObject([{ file: 'plimsoll.yaml', line: 3, fault }]);
  });
});

describe('the JSON Schema for editors', () => {
  const validate = validatorOf(policySchema());
  const valueOf = (text: string): unknown => (readDocument(text, 1) as { readonly value: unknown }).value;

  test('takes what is taken', () => {
    validate(valueOf(whole));
    expect(validate.errors).toBeNull();
  });

  test.each(['parms: {}', 'profile: nasa', 'podTemplates: [{ kind: Worker }]', 'paths: [{ skip: POD }]', 'waivers: [{ control: POD-04 }]'])(
    'refuses %s',
    (text) => expect(validate(valueOf(text))).toBe(false),
  );

  test('is the one that is published', () => {
    expect(readFileSync(join(import.meta.dirname, '../../docs/policy.schema.json'), 'utf8')).toBe(policySchema());
  });
});
