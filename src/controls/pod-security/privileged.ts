import { defineControl, fail, pass, remove, type AnyControl } from '../../core/index.ts';
import { containers } from '../../subjects/container.ts';
import { withoutLinuxFields } from '../../subjects/pod.ts';

export const privileged: AnyControl = defineControl({
  id: 'pod-security/privileged',
  decides: ['POD-06'],
  title: 'No container is privileged',
  why: 'A privileged container has every capability and every device of the node, and no seccomp or AppArmor profile confines it, whatever the manifest says. Code that runs in it owns the node.',
  severity: 'critical',
  also: { pss: 'baseline', cis: ['5.2.2'], attack: ['T1611', 'T1610'] },
  subject: containers,

  evaluate({ container, name }) {
    if (container.securityContext?.privileged !== true) return pass;
    return fail(['securityContext', 'privileged'], `container "${name}" is privileged, which makes it root on the node`);
  },

  fix: {
    safety: 'review',
    risk: 'breaks agents that use devices, mounts or kernel interfaces; trace the capabilities and devices that are used and grant those by name',
    edits: ({ pod }) => withoutLinuxFields(pod, [remove(['securityContext', 'privileged'])]),
  },

  examples: () => ({
    pass: { 'not set': 'securityContext: { privileged: null }', 'switched off': 'securityContext: { privileged: false }' },
    fail: { 'switched on': 'securityContext: { privileged: true }' },
  }),
});
