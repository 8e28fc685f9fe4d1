import { defineControl, fail, pass, type AnyControl } from '../../core/index.ts';
import { containers } from '../../subjects/container.ts';
import { inheritedWindows } from '../../subjects/security-context.ts';

export const windowsHostProcess: AnyControl = defineControl({
  id: 'pod-security/windows-host-process',
  decides: ['POD-19'],
  title: 'No container is a Windows HostProcess container',
  why: 'A HostProcess container is an ordinary process of the Windows node with its filesystem, network and devices; as SYSTEM or an administrator it is what a privileged container is on Linux.',
  severity: 'critical',
  also: { pss: 'baseline', cis: ['5.2.10'], attack: ['T1611'] },
  subject: containers,

  evaluate(subject) {
    if (inheritedWindows(subject, 'hostProcess') !== true) return pass;
    return fail(
      ['securityContext', 'windowsOptions', 'hostProcess'],
      `container "${subject.name}" is a HostProcess container, a process of the Windows node itself`,
    );
  },

  // All containers of a pod must agree on the field, and such a pod must use the network of the node: no edit of one place is valid.
  remedy:
    'Run the program in an ordinary Windows container, or as a service of the node; keep HostProcess pods to node agents in a namespace of their own.',

  examples: () => ({
    pass: { 'not set': 'securityContext: { windowsOptions: null }' },
    fail: { 'switched on': 'securityContext: { windowsOptions: { hostProcess: true } }' },
  }),
});
