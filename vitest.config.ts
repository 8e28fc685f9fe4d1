import { availableParallelism } from 'node:os';
import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { everyRun } from './test/every-run.ts';

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'tools/**/*.test.ts'],
    exclude: [
      'test/cli/**',
      'test/upstream/**',
      'test/cluster/**',
      'test/fake-cluster/**',
      'test/crash/**',
      'test/pipeline/**',
      'test/browser/**',
      'node_modules/**',
    ],
    ...everyRun,
    ...(process.env['VITEST_REPORTER'] === undefined ? {} : { reporters: [process.env['VITEST_REPORTER']] }),
    // The code under test keeps no state that a test could leave behind, and loading it for each file takes longer than testing.
    isolate: false,
    // What did not change is not transformed again: a third of what loading takes. `npx vitest --clearCache` forgets it.
    experimental: { fsModuleCache: true },
    // One core is left free only where there are more than two.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: process.env['PLIMSOLL_LONG'] === '1' ? 600_000 : 120_000,
  },
});

export default config;
