import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { everyRun } from '../every-run.ts';

/** What only processes of their own can show: signals, limits, other users, and what a kill leaves behind. */
const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/crash/**/*.test.ts'],
    ...everyRun,
    isolate: false,
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});

export default config;
