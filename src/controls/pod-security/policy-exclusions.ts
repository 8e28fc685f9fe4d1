import { defineControl, failAt, notApplicable, passSoFar, strings, type AnyControl, type Place } from '../../core/index.ts';
import { systemNamespaces } from '../../kube/system-workloads.ts';
import { fitted, short } from '../../subjects/dangerous-grants.ts';
import { enginePolicies, exampleConstraint } from '../../subjects/engine-policy.ts';

export const policyExclusions: AnyControl = defineControl({
  id: 'pod-security/policy-exclusions',
  decides: ['ENF-04'],
  title: 'Policies of engines leave nobody out who is not meant to be',
  why: 'What an engine does not look at, none of its policies refuses. Whoever may work in a namespace that is left out, or set the label that leaves an object out, has no rules at all.',
  severity: 'low',
  also: { attack: ['T1562.001'] },
  subject: enginePolicies,
  params: {
    namespaces: strings('Namespaces that may be left out, as policies write them', [
      ...systemNamespaces,
      'kube-*',
      'gatekeeper-system',
      'kyverno',
      'kubewarden',
    ]),
    labels: strings('Labels by which objects and namespaces may be left out', []),
  },

  evaluate({ kind, name, action, leftOut }, { params }) {
    if (action === undefined && leftOut.length === 0) return notApplicable('it judges no objects');
    const places = leftOut.flatMap(({ at, by, name: what }): Place[] => {
      if ((by === 'namespace' ? params.namespaces : params.labels).includes(what)) return [];
      const whose = (most: number): string => `${kind} "${short(name, most)}" leaves out `;
      const message = fitted((most) => {
        if (by === 'namespace') return `${whose(most)}${what === '*' ? 'every namespace' : `namespace "${short(what, most)}"`}`;
        return `${whose(most)}${by === 'labels of objects' ? 'objects' : 'namespaces'} by their label ${short(what, most)}`;
      });
      return [what === '*' ? { where: at, message, severity: 'medium' } : { where: at, message }];
    });
    // Whom the webhook of the engine leaves out, pod-security/webhook-scope says.
    return places.length > 0 ? failAt(places) : passSoFar(['cluster']);
  },

  remedy:
    'Take the namespace off the list and mend what then is refused, or name it in the parameter namespaces with somebody who answers for it. Where a label decides, let a policy say who may set it.',

  alsoFails: ['pod-security/refusing-policies'],

  examples: () => ({
    pass: {
      'the system alone': exampleConstraint('{ match: { excludedNamespaces: [kube-system, "kube-*"] } }'),
      'the configuration of Gatekeeper': config(
        '[{ excludedNamespaces: [kube-system, gatekeeper-system], processes: ["*"] }, { excludedNamespaces: [shop], processes: [audit] }]',
      ),
      'namespaces by their name': exampleConstraint(
        '{ match: { namespaceSelector: { matchExpressions: [{ key: kubernetes.io/metadata.name, operator: NotIn, values: [kube-system] }] } } }',
      ),
    },
    fail: {
      'a constraint': exampleConstraint('{ match: { excludedNamespaces: [kube-system, shop] } }'),
      'objects with a label': exampleConstraint(
        '{ match: { labelSelector: { matchExpressions: [{ key: exempt, operator: DoesNotExist }] } } }',
      ),
      'namespaces with a label': exampleConstraint('{ match: { namespaceSelector: { matchLabels: { policies: "on" } } } }'),
      'the configuration of Gatekeeper': config('[{ excludedNamespaces: ["*"], processes: [webhook] }]'),
      Kyverno: `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: { name: read-only }
spec: { validationFailureAction: Enforce, rules: [{ name: read-only, exclude: { any: [{ resources: { namespaces: [shop] } }] }, validate: {} }] }
`,
      Kubewarden: `
apiVersion: policies.kubewarden.io/v1
kind: ClusterAdmissionPolicy
metadata: { name: read-only }
spec: { module: "ghcr.io/kubewarden/policies/readonly-root-filesystem-psp:v1.0.0", namespaceSelector: { matchExpressions: [{ key: kubernetes.io/metadata.name, operator: NotIn, values: [shop] }] } }
`,
    },
    notApplicable: {
      'a policy that changes objects': `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: { name: labels }
spec: { rules: [{ name: labels, mutate: {} }] }
`,
    },
  }),
});

function config(match: string): string {
  return `
apiVersion: config.gatekeeper.sh/v1alpha1
kind: Config
metadata: { name: config, namespace: gatekeeper-system }
spec: { match: ${match} }
`;
}
