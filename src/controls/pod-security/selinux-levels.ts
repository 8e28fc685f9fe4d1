import { defineControl, fail, pass, type AnyControl } from '../../core/index.ts';
import { selinuxLevels as levels } from '../../subjects/selinux-levels.ts';

export const selinuxLevels: AnyControl = defineControl({
  id: 'pod-security/selinux-levels',
  decides: ['POD-17'],
  title: 'Unrelated workloads do not choose the same SELinux level',
  why: 'All containers have one SELinux type, and only the categories in the level keep them apart. Left out, the runtime gives each pod a level of its own; the same one written into two lets each read the files of the other.',
  severity: 'low',
  also: { attack: ['T1611'] },
  subject: levels,

  evaluate({ name, level, unrelatedUsers, at }) {
    if (unrelatedUsers === 0) return pass;
    const others = unrelatedUsers === 1 ? 'another workload' : `${unrelatedUsers} other workloads`;
    return fail(at, `pods of "${name}" share SELinux level "${level}" with ${others}`);
  },

  remedy: 'Leave the level to the runtime, or give each application categories of its own.',

  examples: () => ({
    pass: {
      'a level of its own': `
kind: Deployment
metadata: { name: web }
spec: { template: { spec: { securityContext: { seLinuxOptions: { level: "s0:c10,c20" } } } } }
`,
    },
    fail: {
      'the level of another application': `
kind: Deployment
metadata: { name: web }
spec: { template: { spec: { securityContext: { seLinuxOptions: { level: "s0:c10,c20" } } } } }
---
apiVersion: v1
kind: Pod
metadata: { name: db, namespace: shop, labels: { app: db } }
spec:
  os: { name: linux }
  automountServiceAccountToken: false
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    runAsGroup: 10001
    seccompProfile: { type: RuntimeDefault }
    appArmorProfile: { type: RuntimeDefault }
    seLinuxOptions: { level: "s0:c10,c20" }
  containers:
    - name: db
      image: registry.example.com/shop/db:1.4.2@sha256:4b6c9a0d8d2a4f0e9c1f7b35a4de1d0f6b0b9f1e2c3d4a5b6c7d8e9f0a1b2c3d
      resources: { requests: { cpu: 100m, memory: 128Mi }, limits: { cpu: 500m, memory: 256Mi } }
      securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: [ALL] } }
`,
    },
  }),
});
