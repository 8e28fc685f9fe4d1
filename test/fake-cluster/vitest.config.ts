import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { everyRun } from '../every-run.ts';

/** What a cluster may do to a scan, with an API server that is made up: mostly waiting, and so not part of `npm test`. */
const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/fake-cluster/**/*.test.ts'],
    ...everyRun,
    globalSetup: ['./test/cli/built.ts'],
    isolate: false,
    // Tests wait more than they work.
    maxWorkers: 4,
    // Longer than the patience of any scan in them, which says what was waited for.
    testTimeout: 120_000,
  },
});

export default config;
