import { defineControl, failAt, passSoFar, type AnyControl, type Place } from '../../core/index.ts';
import { askedOf, compareLevels, credentialRequests, extremeOf } from '../../kube/audited-requests.ts';
import { auditPolicies, exampleAuditPolicy, exampleAuditRules } from '../../subjects/audit-policy.ts';

/** The policy of appendix L records everything with bodies: erratum 19. */
export const auditBodies: AnyControl = defineControl({
  id: 'threat-detection/audit-bodies',
  decides: ['AUD-05'],
  title: 'The audit policy records Secrets and tokens without their bodies',
  why: 'With bodies the log holds the value of every Secret that is read or written, and every new token. Whoever reads the log, its archive or the system that it is sent to has them all.',
  severity: 'high',
  also: { cis: ['3.2.2'], attack: ['T1552.001'] },
  subject: auditPolicies,
  inEveryCluster: true,

  evaluate(policy) {
    const asked = askedOf(policy);
    const places: Place[] = [];
    for (const requests of credentialRequests) {
      const { level, rule } = extremeOf(policy, asked, requests, 'more');
      if (rule === undefined || compareLevels(level, requests.leaksAt) < 0) continue;
      places.push({ where: ['rules', rule], message: `rule ${rule + 1} records ${requests.name} with bodies (${level}, erratum 19)` });
    }
    return places.length > 0 ? failAt(places) : passSoFar(['node', 'events']);
  },

  remedy:
    'Begin the policy with a rule of level Metadata for secrets, serviceaccounts/token and tokenreviews, and delete what was recorded before; replace the credentials in it.',

  alsoFails: ['threat-detection/audit-noise'],

  examples: () => ({
    pass: {
      'metadata first': exampleAuditPolicy(exampleAuditRules),
      'what asks for a deletion': exampleAuditPolicy([
        '{ level: Request, users: [system:serviceaccount:kube-system:namespace-controller], verbs: [deletecollection] }',
        ...exampleAuditRules,
      ]),
    },
    fail: {
      'as appendix L has it': exampleAuditPolicy(['{ level: RequestResponse }']),
      'the rule comes too late': exampleAuditPolicy([exampleAuditRules[2]!, exampleAuditRules[1]!, exampleAuditRules[3]!]),
      'for some users': exampleAuditPolicy(['{ level: RequestResponse, userGroups: [ops] }', ...exampleAuditRules]),
      'in some namespaces': exampleAuditPolicy(['{ level: Request, namespaces: [dev] }', ...exampleAuditRules]),
      'of one Secret': exampleAuditPolicy([
        '{ level: Request, resources: [{ group: "", resources: [secrets], resourceNames: [db] }] }',
        ...exampleAuditRules,
      ]),
    },
  }),
});
