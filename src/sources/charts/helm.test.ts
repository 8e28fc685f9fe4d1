import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fakeProgram, printing } from '../../../test/fake-program.ts';
import { tarball } from '../../../test/tar.ts';
import { nowhere } from '../../core/index.ts';
import { renderChart, templateArguments, type Chart, type RenderOptions } from './helm.ts';

let folder: string;
let chart: Chart;

beforeEach(() => {
  folder = realpathSync.native(mkdtempSync(join(tmpdir(), 'plimsoll-chart-')));
  chart = { path: join(folder, 'shop'), file: 'shop', isArchive: false, isNamed: true, roots: [join(folder, 'shop')] };
  write('shop/Chart.yaml', 'apiVersion: v2\nname: shop\nversion: 1.0.0\n');
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function write(file: string, text: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

function helm(script: string): void {
  vi.stubEnv('PATH', fakeProgram(join(folder, 'bin'), 'helm', script));
}

/** Each document with the place of its second line. */
async function rendered(options: RenderOptions = {}): Promise<unknown> {
  const answer = await renderChart(chart, options);
  if (!('documents' in answer)) return answer;
  return answer.documents.map(({ file, text, locate }) => {
    const [{ line, column, endColumn } = nowhere] = locate([[]], () => [{ line: 2, column: 3, endLine: 2, endColumn: 5 }]);
    return [file, text.trim().split('\n').at(-1), `${line}:${column}-${endColumn}`];
  });
}

describe('arguments of helm template', () => {
  const long = 'a value';
  test('are words of their own, whatever they hold', () => {
    const options = {
      values: [{ path: '/a b', file: 'b' }],
      set: ['x=$(id)'],
      setString: ['--post-renderer=evil'],
      kubernetesVersion: '1.36.0',
      apiVersions: ['a/v1'],
    };
    expect(templateArguments(chart, 'web', 'shop', options)).toEqual([
      'template',
      '--namespace=shop',
      '--include-crds',
      '--skip-tests',
      '--kube-version=1.36.0',
      '--api-versions=a/v1',
      '--values=/a b',
      '--set=x=$(id)',
      '--set-string=--post-renderer=evil',
      '--',
      'web',
      chart.path,
    ]);
  });

  test('have the values of charts that were named alone', () => {
    const found = templateArguments({ ...chart, isNamed: false }, 'web', 'shop', {
      values: [{ path: long, file: long }],
      set: [long],
      setString: [long],
    });
    expect(found.join(' ')).not.toContain(long);
  });
});

describe('what helm prints', () => {
  test('is told by the templates that it comes from', async () => {
    write('shop/templates/a.yaml', '{{ if true }}\na: 1\n  x: y\n{{ end }}');
    write('shop/charts/db/templates/b.yaml', 'b: {{ .Values.b }}');
    helm(printing('---\n# Source: shop/templates/a.yaml\na: 1\n---\n# Source: shop/charts/db/templates/b.yaml\nb: 2'));
    expect(await rendered()).toEqual([
      ['shop/templates/a.yaml', 'a: 1', '2:3-5'],
      ['shop/charts/db/templates/b.yaml', 'b: 2', '1:3-19'],
    ]);
  });

  test('does not lead out of the chart', async () => {
    write('secret.yaml', 'a: 1');
    chart = { ...chart, roots: [folder] };
    mkdirSync(join(folder, 'shop/templates'));
    symlinkSync(join(folder, 'secret.yaml'), join(folder, 'shop/templates/link.yaml'));
    for (const source of ['shop/templates/../../secret.yaml', 'shop/templates/link.yaml', '/etc/passwd', 'shop/', 'x']) {
      helm(printing(`---\n# Source: ${source}\na: 1`));
      expect(await rendered(), source).toEqual([['shop/Chart.yaml', 'a: 1', '1:1-1']]);
    }
  });

  test('may come from a dependency that is an archive', async () => {
    helm(printing('---\n# Source: shop/charts/db/templates/b.yaml\nb: 2'));
    expect(await rendered()).toEqual([['shop/charts/db/templates/b.yaml', 'b: 2', '1:1-1']]);
  });

  test('has the lines of an archive, and of what is packed in it', async () => {
    const template = '{{- if true }}\na: 1\nb: {{ .Values.b }}\n{{- end }}\n';
    const db = tarball({ 'db/templates/b.yaml': template });
    write('shop/charts/db-1.0.0.tgz', db);
    helm(printing('---\n# Source: shop/charts/db/templates/b.yaml\na: 1\nb: 2'));
    const line = 'b: 2';
    expect(await rendered()).toEqual([['shop/charts/db/templates/b.yaml', line, '2:3-5']]);
    write('shop.tgz', tarball({ 'shop/templates/b.yaml': template }));
    chart = { path: join(folder, 'shop.tgz'), file: 'shop.tgz', isArchive: true, isNamed: true, roots: [] };
    helm(printing('---\n# Source: shop/templates/b.yaml\na: 1\nb: 2'));
    expect(await rendered()).toEqual([['shop.tgz/templates/b.yaml', line, '2:3-5']]);
  });

  test('says that objects are installed as the release', async () => {
    helm(printing(''));
    expect(await renderChart(chart, {})).toMatchObject({
      documents: [],
      namespace: 'shop',
      assumption: 'the chart shop is installed with its default values as release shop in namespace shop',
    });
    expect(await renderChart(chart, { releaseName: 'web', namespace: 'prod', set: ['a=b'] })).toMatchObject({
      namespace: 'prod',
      assumption: 'the chart shop is installed with the values that were given as release web in namespace prod',
    });
  });
});

describe('a chart is not rendered', () => {
  test('without helm, and what to install is said', async () => {
    vi.stubEnv('PATH', join(folder, 'empty'));
    expect(await rendered()).toEqual({ refused: expect.stringMatching(/no helm .*https:\/\/helm\.sh.*--no-render/) });
  });

  test('by a program that a relative folder of PATH holds', async () => {
    fakeProgram(join(folder, 'bin'), 'helm', 'exit 0');
    vi.stubEnv('PATH', 'bin:.:');
    expect(await rendered()).toEqual({ refused: expect.stringContaining('no helm') });
  });

  test('where its dependencies are missing', async () => {
    helm(
      'echo "WARNING: x" >&2; echo "Error: An error occurred while checking for chart dependencies. You may need to run helm dependency build to fetch missing dependencies: found in Chart.yaml, but missing in charts/ directory: db, cache" >&2; exit 1',
    );
    expect(await rendered()).toEqual({
      refused: 'not rendered by helm template: its dependencies are not in charts/: db, cache (helm dependency build shop fetches them)',
    });
  });

  test('where helm complains, and no path of the machine is told', async () => {
    helm(
      'echo "level=WARN x" >&2; echo "Error: $8/templates/a.yaml is wrong" >&2; echo >&2; echo "Use --debug flag to render out invalid YAML" >&2; exit 1',
    );
    chart = { ...chart, path: join(folder, 'shop') };
    expect(await rendered()).toEqual({ refused: 'not rendered by helm template: /templates/a.yaml is wrong' });
    helm(`echo "Error: ${chart.path}/templates/a.yaml is wrong" >&2; exit 1`);
    expect(await rendered()).toEqual({ refused: 'not rendered by helm template: shop/templates/a.yaml is wrong' });
    helm('exit 3');
    expect(await rendered()).toEqual({ refused: 'not rendered by helm template: it says nothing of why' });
  });

  test('where a link of it leads out of what is scanned', async () => {
    write('secret.yaml', 'a: 1');
    write('shop/files/own.yaml', 'a: 1');
    symlinkSync(join(folder, 'shop/files/own.yaml'), join(folder, 'shop/files/inside.yaml'));
    symlinkSync(join(folder, 'nowhere'), join(folder, 'shop/files/nothing.yaml'));
    helm(printing(''));
    expect(await rendered()).toEqual([]);
    symlinkSync(join(folder, 'secret.yaml'), join(folder, 'shop/files/outside.yaml'));
    expect(await rendered()).toEqual({ refused: 'a chart with a symbolic link out of what is scanned: files/outside.yaml' });
    chart = { ...chart, roots: [...chart.roots, folder] };
    expect(await rendered()).toEqual([]);
  });

  test('where it is a library', async () => {
    write('shop/Chart.yaml', 'name: shop\ntype: library\n');
    expect(await rendered()).toEqual({ skipped: expect.stringContaining('library') });
  });

  test('where its Chart.yaml is broken', async () => {
    write('shop/Chart.yaml', 'name: [\n');
    expect(await rendered()).toEqual({ refused: expect.stringMatching(/^line \d of its Chart\.yaml: /) });
    rmSync(join(folder, 'shop/Chart.yaml'));
    expect(await rendered()).toEqual({ refused: 'its Chart.yaml cannot be read' });
  });
});

test('helm knows of the environment what it needs, and no way to a network or a cluster', async () => {
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'hunter2');
  vi.stubEnv('KUBECONFIG', '/home/someone/.kube/config');
  helm('echo "---"; echo "# Source: x"; echo "$AWS_SECRET_ACCESS_KEY|$KUBECONFIG|$HTTPS_PROXY|$GIT_ALLOW_PROTOCOL"');
  expect(await rendered()).toEqual([['shop/Chart.yaml', '|/dev/null|http://127.0.0.1:9|none', '1:1-1']]);
});
