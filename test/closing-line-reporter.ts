import type { Reporter, TestModule } from 'vitest/node';

/**
 * Prints `N passed, N failed` (and `, N skipped`) as the very last line, for people and for machines that read only that, and
 * before it a line for each failed test, and for each that passed only when it was tried once more: what stands at the end of
 * a long log says which test it was and why.
 */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly { message: string }[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    const failures = errors.map(({ message }) => told('failed', 'outside of any test', message));
    const unsteady: string[] = [];
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const result = test.result();
        counts[result.state]++;
        const name = `${module.relativeModuleId} > ${test.fullName}`;
        const reason = result.errors?.[0]?.message;
        if (result.state === 'failed') failures.push(told('failed', name, reason));
        else if (test.diagnostic()?.flaky === true) unsteady.push(told('unsteady', name, reason));
      }
      // A file that fails to load has errors but no failed test.
      for (const { message } of module.errors()) failures.push(told('failed', module.relativeModuleId, message));
    }
    const skipped = counts.skipped + counts.pending;
    const line = `${counts.passed} passed, ${failures.length} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
    // After the default reporter's own summary, which it writes when the process is about to end.
    process.once('exit', () => process.stdout.write(`${[...unsteady, ...failures, line].join('\n')}\n`));
  }
}

function told(what: string, where: string, message = ''): string {
  return `${what}: ${where}: ${message.replaceAll(/\s+/g, ' ').slice(0, 300)}`;
}
