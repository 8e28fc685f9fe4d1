import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { everyRun } from '../every-run.ts';

/** Tests against a real API server: they need Go, and some a folder of corpora. */
const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/cluster/**/*.test.ts'],
    ...everyRun,
    globalSetup: ['./test/cluster/setup.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});

export default config;
