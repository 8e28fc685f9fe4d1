import type { LocalSubjectKind } from '../core/index.ts';
import { auditPolicyKind, isAuditPolicy, readAuditPolicy, type AuditPolicy } from '../kube/audit-policy.ts';

/** A file that says what the API server records. Paths of controls are relative to it. */
export const auditPolicies: LocalSubjectKind<AuditPolicy> = {
  scope: 'local',
  name: 'audit policy',
  reads: { podTemplates: false, kinds: [auditPolicyKind] },
  example: 'objects',
  subjects: ({ ref, object }) => (isAuditPolicy(ref) ? [{ subject: readAuditPolicy(ref, object), path: [] }] : []),
};

/** An audit policy for the examples of controls: its rules, without noise. */
export function exampleAuditPolicy(rules: readonly string[], head = 'omitStages: [RequestReceived]\nomitManagedFields: true'): string {
  return `
apiVersion: audit.k8s.io/v1
kind: Policy
${head}
rules:${rules.map((rule) => `\n  - ${rule}`).join('')}
`;
}

/** Rules that keep credentials out of the log and record everything else as detections need it. */
export const exampleAuditRules: readonly string[] = [
  '{ level: None, nonResourceURLs: [/healthz*, /livez*, /readyz*] }',
  '{ level: Metadata, resources: [{ group: "", resources: [secrets, serviceaccounts/token] }, { group: authentication.k8s.io, resources: [tokenreviews] }] }',
  '{ level: Request, verbs: [create, update, patch, delete] }',
  '{ level: Metadata }',
];
