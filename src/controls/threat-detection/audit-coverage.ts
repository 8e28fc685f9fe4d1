import { defineControl, failAt, passSoFar, type AnyControl, type Place } from '../../core/index.ts';
import { askedOf, compareLevels, extremeOf, requestClasses } from '../../kube/audited-requests.ts';
import { auditPolicies, exampleAuditPolicy, exampleAuditRules } from '../../subjects/audit-policy.ts';

export const auditCoverage: AnyControl = defineControl({
  id: 'threat-detection/audit-coverage',
  decides: ['AUD-04'],
  title: 'The audit policy records what detections look for, at the level that they need',
  why: 'The first rule that matches decides. What it does not record, or records without the body that shows a host path or a grant, no alert and no inquiry finds afterwards.',
  severity: 'medium',
  also: { cis: ['3.2.2'], attack: ['T1562'] },
  subject: auditPolicies,
  inEveryCluster: true,

  evaluate(policy) {
    const asked = askedOf(policy);
    const places: Place[] = [];
    for (const requests of requestClasses) {
      const { level, rule } = extremeOf(policy, asked, requests, 'less');
      if (compareLevels(level, requests.needs) >= 0) continue;
      const message =
        rule === undefined
          ? `no rule records ${requests.name}: ${requests.needs} is needed`
          : `rule ${rule + 1} records ${requests.name} at ${level}: ${requests.needs} is needed`;
      const where = rule === undefined ? ['rules'] : ['rules', rule];
      places.push(level === 'None' ? { where, message } : { where, message, severity: 'low' });
    }
    return places.length > 0 ? failAt(places) : passSoFar(['node', 'events']);
  },

  remedy:
    'Insert a rule above the one that decides, for these requests alone, and try the policy on a sample of the log: bodies take space.',

  alsoFails: ['threat-detection/audit-anonymous'],

  examples: () => ({
    pass: { 'what detections need': exampleAuditPolicy(exampleAuditRules) },
    fail: {
      'metadata of everything': exampleAuditPolicy(['{ level: Metadata }']),
      'a rule hides somebody': exampleAuditPolicy(['{ level: None, users: [admin] }', ...exampleAuditRules]),
      'a rule hides a namespace': exampleAuditPolicy([
        '{ level: None, namespaces: [payments], userGroups: [system:authenticated] }',
        ...exampleAuditRules,
      ]),
      'no stage is left': exampleAuditPolicy(exampleAuditRules, 'omitStages: [RequestReceived, ResponseComplete]\nomitManagedFields: true'),
      'nothing for the rest': exampleAuditPolicy(exampleAuditRules.slice(0, 3)),
      'reads left out': exampleAuditPolicy(['{ level: None, verbs: [get, list, watch] }', ...exampleAuditRules]),
    },
  }),
});
