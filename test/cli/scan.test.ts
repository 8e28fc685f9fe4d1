import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hardenedObjects } from '../../src/testing/hardened.ts';
import type { Report } from '../../src/core/index.ts';
import { plimsoll } from './run.ts';

const root = resolve(import.meta.dirname, '../..');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-cli-'));
  writeFileSync(join(folder, 'hardened.yaml'), hardenedObjects);
  writeFileSync(
    join(folder, 'privileged.yaml'),
    hardenedObjects.replace('readOnlyRootFilesystem: true', 'readOnlyRootFilesystem: true\n            privileged: yes'),
  );
  writeFileSync(join(folder, 'broken.yaml'), `${hardenedObjects}---\napiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: [unclosed\n`);
  writeFileSync(
    join(folder, 'refused.yaml'),
    `${hardenedObjects}---\napiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  containers: {}\n`,
  );
  mkdirSync(join(folder, 'empty'));
});

afterAll(() => rmSync(folder, { recursive: true }));

function scan(...args: string[]) {
  return plimsoll(['scan', ...args], { cwd: folder });
}

function report(...args: string[]): Report {
  return JSON.parse(scan(...args, '-o', 'json').stdout) as Report;
}

describe('exit codes', () => {
  test('0 where nothing is at or above --fail-on', () => expect(scan('hardened.yaml').status).toBe(0));
  test('1 where something is', () => expect(scan('privileged.yaml').status).toBe(1));
  test('0 with --fail-on none, whatever was found', () => expect(scan('privileged.yaml', '--fail-on', 'none').status).toBe(0));
  test('2 where a document among readable ones cannot be read', () => expect(scan('broken.yaml').status).toBe(2));
  test('2 where the API server would refuse an object', () => expect(scan('refused.yaml').status).toBe(2));
  test('2 says in a pipe what could not be read, the first few of it', () => {
    const input = Array.from({ length: 7 }, () => 'apiVersion: v1\nkind: Pod\nmetadata: [').join('\n---\n');
    const { status, stderr } = plimsoll(['scan', '-', '-o', 'json'], { input });
    const lines = stderr.trimEnd().split('\n');
    expect([status, lines.length]).toEqual([2, 7]);
    expect(lines[1]).toMatch(/^plimsoll: could not be read: <stdin>:8: /);
    expect(lines.slice(5)).toEqual(['plimsoll: and 2 more, which the report lists', 'plimsoll: 7 documents could not be read']);
  });

  test('0 with --allow-unreadable, and the document stays listed', () => {
    const outcome = scan('broken.yaml', '--allow-unreadable');
    expect([outcome.status, outcome.stdout.includes('broken.yaml')]).toEqual([0, true]);
  });
  test('2 where there is nothing to scan', () => expect(scan('empty').status).toBe(2));
  test.each(['nowhere.yaml', '*.nope'])('2 where %s names nothing', (path) => {
    const outcome = scan(path);
    expect([outcome.status, outcome.stdout, outcome.stderr]).toEqual([2, expect.stringContaining(`${path}:1`), '']);
  });
  test('2 for an unknown flag', () => expect(scan('--fail-onn', 'high').status).toBe(2));
});

describe('what goes wrong is said in a few lines', () => {
  test.each([
    [['--fail-onn', 'high'], '--fail-on'],
    [['--fail-on', 'hihg'], 'high'],
    [['-o', 'jsn'], 'json'],
    [['--profile', 'restrictd'], 'restricted'],
    [['--only', 'pod-security/privilegd'], 'pod-security/privileged'],
    [['--only', ''], '--only names no control'],
    [['--kubernetes-version', '1.x'], '1.'],
    [['--param', 'pod-security/privileged'], '='],
    [['--min-severity', 'hgh'], 'high'],
  ])('%j names %s', (args, nearest) => {
    const outcome = scan('hardened.yaml', ...args);
    expect(outcome.status).toBe(2);
    expect(outcome.stdout).toBe('');
    expect(outcome.stderr).toContain(nearest);
    expect(outcome.stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(3);
    expect(outcome.stderr).not.toMatch(/\n\s+at /);
  });

  test('an unknown command names the nearest one', () => {
    const outcome = plimsoll(['scna', 'x']);
    expect([outcome.status, outcome.stderr.includes('scan')]).toEqual([2, true]);
  });
});

describe('reading', () => {
  test('takes YAML 1.1 at its word: "yes" is true, and the place is right', () => {
    const finding = report('privileged.yaml').findings.find(({ control }) => control === 'pod-security/privileged');
    const line = readFileSync(join(folder, 'privileged.yaml'), 'utf8').split('\n')[(finding?.line ?? 0) - 1];
    expect(line?.slice((finding?.column ?? 0) - 1)).toBe('privileged: yes');
  });

  test('standard input is a file like any other', () => {
    const outcome = plimsoll(['scan', '-', '-o', 'json'], { input: readFileSync(join(folder, 'privileged.yaml')) });
    const [finding] = (JSON.parse(outcome.stdout) as Report).findings;
    expect([outcome.status, finding?.file]).toEqual([1, '<stdin>']);
  });

  test('a JSON list gives the same findings as the YAML documents', () => {
    const yaml = report('privileged.yaml');
    expect(yaml.findings.length).toBeGreaterThan(0);
    expect(report('privileged.yaml', 'privileged.yaml')).toEqual(yaml);
  });
});

describe('pods that other controllers make', () => {
  test('an Argo Workflow is judged, and findings point at its own fields', () => {
    const workflow = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Workflow',
      metadata: { name: 'build', namespace: 'ci' },
      spec: { templates: [{ name: 'make', container: { name: 'main', image: 'make:1', securityContext: { privileged: true } } }] },
    };
    const outcome = plimsoll(['scan', '-', '-o', 'json'], { input: JSON.stringify(workflow) });
    const { findings } = JSON.parse(outcome.stdout) as Report;
    const paths = Object.fromEntries(findings.map(({ control, path }) => [control, path]));
    expect(paths['pod-security/privileged']).toBe('spec.templates[0].container.securityContext.privileged');
    expect(paths['network-separation/effective-resources']).toMatch(/^spec\.templates\[0\]\.container/);
  });

  test('an object of an unknown kind with a pod inside is named, and never silent', () => {
    const custom = 'apiVersion: example.com/v1\nkind: Runner\nmetadata: {name: x}\nspec:\n  pod:\n    containers:\n      - image: a\n';
    const outcome = plimsoll(['scan', '-', '-o', 'json'], { input: custom });
    expect((JSON.parse(outcome.stdout) as Report).inputs.skipped).toEqual([
      expect.objectContaining({ reason: 'kind Runner has an embedded pod that no rule of this version reads' }),
    ]);
  });

  test('plimsoll.yaml teaches further kinds', () => {
    writeFileSync(join(folder, 'plimsoll.yaml'), 'podTemplates:\n  - group: example.com\n    kind: Runner\n    path: spec.pod\n');
    const custom =
      'apiVersion: example.com/v1\nkind: Runner\nmetadata: {name: x}\nspec:\n  pod:\n    spec:\n      containers:\n        - {name: a, image: a, securityContext: {privileged: true}}\n';
    const outcome = plimsoll(['scan', '-', '-o', 'json'], { input: custom, cwd: folder });
    rmSync(join(folder, 'plimsoll.yaml'));
    expect((JSON.parse(outcome.stdout) as Report).findings.map(({ control }) => control)).toContain('pod-security/privileged');
  });
});

describe('the report', () => {
  test('has a ledger row for each of the 210 entries', () => expect(report('hardened.yaml').ledger).toHaveLength(210));

  test('is the same byte for byte on every run', () => {
    const run = () => scan('.', '-o', 'json').stdout;
    expect(run()).toBe(run());
  });

  test('goes to several places at once', () => {
    const outcome = scan('privileged.yaml', '-o', 'json=report.json', '-o', 'sarif=report.sarif', '-o', 'text');
    expect(outcome.status).toBe(1);
    expect(outcome.stdout).toContain('privileged.yaml:');
    expect(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'))).toMatchObject({ schemaVersion: 1 });
    expect(JSON.parse(readFileSync(join(folder, 'report.sarif'), 'utf8'))).toMatchObject({ version: '2.1.0' });
  });

  test('names the assumed Kubernetes version, or the one that was asked for', () => {
    expect(report('hardened.yaml').target).toMatchObject({ kubernetesVersion: '1.35', assumed: true });
    expect(report('hardened.yaml', '--kubernetes-version', '1.30').target).toMatchObject({ kubernetesVersion: '1.30', assumed: false });
  });

  test('shows one control with --only and all but it with --skip', () => {
    expect(new Set(report('privileged.yaml', '--only', 'POD-06').findings.map(({ codes }) => codes[0]))).toEqual(new Set(['POD-06']));
    expect(report('privileged.yaml', '--skip', 'POD-06').findings.filter(({ codes }) => codes.includes('POD-06'))).toEqual([]);
  });
});

describe('output for people', () => {
  test('has no colours in a pipe, and has them with --color', () => {
    expect(scan('privileged.yaml').stdout).not.toContain('\u001b[');
    expect(scan('privileged.yaml', '--color').stdout).toContain('\u001b[');
  });

  test('passes no control characters of a manifest on', () => {
    const hostile = readFileSync(join(folder, 'privileged.yaml'), 'utf8').replaceAll('name: web', 'name: "we\\e[31mb\\a"');
    const outcome = plimsoll(['scan', '-'], { input: hostile });
    expect(outcome.stdout).toContain('we');
    // oxlint-disable-next-line no-control-regex
    expect(outcome.stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });
});

describe('other commands', () => {
  test('--version prints the version of the package', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(plimsoll(['--version']).stdout.trim()).toBe(version);
  });

  test('without arguments there is help', () => expect(plimsoll([]).stdout).toContain('plimsoll scan'));
  test('help scan lists every flag', () => expect(plimsoll(['help', 'scan']).stdout).toContain('--kubernetes-version'));

  test.each(['bash', 'zsh', 'fish'])('completion for %s knows the commands', (shell) => {
    const outcome = plimsoll(['completion', shell]);
    expect([outcome.status, outcome.stdout.includes('explain')]).toEqual([0, true]);
  });

  test.each(['POD-12', 'pod-12', 'pod-security/privilege-escalation', 'GOV-01'])('explain %s', (id) => {
    expect(plimsoll(['explain', id]).status).toBe(0);
  });

  test('explain names the nearest id', () => {
    const outcome = plimsoll(['explain', 'POD-112']);
    expect([outcome.status, outcome.stderr.includes('POD-1')]).toEqual([2, true]);
  });

  test('list recommendations has them all', () => {
    expect(JSON.parse(plimsoll(['list', 'recommendations', '-o', 'json']).stdout)).toHaveLength(210);
  });
});

describe('a policy file', () => {
  const waiver = 'waivers:\n  - { control: pod-security/privileged, reason: x, owner: z, until: 2999-12-31 }\n';

  test('is read from the folder of the path upwards, and flags stand over it', () => {
    mkdirSync(join(folder, 'policy/.git'), { recursive: true });
    mkdirSync(join(folder, 'policy/deploy'));
    const at = (file: string): string => join(folder, 'policy', file);
    writeFileSync(at('deploy/a.yaml'), readFileSync(join(folder, 'privileged.yaml')));
    writeFileSync(at('plimsoll.yaml'), `only: pod-security/privileged\n${waiver}`);
    const waived = scan('policy/deploy');
    expect([waived.status, waived.stdout.includes('(z, until 2999-12-31)')]).toEqual([0, true]);
    const listed = plimsoll(['waivers', 'policy'], { cwd: folder });
    expect([listed.status, listed.stdout.includes('policy/plimsoll.yaml:3')]).toEqual([0, true]);
    writeFileSync(at('plimsoll.yaml'), 'only: pod-security/privileged\nfailOn: none\nseverities: { pod-security/privileged: low }\n');
    expect(scan('policy/deploy').status).toBe(0);
    expect(scan('policy/deploy', '--fail-on', 'low').status).toBe(1);
    expect(scan('policy/deploy', '-o', 'sarif').stdout).toContain('"security-severity":"2.0"');
    writeFileSync(at('plimsoll.yaml'), 'profle: nsa\n');
    const refused = scan('policy/deploy');
    expect(refused.status).toBe(2);
    expect(refused.stderr.split('\n').slice(0, 3)).toEqual([
      'plimsoll: unknown key profle',
      '          policy/plimsoll.yaml:1:1',
      '          did you mean profile?',
    ]);
  });

  test('annotations waive, unless --no-inline-waivers says that they do not', () => {
    const said = JSON.stringify({ 'pod-security/privileged': { reason: 'x', owner: 'z', until: '2999-12-31' } });
    const text = readFileSync(join(folder, 'privileged.yaml'), 'utf8');
    const annotated = text.replace(
      '  name: web\n  namespace: shop\nspec:',
      `  name: web\n  namespace: shop\n  annotations: { plimsoll.dev/waive: '${said}' }\nspec:`,
    );
    writeFileSync(join(folder, 'annotated.yaml'), annotated);
    expect(scan('annotated.yaml', '--only', 'pod-security/privileged').status).toBe(0);
    expect(scan('annotated.yaml', '--only', 'pod-security/privileged', '--no-inline-waivers').status).toBe(1);
  });
});
