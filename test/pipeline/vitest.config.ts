import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { everyRun } from '../every-run.ts';

/** What pipelines run, run with the package as npm packs it: building and packing take long, so this is not part of `npm test`. */
const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/pipeline/**/*.test.ts'],
    ...everyRun,
    isolate: false,
    testTimeout: 120_000,
    hookTimeout: 240_000,
  },
});

export default config;
