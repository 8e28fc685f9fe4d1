import process from 'node:process';

/** V8 complains about flags that it does not know, and they change from version to version: by the major version of Node that they were tried on. */
const flagsOf: Readonly<Record<string, readonly string[]>> = {
  20: ['--always-sparkplug', '--interrupt-budget=600000'],
  22: ['--invocation-count-for-turbofan=15000', '--invocation-count-for-maglev=1500'],
};

/**
 * A command runs much code a few times, and up to half of its CPU time would go into V8 optimizing code that is about to be
 * done. Optimizing later takes a fifth off a scan of 5 MB.
 */
export function optimizeLater(): void {
  const flags = flagsOf[process.versions.node.split('.', 1)[0]!] ?? [];
  // An import would load it for `--version` too.
  for (const flag of flags) process.getBuiltinModule('node:v8').setFlagsFromString(flag);
}
