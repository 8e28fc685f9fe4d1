import { defineControl, failAt, pass, remove, type AnyControl } from '../../core/index.ts';
import { pods } from '../../subjects/pod.ts';
import { refusedThoughOverridden } from '../../subjects/security-context.ts';

const users = ['runAsNonRoot', 'runAsUser'] as const;

/** Where a container inherits the user, the controls on containers judge it. */
export const overriddenUser: AnyControl = defineControl({
  id: 'pod-security/overridden-user',
  decides: ['POD-01'],
  title: 'Pods do not name root as their user, although every container overrides it',
  why: 'Admission reads what the pod says as well as what its containers say, and refuses the pod. Where nothing refuses it, containers that join later, for debugging or from a mesh, run as root.',
  severity: 'low',
  also: { pss: 'restricted', attack: ['T1611'] },
  subject: pods,

  evaluate(pod, { version }) {
    const refused = refusedThoughOverridden(pod, users, 'restricted', version);
    if (refused.length === 0) return pass;
    return failAt(
      refused.map((field) => ({
        where: ['securityContext', field],
        message: `the pod sets ${field} as level restricted forbids: its containers override it, those to come inherit it`,
      })),
    );
  },

  fix: {
    safety: 'review',
    risk: 'containers that join later run as the user of their image; those that the object names keep their own',
    edits: (pod, { version }) =>
      refusedThoughOverridden(pod, users, 'restricted', version).map((field) => remove(['securityContext', field])),
  },

  examples: () => {
    const overridden = (user: number): string => `
      securityContext: { runAsUser: ${user} }
      containers:
        - name: web
          image: registry.example.com/shop/web:1.4.2@sha256:4b6c9a0d8d2a4f0e9c1f7b35a4de1d0f6b0b9f1e2c3d4a5b6c7d8e9f0a1b2c3d
          resources: { limits: { cpu: 500m, memory: 256Mi, ephemeral-storage: 1Gi } }
          securityContext:
            runAsUser: 10001
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: { drop: [ALL] }`;
    return {
      pass: { 'another user': overridden(10001) },
      fail: { 'root but for the containers of today': overridden(0) },
    };
  },
});
