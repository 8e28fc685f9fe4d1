import { defineControl, failAt, passSoFar, type AnyControl, type Place } from '../../core/index.ts';
import { auditPolicies, exampleAuditPolicy, exampleAuditRules } from '../../subjects/audit-policy.ts';

export const auditNoise: AnyControl = defineControl({
  id: 'threat-detection/audit-noise',
  decides: ['AUD-09'],
  title: 'The audit policy leaves out what says nothing new',
  why: 'A request is recorded when it arrives and again when it is answered, and bodies carry the bookkeeping of server-side apply. A log that is too large is kept too short, and read by nobody.',
  severity: 'low',
  also: {},
  subject: auditPolicies,
  inEveryCluster: true,

  evaluate({ rules, omitStages, omitManagedFields }) {
    const recording = [...rules.entries()].filter(([, { level }]) => level !== 'None');
    const places: Place[] = [];
    const twice = recording.find(([, rule]) => ![...omitStages, ...rule.omitStages].includes('RequestReceived'));
    if (twice !== undefined) {
      const [index] = twice;
      places.push({ where: ['rules', index], message: `rule ${index + 1} records requests twice: omitStages lacks RequestReceived` });
    }
    const bulky = recording.find(
      ([, rule]) => (rule.level === 'Request' || rule.level === 'RequestResponse') && !(rule.omitManagedFields ?? omitManagedFields),
    );
    if (bulky !== undefined) {
      const [index] = bulky;
      places.push({ where: ['rules', index], message: `rule ${index + 1} records managed fields in bodies: omitManagedFields is not on` });
    }
    return places.length > 0 ? failAt(places) : passSoFar(['node', 'events']);
  },

  remedy: 'Set omitStages to RequestReceived and omitManagedFields to true for the whole policy: no detection needs either.',

  examples: () => ({
    pass: { 'for the whole policy': exampleAuditPolicy(exampleAuditRules) },
    fail: {
      'nothing left out': exampleAuditPolicy(exampleAuditRules, 'omitStages: []'),
      'one rule brings it back': exampleAuditPolicy([
        ...exampleAuditRules.slice(0, 2),
        '{ level: Request, omitManagedFields: false, verbs: [create, update, patch, delete] }',
        exampleAuditRules[3]!,
      ]),
    },
  }),
});
