import { defineControl, fail, pass, unknown, type AnyControl } from '../../core/index.ts';
import { fitted, short } from '../../subjects/dangerous-grants.ts';
import { referableObjects } from '../../subjects/unreferenced-object.ts';

/** Any text of any other object that is the name of one counts as a reference to it, and any doubt as a use. */
export const unreferencedObjects: AnyControl = defineControl({
  id: 'upgrading/unreferenced-objects',
  decides: ['UPG-08'],
  title: 'What nothing refers to any more is removed',
  why: 'A Secret that nobody needs still opens the door that it was made for, an account and a role are taken up by whoever comes next, and a claim keeps the data of an application that is gone.',
  severity: 'low',
  also: {},
  subject: referableObjects,
  manifestsOnly: 'left to the manifests: of what a cluster runs a scan reads neither all kinds that may name an object nor its Secrets',
  consequence: true,

  evaluate({ title, at, referenced, doubt }, { partial }) {
    if (referenced) return pass;
    const message = (most: number): string => `nothing that was read refers to ${short(title, most)}`;
    if (partial) return unknown(at, fitted(message), ['manifest', 'cluster', 'person']);
    if (doubt !== undefined)
      return unknown(
        at,
        fitted((most) => `${message(most)}, but ${doubt}`),
        ['cluster', 'person'],
      );
    return fail(at, fitted(message));
  },

  remedy:
    'Ask its owner, keep its manifest in the history of the repository, and delete it; what a program reads by a name of its own keeps a note of that, as a waiver.',

  examples: () => ({
    pass: {
      'in a volume, by projection': used(
        'volumes: [{ name: it, projected: { sources: [{ configMap: { name: settings } }] } }]',
        'ConfigMap',
        'settings',
      ),
      'by envFrom': used(
        'containers: [{ name: web, image: "registry.example.com/shop/web:1.4.2@sha256:4b6c9a0d8d2a4f0e9c1f7b35a4de1d0f6b0b9f1e2c3d4a5b6c7d8e9f0a1b2c3d", envFrom: [{ configMapRef: { name: settings } }], resources: { requests: { cpu: 100m, memory: 128Mi, ephemeral-storage: 100Mi }, limits: { cpu: 500m, memory: 256Mi, ephemeral-storage: 1Gi } }, securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: [ALL] } } }]',
        'ConfigMap',
        'settings',
      ),
      'by an annotation': `
kind: Namespace
metadata: { name: shop, annotations: { example.com/settings: "shop/settings" } }
---
${object('ConfigMap', 'settings')}`,
    },
    fail: {
      'settings of nobody': object('ConfigMap', 'settings'),
      'an account of nobody': `${object('ServiceAccount', 'old')}\nautomountServiceAccountToken: false`,
      'a role of nobody': `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: old, namespace: shop }
rules: [{ apiGroups: [apps], resources: [deployments], verbs: [get] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: new, namespace: shop }
rules: [{ apiGroups: [apps], resources: [deployments], verbs: [get] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: web, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: new }
subjects: [{ kind: ServiceAccount, name: web, namespace: shop }]
`,
    },
    unknown: {
      'a label by which somebody may look for it': `
apiVersion: v1
kind: ConfigMap
metadata: { name: board, namespace: shop, labels: { grafana_dashboard: "1" } }
`,
      'somebody reads all of them': `${object('ConfigMap', 'settings')}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: reader, namespace: shop }
rules: [{ apiGroups: [''], resources: [configmaps], verbs: [list] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: web, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader }
subjects: [{ kind: ServiceAccount, name: web, namespace: shop }]
`,
      'no workload beside it': object('ConfigMap', 'settings').replace('shop', 'other'),
    },
  }),
});

function object(kind: string, name: string): string {
  return `
apiVersion: v1
kind: ${kind}
metadata: { name: ${name}, namespace: shop }
`;
}

function used(pod: string, kind: string, name: string): string {
  return `
kind: Deployment
metadata: { name: web }
spec: { template: { spec: { ${pod} } } }
---
${object(kind, name)}`;
}
