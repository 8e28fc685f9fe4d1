import type { Reporter, TestModule } from 'vitest/node';

/**
 * Prints `N passed, N failed` (and `, N skipped`) as the very last line, for people and for machines that read only that, and
 * before it a line for each failed test: what stands at the end of a long log says which test it was and why.
 */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly { message: string }[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    const failures = errors.map(({ message }) => failure('outside of any test', message));
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const result = test.result();
        counts[result.state]++;
        if (result.state === 'failed') failures.push(failure(`${module.relativeModuleId} > ${test.fullName}`, result.errors[0]?.message));
      }
      // A file that fails to load has errors but no failed test.
      for (const { message } of module.errors()) failures.push(failure(module.relativeModuleId, message));
    }
    const skipped = counts.skipped + counts.pending;
    const line = `${counts.passed} passed, ${failures.length} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
    // After the default reporter's own summary, which it writes when the process is about to end.
    process.once('exit', () => process.stdout.write(`${[...failures, line].join('\n')}\n`));
  }
}

function failure(where: string, message = ''): string {
  return `failed: ${where}: ${message.replaceAll(/\s+/g, ' ').slice(0, 300)}`;
}
