import type { ViteUserConfig } from 'vitest/config';

/**
 * What all runs of tests have in common. On CI a test that fails is tried once more, and the closing lines name it: a machine
 * that stands still for a second says nothing of a change, and what is unsteady shall be known all the same.
 */
export const everyRun: NonNullable<ViteUserConfig['test']> = {
  reporters: ['default', './test/closing-line-reporter.ts'],
  retry: (process.env['CI'] ?? '') === '' ? 0 : 1,
};
