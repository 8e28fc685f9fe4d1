import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { everyRun } from '../every-run.ts';

/** Tests that look at pages in a real browser: they need a Chromium, and are skipped where there is none. */
const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/browser/**/*.test.ts'],
    ...everyRun,
    globalSetup: ['./test/browser/setup.ts'],
    isolate: false,
    fileParallelism: false,
    testTimeout: 240_000,
    hookTimeout: 60_000,
  },
});

export default config;
