import { defineControl, fail, failAt, passSoFar, type AnyControl, type Place } from '../../core/index.ts';
import { auditLevels } from '../../kube/audit-policy.ts';
import { auditPolicies, exampleAuditPolicy, exampleAuditRules } from '../../subjects/audit-policy.ts';

/** The API server reads v1 alone from this minor on. */
const olderGoneSince = 24;

const levels: ReadonlySet<string> = new Set(auditLevels);

export const auditPolicy: AnyControl = defineControl({
  id: 'threat-detection/audit-policy',
  decides: ['AUD-01'],
  title: 'The audit policy is one that the API server loads, and it records something',
  why: 'An API server does not start with a policy that it cannot load. One whose rules are all None starts, and nobody ever learns who did what.',
  severity: 'high',
  also: { cis: ['3.2.1'], attack: ['T1562'] },
  subject: auditPolicies,
  inEveryCluster: true,

  evaluate({ apiVersion, rules }, { version }) {
    if (apiVersion !== 'audit.k8s.io/v1' && version >= olderGoneSince)
      return fail(
        ['apiVersion'],
        `${apiVersion} of the policy is gone since 1.${olderGoneSince}: the API server does not start`.slice(0, 110),
      );
    if (rules.length === 0) return fail(['rules'], 'the policy has no rules: the API server does not start');
    const places: Place[] = [];
    for (const [index, { level, resources, namespaces, nonResourceURLs }] of rules.entries()) {
      const at = ['rules', index];
      if (!levels.has(level))
        places.push({
          where: [...at, 'level'],
          message: `the level of rule ${index + 1} is none that exists: the API server does not start`,
        });
      if (nonResourceURLs.length > 0 && resources.length + namespaces.length > 0)
        places.push({ where: at, message: `rule ${index + 1} names resources and paths: the API server does not start` });
    }
    if (places.length > 0) return failAt(places);
    if (rules.every(({ level }) => level === 'None'))
      return fail(['rules'], 'every rule of the policy has level None: nothing is recorded');
    return passSoFar(['node']);
  },

  remedy:
    'Write the policy for audit.k8s.io/v1 and end it with a rule that records the rest at Metadata; an API server that is started with it shows whether it loads.',

  alsoFails: ['threat-detection/audit-coverage', 'threat-detection/audit-anonymous', 'threat-detection/audit-noise'],

  examples: () => ({
    pass: { 'rules that record': exampleAuditPolicy(exampleAuditRules) },
    fail: {
      'a version that is gone': exampleAuditPolicy(exampleAuditRules).replace('audit.k8s.io/v1', 'audit.k8s.io/v1beta1'),
      'no rules': exampleAuditPolicy([]),
      'nothing but None': exampleAuditPolicy(['{ level: None }']),
      'a level that does not exist': exampleAuditPolicy([...exampleAuditRules.slice(0, 3), '{ level: MetaData }']),
      'resources and paths in one rule': exampleAuditPolicy([
        ...exampleAuditRules,
        '{ level: Metadata, namespaces: [shop], nonResourceURLs: [/api*] }',
      ]),
    },
  }),
});
