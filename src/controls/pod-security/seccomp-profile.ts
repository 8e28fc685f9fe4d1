import { defineControl, fail, notApplicable, pass, type AnyControl } from '../../core/index.ts';
import { isAllowedProfile } from '../../kube/pod-security/index.ts';
import { containers, isPrivileged, voidWherePrivileged } from '../../subjects/container.ts';
import { changeShared, inherited } from '../../subjects/security-context.ts';

const onWindows = notApplicable('Windows has no seccomp and rejects the field');
const switchedOff = notApplicable('the profile is switched off, which pod-security/seccomp-unconfined judges');

/**
 * Not set means unconfined unless the kubelet runs with `seccompDefault` (GA 1.27, off by default). A container whose
 * Localhost profile is missing on the node does not start, so naming one is enough here.
 */
export const seccompProfile: AnyControl = defineControl({
  id: 'pod-security/seccomp-profile',
  decides: ['POD-15'],
  title: 'Containers run under a seccomp profile',
  why: 'Without a profile every system call of the kernel is open to the container, and with it every flaw in one. The default profile of the runtime shuts dozens that no ordinary program calls.',
  severity: 'medium',
  also: { pss: 'restricted', cis: ['5.6.2'], attack: ['T1611'] },
  subject: containers,

  evaluate(subject) {
    const profile = inherited(subject, 'seccompProfile');
    if (profile !== undefined) {
      if (!isAllowedProfile(profile.type)) return switchedOff;
      return isPrivileged(subject) ? voidWherePrivileged : pass;
    }
    if (subject.pod.os.name === 'windows') return onWindows;
    return fail(
      ['securityContext', 'seccompProfile'],
      `container "${subject.name}" names no seccomp profile, so every system call is open to it`,
    );
  },

  fix: {
    safety: 'review',
    risk: 'profilers, nested containers and io_uring fail under the default profile; run with a profile that only logs and show no call outside the default',
    edits: (subject) => changeShared(subject, 'seccompProfile', { type: 'RuntimeDefault' }),
  },

  examples: () => ({
    pass: {
      'the default of the runtime': 'securityContext: { seccompProfile: { type: RuntimeDefault } }',
      'a profile of the node': 'securityContext: { seccompProfile: { type: Localhost, localhostProfile: web.json } }',
      'inherited from the pod': '$pod: { securityContext: { seccompProfile: { type: RuntimeDefault } } }',
    },
    fail: { 'nothing set': '$pod: { securityContext: { seccompProfile: null } }' },
    notApplicable: {
      'a Windows pod':
        '$pod: { os: { name: windows }, securityContext: { runAsUser: null, runAsGroup: null, fsGroup: null, seccompProfile: null } }',
    },
  }),
});
