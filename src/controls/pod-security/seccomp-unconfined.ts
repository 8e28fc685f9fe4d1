import { defineControl, fail, pass, type AnyControl } from '../../core/index.ts';
import { isAllowedProfile } from '../../kube/pod-security/index.ts';
import { containers, isPrivileged, voidWherePrivileged } from '../../subjects/container.ts';
import { changeShared, inherited } from '../../subjects/security-context.ts';

export const seccompUnconfined: AnyControl = defineControl({
  id: 'pod-security/seccomp-unconfined',
  decides: ['POD-15'],
  title: 'No container switches seccomp off',
  why: 'Unconfined overrides the profile of the pod and the default of the kubelet, so that every system call of the kernel, and every flaw in one, is open to the container.',
  severity: 'high',
  also: { pss: 'baseline', cis: ['5.6.2'], attack: ['T1611'] },
  subject: containers,

  evaluate(subject) {
    const profile = inherited(subject, 'seccompProfile');
    if (profile === undefined || isAllowedProfile(profile.type)) return isPrivileged(subject) ? voidWherePrivileged : pass;
    const { name, container } = subject;
    return fail(
      ['securityContext', 'seccompProfile', 'type'],
      container.securityContext?.seccompProfile === undefined
        ? `container "${name}" inherits seccomp profile "${profile.type ?? ''}": every system call is open`
        : `container "${name}" has seccomp profile "${profile.type ?? ''}", so every system call is open to it`,
    );
  },

  fix: {
    safety: 'review',
    risk: 'profilers, nested containers and io_uring fail under the default profile; run with a profile that only logs and show no call outside the default',
    edits: (subject) =>
      subject.pod.os.name === 'windows'
        ? // Windows has no seccomp: nothing reads the field, and beside `spec.os` the API server refuses it.
          { ...changeShared(subject, 'seccompProfile', undefined), safety: 'safe' }
        : changeShared(subject, 'seccompProfile', { type: 'RuntimeDefault' }),
  },

  examples: () => ({
    pass: { 'the default of the runtime': 'securityContext: { seccompProfile: { type: RuntimeDefault } }' },
    fail: {
      'by the container': 'securityContext: { seccompProfile: { type: Unconfined } }',
      'by the pod': '$pod: { securityContext: { seccompProfile: { type: Unconfined } } }',
    },
  }),
});
