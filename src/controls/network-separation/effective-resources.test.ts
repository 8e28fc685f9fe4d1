import { expect, test } from 'vitest';
import { nowhere } from '../../core/index.ts';
import { effectiveResources } from './effective-resources.ts';

test('a container passes before its namespace is known exactly where it passes in an empty one', () => {
  const at = { resource: 0, path: [], location: nowhere };
  const rest = { name: 'web', namespace: undefined, workload: 'web', title: 'container "web"', podResources: {}, limitRanges: [], at };
  const lists = [undefined, '', 'cpu', 'memory', 'cpu memory', 'memory=0 cpu', 'cpu=0 memory', 'cpu memory ephemeral-storage'].map(listOf);
  let passed = 0;
  for (const limits of lists) {
    for (const requests of lists) {
      for (const cpuLimit of [false, true]) {
        for (const ephemeralStorage of [false, true]) {
          const subject = { ...rest, resources: { ...(limits && { limits }), ...(requests && { requests }) } };
          const judging = { version: 35, params: { cpuLimit, ephemeralStorage }, partial: false };
          const passes = effectiveResources.evaluate(subject, judging).verdict === 'pass';
          expect(effectiveResources.passesAlone?.(subject, judging), JSON.stringify(subject.resources)).toBe(passes);
          if (passes) passed++;
        }
      }
    }
  }
  expect(passed).toBeGreaterThan(20);
});

/** `memory=0 cpu`, where not said otherwise of one. */
function listOf(text: string | undefined): Readonly<Record<string, string>> | undefined {
  return text === undefined ? undefined : Object.fromEntries(text.split(' ').flatMap((item) => pairOf(item)));
}

function pairOf(item: string): [string, string][] {
  const [name = '', value = '1'] = item.split('=');
  return name === '' ? [] : [[name, value]];
}
