import { isOpenFailure, type Report } from '../core/index.ts';
import { failingControls } from './grouping.ts';

/** The command that helps most after this report: about the worst control that fails, the most frequent one of equals. */
export function nextCommand(report: Report): string {
  const { resources, unread } = report.inputs;
  const { cluster } = report.target;
  if (cluster !== undefined && (resources === 0 || unread.some(({ reason }) => reason.endsWith('has no permission')))) {
    const namespaces = (cluster.namespaces ?? []).map((name) => ` -n ${name}`).join('');
    return `plimsoll ${cluster.snapshot === undefined ? 'scan' : 'snapshot'} --cluster${namespaces} --print-rbac`;
  }
  if (resources === 0) return 'plimsoll help scan';
  const [worst] = failingControls(report.findings.filter(isOpenFailure));
  return worst === undefined ? 'plimsoll list recommendations --undecided' : `plimsoll explain ${worst.control}`;
}
