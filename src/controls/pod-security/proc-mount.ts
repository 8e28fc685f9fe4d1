import { defineControl, fail, pass, remove, type AnyControl } from '../../core/index.ts';
import { relaxedByUserNamespace } from '../../kube/pod-security/index.ts';
import { containers } from '../../subjects/container.ts';
import { withoutLinuxFields } from '../../subjects/pod.ts';

const refusedSince = 33;

/** In a user namespace level baseline accepts it from 1.35: see pod-security/proc-mount-in-user-namespace. */
export const procMount: AnyControl = defineControl({
  id: 'pod-security/proc-mount',
  decides: ['POD-18'],
  title: 'Containers see /proc with its dangerous parts masked',
  why: 'The runtime hides the parts of /proc that show or change the kernel, such as kcore and sysrq-trigger. Unmasked, root in the container reads the memory of the node or stops it.',
  severity: 'high',
  also: { pss: 'baseline', attack: ['T1611'] },
  subject: containers,

  evaluate({ container, pod, name }, { version }) {
    const mount = container.securityContext?.procMount;
    if (mount === undefined || mount === 'Default' || relaxedByUserNamespace(pod.spec, version)) return pass;
    return fail(['securityContext', 'procMount'], `container "${name}" has procMount "${mount}", which opens the kernel's part of /proc`);
  },

  fix: {
    safety: 'review',
    risk: 'container engines inside the container can no longer mount their own /proc; show that the workload starts none',
    edits: ({ pod }, { version }) => {
      const edits = [remove(['securityContext', 'procMount'])];
      // The API server refuses `Unmasked` without `hostUsers: false` (validateSecurityContext), where the gate
      // ProcMountType is on, as it is by default from 1.33; where it is off, the field is dropped.
      return version >= refusedSince ? { edits, safety: 'safe' } : withoutLinuxFields(pod, edits);
    },
  },

  examples: () => ({
    pass: {
      'the default': 'securityContext: { procMount: Default }',
      'not set': 'securityContext: { procMount: null }',
    },
    fail: { unmasked: 'securityContext: { procMount: Unmasked }' },
  }),
});
