import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseArguments } from '../../src/cli/arguments.ts';
import { chartOptions } from '../../src/cli/chart-arguments.ts';
import { scan } from '../../src/cli/commands/scan.ts';
import { fakeProgram, printing } from '../fake-program.ts';
import { plimsoll } from './run.ts';

let folder: string;
let path: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-cli-charts-'));
  mkdirSync(join(folder, 'shop/templates'), { recursive: true });
  writeFileSync(join(folder, 'shop/Chart.yaml'), 'name: shop\n');
  writeFileSync(join(folder, 'values.yaml'), 'a: 1\n');
  const template = 'apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  hostPID: {{ .Values.pid }}\n  containers: []\n';
  writeFileSync(join(folder, 'shop/templates/web.yaml'), template);
  const printed = `---\n# Source: shop/templates/web.yaml\n${template.replace('{{ .Values.pid }}', 'true')}`;
  path = fakeProgram(join(folder, 'bin'), 'helm', `echo "$@" > ${join(folder, 'arguments')}\n${printing(printed)}`);
});

afterAll(() => rmSync(folder, { recursive: true }));

test('a chart is scanned with its values, and findings stand in its template', () => {
  const args = [
    'scan',
    'shop',
    '--values',
    'values.yaml',
    '--set',
    'pid=true',
    '-n',
    'prod',
    '--quiet',
    '--only',
    'POD-05,pod-security/host-*',
  ];
  const outcome = plimsoll(args, { cwd: folder, env: { PATH: path } });
  expect(outcome.stdout).toMatch(/^shop\/templates\/web\.yaml:5:3: /);
  expect(outcome.status).toBe(1);
});

test('without helm a chart is unread', () => {
  const outcome = plimsoll(['scan', 'shop', '--quiet'], { cwd: folder, env: { PATH: join(folder, 'nothing') } });
  expect([outcome.status, outcome.stdout]).toEqual([2, expect.stringMatching(/^shop:1: unread: .*install Helm/)]);
});

describe('options of charts', () => {
  const read = (...argv: string[]): unknown => chartOptions(parseArguments(scan, argv));

  test('are those of helm template', () => {
    expect(read('--set', 'a=b,c=d', '--set-string', 'e=1', '--values', 'f', '--release-name', 'x', '--api-versions', 'a/v1,b/v1')).toEqual({
      charts: { set: ['a=b,c=d'], setString: ['e=1'], values: ['f'], releaseName: 'x', apiVersions: ['a/v1', 'b/v1'] },
    });
  });

  test('and --no-render exclude each other', () => {
    expect(read('--no-render')).toEqual({});
    expect(() => read('--no-render', '--set', 'a=b')).toThrow('--set and --no-render exclude each other');
  });
});
