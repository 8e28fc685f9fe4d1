import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** The unit tests that tools/mutation.ts names, in one thread a run: every mutant pays for each module that is loaded again. */
const config: ViteUserConfig = defineConfig({
  test: { include: (process.env['PLIMSOLL_MUTATION_TESTS'] ?? 'src/**/*.test.ts').split(','), isolate: false, testTimeout: 30_000 },
});

export default config;
