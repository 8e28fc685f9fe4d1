import { defineControl, fail, passSoFar, type AnyControl } from '../../core/index.ts';
import { decidingRule, recordedLevelOf, type AuditedRequest, type AuditedResource, type AuditPolicy } from '../../kube/audit-policy.ts';
import { askedOf, requestOf } from '../../kube/audited-requests.ts';
import { auditPolicies, exampleAuditPolicy, exampleAuditRules } from '../../subjects/audit-policy.ts';

const nobody = { user: 'system:anonymous', groups: ['system:unauthenticated'] };

/** Where strangers look first; health checks may stay out of the log. */
const paths = ['/api', '/apis', '/openapi/v3'];

const tries: readonly (readonly [verb: string, AuditedResource])[] = [
  ['list', { group: '', name: 'pods', namespace: 'any' }],
  ['get', { group: '', name: 'secrets', namespace: 'any' }],
  ['create', { group: '', name: 'pods', namespace: 'any' }],
];

/** What strangers try, wherever the rules make a difference. */
function requestsOf(policy: AuditPolicy): AuditedRequest[] {
  return [
    ...paths.map((path) => ({ ...nobody, verb: 'get', path })),
    ...askedOf(policy).flatMap((asked) => tries.map(([verb, resource]) => requestOf({ ...asked, ...nobody }, verb, resource))),
  ];
}

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
    for (const request of requestsOf(policy)) {
      if (recordedLevelOf(policy, request) !== 'None') continue;
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
      'a namespace left out': exampleAuditPolicy(['{ level: None, namespaces: [dev] }', ...exampleAuditRules]),
      'no rule for paths': exampleAuditPolicy([
        ...exampleAuditRules.slice(0, 2),
        '{ level: Request, verbs: [create, update, patch, delete], resources: [{ group: "*" }] }',
        '{ level: Metadata, resources: [{ group: "*" }] }',
      ]),
    },
  }),
});
