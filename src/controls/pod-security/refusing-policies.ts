import { defineControl, fail, notApplicable, passSoFar, type AnyControl } from '../../core/index.ts';
import { fitted, short } from '../../subjects/dangerous-grants.ts';
import { enginePolicies, exampleConstraint } from '../../subjects/engine-policy.ts';

export const refusingPolicies: AnyControl = defineControl({
  id: 'pod-security/refusing-policies',
  decides: ['ENF-06'],
  title: 'Policies of engines refuse what breaks them',
  why: 'A policy that only reports lets everything in and fills a list that nobody reads after the first week. Many engines report unless told otherwise, so that a rule looks enforced and is not.',
  severity: 'low',
  also: { cis: ['5.6.3'] },
  subject: enginePolicies,

  evaluate({ kind, name, action, at, failsOpen }) {
    if (action === undefined) return notApplicable('it judges no objects');
    const whose = (most: number): string => `${kind} "${short(name, most)}"`;
    if (action === 'reported')
      return fail(
        at,
        fitted((most) => `${whose(most)} reports what breaks it and lets it in`),
      );
    if (failsOpen)
      return fail(
        ['spec', 'failurePolicy'],
        fitted((most) => `${whose(most)} refuses nothing while its engine is away`),
      );
    // Whether its rules are those that are wanted, and whom it leaves out.
    return passSoFar(['cluster', 'person']);
  },

  remedy:
    'Mend what the reports name, then let the policy refuse (Enforce, Deny, deny, protect), with failurePolicy Fail and more than one replica of the engine.',

  examples: () => ({
    pass: {
      'it refuses': policy('validationFailureAction: Enforce, rules: [{ name: read-only, validate: {} }]'),
      'a constraint of Gatekeeper, which says nothing of it': exampleConstraint('{}'),
      'a constraint that refuses at admission': exampleConstraint(
        '{ enforcementAction: scoped, scopedEnforcementActions: [{ action: warn, enforcementPoints: [{ name: audit.gatekeeper.sh }] }, { action: deny, enforcementPoints: [{ name: validation.gatekeeper.sh }] }] }',
      ),
    },
    fail: {
      'it reports': policy('validationFailureAction: Audit, rules: [{ name: read-only, validate: {} }]'),
      'nothing said': policy('rules: [{ name: read-only, validate: {} }]'),
      'a rule that reports': policy('validationFailureAction: Enforce, rules: [{ name: read-only, validate: { failureAction: Audit } }]'),
      'away, and all are let in': policy(
        'validationFailureAction: Enforce, failurePolicy: Ignore, rules: [{ name: read-only, validate: {} }]',
      ),
      'a constraint that warns': exampleConstraint('{ enforcementAction: warn }'),
      'a constraint that only tries': exampleConstraint('{ enforcementAction: dryrun }'),
      'a constraint that denies at audits alone, when all is there': exampleConstraint(
        '{ enforcementAction: scoped, scopedEnforcementActions: [{ action: deny, enforcementPoints: [{ name: audit.gatekeeper.sh }] }] }',
      ),
      Kubewarden: `
apiVersion: policies.kubewarden.io/v1
kind: ClusterAdmissionPolicy
metadata: { name: read-only }
spec: { module: "ghcr.io/kubewarden/policies/readonly-root-filesystem-psp:v1.0.0", mode: monitor }
`,
    },
    notApplicable: { 'it changes objects': policy('rules: [{ name: labels, mutate: {} }]') },
  }),
});

function policy(spec: string): string {
  return `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: { name: read-only }
spec: { ${spec} }
`;
}
