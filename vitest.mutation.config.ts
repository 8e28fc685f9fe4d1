import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** The unit tests alone, for mutation tests: what runs a process of its own sees no mutant. */
const config: ViteUserConfig = defineConfig({
  test: { include: ['src/{controls,kube,evaluate,testing,subjects,fix}/**/*.test.ts'], testTimeout: 30_000 },
});

export default config;
