import type { DiffReport, DiffSide, Severity } from '../core/index.ts';
import { sampleReport } from './sample-report.ts';

// A comparison with an entry of every sort, for the tests of its formats.

const side: DiffSide = {
  name: 'main',
  kind: 'revision',
  commit: '0123456789abcdef0123456789abcdef01234567',
  tool: '0.1.0',
  kubernetesVersion: '1.35',
  profile: 'nsa',
  resources: 3,
  unread: [],
};

const counts: Readonly<Record<Severity, number>> = { critical: 0, high: 0, medium: 0, low: 0 };
const failing = sampleReport.findings.filter(({ verdict }) => verdict === 'fail');
const [first, second, third, fourth, fifth] = failing;

export const sampleDiff: DiffReport = {
  schemaVersion: 1,
  tool: { name: 'plimsoll', version: '0.1.0' },
  before: side,
  after: {
    ...side,
    name: 'deploy\u001b[31m/',
    kind: 'files',
    unread: [{ file: 'deploy/broken.yaml', line: 3, reason: 'a flow sequence that does not end' }],
  },
  notes: ['judged for different versions of Kubernetes: 1.34 before, 1.35 after'],
  new: [{ finding: second! }, { finding: first!, was: 'low' }],
  fixed: [third!],
  moved: [
    { finding: fourth!, from: { file: 'deploy/old.yaml', line: 4 } },
    { finding: fifth!, from: { file: fifth!.file, line: 1, resource: { ...fifth!.resource, name: 'former' } } },
    { finding: first!, from: { file: first!.file, line: 1 } },
  ],
  unsettled: [{ finding: third!, because: 'unknown' }],
  unchanged: [fourth!],
  ledger: [{ code: 'POD-06', title: 'No privileged containers', before: 'pass', after: 'fail' }],
  summary: { new: { ...counts, critical: 1, high: 1 }, fixed: { ...counts, high: 1 }, moved: 3, unsettled: 1, unchanged: 1 },
};
