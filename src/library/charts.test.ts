import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fakeProgram, printing } from '../../test/fake-program.ts';
import type { Report } from '../core/index.ts';
import { fix } from './fix.ts';
import { readInventory } from './inventory.ts';
import { scan, type ScanOptions } from './scan.ts';

let folder: string;

const template = `{{- if .Values.web }}
apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}
spec:
  containers:
    - name: web
      image: {{ .Values.image }}
      securityContext:
        {{- toYaml .Values.security | nindent 8 }}
{{- end }}
`;
const printed = `---
# Source: shop/templates/web.yaml
apiVersion: v1
kind: Pod
metadata:
  name: shop
spec:
  containers:
    - name: web
      image: nginx:1
      securityContext:
        privileged: true`;
const plain =
  'apiVersion: v1\nkind: Pod\nmetadata:\n  name: plain\nspec:\n  containers:\n  - name: a\n    image: a\n    securityContext: {privileged: true}\n';

beforeEach(() => {
  folder = realpathSync.native(mkdtempSync(join(tmpdir(), 'plimsoll-charts-')));
  write('shop/Chart.yaml', 'apiVersion: v2\nname: shop\nversion: 1.0.0\n');
  write('shop/values.yaml', 'web: true\n');
  write('shop/templates/web.yaml', template);
  write('shop/templates/plain.yaml', plain);
  vi.stubEnv('PATH', fakeProgram(join(folder, '.bin'), 'helm', printing(printed)));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function write(file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

function judge(options: Partial<ScanOptions> = {}): Promise<Report> {
  return scan({ paths: ['shop'], cwd: folder, charts: {}, only: ['pod-security/privileged'], ...options });
}

function findings({ findings: all }: Report): string[] {
  return all.map(({ file, line, resource }) => `${file}:${line} ${resource.namespace ?? '-'}/${resource.name}`);
}

describe('a chart', () => {
  test('is judged as it is installed, at its templates', async () => {
    const report = await judge();
    expect(findings(report)).toEqual(['shop/templates/web.yaml:10 shop/shop']);
    expect(report.inputs).toMatchObject({ files: 4, documents: 3, resources: 1, unread: [] });
    expect(report.target.assumptions.join()).toContain('the chart shop is installed with its default values as release shop');
  });

  test('is found below a folder', async () => {
    expect(findings(await judge({ paths: ['.'] }))).toEqual(['shop/templates/web.yaml:10 shop/shop']);
  });

  test('is installed in the namespace that is named', async () => {
    expect(findings(await judge({ namespace: 'prod' }))).toEqual(['shop/templates/web.yaml:10 prod/shop']);
  });

  test('is unread where it cannot be rendered, and its plain YAML is judged all the same', async () => {
    vi.stubEnv('PATH', '');
    const report = await judge();
    expect(report.inputs.unread).toEqual([{ file: 'shop', line: 1, reason: expect.stringContaining('there is no helm') }]);
    expect(findings(report)).toEqual(['shop/templates/plain.yaml:9 -/plain']);
  });

  test('is not rendered where nobody asks for it', async () => {
    const { charts: _, ...options } = { charts: {}, paths: ['shop'], cwd: folder, only: ['pod-security/privileged'] };
    const report = await scan(options);
    expect(findings(report)).toEqual(['shop/templates/plain.yaml:9 -/plain']);
    expect(report.inputs.skipped).toContainEqual(expect.objectContaining({ file: 'shop/templates/web.yaml' }));
  });

  test('is read by commands that judge nothing too', async () => {
    const seen: string[] = [];
    const inventory = await readInventory(
      { paths: ['shop'], cwd: folder, charts: {} },
      { podTemplates: true, kinds: [] },
      ({ resource, namespace }) => seen.push(`${resource.file} ${namespace}`),
    );
    expect([seen, inventory.unread]).toEqual([['shop/templates/web.yaml shop'], []]);
  });

  test('that renders broken YAML is unread at its template', async () => {
    vi.stubEnv(
      'PATH',
      fakeProgram(join(folder, '.bin'), 'helm', printing('---\n# Source: shop/templates/web.yaml\napiVersion: v1\nkind: Pod\nspec: [')),
    );
    expect((await judge()).inputs.unread).toEqual([
      { file: 'shop/templates/web.yaml', line: expect.any(Number), reason: expect.any(String) },
    ]);
  });
});

describe('a kustomization', () => {
  const built = (containers: string): string =>
    `apiVersion: v1\nkind: Pod\nmetadata:\n  annotations:\n    config.kubernetes.io/origin: |\n      path: ${folder}/base/pod.yaml\n  name: prod-web\nspec:\n  containers:\n${containers}`;
  const kustomize = (text: string): void => {
    vi.stubEnv('PATH', fakeProgram(join(folder, '.bin'), 'kustomize', printing(text)));
  };
  const container = '  - name: web\n    image: nginx\n    securityContext:\n      privileged: true';

  beforeEach(() => {
    write('base/kustomization.yaml', 'resources: [pod.yaml]\n');
    write('base/pod.yaml', `# the base\napiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n${container}\n`);
    write('prod/kustomization.yaml', 'resources: [../base]\nnamePrefix: prod-\n');
  });

  function placesOf({ findings: all }: Report): unknown[] {
    return all.map(({ file, line, resource, setBy }) => [`${file}:${line} ${resource.name}`, ...(setBy === undefined ? [] : [setBy])]);
  }

  test('is judged as it is built, at the files of its bases', async () => {
    kustomize(built(`  - name: sidecar\n    image: b\n${container}`));
    const report = await judge({ paths: ['prod'] });
    expect(placesOf(report)).toEqual([['base/pod.yaml:11 prod-web']]);
    expect(report.inputs).toMatchObject({ files: 1, resources: 1, unread: [] });
  });

  test('that a folder holds is built where that is asked for, and the base is not judged without it', async () => {
    kustomize(built(container));
    const judged = async (charts: NonNullable<ScanOptions['charts']>): Promise<unknown[]> =>
      placesOf(await judge({ paths: ['.'], charts, only: ['pod-security/privileged'] }));
    rmSync(join(folder, 'shop'), { recursive: true });
    expect(await judged({})).toEqual([['base/pod.yaml:11 web']]);
    expect(await judged({ buildsAll: true })).toEqual([['base/pod.yaml:11 prod-web']]);
  });

  test('tells the patch that decides a field', async () => {
    write('prod/kustomization.yaml', 'resources: [../base]\npatches:\n- path: patch.yaml\n');
    write('prod/patch.yaml', `kind: Pod\napiVersion: v1\nmetadata: {name: web}\nspec:\n  containers:\n${container}\n`);
    write('base/pod.yaml', 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - name: web\n    image: nginx\n');
    kustomize(built(container));
    const setBy = { key: 'spec.containers[0].securityContext.privileged', file: 'prod/patch.yaml', line: 9 };
    expect(placesOf(await judge({ paths: ['prod'] }))).toEqual([['base/pod.yaml:7 prod-web', setBy]]);
  });

  test('tells a patch that stands in the kustomization too', async () => {
    const patch = `kind: Pod\napiVersion: v1\nmetadata: {name: web}\nspec:\n  containers:\n${container}`.replaceAll('\n', '\n    ');
    write('prod/kustomization.yaml', `resources: [../base]\npatches:\n- patch: |\n    ${patch}\n`);
    write('base/pod.yaml', 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - name: web\n    image: nginx\n');
    kustomize(built(container));
    expect(placesOf(await judge({ paths: ['prod'] }))).toMatchObject([[expect.anything(), { file: 'prod/kustomization.yaml', line: 12 }]]);
  });

  test('that says of an object that it comes from elsewhere is not believed', async () => {
    write('secret.yaml', 'a: 1\n');
    kustomize(built(container).replace('base/pod.yaml', 'secret.yaml'));
    expect(placesOf(await judge({ paths: ['prod'] }))).toMatchObject([['prod/kustomization.yaml:1 prod-web', { file: 'base/pod.yaml' }]]);
  });

  test('with a remote base is unread, and what is plain YAML is read', async () => {
    write('base/kustomization.yaml', 'resources: [pod.yaml, "https://example.com/x"]\n');
    kustomize('never');
    const report = await judge({ paths: ['base'] });
    expect(report.inputs.unread).toEqual([{ file: 'base', line: 1, reason: expect.stringContaining('https://example.com/x') }]);
    expect(placesOf(report)).toEqual([['base/pod.yaml:11 web']]);
  });

  test('needs kustomize or kubectl', async () => {
    vi.stubEnv('PATH', fakeProgram(join(folder, '.other'), 'kubectl', `[ "$1" = kustomize ] && ${printing(built(container))}`));
    expect(placesOf(await judge({ paths: ['prod'] }))).toEqual([['base/pod.yaml:11 prod-web']]);
    vi.stubEnv('PATH', '');
    expect((await judge({ paths: ['prod'] })).inputs.unread).toEqual([
      { file: 'prod', line: 1, reason: expect.stringMatching(/no kustomize and no kubectl/) },
    ]);
  });

  test('that cannot be built says why, without paths of the machine', async () => {
    vi.stubEnv('PATH', fakeProgram(join(folder, '.bin'), 'kustomize', `echo "Error: ${folder}/base is wrong" >&2; exit 1`));
    const [unread] = (await judge({ paths: ['prod'] })).inputs.unread;
    expect(unread?.reason).toBe('not built by kustomize: base is wrong');
  });
});

test('a fix leaves templates alone, and says so', async () => {
  const report = await fix({ paths: ['shop'], cwd: folder, charts: {}, only: ['pod-security/privileged'], review: true });
  expect(report.files).toEqual([]);
  expect(report.declined).toMatchObject([
    { file: 'shop/templates/web.yaml', because: 'text', reason: expect.stringContaining('only a person edits') },
  ]);
});

describe('what is wrong is said before anything is rendered', () => {
  test.each([
    [{ charts: { releaseName: 'Not One' } }, 'cannot be the name of a release'],
    [{ charts: { values: ['nowhere.yaml'] } }, 'nowhere.yaml are no file'],
    [{ charts: { values: ['https://example.com/values.yaml'] } }, 'are no file'],
    [{ paths: ['.'], charts: { set: ['a=b'] } }, 'go with a chart'],
  ] as const)('%o', async (options, message) => {
    await expect(judge(options)).rejects.toThrow(message);
  });
});
