import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** Tests against a real API server: they need Go, and some a folder of corpora. */
const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/cluster/**/*.test.ts'],
    reporters: ['default', './test/closing-line-reporter.ts'],
    globalSetup: ['./test/cluster/setup.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});

export default config;
