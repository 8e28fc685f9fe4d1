import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { everyRun } from '../every-run.ts';

/** Tests against Kubernetes' own code and against real manifests: they need Go, and some a folder of corpora. */
const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/upstream/**/*.test.ts'],
    ...everyRun,
    globalSetup: ['./test/cli/built.ts'],
    // The first test of a run builds the oracle.
    testTimeout: 600_000,
    hookTimeout: 900_000,
  },
});

export default config;
