import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** What only processes of their own can show: signals, limits, other users, and what a kill leaves behind. */
const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/crash/**/*.test.ts'],
    reporters: ['default', './test/closing-line-reporter.ts'],
    isolate: false,
    maxWorkers: 2,
    testTimeout: 30_000,
  },
});

export default config;
