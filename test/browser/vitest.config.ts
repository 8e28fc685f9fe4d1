import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** Tests that look at pages in a real browser: they need a Chromium, and are skipped where there is none. */
const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/browser/**/*.test.ts'],
    reporters: ['default', './test/closing-line-reporter.ts'],
    globalSetup: ['./test/browser/setup.ts'],
    isolate: false,
    fileParallelism: false,
    testTimeout: 240_000,
    hookTimeout: 60_000,
  },
});

export default config;
