import { defineControl, fail, passSoFar, type AnyControl } from '../../core/index.ts';
import { auditLevelOf, decidingRule, type AuditedRequest } from '../../kube/audit-policy.ts';
import { auditPolicies, exampleAuditPolicy, exampleAuditRules } from '../../subjects/audit-policy.ts';

const nobody = { user: 'system:anonymous', groups: ['system:unauthenticated'] };

/** One request each of what strangers try; health checks may stay out of the log. */
const tries: readonly AuditedRequest[] = [
  { ...nobody, verb: 'get', path: '/api' },
  { ...nobody, verb: 'get', path: '/apis' },
  { ...nobody, verb: 'get', path: '/openapi/v3' },
  { ...nobody, verb: 'list', resource: { group: '', name: 'pods', namespace: 'shop' } },
  { ...nobody, verb: 'get', resource: { group: '', name: 'secrets', namespace: 'kube-system' } },
  { ...nobody, verb: 'create', resource: { group: '', name: 'pods', namespace: 'shop' } },
];

export const auditAnonymous: AnyControl = defineControl({
  id: 'threat-detection/audit-anonymous',
  decides: ['AUD-06'],
  title: 'The audit policy records requests of nobody in particular',
  why: 'Who looks for a way in begins without credentials. Those requests are few where all is well, and the first trace where it is not.',
  severity: 'medium',
  also: { cis: ['3.2.2'] },
  subject: auditPolicies,
  inEveryCluster: true,

  evaluate(policy) {
    for (const request of tries) {
      if (auditLevelOf(policy, request) !== 'None') continue;
      const rule = decidingRule(policy, request);
      const what = request.path ?? `${request.verb} of ${request.resource?.name}`;
      return rule === undefined
        ? fail(['rules'], `no rule records anonymous requests (${what})`)
        : fail(['rules', rule], `rule ${rule + 1} keeps anonymous requests out of the log (${what})`);
    }
    return passSoFar(['node']);
  },

  remedy:
    'Put a rule of level Metadata for the group system:unauthenticated above the rules of level None, behind the one for health checks.',

  alsoFails: ['threat-detection/audit-coverage'],

  examples: () => ({
    pass: { 'all but health checks': exampleAuditPolicy(exampleAuditRules) },
    fail: {
      'paths left out': exampleAuditPolicy(['{ level: None, nonResourceURLs: ["*"] }', ...exampleAuditRules]),
      'the unauthenticated left out': exampleAuditPolicy(['{ level: None, userGroups: [system:unauthenticated] }', ...exampleAuditRules]),
      'no rule for paths': exampleAuditPolicy([
        ...exampleAuditRules.slice(0, 2),
        '{ level: Request, verbs: [create, update, patch, delete], resources: [{ group: "*" }] }',
        '{ level: Metadata, resources: [{ group: "*" }] }',
      ]),
    },
  }),
});
