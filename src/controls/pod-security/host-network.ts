import { decline, defineControl, fail, pass, remove, type AnyControl } from '../../core/index.ts';
import type { PodSpec } from '../../kube/types.ts';
import { containersOf } from '../../subjects/container.ts';
import { pods } from '../../subjects/pod.ts';

export const hostNetwork: AnyControl = defineControl({
  id: 'pod-security/host-network',
  decides: ['POD-09'],
  title: 'Pods have a network namespace of their own',
  why: 'On the network of the node a pod listens on its addresses, reaches services bound to its loopback and the cloud metadata service, and most network plugins apply no NetworkPolicy to it.',
  severity: 'high',
  also: { pss: 'baseline', cis: ['5.2.5'], attack: ['T1611', 'T1040'] },
  subject: pods,

  evaluate({ spec }) {
    if (spec.hostNetwork !== true) return pass;
    return fail(['hostNetwork'], 'the pod uses the network of the node, where network policies do not hold it');
  },

  fix: {
    safety: 'review',
    risk: 'changes addresses and ports: clients of the node address lose the pod, peers see another source; show from flow logs which are used',
    edits: ({ spec }) => {
      // The API server refuses such a pod without it (pkg/apis/core/validation, validateWindowsHostProcessPod, since 1.22).
      if (isHostProcess(spec)) return decline('a HostProcess pod must use the network of the node: run it as an ordinary one first');
      const edits = [remove(['hostNetwork'])];
      // On the network of the node every port is one of the node; left behind, they would keep the node's ports open.
      for (const { container, path } of containersOf(spec)) {
        for (const [index, port] of (container.ports ?? []).entries()) {
          if (port.hostPort !== undefined) edits.push(remove([...path, 'ports', index, 'hostPort']));
          if (port.hostIP !== undefined) edits.push(remove([...path, 'ports', index, 'hostIP']));
        }
      }
      return edits;
    },
  },

  examples: () => ({
    pass: { 'not set': 'hostNetwork: null', 'switched off': 'hostNetwork: false' },
    fail: { 'switched on': 'hostNetwork: true' },
  }),

  alsoFails: ['network-separation/metadata-address'],
});

function isHostProcess(spec: PodSpec): boolean {
  const contexts = [spec.securityContext, ...containersOf(spec).map(({ container }) => container.securityContext)];
  return contexts.some((context) => context?.windowsOptions?.hostProcess === true);
}
