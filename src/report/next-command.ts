import type { Report } from '../core/index.ts';
import { failingControls } from './grouping.ts';

/** The command that helps most after this report: about the worst control that fails, the most frequent one of equals. */
export function nextCommand(report: Report): string {
  if (report.inputs.resources === 0)
    return report.target.cluster === undefined ? 'plimsoll help scan' : 'plimsoll scan --cluster --print-rbac';
  const [worst] = failingControls(report.findings.filter(({ verdict }) => verdict === 'fail'));
  return worst === undefined ? 'plimsoll list recommendations --undecided' : `plimsoll explain ${worst.control}`;
}
