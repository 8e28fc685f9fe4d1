import { defineControl, failAt, pass, remove, strings, type AnyControl, type Edit, type Place } from '../../core/index.ts';
import { allowedCapabilities, restrictedCapability } from '../../kube/pod-security/index.ts';
import { containers } from '../../subjects/container.ts';
import { withoutLinuxFields } from '../../subjects/pod.ts';

/** Capabilities beyond level baseline are left to pod-security/added-capabilities. */
export const restoredCapabilities: AnyControl = defineControl({
  id: 'pod-security/restored-capabilities',
  decides: ['POD-13'],
  title: 'Containers add back no capability that they can do without',
  why: 'Capabilities that a runtime grants by default are still power of root: DAC_OVERRIDE ignores file modes, SETUID switches to any user, MKNOD makes devices. Added back by name, they undo what drop ALL achieved.',
  severity: 'medium',
  also: { pss: 'restricted', cis: ['5.2.8', '5.2.9'], attack: ['T1611'] },
  subject: containers,
  params: { allowed: strings('Capabilities that containers may add back', [restrictedCapability]) },

  evaluate({ container, name }, { params }) {
    const added = container.securityContext?.capabilities?.add;
    if (added === undefined) return pass;
    let places: Place[] | undefined;
    for (let index = 0; index < added.length; index++) {
      const capability = added[index] ?? '';
      if (!isRestored(capability, params.allowed)) continue;
      const message = `container "${name}" adds back "${capability}", which level restricted forbids`;
      (places ??= []).push({ where: ['securityContext', 'capabilities', 'add', index], message });
    }
    return places === undefined ? pass : failAt(places);
  },

  fix: {
    safety: 'review',
    risk: 'entrypoints that change owners or switch users fail; trace which capabilities are used, and prepare files and users in the image',
    edits: ({ container, pod }, { params }) => {
      const edits: Edit[] = [];
      const added = container.securityContext?.capabilities?.add ?? [];
      // From the end, so that the indexes before stay true.
      for (let index = added.length - 1; index >= 0; index--)
        if (isRestored(added[index] ?? '', params.allowed)) edits.push(remove(['securityContext', 'capabilities', 'add', index]));
      return withoutLinuxFields(pod, edits);
    },
  },

  examples: () => ({
    pass: {
      'none added': 'securityContext: { capabilities: { add: null } }',
      'ports below 1024': 'securityContext: { capabilities: { add: [NET_BIND_SERVICE] } }',
    },
    fail: { 'another user at start': 'securityContext: { capabilities: { add: [NET_BIND_SERVICE, SETUID, SETGID] } }' },
  }),
});

function isRestored(capability: string, allowed: readonly string[]): boolean {
  return allowedCapabilities.has(capability) && !allowed.includes(capability);
}
