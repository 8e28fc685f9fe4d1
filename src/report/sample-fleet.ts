import type { FleetReport, Report } from '../core/index.ts';
import { sampleReport } from './sample-report.ts';

// A fleet of every sort of cluster, for the tests of the formats.

const other: Report = {
  ...sampleReport,
  target: { ...sampleReport.target, cluster: { context: 'staging', version: 'v1.36.2', namespaces: ['shop'] } },
  inputs: { ...sampleReport.inputs, unread: [] },
};

export const sampleFleet: FleetReport = {
  schemaVersion: 1,
  tool: { name: 'plimsoll', version: '0.1.0' },
  clusters: [
    { name: 'arn:aws:eks:eu-west-1:123456789012:cluster/production', report: sampleReport },
    { name: 'staging', alsoNamed: ['stage', 'old\u202estage'], report: other },
    { name: 'lab', failure: ['the API server cannot be asked: nobody listens there (ECONNREFUSED)', 'try kubectl version'] },
  ],
  recommendations: [
    { code: 'POD-02', title: 'Containers are not privileged', chapter: 'POD', states: ['fail', 'pass', null], alike: false },
    { code: 'POD-13', title: 'Capabilities are dropped', chapter: 'POD', states: ['pass', 'pass', null], alike: true },
    { code: 'GOV-01', title: 'Periodic review', chapter: 'GOV', states: ['unknown', 'not-applicable', null], alike: false },
  ],
  controls: [
    { control: 'pod-security/privileged', codes: ['POD-02'], severity: 'critical', failing: [1, 0, null] },
    { control: 'secrets/credentials', codes: ['SEC-01'], severity: 'medium', failing: [12_000, 3, null] },
  ],
  summary: { clusters: 3, judged: 2, bySeverity: { critical: 2, high: 18, medium: 2, low: 0 }, alike: 1, different: 2 },
};
