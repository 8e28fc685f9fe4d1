import { defineControl, fail, notApplicable, pass, remove, type AnyControl } from '../../core/index.ts';
import { relaxedByUserNamespace } from '../../kube/pod-security/index.ts';
import { containers } from '../../subjects/container.ts';

const onNode = notApplicable('the pod has no user namespace, so pod-security/proc-mount judges it');

/** Level restricted has a check of its own for it from 1.35, the version in which baseline stands back. */
export const procMountInUserNamespace: AnyControl = defineControl({
  id: 'pod-security/proc-mount-in-user-namespace',
  decides: ['POD-18'],
  title: 'Containers see /proc masked in a user namespace as well',
  why: 'Root of a user namespace cannot use most of what an unmasked /proc shows, but it meets kernel code there that was never meant for containers. Only nested container engines need it.',
  severity: 'low',
  also: { pss: 'restricted', attack: ['T1611'] },
  subject: containers,

  evaluate({ container, pod, name }, { version }) {
    const mount = container.securityContext?.procMount;
    if (mount === undefined || mount === 'Default') return pass;
    if (!relaxedByUserNamespace(pod.spec, version)) return onNode;
    return fail(['securityContext', 'procMount'], `container "${name}" has procMount "${mount}", which level restricted forbids`);
  },

  fix: {
    safety: 'review',
    risk: 'container engines inside the container can no longer mount their own /proc; show that the workload starts none',
    edits: () => [remove(['securityContext', 'procMount'])],
  },

  examples: () => ({
    pass: { 'the default': '$pod: { hostUsers: false }\nsecurityContext: { procMount: Default }' },
    fail: { 'unmasked in a user namespace': '$pod: { hostUsers: false }\nsecurityContext: { procMount: Unmasked }' },
  }),
});
