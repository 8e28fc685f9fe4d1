import { defineControl, fail, failAt, passSoFar, type AnyControl, type Path, type Place } from '../../core/index.ts';
import { auditLevels, type AuditRule } from '../../kube/audit-policy.ts';
import { auditPolicies, exampleAuditPolicy, exampleAuditRules } from '../../subjects/audit-policy.ts';

/** The API server reads v1 alone from this minor on. */
const olderGoneSince = 24;

const levels: ReadonlySet<string> = new Set(auditLevels);
const stages: ReadonlySet<string> = new Set(['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic']);
const group = /^$|^\*$|^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/;
const path = /^\*$|^\/[^*]*\*?$/;

/** What the API server refuses of a rule (k8s.io/apiserver v0.37, pkg/apis/audit/validation), with the field that it is about. */
function mistakesOf({ level, resources, namespaces, nonResourceURLs, omitStages }: AuditRule): (readonly [Path, string])[] {
  const mistakes: (readonly [Path, string] | false)[] = [
    !levels.has(level) && [['level'], 'has a level that does not exist'],
    nonResourceURLs.length > 0 && resources.length + namespaces.length > 0 && [[], 'names resources and paths'],
    !nonResourceURLs.every((each) => path.test(each)) && [['nonResourceURLs'], 'has a path without "/" before it, or with "*" inside'],
    !resources.every((each) => group.test(each.group)) && [['resources'], 'has a group that cannot be one'],
    resources.some((each) => each.resourceNames.length > 0 && each.resources.length === 0) && [
      ['resources'],
      'names objects without their resource',
    ],
    !omitStages.every((stage) => stages.has(stage)) && [['omitStages'], 'omits a stage that does not exist'],
  ];
  return mistakes.filter((each) => each !== false);
}

export const auditPolicy: AnyControl = defineControl({
  id: 'threat-detection/audit-policy',
  decides: ['AUD-01'],
  title: 'The audit policy is one that the API server loads, and it records something',
  why: 'An API server does not start with a policy that it cannot load. One whose rules are all None starts, and nobody ever learns who did what.',
  severity: 'high',
  also: { cis: ['3.2.1'], attack: ['T1562'] },
  subject: auditPolicies,
  inEveryCluster: true,

  evaluate({ apiVersion, rules, omitStages }, { version }) {
    if (apiVersion !== 'audit.k8s.io/v1' && version >= olderGoneSince)
      return fail(
        ['apiVersion'],
        `${apiVersion} of the policy is gone since 1.${olderGoneSince}: the API server does not start`.slice(0, 110),
      );
    if (rules.length === 0) return fail(['rules'], 'the policy has no rules: the API server does not start');
    const places: Place[] = omitStages.every((stage) => stages.has(stage))
      ? []
      : [{ where: ['omitStages'], message: 'the policy omits a stage that does not exist: the API server does not start' }];
    for (const [index, rule] of rules.entries())
      for (const [field, what] of mistakesOf(rule))
        places.push({ where: ['rules', index, ...field], message: `rule ${index + 1} ${what}: the API server does not start` });
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
      'a version beside the group': exampleAuditPolicy([...exampleAuditRules, '{ level: Metadata, resources: [{ group: apps/v1 }] }']),
      'names without a resource': exampleAuditPolicy([
        ...exampleAuditRules,
        '{ level: Metadata, resources: [{ group: "", resourceNames: [db] }] }',
      ]),
      'a path without its slash': exampleAuditPolicy([...exampleAuditRules, '{ level: Metadata, nonResourceURLs: [api/*] }']),
      'a stage that does not exist': exampleAuditPolicy(
        exampleAuditRules,
        'omitStages: [RequestReceived, Response]\nomitManagedFields: true',
      ),
      'a stage of a rule that does not exist': exampleAuditPolicy([...exampleAuditRules, '{ level: Metadata, omitStages: [Received] }']),
    },
  }),
});
