import { decline, defineControl, fail, notApplicable, pass, set, type AnyControl } from '../../core/index.ts';
import { containers } from '../../subjects/container.ts';

export const privilegeEscalation: AnyControl = defineControl({
  id: 'pod-security/privilege-escalation',
  decides: ['POD-12'],
  title: 'Containers cannot gain more privileges than their parent process',
  why: 'A setuid binary or a file capability turns any foothold in the container into root. Running as non-root holds only while this door is shut.',
  severity: 'high',
  also: { pss: 'restricted', cis: ['5.2.6'], attack: ['T1548.001', 'T1068'] },
  subject: containers,

  evaluate({ container, pod, name }) {
    if (pod.os.name === 'windows') return notApplicable('Windows has no setuid and rejects the field');
    const allowed = container.securityContext?.allowPrivilegeEscalation;
    if (allowed === false) return pass;
    return fail(
      ['securityContext', 'allowPrivilegeEscalation'],
      allowed === undefined
        ? `container "${name}" does not set allowPrivilegeEscalation, and the default is true`
        : `container "${name}" allows privilege escalation`,
    );
  },

  fix: {
    safety: 'review',
    risk: 'breaks sudo, su-based entrypoints, and tools that rely on setuid bits or file capabilities; show that none is executed',
    edits: ({ container }) => {
      // The API server refuses `false` beside these two (pkg/apis/core/validation, since 1.8), the capability in this
      // spelling only. Nothing in a manifest makes it safe: a setuid program of the image changes users even without capabilities.
      if (container.securityContext?.privileged === true)
        return decline('a privileged container rejects this field: make it unprivileged first');
      if (container.securityContext?.capabilities?.add?.includes('CAP_SYS_ADMIN') === true)
        return decline('a container with CAP_SYS_ADMIN rejects this field: remove the capability first');
      return [set(['securityContext', 'allowPrivilegeEscalation'], false)];
    },
  },

  examples: () => ({
    pass: { 'switched off': 'securityContext: { allowPrivilegeEscalation: false }' },
    fail: {
      'left to the default': 'securityContext: { allowPrivilegeEscalation: null }',
      'switched on': 'securityContext: { allowPrivilegeEscalation: true }',
    },
  }),
});
