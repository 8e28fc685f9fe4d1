import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { load, loadAll } from 'js-yaml';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const text = (file: string): string => readFileSync(join(root, file), 'utf8');

let work: string;
/** A folder with `plimsoll` as it is packed, and nothing else of ours. */
let bin: string;
/** A repository with manifests in `deploy`, and in `good` such as pass. */
let repository: string;
/** Where the package is unpacked. */
let unpacked: string;

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'plimsoll-pipeline-'));
  must('npm', ['pack', '--silent', '--pack-destination', work], root);
  const [tarball = ''] = readdirSync(work);
  must('tar', ['-xzf', join(work, tarball), '-C', work], work);
  unpacked = join(work, 'package');
  bin = join(work, 'bin');
  mkdirSync(bin);
  for (const name of ['plimsoll', 'npx']) {
    // `npx --yes plimsoll@VERSION …` is what a registry would give, once there is one.
    const shift = name === 'npx' ? 'shift 2; ' : '';
    writeFileSync(join(bin, name), `#!/bin/sh\n${shift}exec ${process.execPath} ${unpacked}/dist/cli/plimsoll.cjs "$@"\n`, { mode: 0o755 });
  }
});
afterAll(() => rmSync(work, { recursive: true }));
beforeEach(() => {
  repository = mkdtempSync(join(work, 'repository-'));
  for (const folder of ['deploy', 'good']) mkdirSync(join(repository, folder));
  cpSync(join(root, 'examples/shop.yaml'), join(repository, 'deploy/shop.yaml'));
  writeFileSync(join(repository, 'good/config.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: web, namespace: shop }\n');
});

function must(command: string, args: readonly string[], cwd: string): void {
  const { status, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${stderr}`);
}

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a script in the repository with the packed command line first on the PATH, and no registry to ask. */
function run(script: string, env: Readonly<Record<string, string>> = {}, shell = ['bash', '-e']): Ended {
  const [command = '', ...args] = shell;
  const { PATH = '', HOME = '' } = process.env;
  const path = [bin, dirname(process.execPath), PATH].join(delimiter);
  const options = {
    cwd: repository,
    env: { PATH: path, HOME, npm_config_registry: 'http://127.0.0.1:9', ...env },
    encoding: 'utf8',
  } as const;
  return spawnSync(command, [...args, '-c', script], options);
}

function sarifResults(file: string): unknown[] {
  return (JSON.parse(readFileSync(join(repository, file), 'utf8')) as { runs: { results: unknown[] }[] }).runs[0]!.results;
}

test('the package runs by itself, with nothing beside it', () => {
  expect(readdirSync(unpacked)).not.toContain('node_modules');
  expect(run('plimsoll --version').stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

describe('action.yml', () => {
  interface Action {
    readonly inputs: Readonly<Record<string, { readonly default: string }>>;
    readonly outputs: Readonly<Record<string, { readonly value: string }>>;
    readonly runs: {
      readonly steps: readonly {
        readonly id: string;
        readonly shell: string;
        readonly env: Record<string, string>;
        readonly run: string;
      }[];
    };
  }

  /** As a runner carries out a composite action; the answer holds its outputs too. */
  function action(given: Readonly<Record<string, string>> = {}): Ended & { readonly outputs: string } {
    const { inputs, outputs, runs } = load(text('action.yml')) as Action;
    const [step] = runs.steps;
    const valueOf = (name: string): string => given[name] ?? inputs[name]!.default;
    const env = Object.fromEntries(
      Object.entries(step!.env).map(([name, value]) => [
        name,
        value.replace(/\$\{\{ inputs\.([a-z-]+) \}\}/, (_, input: string) => valueOf(input)),
      ]),
    );
    for (const { value } of Object.values(outputs)) expect(value).toContain(`steps.${step!.id}.outputs.`);
    const file = join(repository, '.outputs');
    writeFileSync(file, '');
    const ended = run(step!.run, { ...env, GITHUB_OUTPUT: file }, ['bash', '--noprofile', '--norc', '-e', '-o', 'pipefail']);
    return { ...ended, outputs: readFileSync(file, 'utf8') };
  }

  test('annotates, writes SARIF, says where, and fails for findings', () => {
    const { status, stdout, outputs } = action({ path: 'deploy' });
    expect(status).toBe(1);
    expect(stdout).toMatch(/^::error file=deploy\/shop\.yaml,line=\d+/m);
    expect(outputs).toBe('sarif=plimsoll.sarif\nexit-code=1\n');
    expect(sarifResults('plimsoll.sarif').length).toBeGreaterThan(10);
  });

  test('takes several paths and arguments, and words with spaces, as what they are', () => {
    mkdirSync(join(repository, 'a b'));
    cpSync(join(repository, 'good/config.yaml'), join(repository, 'a b/config.yaml'));
    const { status, outputs } = action({ path: 'good\na b\n', args: '--skip=POD\n--min-severity\nhigh\n', sarif: '' });
    expect([status, outputs]).toEqual([0, 'sarif=\nexit-code=0\n']);
    expect(existsSync(join(repository, 'plimsoll.sarif'))).toBe(false);
  });

  test('no input is a part of its program', () => {
    const hostile = '$(touch hacked)`touch hacked`"; touch hacked; "';
    for (const name of ['path', 'fail-on', 'args', 'sarif', 'command']) expect(action({ [name]: hostile }).status).not.toBe(0);
    expect(existsSync(join(repository, 'hacked'))).toBe(false);
  });

  test('asks npm only where no plimsoll is installed', () => {
    const { run: script } = (load(text('action.yml')) as Action).runs.steps[0]!;
    const env = { PLIMSOLL_PATH: 'good', PLIMSOLL_FAIL_ON: 'none', PLIMSOLL_ARGS: '', PLIMSOLL_SARIF: '', GITHUB_OUTPUT: '/dev/null' };
    const elsewhere = join(repository, 'bin');
    mkdirSync(elsewhere);
    cpSync(join(bin, 'npx'), join(elsewhere, 'npx'));
    const PATH = [elsewhere, '/usr/bin', '/bin'].join(delimiter);
    expect(run(script, { ...env, PLIMSOLL_COMMAND: '', PATH }).status).toBe(0);
    expect(run(script, { ...env, PLIMSOLL_COMMAND: join(bin, 'plimsoll'), PATH: '/usr/bin:/bin' }).status).toBe(0);
  });
});

describe('templates/plimsoll.yml', () => {
  interface Template {
    readonly plimsoll: {
      readonly variables: Readonly<Record<string, string>>;
      readonly script: readonly string[];
      readonly artifacts: { readonly reports: Readonly<Record<string, string>> };
    };
  }

  /** As GitLab puts values in the place of inputs, and its runner carries out the lines. */
  function job(given: Readonly<Record<string, string>>): Ended & { readonly reports: Readonly<Record<string, string>> } {
    const [{ spec }] = loadAll(text('templates/plimsoll.yml')) as [{ spec: { inputs: Record<string, { default: string }> } }];
    const [, body = ''] = text('templates/plimsoll.yml').split(/^---$/m);
    const filled = body.replaceAll(/\$\[\[ inputs\.([a-z-]+) \]\]/g, (_, name: string) =>
      JSON.stringify(given[name] ?? spec.inputs[name]!.default),
    );
    const { variables, script, artifacts } = (load(filled) as Template).plimsoll;
    return { ...run(script.join('\n'), variables, ['sh', '-e']), reports: artifacts.reports };
  }

  test('writes every report that it names, and fails for findings', () => {
    const { status, stdout, reports } = job({ path: 'deploy' });
    expect(status).toBe(1);
    expect(stdout).toContain('deploy/shop.yaml');
    expect(Object.keys(reports)).toEqual(['codequality', 'sast', 'junit']);
    const { codequality = '', sast = '', junit = '' } = reports;
    expect((JSON.parse(readFileSync(join(repository, codequality), 'utf8')) as unknown[]).length).toBeGreaterThan(10);
    expect(JSON.parse(readFileSync(join(repository, sast), 'utf8'))).toHaveProperty('vulnerabilities');
    expect(readFileSync(join(repository, junit), 'utf8')).toMatch(/^<\?xml/);
  });

  test('takes what it is told', () => {
    expect(job({ path: 'good', 'fail-on': 'low', args: '--partial --skip POD', command: 'plimsoll' }).status).toBe(0);
  });
});

describe('.pre-commit-hooks.yaml', () => {
  interface Hook {
    readonly id: string;
    readonly entry: string;
    readonly files: string;
    readonly pass_filenames?: boolean;
  }

  test.each(load(text('.pre-commit-hooks.yaml')) as Hook[])('$id runs with the files of a commit', ({ entry, files, pass_filenames }) => {
    const pattern = new RegExp(files);
    const commit = (all: readonly string[]): Ended => {
      const named = all.filter((file) => pattern.test(file));
      return run([entry, ...(pass_filenames === false ? [] : named)].join(' '));
    };
    expect(commit(['deploy/shop.yaml', 'README.md']).status).toBe(1);
    rmSync(join(repository, 'deploy'), { recursive: true });
    expect(commit(['good/config.yaml'])).toMatchObject({ status: 0 });
  });
});

describe('Containerfile', () => {
  const lines = text('Containerfile')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

  test('what it copies is there, and runs from where it copies it to, without writing anything', () => {
    const image = mkdtempSync(join(work, 'image-'));
    const copies = lines.flatMap((line) =>
      [...line.matchAll(/^COPY (?:--from=build )?(.+) (\/\S+)$/g)].map(([, from = '', to = '']) => ({ from, to })),
    );
    expect(copies).toHaveLength(2);
    for (const { from, to } of copies)
      for (const name of from.split(' ')) {
        const source = name.startsWith('/build/') ? join(unpacked, name.slice('/build/'.length)) : join(root, name);
        const isFolder = name.startsWith('/build/');
        cpSync(source, isFolder ? join(image, to) : join(image, to, name), { recursive: true });
      }
    const [, entry = ''] = /^ENTRYPOINT (\[.*\])$/m.exec(lines.join('\n')) ?? [];
    const [program = '', ...args] = JSON.parse(entry) as string[];
    expect(program).toBe('/nodejs/bin/node');
    const before = new Set(readdirSync(image, { recursive: true, encoding: 'utf8' }));
    must('chmod', ['-R', 'a-w', image], work);
    const { status } = run(`${process.execPath} ${args.map((arg) => join(image, arg)).join(' ')} scan deploy`, { HOME: '/nonexistent' });
    must('chmod', ['-R', 'u+w', image], work);
    expect(status).toBe(1);
    expect(new Set(readdirSync(image, { recursive: true, encoding: 'utf8' }))).toEqual(before);
  });

  test('the last stage has no shell to run anything with, and no root', () => {
    const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));
    expect(last.filter((line) => /^(?:RUN|ADD|SHELL)\b/.test(line))).toEqual([]);
    expect(last).toContain('USER 65532:65532');
    for (const line of last.filter((each) => /^(?:CMD|ENTRYPOINT)\b/.test(each))) expect(line).toContain('[');
  });

  test('the scripts that the first stage runs exist', () => {
    const { scripts } = JSON.parse(text('package.json')) as { scripts: Record<string, string> };
    for (const [, name = ''] of lines.join('\n').matchAll(/^RUN npm run (\S+)$/gm)) expect(scripts).toHaveProperty(name);
    expect(lines).toContain('RUN npm ci --ignore-scripts');
  });
});

describe('docs/pipeline.md', () => {
  const blocks = [...text('docs/pipeline.md').matchAll(/```(\w+)\n([^]*?)```/g)].map(([, language = '', body = '']) => ({
    language,
    body,
  }));

  test('its workflow gives the action inputs that it has, and uses outputs that it has', () => {
    const { body } = blocks.find(({ language, body: each }) => language === 'yaml' && each.startsWith('name: hardening'))!;
    const workflow = load(body) as { jobs: { plimsoll: { steps: { id?: string; with?: Record<string, string> }[] } } };
    const { inputs, outputs } = load(text('action.yml')) as { inputs: object; outputs: object };
    const step = workflow.jobs.plimsoll.steps.find(({ id }) => id === 'plimsoll');
    for (const name of Object.keys(step?.with ?? {})) expect(inputs).toHaveProperty(name);
    for (const [, name = ''] of body.matchAll(/steps\.plimsoll\.outputs\.([a-z-]+)/g)) expect(Object.keys(outputs)).toContain(name);
  });

  test('its GitLab example gives the component inputs that it has', () => {
    const { body } = blocks.find(({ body: each }) => each.startsWith('include:'))!;
    const { include } = load(body) as { include: { component: string; inputs: object }[] };
    const [{ spec }] = loadAll(text('templates/plimsoll.yml')) as [{ spec: { inputs: object } }];
    expect(include[0]!.component).toContain('/plimsoll@');
    for (const name of Object.keys(include[0]!.inputs)) expect(Object.keys(spec.inputs)).toContain(name);
  });

  test('its hooks exist, and the one without a repository runs', () => {
    const configurations = blocks.filter(({ body }) => body.startsWith('repos:')).map(({ body }) => load(body));
    const hooks = (configurations as { repos: { repo: string; hooks: { id: string; entry?: string; args?: string[] }[] }[] }[]).flatMap(
      ({ repos }) => repos.flatMap(({ repo, hooks: all }) => all.map((hook) => ({ ...hook, repo }))),
    );
    const known = load(text('.pre-commit-hooks.yaml')) as { id: string; entry: string }[];
    expect(hooks).toHaveLength(2);
    for (const { id, entry, args = [] } of hooks) {
      const called = entry ?? known.find((each) => each.id === id)?.entry ?? '';
      expect(run([called, ...args, 'deploy/shop.yaml'].join(' ')).status).toBe(1);
      expect(run([called, ...args, 'good/config.yaml'].join(' ')).status).toBe(0);
    }
  });

  test('its Jenkins step writes what the next one reads', () => {
    const { body } = blocks.find(({ language }) => language === 'groovy')!;
    const [, script = ''] = /sh '([^']+)'/.exec(body) ?? [];
    const [, file = ''] = /junit '([^']+)'/.exec(body) ?? [];
    expect(run(script).status).toBe(1);
    expect(readFileSync(join(repository, file), 'utf8')).toContain('<testsuite');
  });

  test('its lines for a shell that need no other program run', () => {
    const lines = blocks.filter(({ language }) => language === 'sh').flatMap(({ body }) => body.trim().split('\n'));
    const own = lines.filter((line) => line.startsWith('plimsoll '));
    expect(own.length).toBeGreaterThan(0);
    for (const line of own) expect(run(line).status).toBe(1);
    const single = blocks.find(({ body }) => body.includes('- run: npx'))!;
    const [step] = load(single.body) as { run: string }[];
    expect(run(step!.run).status).toBe(1);
    expect(sarifResults('plimsoll.sarif').length).toBeGreaterThan(10);
  });
});
