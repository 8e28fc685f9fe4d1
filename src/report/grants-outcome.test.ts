import { expect, test } from 'vitest';
import type { GrantsReport } from '../core/index.ts';
import { grantsOutcome } from './grants-outcome.ts';
import { sampleGrants } from './sample-rights.ts';

const [right] = sampleGrants.rights;
const [holder] = right!.holders;
const listed: GrantsReport = { ...sampleGrants, rights: [{ ...right!, severity: 'high', holders: [holder!] }] };
const chains = holder!.chains.map((chain) => ({ ...chain, bootstrap: true as const }));
const ofKubernetes: GrantsReport = { ...sampleGrants, rights: [{ ...right!, severity: 'high', holders: [{ ...holder!, chains }] }] };

test.each([
  ['none', listed, false, 0],
  ['critical', listed, false, 0],
  ['high', listed, false, 1],
  ['low', listed, false, 1],
  ['low', ofKubernetes, false, 0],
  ['low', ofKubernetes, true, 1],
] as const)('--fail-on %s', (failOn, report, system, exitCode) => {
  expect(grantsOutcome(report, { failOn, system }).exitCode).toBe(exitCode);
});
