import { decline, defineControl, fail, notApplicable, pass, set, unknown, type AnyControl } from '../../core/index.ts';
import { containersOf } from '../../subjects/container.ts';
import { pods, type PodSubject } from '../../subjects/pod.ts';

const onWindows = notApplicable('Windows has no user namespaces');
const tooEarly = notApplicable('user namespaces are not on by default before Kubernetes 1.33');
const onHost = notApplicable('a pod in a namespace of the node cannot have a user namespace');
const noRoot = notApplicable('no container of the pod asks for root, and who may be root all the same pod-security/non-root-user judges');

/**
 * The guide offers rootless engines to workloads that must be root inside; `hostUsers: false` is what became of them
 * (beta and on from 1.33, GA 1.36). A kubelet whose runtime cannot do it refuses the pod, so the field can be trusted.
 */
export const userNamespaces: AnyControl = defineControl({
  id: 'pod-security/user-namespaces',
  decides: ['POD-03'],
  title: 'Pods that run as root have a user namespace of their own',
  why: 'Without a user namespace root in the container is root on the node to the kernel. With hostUsers set to false it is an unprivileged user there, so breaking out gains little.',
  severity: 'low',
  also: { attack: ['T1611'] },
  subject: pods,

  evaluate(pod, { version }) {
    if (pod.os.name === 'windows') return onWindows;
    const { spec } = pod;
    if (spec.hostUsers === false) {
      if (version >= 33) return pass;
      return unknown(['hostUsers'], 'the pod asks for a user namespace, which depends on a feature gate before 1.33', ['cluster', 'node']);
    }
    if (version < 33) return tooEarly;
    if (spec.hostNetwork === true || spec.hostPID === true || spec.hostIPC === true) return onHost;
    if (!asksForRoot(pod)) return noRoot;
    return fail(['hostUsers'], 'the pod runs as root and shares the users of the node, where that is root as well');
  },

  fix: {
    safety: 'review',
    waitsFor: ['pod-security/non-root-user'],
    risk: 'the pod does not start where kernel, runtime or a volume (older NFS) cannot map users; show it with one pod on the same nodes',
    edits: ({ spec }) => {
      if (spec.volumes?.some((volume) => volume.hostPath !== undefined) === true)
        return decline('files of the node change their owner for a pod with a user namespace: remove its hostPath volumes first');
      // Refused by the API server from 1.34 (pkg/apis/core/validation, validateHostUsers); kubelets before cannot map them either.
      if (containersOf(spec).some(({ container }) => (container.volumeDevices ?? []).length > 0))
        return decline('raw block devices cannot be mapped into a user namespace: mount the volume as a filesystem first');
      return [set(['hostUsers'], false)];
    },
  },

  examples: () => ({
    pass: { 'a user namespace': 'hostUsers: false\nsecurityContext: { runAsNonRoot: null, runAsUser: 0 }' },
    fail: { 'root without a user namespace': 'securityContext: { runAsNonRoot: null, runAsUser: 0 }' },
    notApplicable: { 'no root inside': 'securityContext: { runAsNonRoot: true }' },
  }),
  alsoFails: ['pod-security/non-root-user'],
});

/** By its user id, or by allowing it in words; where nothing is said, another user is the better answer. */
function asksForRoot({ spec }: PodSubject): boolean {
  const shared = spec.securityContext;
  for (const { container } of containersOf(spec)) {
    const own = container.securityContext;
    const user = own?.runAsUser ?? shared?.runAsUser;
    if (user === 0 || (user === undefined && (own?.runAsNonRoot ?? shared?.runAsNonRoot) === false)) return true;
  }
  return false;
}
