import { defineControl, failAt, pass, remove, type AnyControl } from '../../core/index.ts';
import { pods } from '../../subjects/pod.ts';
import { refusedThoughOverridden } from '../../subjects/security-context.ts';

const profiles = ['seccompProfile', 'appArmorProfile', 'seLinuxOptions'] as const;

/** Where a container inherits the profile, the controls on containers judge it. */
export const overriddenProfiles: AnyControl = defineControl({
  id: 'pod-security/overridden-profiles',
  decides: ['POD-15', 'POD-16', 'POD-17'],
  title: 'Pods name no profile that confines nothing, although every container overrides it',
  why: 'Admission reads what the pod says as well as what its containers say, and refuses the pod. Where nothing refuses it, containers that join later, for debugging or from a mesh, inherit what the others override.',
  severity: 'low',
  also: { pss: 'baseline', attack: ['T1611'] },
  subject: pods,

  evaluate(pod, { version }) {
    const refused = refusedThoughOverridden(pod, profiles, 'baseline', version);
    if (refused.length === 0) return pass;
    return failAt(
      refused.map((field) => ({
        where: ['securityContext', field],
        message: `the pod sets ${field} as level baseline forbids: its containers override it, those to come inherit it`,
      })),
    );
  },

  fix: {
    safety: 'review',
    risk: 'containers that join later get the default of the runtime; those that the object names keep their own',
    edits: (pod, { version }) =>
      refusedThoughOverridden(pod, profiles, 'baseline', version).map((field) => remove(['securityContext', field])),
  },

  examples: () => {
    const overridden = (profile: string): string => `
      securityContext: { seccompProfile: { type: ${profile} } }
      containers:
        - name: web
          image: registry.example.com/shop/web:1.4.2@sha256:4b6c9a0d8d2a4f0e9c1f7b35a4de1d0f6b0b9f1e2c3d4a5b6c7d8e9f0a1b2c3d
          resources: { limits: { cpu: 500m, memory: 256Mi, ephemeral-storage: 1Gi } }
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: { drop: [ALL] }
            seccompProfile: { type: RuntimeDefault }`;
    return {
      pass: { 'a profile that confines': overridden('RuntimeDefault') },
      fail: { 'none but for the containers of today': overridden('Unconfined') },
    };
  },
});
