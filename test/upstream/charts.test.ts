import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Finding, Report } from '../../src/core/index.ts';
import { scan, type ScanOptions } from '../../src/library/scan.ts';
import { parsePath } from '../../src/sources/charts/built-objects.ts';
import { corporaFolder } from './corpora.ts';
import { builtTool } from './go-module.ts';

const module = join(import.meta.dirname, 'renderers');
let helm: string;
let kustomize: string;
let folder: string;

beforeAll(() => {
  helm = builtTool(module, 'helm.sh/helm/v3/cmd/helm', 'helm');
  kustomize = builtTool(module, 'sigs.k8s.io/kustomize/kustomize/v5', 'kustomize');
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-upstream-charts-'));
  cpSync(join(import.meta.dirname, 'charts'), folder, { recursive: true });
}, 900_000);

beforeEach(() => {
  vi.stubEnv('PATH', [dirname(helm), dirname(kustomize), '/usr/bin', '/bin'].join(delimiter));
});

afterEach(() => {
  vi.unstubAllEnvs();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function judge(path: string, options: Partial<ScanOptions> = {}): Promise<Report> {
  return scan({ paths: [path], cwd: folder, charts: {}, ...options });
}

function failing({ findings }: Report): readonly Finding[] {
  return findings.filter(({ verdict }) => verdict === 'fail');
}

/** What is wrong with what, wherever it stands. */
function said(report: Report): string[] {
  return failing(report)
    .map(({ control, resource, path, message }) => `${control} ${resource.kind}/${resource.name} ${path}: ${message}`)
    .sort();
}

/** Findings whose line names neither the field nor one around it. */
function misplaced(report: Report, root: string): string[] {
  return failing(report).flatMap(({ file, line, path, control }) => {
    const steps = new Set(parsePath(path).filter((step) => typeof step === 'string'));
    const text = readFileSync(join(root, file), 'utf8').split('\n')[line - 1] ?? '';
    const key = /^\s*(?:- )?"?([\w./-]+)"?:/.exec(text)?.[1];
    // The first key of an item stands for the item.
    const isItem = /^\s*- /.test(text) && /\[\d+\]/.test(path);
    return path === '' || isItem || (key !== undefined && steps.has(key)) ? [] : [`${control} ${path} at ${file}:${line}: ${text}`];
  });
}

describe('a chart', () => {
  test('has its findings at the lines of its templates, and at the keys that decide them', async () => {
    const report = await judge('web', { only: ['POD', 'NET-08'] });
    expect(report.inputs.unread).toEqual([]);
    const places = failing(report).map(
      ({ control, path, line, setBy }) =>
        `${line} ${basename(control)} ${path.replace('spec.template.spec.', '')}${setBy === undefined ? '' : ` < ${setBy.key}:${setBy.line}`}`,
    );
    expect(places).toMatchInlineSnapshot(`
      [
        "15 host-network hostNetwork < host.network:15",
        "23 dropped-capabilities containers[0].securityContext.capabilities.drop",
        "23 privilege-escalation containers[0].securityContext.allowPrivilegeEscalation",
        "23 read-only-root-filesystem containers[0].securityContext.readOnlyRootFilesystem",
        "23 seccomp-profile containers[0].securityContext.seccompProfile < seccomp.enabled:17",
        "24 privileged containers[0].securityContext.privileged < security.privileged:7",
        "25 non-root-user containers[0].securityContext.runAsUser < security.runAsUser:8",
        "33 added-capabilities containers[1].securityContext.capabilities.add[0] < securityContext.capabilities.add:13",
        "33 dropped-capabilities containers[1].securityContext.capabilities.drop < securityContext.capabilities.drop:12",
        "33 non-root-user containers[1].securityContext.runAsNonRoot < securityContext.runAsNonRoot:10",
        "33 privilege-escalation containers[1].securityContext.allowPrivilegeEscalation < securityContext.allowPrivilegeEscalation:10",
        "33 read-only-root-filesystem containers[1].securityContext.readOnlyRootFilesystem < securityContext.readOnlyRootFilesystem:10",
        "33 seccomp-profile containers[1].securityContext.seccompProfile < securityContext.seccompProfile:10",
        "33 added-capabilities containers[2].securityContext.capabilities.add[0] < securityContext.capabilities.add:13",
        "33 dropped-capabilities containers[2].securityContext.capabilities.drop < securityContext.capabilities.drop:12",
        "33 non-root-user containers[2].securityContext.runAsNonRoot < securityContext.runAsNonRoot:10",
        "33 privilege-escalation containers[2].securityContext.allowPrivilegeEscalation < securityContext.allowPrivilegeEscalation:10",
        "33 read-only-root-filesystem containers[2].securityContext.readOnlyRootFilesystem < securityContext.readOnlyRootFilesystem:10",
        "33 seccomp-profile containers[2].securityContext.seccompProfile < securityContext.seccompProfile:10",
        "11 host-pid spec.hostPID",
        "13 dropped-capabilities spec.containers[0].securityContext.capabilities.drop",
        "13 non-root-user spec.containers[0].securityContext.runAsNonRoot",
        "13 privilege-escalation spec.containers[0].securityContext.allowPrivilegeEscalation",
        "13 read-only-root-filesystem spec.containers[0].securityContext.readOnlyRootFilesystem",
        "13 seccomp-profile spec.containers[0].securityContext.seccompProfile",
      ]
    `);
    expect(misplaced(report, folder)).toEqual([]);
  });

  test('runs its hooks, and not its tests', async () => {
    const names = new Set((await judge('web')).workloads.map(({ resource }) => resource.name));
    expect(names).toEqual(new Set(['web', 'migrate']));
  });

  test('is judged as what helm template prints', async () => {
    const args = ['template', 'web', join(folder, 'web'), '--skip-tests', '--namespace', 'web', '--kube-version', '1.35.0'];
    const printed = execFileSync(helm, args, { encoding: 'utf8' });
    const piped = await scan({ paths: ['-'], stdin: Readable.from([printed]), namespace: 'web' });
    expect(said(await judge('web'))).toEqual(said(piped));
  });

  test('takes values as helm does', async () => {
    writeFileSync(join(folder, 'more.yaml'), 'host: {network: false}\nreplicas: 2\n');
    const network = async (charts: ScanOptions['charts']): Promise<unknown> => {
      const found = failing(await judge('web', { charts: charts!, only: ['pod-security/host-network'] }));
      return found.map(({ setBy }) => setBy?.file);
    };
    expect(await network({ values: ['more.yaml'] })).toEqual([]);
    expect(await network({ values: ['more.yaml'], set: ['host.network=true'] })).toHaveLength(1);
    writeFileSync(join(folder, 'on.yaml'), 'host: {network: true}\n');
    expect(await network({ values: ['more.yaml', 'on.yaml'] })).toEqual(['on.yaml']);
    await expect(judge('web', { charts: { set: ['host.network[=true'] } })).resolves.toMatchObject({
      inputs: { unread: [{ file: 'web' }] },
    });
  });

  test('is rendered for the version that is judged for', async () => {
    cpSync(join(folder, 'web'), join(folder, 'old'), { recursive: true });
    writeFileSync(join(folder, 'old/Chart.yaml'), 'apiVersion: v2\nname: old\nversion: 1.0.0\nkubeVersion: "<1.30"\n');
    expect((await judge('old')).inputs.unread).toMatchObject([{ file: 'old', reason: expect.stringContaining('kubeVersion: <1.30') }]);
    expect((await judge('old', { kubernetesVersion: '1.29' })).inputs.unread).toEqual([]);
  });

  test('may be an archive, and the archive may be none', async () => {
    execFileSync(helm, ['package', join(folder, 'web'), '--destination', folder]);
    const packed = await judge('web-1.0.0.tgz');
    expect(said(packed)).toEqual(said(await judge('web')));
    expect(new Set(failing(packed).map(({ file }) => file))).toEqual(
      new Set(['web-1.0.0.tgz/templates/deployment.yaml', 'web-1.0.0.tgz/templates/hooks.yaml']),
    );
    // At the lines, and with the keys, that the folder has.
    const placesOf = (report: Report): unknown[] =>
      failing(report).map(({ control, file, line, column, setBy }) => [
        control,
        file.replace('web-1.0.0.tgz/', 'web/'),
        line,
        column,
        setBy?.key,
        setBy?.line,
      ]);
    expect(placesOf(packed)).toEqual(placesOf(await judge('web')));
    expect(failing(packed).some(({ setBy }) => setBy?.file === 'web-1.0.0.tgz/values.yaml')).toBe(true);
    writeFileSync(join(folder, 'no.tgz'), 'not an archive');
    expect((await judge('no.tgz')).inputs.unread).toMatchObject([{ file: 'no.tgz', reason: expect.stringContaining('not rendered') }]);
  });

  test('has its dependencies with it', async () => {
    const dependent = join(folder, 'dependent');
    mkdirSync(join(dependent, 'templates'), { recursive: true });
    const dependency = 'dependencies:\n- name: web\n  version: 1.0.0\n  repository: https://example.com\n';
    writeFileSync(join(dependent, 'Chart.yaml'), `apiVersion: v2\nname: dependent\nversion: 1.0.0\n${dependency}`);
    writeFileSync(join(dependent, 'values.yaml'), 'web:\n  host:\n    network: true\n');
    expect((await judge('dependent')).inputs.unread).toEqual([
      {
        file: 'dependent',
        line: 1,
        reason: expect.stringContaining('its dependencies are not in charts/: web (helm dependency build dependent'),
      },
    ]);
    cpSync(join(folder, 'web'), join(dependent, 'charts/web'), { recursive: true });
    const found = failing(await judge('dependent', { only: ['pod-security/host-network'] }));
    expect(found.map(({ file, setBy }) => [file, setBy])).toEqual([
      ['dependent/charts/web/templates/deployment.yaml', { key: 'web.host.network', file: 'dependent/values.yaml', line: 3 }],
    ]);
  });
});

const demo = join(corporaFolder, 'microservices-demo');

describe.skipIf(!existsSync(demo))('of another project', () => {
  test('a chart has its findings at the lines of its templates', async () => {
    const report = await judge('helm-chart', { cwd: demo });
    expect(report.inputs.unread).toEqual([]);
    expect(failing(report).length).toBeGreaterThan(40);
    expect(misplaced(report, demo)).toEqual([]);
  });

  test('a kustomization has its findings at the files of its bases', async () => {
    const report = await judge('kustomize', { cwd: demo });
    expect(report.inputs.unread).toEqual([]);
    expect(failing(report).length).toBeGreaterThan(40);
    expect(misplaced(report, demo)).toEqual([]);
  });
});

describe('a kustomization', () => {
  test('is judged as what kustomize build prints, at its files and patches', async () => {
    const printed = execFileSync(kustomize, ['build', join(folder, 'overlay/prod')], { encoding: 'utf8' });
    const piped = await scan({ paths: ['-'], stdin: Readable.from([printed]) });
    const report = await judge('overlay/prod');
    expect(said(report)).toEqual(said(piped));
    const places = failing(await judge('overlay/prod', { only: ['pod-security/host-*', 'pod-security/privileged', 'SEC-01'] })).map(
      ({ file, line, path, setBy }) => `${file}:${line} ${path}${setBy === undefined ? '' : ` < ${setBy.file}:${setBy.line}`}`,
    );
    expect(places).toMatchInlineSnapshot(`
      [
        "overlay/base/web.yaml:14 spec.template.spec.hostNetwork < overlay/prod/network.yaml:8",
        "overlay/base/web.yaml:15 spec.template.spec.hostPID",
        "overlay/base/web.yaml:16 spec.template.spec.containers[0].securityContext.privileged < overlay/prod/kustomization.yaml:20",
      ]
    `);
  });

  test('that a folder holds is judged as if it was named, where all are built, and its base is not judged alone', async () => {
    const whole = await judge('overlay', { charts: { buildsAll: true } });
    expect(whole.inputs).toMatchObject({ unread: [], skipped: [{ file: 'overlay/base', reason: 'built as a part of overlay/prod' }] });
    expect(said(whole)).toEqual(said(await judge('overlay/prod')));
    expect(said(await judge('overlay'))).not.toEqual(said(whole));
  });

  test('fetches nothing', async () => {
    let asked = 0;
    const server = createServer((_, response) => {
      asked++;
      response.end('apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n');
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const place = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.yaml`;
    for (const text of [
      `resources: ["${place}"]`,
      `patches: [{path: "${place}"}]`,
      `configMapGenerator: [{name: x, files: ["a=${place}"]}]`,
    ]) {
      mkdirSync(join(folder, 'remote'), { recursive: true });
      writeFileSync(join(folder, 'remote/kustomization.yaml'), text);
      expect((await judge('remote')).inputs.unread).toMatchObject([{ reason: expect.stringContaining('nothing is fetched') }]);
    }
    server.close();
    expect(asked).toBe(0);
  });
});
