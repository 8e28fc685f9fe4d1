import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commands } from '../src/cli/commands/index.ts';
import { scan } from '../src/index.ts';

const root = resolve(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

describe('README.md', () => {
  test('shows library code that runs', async () => {
    const code = /```ts\n([^]*?)```/.exec(readme)?.[1] ?? '';
    expect(code).toContain("from 'plimsoll'");
    const printed: string[] = [];
    const body = code.replace(/^import .*$/m, '').replace("'k8s'", JSON.stringify(join(root, 'examples')));
    // oxlint-disable-next-line no-implied-eval
    const run = new Function('scan', 'console', `return (async () => {${body}})()`) as (
      scanning: typeof scan,
      console: object,
    ) => Promise<void>;
    await run(scan, { log: (line: string) => printed.push(line) });
    expect(printed.length).toBeGreaterThan(5);
    expect(printed[0]).toMatch(/^\S+:\d+ (critical|high|medium|low): /);
  });

  test('names every command', () => {
    for (const { name } of commands) expect(readme).toMatch(new RegExp(`\\bplimsoll ${name}\\b`));
  });

  test('links to files that exist', () => {
    const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path = '']) => path);
    expect(links.length).toBeGreaterThan(8);
    for (const link of links) expect(() => readFileSync(join(root, link)), link).not.toThrow();
  });
});
