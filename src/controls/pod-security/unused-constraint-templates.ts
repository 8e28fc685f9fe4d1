import { defineControl, fail, pass, unknown, type AnyControl } from '../../core/index.ts';
import { constraintTemplates } from '../../subjects/constraint-template.ts';
import { fitted, short } from '../../subjects/dangerous-grants.ts';

const template = `
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: { name: k8spspreadonlyrootfilesystem }
spec: { crd: { spec: { names: { kind: K8sPSPReadOnlyRootFilesystem } } } }
`;

export const unusedConstraintTemplates: AnyControl = defineControl({
  id: 'pod-security/unused-constraint-templates',
  decides: ['ENF-06'],
  title: 'Every constraint template of Gatekeeper has a constraint',
  why: 'A template is only the text of a rule. Until a constraint names what it holds for, nothing is refused or reported, however complete the list of templates looks.',
  severity: 'low',
  also: { cis: ['5.6.3'] },
  subject: constraintTemplates,

  evaluate({ name, kind, used, at }, { partial }) {
    if (used) return pass;
    const message = fitted((most) => `no constraint of kind ${short(kind, most)} uses template "${short(name, most)}"`);
    return partial ? unknown(at, message, ['manifest', 'cluster']) : fail(at, message);
  },

  remedy: 'Add a constraint of that kind, first with enforcementAction dryrun, then deny; or remove the template.',

  examples: () => ({
    pass: {
      'a constraint uses it': `${template}
---
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: K8sPSPReadOnlyRootFilesystem
metadata: { name: read-only }
spec: { match: { kinds: [{ apiGroups: [''], kinds: [Pod] }] } }
`,
    },
    fail: {
      'nothing uses it': template,
      'a constraint of another kind': `${template}
---
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: K8sAllowedRepos
metadata: { name: registries }
spec: {}
`,
    },
  }),
});
