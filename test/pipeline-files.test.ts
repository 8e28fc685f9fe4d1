import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { load, loadAll } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { version } from '../src/core/version.ts';
import { formats } from '../src/report/formats/index.ts';
import { parseArguments } from '../src/cli/arguments.ts';
import { scan as command } from '../src/cli/commands/scan.ts';
import { scan } from '../src/index.ts';

const root = resolve(import.meta.dirname, '..');
const text = (file: string): string => readFileSync(join(root, file), 'utf8');

/** The arguments of the calls of `plimsoll scan` in a text, continued lines included. */
function calls(from: string): string[][] {
  const lines = from.replaceAll(/\\\n\s*/g, ' ').split('\n');
  return lines.flatMap((line) => {
    const called = /(?:^|[\s"'`])plimsoll(?:@[\d.]+)? scan(?<rest>[^'"`\n]*)/.exec(line)?.groups?.['rest'];
    return called === undefined
      ? []
      : [
          called
            .trim()
            .split(/\s+/)
            .filter((word) => word !== ''),
        ];
  });
}

describe('the files that pipelines use', () => {
  const files = ['action.yml', 'templates/plimsoll.yml', '.pre-commit-hooks.yaml', 'Containerfile', 'docs/pipeline.md'];

  test.each(files)('%s names this version', (file) => {
    const named = [...text(file).matchAll(/plimsoll(?:\/plimsoll)?@v?(\d[\w.]*\d)/g)].map(([, each]) => each);
    expect(new Set([...named, version])).toEqual(new Set([version]));
  });

  test('what the action takes is what the command line takes', () => {
    const { inputs } = load(text('action.yml')) as { inputs: Record<string, { description: string; default: string }> };
    expect(Object.keys(inputs)).toEqual(['path', 'fail-on', 'args', 'sarif', 'command']);
    const levels = command.options.find(({ name }) => name === 'fail-on')?.choices ?? [];
    for (const level of levels) expect(inputs['fail-on']?.description).toContain(level);
    expect(levels).toContain(inputs['fail-on']?.default);
  });

  test('nothing that a workflow hands over is a part of the program of the action', () => {
    const { runs } = load(text('action.yml')) as { runs: { steps: { run: string }[] } };
    for (const { run } of runs.steps) expect(run).not.toContain('${{');
  });

  test('what the template takes is what the command line takes', () => {
    const [{ spec }] = loadAll(text('templates/plimsoll.yml')) as [{ spec: { inputs: Record<string, { options?: string[] }> } }];
    const levels = command.options.find(({ name }) => name === 'fail-on')?.choices;
    expect(spec.inputs['fail-on']?.options).toEqual(levels);
  });

  test.each(['.pre-commit-hooks.yaml', 'docs/pipeline.md', 'docs/editor.md'])('every call in %s is one that is understood', (file) => {
    for (const words of calls(text(file))) expect(() => parseArguments(command, words), words.join(' ')).not.toThrow();
  });

  test.each(['docs/pipeline.md', 'docs/editor.md'])('%s links to files that exist', (file) => {
    for (const [, link = ''] of text(file).matchAll(/\]\((?!https?:|#)([^)#]+)/g))
      expect(existsSync(join(root, 'docs', link)), link).toBe(true);
  });

  test('the formats that they ask for exist', () => {
    const wanted = [
      ...files
        .map(text)
        .join('\n')
        .matchAll(/-o ([a-z-]+)/g),
    ].map(([, name]) => name!);
    expect(wanted.length).toBeGreaterThan(5);
    for (const name of wanted) expect(['text', ...formats.map((each) => each.name)]).toContain(name);
  });
});

describe('the manifests of a scan in its cluster', () => {
  test('pass their own scan, but for what docs/pipeline.md explains', async () => {
    const { findings } = await scan({ paths: ['deploy'], cwd: root, minSeverity: 'low' });
    const left = new Set(findings.flatMap(({ verdict, control }) => (verdict === 'fail' ? [control] : [])));
    const explained = text('docs/pipeline.md').split('| Finding | Why it stays |')[1] ?? '';
    const named = new Set([...explained.matchAll(/`([a-z-]+\/[a-z-]+)`/g)].map(([, id]) => id));
    expect(left).toEqual(named);
  });

  test('run the image as it is built: by its user, with what it is told', () => {
    const objects = loadAll(text('deploy/cluster-scan.yaml')) as { kind: string; spec?: object }[];
    const job = objects.find(({ kind }) => kind === 'CronJob') as unknown as {
      spec: { jobTemplate: { spec: { template: { spec: { securityContext: object; containers: { args: string[] }[] } } } } };
    };
    const { securityContext, containers } = job.spec.jobTemplate.spec.template.spec;
    const [, user] = /^USER (\d+):/m.exec(text('Containerfile')) ?? [];
    expect(securityContext).toMatchObject({ runAsUser: Number(user), runAsNonRoot: true });
    expect(containers.map(({ args: [name] }) => name)).toEqual(['scan']);
    expect(() => parseArguments(command, containers[0]!.args.slice(1))).not.toThrow();
  });
});
