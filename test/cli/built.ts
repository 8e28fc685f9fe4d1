import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { TestProject } from 'vitest/node';
import { buildCommandLine } from '../../tools/build-command-line.mjs';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The built command line. */
    commandLine: string;
  }
}

/** Builds the command line once for a test run, as it is now and not as somebody built it last; it is gone when the run ends. */
export default async function setup(project: TestProject): Promise<() => void> {
  const folder = join(resolve(import.meta.dirname, '../..'), 'node_modules/.cache/plimsoll-test', String(process.pid));
  project.provide('commandLine', await buildCommandLine(folder));
  return () => rmSync(folder, { recursive: true, force: true });
}
