import type { FoundPolicy } from '../library/policy-file.ts';
import type { ScanOptions } from '../library/scan.ts';
import type { Arguments } from './arguments.ts';
import { chartOptions } from './chart-arguments.ts';
import { policyOptions } from './policy-arguments.ts';

/** How manifests are read and judged, by the command line and the policy file. */
export function manifestOptions(given: Arguments, policyFile: FoundPolicy): ScanOptions {
  return {
    ...policyOptions(given, policyFile),
    ...chartOptions(given),
    paths: given.operands.length === 0 ? ['.'] : given.operands,
  };
}
