import { availableParallelism } from 'node:os';
import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { everyRun } from '../every-run.ts';

/** The built command line, a process for each command: what only that shows, and so not part of `npm test`. */
const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/cli/**/*.test.ts'],
    ...everyRun,
    globalSetup: ['./test/cli/built.ts'],
    isolate: false,
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});

export default config;
