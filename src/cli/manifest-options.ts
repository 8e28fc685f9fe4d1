import type { ScanOptions } from '../library/scan.ts';
import type { Arguments } from './arguments.ts';
import { chartOptions } from './chart-arguments.ts';
import type { Configuration } from './configuration.ts';
import { mergedParams, policyOptions } from './policy-arguments.ts';

/** How manifests are read and judged, by the command line and the settings. */
export function manifestOptions(given: Arguments, { params, podTemplates }: Configuration): ScanOptions {
  return {
    ...policyOptions(given),
    ...chartOptions(given),
    params: mergedParams(params, given.values('param')),
    podTemplates,
    paths: given.operands.length === 0 ? ['.'] : given.operands,
  };
}
