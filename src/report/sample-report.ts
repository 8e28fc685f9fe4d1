import type { Finding, LedgerRow, Report, ResourceRef, Severity, Waiver } from '../core/index.ts';
import type { ControlText } from './text.ts';

// A report of every sort of entry, for the tests of the formats.

const web: ResourceRef = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };
const backup: ResourceRef = { apiVersion: 'batch/v1', kind: 'CronJob', name: 'backup' };

const source: Readonly<Record<string, readonly string[]>> = {
  'deploy/web.yaml': [
    'apiVersion: apps/v1',
    'kind: Deployment',
    'spec:',
    '  template:',
    '    spec:',
    '      containers:',
    '      - name: web',
    '        securityContext: { privileged: true } # 名前',
    '      - name: sidecar-0',
    '        env: [{ name: TOKEN, value: hunter2hunter2 }]',
  ],
};

/** The lines of the sample's files. */
export function sampleLine(file: string, line: number): string | undefined {
  return source[file]?.[line - 1];
}

const texts: Readonly<Record<string, ControlText>> = {
  'pod-security/privileged': {
    title: 'Containers are not privileged',
    why: 'A privileged container has every power of root on its node: one exploited process owns the node and every pod on it.',
  },
  'pod-security/privilege-escalation': {
    title: 'Containers cannot gain more privileges than their parent process',
    why: 'A setuid binary or a file capability turns any foothold in the container into root.',
  },
  'secrets/credentials': {
    title: 'Credentials live in Secrets',
    why: 'Whoever reads the repository or the object reads the credential.',
    remedy: 'Move the value into a Secret, refer to it with secretKeyRef, and replace the credential: it is known now',
  },
};

/** What the controls of the sample say. */
export function sampleControl(id: string): ControlText | undefined {
  return texts[id];
}

export const sampleChapters: readonly { readonly code: string; readonly title: string }[] = [
  { code: 'POD', title: 'Pod security' },
  { code: 'SEC', title: 'Secrets' },
  { code: 'GOV', title: 'Executive summary, introduction and threat model' },
];

function finding(control: string, code: string, severity: Severity, more: Partial<Finding>): Finding {
  const at = { file: 'deploy/web.yaml', line: 8, column: 9, endLine: 8, endColumn: 24 };
  const base = { control, codes: [code], severity, verdict: 'fail', resource: web, path: 'spec', ...at, message: '' } as const;
  const filled = { ...base, ...more };
  return { ...filled, fingerprint: `${control}|${filled.resource.name}|${filled.path}|${filled.container ?? ''}` };
}

const sidecars = Array.from({ length: 8 }, (_, index) =>
  finding('pod-security/privilege-escalation', 'POD-12', 'high', {
    container: `sidecar-${index}`,
    path: `spec.template.spec.containers[${index + 1}].securityContext.allowPrivilegeEscalation`,
    line: 9 + index * 4,
    endLine: 9 + index * 4,
    column: 9,
    endColumn: 13,
    message: `container "sidecar-${index}" does not set allowPrivilegeEscalation, and the default is true`,
    fix: 'review',
  }),
);

const ledger: readonly LedgerRow[] = [
  row('POD-02', 'Containers are not privileged', 'POD', 'fail'),
  row('POD-12', 'No privilege escalation', 'POD', 'fail'),
  row('POD-13', 'Capabilities are dropped', 'POD', 'pass'),
  row('SEC-01', 'Credentials live in Secrets', 'SEC', 'fail'),
  { ...row('SEC-04', 'Encryption at rest', 'SEC', 'unknown'), needs: ['node', 'cloud'], controls: [] },
  { ...row('GOV-01', 'Periodic review', 'GOV', 'unknown'), needs: ['person', 'cluster', 'events'], controls: [] },
];

function row(code: string, title: string, chapter: string, state: LedgerRow['state']): LedgerRow {
  const subjects = { pass: state === 'pass' ? 3 : 0, fail: state === 'fail' ? 1 : 0, unknown: 0, notApplicable: 0 };
  return { code, title, chapter, origin: 'v1.0', state, subjects, needs: [], controls: ['pod-security/privileged'] };
}

export const sampleReport: Report = {
  schemaVersion: 1,
  tool: { name: 'plimsoll', version: '0.1.0' },
  target: {
    kubernetesVersion: '1.35',
    assumed: true,
    profile: 'nsa',
    partial: false,
    assumptions: ['Kubernetes 1.35, the oldest minor that is still supported (--kubernetes-version sets it)'],
  },
  inputs: {
    files: 4,
    documents: 17,
    resources: 3,
    skipped: [
      { file: 'crds.yaml', line: 1, reason: 'kind CustomResourceDefinition is read by no control', count: 12 },
      { file: 'templates/web.yaml', line: 1, reason: 'Helm template', count: 1 },
    ],
    unread: [{ file: 'deploy/broken.yaml', line: 7, reason: 'mapping values are not allowed in this context' }],
    excepted: [
      {
        resource: { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: 'kube-system', name: 'cni' },
        file: 'cni.yaml',
        line: 1,
        reason: 'namespace kube-system belongs to the system',
      },
    ],
    drifted: [
      {
        resource: {
          apiVersion: 'v1',
          kind: 'Pod',
          namespace: 'shop',
          name: 'web-5d9c-x2x',
          owner: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        },
        file: 'cluster/shop/Pod/web-5d9c-x2x',
        line: 1,
        count: 3,
        differences: [
          { path: 'spec.containers[proxy]', change: 'added' },
          { path: 'spec.containers[we\u001b[31mb].image', change: 'changed' },
        ],
        more: 4,
      },
    ],
    staticPods: [
      {
        resource: { apiVersion: 'v1', kind: 'Pod', namespace: 'kube-system', name: 'etcd-node-1' },
        file: 'cluster/kube-system/Pod/etcd-node-1',
        line: 1,
        node: 'node-1',
      },
    ],
  },
  findings: [
    ...sidecars,
    finding('secrets/credentials', 'SEC-01', 'medium', {
      container: 'sidecar-0',
      path: 'spec.template.spec.containers[1].env[0].value',
      line: 10,
      endLine: 10,
      column: 37,
      endColumn: 51,
      message: 'container "sidecar-0" holds a credential in TOKEN: hunt…',
    }),
    finding('pod-security/privileged', 'POD-02', 'critical', {
      container: 'web',
      path: 'spec.template.spec.containers[0].securityContext.privileged',
      column: 28,
      endColumn: 44,
      message: 'container "web" is privileged',
      fix: 'review',
    }),
    finding('pod-security/privilege-escalation', 'POD-12', 'high', {
      resource: { ...backup, name: 'back\u001b[31mup\u202e' },
      file: 'jobs/\u0007backup.yaml',
      path: 'spec.jobTemplate.spec.template.spec.containers[0]',
      message: 'container "\u001b]0;owned\u0007" allows privilege escalation',
      fix: 'review',
    }),
    finding('namespaces/default', 'NS-03', 'medium', {
      resource: backup,
      verdict: 'unknown',
      message: 'object "backup" names no namespace, and where it will be applied is not known',
    }),
    finding('namespaces/default', 'NS-03', 'medium', { verdict: 'unknown', message: 'object "web" names no namespace' }),
  ],
  workloads: [
    {
      resource: web,
      file: 'deploy/web.yaml',
      line: 1,
      podSecurityLevel: 'privileged',
      restrictedBy: ['privileged', 'allowPrivilegeEscalation'],
    },
    { resource: backup, file: 'jobs/backup.yaml', line: 1, podSecurityLevel: 'baseline', restrictedBy: ['allowPrivilegeEscalation'] },
  ],
  ledger,
  summary: {
    bySeverity: { critical: 1, high: 9, medium: 1, low: 0 },
    byState: { pass: 1, fail: 3, unknown: 2, 'not-applicable': 0 },
  },
};

const waiver: Waiver = {
  from: 'policy-file',
  reason: 'the node agent reads the host\u2019s logs',
  owner: 'team-logs',
  until: '2027-01-31',
  ticket: 'SEC-812',
  file: 'plimsoll.yaml',
  line: 7,
};

/** The sample report after somebody has answered for its critical finding and for one of the sidecars. */
export const sampleWaivedReport: Report = {
  ...sampleReport,
  findings: sampleReport.findings.map((each, index) => (each.severity === 'critical' || index === 0 ? { ...each, waived: waiver } : each)),
  ledger: sampleReport.ledger.map((each) => {
    const open = { 'POD-02': 0, 'POD-12': 8 }[each.code];
    return open === undefined ? each : { ...each, waived: { findings: 1, open } };
  }),
  waivers: [
    { control: 'POD-*', state: 'active', findings: 2, ...waiver },
    { control: 'NET-02', state: 'expired', findings: 0, ...waiver, from: 'comment', file: 'deploy/\u0007web.yaml', until: '2026-01-31' },
  ],
  summary: { ...sampleReport.summary, bySeverity: { critical: 0, high: 8, medium: 1, low: 0 }, waived: 2 },
};
